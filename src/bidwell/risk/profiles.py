"""Named risk profiles: presets of limits, reckoned from an account's equity and ready to be changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from bidwell.model.limits import Basis, BreachAction, Drawdown, Limits, LockUntil
from bidwell.risk.limits import MONEY


@dataclass(frozen=True, slots=True)
class Profile:
    """A preset: in `template` money is a part of equity, everything else stands as it is."""

    name: str
    title: str
    description: str
    template: Limits


def _parts(**parts: str) -> dict[str, Any]:
    return {name: Decimal(part) for name, part in parts.items()}


def _trailing(part: str, basis: Basis = Basis.TRAILING_END_OF_DAY) -> tuple[Drawdown, ...]:
    return (Drawdown(Decimal(part), basis),)


PROFILES: Final[tuple[Profile, ...]] = (
    Profile(
        "careful", "Careful", "Small positions without leverage, a stop on every entry, and an early end of a bad day.",
        Limits(
            **_parts(max_order_notional="0.05", max_position_notional="0.1", max_gross_exposure="0.5",
                     max_net_exposure="0.5", max_daily_loss="0.01", price_collar="0.02", max_data_age="5",
                     duplicate_window="5", margin_buffer="0.5"),
            max_open_orders=20, max_order_rate=30, max_trades_per_day=10, require_stop=True,
            drawdowns=_trailing("0.05"), on_breach=BreachAction.FLATTEN_AND_LOCK, lock_until=LockUntil.RELEASED,
            warn_at=(Decimal("0.5"), Decimal("0.8")),
        ),
    ),
    Profile(
        "standard", "Standard", "Room to trade by hand with a daily and a total bound.",
        Limits(
            **_parts(max_order_notional="0.2", max_position_notional="0.25", max_gross_exposure="1",
                     max_net_exposure="1", max_daily_loss="0.03", price_collar="0.05", max_data_age="15",
                     duplicate_window="2", margin_buffer="0.1"),
            max_open_orders=100, max_order_rate=120, drawdowns=_trailing("0.15"),
            on_breach=BreachAction.REDUCE_ONLY, lock_until=LockUntil.NEXT_SESSION,
            warn_at=(Decimal("0.7"), Decimal("0.9")),
        ),
    ),
    Profile(
        "active", "Active", "Many orders and leverage, for strategies that are watched.",
        Limits(
            **_parts(max_order_notional="1", max_position_notional="1", max_gross_exposure="4", max_net_exposure="2",
                     max_daily_loss="0.05", price_collar="0.05", max_data_age="15", duplicate_window="1",
                     margin_buffer="0.05"),
            max_open_orders=500, max_order_rate=600, drawdowns=_trailing("0.25"),
            on_breach=BreachAction.REDUCE_ONLY, lock_until=LockUntil.NEXT_SESSION,
            warn_at=(Decimal("0.7"), Decimal("0.9")),
        ),
    ),
    Profile(
        "funded", "Funded", "The shape of a funded account: a daily limit of 2 %, 4 % trailing with unrealized, a stop on every entry.",
        Limits(
            **_parts(max_daily_loss="0.02", price_collar="0.02", max_data_age="5", duplicate_window="2"),
            max_open_orders=40, max_order_rate=60, require_stop=True, flat_before_close=Decimal(300),
            drawdowns=_trailing("0.04", Basis.TRAILING_INTRADAY), on_breach=BreachAction.FLATTEN_AND_LOCK,
            lock_until=LockUntil.NEXT_SESSION, warn_at=(Decimal("0.5"), Decimal("0.75"), Decimal("0.9")),
        ),
    ),
)  # fmt: skip
"""The presets there are, from strict to wide, and the one for funded accounts."""


def profile(name: str) -> Profile:
    """The profile of that name; raises KeyError for another."""
    return {one.name: one for one in PROFILES}[name]


def limits_of(chosen: Profile, equity: Decimal, currency: str) -> Limits:
    """The profile's limits for an account of that equity, money cut to whole units of its currency (at least one)."""
    template = chosen.template
    money: dict[str, Any] = {
        name: _whole(part * equity) for name in MONEY if (part := getattr(template, name)) is not None
    }
    drawdowns = tuple(replace(one, amount=_whole(one.amount * equity)) for one in template.drawdowns or ())
    return replace(template, **money, drawdowns=drawdowns or None, currency=currency)


def _whole(amount: Decimal) -> Decimal:
    return max(amount.quantize(Decimal(1), ROUND_DOWN), Decimal(1))
