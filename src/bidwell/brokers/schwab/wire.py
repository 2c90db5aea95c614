"""Schwab's payloads: every field the desk reads, with figures as exact decimals; unknown fields are passed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=4096)]
Number = int | Text
"""An id that comes as a number or as text."""


class Problem(msgspec.Struct, frozen=True):
    """The body of an error in each of its three forms; `errors` are texts or objects."""

    message: Text | None = None
    errors: list[msgspec.Raw] | None = None
    error: Text | None = None
    error_description: Text | None = None


class Fault(msgspec.Struct, frozen=True):
    """One of the `errors` of market data."""

    title: Text | None = None
    detail: Text | None = None


class Tokens(msgspec.Struct, frozen=True):
    """What a code or a refresh token is exchanged for; `expires_in` is in seconds."""

    access_token: Text = ""
    refresh_token: Text = ""
    expires_in: Decimal = Decimal(1800)


class AccountNumber(msgspec.Struct, frozen=True, rename="camel"):
    """An account, and under what its calls go."""

    account_number: Text
    hash_value: Text


class Traded(msgspec.Struct, frozen=True, rename="camel"):
    """The instrument of a leg or of a position."""

    symbol: Text
    asset_type: Text = ""


class Leg(msgspec.Struct, frozen=True, rename="camel"):
    """One instrument of an order."""

    instruction: Text
    instrument: Traded
    quantity: Exact = None


class ExecutionLeg(msgspec.Struct, frozen=True, rename="camel"):
    """A fill of one leg."""

    quantity: Decimal
    price: Decimal
    time: Text | None = None


class OrderActivity(msgspec.Struct, frozen=True, rename="camel"):
    """What happened to an order: an EXECUTION with its legs (a cancel is one too, without a price), or an action."""

    activity_type: Text = ""
    execution_type: Text | None = None
    order_remaining_quantity: Exact = None
    execution_legs: list[ExecutionLeg] | None = None


class Order(msgspec.Struct, frozen=True, rename="camel"):
    """An order; one that stands for several holds them as children, one that was replaced may name what replaced it."""

    order_id: Number = 0
    status: Text = ""
    order_type: Text = ""
    duration: Text = ""
    quantity: Exact = None
    filled_quantity: Exact = None
    price: Exact = None
    stop_price: Exact = None
    stop_price_link_type: Text | None = None
    stop_price_offset: Exact = None
    entered_time: Text | None = None
    close_time: Text | None = None
    status_description: Text | None = None
    order_leg_collection: list[Leg] | None = None
    order_activity_collection: list[OrderActivity] | None = None
    child_order_strategies: list[Order] | None = None
    replacing_order_collection: list[Order | int | str | None] | None = None


class Position(msgspec.Struct, frozen=True, rename="camel"):
    """What is held of an instrument."""

    instrument: Traded
    long_quantity: Decimal = Decimal(0)
    short_quantity: Decimal = Decimal(0)
    average_price: Exact = None


class Balances(msgspec.Struct, frozen=True, rename="camel"):
    """Money as it stands."""

    cash_balance: Exact = None
    margin_balance: Exact = None
    short_balance: Exact = None
    liquidation_value: Exact = None
    buying_power: Exact = None
    cash_available_for_trading: Exact = None


class SecuritiesAccount(msgspec.Struct, frozen=True, rename="camel"):
    """An account: money and, where it is asked for, positions."""

    account_number: Text
    current_balances: Balances
    type: Text = ""
    is_closing_only_restricted: bool = False
    positions: list[Position] | None = None


class Account(msgspec.Struct, frozen=True, rename="camel"):
    """The envelope of an account."""

    securities_account: SecuritiesAccount


class StreamPlace(msgspec.Struct, frozen=True, rename="camel"):
    """Where the stream is, and how its commands are signed."""

    streamer_socket_url: Text
    schwab_client_customer_id: Text
    schwab_client_correl_id: Text
    schwab_client_channel: Text = ""
    schwab_client_function_id: Text = ""


class Preference(msgspec.Struct, frozen=True, rename="camel"):
    """A user's preferences."""

    streamer_info: list[StreamPlace]


class Listed(msgspec.Struct, frozen=True, rename="camel"):
    """An instrument of the list."""

    symbol: Text
    exchange: Text = ""
    asset_type: Text = ""
    description: Text | None = None


class Instruments(msgspec.Struct, frozen=True):
    """What was found of the list."""

    instruments: list[Listed] | None = None


class Candle(msgspec.Struct, frozen=True):
    """A past interval; `datetime` is in milliseconds since 1970."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    datetime: int


class Candles(msgspec.Struct, frozen=True):
    """Past intervals of one symbol, oldest first."""

    candles: list[Candle] | None = None


class Touch(msgspec.Struct, frozen=True, rename="camel"):
    """The newest prices by REST; times in milliseconds since 1970."""

    bid_price: Exact = None
    ask_price: Exact = None
    last_price: Exact = None
    bid_size: Exact = None
    ask_size: Exact = None
    total_volume: Exact = None
    open_price: Exact = None
    close_price: Exact = None
    quote_time: int | None = None
    trade_time: int | None = None


class Quoted(msgspec.Struct, frozen=True):
    """The newest of one symbol; one that Schwab does not know has no `quote`."""

    quote: Touch | None = None


class Optioned(msgspec.Struct, frozen=True, rename="camel"):
    """An option of a chain; both spellings of its marks are documented, and each may be missing."""

    symbol: Text
    multiplier: Exact = None
    non_standard: bool | None = None
    is_non_standard: bool | None = None
    mini: bool | None = None
    is_mini: bool | None = None


Strikes = dict[Text, list[Optioned]]


class Chain(msgspec.Struct, frozen=True):
    """Options of an underlying by expiry, 2027-01-15:420 with the days until then, and by strike."""

    calls: dict[Text, Strikes] | None = msgspec.field(name="callExpDateMap", default=None)
    puts: dict[Text, Strikes] | None = msgspec.field(name="putExpDateMap", default=None)


class Expiration(msgspec.Struct, frozen=True, rename="camel"):
    """A day on which options expire."""

    expiration_date: Text


class Expirations(msgspec.Struct, frozen=True, rename="camel"):
    """The days on which an underlying's options expire."""

    expiration_list: list[Expiration] | None = None


# --- the stream ---------------------------------------------------------------------------------------


class Said(msgspec.Struct, frozen=True):
    """Code and words of an answer."""

    code: int = 0
    msg: Text = ""


class Response(msgspec.Struct, frozen=True):
    """The answer to a command."""

    service: Text = ""
    command: Text = ""
    requestid: Number = ""
    content: Said = Said()


class Notice(msgspec.Struct, frozen=True):
    """A heartbeat, or a word of the server's own."""

    heartbeat: Number | None = None
    service: Text = ""
    content: Said | None = None


class Batch(msgspec.Struct, frozen=True):
    """What a service tells; the rows are `Activity`, `EquityTick` or `OptionTick`."""

    service: Text
    content: list[msgspec.Raw] = []


class Message(msgspec.Struct, frozen=True):
    """A frame of the stream: one of the three."""

    response: list[Response] | None = None
    notify: list[Notice] | None = None
    data: list[Batch] | None = None


class Activity(msgspec.Struct, frozen=True):
    """What happened in an account; its data is not read."""

    account: Text | None = msgspec.field(name="1", default=None)
    type: Text | None = msgspec.field(name="2", default=None)


class EquityTick(msgspec.Struct, frozen=True):
    """What changed in the prices of a share; times in milliseconds since 1970."""

    key: Text
    bid: Exact = msgspec.field(name="1", default=None)
    ask: Exact = msgspec.field(name="2", default=None)
    last: Exact = msgspec.field(name="3", default=None)
    bid_size: Exact = msgspec.field(name="4", default=None)
    ask_size: Exact = msgspec.field(name="5", default=None)
    volume: Exact = msgspec.field(name="8", default=None)
    close: Exact = msgspec.field(name="12", default=None)
    open: Exact = msgspec.field(name="17", default=None)
    quoted_at: int | None = msgspec.field(name="34", default=None)
    traded_at: int | None = msgspec.field(name="35", default=None)


class OptionTick(msgspec.Struct, frozen=True):
    """What changed in the prices of an option, under numbers of its own."""

    key: Text
    bid: Exact = msgspec.field(name="2", default=None)
    ask: Exact = msgspec.field(name="3", default=None)
    last: Exact = msgspec.field(name="4", default=None)
    bid_size: Exact = msgspec.field(name="16", default=None)
    ask_size: Exact = msgspec.field(name="17", default=None)
    volume: Exact = msgspec.field(name="8", default=None)
    close: Exact = msgspec.field(name="7", default=None)
    open: Exact = msgspec.field(name="15", default=None)
    quoted_at: int | None = msgspec.field(name="38", default=None)
    traded_at: int | None = msgspec.field(name="39", default=None)


Tick = EquityTick | OptionTick
