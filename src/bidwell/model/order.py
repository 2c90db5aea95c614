"""An order, its ten statuses and the table by which events move it.

The table is data: `TRANSITIONS[status][event class]` is the status after the event. An event that is not
in the row is InvalidTransition; a closing event on a closed order, and a fill already seen, change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bidwell.model.errors import InvalidTransition
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId, IntentId, StrategyId
from bidwell.model.money import ZERO
from bidwell.model.terms import Side, Terms


class OrderStatus(StrEnum):
    """Where an order stands; the last five are closed for good.

    HELD is approved and waits at the desk for what its broker cannot wait for: a price, or its entry's fills.
    """

    CREATED = "CREATED"
    HELD = "HELD"
    SUBMITTED = "SUBMITTED"
    WORKING = "WORKING"
    ABSENT = "ABSENT"
    DENIED = "DENIED"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    FILLED = "FILLED"


class Pending(StrEnum):
    """A request on a working order that the broker has not answered yet."""

    NONE = "none"
    CANCEL = "cancel"
    REPLACE = "replace"


class Step(StrEnum):
    """What an event does to an order, independent of the event's payload."""

    DENIED = "denied"
    HELD = "held"
    TRIGGERED = "triggered"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELED = "canceled"
    EXPIRED = "expired"
    ABSENT = "absent"
    REPLACED = "replaced"
    FILLED = "filled"
    CANCEL_REQUESTED = "cancel_requested"
    CANCEL_REJECTED = "cancel_rejected"
    REPLACE_REQUESTED = "replace_requested"
    REPLACE_REJECTED = "replace_rejected"


S = OrderStatus
CLOSED = frozenset({S.DENIED, S.REJECTED, S.CANCELED, S.EXPIRED, S.FILLED})
CLOSING = frozenset({Step.REJECTED, Step.CANCELED, Step.EXPIRED})

_CLOSINGS = {Step.REJECTED: S.REJECTED, Step.CANCELED: S.CANCELED, Step.EXPIRED: S.EXPIRED}
_ANSWERS = {Step.CANCEL_REJECTED, Step.REPLACE_REJECTED, Step.CANCEL_REQUESTED, Step.REPLACE_REQUESTED}


def _stay(status: OrderStatus) -> dict[Step, OrderStatus]:
    return dict.fromkeys(_ANSWERS, status)


_CLOSED_ROW_STEPS = (*_CLOSINGS, Step.FILLED, Step.CANCEL_REJECTED, Step.REPLACE_REJECTED)
# The acknowledgement of an order that the broker worked may be overtaken by its end. One that was rejected was never
# worked: an acknowledgement of it is a contradiction, and asks for a reconciliation.
_CLOSED_AFTER_ALL = (*_CLOSED_ROW_STEPS, Step.ACCEPTED)

TRANSITIONS: dict[OrderStatus, dict[Step, OrderStatus]] = {
    S.CREATED: {Step.DENIED: S.DENIED, Step.SUBMITTED: S.SUBMITTED, Step.ACCEPTED: S.WORKING, Step.HELD: S.HELD,
                Step.TRIGGERED: S.CREATED},
    S.HELD: {Step.TRIGGERED: S.CREATED, Step.DENIED: S.DENIED, Step.CANCELED: S.CANCELED, Step.EXPIRED: S.EXPIRED,
             Step.CANCEL_REQUESTED: S.HELD, Step.REPLACE_REQUESTED: S.HELD, Step.REPLACED: S.HELD},
    S.SUBMITTED: {Step.ACCEPTED: S.WORKING, **_CLOSINGS, Step.ABSENT: S.ABSENT, Step.FILLED: S.WORKING,
                  **_stay(S.SUBMITTED)},
    S.WORKING: {Step.ACCEPTED: S.WORKING, Step.REPLACED: S.WORKING, **_CLOSINGS, Step.FILLED: S.WORKING,
                **_stay(S.WORKING)},
    S.ABSENT: {Step.ACCEPTED: S.WORKING, **_CLOSINGS, Step.FILLED: S.WORKING, **_stay(S.ABSENT)},
    S.DENIED: {},
    S.REJECTED: dict.fromkeys(_CLOSED_ROW_STEPS, S.REJECTED),
    S.CANCELED: dict.fromkeys(_CLOSED_AFTER_ALL, S.CANCELED),
    S.EXPIRED: dict.fromkeys(_CLOSED_AFTER_ALL, S.EXPIRED),
    S.FILLED: dict.fromkeys(_CLOSED_AFTER_ALL, S.FILLED),
}  # fmt: skip

_ASKS: dict[Step, Pending] = {Step.CANCEL_REQUESTED: Pending.CANCEL, Step.REPLACE_REQUESTED: Pending.REPLACE}

# An answer ends its own request only: a replace that is refused leaves a cancel that followed it pending.
_ANSWERED: dict[Step, Pending] = {
    Step.CANCEL_REJECTED: Pending.CANCEL, Step.REPLACE_REJECTED: Pending.REPLACE, Step.REPLACED: Pending.REPLACE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """One child of an intent in one account, or an order found at the broker (`external`).

    `broker_order_ids` is the chain that a broker's replaces made, newest last. `leg` is 0 for the entry,
    1 for its target and 2 for its stop; legs name their entry in `entry` and wait for its fills. `asked` is set
    where the desk does what the broker cannot: it holds the terms that were wanted, and `terms` those that are sent.
    Filled, leaves and average price are derived from `fills`.
    """

    client_order_id: ClientOrderId
    account: AccountId
    instrument: InstrumentId
    side: Side
    quantity: Decimal
    terms: Terms
    created_at: datetime
    intent: IntentId | None = None
    strategy: StrategyId | None = None
    leg: int = 0
    entry: ClientOrderId | None = None
    reduces: bool = False
    external: bool = False
    status: OrderStatus = OrderStatus.CREATED
    pending: Pending = Pending.NONE
    broker_order_ids: tuple[BrokerOrderId, ...] = ()
    fills: tuple[Fill, ...] = ()
    reason: str = ""
    asked: Terms | None = None

    @property
    def attached(self) -> bool:
        """Whether it leaves with its entry, for the broker to hold until that fills."""
        return self.entry is not None and self.asked is None

    @property
    def is_open(self) -> bool:
        """Whether it may still fill as far as we can prove."""
        return self.status not in CLOSED

    @property
    def in_doubt(self) -> bool:
        """Whether bytes may have left and no answer is known."""
        return self.status in {OrderStatus.SUBMITTED, OrderStatus.ABSENT}

    @property
    def filled_quantity(self) -> Decimal:
        """Sum of the fills."""
        return sum((fill.quantity for fill in self.fills), ZERO) if self.fills else ZERO

    @property
    def leaves_quantity(self) -> Decimal:
        """What may still fill: zero for a closed order."""
        if not self.is_open:
            return ZERO
        return max(self.quantity - self.filled_quantity, ZERO) if self.fills else self.quantity

    @property
    def average_price(self) -> Decimal | None:
        """Quantity-weighted price of the fills, or None without fills."""
        filled = self.filled_quantity
        if not filled:
            return None
        return sum((fill.quantity * fill.price for fill in self.fills), ZERO) / filled

    def has_fill(self, fill: Fill) -> bool:
        """Whether this execution is already counted."""
        return any(known.execution_id == fill.execution_id for known in self.fills)


def step(order: Order, kind: Step, *, reason: str | None = None) -> Order:
    """Move the order by the table; raises InvalidTransition where the table has no such move."""
    after = TRANSITIONS[order.status].get(kind)
    if after is None:
        msg = f"{kind} does not apply to order {order.client_order_id} in status {order.status}"
        raise InvalidTransition(msg)
    if order.status in CLOSED:
        return order
    pending = Pending.NONE if after in CLOSED else _pending(order.pending, kind)
    if after is order.status and pending is order.pending and reason is None:
        return order
    return replace(order, status=after, pending=pending, reason=order.reason if reason is None else reason)


def _pending(pending: Pending, kind: Step) -> Pending:
    if kind in _ASKS:
        return _ASKS[kind]
    return Pending.NONE if _ANSWERED.get(kind) is pending else pending


def accept(order: Order, broker_order_id: BrokerOrderId | None) -> Order:
    """The broker has it; a new broker id joins the chain."""
    moved = step(order, Step.ACCEPTED)
    if broker_order_id is None or broker_order_id in moved.broker_order_ids:
        return moved
    return replace(moved, broker_order_ids=(*moved.broker_order_ids, broker_order_id))


def fill(order: Order, execution: Fill) -> Order:
    """Count one execution once; a fully filled open order closes as FILLED, a late fill leaves a closed one closed."""
    if order.has_fill(execution):
        return order
    moved = step(order, Step.FILLED)
    fills = (*order.fills, execution)
    complete = sum((one.quantity for one in fills), ZERO) >= order.quantity
    if order.status not in CLOSED and complete:
        return replace(moved, fills=fills, status=OrderStatus.FILLED, pending=Pending.NONE)
    return replace(moved, fills=fills)


def amend(order: Order, *, quantity: Decimal, terms: Terms, broker_order_id: BrokerOrderId | None) -> Order:
    """The broker confirmed a replace; it closes the order when the new quantity is already filled."""
    moved = replace(step(order, Step.REPLACED), quantity=quantity, terms=terms)
    if broker_order_id is not None and broker_order_id not in moved.broker_order_ids:
        moved = replace(moved, broker_order_ids=(*moved.broker_order_ids, broker_order_id))
    if moved.filled_quantity >= quantity:
        return replace(moved, status=OrderStatus.FILLED, pending=Pending.NONE)
    return moved
