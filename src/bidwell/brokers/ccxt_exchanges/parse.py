"""Pure translation between the library's unified payloads and the desk's types; raises ProtocolError."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from bidwell.brokers.ccxt_exchanges import wire
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.transport import finite, positive
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

SIDES = {"buy": Side.BUY, "sell": Side.SELL}
FORCES = {
    "GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK,
    # Post-only orders, and those until a moment, of a person at the exchange's own screen.
    "PO": TimeInForce.GTC, "GTD": TimeInForce.GTC, "GTT": TimeInForce.GTC,
}  # fmt: skip
STATUSES = {
    "open": OrderStatus.WORKING, "canceling": OrderStatus.WORKING, "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED, "expired": OrderStatus.EXPIRED, "rejected": OrderStatus.REJECTED,
    # What the library hands on as Coinbase says it.
    "pending": OrderStatus.WORKING, "queued": OrderStatus.WORKING, "cancel_queued": OrderStatus.WORKING,
    "edit_queued": OrderStatus.WORKING,
}  # fmt: skip
TIMEFRAMES = {60: "1m", 300: "5m", 900: "15m", 1800: "30m", 3600: "1h", 14400: "4h", 86400: "1d", 604800: "1w"}

_IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_OURS = re.compile(r"[0-9A-HJKMNP-TV-Z]{18}")
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: PairBook
    at: datetime


def own_name(client_order_id: str | None) -> ClientOrderId | None:
    """The desk's id, None where no desk placed the order."""
    return ClientOrderId(client_order_id) if client_order_id and _OURS.fullmatch(client_order_id) else None


def event_name(row: wire.Order) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or the exchange's where no desk placed it."""
    return own_name(row.clientOrderId) or ClientOrderId(row.id)


def moment(milliseconds: int | None, name: str) -> datetime:
    """Milliseconds since 1970 as a time; raises ProtocolError."""
    if milliseconds is None or not 0 <= milliseconds < _LATEST.timestamp() * 1000:
        raise ProtocolError(f"{name} is no time: {milliseconds}")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def created(row: wire.Order) -> datetime | None:
    """When the exchange made an order, where it says so."""
    return None if row.timestamp is None else moment(row.timestamp, "timestamp")


def terms(row: wire.Order) -> Terms:
    """An order's terms; a market order has no time in force of its own."""
    word = (row.type or "").lower()
    trigger = row.triggerPrice or None
    limited = "limit" in word
    if not limited and "market" not in word and "stop" not in word and "take" not in word:
        raise ProtocolError(f"the order type {word!r} of order {row.id} is not known")
    try:
        if trigger is not None:
            kind = OrderType.STOP_LIMIT if limited else OrderType.STOP
        else:
            kind = OrderType.LIMIT if limited else OrderType.MARKET
        if kind is OrderType.MARKET:
            return Terms()
        force = _word(FORCES, row.timeInForce or "GTC", "time in force")
        return Terms(kind, row.price if limited else None, trigger, time_in_force=force)
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {row.id}: {problem}") from problem


def status(row: wire.Order) -> OrderStatus:
    """What became of an order.

    One that closed with less than its quantity was canceled; what an immediate order could not get is canceled, whatever
    the exchange calls it.
    """
    found = _word(STATUSES, (row.status or "").lower(), "status")
    filled = finite(row.filled if row.filled is not None else ZERO, "filled")
    if found is OrderStatus.FILLED and row.amount is not None and filled < row.amount:
        return OrderStatus.CANCELED
    if found is OrderStatus.EXPIRED and FORCES.get(row.timeInForce or "") in _IMMEDIATE:
        return OrderStatus.CANCELED
    return found


def order(row: wire.Order, fills: Iterable[Fill], context: Context) -> BrokerOrder:
    """An order as the exchange holds it."""
    filled = finite(row.filled if row.filled is not None else ZERO, "filled")
    found = status(row)
    return BrokerOrder(
        broker_order_id=BrokerOrderId(row.id),
        client_order_id=own_name(row.clientOrderId),
        instrument=context.book.id_of(row.symbol or ""),
        side=_word(SIDES, row.side or "", "side"),
        # A market order by amount of money has no quantity before it is filled.
        quantity=positive(row.amount if row.amount is not None else filled or None, "amount"),
        terms=terms(row),
        status=found,
        filled_quantity=filled,
        fills=tuple(fills),
        reason=(row.status or "") if found in {OrderStatus.REJECTED, OrderStatus.EXPIRED} else "",
        created_at=created(row),
        average_price=row.average if filled else None,
    )


def execution_id(order_id: str, execution: str) -> ExecutionId:
    """An execution's name: ids of executions are unique for a pair only on some exchanges."""
    return ExecutionId(f"{order_id}:{execution}")


def fill(row: wire.Execution, name: ClientOrderId, context: Context) -> Fill:
    """An execution.

    A fee in the pair's money is told; one in a coin is taken from what is held, and shows there.
    """
    instrument = context.book.id_of(row.symbol)
    money = context.book.of(row.symbol).currency
    fee = row.fee
    cost = finite(fee.cost, "fee") if fee is not None and fee.cost is not None and fee.currency == money else ZERO
    at = context.at if row.timestamp is None else moment(row.timestamp, "timestamp")
    return Fill(
        execution_id(row.order, row.id), name, context.account, instrument, _word(SIDES, row.side, "side"),
        positive(row.amount, "amount"), positive(row.price, "price"), cost, money, at, context.at,
    )  # fmt: skip


def state(theirs: BrokerOrder, name: ClientOrderId, at: datetime) -> tuple[BrokerEvent, ...]:
    """An order as it stands, told as the events that lead there."""
    if theirs.status is OrderStatus.REJECTED and not theirs.filled_quantity:
        return (ev.OrderRejected(at, name, "rejected", theirs.reason),)
    accepted = ev.OrderAccepted(at, name, theirs.broker_order_id, None, theirs.created_at)
    return (accepted, *(ev.OrderFilled(at, name, each) for each in theirs.fills),
            *ended(theirs.status, name, at, theirs.filled_quantity))  # fmt: skip


def ended(found: OrderStatus, name: ClientOrderId, at: datetime, filled: Decimal) -> tuple[BrokerEvent, ...]:
    """The event of an order's end, where it has ended without being filled."""
    if found is OrderStatus.CANCELED:
        return (ev.OrderCanceled(at, name, "canceled at the exchange", filled),)
    if found is OrderStatus.EXPIRED:
        return (ev.OrderExpired(at, name, "its time in force ended", filled),)
    if found is OrderStatus.REJECTED:
        return (ev.OrderRejected(at, name, "rejected", "the exchange rejected it after taking it in"),)
    return ()


def update(row: wire.Order, name: ClientOrderId, context: Context) -> tuple[BrokerEvent, ...]:
    """What a word of the order stream about an order means, its executions apart; the first event is the acceptance."""
    at = context.at
    filled = finite(row.filled if row.filled is not None else ZERO, "filled")
    accepted = ev.OrderAccepted(at, name, BrokerOrderId(row.id), None, created(row))
    return (accepted, *ended(status(row), name, at, filled))


def bar(row: list[object], instrument: InstrumentId, seconds: int) -> Bar:
    """A past bar."""
    if len(row) < 6:
        raise ProtocolError(f"a bar has {len(row)} figures")
    at = row[0]
    if not isinstance(at, int):
        raise ProtocolError(f"a bar's time is {at!r}")
    opens, high, low, closes = (positive(wire.shaped(each, Decimal, "a bar's price"), "a price") for each in row[1:5])
    volume = finite(wire.shaped(row[5], Decimal, "a bar's volume"), "the volume")
    return Bar(instrument, moment(at, "a bar's time"), seconds, opens, high, low, closes, volume)


def quote(row: wire.Ticker, instrument: InstrumentId, received_at: datetime) -> Quote | None:
    """The newest quote of a pair, None where one side or a last price is missing."""
    if row.bid is None or row.ask is None or row.last is None:
        return None
    bid, ask = finite(row.bid, "bid"), finite(row.ask, "ask")
    if bid <= 0 or ask <= 0:
        return None
    at = received_at if row.timestamp is None else moment(row.timestamp, "timestamp")
    return Quote(
        instrument, bid, ask, positive(row.last, "last"), _known(row.bidVolume, "bidVolume"),
        _known(row.askVolume, "askVolume"), at, received_at, _known(row.baseVolume, "baseVolume"),
        None if row.open is None else finite(row.open, "open"),
        None if row.previousClose is None else finite(row.previousClose, "previousClose"),
    )  # fmt: skip


def _known(figure: Decimal | None, name: str) -> Decimal:
    return finite(ZERO if figure is None else figure, name)


def _word(table: Mapping[str, T], word: str, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"the {what} {word!r} is not known")
    return found
