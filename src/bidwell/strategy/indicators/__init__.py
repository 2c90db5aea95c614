"""Indicators: compiled batch kernels and incremental states that agree with them bit for bit.

Entry points: `indicators.<name>(series…, parameters…)` on arrays, `indicators.<name>.stream(parameters…)` bar by
bar, `indicators.names()`, and `registry.load()` for the registry as data.

Invariants: a value at a bar depends on that bar and earlier ones alone; the first `warm_up()` values are NaN;
a NaN in an input gives NaN and starts the indicator afresh after it. numba is loaded with the first indicator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bidwell.strategy.indicators.indicator import Indicator


def names() -> list[str]:
    """Return the name of every indicator."""
    from bidwell.strategy.indicators.registry import load  # noqa: PLC0415 - numba waits until it is used

    return sorted(load())


def __getattr__(name: str) -> Indicator:
    if name.startswith("_"):
        raise AttributeError(name)
    from bidwell.strategy.indicators.registry import load  # noqa: PLC0415 - numba waits until it is used

    found = load().get(name)
    if found is None:
        raise AttributeError(f"there is no indicator called {name}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return ["names", *names()]
