"""Wishes and what became of them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from bidwell.engine.convergence import Standing
from bidwell.engine.emulation import Part
from bidwell.engine.intake import Request
from bidwell.model.ids import AccountId, GroupId, InstrumentId, StrategyId
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.server.fields import Body, Flag, Identifier, Instant, Note, Number, Page, View, Whole
from bidwell.server.orders.schemas import Check, OrderDetail, TermsView


class SizingBody(Body):
    """How much: `value` in the unit that `by` names."""

    by: SizingBy
    value: Number


class TermsBody(Body):
    """How the orders are to be worked."""

    order_type: OrderType = OrderType.MARKET
    limit_price: Number | None = None
    stop_price: Number | None = None
    trail_amount: Number | None = None
    trail_percent: Number | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_at: Instant | None = None


class ProtectionBody(Body):
    """Exits attached to an entry, of which one fill cancels the other."""

    stop_price: Number | None = None
    trail_amount: Number | None = None
    take_profit_price: Number | None = None


class IntentRequest(Body):
    """A wish for one account or one group."""

    instrument: Identifier = Field(examples=["AAPL.XNAS"])
    side: Side | None = None
    sizing: SizingBody = Field(examples=[{"by": "quantity", "value": "10"}])
    terms: TermsBody = Field(default_factory=TermsBody)
    protection: ProtectionBody | None = None
    group: Identifier | None = None
    account: Identifier | None = None
    strategy: Identifier | None = None
    close_all: Flag = False
    protects: Flag = Field(
        default=False, description="attach `protection` to what is held, sized by close, and sell nothing now"
    )
    valid_seconds: Annotated[Whole, Field(ge=1, le=86_400)] | None = None
    note: Note = ""

    def request(self, key: str, source: Source, actor: str) -> Request:
        """The engine's request; raises InvalidInput where figures and types do not fit together."""
        protection = self.protection
        return Request(
            key=key, source=source, instrument=InstrumentId(self.instrument), side=self.side,
            sizing=Sizing(self.sizing.by, self.sizing.value),
            terms=Terms(**dict(self.terms)),
            group=GroupId(self.group) if self.group else None,
            account=AccountId(self.account) if self.account else None,
            strategy=StrategyId(self.strategy) if self.strategy else None,
            protection=Protection(**dict(protection)) if protection else None, close_all=self.close_all,
            protects=self.protects,
            valid_for=timedelta(seconds=self.valid_seconds) if self.valid_seconds else None, actor=actor,
            note=self.note,
        )  # fmt: skip


class AtStopsView(View):
    """The account if every open stop filled, this order's too; `left` is the distance to its nearest floor then.

    `unprotected` names what has no stop for its whole quantity: nothing bounds what that could lose.
    """

    equity: Number
    loss: Number
    floor: str
    left: Number | None
    unprotected: list[str]


class Emulated(View):
    """A part of an order that the desk does because the broker does not; `stop` where a loss is bounded by it."""

    part: Part
    text: str
    stop: Flag


class PreviewLine(View):
    """What one account would do, with every rule's answer.

    `sent_ago` are the seconds since an identical order, where that alone stands in the way: it is no refusal.
    `emulated` is what the desk would do in the broker's stead; it rests on this machine being up.
    """

    account: str
    name: str
    instrument: str
    currency: str
    side: Side | None
    quantity: Number
    note: str
    cost: Number | None
    cost_currency: str
    buying_power_after: Number | None
    allowed: bool
    denial: Check | None
    checks: list[Check]
    at_stops: AtStopsView | None = None
    sent_ago: Number | None = None
    emulated: list[Emulated] = Field(default_factory=list)
    tells_margin: Flag = Field(
        default=False, description="its broker says what it would block: ask `/preview/margin`; only `/preview` tells"
    )


class Preview(View):
    """What would happen, by the same code that would do it; nothing is sent."""

    instrument: str
    reference: Number | None
    policy: str
    allocations: list[PreviewLine]
    total_quantity: Number
    total_cost: Number | None
    allowed: Whole
    denied: Whole
    warnings: list[str]
    button: str = Field(examples=["Buy 4 × 25 AAPL, 1 account denied"])


class MarginRequest(Body):
    """Wishes whose orders are reckoned together in each account, so that what hedges another one counts."""

    intents: list[IntentRequest] = Field(
        min_length=1, max_length=20,
        examples=[[{"instrument": "NIFTY261229C26000.XNSE", "side": "SELL", "account": "acc_1",
                    "sizing": {"by": "quantity", "value": "75"}, "terms": {"order_type": "LIMIT", "limit_price": "210"}},
                   {"instrument": "NIFTY261229C26500.XNSE", "side": "BUY", "account": "acc_1",
                    "sizing": {"by": "quantity", "value": "75"}, "terms": {"order_type": "LIMIT", "limit_price": "95"}}]],
    )  # fmt: skip


class MarginTold(StrEnum):
    """Whether a broker said what it would block: `not_offered` where it has no such call, `no_order` without a quantity."""

    TOLD = "told"
    NOT_TOLD = "not_told"
    NOT_OFFERED = "not_offered"
    NO_ORDER = "no_order"


class MarginOrder(View):
    """One order of an account; `required` is what it would take alone, null where the broker tells the whole only."""

    instrument: str
    side: Side
    quantity: Number
    required: Number | None


class MarginLine(View):
    """What the broker of an account would block for its orders together, in `currency`; below zero sets margin free.

    `available` is what is free before them. Where it was not told, `code` and `reason` say why.
    """

    account: str
    name: str
    told: MarginTold = Field(examples=["told"])
    currency: str = Field(examples=["INR"])
    required: Number | None = Field(examples=["34786.73"])
    available: Number | None = Field(examples=["96426.33"])
    orders: list[MarginOrder]
    code: str = ""
    reason: str = ""


class MarginAnswer(View):
    """The brokers' own figures, account by account, asked now; nothing was sent as an order."""

    accounts: list[MarginLine]


class ReplayBody(Body):
    """A recording to ask for again in a paper account: an exported bundle, or an intent of this workspace.

    `part` takes what that account of the original was given, instead of the whole wish.
    """

    account: Identifier
    bundle: dict[str, Any] | None = None
    intent: Identifier | None = None
    part: Identifier | None = None


class IntentReceipt(View):
    """The intent is durable; `duplicate` when the same request was here before."""

    id: str
    received_at: Instant
    duplicate: bool
    url: str


class SizingView(View):
    """How much."""

    by: SizingBy
    value: Number


class ConvergencePart(View):
    """One account's part of a wish: signed target and actual, and why they differ; `tries` counts repairs."""

    account: str
    account_name: str
    instrument: str
    symbol: str
    target: Number
    actual: Number
    standing: Standing
    reason: str
    tries: Whole


class Convergence(View):
    """Target against actual: `converged` of `accounts` are where they should be, `orphans` orders lost their purpose."""

    converged: Whole
    accounts: Whole
    orphans: Whole
    repairing: bool
    until: Instant | None
    parts: list[ConvergencePart]


class IntentSummary(View):
    """One wish; `status` is received, working, converged, partly, denied or undone.

    `converged` of `accounts` are where the wish wanted them.
    """

    id: str
    source: Source
    instrument: str
    symbol: str
    side: Side | None
    sizing: SizingView
    terms: TermsView
    group: str | None
    account: str | None
    strategy: str | None
    receiver_name: str
    received_at: Instant
    valid_until: Instant
    actor: str
    note: str
    status: str = Field(examples=["converged"])
    children: Whole
    filled: Whole
    denied: Whole
    working: Whole
    in_doubt: Whole
    converged: Whole
    accounts: Whole
    replay_of: str


class IntentPage(Page[IntentSummary]):
    """Wishes, newest first."""


class StageView(View):
    """One timed step: received, durable, allocated, rules, outbox, sent, acknowledged, filled."""

    name: str
    label: str
    start_ms: Number
    duration_ms: Number


class AllocationView(View):
    """One account's part; a zero quantity has a note that says why."""

    account: str
    account_name: str
    instrument: str
    side: str
    quantity: Number
    note: str


class IntentDetail(IntentSummary):
    """One wish with its waterfall."""

    stages: list[StageView]
    total_ms: Number | None
    allocations: list[AllocationView]
    orders: list[OrderDetail] = Field(description="children: one or more per account (entry and attached exits)")
    policy: str
    reference: Number | None
    convergence: Convergence
