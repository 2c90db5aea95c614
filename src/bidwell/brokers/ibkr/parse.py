"""Pure translation between a Gateway's messages and the desk's types; raises ProtocolError for what cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from bidwell.brokers.ibkr import wire
from bidwell.brokers.ibkr.client.library import moment
from bidwell.brokers.ibkr.symbols import SMART, SymbolBook
from bidwell.brokers.transport import day, finite, positive
from bidwell.engine.ports import BrokerOrder, Margin, MarginPart
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

INACTIVE = "Inactive"
"""Unconfirmed: an order of this status that is among the open ones may work again; one among the completed was rejected."""
REJECTION_WORDS = ("reject",)
"""Unconfirmed: words in a completed order's text by which a rejected one is told from a canceled one."""
CORRECTION_IN_LAST_PART = True
"""Unconfirmed: an execution's id ends in .01, and that of its correction in .02; the parts before are the same."""

ACTIONS = {"BUY": Side.BUY, "SELL": Side.SELL, "SSHORT": Side.SELL}
SIDES = {"BOT": Side.BUY, "SLD": Side.SELL}
ORDER_TYPES = {
    "MKT": OrderType.MARKET, "LMT": OrderType.LIMIT, "STP": OrderType.STOP, "STP LMT": OrderType.STOP_LIMIT,
    "TRAIL": OrderType.TRAILING_STOP,
}  # fmt: skip
NEAREST_TYPES = {
    "MOC": OrderType.MARKET, "MOO": OrderType.MARKET, "MIDPRICE": OrderType.MARKET, "REL": OrderType.MARKET,
    "PEG MKT": OrderType.MARKET, "LOC": OrderType.LIMIT, "LOO": OrderType.LIMIT, "MIT": OrderType.STOP,
    "LIT": OrderType.STOP_LIMIT, "STP PRT": OrderType.STOP,
}  # fmt: skip
"""Types that only a person can have used at the Gateway's own screen, as what comes nearest here."""

FORCES = {"DAY": TimeInForce.DAY, "GTC": TimeInForce.GTC, "GTD": TimeInForce.GTD, "IOC": TimeInForce.IOC,
          "FOK": TimeInForce.FOK, "OPG": TimeInForce.DAY, "DTC": TimeInForce.DAY, "": TimeInForce.DAY}  # fmt: skip
UNDECIDED = frozenset({"PendingSubmit", "ApiPending"})
WORKING = frozenset({"PreSubmitted", "Submitted", "PendingCancel", "ValidationError"})
CANCELED = frozenset({"Cancelled", "ApiCancelled"})
FILLED = "Filled"
STATUSES = {
    **dict.fromkeys(UNDECIDED | WORKING, OrderStatus.WORKING), **dict.fromkeys(CANCELED, OrderStatus.CANCELED),
    FILLED: OrderStatus.FILLED,
}  # fmt: skip

BARS = {60: "1 min", 120: "2 mins", 180: "3 mins", 300: "5 mins", 900: "15 mins", 1800: "30 mins", 3600: "1 hour",
        14400: "4 hours", 86400: "1 day", 604800: "1 week"}  # fmt: skip
_DAYS = 86400
_SESSION = 23400
_MOST_DAYS = 365

BID, ASK, LAST, BID_SIZE, ASK_SIZE, VOLUME, CLOSE, OPEN = 1, 2, 4, 0, 3, 8, 9, 14


@dataclass(frozen=True, slots=True)
class Context:
    """Whose message it is, with which names, and when it came."""

    account: AccountId
    book: SymbolBook
    at: datetime


def own_name(text: str) -> ClientOrderId | None:
    """The desk's id in an order's reference, None where no desk placed the order."""
    if len(text) == CLIENT_ORDER_ID_LENGTH and set(text) <= set(BASE32):
        return ClientOrderId(text)
    return None


def event_name(ref: str, perm_id: int) -> ClientOrderId:
    """Under which id the desk is told of an order: its own, or Interactive Brokers' where no desk placed it."""
    return own_name(ref) or ClientOrderId(str(perm_id))


def order_number(perm_id: int) -> BrokerOrderId:
    """The number that an order keeps for good."""
    if perm_id <= 0:
        raise ProtocolError("the Gateway told an order without its permanent number")
    return BrokerOrderId(str(perm_id))


def _word(table: Mapping[str, T], word: str, what: str) -> T:
    found = table.get(word)
    if found is None:
        raise ProtocolError(f"{word!r:.60} is no {what} that Interactive Brokers documents")
    return found


def terms(row: wire.OpenOrder) -> Terms:
    """An order's terms; raises ProtocolError for words that are not documented or terms that contradict."""
    kind = ORDER_TYPES.get(row.order_type) or _word(NEAREST_TYPES, row.order_type, "order type")
    force = _word(FORCES, row.tif, "time in force")
    trailing, stops = kind is OrderType.TRAILING_STOP, kind in {OrderType.STOP, OrderType.STOP_LIMIT}
    percent = (row.trail_percent or None) if trailing else None
    try:
        return Terms(
            kind,
            limit_price=row.limit if kind in {OrderType.LIMIT, OrderType.STOP_LIMIT} else None,
            stop_price=row.aux if stops else None,
            trail_amount=row.aux if trailing and percent is None else None,
            trail_percent=percent,
            time_in_force=force,
            expires_at=moment(row.good_till) if force is TimeInForce.GTD else None,
        )
    except InvalidInput as problem:
        raise ProtocolError(f"order {row.perm_id} makes no sense: {problem}") from problem


@dataclass(frozen=True, slots=True)
class Known:
    """What of an order is known beside its row.

    `status` says how far it is, `quantity` is for a completed one that tells none, `terms` are those that were sent: the
    Gateway tells their end to the second only.
    """

    status: wire.Status | None = None
    quantity: Decimal | None = None
    terms: Terms | None = None

    def exact(self, told: Terms) -> Terms:
        """The terms that were sent, where those that are told are the same."""
        sent = self.terms
        same = (
            sent is not None
            and sent.time_in_force is told.time_in_force
            and replace(told, expires_at=sent.expires_at) == sent
        )
        return sent if same and sent is not None else told


NOTHING_KNOWN = Known()


def order(row: wire.OpenOrder, fills: Sequence[Fill], context: Context, known: Known = NOTHING_KNOWN) -> BrokerOrder:
    """An order as it stands.

    The list of executions begins anew each day: what filled before is in the order's status, as a total.
    """
    status = ended_as(row) if row.filled is not None else OrderStatus.WORKING
    filled = sum((each.quantity for each in fills), ZERO)
    told = known.status
    filled = max(filled, row.filled or ZERO, told.filled if told is not None else ZERO)
    # Of an order that is over, and whose quantity nobody tells, nothing rests on it.
    wanted = row.quantity or known.quantity or filled or (Decimal(1) if row.filled is not None else ZERO)
    return BrokerOrder(
        order_number(row.perm_id), own_name(row.ref), context.book.id_of(row.contract), _word(ACTIONS, row.action, "action"),
        positive(wanted, "totalQuantity"), known.exact(terms(row)), status, filled, tuple(fills), row.ended, None,
        told.average if told is not None and told.average > 0 else None,
    )  # fmt: skip


def ended_as(row: wire.OpenOrder) -> OrderStatus:
    """How an order ended that is among the completed ones."""
    if row.status == INACTIVE or any(word in row.ended.lower() for word in REJECTION_WORDS):
        return OrderStatus.REJECTED
    found = _word(STATUSES, row.status, "status")
    return found if found in CLOSED else OrderStatus.CANCELED


def ended_at(row: wire.OpenOrder) -> datetime | None:
    """When it ended, where that is told readably."""
    try:
        return moment(row.ended_at)
    except ProtocolError:
        return None


def execution_name(row: wire.Execution) -> ExecutionId:
    """What an execution and its corrections have in common."""
    base, _, last = row.id.rpartition(".")
    return ExecutionId(base if CORRECTION_IN_LAST_PART and base and last.isdecimal() else row.id)


def fill(row: wire.Execution, cost: wire.Commission | None, context: Context) -> Fill:
    """An execution."""
    return Fill(
        execution_name(row), event_name(row.ref, row.perm_id), context.account, context.book.id_of(row.contract),
        _word(SIDES, row.side, "side"), positive(row.quantity, "shares"), finite(row.price, "price"),
        cost.amount if cost is not None else ZERO, (cost.currency if cost is not None else "") or row.contract.currency or "USD",
        row.at, context.at,
    )  # fmt: skip


def average_price(row: wire.Position, multiplier: Decimal) -> Decimal:
    """What one unit cost in the instrument's price; the Gateway tells it with the multiplier."""
    return row.average_cost / multiplier


def figures(rows: Sequence[wire.Figure], account: str, tag: str) -> dict[str, Decimal]:
    """One tag of an account's summary by currency; raises ProtocolError for what is no figure."""
    found = {}
    for row in rows:
        if row.account == account and row.tag == tag:
            try:
                found[row.currency] = finite(Decimal(row.value), tag)
            except ArithmeticError as problem:
                raise ProtocolError(f"{tag} is {row.value!r:.60}") from problem
    return found


def margin(told: wire.WhatIf, name: ClientOrderId, currency: str) -> Margin:
    """What an order would take, in the account's base currency; free is equity less the initial margin of before."""
    if told.change is None:
        raise ProtocolError("Interactive Brokers did not say what the order would take")
    free = None if told.equity is None or told.before is None else told.equity - told.before
    return Margin(told.change, currency, free, (MarginPart(name, told.change),))


def bar(row: wire.BarRow, instrument: InstrumentId, seconds: int) -> Bar:
    """A bar; one of a day begins at midnight UTC of its day."""
    if min(row.open, row.high, row.low, row.close) <= 0:
        raise ProtocolError(f"a bar of {instrument} has prices that are none")
    try:
        if seconds < _DAYS:
            start = datetime.fromtimestamp(int(row.at), UTC)
        else:
            start = datetime.combine(date.fromisoformat(row.at[:8]), datetime.min.time(), UTC)
    except (ValueError, OverflowError, OSError) as problem:
        raise ProtocolError(f"a bar of {instrument} begins at {row.at!r:.40}") from problem
    return Bar(instrument, start, seconds, row.open, row.high, row.low, row.close, max(row.volume, ZERO))


def duration(seconds: int, count: int) -> str:
    """For how long to ask so that `count` bars are in it, whether days are counted by the calendar or by sessions."""
    sessions = -(-count * seconds // (_DAYS if seconds >= _DAYS else _SESSION))
    days = -(-sessions * 7 // 5) + 4
    return f"{days} D" if days <= _MOST_DAYS else f"{-(-days // _MOST_DAYS)} Y"


def until(at: datetime) -> str:
    """A time as the Gateway takes it, in UTC."""
    return (at + timedelta(seconds=1)).astimezone(UTC).strftime("%Y%m%d-%H:%M:%S")


def expiries(rows: Iterable[wire.OptionParameters]) -> set[date]:
    """On which days options end: those that go to the best exchange, where any do; raises ProtocolError."""
    told = list(rows)
    best = [row for row in told if row.exchange == SMART] or told
    return {day(text, "an expiry") for row in best for text in row.expiries}


def quote(
    prices: Mapping[int, Decimal], sizes: Mapping[int, Decimal], instrument: InstrumentId, at: datetime
) -> Quote | None:
    """The quote that ticks add up to; None until bid, offer and a last price have come.

    Ticks tell no time: they are of the moment in which they came.
    """
    bid, ask = prices.get(BID, ZERO), prices.get(ASK, ZERO)
    last = prices.get(LAST) or prices.get(CLOSE) or ZERO
    if bid <= 0 or ask <= 0 or last <= 0:
        return None
    return Quote(instrument, bid, ask, last, sizes.get(BID_SIZE, ZERO), sizes.get(ASK_SIZE, ZERO), at, at,
                 sizes.get(VOLUME, ZERO), prices.get(OPEN) or None, prices.get(CLOSE) or None)  # fmt: skip
