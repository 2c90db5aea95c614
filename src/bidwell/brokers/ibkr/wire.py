"""What a Gateway tells, as plain values: figures exact, times aware, everything that the desk does not read left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum


class Told(IntEnum):
    """The numbers of the messages that the desk reads."""

    TICK_PRICE = 1
    TICK_SIZE = 2
    ORDER_STATUS = 3
    PROBLEM = 4
    OPEN_ORDER = 5
    NEXT_ID = 9
    CONTRACT = 10
    EXECUTION = 11
    ACCOUNTS = 15
    BARS = 17
    TIME = 49
    CONTRACT_END = 52
    OPEN_ORDERS_END = 53
    EXECUTIONS_END = 55
    SNAPSHOT_END = 57
    COMMISSION = 59
    POSITION = 61
    POSITIONS_END = 62
    SUMMARY = 63
    SUMMARY_END = 64
    OPTION_PARAMETERS = 75
    OPTION_PARAMETERS_END = 76
    COMPLETED_ORDER = 101
    COMPLETED_ORDERS_END = 102


NOT_READ = frozenset({6, 7, 8, 21, 45, 46, 47, 54, 58, 81, 91, 100})
"""Messages that come beside what was asked for and say nothing that the desk needs."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What is traded; as a question, the empty fields are open."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    expiry: str = ""
    strike: str = ""
    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary_exchange: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """A contract with its terms; `month` is yyyymm, prices are quoted in a `magnifier`-th of the currency."""

    request: int
    contract: Contract
    min_tick: Decimal
    magnifier: int
    name: str
    month: str
    under_symbol: str
    stock_type: str


@dataclass(frozen=True, slots=True)
class OptionParameters:
    """On which days, as yyyymmdd, options of one class expire at an exchange."""

    request: int
    exchange: str
    trading_class: str
    expiries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order as it stands; one that is over has no `order_id` and no `client_id`.

    `limit`, `aux` and `trail_percent` are None where they are not set; `ended` is the text by which its end is told, with
    `ended_at` as the Gateway writes times.
    """

    order_id: int
    client_id: int
    perm_id: int
    contract: Contract
    account: str
    ref: str
    action: str
    quantity: Decimal
    order_type: str
    limit: Decimal | None
    aux: Decimal | None
    trail_percent: Decimal | None
    tif: str
    good_till: str
    status: str
    filled: Decimal | None = None
    ended: str = ""
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How far an order is; `average` is the price of everything filled."""

    order_id: int
    status: str
    filled: Decimal
    average: Decimal
    perm_id: int
    client_id: int
    why_held: str


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill; `request` is -1 where nobody asked."""

    request: int
    id: str
    order_id: int
    client_id: int
    perm_id: int
    contract: Contract
    account: str
    ref: str
    side: str
    quantity: Decimal
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Commission:
    """What an execution cost."""

    execution: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of a contract; the cost is of one unit with its multiplier."""

    account: str
    contract: Contract
    quantity: Decimal
    average_cost: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an account's summary, as it is written."""

    request: int
    account: str
    tag: str
    value: str
    currency: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, a warning or a notice; `about` is the number of a request or an order, -1 for neither."""

    about: int
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What an order would change, had it been placed: initial margin before and its change, equity before."""

    request: int
    change: Decimal | None
    before: Decimal | None
    equity: Decimal | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A price with its size, or a size alone, of a stream of prices."""

    request: int
    type: int
    price: Decimal | None
    size: Decimal | None


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar; `at` is epoch seconds, or a day as yyyymmdd."""

    at: str
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars that were asked for."""

    request: int
    rows: tuple[BarRow, ...]


@dataclass(frozen=True, slots=True)
class NextId:
    """From where on numbers of orders are free."""

    number: int


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of the login."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServerTime:
    """The Gateway's clock, in seconds of the epoch."""

    seconds: int


@dataclass(frozen=True, slots=True)
class End:
    """All that was asked for has come; `request` is None for what is asked without a number."""

    kind: Told
    request: int | None = None


Message = (
    Details | OpenOrder | Status | Execution | Commission | Position | Figure | Problem | Tick | Bars | NextId | Accounts
    | ServerTime | End | WhatIf | OptionParameters
)  # fmt: skip
Answer = Details | Execution | Figure | Bars | WhatIf | OptionParameters | Tick
