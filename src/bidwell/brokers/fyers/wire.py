"""Fyers' payloads: every field the desk reads, with figures as exact decimals; unknown fields are passed over.

Lists have their names in camel case, the order stream in snake case.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=2048)]
Long = Annotated[str, msgspec.Meta(max_length=8192)]
Name = Text | int
"""An id, which some answers write as a number."""


class Order(msgspec.Struct, frozen=True, rename="camel"):
    """An order of the day's list."""

    id: Name
    symbol: Text
    qty: Decimal
    type: int
    side: int
    status: int
    order_validity: Text = "DAY"
    filled_qty: Exact = None
    limit_price: Exact = None
    stop_price: Exact = None
    traded_price: Exact = None
    order_date_time: Text | None = None
    order_tag: Text | None = None
    message: Text | None = None


class Orders(msgspec.Struct, frozen=True, rename="camel"):
    """The day's list of orders."""

    order_book: list[Order] = []


class MarketTrade(msgspec.Struct, frozen=True, rename="camel"):
    """One execution of ours."""

    trade_number: Name
    order_number: Name
    symbol: Text
    side: int
    traded_qty: Decimal
    trade_price: Decimal
    order_date_time: Text | None = None
    order_tag: Text | None = None


class Trades(msgspec.Struct, frozen=True, rename="camel"):
    """The day's list of executions."""

    trade_book: list[MarketTrade] = []


class Position(msgspec.Struct, frozen=True, rename="camel"):
    """What was traded today or is carried: `netQty` is below zero for a short one."""

    symbol: Text
    net_qty: Decimal
    net_avg: Exact = None
    buy_avg: Exact = None
    sell_avg: Exact = None
    buy_val: Exact = None
    sell_val: Exact = None
    day_buy_qty: Exact = None
    day_sell_qty: Exact = None
    cf_buy_qty: Exact = None
    cf_sell_qty: Exact = None
    realized_profit: Exact = msgspec.field(default=None, name="realized_profit")


class Positions(msgspec.Struct, frozen=True, rename="camel"):
    """The list of positions."""

    net_positions: list[Position] = []


class Holding(msgspec.Struct, frozen=True, rename="camel"):
    """Shares in the depository: `quantity` is that of the morning."""

    symbol: Text
    quantity: Decimal
    cost_price: Exact = None


class Holdings(msgspec.Struct, frozen=True):
    """The list of holdings."""

    holdings: list[Holding] = []


class Fund(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the funds."""

    id: int
    equity_amount: Decimal


class Funds(msgspec.Struct, frozen=True):
    """Money, line by line."""

    fund_limit: list[Fund] = []


class Person(msgspec.Struct, frozen=True):
    """Who is logged in."""

    fy_id: Text
    name: Text | None = None


class Profile(msgspec.Struct, frozen=True):
    """Who is logged in."""

    data: Person


class Placed(msgspec.Struct, frozen=True):
    """The answer to an order, a change or a cancel."""

    id: Name = ""


class Tokens(msgspec.Struct, frozen=True):
    """What a code or a refresh token is exchanged for."""

    access_token: Long = ""
    refresh_token: Long = ""


class Claims(msgspec.Struct, frozen=True):
    """What an access token says of itself: when it ends, and the key of the price stream."""

    exp: int
    hsm_key: Long = ""


class Status(msgspec.Struct, frozen=True):
    """What every answer begins with."""

    s: Text = ""
    code: int | str | None = None
    message: Text | None = None


class Candles(msgspec.Struct, frozen=True):
    """Past bars: seconds since 1970, open, high, low, close, volume."""

    candles: list[list[Decimal]] = []


class Price(msgspec.Struct, frozen=True):
    """The newest of everything for one symbol."""

    lp: Exact = None
    bid: Exact = None
    ask: Exact = None
    volume: Exact = None
    open_price: Exact = None
    prev_close_price: Exact = None
    tt: Name | None = None


class Named(msgspec.Struct, frozen=True):
    """One symbol's prices."""

    n: Text
    s: Text = ""
    v: msgspec.Raw = msgspec.Raw(b"{}")


class Prices(msgspec.Struct, frozen=True):
    """The newest prices by symbol."""

    d: list[Named]


class StreamOrder(msgspec.Struct, frozen=True):
    """What the order stream says of an order."""

    id: Name
    symbol: Text
    qty: Decimal
    ord_type: int
    tran_side: int
    org_ord_status: int
    validity: Text = "DAY"
    qty_filled: Exact = None
    price_limit: Exact = None
    price_stop: Exact = None
    ordertag: Text | None = None
    oms_msg: Text | None = None


class StreamTrade(msgspec.Struct, frozen=True):
    """What the order stream says of an execution."""

    id_fill: Name
    id: Name
    symbol: Text
    tran_side: int
    qty_traded: Decimal
    price_traded: Decimal
    ordertag: Text | None = None


class Message(msgspec.Struct, frozen=True):
    """A frame of the order stream."""

    s: Text = ""
    code: int | str | None = None
    message: Text | None = None
    orders: msgspec.Raw = msgspec.Raw(b"null")
    trades: msgspec.Raw = msgspec.Raw(b"null")
