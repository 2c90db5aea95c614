"""Funded accounts and rulebooks as the screen shows them."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from pydantic import Field

from bidwell.model.funded import LossAction, Phase, Stage
from bidwell.model.limits import Basis
from bidwell.server.fields import Body, Identifier, Instant, Number, View, Whole

DISCLAIMER = "Taken from public pages on the date shown. It is no promise of compliance: the firm's own terms decide."


class RulebookRule(View):
    """One rule of a rulebook with its state for an account: ok, near, reached or open (not met yet).

    `unconfirmed` says that no page of the firm's own bears its figure out.
    """

    rule: str
    label: str
    text: str
    state: str = Field(examples=["ok"])
    unconfirmed: bool = False


class RulebookHours(View):
    """Hours in which entries are allowed, in local time."""

    start: time
    end: time
    zone: str
    days: list[int]


class RulebookView(View):
    """One plan of one firm in one phase, with its source and date."""

    id: str
    firm: str
    plan: str
    phase: Phase
    size: Number
    currency: str
    balance: Number
    effective_from: date
    source: str
    read_on: date
    disclaimer: str
    zone: str
    rolls_at: time
    maximum_loss: Number
    basis: Basis
    lock: Number | None
    daily_loss: Number | None
    daily_action: LossAction | None
    profit_target: Number | None
    contracts: Number | None
    flat_by: time | None
    consistency: Number | None
    minimum_days: Whole
    stop_required: bool
    news_before: Whole | None
    news_after: Whole | None
    hours: list[RulebookHours]
    next: str
    notes: str
    own: bool
    rules: list[RulebookRule]


class RulebookFault(View):
    """A rulebook file that could not be read: its name, and the line with what is wrong."""

    file: str
    problem: str


class RulebookList(View):
    """Every rulebook, the files of one's own, and what could not be read."""

    items: list[RulebookView]
    files: list[str]
    faults: list[RulebookFault]


class RulebookFile(View):
    """The text of one rulebook file of one's own."""

    name: str
    text: str


class RulebookText(Body):
    """A rulebook file as TOML; it is checked as a whole before it is kept."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,50}\.toml$", examples=["my-plan.toml"])]
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class FundedPoint(View):
    """Equity at a moment of the market, beside the floor."""

    at: Instant
    equity: Number
    floor: Number | None


class FundedDay(View):
    """A trading day that closed."""

    day: date
    balance: Number
    profit: Number
    floor: Number
    traded: bool


class FundedStage(View):
    """A stage that was reached."""

    at: Instant
    stage: Stage
    reason: str
    actor: str


class Funded(View):
    """An account under a rulebook; money is the plan's own, deposits left out."""

    account: str
    name: str
    rulebook: RulebookView
    stage: Stage
    reason: str
    fault: str
    locked: str
    equity: Number | None
    balance: Number
    floor: Number
    distance: Number | None
    day: date
    day_pnl: Number | None
    day_floor: Number | None
    day_distance: Number | None
    day_ends_at: Instant
    flat_at: Instant | None
    profit: Number
    target_left: Number | None
    contracts_allowed: Number | None
    days: Whole
    winning_days: Whole
    best_day: Number
    missing: list[str]
    payable: Number
    payable_missing: list[str]
    attached_at: Instant


class FundedList(View):
    """Every account that is held to a rulebook."""

    items: list[Funded]


class FundedDetail(Funded):
    """An account under a rulebook in full: its days, stages, and the last hours' path."""

    closed_days: list[FundedDay]
    stages: list[FundedStage]
    path: list[FundedPoint]


class Attach(Body):
    """The rulebook to hold an account to."""

    rulebook: Identifier


class PayoutRequest(Body):
    """A payout to record."""

    amount: Number
