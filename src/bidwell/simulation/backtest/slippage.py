"""Slippage models of a backtest: how much worse than the market an order without a limit fills."""

from __future__ import annotations

from dataclasses import dataclass

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.layout import SLIP_FIXED, SLIP_NONE, SLIP_ROOT, SLIP_SHARE, SLIP_VOLUME


@dataclass(frozen=True, slots=True)
class SlippageModel:
    """A name, the kernel's code, the amount, and the most of a bar's volume that counts."""

    name: str
    code: int = SLIP_NONE
    amount: float = 0.0
    cap: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.amount < float("inf") and 0.0 <= self.cap <= 1.0):
            raise InvalidInput("backtest.slippage", f"{self.name}: slippage must be zero or above", field="slippage")


def none() -> SlippageModel:
    """At the market."""
    return SlippageModel("none")


def fixed(amount: float) -> SlippageModel:
    """An amount of price against the order."""
    return SlippageModel(f"fixed {amount:g}", SLIP_FIXED, amount)


def percent(percent: float) -> SlippageModel:
    """A percentage of the price against the order (0.05 is 0.05 %)."""
    return SlippageModel(f"percent {percent:g}", SLIP_SHARE, percent / 100.0)


def spread(points: float) -> SlippageModel:
    """Half of a spread that is wide `points` of price."""
    return SlippageModel(f"spread {points:g}", SLIP_FIXED, points / 2.0)


def volume_share(impact: float = 0.1, *, most: float = 0.025) -> SlippageModel:
    """Price × impact × (share of the bar's volume)², the share counted up to `most`; zipline's model."""
    return SlippageModel(f"volume share {impact:g}", SLIP_VOLUME, impact, most)


def square_root(impact: float = 0.1) -> SlippageModel:
    """Price × impact × √(share of the bar's volume)."""
    return SlippageModel(f"square root {impact:g}", SLIP_ROOT, impact)
