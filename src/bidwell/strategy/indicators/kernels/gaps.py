"""Finds missing values."""

from __future__ import annotations

from bidwell.strategy.indicators.graph import Array, compiled


@compiled
def has_nan(x: Array) -> bool:
    """Tell whether any value is NaN; without an early end the loop runs several values at a time."""
    found = False
    for i in range(len(x)):
        found |= x[i] != x[i]
    return found
