"""The same figures over a moving window: one value for each full window, NaN periods count as they stand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bidwell.analytics.metrics.definition import SPAN, Array, metric
from bidwell.analytics.metrics.performance import annual_volatility, sharpe_ratio
from bidwell.analytics.metrics.relative import alpha, beta


def _windows(values: npt.ArrayLike, window: int) -> Array:
    column = np.asarray(values, dtype=np.float64).ravel()
    if window < 1:
        raise ValueError(f"a window of {window} periods")
    if column.size < window:
        return np.empty((0, window))
    return np.lib.stride_tricks.sliding_window_view(column, window)


@metric("rolling", "series", "empyrical roll_sharpe_ratio")
def rolling_sharpe(returns: npt.ArrayLike, window: int, periods_per_year: float = SPAN) -> Array:
    """Sharpe ratio of each window of periods."""
    return np.array([sharpe_ratio(part, 0.0, periods_per_year) for part in _windows(returns, window)])


@metric("rolling", "series", "empyrical roll_annual_volatility")
def rolling_volatility(returns: npt.ArrayLike, window: int, periods_per_year: float = SPAN) -> Array:
    """Annual volatility of each window of periods."""
    return np.array([annual_volatility(part, periods_per_year) for part in _windows(returns, window)])


@metric("rolling", "series", "empyrical roll_alpha_beta")
def rolling_beta(returns: npt.ArrayLike, benchmark: npt.ArrayLike, window: int) -> Array:
    """Beta of each window of periods."""
    pairs = zip(_windows(returns, window), _windows(benchmark, window), strict=True)
    return np.array([beta(r, b) for r, b in pairs])


@metric("rolling", "series", "empyrical roll_alpha_beta")
def rolling_alpha(
    returns: npt.ArrayLike, benchmark: npt.ArrayLike, window: int, periods_per_year: float = SPAN
) -> Array:
    """Alpha of each window of periods."""
    pairs = zip(_windows(returns, window), _windows(benchmark, window), strict=True)
    return np.array([alpha(r, b, 0.0, periods_per_year) for r, b in pairs])
