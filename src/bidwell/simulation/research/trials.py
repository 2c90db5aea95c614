"""One trial of a search: a run with some values, and the row of figures that is kept of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.analytics.overfitting import BLOCKS, block_bounds
from bidwell.model.errors import BidwellError, InvalidInput
from bidwell.simulation.backtest.batch import DRAWDOWN, END, FILLS, FIRST, FOURTH, SQUARES, SUMS, THIRD, WIDTH
from bidwell.simulation.backtest.circumstances import Circumstances
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.research.terms import Terms
from bidwell.strategy.bars import Bars
from bidwell.strategy.strategy import Strategy

Floats = NDArray[np.float64]
Values = tuple[Any, ...]
METRICS = (
    "final_equity", "total_return", "annual_return", "max_drawdown", "volatility", "sharpe", "calmar", "skew",
    "kurtosis", "fills",
)  # fmt: skip
YEAR = 365.25 * 86_400e9


@dataclass(frozen=True)
class Job:
    """What all trials of a search have in common."""

    owner: type[Strategy]
    names: tuple[str, ...]
    bars: Mapping[str, Bars]
    terms: Terms
    seed: int
    time_limit: float | None

    @cached_property
    def met(self) -> tuple[dict[str, Bars], Conditions, Circumstances]:
        """What the kernel runs on and under: see `Terms.met`."""
        return self.terms.met(self.bars)

    def run(self, values: Values, canceled: Callable[[], bool] | None = None) -> tuple[Floats, str]:
        """Run one combination in Python; its row, and the error where there is one, with the strategy's line."""
        try:
            strategy = self.owner(**dict(zip(self.names, values, strict=True)))
            result = backtest(strategy, dict(self.bars), compile="never", seed=self.seed, time_limit=self.time_limit,
                              canceled=canceled, **self.terms.given())  # fmt: skip
        except BidwellError as error:
            if isinstance(error, InvalidInput) and error.code == "backtest.canceled":
                raise
            return np.full(WIDTH, np.nan), str(error)
        except Exception as error:  # noqa: BLE001 - a constructor of the user's that fails for these values
            return np.full(WIDTH, np.nan), f"{type(error).__name__}: {error}"
        return row_of(result.equity, self.terms.conditions.cash, len(result.fill_rows)), ""


def row_of(equity: Floats, cash: float, fills: int) -> Floats:
    """What `measuring.measured` makes of an equity curve, without a compiler."""
    row = np.empty(WIDTH)
    returns = equity / np.concatenate([[cash], equity[:-1]]) - 1.0
    peaks = np.maximum(np.maximum.accumulate(equity), cash)
    squares = returns * returns
    row[END], row[DRAWDOWN], row[FILLS] = equity[-1], min(float(np.min(equity / peaks - 1.0)), 0.0), fills
    row[FIRST], row[THIRD], row[FOURTH] = returns.sum(), (squares * returns).sum(), (squares * squares).sum()
    bounds = block_bounds(len(equity))
    for block in range(BLOCKS):
        part = slice(bounds[block], bounds[block + 1])
        row[SUMS + block], row[SQUARES + block] = returns[part].sum(), squares[part].sum()
    return row


def pace_of(time: NDArray[np.int64]) -> float:
    """Bars per year, by the bars' own pace."""
    span = float(time[-1] - time[0])
    return (len(time) - 1) / span * YEAR if span > 0.0 else 1.0


def figures(rows: Floats, cash: float, time: NDArray[np.int64]) -> dict[str, Floats]:
    """The metrics of every row, as columns.

    `sharpe` is mean over sample standard deviation of the bars' returns, to a year by the bars' own pace, without
    a risk-free rate, and 0 where nothing moves; `volatility` is to a year; `max_drawdown` is below zero; `calmar` is
    the annual return over the drawdown; `skew` and `kurtosis` (3 for a normal) are those of the bars' returns.
    """
    count = float(len(time))
    pace = pace_of(time)
    mean = rows[:, FIRST] / count
    second = rows[:, SQUARES:].sum(axis=1)
    spread = np.maximum(second - count * mean * mean, 0.0)
    moves = spread > 1e-12 * count * mean * mean
    safe = np.where(moves, spread, 1.0)
    deviation = np.sqrt(safe / max(count - 1.0, 1.0))
    total = rows[:, END] / cash - 1.0
    years = count / pace
    third = rows[:, THIRD] / count - 3.0 * mean * second / count + 2.0 * mean**3
    fourth = (
        rows[:, FOURTH] / count - 4.0 * mean * rows[:, THIRD] / count + 6.0 * mean**2 * second / count - 3.0 * mean**4
    )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        annual = np.where(total > -1.0, np.exp(np.log1p(np.maximum(total, -1.0)) / years) - 1.0, -1.0)
        down = rows[:, DRAWDOWN]
        calmar = np.where(down < 0.0, annual / np.abs(down), np.nan)
    found = {
        "final_equity": rows[:, END], "total_return": total, "annual_return": annual, "max_drawdown": down,
        "volatility": np.where(moves, deviation * math.sqrt(pace), 0.0),
        "sharpe": np.where(moves, mean / deviation * math.sqrt(pace), 0.0), "calmar": calmar,
        "skew": np.where(moves, third / (safe / count) ** 1.5, np.nan),
        "kurtosis": np.where(moves, fourth / (safe / count) ** 2, np.nan), "fills": rows[:, FILLS],
    }  # fmt: skip
    failed = np.isnan(rows[:, END])
    return {name: np.where(failed, np.nan, column) for name, column in found.items()}
