"""Tradovate's payloads: every field the desk reads, with figures as exact decimals; unknown fields are passed over.

Ids are numbers on the wire, though some of its own typings call them text: both are taken.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec

T = TypeVar("T")
AN_HOUR = 3600.0
Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=8192)]
Id = Annotated[int, msgspec.Meta(ge=0)]


def decoder(shape: type[T]) -> msgspec.json.Decoder[T]:
    """A decoder that takes a number for an id written as text, and figures digit for digit."""
    return msgspec.json.Decoder(shape, strict=False)


class Entity(msgspec.Struct, frozen=True, rename="camel"):
    """What all of Tradovate's things have."""


class Problem(Entity, frozen=True):
    """What a reply with status 200 may hold instead of its own fields."""

    ticket: Text | None = msgspec.field(default=None, name="p-ticket")
    seconds: Decimal = msgspec.field(default=Decimal(0), name="p-time")
    captcha: bool = msgspec.field(default=False, name="p-captcha")
    error_text: Text | None = None
    failure_reason: Text | None = None
    failure_text: Text | None = None

    @property
    def wait(self) -> float:
        """How long a penalty lasts, in seconds; an hour where it wants a person or does not say it sensibly."""
        sensible = self.seconds.is_finite() and 0 <= self.seconds <= AN_HOUR
        return float(self.seconds) if sensible and not self.captcha else AN_HOUR


class Token(Problem, frozen=True):
    """A session: the answer to a login and to a renewal."""

    access_token: Text = ""
    md_access_token: Text = ""
    expiration_time: Text | None = None
    password_expiration_time: Text | None = None
    user_status: Text | None = None
    user_id: int | None = None
    name: Text = ""


class Placed(Problem, frozen=True):
    """The answer to a new order."""

    order_id: Id | None = None


class Commanded(Problem, frozen=True):
    """The answer to a change or a cancel."""

    command_id: Id | None = None


class Account(Entity, frozen=True):
    """An account of the login."""

    id: Id
    name: Text
    active: bool = True
    archived: bool = False
    legal_status: Text | None = None
    account_type: Text | None = None


class CashSnapshot(Problem, frozen=True):
    """Money of an account."""

    total_cash_value: Exact = None
    net_liq: Exact = None
    initial_margin: Exact = None
    maintenance_margin: Exact = None


class CashBalance(Entity, frozen=True):
    """Cash of an account in one currency."""

    id: Id
    account_id: Id
    currency_id: Id
    amount: Decimal
    timestamp: Text | None = None


class Position(Entity, frozen=True):
    """A position; `net_pos` is below zero for a short one."""

    id: Id
    account_id: Id
    contract_id: Id
    net_pos: Decimal
    timestamp: Text | None = None
    net_price: Exact = None


class Order(Entity, frozen=True):
    """An order's state; its terms are in its versions, our id in its command."""

    id: Id
    account_id: Id
    action: Text
    ord_status: Text
    contract_id: Id | None = None
    timestamp: Text | None = None


class OrderVersion(Entity, frozen=True):
    """Terms of an order."""

    id: Id
    order_id: Id
    order_qty: Decimal
    order_type: Text
    price: Exact = None
    stop_price: Exact = None
    peg_difference: Exact = None
    time_in_force: Text | None = None
    expire_time: Text | None = None


class Command(Entity, frozen=True):
    """What was asked for: a new order, a change or a cancel."""

    id: Id
    order_id: Id
    command_type: Text
    timestamp: Text | None = None
    cl_ord_id: Text | None = None
    command_status: Text | None = None


class CommandReport(Entity, frozen=True):
    """What became of a command."""

    command_id: Id
    command_status: Text
    id: Id | None = None
    timestamp: Text | None = None
    reject_reason: Text | None = None
    text: Text | None = None


class ExecutionReport(Entity, frozen=True):
    """What happened to an order at the exchange."""

    order_id: Id
    exec_type: Text
    id: Id | None = None
    account_id: Id | None = None
    command_id: Id | None = None
    timestamp: Text | None = None
    ord_status: Text | None = None
    cum_qty: Exact = None
    reject_reason: Text | None = None
    text: Text | None = None


class Fill(Entity, frozen=True):
    """An execution; one that is not active was taken back."""

    id: Id
    order_id: Id
    contract_id: Id
    timestamp: Text
    action: Text
    qty: Decimal
    price: Decimal
    active: bool = True


class FillFee(Entity, frozen=True):
    """What an execution cost, under the execution's number."""

    id: Id
    clearing_fee: Exact = None
    exchange_fee: Exact = None
    nfa_fee: Exact = None
    brokerage_fee: Exact = None
    ip_fee: Exact = None
    commission: Exact = None
    order_routing_fee: Exact = None


class Contract(Entity, frozen=True):
    """A contract: its exchange symbol, and where its month is told."""

    id: Id
    name: Text
    contract_maturity_id: Id


class Maturity(Entity, frozen=True):
    """A contract's month: `expiration_month` is YYYYMM, `first_intent_date` the first day on which delivery may begin."""

    id: Id
    product_id: Id
    expiration_month: int
    expiration_date: Text | None = None
    first_intent_date: Text | None = None
    is_front: bool = False


class Product(Entity, frozen=True):
    """What contracts are of."""

    id: Id
    name: Text
    currency_id: Id
    exchange_id: Id
    value_per_point: Decimal
    tick_size: Decimal
    product_type: Text = ""
    description: Text | None = None
    status: Text = ""


class Named(Entity, frozen=True):
    """An exchange or a currency."""

    id: Id
    name: Text


class Sync(Entity, frozen=True):
    """The user's world as the user socket tells it once; without its `users` an answer is none."""

    users: list[msgspec.Raw]
    orders: list[Order] = []
    order_versions: list[OrderVersion] = []
    commands: list[Command] = []
    command_reports: list[CommandReport] = []
    execution_reports: list[ExecutionReport] = []
    fills: list[Fill] = []
    fill_fees: list[FillFee] = []
    positions: list[Position] = []
    cash_balances: list[CashBalance] = []
    contracts: list[Contract] = []
    contract_maturities: list[Maturity] = []
    products: list[Product] = []
    exchanges: list[Named] = []
    currencies: list[Named] = []


class Message(msgspec.Struct, frozen=True):
    """One message of an `a` frame: a reply has `s` and `i`, an event has `e`."""

    s: int | None = None
    i: int | None = None
    e: Text | None = None
    d: msgspec.Raw = msgspec.Raw(b"null")


class Props(Entity, frozen=True):
    """A change of one thing, or of several of a kind."""

    entity_type: Text
    event_type: Text
    entity: msgspec.Raw


class Shutdown(Entity, frozen=True):
    """Why Tradovate is about to close a stream."""

    reason_code: Text = ""
    reason: Text | None = None


class Entry(Entity, frozen=True):
    """One side or figure of a quote."""

    price: Exact = None
    size: Exact = None


class Quote(Entity, frozen=True):
    """Changed entries of a contract's quote; what is absent stays as it was."""

    contract_id: Id
    timestamp: Text
    entries: dict[str, Entry] = {}


class Bar(Entity, frozen=True):
    """A past interval of a chart."""

    timestamp: Text
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    up_volume: Exact = None
    down_volume: Exact = None


class Chart(Entity, frozen=True):
    """A packet of a chart; `eoh` ends its history."""

    id: int
    bars: list[Bar] = []
    eoh: bool = False


class Market(Entity, frozen=True):
    """What `md` and `chart` events carry."""

    quotes: list[Quote] = []
    charts: list[Chart] = []


class Subscribed(Problem, frozen=True):
    """The answer to a subscription or to a request for a chart."""

    error_code: Text | None = None
    historical_id: int | None = None
    subscription_id: int | None = None
    realtime_id: int | None = None
