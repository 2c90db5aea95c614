"""Monte Carlo over what a backtest gave: the same round trips or returns in other orders and other draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bidwell.model.errors import InvalidInput

Floats = npt.NDArray[np.float64]
LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
POINTS = 120
_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True)
class Odds:
    """What many resampled runs came to.

    `final_equity` and `max_drawdown` hold one value per run; `fan` the equity at `steps` (in round trips or
    periods) at the `LEVELS` of probability (level × step). `ruin`: the share of runs whose equity fell to the
    ruin level; `loss`: the share that ended below the starting cash.
    """

    method: str
    seed: int
    cash: float
    ruin_level: float
    final_equity: Floats
    max_drawdown: Floats
    ruin: float
    loss: float
    steps: npt.NDArray[np.int64]
    fan: Floats

    def quantiles(self) -> dict[str, dict[str, float]]:
        """Final equity, total return and maximum drawdown at each of the levels."""
        columns = {
            "final_equity": self.final_equity,
            "total_return": self.final_equity / self.cash - 1.0,
            "max_drawdown": self.max_drawdown,
        }
        return {
            name: {f"{level:g}": float(np.quantile(column, level)) for level in LEVELS}
            for name, column in columns.items()
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything but the single runs, ready for JSON."""
        return {
            "method": self.method, "runs": len(self.final_equity), "seed": self.seed, "cash": self.cash,
            "ruin_level": self.ruin_level, "ruin": self.ruin, "loss": self.loss, "quantiles": self.quantiles(),
            "levels": list(LEVELS), "steps": self.steps.tolist(), "fan": self.fan.tolist(),
        }  # fmt: skip


def of_round_trips(
    profits: npt.ArrayLike, cash: float, *, runs: int = 1_000, seed: int = 0, method: str = "bootstrap",
    ruin: float = 0.5,
) -> Odds:  # fmt: skip
    """Draw the net profits of round trips anew, added up from `cash`.

    "bootstrap" draws as many with replacement (Efron, Annals of Statistics 7:1, 1979); "shuffle" keeps each and
    changes their order alone, so that every run ends where the backtest did. `ruin` is the share of the cash at
    which a run counts as ruined. Raises InvalidInput for no round trips or arguments out of range.
    """
    column = _column(profits, "round trips")
    if method not in {"bootstrap", "shuffle"}:
        raise InvalidInput("odds.method", f"method {method!r} is not known", field="method",
                           hint="bootstrap or shuffle")  # fmt: skip

    def draw(rng: np.random.Generator, count: int) -> Floats:
        if method == "shuffle":
            return np.asarray(cash + np.cumsum(rng.permuted(np.tile(column, (count, 1)), axis=1), axis=1))
        return np.asarray(cash + np.cumsum(column[rng.integers(0, column.size, (count, column.size))], axis=1))

    return _odds(f"round trips, {method}", draw, column.size, cash, runs, seed, ruin)


def of_returns(
    returns: npt.ArrayLike, cash: float, *, runs: int = 1_000, seed: int = 0, block: float = 20.0, ruin: float = 0.5,
) -> Odds:  # fmt: skip
    """Draw the returns of periods anew, compounded from `cash`, in blocks of a random length.

    The stationary bootstrap: blocks of a geometric length with mean `block` wrap around the end, so that what hangs
    together over a few periods stays together (Politis and Romano, Journal of the American Statistical Association
    89, 1994); 1 draws every period by itself. Raises InvalidInput for no returns or arguments out of range.
    """
    column = _column(returns, "returns")
    if not (math.isfinite(block) and block >= 1.0):
        raise InvalidInput("odds.block", f"block must be 1 period or more, not {block}", field="block")

    def draw(rng: np.random.Generator, count: int) -> Floats:
        places = _stationary(rng, count, column.size, block)
        return np.asarray(cash * np.cumprod(1.0 + column[places], axis=1))

    return _odds(f"returns, blocks of {block:g}", draw, column.size, cash, runs, seed, ruin)


def _stationary(rng: np.random.Generator, count: int, length: int, block: float) -> npt.NDArray[np.int64]:
    """Places of the stationary bootstrap for draws as long as the column itself."""
    return stationary(rng, count, length, block, length)


def stationary(rng: np.random.Generator, count: int, size: int, block: float, length: int) -> npt.NDArray[np.int64]:
    """Places among `size` for `count` draws of `length`: each goes on from the one before, or begins a new block."""
    fresh = rng.random((count, length)) < 1.0 / block
    fresh[:, 0] = True
    starts = rng.integers(0, size, (count, length))
    steps = np.arange(length)
    begun = np.maximum.accumulate(np.where(fresh, steps, 0), axis=1)
    return np.asarray((np.take_along_axis(starts, begun, axis=1) + steps - begun) % size)


def _odds(
    method: str, draw: Callable[[np.random.Generator, int], Floats], length: int, cash: float, runs: int, seed: int,
    ruin: float,
) -> Odds:  # fmt: skip
    if not cash > 0.0 or not math.isfinite(cash):
        raise InvalidInput("odds.cash", f"cash must be above zero, not {cash}", field="cash")
    if not 1 <= runs <= 100_000:
        raise InvalidInput("odds.runs", f"runs must be from 1 to 100,000, not {runs}", field="runs")
    if not 0.0 <= ruin < 1.0:
        raise InvalidInput("odds.ruin", f"ruin is a share of the cash, from 0 to below 1, not {ruin}", field="ruin")
    rng = np.random.default_rng(seed)
    steps = np.unique(np.linspace(0, length, min(length + 1, POINTS)).astype(np.int64))
    final, worst, lowest = np.empty(runs), np.empty(runs), np.empty(runs)
    seen = np.empty((runs, len(steps)))
    at_once = max(_AT_ONCE // length, 1)
    for begin in range(0, runs, at_once):
        part = slice(begin, min(begin + at_once, runs))
        path = np.concatenate([np.full((part.stop - begin, 1), cash), draw(rng, part.stop - begin)], axis=1)
        peak = np.maximum.accumulate(path, axis=1)
        final[part], lowest[part] = path[:, -1], path.min(axis=1)
        worst[part] = (path / peak - 1.0).min(axis=1)
        seen[part] = path[:, steps]
    return Odds(
        method, seed, cash, ruin, final, worst, float((lowest <= ruin * cash).mean()), float((final < cash).mean()),
        steps, np.quantile(seen, LEVELS, axis=0),
    )  # fmt: skip


def _column(values: npt.ArrayLike, what: str) -> Floats:
    column = np.asarray(values, dtype=np.float64).ravel()
    column = column[~np.isnan(column)]
    if not column.size:
        raise InvalidInput("odds.empty", f"there are no {what} to draw from", field="data")
    if not np.isfinite(column).all():
        raise InvalidInput("odds.numbers", f"the {what} must be finite numbers", field="data")
    return column
