"""What an account, group, strategy or workspace may do."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one scope; None means that this scope sets none, and the tightest of all scopes wins.

    Money is in the account's base currency, quantities in units or contracts, `price_collar` and other
    fractions as parts of one, ages and windows in seconds, `max_order_rate` in orders per minute.
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
