"""Angel One's payloads: every field the desk reads; unknown fields are passed over.

A figure comes as a number or as text, and is kept as it was written until `parse` reads it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=4096)]
Figure = msgspec.Raw
NOTHING = msgspec.Raw(b"null")
Candle = tuple[Text, Decimal, Decimal, Decimal, Decimal, Decimal]
"""A past bar: time with its zone, open, high, low, close, volume."""


class Envelope(msgspec.Struct, frozen=True):
    """What every answer comes in; failures of the login come with keys of another casing."""

    status: bool | Text | None = None
    success: bool | Text | None = None
    message: Text | None = ""
    errorcode: Text | None = ""
    errorCode: Text | None = ""  # noqa: N815 - the vendor's spelling
    data: msgspec.Raw = NOTHING


class Tokens(msgspec.Struct, frozen=True):
    """A login's tokens: `jwtToken` for REST and the order stream, `feedToken` for prices."""

    jwtToken: Text  # noqa: N815 - the vendor's spelling
    refreshToken: Text | None = ""  # noqa: N815 - the vendor's spelling
    feedToken: Text | None = ""  # noqa: N815 - the vendor's spelling


class Profile(msgspec.Struct, frozen=True):
    """Whose account it is."""

    clientcode: Text


class Funds(msgspec.Struct, frozen=True):
    """Money: `availablecash` is cash, `net` what may be used for orders."""

    net: Figure = NOTHING
    availablecash: Figure = NOTHING


class BatchMargin(msgspec.Struct, frozen=True):
    """What orders would take together; its components are passed over."""

    totalMarginRequired: Figure = NOTHING  # noqa: N815 - the vendor's spelling


class Placed(msgspec.Struct, frozen=True):
    """The answer to an order, a change or a cancel."""

    orderid: Text


class Order(msgspec.Struct, frozen=True):
    """An order in the list and in the order stream; times are India's."""

    orderid: Text
    status: Text | None = ""
    orderstatus: Text | None = ""
    exchange: Text | None = ""
    symboltoken: Text | None = ""
    tradingsymbol: Text | None = ""
    transactiontype: Text | None = ""
    ordertype: Text | None = ""
    producttype: Text | None = ""
    variety: Text | None = ""
    duration: Text | None = ""
    quantity: Figure = NOTHING
    filledshares: Figure = NOTHING
    price: Figure = NOTHING
    triggerprice: Figure = NOTHING
    averageprice: Figure = NOTHING
    text: Text | None = ""
    updatetime: Text | None = ""
    ordertag: Text | None = ""


class Update(msgspec.Struct, frozen=True, rename={
    "code": "order-status", "problem": "error-message", "order": "orderData", "status": "status-code"}):  # fmt: skip
    """A message of the order stream; `code` is AB00 to AB11, `order` an `Order` where there is one."""

    code: Text | None = ""
    problem: Text | None = ""
    status: Any = None
    order: msgspec.Raw = NOTHING


class Trade(msgspec.Struct, frozen=True):
    """A fill of today; `filltime` is a time of day in India."""

    orderid: Text
    fillid: Text
    transactiontype: Text
    fillsize: Figure = NOTHING
    fillprice: Figure = NOTHING
    filltime: Text | None = ""


class Position(msgspec.Struct, frozen=True):
    """A position of today's trading or carried over; `netqty` is below zero for a short one."""

    exchange: Text
    symboltoken: Text
    tradingsymbol: Text
    producttype: Text | None = ""
    netqty: Figure = NOTHING
    netprice: Figure = NOTHING


class Holding(msgspec.Struct, frozen=True):
    """Shares in the depository, or on their way there."""

    exchange: Text
    symboltoken: Text
    tradingsymbol: Text
    quantity: Figure = NOTHING
    averageprice: Figure = NOTHING


class Scrip(msgspec.Struct, frozen=True):
    """A row of the instrument list, all text: `strike` and `tick_size` a hundredfold."""

    token: Text
    symbol: Text
    name: Text = ""
    expiry: Text = ""
    strike: Text = ""
    lotsize: Text = ""
    instrumenttype: Text = ""
    exch_seg: Text = ""
    tick_size: Text = ""


class Found(msgspec.Struct, frozen=True):
    """A row of a search."""

    exchange: Text
    tradingsymbol: Text
    symboltoken: Text


class Level(msgspec.Struct, frozen=True):
    """A price level of a quote."""

    price: Figure = NOTHING
    quantity: Figure = NOTHING


class Depth(msgspec.Struct, frozen=True):
    """The best five levels of each side."""

    buy: list[Level] = []
    sell: list[Level] = []


class Quoted(msgspec.Struct, frozen=True):
    """A quote on request."""

    exchange: Text
    symbolToken: Text  # noqa: N815 - the vendor's spelling
    ltp: Figure = NOTHING
    open: Figure = NOTHING
    close: Figure = NOTHING
    tradeVolume: Figure = NOTHING  # noqa: N815 - the vendor's spelling
    exchFeedTime: Text | None = ""  # noqa: N815 - the vendor's spelling
    depth: Depth | None = None


class Quotes(msgspec.Struct, frozen=True):
    """What was found of what was asked."""

    fetched: list[Quoted] | None = None


class StreamProblem(msgspec.Struct, frozen=True, rename="camel"):
    """What the price stream answers to a request that it does not take."""

    error_code: Text = ""
    error_message: Text = ""
