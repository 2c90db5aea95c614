"""Payloads of the paper venue's protocol, as this side reads and writes them (docs/paper-venue.md).

One JSON object per line with a `type`; decimals are strings, times ISO 8601 in UTC. Fields that are absent
have the defaults given here.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec

from bidwell.model.terms import OrderType, Side, TimeInForce


class Request(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """What a client says."""


class Login(Request, frozen=True, tag="login"):
    """The first line of every connection; `role` is account, feed or admin."""

    token: str
    role: str
    account: str = ""


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True):
    """One order as it is submitted."""

    client_order_id: str
    instrument: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    expires_at: datetime | None = None


class Submit(Request, frozen=True, tag="submit"):
    """Orders that belong together: link is none, bracket (the first is the entry) or oco (all are exits)."""

    orders: tuple[Ticket, ...]
    link: str = "none"


class Cancel(Request, frozen=True, tag="cancel"):
    """Take an order off the book, named by either id."""

    client_order_id: str = ""
    broker_order_id: str = ""


class Replace(Request, frozen=True, tag="replace"):
    """Work an order with another total quantity and other terms."""

    client_order_id: str
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    broker_order_id: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    expires_at: datetime | None = None


class Find(Request, frozen=True, tag="find"):
    """Look one order up."""

    request: int
    client_order_id: str


class TakeSnapshot(Request, frozen=True, tag="snapshot"):
    """Read an account: open orders and those closed since a moment of the venue's wall clock."""

    request: int
    since: datetime | None = None


class Ping(Request, frozen=True, tag="ping"):
    """Ask whether anybody is there."""

    request: int = 0


class Ask(Request, frozen=True, tag="ask"):
    """Read a fact: `what` is instruments, rates or clock."""

    request: int
    what: str


class AskBars(Request, frozen=True, tag="bars"):
    """Read past bars, newest last."""

    request: int
    instrument: str
    seconds: int
    count: int
    until: datetime | None = None


class SetSpeed(Request, frozen=True, tag="speed"):
    """Run the market faster or slower."""

    request: int
    speed: float


class Admin(Request, frozen=True, tag="admin"):
    """Any request of the admin role: what to do and its arguments."""

    request: int
    what: str
    arguments: dict[str, object] = {}


# --- what the venue says -------------------------------------------------------------------------


class Report(msgspec.Struct, frozen=True, tag_field="type"):
    """What the venue says."""


class Welcome(Report, frozen=True, tag="welcome"):
    """The login was good; `at` is the market clock."""

    at: datetime
    version: int
    speed: float = 1.0


class Refused(Report, frozen=True, tag="refused"):
    """The login was not good; the connection closes."""

    code: str
    reason: str


class WireFill(msgspec.Struct, frozen=True):
    """One execution."""

    execution_id: str
    broker_order_id: str
    client_order_id: str | None
    instrument: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    occurred_at: datetime


class WireOrder(msgspec.Struct, frozen=True):
    """One order with its fills, as the venue holds it; status is WORKING, FILLED, CANCELED, EXPIRED or REJECTED."""

    broker_order_id: str
    client_order_id: str | None
    instrument: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    status: str
    filled_quantity: Decimal
    created_at: datetime
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    expires_at: datetime | None = None
    fills: tuple[WireFill, ...] = ()
    code: str = ""
    reason: str = ""


class Accepted(Report, frozen=True, tag="accepted"):
    """The order works; `order` is told where no client placed it."""

    broker_order_id: str
    at: datetime
    client_order_id: str | None = None
    order: WireOrder | None = None


class Rejected(Report, frozen=True, tag="rejected"):
    """The order does not work, now or any more."""

    client_order_id: str
    code: str
    reason: str


class Filled(Report, frozen=True, tag="filled"):
    """An execution."""

    fill: WireFill


class Canceled(Report, frozen=True, tag="canceled"):
    """The order is off the book, with `filled_quantity` filled in all."""

    broker_order_id: str
    client_order_id: str | None = None
    reason: str = ""
    filled_quantity: Decimal | None = None


class Expired(Report, frozen=True, tag="expired"):
    """The order's time in force ended, with `filled_quantity` filled in all."""

    broker_order_id: str
    client_order_id: str | None = None
    reason: str = ""
    filled_quantity: Decimal | None = None


class Replaced(Report, frozen=True, tag="replaced"):
    """The order works on new terms; a venue that renews ids tells the new one."""

    order: WireOrder


class CancelRejected(Report, frozen=True, tag="cancel_rejected"):
    """The order was not canceled."""

    client_order_id: str
    reason: str
    code: str = ""


class ReplaceRejected(Report, frozen=True, tag="replace_rejected"):
    """The order keeps its terms."""

    client_order_id: str
    reason: str
    code: str = ""


class State(Report, frozen=True, tag="state"):
    """The answer to a client_order_id that was seen before: the first order as it stands."""

    order: WireOrder


class Found(Report, frozen=True, tag="found"):
    """The answer to find; no order means that the venue has none."""

    request: int
    order: WireOrder | None = None


class Book(Report, frozen=True, tag="book"):
    """The answer to snapshot."""

    request: int
    taken_at: datetime
    orders: tuple[WireOrder, ...]
    positions: dict[str, Decimal]
    average_prices: dict[str, Decimal]
    cash: dict[str, Decimal]


class Pong(Report, frozen=True, tag="pong"):
    """Somebody is there."""

    request: int = 0


class Answer(Report, frozen=True, tag="answer"):
    """The answer to a request of the feed or admin role; its shape is the request's."""

    request: int
    value: msgspec.Raw = msgspec.Raw(b"null")


class Problem(Report, frozen=True, tag="error"):
    """A request was not understood or not allowed."""

    code: str
    reason: str
    request: int = 0


class WireQuote(msgspec.Struct, frozen=True, array_like=True):
    """A quote as a row, to keep the stream short."""

    instrument: str
    bid: Decimal
    ask: Decimal
    last: Decimal
    bid_quantity: Decimal
    ask_quantity: Decimal
    occurred_at: datetime
    volume: Decimal
    open: Decimal | None = None
    previous_close: Decimal | None = None


class Quotes(Report, frozen=True, tag="quotes"):
    """The newest quote of every instrument that moved; `at` is the market clock, also when nothing moved."""

    at: datetime
    speed: float
    quotes: tuple[WireQuote, ...]


AccountReport = (
    Welcome | Refused | Accepted | Rejected | Filled | Canceled | Expired | Replaced | CancelRejected | ReplaceRejected
    | State | Found | Book | Pong | Problem
)  # fmt: skip
FeedReport = Welcome | Refused | Quotes | Answer | Pong | Problem


# --- facts ---------------------------------------------------------------------------------------


class WireContract(msgspec.Struct, frozen=True, omit_defaults=True):
    """The contract's own terms; which fields matter follows from `type`."""

    type: str
    base: str = ""
    underlying: str = ""
    expiry: date | None = None
    strike: Decimal | None = None
    right: str = ""
    cash_settled: bool = False
    european: bool = False
    initial_margin: Decimal | None = None


class WireInstrument(msgspec.Struct, frozen=True):
    """One tradable thing."""

    id: str
    symbol: str
    name: str
    venue: str
    currency: str
    tick_size: Decimal
    lot_size: Decimal
    contract: WireContract
    multiplier: Decimal
    min_notional: Decimal
    calendar: str
    label: str


class WireBar(msgspec.Struct, frozen=True, array_like=True):
    """A bar as a row."""

    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class WireRate(msgspec.Struct, frozen=True, array_like=True):
    """One unit of `first` costs `rate` units of `second`."""

    first: str
    second: str
    rate: Decimal


class WireClock(msgspec.Struct, frozen=True):
    """The market clock and how many market seconds pass in one of the wall's."""

    at: datetime
    speed: float
