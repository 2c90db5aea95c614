"""Limits of several scopes merged into the ones that hold, with the scope that set each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from bidwell.model.limits import Limits

DEFAULTS: Final = Limits(
    price_collar=Decimal("0.05"),
    max_data_age=Decimal(15),
    duplicate_window=Decimal(2),
    max_order_rate=300,
    max_open_orders=200,
)
"""What a workspace starts from: nothing here depends on the size of an account."""

_WIDEST_WINS: Final = frozenset({"duplicate_window"})
_NAMES: Final = tuple(field.name for field in fields(Limits))


def effective(limits_by_scope: Sequence[tuple[str, Limits]]) -> tuple[Limits, dict[str, str]]:
    """Merge limits: the tightest of each, and for each the scope that set it.

    Tightest is the smallest number, the longest duplicate window, the intersection of allowed and the union
    of denied instruments. Of equal limits the first scope's is named; of lists, the last that changed it.
    """
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for scope, limits in limits_by_scope:
        for name in _NAMES:
            given = getattr(limits, name)
            if given is None:
                continue
            known = merged.get(name)
            tightest = given if known is None else _tighter(name, known, given)
            if known is None or tightest != known:
                merged[name] = tightest
                origins[name] = scope
    return Limits(**merged), origins


def _tighter(name: str, known: Any, given: Any) -> Any:  # noqa: ANN401 - one of Limits' own field types, the same for both
    if name == "allowed_instruments":
        return tuple(instrument for instrument in known if instrument in given)
    if name == "denied_instruments":
        return (*known, *(instrument for instrument in given if instrument not in known))
    if name in _WIDEST_WINS:
        return max(known, given)
    return min(known, given)
