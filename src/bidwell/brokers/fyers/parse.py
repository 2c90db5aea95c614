"""Pure translation between Fyers' payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from bidwell.brokers.fyers import wire
from bidwell.brokers.fyers.symbols import SymbolBook
from bidwell.brokers.transport import decoder, finite, positive, read
from bidwell.brokers.transport.indian import CURRENCY, ist
from bidwell.brokers.transport.report import Held, held_of
from bidwell.engine.ports import BrokerOrder
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

K = TypeVar("K")
T = TypeVar("T")

AVAILABLE, AT_START, TRANSFERRED = 10, 9, 6
"""Lines of the funds: what may be spent, the morning's limit, what was paid in today."""

CASH_IS_THAT_OF_THE_MORNING = True
"""Unconfirmed: the morning's limit does not move; what was traded since is among the positions."""

TAG_PREFIX = "1:"
"""What Fyers puts before a tag that came over the interface."""

SIDES = {1: Side.BUY, -1: Side.SELL}
ORDER_TYPES = {1: OrderType.LIMIT, 2: OrderType.MARKET, 3: OrderType.STOP, 4: OrderType.STOP_LIMIT}
FORCES = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC}
STATUSES = {1: OrderStatus.CANCELED, 2: OrderStatus.FILLED, 4: OrderStatus.WORKING, 5: OrderStatus.REJECTED,
            6: OrderStatus.WORKING, 7: OrderStatus.EXPIRED}  # fmt: skip

_TAG = re.compile(r"(?:\d+:)?(?P<name>[0-9A-HJKMNP-TV-Z]{18})")
_ELSEWHERE = ("MCX:", "NCDEX:")
_PRICE = decoder(wire.Price)
_TIME = "%d-%b-%Y %H:%M:%S"


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


def own_name(tag: str | None) -> ClientOrderId | None:
    """The desk's id in Fyers' tag, None where no desk placed the order."""
    found = _TAG.fullmatch(tag or "")
    return ClientOrderId(found["name"]) if found else None


def event_name(order_id: wire.Name, tag: str | None) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or Fyers' where no desk placed it."""
    return own_name(tag) or ClientOrderId(str(order_id))


def streamed(row: wire.StreamOrder) -> wire.Order:
    """An order of the stream, as the list would have it."""
    return wire.Order(row.id, row.symbol, row.qty, row.ord_type, row.tran_side, row.org_ord_status, row.validity,
                      row.qty_filled, row.price_limit, row.price_stop, None, None, row.ordertag, row.oms_msg)  # fmt: skip


def streamed_trade(row: wire.StreamTrade) -> wire.MarketTrade:
    """An execution of the stream, as the list would have it."""
    return wire.MarketTrade(row.id_fill, row.id, row.symbol, row.tran_side, row.qty_traded, row.price_traded, None,
                            row.ordertag)  # fmt: skip


def status(row: wire.Order) -> OrderStatus:
    """Where an order stands."""
    return _word(STATUSES, row.status, "status")


def filled_of(row: wire.Order) -> Decimal:
    """How much of an order is filled."""
    return finite(row.filled_qty or ZERO, "filledQty")


def working(row: wire.Order) -> Working:
    """What an order asks for; raises ProtocolError for undocumented words or terms that contradict."""
    kind = _word(ORDER_TYPES, row.type, "order type")
    try:
        terms = Terms(
            order_type=kind,
            limit_price=positive(row.limit_price, "limitPrice") if kind.has_limit else None,
            stop_price=positive(row.stop_price, "stopPrice") if kind.has_stop else None,
            time_in_force=_word(FORCES, row.order_validity, "validity"),
        )
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {row.id}: {problem}") from problem
    return Working(positive(row.qty, "qty"), terms)


def order(row: wire.Order, fills: Iterable[Fill], context: Context) -> BrokerOrder:
    """An order as Fyers holds it."""
    asks, known = working(row), tuple(fills)
    filled = max(filled_of(row), sum((each.quantity for each in known), ZERO))
    return BrokerOrder(
        broker_order_id=BrokerOrderId(str(row.id)),
        client_order_id=own_name(row.order_tag),
        instrument=context.book.id_of(row.symbol),
        side=_word(SIDES, row.side, "side"),
        quantity=asks.quantity,
        terms=asks.terms,
        status=status(row),
        filled_quantity=filled,
        fills=known,
        reason=row.message or "",
        created_at=when(row.order_date_time),
        average_price=finite(row.traded_price, "tradedPrice") if filled and row.traded_price else None,
    )


def fill(row: wire.MarketTrade, name: ClientOrderId, context: Context) -> Fill:
    """An execution; its number carries the order's."""
    if not row.trade_number:
        raise ProtocolError(f"an execution of order {row.order_number} has no number")
    return Fill(
        ExecutionId(str(row.trade_number)), name, context.account, context.book.id_of(row.symbol),
        _word(SIDES, row.side, "side"), positive(row.traded_qty, "tradedQty"), positive(row.trade_price, "tradePrice"),
        ZERO, CURRENCY, when(row.order_date_time) or context.at, context.at,
    )  # fmt: skip


def when(text: str | None) -> datetime | None:
    """A time of Fyers', None for none."""
    return ist(text, "orderDateTime", form=_TIME) if text else None


def held(
    positions: Iterable[wire.Position], holdings: Iterable[wire.Holding], book: SymbolBook
) -> tuple[dict[InstrumentId, Held], list[str]]:
    """Positions of the day and the morning's holdings together, and what could not be named."""
    rows = [(each.symbol, each.net_qty, each.net_avg) for each in positions]
    rows += [(each.symbol, each.quantity, each.cost_price) for each in holdings]
    return held_of(rows, book.id_of)


def fund(funds: wire.Funds, line: int) -> Decimal:
    """A line of the funds; raises ProtocolError where it is missing."""
    found = next((each.equity_amount for each in funds.fund_limit if each.id == line), None)
    return finite(found, f"line {line} of the funds")


def cash(funds: wire.Funds, positions: Iterable[wire.Position]) -> Decimal:
    """Cash now: the morning's with what was paid in, and what the day's fills moved; a future moves what it realised."""
    total = fund(funds, AT_START) + fund(funds, TRANSFERRED)
    if not CASH_IS_THAT_OF_THE_MORNING:
        return total
    for row in positions:
        if row.symbol.startswith(_ELSEWHERE):
            continue  # commodities have funds of their own
        if row.symbol.endswith("FUT"):
            total += finite(row.realized_profit or ZERO, "realized_profit")
        else:
            total += _moved(row.sell_val, row.cf_sell_qty, row.day_sell_qty, row.sell_avg)
            total -= _moved(row.buy_val, row.cf_buy_qty, row.day_buy_qty, row.buy_avg)
    return total


def _moved(value: Decimal | None, carried: Decimal | None, today: Decimal | None, average: Decimal | None) -> Decimal:
    """The day's turnover of one side; of a position that was carried here its average stands for the day's."""
    if not carried:
        return finite(value or ZERO, "a value")
    return finite(today or ZERO, "a quantity") * finite(average or ZERO, "an average")


def bars(candles: Iterable[list[Decimal]], instrument: InstrumentId, seconds: int) -> list[Bar]:
    """Past bars; raises ProtocolError for a row that is not one."""
    found = []
    for row in candles:
        if len(row) < 6:
            raise ProtocolError(f"a bar has {len(row)} figures")
        at, opens, high, low, close, volume = row[:6]
        found.append(Bar(instrument, moment_of(at), seconds, positive(opens, "open"), positive(high, "high"),
                         positive(low, "low"), positive(close, "close"), finite(volume, "volume")))  # fmt: skip
    return found


def moment_of(seconds: Decimal) -> datetime:
    """Seconds since 1970 as a time."""
    try:
        return datetime.fromtimestamp(int(finite(seconds, "a time")), UTC)
    except (OverflowError, ValueError, OSError) as problem:
        raise ProtocolError(f"{seconds} is no time") from problem


def price(row: wire.Named) -> wire.Price:
    """The prices of a symbol."""
    return read(_PRICE, bytes(row.v), f"prices of {row.n}")


def quote(price: wire.Price, instrument: InstrumentId, received_at: datetime, *, watched: bool = False) -> Quote | None:
    """The newest quote of a symbol, None where a side or a last price is missing; what is `watched` has no sides.

    Quantities are not told.
    """
    sides = (price.lp, price.lp) if watched else (price.bid, price.ask)
    figures = [finite(each or ZERO, "a price") for each in (*sides, price.lp)]
    if min(figures) <= 0:
        return None
    bid, ask, last = figures
    at = received_at
    if price.tt is not None and str(price.tt).isdigit():
        at = min(moment_of(Decimal(price.tt)), received_at)
    return Quote(
        instrument, bid, ask, last, ZERO, ZERO, at, received_at, finite(price.volume or ZERO, "volume"),
        finite(price.open_price or ZERO, "open_price") or None,
        finite(price.prev_close_price or ZERO, "prev_close_price") or None,
    )  # fmt: skip


def _word(table: Mapping[K, T], word: K, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"Fyers does not document the {what} {word!r}")
    return found
