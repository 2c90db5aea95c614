"""Alpaca's payloads: every field the desk reads, with figures as exact decimals; unknown fields are passed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec

Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=2048)]


class Order(msgspec.Struct, frozen=True):
    """An order in every reply and in `trade_updates`; figures come as text or as numbers."""

    id: Text
    symbol: Text
    side: Text
    type: Text
    time_in_force: Text
    status: Text
    client_order_id: Text = ""
    asset_id: Text | None = ""
    asset_class: Text | None = ""
    qty: Exact = None
    filled_qty: Exact = None
    filled_avg_price: Exact = None
    limit_price: Exact = None
    stop_price: Exact = None
    trail_price: Exact = None
    trail_percent: Exact = None
    order_class: Text | None = ""
    created_at: Text | None = None
    submitted_at: Text | None = None
    filled_at: Text | None = None
    canceled_at: Text | None = None
    expired_at: Text | None = None
    failed_at: Text | None = None
    replaced_at: Text | None = None
    replaced_by: Text | None = None
    replaces: Text | None = None
    notional: Exact = None
    reject_reason: Text | None = None


class Update(msgspec.Struct, frozen=True):
    """What happened to an order; `price` and `qty` are those of a fill."""

    event: Text
    order: Order
    timestamp: Text | None = None
    price: Exact = None
    qty: Exact = None
    execution_id: Text | None = None


class Message(msgspec.Struct, frozen=True):
    """A frame of the order stream; `data` is an `Update` when `stream` is trade_updates."""

    stream: Text
    data: msgspec.Raw


class Authorization(msgspec.Struct, frozen=True):
    """The answer to the login on the order stream."""

    status: Text
    action: Text = ""


class Activity(msgspec.Struct, frozen=True):
    """A fill in the account's activities."""

    id: Text
    order_id: Text
    symbol: Text
    side: Text
    qty: Decimal
    price: Decimal
    cum_qty: Decimal
    transaction_time: Text


class Position(msgspec.Struct, frozen=True):
    """A position; `qty` is negative or `side` is short for a short one."""

    symbol: Text
    qty: Decimal
    side: Text
    asset_id: Text = ""
    exchange: Text = ""
    asset_class: Text = ""
    avg_entry_price: Exact = None


class Account(msgspec.Struct, frozen=True):
    """The account: money, and whether it may trade."""

    id: Text
    account_number: Text
    status: Text
    currency: Text
    cash: Decimal
    equity: Exact = None
    buying_power: Exact = None
    multiplier: Exact = None
    trading_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool = False
    shorting_enabled: bool = False
    options_trading_level: int | str | None = None


class Asset(msgspec.Struct, frozen=True, rename={"asset_class": "class"}):
    """An instrument in Alpaca's list."""

    id: Text
    asset_class: Text
    exchange: Text
    symbol: Text
    status: Text
    tradable: bool
    name: Text = ""
    fractionable: bool = False
    shortable: bool = False
    min_order_size: Exact = None
    min_trade_increment: Exact = None
    price_increment: Exact = None


class OptionContract(msgspec.Struct, frozen=True):
    """One option."""

    id: Text
    symbol: Text
    status: Text
    tradable: bool
    expiration_date: Text
    underlying_symbol: Text
    type: Text
    strike_price: Decimal
    name: Text = ""
    size: Exact = None
    style: Text = ""


class OptionContracts(msgspec.Struct, frozen=True):
    """A page of options."""

    option_contracts: list[OptionContract]
    next_page_token: Text | None = None


class Bar(msgspec.Struct, frozen=True):
    """A past interval."""

    t: Text
    o: Decimal
    h: Decimal
    l: Decimal  # noqa: E741 - the wire's own name
    c: Decimal
    v: Decimal


class Bars(msgspec.Struct, frozen=True):
    """A page of bars by symbol."""

    bars: dict[str, list[Bar]] | None = None
    next_page_token: Text | None = None


class MarketTrade(msgspec.Struct, frozen=True):
    """A public print."""

    p: Decimal
    t: Text
    s: Exact = None


class Touch(msgspec.Struct, frozen=True):
    """Best bid and offer."""

    t: Text
    bp: Decimal
    ap: Decimal
    bs: Exact = None
    as_: Exact = msgspec.field(default=None, name="as")


class Snap(msgspec.Struct, frozen=True):
    """The newest of everything for one symbol."""

    latestTrade: MarketTrade | None = None  # noqa: N815 - the wire's own name
    latestQuote: Touch | None = None  # noqa: N815
    dailyBar: Bar | None = None  # noqa: N815
    prevDailyBar: Bar | None = None  # noqa: N815


class Tick(msgspec.Struct, frozen=True):
    """A message of the market data stream; which fields are there depends on `T`."""

    T: Text
    S: Text = ""
    msg: Text = ""
    code: int = 0
    t: Text | None = None
    p: Exact = None
    bp: Exact = None
    ap: Exact = None
    bs: Exact = None
    as_: Exact = msgspec.field(default=None, name="as")
    s: Any = None


class Problem(msgspec.Struct, frozen=True):
    """The body of an error."""

    message: Text = ""
    code: int | str = 0
