"""What an account, group, strategy or workspace may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum

from bidwell.model.ids import InstrumentId


class ScopeType(StrEnum):
    """At which level a limit or a halt applies."""

    WORKSPACE = "workspace"
    GROUP = "group"
    ACCOUNT = "account"
    STRATEGY = "strategy"


@dataclass(frozen=True, slots=True)
class Scope:
    """One place where a limit or a halt applies; `id` is empty for the workspace."""

    type: ScopeType
    id: str = ""

    def __str__(self) -> str:
        """`account:acc_growth`, or `workspace`."""
        return f"{self.type}:{self.id}" if self.id else str(self.type)


class TradingState(StrEnum):
    """What may leave a scope: everything, only what reduces, or only cancels."""

    ACTIVE = "active"
    REDUCE_ONLY = "reduce_only"
    HALTED = "halted"


class Basis(StrEnum):
    """From where a drawdown is measured.

    static: the equity at which measuring began. trailing_end_of_day: the highest equity at which a session
    opened. trailing_intraday: the highest equity ever seen, unrealized included.
    """

    STATIC = "static"
    TRAILING_END_OF_DAY = "trailing_end_of_day"
    TRAILING_INTRADAY = "trailing_intraday"


@dataclass(frozen=True, slots=True)
class Drawdown:
    """How far equity may fall: `amount` below the basis; the floor rises with it, but never above `lock`."""

    amount: Decimal
    basis: Basis
    lock: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the week in the local time of `zone`: it starts on each of `days` (0 is Monday).

    `end` is exclusive, and on the next day where it is not after `start`.
    """

    start: time
    end: time
    zone: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Hours:
    """When entries may leave: inside any of the windows."""

    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class ContractLimit:
    """The largest sum of contracts over all instruments.

    A contract counts `weights` of its underlying (a micro a tenth of a mini, say), and `other` where that is not
    listed; None there means that nothing else may be entered.
    """

    limit: Decimal
    weights: tuple[tuple[str, Decimal], ...] = ()
    other: Decimal | None = Decimal(1)


class BreachAction(StrEnum):
    """What happens when a loss limit is reached, from mild to strict."""

    DENY = "deny"
    REDUCE_ONLY = "reduce_only"
    FLATTEN_AND_LOCK = "flatten_and_lock"


class LockUntil(StrEnum):
    """When a lock ends: by itself with the next session, or by a person who gives the password again."""

    NEXT_SESSION = "next_session"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class NewsEvent:
    """A scheduled release around which entries may be barred; `instruments` are underlyings or ids (empty: all)."""

    at: datetime
    title: str
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one scope; None means that this scope sets none, and the tightest of all scopes wins.

    Money is in `currency`, or in each account's own where that is empty. Quantities are in units or contracts,
    `price_collar`, `margin_buffer` and `warn_at` are parts of one, ages and windows seconds, `max_order_rate`
    orders per minute. `on_breach` and `lock_until` say what follows when a loss limit is reached.
    """

    max_order_quantity: Decimal | None = None
    max_order_notional: Decimal | None = None
    max_position: Decimal | None = None
    max_position_notional: Decimal | None = None
    max_gross_exposure: Decimal | None = None
    max_open_orders: int | None = None
    max_daily_loss: Decimal | None = None
    price_collar: Decimal | None = None
    max_data_age: Decimal | None = None
    duplicate_window: Decimal | None = None
    max_order_rate: int | None = None
    allowed_instruments: tuple[InstrumentId, ...] | None = None
    denied_instruments: tuple[InstrumentId, ...] | None = None
    max_net_exposure: Decimal | None = None
    margin_buffer: Decimal | None = None
    max_daily_realized_loss: Decimal | None = None
    drawdowns: tuple[Drawdown, ...] | None = None
    max_trades_per_day: int | None = None
    contract_limits: tuple[ContractLimit, ...] | None = None
    trading_hours: tuple[Hours, ...] | None = None
    news_before: Decimal | None = None
    news_after: Decimal | None = None
    require_stop: bool | None = None
    flat_before_close: Decimal | None = None
    on_breach: BreachAction | None = None
    lock_until: LockUntil | None = None
    warn_at: tuple[Decimal, ...] | None = None
    currency: str = ""
