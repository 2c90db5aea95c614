"""Everything that the journal may hold: what happened, in the past tense, with the inputs that decided it.

A workspace's state is a fold over these events in the order of their sequence; nothing is decided again
on replay. `KINDS` maps each class name, which is what the journal stores, to its class.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bidwell.model.account import Account, Group, Strategy
from bidwell.model.fill import Fill
from bidwell.model.ids import (
    AccountId,
    BrokerOrderId,
    ClientOrderId,
    GroupId,
    InstrumentId,
    IntentId,
    StrategyId,
    WorkspaceId,
)
from bidwell.model.instrument import Instrument
from bidwell.model.intent import Intent
from bidwell.model.limits import Limits, Scope, TradingState
from bidwell.model.order import Order
from bidwell.model.terms import Terms


@dataclass(frozen=True, slots=True)
class Event:
    """What all events share: `at` is the desk's wall clock when it was decided or received."""

    at: datetime


# --- definitions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkspaceNamed(Event):
    """A workspace exists under a name; `currency` is the one in which it is summed up."""

    id: WorkspaceId
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class InstrumentListed(Event):
    """An instrument may be traded; listing it again replaces its terms."""

    instrument: Instrument


@dataclass(frozen=True, slots=True)
class AccountDefined(Event):
    """An account exists or was changed."""

    account: Account
    actor: str = ""


@dataclass(frozen=True, slots=True)
class GroupDefined(Event):
    """An execution group exists or was changed."""

    group: Group
    actor: str = ""


@dataclass(frozen=True, slots=True)
class GroupRemoved(Event):
    """An execution group is no more; its past intents stay."""

    id: GroupId
    actor: str = ""


@dataclass(frozen=True, slots=True)
class StrategyDefined(Event):
    """A sender of signals exists or was changed (its token rotated, its receiver moved)."""

    strategy: Strategy
    actor: str = ""


@dataclass(frozen=True, slots=True)
class StrategyRemoved(Event):
    """A sender of signals is no more; its token is worth nothing."""

    id: StrategyId
    actor: str = ""


@dataclass(frozen=True, slots=True)
class LimitsSet(Event):
    """The limits of a scope are replaced as a whole."""

    scope: Scope
    limits: Limits
    actor: str = ""


@dataclass(frozen=True, slots=True)
class TradingStateSet(Event):
    """A scope was halted, made reduce-only or released; `cancels`: what works in it and could add risk is taken off."""

    scope: Scope
    state: TradingState
    reason: str
    actor: str = ""
    cancels: bool = False


@dataclass(frozen=True, slots=True)
class SessionOpened(Event):
    """A session began for an account: day P&L is reckoned from this equity, in the account's currency."""

    account: AccountId
    session: date
    equity: Decimal


# --- the path of an intent -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IntentReceived(Event):
    """An intent is durable; `body_hash` tells a repeat from a conflict under the same key."""

    intent: Intent
    body_hash: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """One account's part of an intent; a zero `quantity` has a `note` that says why."""

    account: AccountId
    instrument: InstrumentId
    quantity: Decimal
    side: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class IntentAllocated(Event):
    """An intent was split; `policy` says how, `reference` is the price used where money had to become quantity."""

    intent: IntentId
    allocations: tuple[Allocation, ...]
    policy: str = ""
    reference: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One rule's answer with its numbers; texts are exact decimals in `unit`."""

    rule: str
    passed: bool
    limit: str = ""
    current: str = ""
    would_pass: str = ""
    unit: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reservation:
    """What an approved order may cost: `cash` in the account's currency for the signed `quantity` that adds exposure.

    Both are zero for an order that only reduces. `price` is the worst price in the instrument's currency, `rate`
    turned it into the account's.
    """

    cash: Decimal
    quantity: Decimal
    price: Decimal
    rate: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class OrderApproved(Event):
    """Our gate let the order pass, with what it reserved and every rule's answer."""

    order: Order
    reservation: Reservation
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class OrderDenied(Event):
    """Our gate said no, or the order went stale before it could leave."""

    order: Order
    denial: Check
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderEvent(Event):
    """What happened to one order."""

    client_order_id: ClientOrderId


@dataclass(frozen=True, slots=True)
class OrderSubmitted(OrderEvent):
    """SENT: from here on bytes may have left."""

    attempt: int = 1


@dataclass(frozen=True, slots=True)
class OrderDoubted(OrderEvent):
    """The answer was lost; the order stays SUBMITTED and is looked up."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderAccepted(OrderEvent):
    """The broker works it; `found` carries the order when it was not placed by us."""

    broker_order_id: BrokerOrderId | None = None
    found: Order | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderRejected(OrderEvent):
    """The broker said no."""

    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderCanceled(OrderEvent):
    """The broker took it off its book, with `filled_quantity` filled in all (None: it did not say)."""

    reason: str = ""
    filled_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderExpired(OrderEvent):
    """Its time in force ended, with `filled_quantity` filled in all (None: the broker did not say)."""

    reason: str = ""
    filled_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderAbsent(OrderEvent):
    """Looked for over the whole quarantine and not found; its reservation stays."""

    lookups: int = 0


@dataclass(frozen=True, slots=True)
class OrderConfirmedDead(OrderEvent):
    """A person vouches that the broker never had it: the proof that frees its reservation."""

    actor: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderIdentified(OrderEvent):
    """A person said which of the broker's orders this one in doubt is.

    `external` is the id under which that one was adopted meanwhile: its `fills` are this order's from now on.
    """

    broker_order_id: BrokerOrderId
    actor: str = ""
    reason: str = ""
    external: ClientOrderId | None = None
    fills: tuple[Fill, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelRequested(OrderEvent):
    """A cancel is about to leave."""

    actor: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CancelRejected(OrderEvent):
    """The broker did not cancel."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReplaceRequested(OrderEvent):
    """A replace is about to leave; the larger of old and new quantity stays reserved until it is answered."""

    quantity: Decimal
    terms: Terms
    reservation: Reservation
    actor: str = ""


@dataclass(frozen=True, slots=True)
class OrderReplaced(OrderEvent):
    """The broker works it on new terms."""

    quantity: Decimal
    terms: Terms
    broker_order_id: BrokerOrderId | None = None


@dataclass(frozen=True, slots=True)
class ReplaceRejected(OrderEvent):
    """The broker kept the old terms."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderFilled(OrderEvent):
    """An execution."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class Stage:
    """One timed step of an intent; `order` is empty for steps of the whole intent."""

    name: str
    at: datetime
    order: str = ""


@dataclass(frozen=True, slots=True)
class StagesRecorded(Event):
    """Times that are known only after the fact: received, durable, decided, outbox durable, sent, acknowledged."""

    intent: IntentId
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class UnwindEnded(Event):
    """What got through of an intent of which a part failed was undone, but for `left` (summed over its accounts)."""

    intent: IntentId
    left: Decimal


@dataclass(frozen=True, slots=True)
class RepairEnded(Event):
    """An intent that was brought to its target by children of its own is at rest: `missing` is what it still lacks."""

    intent: IntentId
    missing: Decimal


@dataclass(frozen=True, slots=True)
class LeaderFilled(Event):
    """A fill of the account that a group follows: `quantity` is signed.

    `since` is the earliest moment of the desk's wall clock at which it can have happened, None where the desk
    cannot tell because it learned of it after a silence.
    """

    group: GroupId
    instrument: InstrumentId
    order: ClientOrderId
    quantity: Decimal
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FillsCopied(Event):
    """The leader's fills up to now became an intent: its position went from `before` to `after` (signed).

    An intent that enlarges carries how late it was in `lag` (seconds; None: unknown). A group's fills of one
    moment are copied once: this event takes them off what waits. Without an intent `note` says why there is none.
    """

    group: GroupId
    instrument: InstrumentId
    intent: IntentId | None
    before: Decimal
    after: Decimal
    lag: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FollowersSettled(Event):
    """No follower holds more of the instrument than its part of what the leader holds."""

    group: GroupId
    instrument: InstrumentId


# --- reconciliation ------------------------------------------------------------------------------


class BreakType(StrEnum):
    """How our state and a broker's can differ."""

    ORDER_UNKNOWN_HERE = "order_unknown_here"
    ORDER_UNKNOWN_THERE = "order_unknown_there"
    ORDER_STATUS = "order_status"
    FILL_MISSING = "fill_missing"
    POSITION = "position"
    CASH = "cash"
    REPORT_INCOMPLETE = "report_incomplete"


class Handling(StrEnum):
    """What became of a difference; `unsaid` in journals from before it was written down."""

    UNSAID = ""
    ADOPTED = "adopted"
    REPAIRED = "repaired"
    WAITING = "waiting"
    PERSON = "person"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Break:
    """One named difference: ours, theirs, and what was done about it."""

    type: BreakType
    subject: str
    ours: str
    theirs: str
    repair: str
    handling: Handling = Handling.UNSAID


@dataclass(frozen=True, slots=True)
class AccountReconciled(Event):
    """A snapshot was compared with our state; `clean` when nothing is left open."""

    account: AccountId
    clean: bool
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class CashAdjusted(Event):
    """Cash changed for a reason outside the order path: opening balance, deposit, withdrawal, correction."""

    account: AccountId
    currency: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class PositionAdjusted(Event):
    """A position changed without a fill we know of: opening balance or a correction, at `price` per unit."""

    account: AccountId
    instrument: InstrumentId
    quantity: Decimal
    price: Decimal
    reason: str


KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        WorkspaceNamed, InstrumentListed, AccountDefined, GroupDefined, GroupRemoved, StrategyDefined, StrategyRemoved,
        LimitsSet, TradingStateSet, SessionOpened, IntentReceived, IntentAllocated, OrderApproved, OrderDenied,
        OrderSubmitted, OrderDoubted, OrderAccepted, OrderRejected, OrderCanceled, OrderExpired, OrderAbsent,
        OrderConfirmedDead, OrderIdentified, CancelRequested, CancelRejected, ReplaceRequested, OrderReplaced,
        ReplaceRejected, OrderFilled, StagesRecorded, UnwindEnded, RepairEnded, LeaderFilled, FillsCopied, FollowersSettled, AccountReconciled, CashAdjusted, PositionAdjusted,
    )
}  # fmt: skip
