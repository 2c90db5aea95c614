"""What a broker's report of an order means for ours: pure, idempotent, by execution id and by cumulative quantity."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal, Inexact
from typing import TYPE_CHECKING

from bidwell.model import events as ev
from bidwell.model.fill import Fill
from bidwell.model.ids import CLIENT_ORDER_ID_LENGTH, AccountId, ClientOrderId, ExecutionId, base32
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, Order, OrderStatus, Pending

if TYPE_CHECKING:
    from bidwell.engine.ports import BrokerOrder

_CLOSINGS: dict[OrderStatus, type[ev.OrderRejected | ev.OrderCanceled | ev.OrderExpired]] = {
    OrderStatus.REJECTED: ev.OrderRejected,
    OrderStatus.CANCELED: ev.OrderCanceled,
    OrderStatus.EXPIRED: ev.OrderExpired,
}


def external_id(account: AccountId, theirs: BrokerOrder) -> ClientOrderId:
    """The id under which an order that no desk placed is kept: derived from account and broker id."""
    digest = hashlib.sha256(f"external|{account}|{theirs.broker_order_id}".encode()).digest()
    return ClientOrderId(base32(int.from_bytes(digest[:12], "big"), CLIENT_ORDER_ID_LENGTH))


_WORKED = frozenset({OrderStatus.WORKING, OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED})
_TOTAL = "total:"
_FINEST = Decimal("1e-10")
_FINEST_EXPONENT = -10
_EXACT = Context(prec=24, traps=[Inexact])


def named_at_last(order: Order, fill: Fill) -> Order | None:
    """The order with an execution in the place of as much of a booked total, or None where it is a new one.

    A broker may report a filled total first and its executions afterwards: they are one quantity.
    """
    totals = [one for one in order.fills if one.execution_id.startswith(_TOTAL)]
    if fill.execution_id.startswith(_TOTAL) or sum((one.quantity for one in totals), ZERO) < fill.quantity:
        return None
    left, fills = fill.quantity, []
    for one in order.fills:
        if one.execution_id.startswith(_TOTAL) and left:
            covered = min(left, one.quantity)
            left -= covered
            if covered == one.quantity:
                continue
            fills.append(replace(one, quantity=one.quantity - covered))
        else:
            fills.append(one)
    return replace(order, fills=(*fills, fill))


def is_given_up(order: Order) -> bool:
    """Whether an EXTERNAL order turned out to be one of ours: what is said of it is said of that one."""
    return order.external and not order.is_open and not order.broker_order_ids


def misfit(order: Order, event: ev.OrderEvent) -> str:
    """Why a broker's message cannot be about our order, or nothing."""
    if isinstance(event, ev.OrderFilled):
        fill = event.fill
        if (fill.instrument, fill.side, fill.account) != (order.instrument, order.side, order.account):
            return f"execution {fill.execution_id} is {fill.side} {fill.instrument}"
        if not _exact(fill):
            return f"execution {fill.execution_id} of {fill.quantity} at {fill.price} has more digits than money"
    if isinstance(event, ev.OrderReplaced) and not (event.quantity.is_finite() and event.quantity > 0):
        return f"replaced to a quantity of {event.quantity}"
    return ""


def trimmed(event: ev.OrderEvent) -> ev.OrderEvent:
    """The message with the prices of its execution cut to what a price can mean: some brokers tell averages."""
    if not isinstance(event, ev.OrderFilled):
        return event
    price, fee = cut(event.fill.price), cut(event.fill.fee)
    if price is event.fill.price and fee is event.fill.fee:
        return event
    return replace(event, fill=replace(event.fill, price=price, fee=fee))


def cut(value: Decimal) -> Decimal:
    """A price cut to ten decimals: with the endless ones of an average no cost would come out to the last digit."""
    exponent = value.as_tuple().exponent
    return value.quantize(_FINEST) if isinstance(exponent, int) and exponent < _FINEST_EXPONENT else value


def _exact(fill: Fill) -> bool:
    """Whether quantity times price comes out to the last digit, with room for a multiplier."""
    try:
        _EXACT.multiply(fill.quantity, fill.price)
    except Inexact:
        return False
    return True


def unproven(order: Order, event: ev.OrderEvent) -> bool:
    """Whether a closing leaves open what was filled before it: the order's claim must not be dropped on such a word."""
    if not isinstance(event, (ev.OrderCanceled, ev.OrderExpired)):
        return False
    return order.is_open and event.filled_quantity != order.filled_quantity


def renamed(event: ev.OrderEvent, name: ClientOrderId) -> ev.OrderEvent:
    """A message about an order that the broker knows by another id, under ours."""
    if isinstance(event, ev.OrderFilled):
        return replace(event, client_order_id=name, fill=replace(event.fill, client_order_id=name))
    return replace(event, client_order_id=name)


def changes_nothing(order: Order, event: ev.OrderEvent) -> bool:
    """Whether a broker's message repeats what is known, so that it need not be journalled again."""
    match event:
        case ev.OrderFilled(fill=fill):
            return order.has_fill(fill)
        case ev.OrderAccepted(broker_order_id=name):
            known = name is None or name in order.broker_order_ids
            return known and order.status in _WORKED
        case ev.OrderRejected() | ev.OrderCanceled() | ev.OrderExpired():
            return not order.is_open
        case ev.CancelRejected():
            return order.pending is not Pending.CANCEL
        case ev.ReplaceRejected():
            complete = order.is_open and order.filled_quantity >= order.quantity
            return order.pending is not Pending.REPLACE and not complete
        case ev.OrderReplaced(quantity=quantity, terms=terms, broker_order_id=name):
            same = order.quantity == quantity and order.terms == terms and order.pending is not Pending.REPLACE
            return not order.is_open or (same and (name is None or name in order.broker_order_ids))
        case _:
            return False


def from_report(account: AccountId, ours: Order | None, theirs: BrokerOrder, now: datetime, *,
                overtaken: bool = False) -> list[ev.OrderEvent]:  # fmt: skip
    """The events that bring our order up to the broker's report; `ours` None adopts it as EXTERNAL.

    A report that a message about the same order has `overtaken` says nothing of its terms: they may be the old ones.
    """
    name = ours.client_order_id if ours is not None else theirs.client_order_id or external_id(account, theirs)
    found: list[ev.OrderEvent] = []
    if ours is None:
        ours = _external(account, name, theirs, now)
        found.append(ev.OrderAccepted(now, name, theirs.broker_order_id, ours, theirs.created_at))
    elif ours.is_open and (ours.in_doubt or theirs.broker_order_id not in ours.broker_order_ids):
        found.append(ev.OrderAccepted(now, name, theirs.broker_order_id, None, theirs.created_at))
    shrunk = theirs.status is OrderStatus.FILLED and theirs.quantity != ours.quantity
    works_on = theirs.status not in CLOSED and not overtaken and _amended(ours, theirs)
    if ours.is_open and (works_on or shrunk):
        found.append(ev.OrderReplaced(now, name, theirs.quantity, theirs.terms, theirs.broker_order_id))
    fills = [fill for fill in (_owned(fill, name, account) for fill in theirs.fills) if not ours.has_fill(fill)]
    missing = theirs.filled_quantity - ours.filled_quantity - sum((fill.quantity for fill in fills), ZERO)
    if missing > 0:
        fills.append(_cumulative(account, ours, theirs, missing, now))
    found.extend(ev.OrderFilled(now, name, fill) for fill in fills)
    if theirs.status is OrderStatus.FILLED and not shrunk and ours.is_open and ours.filled_quantity >= ours.quantity:
        found.append(ev.ReplaceRejected(now, name, "it was filled before it could be changed"))
    closing = _CLOSINGS.get(theirs.status)
    if closing is not None and ours.is_open:
        found.append(_closing(closing, now, name, theirs))
    return found


def _closing(kind: type[ev.OrderRejected | ev.OrderCanceled | ev.OrderExpired], now: datetime, name: ClientOrderId,
             theirs: BrokerOrder) -> ev.OrderEvent:  # fmt: skip
    if kind is ev.OrderRejected:
        return ev.OrderRejected(now, name, reason=theirs.reason)
    return kind(now, name, reason=theirs.reason, filled_quantity=theirs.filled_quantity)  # type: ignore[call-arg]


def _amended(ours: Order, theirs: BrokerOrder) -> bool:
    """Whether the broker works it on other terms than we know (a replace whose answer was lost, or one by hand)."""
    return theirs.quantity != ours.quantity or theirs.terms != ours.terms


def _owned(fill: Fill, name: ClientOrderId, account: AccountId) -> Fill:
    if fill.client_order_id == name and fill.account == account:
        return fill
    return Fill(fill.execution_id, name, account, fill.instrument, fill.side, fill.quantity, fill.price, fill.fee,
                fill.fee_currency, fill.occurred_at, fill.received_at)  # fmt: skip


def _external(account: AccountId, name: ClientOrderId, theirs: BrokerOrder, now: datetime) -> Order:
    return Order(client_order_id=name, account=account, instrument=theirs.instrument, side=theirs.side,
                 quantity=theirs.quantity, terms=theirs.terms, created_at=theirs.created_at or now,
                 external=True)  # fmt: skip


def _cumulative(account: AccountId, ours: Order, theirs: BrokerOrder, quantity: Decimal, now: datetime) -> Fill:
    """A fill for what a broker reports only as a total; its id is that total, so that it is one fill however often told.

    Its price makes the order's average the broker's where that is reported, and is a price of the order elsewhere.
    """
    price = theirs.terms.limit_price or theirs.terms.stop_price or ours.average_price or ZERO
    if theirs.average_price is not None:
        paid = sum((fill.quantity * fill.price for fill in ours.fills), ZERO)
        price = max((theirs.average_price * theirs.filled_quantity - paid) / quantity, ZERO)
    return Fill(
        ExecutionId(f"{_TOTAL}{theirs.broker_order_id}:{theirs.filled_quantity.normalize():f}"), ours.client_order_id,
        account, ours.instrument, ours.side, quantity, price, ZERO, "", theirs.created_at or now, now,
    )  # fmt: skip
