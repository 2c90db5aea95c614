"""Pure translation between Alpaca's payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from bidwell.brokers.alpaca import wire
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.brokers.transport import finite, moment, positive
from bidwell.engine.ports import BrokerEvent, BrokerOrder
from bidwell.model import events as ev
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

T = TypeVar("T")

REPLACEMENT_CARRIES_FILLS = True
"""Unconfirmed: the order that a replace makes counts what the replaced one had filled, and its qty is the total."""

QUOTE_LOT = Decimal(1)
"""Unconfirmed: `bs` and `as` of a share's quote are in shares (they were in lots of 100 until 2025)."""

SIDES = {"buy": Side.BUY, "sell": Side.SELL, "sell_short": Side.SELL}
ORDER_TYPES = {
    "market": OrderType.MARKET, "limit": OrderType.LIMIT, "stop": OrderType.STOP, "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.TRAILING_STOP,
}  # fmt: skip
FORCES = {"day": TimeInForce.DAY, "gtc": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK,
          # Auction orders of a person at Alpaca's own screen: they end with the session.
          "opg": TimeInForce.DAY, "cls": TimeInForce.DAY}  # fmt: skip
STATUSES = {
    **dict.fromkeys(("pending_new", "accepted", "accepted_for_bidding", "held", "pending_review", "new",
                     "pending_cancel", "pending_replace", "stopped", "suspended", "calculated", "done_for_day",
                     "partially_filled"), OrderStatus.WORKING),
    "filled": OrderStatus.FILLED, "canceled": OrderStatus.CANCELED, "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
    # The order that replaced it goes on; where that is not known, it is off the book.
    "replaced": OrderStatus.CANCELED,
}  # fmt: skip
REPLACED = "replaced"
QUIET = frozenset({"pending_cancel", "pending_replace", "calculated", "done_for_day", "restated", "stopped",
                   "suspended"})  # fmt: skip
"""Events that change nothing of what the desk keeps."""

_OURS = re.compile(r"(?P<name>[0-9A-HJKMNP-TV-Z]{18})(?:-R[0-9a-f]{8})?")


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


def own_name(client_order_id: str) -> ClientOrderId | None:
    """The desk's id in Alpaca's, None where no desk placed the order."""
    found = _OURS.fullmatch(client_order_id)
    return ClientOrderId(found["name"]) if found else None


def replacement_name(name: ClientOrderId, replaced: str) -> str:
    """The id of the order that replaces `replaced`: the same for the same one, so that asking twice makes one."""
    return f"{name}-R{replaced.replace('-', '')[:8].lower().rjust(8, '0')}"


def event_name(order: wire.Order) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or Alpaca's where no desk placed it."""
    return own_name(order.client_order_id) or ClientOrderId(order.id)


def terms(order: wire.Order) -> Terms:
    """An order's terms; raises ProtocolError for words that Alpaca does not document or terms that contradict."""
    try:
        kind = _word(ORDER_TYPES, order.type, "order type")
        trailing = kind is OrderType.TRAILING_STOP
        return Terms(
            order_type=kind,
            limit_price=order.limit_price,
            # A trailing stop shows its moving level as stop_price.
            stop_price=None if trailing else order.stop_price,
            trail_amount=order.trail_price,
            trail_percent=order.trail_percent if order.trail_price is None else None,
            time_in_force=_word(FORCES, order.time_in_force, "time in force"),
        )
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {order.id}: {problem}") from problem


def execution_id(order_id: str, cumulative: Decimal) -> ExecutionId:
    """An execution's name: its order and what that had filled with it, which every source of it tells."""
    return ExecutionId(f"{order_id}:{cumulative.normalize():f}")


def activity(row: wire.Activity, name: ClientOrderId, context: Context) -> Fill:
    """A fill as the account's activities list it."""
    return Fill(
        execution_id(row.order_id, positive(row.cum_qty, "cum_qty")), name, context.account,
        context.book.id_of(row.symbol), _word(SIDES, row.side, "side"), positive(row.qty, "qty"),
        positive(row.price, "price"), ZERO, "USD", moment(row.transaction_time, "transaction_time"), context.at,
    )  # fmt: skip


def order(row: wire.Order, fills: Iterable[Fill], context: Context) -> BrokerOrder:
    """An order as Alpaca holds it; `fills` are those of its whole chain of replacements."""
    known = tuple(fills)
    filled = finite(row.filled_qty if row.filled_qty is not None else ZERO, "filled_qty")
    quantity = row.qty
    if row.replaces is not None and not REPLACEMENT_CARRIES_FILLS:
        before = sum((each.quantity for each in known if not each.execution_id.startswith(row.id)), ZERO)
        filled, quantity = filled + before, None if quantity is None else quantity + before
    return BrokerOrder(
        broker_order_id=BrokerOrderId(row.id),
        client_order_id=own_name(row.client_order_id),
        instrument=context.book.id_of(row.symbol),
        side=_word(SIDES, row.side, "side"),
        # An order by amount has no quantity before it is filled.
        quantity=positive(quantity if quantity is not None else filled or None, "qty"),
        terms=terms(row),
        status=_word(STATUSES, row.status, "status"),
        filled_quantity=filled,
        fills=known,
        reason=row.reject_reason or ("" if row.status not in {"rejected", "expired"} else row.status),
        created_at=None if row.created_at is None else moment(row.created_at, "created_at"),
        average_price=row.filled_avg_price if filled else None,
    )


def closed_at(row: wire.Order) -> datetime | None:
    """When an order left the book, None for one that is on it or does not say."""
    for text in (row.filled_at, row.canceled_at, row.expired_at, row.failed_at, row.replaced_at):
        if text:
            return moment(text, "the time of its end")
    return None


def update(row: wire.Update, context: Context) -> tuple[BrokerEvent, ...] | None:
    """What an order event means; None for an event that Alpaca does not document."""
    order_row, at = row.order, context.at
    name = event_name(order_row)
    if row.event in QUIET:
        return ()
    if row.event in {"new", "accepted", "pending_new", "accepted_for_bidding", "held", "pending_review"}:
        return (ev.OrderAccepted(at, name, BrokerOrderId(order_row.id), None, _when(row)),)
    if row.event in {"fill", "partial_fill"}:
        return (ev.OrderFilled(at, name, _fill(row, name, context)),)
    if row.event == "canceled":
        return (ev.OrderCanceled(at, name, "canceled at Alpaca", order_row.filled_qty),)
    if row.event == "expired":
        return (ev.OrderExpired(at, name, "its time in force ended", order_row.filled_qty),)
    if row.event == "rejected":
        reason = order_row.reject_reason or "Alpaca rejected it after taking it in"
        return (ev.OrderRejected(at, name, "rejected", reason),)
    if row.event == "order_cancel_rejected":
        return (ev.CancelRejected(at, name, "Alpaca did not cancel it"),)
    if row.event == "order_replace_rejected":
        return (ev.ReplaceRejected(at, name, "Alpaca did not change it"),)
    return None


def replaced(newest: wire.Order, context: Context) -> ev.OrderReplaced:
    """The order works on new terms."""
    quantity = positive(newest.qty, "qty")
    return ev.OrderReplaced(context.at, event_name(newest), quantity, terms(newest), BrokerOrderId(newest.id))


def signed(row: wire.Position) -> Decimal:
    """A position's quantity: below zero for a short one, whichever way Alpaca writes it."""
    quantity = finite(row.qty, "qty")
    return -abs(quantity) if row.side == "short" else quantity


def bar(row: wire.Bar, instrument: InstrumentId, seconds: int) -> Bar:
    """A past bar."""
    return Bar(instrument, moment(row.t, "t"), seconds, positive(row.o, "o"), positive(row.h, "h"),
               positive(row.l, "l"), positive(row.c, "c"), finite(row.v, "v"))  # fmt: skip


def quote(snap: wire.Snap, instrument: InstrumentId, received_at: datetime) -> Quote | None:
    """The newest quote of a symbol, None where one side or a last price is missing."""
    touch, last = snap.latestQuote, snap.latestTrade
    if touch is None or last is None:
        return None
    bid, ask = finite(touch.bp, "bp"), finite(touch.ap, "ap")
    if bid <= 0 or ask <= 0:
        return None
    day, before = snap.dailyBar, snap.prevDailyBar
    return Quote(
        instrument, bid, ask, positive(last.p, "p"),
        finite(touch.bs or ZERO, "bs") * QUOTE_LOT, finite(touch.as_ or ZERO, "as") * QUOTE_LOT,
        max(moment(touch.t, "t"), moment(last.t, "t")), received_at, day.v if day else ZERO, day.o if day else None,
        before.c if before else None,
    )  # fmt: skip


TIMEFRAMES = {60: "1Min", 300: "5Min", 900: "15Min", 1800: "30Min", 3600: "1Hour", 14400: "4Hour", 86400: "1Day",
              604800: "1Week"}  # fmt: skip
SPANS = {name: timedelta(seconds=seconds) for seconds, name in TIMEFRAMES.items()}


def _fill(row: wire.Update, name: ClientOrderId, context: Context) -> Fill:
    order_row = row.order
    cumulative = positive(order_row.filled_qty, "filled_qty")
    return Fill(
        execution_id(order_row.id, cumulative), name, context.account, context.book.id_of(order_row.symbol),
        _word(SIDES, order_row.side, "side"), positive(row.qty, "qty"), positive(row.price, "price"), ZERO, "USD",
        _when(row) or context.at, context.at,
    )  # fmt: skip


def _when(row: wire.Update) -> datetime | None:
    return moment(row.timestamp, "timestamp") if row.timestamp else None


def _word(table: Mapping[str, T], word: str, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"Alpaca does not document the {what} {word!r}")
    return found
