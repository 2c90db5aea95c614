"""Limits of several scopes merged into the ones that hold, with the scope that set each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, Final

from bidwell.model.limits import BreachAction, Drawdown, Limits, LockUntil

DEFAULTS: Final = Limits(
    price_collar=Decimal("0.05"),
    max_data_age=Decimal(15),
    duplicate_window=Decimal(2),
    max_order_rate=300,
    max_open_orders=200,
)
"""What a workspace starts from: nothing here depends on the size of an account."""

MONEY: Final = ("max_order_notional", "max_position_notional", "max_gross_exposure", "max_net_exposure",
                "max_daily_loss", "max_daily_realized_loss")  # fmt: skip
"""The figures that are money; a drawdown's amount and lock are too."""

_NAMES: Final = tuple(field.name for field in fields(Limits) if field.name != "currency")
_STRICTER: Final[dict[object, int]] = {
    BreachAction.DENY: 0, BreachAction.REDUCE_ONLY: 1, BreachAction.FLATTEN_AND_LOCK: 2,
    LockUntil.NEXT_SESSION: 0, LockUntil.RELEASED: 1,
}  # fmt: skip


def _united(known: Any, given: Any) -> Any:  # noqa: ANN401 - tuples of one of Limits' own types
    return (*known, *(one for one in given if one not in known))


def _shared(known: Any, given: Any) -> Any:  # noqa: ANN401 - the same
    return tuple(one for one in known if one in given)


def _stricter(known: Any, given: Any) -> Any:  # noqa: ANN401 - two of one enum
    return given if _STRICTER[given] > _STRICTER[known] else known


def _sorted(known: Any, given: Any) -> Any:  # noqa: ANN401 - two tuples of fractions
    return tuple(sorted({*known, *given}))


_MERGES: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "allowed_instruments": _shared, "denied_instruments": _united, "drawdowns": _united, "contract_limits": _united,
    "trading_hours": _united, "duplicate_window": max, "margin_buffer": max, "news_before": max, "news_after": max,
    "require_stop": max, "flat_before_close": max, "on_breach": _stricter, "lock_until": _stricter,
    "warn_at": _sorted,
}  # fmt: skip
"""How two scopes' values become one; what is not listed is a figure of which the smaller is tighter."""


def effective(limits_by_scope: Sequence[tuple[str, Limits]]) -> tuple[Limits, dict[str, str]]:
    """Merge limits: the tightest of each, and for each the scope that set it.

    Tightest is the smallest number, the longest window and the largest buffer, the intersection of allowed and
    the union of denied instruments, every drawdown, contract limit and set of hours at once, the strictest action.
    Of equal limits the first scope's is named; of lists, the last that changed it. Money must be in one currency.
    """
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for scope, limits in limits_by_scope:
        for name in _NAMES:
            given = getattr(limits, name)
            if given is None:
                continue
            known = merged.get(name)
            tightest = given if known is None else _MERGES.get(name, min)(known, given)
            if known is None or tightest != known:
                merged[name] = tightest
                origins[name] = scope
    return Limits(**merged), origins


def scaled(limits: Limits, rate: Decimal) -> Limits:
    """The same limits with their money in another currency, of which one unit of theirs buys `rate`."""
    money: dict[str, Any] = {name: value * rate for name in MONEY if (value := getattr(limits, name)) is not None}
    drawdowns = limits.drawdowns
    if drawdowns is not None:
        drawdowns = tuple(
            Drawdown(one.amount * rate, one.basis, None if one.lock is None else one.lock * rate) for one in drawdowns
        )
    return replace(limits, **money, drawdowns=drawdowns, currency="")
