"""Round trips in figures. `profits` are net profits of round trips in money, oldest first."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bidwell.analytics.metrics.definition import deviation, known, metric, over

THARP = "Tharp, Trade Your Way to Financial Freedom, 2006"


@metric("round trips", "fraction", "Kestner 2003")
def win_rate(profits: npt.ArrayLike) -> float:
    """Win rate: #(profit > 0) / n."""
    column = known(profits)
    return float((column > 0.0).mean()) if column.size else math.nan


@metric("round trips", "ratio", "Kestner 2003")
def profit_factor(profits: npt.ArrayLike) -> float:
    """Profit factor: Σ profits / |Σ losses|."""
    column = known(profits)
    return over(float(column[column > 0.0].sum()), float(-column[column < 0.0].sum()))


@metric("round trips", "money", THARP)
def expectancy(profits: npt.ArrayLike) -> float:
    """Expectancy: the mean profit of a round trip."""
    column = known(profits)
    return float(column.mean()) if column.size else math.nan


@metric("round trips", "money", "Kestner 2003")
def average_win(profits: npt.ArrayLike) -> float:
    """Average win: the mean of the profits above 0."""
    column = known(profits)
    return float(column[column > 0.0].mean()) if (column > 0.0).any() else math.nan


@metric("round trips", "money", "Kestner 2003")
def average_loss(profits: npt.ArrayLike) -> float:
    """Average loss: the mean of the profits below 0, a negative number."""
    column = known(profits)
    return float(column[column < 0.0].mean()) if (column < 0.0).any() else math.nan


@metric("round trips", "ratio", "Kestner 2003")
def payoff_ratio(profits: npt.ArrayLike) -> float:
    """Payoff ratio: average win / |average loss|."""
    return average_win(profits) / -average_loss(profits)


@metric("round trips", "money", "Kestner 2003")
def largest_win(profits: npt.ArrayLike) -> float:
    """Largest win: the largest profit."""
    column = known(profits)
    return float(column.max()) if column.size else math.nan


@metric("round trips", "money", "Kestner 2003")
def largest_loss(profits: npt.ArrayLike) -> float:
    """Largest loss: the least profit."""
    column = known(profits)
    return float(column.min()) if column.size else math.nan


def _longest(flags: npt.NDArray[np.bool_]) -> float:
    longest = run = 0
    for flag in flags.tolist():
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return float(longest)


@metric("round trips", "count", "Kestner 2003")
def longest_winning_streak(profits: npt.ArrayLike) -> float:
    """The most wins in a row."""
    return _longest(known(profits) > 0.0)


@metric("round trips", "count", "Kestner 2003")
def longest_losing_streak(profits: npt.ArrayLike) -> float:
    """The most losses in a row."""
    return _longest(known(profits) < 0.0)


@metric("round trips", "ratio", THARP)
def system_quality(profits: npt.ArrayLike) -> float:
    """System quality number: √n · mean / sample standard deviation of profits."""
    column = known(profits)
    spread = deviation(column)
    return math.nan if math.isnan(spread) else math.sqrt(column.size) * over(float(column.mean()), spread)


@metric("round trips", "fraction", "Kelly, Bell System Technical Journal 35, 1956")
def kelly_fraction(profits: npt.ArrayLike) -> float:
    """Kelly fraction: win rate − (1 − win rate) / payoff ratio."""
    share, payoff = win_rate(profits), payoff_ratio(profits)
    return share - over(1.0 - share, payoff)
