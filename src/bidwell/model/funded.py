"""Funded-account rulebooks as nouns: what a firm's plan demands in one phase, and how far an account has come.

Figures are taken from published rules and are dated; they are no promise of compliance with any firm's terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from bidwell.model.limits import Basis, ContractLimit, Window
from bidwell.model.money import ZERO


class Phase(StrEnum):
    """The part of a plan that a rulebook is for."""

    EVALUATION = "evaluation"
    FUNDED = "funded"


class Stage(StrEnum):
    """Where an account stands in its plan."""

    EVALUATION = "evaluation"
    PASSED = "passed"
    FUNDED = "funded"
    PAYOUT = "payout"
    FAILED = "failed"


class LossAction(StrEnum):
    """What the firm does at its daily loss limit: the day is over, or the account is."""

    LOCK_DAY = "lock_day"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class DailyLoss:
    """The most that a trading day may lose, measured from the day's starting balance, unrealized included."""

    amount: Decimal
    action: LossAction = LossAction.LOCK_DAY


@dataclass(frozen=True, slots=True)
class MaximumLoss:
    """How far equity may fall below its basis; the floor stops rising at `lock` (a balance), where there is one."""

    amount: Decimal
    basis: Basis
    lock: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ScalingStep:
    """From `profit` at the day's start on, `contracts` may be held."""

    profit: Decimal
    contracts: Decimal


@dataclass(frozen=True, slots=True)
class Payout:
    """When profit may be taken out: `days` days of at least `day_profit` each, `balance_above` the size, and a cap."""

    days: int
    day_profit: Decimal
    balance_above: Decimal = ZERO
    share: Decimal = Decimal(1)
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Seconds before and after a scheduled release in which nothing may be entered."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One plan of one firm in one phase, in force from `effective_from`.

    Money is in `currency`. The trading day rolls at `rolls_at` in `zone`, where `hours` and `flat_by` are told too.
    `consistency` is the largest part of all profit that the best day may be. A day counts as traded when at least
    one fill happened and, where set, it won `day_profit`. `source` says where the figures were read, on `read_on`;
    `unconfirmed` names the rules whose figures no page of the firm's own bears out.
    """

    id: str
    firm: str
    plan: str
    phase: Phase
    size: Decimal
    currency: str
    effective_from: date
    source: str
    read_on: date
    zone: str
    rolls_at: time
    maximum_loss: MaximumLoss
    balance: Decimal
    daily_loss: DailyLoss | None = None
    profit_target: Decimal | None = None
    contracts: ContractLimit | None = None
    scaling: tuple[ScalingStep, ...] = ()
    hours: tuple[Window, ...] = ()
    flat_by: time | None = None
    news: News | None = None
    consistency: Decimal | None = None
    minimum_days: int = 0
    payout: Payout | None = None
    stop_required: bool = False
    next: str = ""
    notes: str = ""
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an account has come under its rulebook; money in the rulebook's currency, paid-in sums left out.

    `balance` is the day's starting balance (realized), `high` the highest basis of the trailing floor so far, `best`
    the best closed day, `won` the closed days' sum of profit and loss, `days` those that count as traded and `wins`
    those that reach the payout's figure. `day_locked` holds until the day rolls. `traded` is whether the running
    day has a fill. `lowest` is the least distance to the floor ever seen.
    """

    stage: Stage
    day: date
    balance: Decimal
    high: Decimal
    best: Decimal = ZERO
    won: Decimal = ZERO
    days: int = 0
    wins: int = 0
    traded: bool = False
    day_locked: bool = False
    reason: str = ""
    since: datetime | None = None
