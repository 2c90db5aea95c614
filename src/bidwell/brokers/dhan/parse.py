"""Pure translation between Dhan's payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from bidwell.brokers.dhan import wire
from bidwell.brokers.dhan.symbols import SymbolBook
from bidwell.brokers.transport import finite, positive, read
from bidwell.brokers.transport.exact import decoder
from bidwell.brokers.transport.indian import CURRENCY, IST, ist
from bidwell.brokers.transport.report import Held, held_of
from bidwell.engine.ports import BrokerOrder, Margin, MarginPart
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

T = TypeVar("T")

HOLDINGS_KEEP_WHAT_WAS_SOLD = True
"""Unconfirmed: `totalQty` of a holding is that of the morning, and what was sold of it today is below zero among the
positions, as what was bought today is above; so the two add up."""

CASH_IS_THAT_OF_THE_MORNING = True
"""Unconfirmed: `sodLimit` is the day's opening cash and does not move; what was traded since is among the positions."""

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL, "B": Side.BUY, "S": Side.SELL}
ORDER_TYPES = {
    "MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "STOP_LOSS_MARKET": OrderType.STOP,
    "STOP_LOSS": OrderType.STOP_LIMIT,
    # As the order stream abbreviates them.
    "MKT": OrderType.MARKET, "LMT": OrderType.LIMIT, "SLM": OrderType.STOP, "SL": OrderType.STOP_LIMIT,
}  # fmt: skip
FORCES = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC}
STATUSES = {
    **dict.fromkeys(("TRANSIT", "PENDING", "PART_TRADED", "TRIGGERED"), OrderStatus.WORKING),
    **dict.fromkeys(("TRADED", "CLOSED"), OrderStatus.FILLED),
    "CANCELLED": OrderStatus.CANCELED, "EXPIRED": OrderStatus.EXPIRED, "REJECTED": OrderStatus.REJECTED,
}  # fmt: skip
CARRIED = {"NSE": "NSE_EQ", "BSE": "BSE_EQ", "ALL": "NSE_EQ"}
"""In which segment a holding is looked up; ALL is one that either exchange trades."""

_CARRIED_SHARES = "CNC"
_OURS = re.compile(r"[0-9A-HJKMNP-TV-Z]{18}")
_ALERT = decoder(wire.Alert)
_FIELDS = decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


@dataclass(frozen=True, slots=True)
class Working:
    """What an order asks for at the moment."""

    quantity: Decimal
    terms: Terms


def own_name(correlation_id: str | None) -> ClientOrderId | None:
    """The desk's id in Dhan's tag, None where no desk placed the order."""
    return ClientOrderId(correlation_id) if correlation_id and _OURS.fullmatch(correlation_id) else None


def event_name(order_id: str, correlation_id: str | None) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or Dhan's where no desk placed it."""
    return own_name(correlation_id) or ClientOrderId(order_id)


def alert(body: bytes) -> wire.Alert:
    """What the order stream says of an order: documents write its names in Pascal case, the wire in camel case."""
    if b'"orderNo"' not in body:
        fields = read(_FIELDS, body, "an order alert")
        body = msgspec.json.encode({name[:1].lower() + name[1:]: value for name, value in fields.items()})
    return read(_ALERT, body, "an order alert")


def status(word: str) -> OrderStatus:
    """A status; the stream writes them with capitals at the beginning only."""
    return _word(STATUSES, word.upper().replace(" ", "_"), "status")


def working(row: wire.Order | wire.Alert) -> Working:
    """What an order asks for; raises ProtocolError for undocumented words or terms that contradict."""
    kind = _word(ORDER_TYPES, row.order_type.upper(), "order type")
    try:
        terms = Terms(
            order_type=kind,
            # A market order shows the price at which it is expected to fill.
            limit_price=positive(row.price, "price") if kind.has_limit else None,
            stop_price=positive(row.trigger_price, "triggerPrice") if kind.has_stop else None,
            time_in_force=_word(FORCES, row.validity.upper(), "validity"),
        )
    except InvalidInput as problem:
        raise ProtocolError(f"terms of an order: {problem}") from problem
    return Working(positive(row.quantity, "quantity"), terms)


def filled_of(row: wire.Order) -> Decimal:
    """How much of an order is filled."""
    return finite(row.filled_qty or ZERO, "filledQty")


def traded_of(row: wire.Alert) -> Decimal:
    """How much of an order is filled, as the stream tells it."""
    return finite(row.traded_qty or ZERO, "tradedQty")


def order(row: wire.Order, fills: Iterable[Fill], context: Context) -> BrokerOrder:
    """An order as Dhan holds it."""
    asks, known = working(row), tuple(fills)
    filled = max(filled_of(row), sum((each.quantity for each in known), ZERO))
    return BrokerOrder(
        broker_order_id=BrokerOrderId(row.order_id),
        client_order_id=own_name(row.correlation_id),
        instrument=context.book.id_of(row.exchange_segment, row.security_id),
        side=_word(SIDES, row.transaction_type, "transactionType"),
        quantity=asks.quantity,
        terms=asks.terms,
        status=status(row.order_status),
        filled_quantity=filled,
        fills=known,
        reason=row.oms_error_description or "",
        created_at=when(row.create_time),
        average_price=finite(row.average_traded_price, "averageTradedPrice") if row.average_traded_price else None,
    )


def fill(row: wire.MarketTrade, name: ClientOrderId, context: Context) -> Fill:
    """An execution of the day's list; the exchange's number is unique in its market, so the order's goes with it."""
    if not row.exchange_trade_id:
        raise ProtocolError(f"an execution of order {row.order_id} has no number")
    return Fill(
        ExecutionId(f"{row.order_id}:{row.exchange_trade_id}"), name, context.account,
        context.book.id_of(row.exchange_segment, row.security_id), _word(SIDES, row.transaction_type, "transactionType"),
        positive(row.traded_quantity, "tradedQuantity"), positive(row.traded_price, "tradedPrice"), ZERO, CURRENCY,
        when(row.exchange_time) or when(row.create_time) or context.at, context.at,
    )  # fmt: skip


def when(text: str | None) -> datetime | None:
    """A time of Dhan's, None for the words that stand for no time."""
    if not text or text.startswith(("0001-", "1980-")) or text in {"NA", "string"}:
        return None
    return ist(text[:19].replace("T", " "), "a time")


def valid_until(text: str | None) -> datetime | None:
    """Until when a token holds, as the profile writes it."""
    return ist(text, "tokenValidity", form="%d/%m/%Y %H:%M") if text else None


def held(
    positions: Iterable[wire.Position], holdings: Iterable[wire.Holding], book: SymbolBook
) -> tuple[dict[InstrumentId, Held], list[str]]:
    """Positions of the day and shares in the depository together, and what could not be named."""
    rows = [((each.exchange_segment, each.security_id), each.net_qty, each.cost_price) for each in positions
            if HOLDINGS_KEEP_WHAT_WAS_SOLD or each.product_type != _CARRIED_SHARES or each.net_qty > 0]  # fmt: skip
    rows += [((CARRIED.get(each.exchange, each.exchange), each.security_id), each.total_qty, each.avg_cost_price)
             for each in holdings]  # fmt: skip
    return held_of(rows, lambda key: book.id_of(*key))


def margin(told: wire.OrderMargin | wire.BasketMargin, funds: wire.Funds | None, orders: Sequence[Order]) -> Margin:
    """What orders would take; of a basket Dhan tells the whole alone, and `funds` say what is free."""
    if isinstance(told, wire.OrderMargin):
        whole, free = finite(told.total_margin, "totalMargin"), told.available_balance
    else:
        whole = finite(told.totalMargin if told.total_margin is None else told.total_margin, "totalMargin")
        free = None if funds is None else funds.availabel_balance
    parts = (MarginPart(orders[0].client_order_id, whole),) if len(orders) == 1 else ()
    return Margin(whole, CURRENCY, None if free is None else finite(free, "the free balance"), parts)


def cash(funds: wire.Funds, positions: Iterable[wire.Position], book: SymbolBook) -> Decimal:
    """Cash now: the morning's, and what the day's fills moved; a future moves what it realised."""
    total = finite(funds.sod_limit, "sodLimit")
    if not CASH_IS_THAT_OF_THE_MORNING:
        return total
    for row in positions:
        if book.is_future(row.exchange_segment, row.security_id):
            total += finite(row.realized_profit or ZERO, "realizedProfit")
        else:
            total += finite(row.day_sell_value or ZERO, "daySellValue") - finite(
                row.day_buy_value or ZERO, "dayBuyValue"
            )
    return total


def bars(columns: wire.Columns | None, instrument: InstrumentId, seconds: int) -> list[Bar]:
    """Past bars; raises ProtocolError where the columns are not of one length."""
    if columns is None:
        return []
    fields = (columns.timestamp, columns.open, columns.high, columns.low, columns.close, columns.volume)
    if len({len(each) for each in fields}) != 1:
        raise ProtocolError("Dhan's columns of bars are not of one length")
    return [
        Bar(instrument, moment_of(at), seconds, positive(opens, "open"), positive(high, "high"), positive(low, "low"),
            positive(close, "close"), finite(volume, "volume"))
        for at, opens, high, low, close, volume in zip(*fields, strict=True)
    ]  # fmt: skip


def moment_of(seconds: Decimal) -> datetime:
    """Seconds since 1970 as a time."""
    try:
        return datetime.fromtimestamp(int(finite(seconds, "a time")), UTC)
    except (OverflowError, ValueError, OSError) as problem:
        raise ProtocolError(f"{seconds} is no time") from problem


def quote(snap: wire.Snap, instrument: InstrumentId, received_at: datetime, *, watched: bool = False) -> Quote | None:
    """The newest quote of an instrument, None where a side or a last price is missing; what is `watched` has no sides."""
    level = wire.Level(snap.last_price, ZERO)
    buy, sell = ([level], [level]) if watched else (snap.depth.buy, snap.depth.sell)
    if not buy or not sell:
        return None
    bid, ask = buy[0], sell[0]
    buys, sells, last = (finite(each, "a price") for each in (bid.price, ask.price, snap.last_price))
    if min(buys, sells, last) <= 0:
        return None
    return Quote(
        instrument, buys, sells, last, finite(bid.quantity, "quantity"), finite(ask.quantity, "quantity"),
        _traded_at(snap, received_at), received_at, finite(snap.volume or ZERO, "volume"),
        finite(snap.ohlc.open or ZERO, "open") or None, finite(snap.ohlc.close or ZERO, "close") or None,
    )  # fmt: skip


def _traded_at(snap: wire.Snap, received_at: datetime) -> datetime:
    """When it last traded; a book without trades today is as new as the answer."""
    text = snap.last_trade_time
    if not text or text.startswith("01/01/1980"):
        return received_at
    return min(ist(text, "last_trade_time", form="%d/%m/%Y %H:%M:%S"), received_at)


def day(at: datetime) -> str:
    """A date as Dhan's charts take it."""
    return at.astimezone(IST).strftime("%Y-%m-%d")


def minute(at: datetime) -> str:
    """A time as Dhan's charts take it."""
    return at.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S")


def _word(table: Mapping[str, T], word: str, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"Dhan does not document the {what} {word!r}")
    return found
