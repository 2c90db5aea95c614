"""Pure translation between Tradovate's payloads and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from bidwell.brokers.tradovate import wire
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.brokers.transport import finite, moment, positive
from bidwell.engine.ports import BrokerOrder
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import (
    BASE32,
    CLIENT_ORDER_ID_LENGTH,
    AccountId,
    BrokerOrderId,
    ClientOrderId,
    ExecutionId,
    InstrumentId,
)
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

T = TypeVar("T")

VERSION_IS_COMMAND = True
"""Unconfirmed: an order's version has the number of the command that asked for it, by which a refused one is told."""

SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
ORDER_TYPES = {"Market": OrderType.MARKET, "Limit": OrderType.LIMIT, "Stop": OrderType.STOP,
               "StopLimit": OrderType.STOP_LIMIT, "TrailingStop": OrderType.TRAILING_STOP}  # fmt: skip
NEAREST_TYPES = {"MIT": OrderType.LIMIT, "LimitIfTouched": OrderType.LIMIT, "QTS": OrderType.MARKET,
                 "TrailingStopLimit": OrderType.STOP_LIMIT}  # fmt: skip
"""Types that only a person at Tradovate's own screen can have used, as what comes nearest here."""

FORCES = {"Day": TimeInForce.DAY, "GTC": TimeInForce.GTC, "GTD": TimeInForce.GTD, "IOC": TimeInForce.IOC,
          "FOK": TimeInForce.FOK}  # fmt: skip
WORKING = frozenset({"PendingNew", "Working", "PendingReplace", "PendingCancel", "Suspended", "Unknown"})
COMPLETED = "Completed"
STATUSES = {
    **dict.fromkeys(WORKING, OrderStatus.WORKING),
    "Filled": OrderStatus.FILLED, "Canceled": OrderStatus.CANCELED, "Expired": OrderStatus.EXPIRED,
    "Rejected": OrderStatus.REJECTED,
    # Over for good; whether it is filled, its executions tell.
    COMPLETED: OrderStatus.FILLED,
}  # fmt: skip
REFUSED_COMMANDS = frozenset({"RiskRejected", "ExecutionRejected", "ExecutionStopped"})
COMMANDS = frozenset({"Pending", "RiskPassed", "PendingExecution", "AtExecution", "ExecutionSuspended", "OnHold",
                      "Replaced"}) | REFUSED_COMMANDS  # fmt: skip
NEW, MODIFY, CANCEL = "New", "Modify", "Cancel"
ENDS = frozenset({"Canceled", "Expired"})
REPLACED, TRADE_CORRECT, TRADE_CANCEL = "Replaced", "TradeCorrect", "TradeCancel"


@dataclass(frozen=True, slots=True)
class Context:
    """Whose payload it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


def own_name(text: str | None) -> ClientOrderId | None:
    """The desk's id in a command, None where no desk placed the order."""
    if text and len(text) == CLIENT_ORDER_ID_LENGTH and set(text) <= set(BASE32):
        return ClientOrderId(text)
    return None


def event_name(order_id: int, name: ClientOrderId | None) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or Tradovate's where no desk placed it."""
    return name or ClientOrderId(str(order_id))


def in_force(versions: Mapping[int, wire.OrderVersion], refused: Iterable[int]) -> wire.OrderVersion | None:
    """The newest version whose command was not refused; of an order that was refused itself the first."""
    out = frozenset(refused) if VERSION_IS_COMMAND else frozenset[int]()
    good = [number for number in versions if number not in out]
    return versions[max(good) if good else min(versions)] if versions else None


def terms(version: wire.OrderVersion) -> Terms:
    """The terms of a version; a type of Tradovate's own screen is shown as what comes nearest."""
    kind = ORDER_TYPES.get(version.order_type) or _word(NEAREST_TYPES, version.order_type, "order type")
    limit, stop, trail = version.price, version.stop_price, version.peg_difference
    if kind is OrderType.TRAILING_STOP and not trail:
        kind = OrderType.STOP
    if kind is OrderType.LIMIT and limit is None:
        limit = stop
    force = _word(FORCES, version.time_in_force or "Day", "time in force")
    expires = moment(version.expire_time, "expireTime") if force is TimeInForce.GTD else None
    try:
        return Terms(
            kind, limit if kind in {OrderType.LIMIT, OrderType.STOP_LIMIT} else None,
            stop if kind in {OrderType.STOP, OrderType.STOP_LIMIT} else None,
            abs(trail) if kind is OrderType.TRAILING_STOP and trail is not None else None, None, force, expires,
        )  # fmt: skip
    except InvalidInput as problem:
        raise ProtocolError(f"order {version.order_id} has terms that cannot be: {problem}") from problem


def fill(row: wire.Fill, name: ClientOrderId, context: Context, fee: Decimal = ZERO) -> Fill:
    """An execution; its number names it in the stream and in every list alike."""
    return Fill(
        ExecutionId(str(row.id)), name, context.account, context.book.id_of(row.contract_id),
        _word(SIDES, row.action, "side"), positive(row.qty, "qty"), finite(row.price, "price"), fee, "USD",
        moment(row.timestamp, "timestamp"), context.at,
    )  # fmt: skip


def fee(row: wire.FillFee) -> Decimal:
    """What an execution cost in all; the contracts that are traded here are charged in USD."""
    parts = (row.clearing_fee, row.exchange_fee, row.nfa_fee, row.brokerage_fee, row.ip_fee, row.commission,
             row.order_routing_fee)  # fmt: skip
    return sum((finite(part, "a fee") for part in parts if part is not None), ZERO)


def order(
    row: wire.Order, version: wire.OrderVersion, name: ClientOrderId | None, fills: Sequence[Fill], reason: str,
    context: Context,
) -> BrokerOrder:  # fmt: skip
    """An order put together from its parts."""
    if row.contract_id is None:
        raise ProtocolError(f"order {row.id} is of no one contract")
    quantity = positive(version.order_qty, "orderQty")
    filled = sum((each.quantity for each in fills), ZERO)
    status = _word(STATUSES, row.ord_status, "status of an order")
    if row.ord_status == COMPLETED and filled < quantity:
        status = OrderStatus.CANCELED
    return BrokerOrder(
        broker_order_id=BrokerOrderId(str(row.id)), client_order_id=name, instrument=context.book.id_of(row.contract_id),
        side=_word(SIDES, row.action, "side"), quantity=quantity, terms=terms(version), status=status,
        filled_quantity=filled, fills=tuple(fills), reason=reason if status in CLOSED else "",
        created_at=moment(row.timestamp, "timestamp") if row.timestamp else None,
        average_price=sum((each.quantity * each.price for each in fills), ZERO) / filled if filled else None,
    )  # fmt: skip


def said(report: wire.CommandReport | wire.ExecutionReport) -> str:
    """Why something was refused or ended, in Tradovate's words."""
    return " ".join(part for part in (report.reject_reason, report.text) if part and part != "Success")


def bar(row: wire.Bar, instrument: InstrumentId, seconds: int) -> Bar:
    """A past bar; its volume is that of up and down ticks together."""
    volume = (row.up_volume or ZERO) + (row.down_volume or ZERO)
    return Bar(instrument, moment(row.timestamp, "timestamp"), seconds, finite(row.open, "open"), finite(row.high, "high"),
               finite(row.low, "low"), finite(row.close, "close"), finite(volume, "volume"))  # fmt: skip


def quote(row: wire.Quote, known: Quote | None, instrument: InstrumentId, received_at: datetime) -> Quote | None:
    """A quote with the entries that changed; None until bid, offer and a last price have come."""
    entries, at = row.entries, moment(row.timestamp, "timestamp")
    bid = _price(entries, "Bid", known.bid if known else None)
    ask = _price(entries, "Offer", known.ask if known else None)
    last = _price(entries, "Trade", known.last if known else None)
    if bid is None or ask is None or last is None:
        return None
    base = known or Quote(instrument, bid, ask, last, ZERO, ZERO, at, received_at)
    return replace(
        base, bid=bid, ask=ask, last=last, bid_quantity=_size(entries, "Bid", base.bid_quantity),
        ask_quantity=_size(entries, "Offer", base.ask_quantity),
        volume=_size(entries, "TotalTradeVolume", base.volume), open=_price(entries, "OpeningPrice", base.open),
        # Unconfirmed: the settlement price is the day before's until the session ends.
        previous_close=_price(entries, "SettlementPrice", base.previous_close),
        occurred_at=max(at, base.occurred_at), received_at=received_at,
    )  # fmt: skip


def merged(older: wire.Quote | None, newer: wire.Quote) -> wire.Quote:
    """The entries of both, the newer over the older."""
    if older is None:
        return newer
    return wire.Quote(newer.contract_id, newer.timestamp, {**older.entries, **newer.entries})


BARS = {60: ("MinuteBar", 1), 300: ("MinuteBar", 5), 900: ("MinuteBar", 15), 1800: ("MinuteBar", 30),
        3600: ("MinuteBar", 60), 14400: ("MinuteBar", 240), 86400: ("DailyBar", 1)}  # fmt: skip
"""Charts by seconds."""


def _price(entries: Mapping[str, wire.Entry], name: str, known: Decimal | None) -> Decimal | None:
    entry = entries.get(name)
    return known if entry is None or entry.price is None else finite(entry.price, name)


def _size(entries: Mapping[str, wire.Entry], name: str, known: Decimal) -> Decimal:
    entry = entries.get(name)
    return known if entry is None or entry.size is None else finite(entry.size, name)


def _word(table: Mapping[str, T], word: str, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"Tradovate does not document the {what} {word!r}")
    return found
