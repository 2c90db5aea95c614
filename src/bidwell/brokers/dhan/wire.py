"""Dhan's payloads: every field the desk reads, with figures as exact decimals; unknown fields are passed over.

Names are written our way here: the wire has them in camel case.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec

Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=2048)]
Name = Text | int | None
"""An id, which some answers write as a number."""


class Wire(msgspec.Struct, frozen=True, rename="camel"):
    """A payload of the REST interface."""


class Order(Wire, frozen=True, rename="camel"):
    """An order in every reply."""

    order_id: Text
    order_status: Text
    transaction_type: Text
    exchange_segment: Text
    security_id: Text
    order_type: Text
    validity: Text
    quantity: Decimal
    correlation_id: Text | None = None
    price: Exact = None
    trigger_price: Exact = None
    filled_qty: Exact = None
    average_traded_price: Exact = None
    create_time: Text | None = None
    update_time: Text | None = None
    oms_error_description: Text | None = None


class Placed(Wire, frozen=True, rename="camel"):
    """The answer to an order, a change or a cancel."""

    order_id: Text
    order_status: Text = ""


class MarketTrade(Wire, frozen=True, rename="camel"):
    """One execution of ours."""

    order_id: Text
    exchange_trade_id: Text
    transaction_type: Text
    exchange_segment: Text
    security_id: Text
    traded_quantity: Decimal
    traded_price: Decimal
    exchange_time: Text | None = None
    create_time: Text | None = None


class Position(Wire, frozen=True, rename="camel"):
    """What was traded today or is carried: `net_qty` is below zero for a short one."""

    security_id: Text
    exchange_segment: Text
    net_qty: Decimal
    product_type: Text | None = None
    cost_price: Exact = None
    day_buy_value: Exact = None
    day_sell_value: Exact = None
    realized_profit: Exact = None


class Holding(Wire, frozen=True, rename="camel"):
    """Shares in the depository."""

    exchange: Text
    security_id: Text
    total_qty: Decimal
    avg_cost_price: Exact = None


class Funds(Wire, frozen=True, rename="camel"):
    """Money; the first key is misspelt on the wire."""

    dhan_client_id: Text
    availabel_balance: Decimal
    sod_limit: Decimal


class OrderMargin(Wire, frozen=True, rename="camel"):
    """What one order would take, and what is free."""

    total_margin: Decimal
    available_balance: Exact = None


class BasketMargin(msgspec.Struct, frozen=True):
    """What a basket would take; documented in snake case and seen in camel case."""

    total_margin: Exact = None
    totalMargin: Exact = None  # noqa: N815 - the vendor's spelling


class Profile(Wire, frozen=True, rename="camel"):
    """Whose token it is and until when."""

    dhan_client_id: Text
    token_validity: Text | None = None
    active_segment: Text | None = None
    data_plan: Text | None = None


class Token(Wire, frozen=True, rename="camel"):
    """A token that PIN and TOTP made."""

    access_token: Text = ""
    expiry_time: Text | None = None
    message: Text | None = None


class KillSwitch(Wire, frozen=True, rename="camel"):
    """Whether orders pass: ACTIVATE (none do), DEACTIVATE, or a sentence after it was turned."""

    kill_switch_status: Text = ""


class Problem(Wire, frozen=True, rename="camel"):
    """The body of an error; that of market data carries its code as a key of `data`."""

    error_code: Name = None
    error_message: Text | None = None
    data: Any = None


class Columns(Wire, frozen=True, rename="camel"):
    """Bars, a list for each of their fields; `timestamp` is in seconds since 1970."""

    open: list[Decimal]
    high: list[Decimal]
    low: list[Decimal]
    close: list[Decimal]
    volume: list[Decimal]
    timestamp: list[Decimal]


class Level(msgspec.Struct, frozen=True):
    """One level of the book."""

    price: Decimal
    quantity: Decimal


class Book(msgspec.Struct, frozen=True):
    """Levels of both sides, best first."""

    buy: list[Level] = []
    sell: list[Level] = []


class Day(msgspec.Struct, frozen=True):
    """The day's prices; `close` is the day before's."""

    open: Exact = None
    close: Exact = None


class Snap(msgspec.Struct, frozen=True):
    """The newest of everything for one instrument."""

    last_price: Decimal
    depth: Book = Book()
    ohlc: Day = Day()
    volume: Exact = None
    last_trade_time: Text | None = None


class Snaps(msgspec.Struct, frozen=True):
    """Prices by segment and security."""

    data: dict[str, dict[str, Snap]]


class Alert(Wire, frozen=True, rename="camel"):
    """What the order stream says of an order."""

    order_no: Text
    status: Text
    txn_type: Text
    order_type: Text
    quantity: Decimal
    validity: Text = "DAY"
    traded_qty: Exact = None
    price: Exact = None
    trigger_price: Exact = None
    correlation_id: Text | None = None
    reason_description: Text | None = None
    order_date_time: Text | None = None
    last_updated_time: Text | None = None


class Message(msgspec.Struct, frozen=True, rename="pascal"):
    """A frame of the order stream."""

    type: Text = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")
