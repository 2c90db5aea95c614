"""Pure translation between Schwab's payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from bidwell.brokers.schwab import wire
from bidwell.brokers.schwab.symbols import OPTION, SHARES, SymbolBook, other_id
from bidwell.brokers.transport import day, finite, moment, positive
from bidwell.engine.ports import BrokerOrder
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.instrument import Right
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

T = TypeVar("T")

REPLACEMENT_COUNTS_FILLS = False
"""Unconfirmed: the order that a replace makes does not count what the replaced one had filled, and its quantity is what
is left. Taken so because the other way round would buy too much where it is wrong."""

STREAM_LOT = Decimal(100)
"""Documented: sizes of a share's quote on the stream are in lots, typically of 100 shares."""

REST_LOT = Decimal(1)
"""Unconfirmed: sizes of a quote by REST are in shares."""

CASH_PARTS = ("cash_balance", "margin_balance", "short_balance")
"""Unconfirmed: which balances make up the account's cash; what is borrowed is a margin balance below zero."""

MOST_OPTIONS = 20_000
"""No chain of a few expiries has more."""

SIDES = {
    **dict.fromkeys(("BUY", "BUY_TO_COVER", "BUY_TO_OPEN", "BUY_TO_CLOSE"), Side.BUY),
    **dict.fromkeys(("SELL", "SELL_SHORT", "SELL_SHORT_EXEMPT", "SELL_TO_OPEN", "SELL_TO_CLOSE"), Side.SELL),
}
ORDER_TYPES = {
    "MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "STOP": OrderType.STOP, "STOP_LIMIT": OrderType.STOP_LIMIT,
    "TRAILING_STOP": OrderType.TRAILING_STOP,
    # Orders of the closing auction, which a person placed at Schwab.
    "MARKET_ON_CLOSE": OrderType.MARKET, "LIMIT_ON_CLOSE": OrderType.LIMIT,
}  # fmt: skip
FORCES = {
    "DAY": TimeInForce.DAY, "GOOD_TILL_CANCEL": TimeInForce.GTC, "FILL_OR_KILL": TimeInForce.FOK,
    "IMMEDIATE_OR_CANCEL": TimeInForce.IOC,
    # Ends that a person may choose at Schwab, each later than the day's.
    **dict.fromkeys(("END_OF_WEEK", "END_OF_MONTH", "NEXT_END_OF_MONTH"), TimeInForce.GTC),
}  # fmt: skip
REPLACED = "REPLACED"
STATUSES = {
    **dict.fromkeys((
        "NEW", "PENDING_ACTIVATION", "QUEUED", "ACCEPTED", "WORKING", "PENDING_CANCEL", "PENDING_REPLACE",
        "PENDING_RECALL", "PENDING_ACKNOWLEDGEMENT", "AWAITING_PARENT_ORDER", "AWAITING_CONDITION",
        "AWAITING_STOP_CONDITION", "AWAITING_MANUAL_REVIEW", "AWAITING_UR_OUT", "AWAITING_RELEASE_TIME",
    ), OrderStatus.WORKING),
    "FILLED": OrderStatus.FILLED, "CANCELED": OrderStatus.CANCELED, "EXPIRED": OrderStatus.EXPIRED,
    "REJECTED": OrderStatus.REJECTED,
    # The order that replaced it goes on; where none did, it is off the book.
    REPLACED: OrderStatus.CANCELED,
}  # fmt: skip
_EXECUTION = "EXECUTION"
_FILLS = frozenset({None, "FILL"})
"""A cancel is an execution of type CANCELED at a price of zero."""
_VALUE, _PERCENT = "VALUE", "PERCENT"


class Foreign(ProtocolError):
    """An order that a person placed at Schwab and that the desk has no shape for: of several legs, or of a rare type."""


class Lagging(ProtocolError):
    """An order shows more filled than its executions list yet."""


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


# --- orders -------------------------------------------------------------------------------------------


def flat(rows: Iterable[wire.Order]) -> Iterator[wire.Order]:
    """Every order that has legs, those inside of others too."""
    for row in rows:
        if row.order_leg_collection:
            yield row
        yield from flat(row.child_order_strategies or ())
        yield from flat(each for each in row.replacing_order_collection or () if isinstance(each, wire.Order))


def successors(row: wire.Order) -> set[str]:
    """The numbers of the orders that replaced one, where it names them; whether it does is unconfirmed."""
    named = [each for each in row.replacing_order_collection or () if each is not None]
    return {str(each.order_id if isinstance(each, wire.Order) else each) for each in named}


def order_id(row: wire.Order) -> str:
    """Schwab's number of an order."""
    found = str(row.order_id)
    if not found.isdecimal() or not int(found):
        raise ProtocolError(f"an order has the number {found[:40]!r}")
    return found


def status(row: wire.Order) -> OrderStatus:
    """Where an order stands."""
    return _word(STATUSES, row.status, "status")


def leg(row: wire.Order) -> wire.Leg:
    """The one leg of an order of ours; raises Foreign for an order of several."""
    legs = row.order_leg_collection or []
    if len(legs) != 1:
        raise Foreign(f"order {row.order_id} has {len(legs)} legs")
    return legs[0]


def side(row: wire.Order) -> Side:
    """Whether an order buys or sells."""
    return _word(SIDES, leg(row).instruction, "instruction")


def instrument(row: wire.Order, book: SymbolBook) -> InstrumentId:
    """What an order is for; a fund or bond under a name of its own."""
    traded = leg(row).instrument
    return book.id_of(traded.symbol) if traded.asset_type in SHARES | {OPTION, ""} else other_id(traded.symbol)


def quantity(row: wire.Order) -> Decimal:
    """How much an order is for."""
    return positive(row.quantity if row.quantity is not None else leg(row).quantity, "quantity")


def filled(row: wire.Order) -> Decimal:
    """How much of an order is filled."""
    return finite(row.filled_quantity if row.filled_quantity is not None else ZERO, "filledQuantity")


def terms(row: wire.Order) -> Terms:
    """An order's terms; raises Foreign for a type the desk has not, ProtocolError for terms that contradict."""
    kind, force = ORDER_TYPES.get(row.order_type), FORCES.get(row.duration)
    if kind is None or force is None:
        raise Foreign(f"order {row.order_id} is of type {row.order_type!r} for {row.duration!r}")
    trailing = kind is OrderType.TRAILING_STOP
    if trailing and row.stop_price_link_type not in {_VALUE, _PERCENT}:
        raise Foreign(f"order {row.order_id} trails by {row.stop_price_link_type!r}")
    try:
        return Terms(
            order_type=kind,
            limit_price=row.price if kind in {OrderType.LIMIT, OrderType.STOP_LIMIT} else None,
            stop_price=row.stop_price if kind in {OrderType.STOP, OrderType.STOP_LIMIT} else None,
            trail_amount=row.stop_price_offset if trailing and row.stop_price_link_type == _VALUE else None,
            trail_percent=row.stop_price_offset if trailing and row.stop_price_link_type == _PERCENT else None,
            time_in_force=force,
        )
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {row.order_id}: {problem}") from problem


def entered_at(row: wire.Order) -> datetime:
    """When Schwab took an order in, cut to the second by some of its systems."""
    return moment(row.entered_time, "enteredTime")


def closed_at(row: wire.Order) -> datetime | None:
    """When an order left the book, None where it does not say."""
    return moment(row.close_time, "closeTime") if row.close_time else None


def fills(row: wire.Order, name: ClientOrderId, context: Context) -> list[Fill]:
    """An order's executions, each named by the order and what that had filled with it.

    Raises Lagging where they do not add up to what the order says is filled.
    """
    done = [each for each in row.order_activity_collection or ()
            if each.activity_type == _EXECUTION and each.execution_type in _FILLS]  # fmt: skip
    # What is left after an execution falls: that puts them in one order, however they are listed.
    done.sort(key=lambda each: ZERO if each.order_remaining_quantity is None else -each.order_remaining_quantity)
    found, total, ident = [], ZERO, order_id(row)
    for one in (part for each in done for part in each.execution_legs or ()):
        total += positive(one.quantity, "quantity")
        at = moment(one.time, "time") if one.time else context.at
        found.append(Fill(ExecutionId(f"{ident}:{total.normalize():f}"), name, context.account,
                          instrument(row, context.book), side(row), one.quantity, positive(one.price, "price"), ZERO,
                          "USD", at, context.at))  # fmt: skip
    if total != filled(row):
        raise Lagging(f"{filled(row)} of order {ident} are filled and {total} are listed")
    return found


def order(rows: Sequence[wire.Order], name: ClientOrderId | None, context: Context) -> BrokerOrder:
    """An order as Schwab holds it; `rows` are the chain that its replaces made, oldest first."""
    newest = rows[-1]
    told = name or ClientOrderId(order_id(newest))
    done = [each for row in rows for each in fills(row, told, context)]
    before = sum((filled(row) for row in rows[:-1]), ZERO)
    upto = filled(newest) + (ZERO if REPLACEMENT_COUNTS_FILLS else before)
    state = status(newest)
    reason = newest.status_description or ("" if state is OrderStatus.WORKING else newest.status.lower())
    return BrokerOrder(
        broker_order_id=BrokerOrderId(order_id(newest)),
        client_order_id=name,
        instrument=instrument(newest, context.book),
        side=side(newest),
        quantity=quantity(newest) + (ZERO if REPLACEMENT_COUNTS_FILLS else before),
        terms=terms(newest),
        status=state,
        filled_quantity=upto,
        fills=tuple(done),
        reason=reason if state is not OrderStatus.FILLED else "",
        created_at=entered_at(rows[0]),
    )


# --- the account --------------------------------------------------------------------------------------


def signed(row: wire.Position) -> Decimal:
    """A position's quantity: below zero for a short one."""
    return finite(row.long_quantity, "longQuantity") - abs(finite(row.short_quantity, "shortQuantity"))


def cash(balances: wire.Balances) -> Decimal:
    """The account's cash."""
    if balances.cash_balance is None and balances.margin_balance is None:
        raise ProtocolError("Schwab tells no cash of the account")
    parts: list[Decimal | None] = [getattr(balances, name) for name in CASH_PARTS]
    return sum((finite(each, "a balance") for each in parts if each is not None), ZERO)


# --- chains -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where an option stands in a chain."""

    expiry: date
    strike: Decimal
    right: Right


def chain(told: wire.Chain) -> list[tuple[Place, wire.Optioned]]:
    """The options of a chain with their places; raises ProtocolError for a place that is none, or for too many."""
    found = []
    for right, by_day in ((Right.CALL, told.calls), (Right.PUT, told.puts)):
        for text, strikes in (by_day or {}).items():
            expiry = day(text.partition(":")[0], "an expiry")
            for strike, rows in strikes.items():
                place = Place(expiry, positive(_figure(strike), "a strike"), right)
                found += [(place, _sized(row)) for row in rows]
    if len(found) > MOST_OPTIONS:
        raise ProtocolError(f"a chain has {len(found)} options, more than {MOST_OPTIONS}")
    return found


def _sized(row: wire.Optioned) -> wire.Optioned:
    if row.multiplier is not None:
        positive(row.multiplier, "multiplier")
    return row


def _figure(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


# --- prices -------------------------------------------------------------------------------------------


def instant(milliseconds: int | None) -> datetime | None:
    """A time in milliseconds since 1970; None for none."""
    if not milliseconds:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError) as problem:
        raise ProtocolError(f"{milliseconds} is no time") from problem


def bar(row: wire.Candle, instrument_id: InstrumentId, seconds: int) -> Bar:
    """A past bar."""
    start = instant(row.datetime)
    if start is None:
        raise ProtocolError("a bar has no time")
    return Bar(instrument_id, start, seconds, positive(row.open, "open"), positive(row.high, "high"),
               positive(row.low, "low"), positive(row.close, "close"), finite(row.volume, "volume"))  # fmt: skip


def touched(row: wire.Touch, instrument_id: InstrumentId, received_at: datetime) -> Quote | None:
    """The newest quote by REST, None where a side or the last price is missing."""
    tick = wire.EquityTick("", row.bid_price, row.ask_price, row.last_price, row.bid_size, row.ask_size,
                           row.total_volume, row.close_price, row.open_price, row.quote_time, row.trade_time)  # fmt: skip
    return quote(Book().merged(tick), instrument_id, received_at, REST_LOT)


@dataclass(frozen=True, slots=True)
class Book:
    """The newest of everything that the stream told of one symbol, which tells only what changed."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    bid_size: Decimal = ZERO
    ask_size: Decimal = ZERO
    volume: Decimal = ZERO
    close: Decimal | None = None
    open: Decimal | None = None
    quoted_at: int | None = None
    traded_at: int | None = None

    def merged(self, tick: wire.Tick) -> Book:
        """What is known once a change was taken in."""
        changes: dict[str, object] = {}
        for name in ("bid", "ask", "last", "bid_size", "ask_size", "volume", "close", "open"):
            value: Decimal | None = getattr(tick, name)
            if value is not None:
                changes[name] = finite(value, name)
        for name in ("quoted_at", "traded_at"):
            at: int | None = getattr(tick, name)
            if at is not None:
                changes[name] = at
        return replace(self, **changes)  # type: ignore[arg-type]  # each value was checked above


def quote(book: Book, instrument_id: InstrumentId, received_at: datetime, lot: Decimal) -> Quote | None:
    """A quote, None where a side or the last price is missing or no price."""
    bid, ask, last = book.bid, book.ask, book.last
    if bid is None or ask is None or last is None or bid <= 0 or ask <= 0 or last <= 0:
        return None
    times = [at for at in (instant(book.quoted_at), instant(book.traded_at)) if at is not None]
    return Quote(
        instrument_id, bid, ask, last, book.bid_size * lot, book.ask_size * lot, max(times, default=received_at),
        received_at, book.volume, book.open or None, book.close or None,
    )  # fmt: skip


def _word(table: Mapping[str, T], word: str, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"Schwab does not document the {what} {word[:40]!r}")
    return found
