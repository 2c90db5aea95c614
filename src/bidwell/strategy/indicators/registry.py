"""The registry: every recipe, by name."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from bidwell.strategy.indicators.indicator import REGISTRY, Indicator

FAMILIES = ("averages", "bands", "momentum", "oscillators", "trend", "volatility", "volume", "statistics", "price")


@cache
def load() -> dict[str, Indicator]:
    """Import every family of recipes and return the indicators by name."""
    for family in FAMILIES:
        import_module(f"bidwell.strategy.indicators.recipes.{family}")
    return dict(REGISTRY)
