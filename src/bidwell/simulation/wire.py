"""Payloads of the protocol as the venue reads and writes them (docs/paper-venue.md): one JSON object per line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Link, Ticket

VERSION = 1


class Request(msgspec.Struct, frozen=True, tag_field="type"):
    """What a client says; a `request` number asks for one answer with the same number."""


class Login(Request, frozen=True, gc=False, tag="login"):
    """The first line of every connection."""

    token: str
    role: str
    account: str = ""


class Submit(Request, frozen=True, gc=False, tag="submit"):
    """Orders that belong together."""

    orders: list[Ticket]
    link: Link = Link.NONE


class Cancel(Request, frozen=True, gc=False, tag="cancel"):
    """Take an order off the book, named by either id."""

    client_order_id: str = ""
    broker_order_id: str = ""


class Replace(Request, frozen=True, gc=False, tag="replace"):
    """Work an order with another total quantity and other terms."""

    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    client_order_id: str = ""
    broker_order_id: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    expires_at: datetime | None = None


class Find(Request, frozen=True, gc=False, tag="find"):
    """Look one order up."""

    request: int
    client_order_id: str


class Snapshot(Request, frozen=True, gc=False, tag="snapshot"):
    """Read an account."""

    request: int
    since: datetime | None = None


class Ping(Request, frozen=True, gc=False, tag="ping"):
    """Ask whether anybody is there."""

    request: int = 0


class Ask(Request, frozen=True, gc=False, tag="ask"):
    """Read a fact: instruments, rates or clock."""

    request: int
    what: str


class Bars(Request, frozen=True, gc=False, tag="bars"):
    """Read past bars."""

    request: int
    instrument: str
    seconds: int
    count: int
    until: datetime | None = None


class Speed(Request, frozen=True, gc=False, tag="speed"):
    """Run the market faster or slower."""

    request: int
    speed: float


class Admin(Request, frozen=True, gc=False, tag="admin"):
    """Set-up and judging."""

    request: int
    what: str
    arguments: msgspec.Raw = msgspec.Raw(b"{}")


AccountRequest = Login | Submit | Cancel | Replace | Find | Snapshot | Ping
OtherRequest = Login | Ask | Bars | Speed | Admin | Ping


# --- what the venue says -------------------------------------------------------------------------


class Report(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """What the venue says."""


class Welcome(Report, frozen=True, gc=False, tag="welcome"):
    """The login was good."""

    at: datetime
    version: int
    speed: float


class Refused(Report, frozen=True, gc=False, tag="refused"):
    """The login was not good."""

    code: str
    reason: str


class FillView(msgspec.Struct, frozen=True, gc=False):
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


class OrderView(msgspec.Struct, frozen=True, gc=False):
    """One order with its fills."""

    broker_order_id: str
    client_order_id: str | None
    instrument: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    status: OrderStatus
    filled_quantity: Decimal
    created_at: datetime
    limit_price: Decimal | None
    stop_price: Decimal | None
    trail_amount: Decimal | None
    trail_percent: Decimal | None
    expires_at: datetime | None
    fills: list[FillView]
    code: str
    reason: str


class Accepted(Report, frozen=True, gc=False, tag="accepted"):
    """The order works; `order` tells one that nobody's client placed."""

    broker_order_id: str
    at: datetime
    client_order_id: str | None = None
    order: OrderView | None = None


class Rejected(Report, frozen=True, gc=False, tag="rejected"):
    """The order does not work."""

    client_order_id: str
    code: str
    reason: str


class Filled(Report, frozen=True, gc=False, tag="filled"):
    """An execution."""

    fill: FillView


class Canceled(Report, frozen=True, gc=False, tag="canceled"):
    """The order is off the book, with `filled_quantity` filled in all."""

    broker_order_id: str
    client_order_id: str | None = None
    reason: str = ""
    filled_quantity: Decimal | None = None


class Expired(Report, frozen=True, gc=False, tag="expired"):
    """The order's time in force ended, with `filled_quantity` filled in all."""

    broker_order_id: str
    client_order_id: str | None = None
    reason: str = ""
    filled_quantity: Decimal | None = None


class Replaced(Report, frozen=True, gc=False, tag="replaced"):
    """The order works on new terms."""

    order: OrderView


class CancelRejected(Report, frozen=True, gc=False, tag="cancel_rejected"):
    """The order was not canceled."""

    client_order_id: str
    code: str
    reason: str


class ReplaceRejected(Report, frozen=True, gc=False, tag="replace_rejected"):
    """The order keeps its terms."""

    client_order_id: str
    code: str
    reason: str


class State(Report, frozen=True, gc=False, tag="state"):
    """The answer to a client_order_id that was seen before."""

    order: OrderView


class Found(Report, frozen=True, gc=False, tag="found"):
    """The answer to find."""

    request: int
    order: OrderView | None = None


class Book(Report, frozen=True, gc=False, tag="book"):
    """The answer to snapshot."""

    request: int
    taken_at: datetime
    orders: list[OrderView]
    positions: dict[str, Decimal]
    average_prices: dict[str, Decimal]
    cash: dict[str, Decimal]


class Pong(Report, frozen=True, gc=False, tag="pong"):
    """Somebody is there."""

    request: int = 0


class Answer(Report, frozen=True, gc=False, tag="answer"):
    """The answer to a question."""

    request: int
    value: Any = None


class Problem(Report, frozen=True, gc=False, tag="error"):
    """A request was not understood or not allowed."""

    code: str
    reason: str
    request: int = 0


QuoteRow = tuple[
    str, Decimal, Decimal, Decimal, Decimal, Decimal, datetime, Decimal, Decimal | None, Decimal | None
]  # fmt: skip


class Quotes(Report, frozen=True, gc=False, tag="quotes"):
    """The newest quote of every instrument that moved."""

    at: datetime
    speed: float
    quotes: list[QuoteRow]
