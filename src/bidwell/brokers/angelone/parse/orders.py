"""Orders, fills and what is held, translated; raises ProtocolError for what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.parse.figures import above_zero, amount, clock_time, figure, moment, price
from bidwell.brokers.angelone.symbols import SymbolBook
from bidwell.brokers.transport.indian import CURRENCY, IST, ist_day
from bidwell.engine.ports import BrokerOrder
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

T = TypeVar("T")

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
ORDER_TYPES = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "STOPLOSS_MARKET": OrderType.STOP,
               "STOPLOSS_LIMIT": OrderType.STOP_LIMIT}  # fmt: skip
FORCES = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC}
STATUSES: dict[str, OrderStatus] = {
    **dict.fromkeys(("put order req received", "validation pending", "open pending", "open", "trigger pending",
                     "modify validation pending", "modify pending", "modified", "not modified", "cancel pending",
                     "not cancelled", "after market order req received", "modify after market order req received"),
                    OrderStatus.WORKING),
    "complete": OrderStatus.FILLED, "cancelled": OrderStatus.CANCELED, "rejected": OrderStatus.REJECTED,
    "cancelled after market order": OrderStatus.CANCELED,
}  # fmt: skip
"""Unconfirmed: not modified, not cancelled, and changed or cancelled after market, which other brokers' systems say."""
STREAM_STATUSES = {
    "AB01": "open", "AB02": "cancelled", "AB03": "rejected", "AB04": "modified", "AB05": "complete",
    "AB06": "after market order req received", "AB07": "cancelled", "AB08": "after market order req received",
    "AB09": "open pending", "AB10": "trigger pending", "AB11": "modify pending",
}  # fmt: skip
"""What the order stream's codes stand for, where the order in the message has no status of its own."""
GREETING, KNOWN_CODES = "AB00", "AB"
MODIFIED, NOT_MODIFIED, NOT_CANCELED = "modified", "not modified", "not cancelled"
COMPLETE = "complete"
CHANGING = frozenset({MODIFIED, "modify pending", "modify validation pending"})
UNSETTLED = frozenset({"put order req received", "validation pending", "open pending", "modify validation pending",
                       "modify pending", "cancel pending"})  # fmt: skip
"""On its way to the exchange, or being changed: its terms are not those that will work."""

CASH_FIELD = "availablecash"
"""Unconfirmed: this one of the funds' figures is the account's cash, of which nothing is taken for margins."""
AVERAGE_FIELD = "netprice"
"""Unconfirmed: what one of a position cost."""

ENDED_TO_THE_SECOND = timedelta(seconds=1)
_OURS = re.compile(r"[0-9A-HJKMNP-TV-Z]{18}")


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


def own_name(row: wire.Order) -> ClientOrderId | None:
    """The desk's id in an order's tag, None where no desk placed it."""
    return ClientOrderId(row.ordertag) if row.ordertag and _OURS.fullmatch(row.ordertag) else None


def event_name(row: wire.Order) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or Angel One's where no desk placed it."""
    return own_name(row) or ClientOrderId(row.orderid)


def word(row: wire.Order, code: str = "") -> str:
    """An order's status in Angel One's words; raises ProtocolError for one that it does not document."""
    found = (row.orderstatus or row.status or STREAM_STATUSES.get(code, "")).strip().lower()
    _known(STATUSES, found, "status")
    return found


def words(row: wire.Order, code: str = "") -> frozenset[str]:
    """Every word that a message has for an order: the two of its fields may differ, and the code has one too."""
    said = (row.orderstatus, row.status, STREAM_STATUSES.get(code))
    return frozenset(each.strip().lower() for each in said if each)


def status(row: wire.Order, code: str = "") -> OrderStatus:
    """An order's status in ours."""
    return STATUSES[word(row, code)]


def terms(row: wire.Order) -> Terms:
    """An order's terms; raises ProtocolError for words that are not documented or terms that contradict."""
    kind = _known(ORDER_TYPES, row.ordertype or "", "order type")
    limited, stopped = kind in {OrderType.LIMIT, OrderType.STOP_LIMIT}, kind in {OrderType.STOP, OrderType.STOP_LIMIT}
    try:
        return Terms(
            kind, price(row.price, "price") if limited else None,
            price(row.triggerprice, "triggerprice") if stopped else None,
            time_in_force=_known(FORCES, row.duration or "", "duration"),
        )  # fmt: skip
    except InvalidInput as problem:
        raise ProtocolError(f"terms of order {row.orderid}: {problem}") from problem


def quantity(row: wire.Order) -> Decimal:
    """How much an order is for, what is filled included."""
    return above_zero(row.quantity, "quantity")


def filled(row: wire.Order) -> Decimal:
    """How much of an order is filled: all of a complete one, whatever its own figure says yet."""
    said = amount(row.filledshares, "filledshares")
    return max(said, quantity(row)) if COMPLETE in words(row) else said


def instrument(row: wire.Order, book: SymbolBook) -> InstrumentId:
    """What an order is for."""
    return book.id_of(row.exchange or "", row.symboltoken or "", row.tradingsymbol or "")


def changed_at(row: wire.Order) -> datetime | None:
    """When an order changed last, to the second."""
    at = moment(row.updatetime, "updatetime")
    return None if at is None else at.astimezone(UTC)


def fill(row: wire.Trade, owner: wire.Order, context: Context) -> Fill:
    """A fill as today's list of them tells it; `owner` is its order."""
    return Fill(
        ExecutionId(f"{row.orderid}:{row.fillid}"), event_name(owner), context.account,
        instrument(owner, context.book), _known(SIDES, row.transactiontype.upper(), "transaction type"),
        above_zero(row.fillsize, "fillsize"), above_zero(row.fillprice, "fillprice"), ZERO, CURRENCY,
        _filled_at(row, owner, context.at), context.at,
    )  # fmt: skip


def order(row: wire.Order, fills: Iterable[Fill], context: Context) -> BrokerOrder:
    """An order as Angel One holds it."""
    known = tuple(fills)
    done = max(filled(row), sum((each.quantity for each in known), ZERO))
    state = status(row)
    return BrokerOrder(
        broker_order_id=BrokerOrderId(row.orderid),
        client_order_id=own_name(row),
        instrument=instrument(row, context.book),
        side=_known(SIDES, (row.transactiontype or "").upper(), "transaction type"),
        quantity=quantity(row),
        terms=terms(row),
        status=state,
        filled_quantity=done,
        fills=known,
        reason=(row.text or "") if state in CLOSED else "",
        average_price=price(row.averageprice, "averageprice") if done else None,
    )


def has_ended(row: wire.Order) -> bool:
    """Whether an order is known to have left the book; one with a status that is not documented is not."""
    return STATUSES.get((row.orderstatus or row.status or "").strip().lower()) in CLOSED


def closed_before(row: wire.Order, since: datetime) -> bool:
    """Whether an order had left the book before a moment."""
    at = changed_at(row)
    return status(row) in CLOSED and at is not None and at + ENDED_TO_THE_SECOND < since


def position(row: wire.Position) -> tuple[Decimal, Decimal | None]:
    """A position's signed quantity and its average price."""
    return amount(row.netqty, "netqty"), price(getattr(row, AVERAGE_FIELD), AVERAGE_FIELD)


def holding(row: wire.Holding) -> tuple[Decimal, Decimal | None]:
    """A holding's quantity and its average price."""
    return amount(row.quantity, "quantity"), price(row.averageprice, "averageprice")


def cash(row: wire.Funds) -> Decimal:
    """Cash; raises ProtocolError where none is said."""
    return _said(getattr(row, CASH_FIELD), CASH_FIELD)


def free(row: wire.Funds) -> Decimal:
    """What may be used for orders."""
    return _said(row.net, "net")


def _said(raw: wire.Figure, name: str) -> Decimal:
    value = figure(raw, name)
    if value is None:
        raise ProtocolError(f"{name} is absent")
    return value


def _filled_at(row: wire.Trade, owner: wire.Order, now: datetime) -> datetime:
    """The list has a time of day only: it is of the day on which its order changed last."""
    told = clock_time(row.filltime, "filltime")
    if told is None:
        return now
    changed = changed_at(owner)
    return datetime.combine(ist_day(changed or now), told.replace(tzinfo=None), IST).astimezone(UTC)


def _known(table: Mapping[str, T], found: str, what: str) -> T:
    value = table.get(found)
    if value is None:
        raise ProtocolError(f"Angel One does not document the {what} {found!r}")
    return value
