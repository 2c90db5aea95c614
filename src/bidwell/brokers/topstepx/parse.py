"""Pure translation between TopstepX's payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from bidwell.brokers.topstepx import wire
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import finite, moment, positive
from bidwell.engine.ports import BrokerEvent, BrokerOrder
from bidwell.model import events as ev
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

T = TypeVar("T")

CURRENCY = "USD"

MODIFY_SIZE_IS_TOTAL = True
"""Unconfirmed: the size of a modification is the order's whole size, what is filled included."""

FORCE = TimeInForce.DAY
"""Unconfirmed: the platform has no time in force of its own, and its orders end with the session."""

SIDES = {0: Side.BUY, 1: Side.SELL}
LIMIT, MARKET, STOP_LIMIT, STOP, TRAILING, JOIN_BID, JOIN_ASK = 1, 2, 3, 4, 5, 6, 7
ORDER_TYPES = {
    LIMIT: OrderType.LIMIT, MARKET: OrderType.MARKET, STOP_LIMIT: OrderType.STOP_LIMIT, STOP: OrderType.STOP,
    TRAILING: OrderType.TRAILING_STOP, JOIN_BID: OrderType.LIMIT, JOIN_ASK: OrderType.LIMIT,
}  # fmt: skip
NONE, OPEN, FILLED, CANCELED, EXPIRED, REJECTED, PENDING, PENDING_CANCEL, SUSPENDED = range(9)
STATUSES = {
    **dict.fromkeys((NONE, OPEN, PENDING, PENDING_CANCEL, SUSPENDED), OrderStatus.WORKING),
    FILLED: OrderStatus.FILLED, CANCELED: OrderStatus.CANCELED, EXPIRED: OrderStatus.EXPIRED,
    REJECTED: OrderStatus.REJECTED,
}  # fmt: skip
WORKING = tuple(sorted(code for code, status in STATUSES.items() if status is OrderStatus.WORKING))
LONG, SHORT = 1, 2

_OURS = re.compile(r"[0-9A-HJKMNP-TV-Z]{18}")


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


def own_name(tag: str | None) -> ClientOrderId | None:
    """The desk's id in a tag, None where no desk placed the order."""
    return ClientOrderId(tag) if tag and _OURS.fullmatch(tag) else None


def event_name(row: wire.Order) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or TopstepX's where no desk placed it."""
    return own_name(row.customTag) or ClientOrderId(str(row.id))


def broker_id(row: wire.Order) -> BrokerOrderId:
    """TopstepX's id of an order."""
    return BrokerOrderId(str(row.id))


def terms(row: wire.Order) -> Terms:
    """An order's terms; raises ProtocolError for words that TopstepX does not document or terms that contradict."""
    kind = _type_of(row)
    limited = kind in {OrderType.LIMIT, OrderType.STOP_LIMIT}
    stopped = kind in {OrderType.STOP, OrderType.STOP_LIMIT}
    try:
        return Terms(
            order_type=kind,
            limit_price=row.limitPrice if limited else None,
            # A trailing stop shows its moving level as stopPrice, and its distance as trailPrice.
            stop_price=row.stopPrice if stopped else None,
            trail_amount=row.trailPrice if kind is OrderType.TRAILING_STOP else None,
            time_in_force=FORCE,
        )
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {row.id}: {problem}") from problem


def _type_of(row: wire.Order) -> OrderType:
    """What an order is; those of TopstepX's own screen may lack the price that would make them what they are called."""
    kind = _word(ORDER_TYPES, row.type, "order type")
    if row.type in {JOIN_BID, JOIN_ASK} and row.limitPrice is None:
        return OrderType.MARKET  # its price goes with the market
    if row.type == TRAILING and row.trailPrice is None and row.stopPrice is not None:
        return OrderType.STOP
    return kind


def fill(row: wire.HalfTurn, name: ClientOrderId, context: Context) -> Fill:
    """A half-turn as a fill."""
    return Fill(
        ExecutionId(str(row.id)), name, context.account, context.book.id_of(row.contractId),
        _word(SIDES, row.side, "side"), positive(row.size, "size"), finite(row.price, "price"),
        finite(row.fees if row.fees is not None else ZERO, "fees"), CURRENCY,
        moment(row.creationTimestamp, "creationTimestamp"), context.at,
    )  # fmt: skip


def status_of(row: wire.Order) -> OrderStatus:
    """An order's status; raises ProtocolError for a number that TopstepX does not document."""
    return _word(STATUSES, row.status, "status")


def filled_of(row: wire.Order) -> Decimal:
    """What is filled of an order; older answers leave the figure out of whole fills."""
    if row.fillVolume is None:
        return row.size if row.status == FILLED else ZERO
    return finite(row.fillVolume, "fillVolume")


def order(row: wire.Order, fills: Iterable[Fill], context: Context) -> BrokerOrder:
    """An order as TopstepX holds it; a fill that came after the order was read counts too."""
    known = tuple(fills)
    filled = max(filled_of(row), sum((each.quantity for each in known), ZERO))
    status = status_of(row)
    quantity = positive(row.size, "size")
    if status is OrderStatus.WORKING and filled >= quantity:
        status = OrderStatus.FILLED
    return BrokerOrder(
        broker_order_id=broker_id(row),
        client_order_id=own_name(row.customTag),
        instrument=context.book.id_of(row.contractId),
        side=_word(SIDES, row.side, "side"),
        quantity=quantity,
        terms=terms(row),
        status=status,
        filled_quantity=filled,
        fills=known,
        reason=reason(row),
        created_at=None if row.creationTimestamp is None else moment(row.creationTimestamp, "creationTimestamp"),
        average_price=row.filledPrice if filled else None,
    )


def reason(row: wire.Order) -> str:
    """Why an order ended, as far as TopstepX says it: it gives no words."""
    return _REASONS.get(row.status, "")


_REASONS = {
    CANCELED: "canceled at TopstepX",
    EXPIRED: "the session ended",
    REJECTED: "TopstepX rejected it after taking it in",
}


def ended_at(row: wire.Order) -> datetime | None:
    """When an order left the book, None for one that is on it or does not say."""
    if status_of(row) not in CLOSED or row.updateTimestamp is None:
        return None
    return moment(row.updateTimestamp, "updateTimestamp")


def made_at(row: wire.Order) -> datetime | None:
    """When an order was made, where it says so."""
    return None if row.creationTimestamp is None else moment(row.creationTimestamp, "creationTimestamp")


def end(row: wire.Order, at: datetime) -> BrokerEvent | None:
    """The event of an order's end; None for one that works, or that filled, of which its fills tell."""
    name, why = event_name(row), reason(row)
    if row.status == CANCELED:
        return ev.OrderCanceled(at, name, why, filled_of(row))
    if row.status == EXPIRED:
        return ev.OrderExpired(at, name, why, filled_of(row))
    if row.status == REJECTED:
        return ev.OrderRejected(at, name, "Rejected", why)
    return None


def signed(row: wire.Position) -> Decimal:
    """A position's quantity, below zero for a short one."""
    quantity = abs(finite(row.size, "size"))
    if row.type not in {LONG, SHORT}:
        raise ProtocolError(f"TopstepX does not document the position type {row.type}")
    return quantity if row.type == LONG else -quantity


def bar(row: wire.Bar, instrument: InstrumentId, seconds: int) -> Bar:
    """A past bar."""
    return Bar(instrument, moment(row.t, "t"), seconds, finite(row.o, "o"), finite(row.h, "h"), finite(row.l, "l"),
               finite(row.c, "c"), finite(row.v, "v"))  # fmt: skip


# Seconds of a bar: the unit's number and how many of it.
TIMEFRAMES = {1: (1, 1), 60: (2, 1), 300: (2, 5), 900: (2, 15), 1800: (2, 30), 3600: (3, 1), 14400: (3, 4),
              86400: (4, 1), 604800: (5, 1)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Touch:
    """What is known of a contract's price so far: quotes carry only what changed."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    volume: Decimal = ZERO
    open: Decimal | None = None
    previous_close: Decimal | None = None
    at: datetime | None = None

    def quoted(self, row: wire.Quote) -> Touch:
        """With a quote's changes."""
        last = _or(row.lastPrice, self.last, "lastPrice")
        close = self.previous_close
        if row.change is not None and last is not None:
            close = last - finite(row.change, "change")
        text = row.timestamp or row.lastUpdated
        return replace(
            self, bid=_or(row.bestBid, self.bid, "bestBid"), ask=_or(row.bestAsk, self.ask, "bestAsk"), last=last,
            volume=_or(row.volume, self.volume, "volume") or ZERO, open=_or(row.open, self.open, "open"),
            previous_close=close, at=self._later(moment(text, "timestamp") if text else None),
        )  # fmt: skip

    def traded(self, row: wire.MarketTrade) -> Touch:
        """With a public print."""
        return replace(
            self,
            last=finite(row.price, "price"),
            at=self._later(moment(row.timestamp, "timestamp") if row.timestamp else None),
        )

    def quote(self, instrument: InstrumentId, now: datetime) -> Quote | None:
        """A whole quote, None until bid, offer and a last price have come. TopstepX tells no sizes with its quotes."""
        if self.bid is None or self.ask is None or self.last is None:
            return None
        return Quote(instrument, self.bid, self.ask, self.last, ZERO, ZERO, self.at or now, now, self.volume, self.open,
                     self.previous_close)  # fmt: skip

    def _later(self, at: datetime | None) -> datetime | None:
        return at if self.at is None else self.at if at is None else max(at, self.at)


def expiry_of(token: str) -> datetime | None:
    """When a token ends, as it says itself (RFC 7519, `exp`); None where it does not say so readably."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        body = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        found = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get("exp")
        return None if found is None else datetime.fromtimestamp(msgspec.json.decode(found, type=int), UTC)
    except (binascii.Error, ValueError, OverflowError, OSError, msgspec.MsgspecError, RecursionError):
        return None


def _or(value: Decimal | None, known: Decimal | None, name: str) -> Decimal | None:
    return known if value is None else finite(value, name)


def _word(table: Mapping[int, T], number: int, what: str) -> T:
    found = table.get(number)
    if found is None:
        raise ProtocolError(f"TopstepX does not document the {what} {number}")
    return found
