"""Falls below the highest equity so far. Depths are negative fractions, but for the indices, which are positive."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bidwell.analytics.metrics.definition import SPAN, Array, known, metric, over
from bidwell.analytics.metrics.performance import cagr, total_return
from bidwell.analytics.metrics.tails import conditional_value_at_risk

BACON = "Bacon 2008"


@metric("drawdown", "series", "skfolio get_drawdowns; empyrical max_drawdown")
def drawdowns(returns: npt.ArrayLike, *, compounded: bool = True, from_start: bool = True) -> Array:
    """Drawdown at each period: equity / highest equity − 1; Σr − highest Σr if not compounded.

    With `from_start` the equity before the first period, 1, counts as a peak.
    """
    column = known(returns)
    if compounded:
        equity = np.concatenate([[1.0] if from_start else [], np.cumprod(1.0 + column)])
        return np.asarray(
            (equity / np.maximum.accumulate(equity) - 1.0)[-column.size :][: column.size], dtype=np.float64
        )
    path = np.cumsum(column)
    return np.asarray(path - np.maximum.accumulate(path), dtype=np.float64)


@metric("drawdown", "fraction", "empyrical max_drawdown")
def max_drawdown(returns: npt.ArrayLike, *, compounded: bool = True) -> float:
    """Maximum drawdown: the least of the drawdowns."""
    falls = drawdowns(returns, compounded=compounded)
    return float(falls.min()) if falls.size else math.nan


@metric("drawdown", "fraction", BACON)
def average_drawdown(returns: npt.ArrayLike) -> float:
    """Average drawdown: the mean of the deepest points of all drawdowns; 0 without any."""
    depths = [depth for _, _, depth in spells(drawdowns(returns))]
    return sum(depths) / len(depths) if depths else 0.0


def spells(falls: Array) -> list[tuple[int, int, float]]:
    """Return every drawdown: first period below the peak, first one back at it (or the end), deepest point."""
    found: list[tuple[int, int, float]] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], falls < 0.0, [False]]).astype(np.int8)))
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        found.append((first, after, float(falls[first:after].min())))
    return found


@metric("drawdown", "count", BACON)
def longest_drawdown(returns: npt.ArrayLike) -> float:
    """Longest drawdown in periods, from the first one below the peak to the one back at it."""
    return float(max((after - first for first, after, _ in spells(drawdowns(returns))), default=0))


@metric("drawdown", "fraction", BACON)
def time_under_water(returns: npt.ArrayLike) -> float:
    """Share of periods below an earlier peak."""
    falls = drawdowns(returns)
    return float((falls < 0.0).mean()) if falls.size else math.nan


@metric("drawdown", "fraction", "Martin and McCann 1989; skfolio ulcer_index")
def ulcer_index(returns: npt.ArrayLike, *, compounded: bool = True, from_start: bool = True) -> float:
    """Ulcer index: √mean(drawdown²), as a fraction."""
    falls = drawdowns(returns, compounded=compounded, from_start=from_start)
    return math.sqrt(float((falls * falls).mean())) if falls.size else math.nan


@metric("drawdown", "fraction", "Becker 2006, Zephyr Associates")
def pain_index(returns: npt.ArrayLike) -> float:
    """Pain index: mean |drawdown|."""
    falls = drawdowns(returns)
    return float(np.abs(falls).mean()) if falls.size else math.nan


@metric("drawdown", "fraction", "Chekhlov, Uryasev and Zabarankin 2005; skfolio cdar")
def conditional_drawdown(returns: npt.ArrayLike, confidence: float = 0.95, *, compounded: bool = True) -> float:
    """Conditional drawdown at risk: the mean depth of the worst 1 − c of all periods' drawdowns."""
    return conditional_value_at_risk(drawdowns(returns, compounded=compounded), confidence)


@metric("ratio", "ratio", "Young, Futures, 1991; empyrical calmar_ratio")
def calmar_ratio(returns: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Calmar ratio: compound annual growth / |maximum drawdown|; NaN without a drawdown."""
    depth = max_drawdown(returns)
    return cagr(returns, periods_per_year) / -depth if depth < 0.0 else math.nan


@metric("ratio", "ratio", "Martin and McCann 1989")
def martin_ratio(returns: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Martin ratio: compound annual growth / ulcer index."""
    return over(cagr(returns, periods_per_year), ulcer_index(returns))


@metric("ratio", "ratio", "Becker 2006")
def pain_ratio(returns: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Pain ratio: compound annual growth / pain index."""
    return over(cagr(returns, periods_per_year), pain_index(returns))


@metric("ratio", "ratio", "Burke, Futures, 1994")
def burke_ratio(returns: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Burke ratio: compound annual growth / √Σ depth² of all drawdowns."""
    depths = [depth for _, _, depth in spells(drawdowns(returns))]
    return over(cagr(returns, periods_per_year), math.sqrt(sum(depth * depth for depth in depths)))


@metric("ratio", "ratio", "Kestner, Quantitative Trading Strategies, 2003")
def recovery_factor(returns: npt.ArrayLike) -> float:
    """Recovery factor: total return / |maximum drawdown|."""
    return over(total_return(returns), -max_drawdown(returns))
