"""Pure translation between Kite's payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from bidwell.brokers.transport import finite, moment, positive
from bidwell.brokers.transport.indian import CURRENCY, ist
from bidwell.brokers.zerodha import wire
from bidwell.brokers.zerodha.symbols import SymbolBook
from bidwell.engine.ports import BrokerOrder, Margin, MarginPart
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

T = TypeVar("T")

PROTECTED = "mktp"
"""A market order with market protection is worked, and shown, as a limit order with this among its tags (recorded once)."""

CARRIED = (("opening_quantity",), ("realised_quantity", "t1_quantity"), ("quantity",))
"""Unconfirmed: what was carried into the day, to which the day's positions add, is the largest of these sums: whether the
first counts shares that are not delivered yet is not said, and the last is less by what was sold today."""

BLOCKED = ("span", "exposure", "delivery")
"""Unconfirmed: money that these take out of the live balance is still the account's."""

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
ORDER_TYPES = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "SL": OrderType.STOP_LIMIT, "SL-M": OrderType.STOP}
FORCES = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC,
          # Minutes of a person's own choosing at Kite: it ends within the day.
          "TTL": TimeInForce.DAY}  # fmt: skip
STATUSES = {
    **dict.fromkeys((
        "PUT ORDER REQ RECEIVED", "VALIDATION PENDING", "OPEN PENDING", "OPEN", "TRIGGER PENDING", "AMO REQ RECEIVED",
        "MODIFY VALIDATION PENDING", "MODIFY PENDING", "MODIFIED", "CANCEL PENDING", "UPDATE",
        "MODIFY AMO REQ RECEIVED"), OrderStatus.WORKING),
    "COMPLETE": OrderStatus.FILLED, "CANCELLED": OrderStatus.CANCELED, "CANCELLED AMO": OrderStatus.CANCELED,
    "REJECTED": OrderStatus.REJECTED,
}  # fmt: skip
UNSETTLED = frozenset({"MODIFY VALIDATION PENDING", "MODIFY PENDING", "MODIFIED"})
"""On the way to new terms: a row shows neither the old nor the new for certain."""

_OURS = re.compile(r"[0-9A-HJKMNP-TV-Z]{18}")
_PAISA = Decimal("0.01")
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


def own_name(row: wire.Order) -> ClientOrderId | None:
    """The desk's id among an order's tags, None where no desk placed it."""
    for tag in (row.tag, *(row.tags or ())):
        if tag and _OURS.fullmatch(tag):
            return ClientOrderId(tag)
    return None


def event_name(row: wire.Order) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or Kite's where no desk placed it."""
    return own_name(row) or ClientOrderId(row.order_id)


def status(row: wire.Order) -> OrderStatus:
    """Where an order stands; raises ProtocolError for a word that is not documented."""
    return _word(STATUSES, row.status, "status")


def terms(row: wire.Order) -> Terms:
    """An order's terms as they were asked for; raises ProtocolError for words not documented or that contradict."""
    kind = _word(ORDER_TYPES, row.order_type, "order type")
    if any(tag == PROTECTED or tag.startswith(f"{PROTECTED}:") for tag in row.tags or ()):
        kind = {OrderType.LIMIT: OrderType.MARKET, OrderType.STOP_LIMIT: OrderType.STOP}.get(kind, kind)
    try:
        return Terms(
            order_type=kind,
            limit_price=row.price if kind in {OrderType.LIMIT, OrderType.STOP_LIMIT} else None,
            stop_price=row.trigger_price if kind in {OrderType.STOP, OrderType.STOP_LIMIT} else None,
            time_in_force=_word(FORCES, row.validity, "validity"),
        )
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {row.order_id}: {problem}") from problem


def trade(row: wire.Trade, name: ClientOrderId, context: Context) -> Fill:
    """A fill as the list of trades has it; a trade's number is unique with its order."""
    if not row.trade_id:
        raise ProtocolError(f"a trade of order {row.order_id} has no number")
    return Fill(
        ExecutionId(f"{row.order_id}:{row.trade_id}"), name, context.account,
        context.book.id_of(row.exchange, row.tradingsymbol), _word(SIDES, row.transaction_type, "side"),
        positive(row.quantity, "quantity"), positive(row.average_price, "average_price"), ZERO, CURRENCY,
        ist(row.fill_timestamp or row.exchange_timestamp, "fill_timestamp"), context.at,
    )  # fmt: skip


def order(row: wire.Order, fills: Iterable[Fill], context: Context) -> BrokerOrder:
    """An order as Kite holds it, with its trades."""
    filled = filled_quantity(row)
    return BrokerOrder(
        broker_order_id=BrokerOrderId(row.order_id),
        client_order_id=own_name(row),
        instrument=context.book.id_of(row.exchange, row.tradingsymbol),
        side=_word(SIDES, row.transaction_type, "side"),
        quantity=positive(row.quantity, "quantity"),
        terms=terms(row),
        status=status(row),
        filled_quantity=filled,
        fills=tuple(fills),
        reason=reason(row),
        created_at=created_at(row),
        average_price=row.average_price if filled else None,
    )


def filled_quantity(row: wire.Order) -> Decimal:
    """How much of an order filled; raises ProtocolError for a figure that is none."""
    filled = finite(row.filled_quantity if row.filled_quantity is not None else ZERO, "filled_quantity")
    if filled < 0:
        raise ProtocolError(f"filled_quantity of order {row.order_id} is {filled}")
    return filled


def reason(row: wire.Order) -> str:
    """Why an order ended as it did, in Zerodha's words."""
    said = row.status_message or row.status_message_raw or ""
    return said or ("rejected without a reason" if row.status == "REJECTED" else "")


def created_at(row: wire.Order) -> datetime | None:
    """When Kite took the order in, or last changed it; None where the row does not say."""
    return ist(row.order_timestamp, "order_timestamp") if row.order_timestamp else None


def ended_at(row: wire.Order) -> datetime | None:
    """The end of the second in which an order left the book, None for one that does not say."""
    text = row.exchange_update_timestamp or row.exchange_timestamp or row.order_timestamp
    return ist(text, "the time of its end") + timedelta(seconds=1) if text else None


# --- what is held -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Held:
    """What is held of an instrument: `by_product` signed quantities of the day's positions and of the holdings."""

    by_product: dict[str, Decimal]
    rows: list[tuple[Decimal, Decimal]]

    def add(self, product: str, quantity: Decimal, price: Decimal | None) -> None:
        """Count a row in."""
        self.by_product[product] = self.by_product.get(product, ZERO) + quantity
        self.rows.append((quantity, ZERO if price is None else finite(price, "average_price")))

    @property
    def quantity(self) -> Decimal:
        """Signed, over all products."""
        return sum((quantity for quantity, _ in self.rows), ZERO)

    @property
    def average(self) -> Decimal | None:
        """What a unit cost on average, by the rows of the side that is left; None where one of them tells no price."""
        whole = self.quantity
        left = [(quantity, price) for quantity, price in self.rows if quantity * whole > 0]
        if not left or any(price <= 0 for _, price in left):
            return None
        cost, count = sum((quantity * price for quantity, price in left), ZERO), sum((each for each, _ in left), ZERO)
        return (cost / count).quantize(_MICRO).normalize()


def held(
    positions: Iterable[wire.Position], holdings: Iterable[wire.Holding], book: SymbolBook
) -> dict[InstrumentId, Held]:
    """Everything that is held by instrument: holdings as they were carried into the day, and the net positions."""
    found: dict[InstrumentId, Held] = {}
    for share in holdings:
        quantity = carried(share)
        if quantity:
            ident = book.id_of(share.exchange, share.tradingsymbol)
            found.setdefault(ident, Held({}, [])).add("CNC", quantity, share.average_price)
        funded = share.mtf.quantity if share.mtf is not None else None
        if share.mtf is not None and funded:
            ident = book.id_of(share.exchange, share.tradingsymbol)
            found.setdefault(ident, Held({}, [])).add("MTF", finite(funded, "mtf quantity"), share.mtf.average_price)
    for row in positions:
        quantity = finite(row.quantity, "quantity")
        if quantity:
            ident = book.id_of(row.exchange, row.tradingsymbol)
            found.setdefault(ident, Held({}, [])).add(row.product, quantity, row.average_price)
    return found


def carried(row: wire.Holding) -> Decimal:
    """How much of a share was carried into the day."""
    return max(sum((finite(getattr(row, name) or ZERO, name) for name in names), ZERO) for names in CARRIED)


def cash(segment: wire.Segment | None) -> Decimal:
    """The account's money: what can be used, and what is only set aside; to the paisa, since Kite reckons in floats."""
    if segment is None or segment.available.live_balance is None:
        raise ProtocolError("Zerodha tells no live balance of the equity segment")
    blocked = sum((finite(segment.utilised.get(name) or ZERO, name) for name in BLOCKED), ZERO)
    return (finite(segment.available.live_balance, "live_balance") + blocked).quantize(_PAISA)


# --- prices -------------------------------------------------------------------------------------------

TIMEFRAMES = {60: "minute", 180: "3minute", 300: "5minute", 600: "10minute", 900: "15minute", 1800: "30minute",
              3600: "60minute", 86400: "day"}  # fmt: skip
SPANS = {60: 60, 180: 100, 300: 100, 600: 100, 900: 200, 1800: 200, 3600: 400, 86400: 2000}
"""Unconfirmed: how many days one request for candles may span."""


def bar(row: wire.Candle, instrument: InstrumentId, seconds: int) -> Bar:
    """A candle."""
    return Bar(instrument, moment(row.at, "a candle's time"), seconds, positive(row.open, "open"),
               positive(row.high, "high"), positive(row.low, "low"), positive(row.close, "close"),
               finite(row.volume, "volume"))  # fmt: skip


def quote(row: wire.Quote, instrument: InstrumentId, received_at: datetime) -> Quote | None:
    """The newest quote, None where nothing was ever dealt."""
    last = finite(row.last_price, "last_price")
    text = row.timestamp or row.last_trade_time
    if last <= 0 or not text:
        return None
    bid, ask = (_best(side) or (last, ZERO) for side in (row.depth.buy, row.depth.sell))
    return Quote(
        instrument, bid[0], ask[0], last, bid[1], ask[1], ist(text, "timestamp"), received_at,
        finite(row.volume or ZERO, "volume"), _price(row.ohlc.open), _price(row.ohlc.close),
    )  # fmt: skip


def margin(
    basket: Decimal | None, rows: Sequence[wire.OrderMargin], asked: Sequence[tuple[Order, str]], free: Decimal | None
) -> Margin:
    """What orders would take; `asked` are the orders with Kite's names of them, `basket` the total of several.

    An answer about other orders than were asked for is a ProtocolError.
    """
    told = [f"{row.exchange}:{row.tradingsymbol}" for row in rows]
    if told != [name for _, name in asked]:
        raise ProtocolError(f"margin was asked for {', '.join(name for _, name in asked)} and told for {told!r:.200}")
    parts = tuple(MarginPart(order.client_order_id, finite(row.total, "a margin"))
                  for (order, _), row in zip(asked, rows, strict=True))  # fmt: skip
    whole = parts[0].required if basket is None else finite(basket, "the margin")
    return Margin(whole, CURRENCY, None if free is None else finite(free, "the free margin"), parts)


def _best(side: Iterable[wire.Level]) -> tuple[Decimal, Decimal] | None:
    levels = ((finite(each.price, "price"), finite(each.quantity, "quantity")) for each in side)
    return next((level for level in levels if level[0] > 0), None)


def _price(value: Decimal | None) -> Decimal | None:
    return (finite(value, "a price") or None) if value is not None else None


def _word(table: Mapping[str, T], word: str, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"Zerodha does not document the {what} {word!r}")
    return found
