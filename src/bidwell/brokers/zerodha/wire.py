"""Kite's payloads: every field the desk reads, with figures as exact decimals; unknown fields are passed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Generic, TypeVar

import msgspec

T = TypeVar("T")
Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=2048)]


class Reply(msgspec.Struct, Generic[T], frozen=True):
    """A good answer."""

    data: T
    status: Text = ""


class Problem(msgspec.Struct, frozen=True):
    """The body of an error."""

    message: Text | None = ""
    error_type: Text | None = ""


class Session(msgspec.Struct, frozen=True):
    """What a request token is exchanged for."""

    user_id: Text
    access_token: Text
    login_time: Text | None = None


class Profile(msgspec.Struct, frozen=True):
    """Whose account it is."""

    user_id: Text
    user_name: Text = ""
    exchanges: list[Text] = []
    products: list[Text] = []


class Available(msgspec.Struct, frozen=True):
    """Money that can be used."""

    cash: Exact = None
    opening_balance: Exact = None
    live_balance: Exact = None
    collateral: Exact = None


class Segment(msgspec.Struct, frozen=True):
    """The funds of one segment; `utilised` are figures by name."""

    enabled: bool = True
    net: Exact = None
    available: Available = Available()
    utilised: dict[str, Exact] = {}


class Margins(msgspec.Struct, frozen=True):
    """Funds: shares and their derivatives in one purse, commodities in another."""

    equity: Segment | None = None


class OrderMargin(msgspec.Struct, frozen=True):
    """What one order would take; its parts (span, exposure, premium …) are passed over."""

    tradingsymbol: Text
    exchange: Text
    total: Decimal


class Total(msgspec.Struct, frozen=True):
    """The whole of a basket."""

    total: Decimal


class BasketMargin(msgspec.Struct, frozen=True):
    """What a basket would take: order by order, and with what its orders are worth to each other."""

    initial: Total
    final: Total
    orders: list[OrderMargin]


class Placed(msgspec.Struct, frozen=True):
    """What an order call answers."""

    order_id: Text


class Order(msgspec.Struct, frozen=True):
    """An order in every list and on the ticker; times are India's, without a zone."""

    order_id: Text
    status: Text
    exchange: Text
    tradingsymbol: Text
    transaction_type: Text
    order_type: Text
    validity: Text
    quantity: Decimal
    variety: Text = "regular"
    product: Text = ""
    exchange_order_id: Text | None = None
    price: Exact = None
    trigger_price: Exact = None
    average_price: Exact = None
    filled_quantity: Exact = None
    status_message: Text | None = None
    status_message_raw: Text | None = None
    order_timestamp: Text | None = None
    exchange_timestamp: Text | None = None
    exchange_update_timestamp: Text | None = None
    tag: Text | None = None
    tags: list[Text] | None = None


class Trade(msgspec.Struct, frozen=True):
    """One execution."""

    trade_id: Text
    order_id: Text
    exchange: Text
    tradingsymbol: Text
    transaction_type: Text
    quantity: Decimal
    average_price: Decimal
    product: Text = ""
    fill_timestamp: Text | None = None
    exchange_timestamp: Text | None = None


class Position(msgspec.Struct, frozen=True):
    """What is held under one product, `quantity` signed."""

    tradingsymbol: Text
    exchange: Text
    product: Text
    quantity: Decimal
    average_price: Exact = None


class Positions(msgspec.Struct, frozen=True):
    """Positions: `net` with what was carried on, `day` of today alone."""

    net: list[Position]


class Funded(msgspec.Struct, frozen=True):
    """The part of a holding that the broker funds."""

    quantity: Exact = None
    average_price: Exact = None


class Holding(msgspec.Struct, frozen=True):
    """Shares in the securities account."""

    tradingsymbol: Text
    exchange: Text
    quantity: Decimal
    opening_quantity: Exact = None
    realised_quantity: Exact = None
    t1_quantity: Exact = None
    average_price: Exact = None
    mtf: Funded | None = None


class Level(msgspec.Struct, frozen=True):
    """A price of the depth."""

    price: Decimal
    quantity: Decimal


class Depth(msgspec.Struct, frozen=True):
    """The five best of each side."""

    buy: list[Level] = []
    sell: list[Level] = []


class Ohlc(msgspec.Struct, frozen=True):
    """The day so far; `close` is that of the day before."""

    open: Exact = None
    high: Exact = None
    low: Exact = None
    close: Exact = None


class Quote(msgspec.Struct, frozen=True):
    """The newest of everything of one instrument."""

    instrument_token: int
    last_price: Decimal
    timestamp: Text | None = None
    last_trade_time: Text | None = None
    volume: Exact = None
    ohlc: Ohlc = Ohlc()
    depth: Depth = Depth()


class Candle(msgspec.Struct, frozen=True, array_like=True):
    """A bar as a row, with its open interest where that was asked for."""

    at: Text
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    interest: Exact = None


class Candles(msgspec.Struct, frozen=True):
    """Bars, oldest first."""

    candles: list[Candle]


class Postback(msgspec.Struct, frozen=True):
    """What proves a postback; the rest of it is not looked at."""

    order_id: Text
    order_timestamp: Text
    checksum: Text


class Message(msgspec.Struct, frozen=True):
    """A text frame of the ticker."""

    type: Text
    data: msgspec.Raw = msgspec.Raw(b"null")
