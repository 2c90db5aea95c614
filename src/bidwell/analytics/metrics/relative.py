"""Against a benchmark: both series are simple returns of the same periods; a NaN in either drops the period."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bidwell.analytics.metrics.definition import SPAN, Array, deviation, metric, over, paired
from bidwell.analytics.metrics.performance import annual_volatility, cagr, mean_annual_return, sharpe_ratio

BACON = "Bacon 2008"


@metric("benchmark", "ratio", "Sharpe, Journal of Finance 19, 1964; empyrical beta")
def beta(returns: npt.ArrayLike, benchmark: npt.ArrayLike, risk_free: float = 0.0) -> float:
    """Beta: cov(r − rf, b − rf) / var(b − rf)."""
    r, b = paired(returns, benchmark)
    if r.size < 2:
        return math.nan
    r, b = r - risk_free, b - risk_free
    away = b - b.mean()
    variance = float((away * away).mean())
    together = float((away * (r - r.mean())).mean())
    return together / variance if variance > 1e-30 else math.nan


@metric("benchmark", "fraction", "Jensen, Journal of Finance 23, 1968; empyrical alpha")
def alpha(
    returns: npt.ArrayLike, benchmark: npt.ArrayLike, risk_free: float = 0.0, periods_per_year: float = SPAN
) -> float:
    """Jensen's alpha, compounded to a year: (1 + mean(r − rf − β·(b − rf)))^periods per year − 1."""
    r, b = paired(returns, benchmark)
    slope = beta(r, b, risk_free)
    if math.isnan(slope):
        return math.nan
    mean = float((r - risk_free - slope * (b - risk_free)).mean())
    return float((1.0 + mean) ** periods_per_year) - 1.0


@metric("benchmark", "fraction", BACON)
def correlation(returns: npt.ArrayLike, benchmark: npt.ArrayLike) -> float:
    """Pearson correlation of returns."""
    r, b = paired(returns, benchmark)
    if r.size < 2 or deviation(r) == 0.0 or deviation(b) == 0.0:
        return math.nan
    return float(np.corrcoef(r, b)[0, 1])


@metric("benchmark", "fraction", BACON)
def r_squared(returns: npt.ArrayLike, benchmark: npt.ArrayLike) -> float:
    """R²: the square of the correlation."""
    return correlation(returns, benchmark) ** 2


@metric("benchmark", "fraction", BACON)
def active_return(returns: npt.ArrayLike, benchmark: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Active return: compound annual growth less the benchmark's."""
    r, b = paired(returns, benchmark)
    return cagr(r, periods_per_year) - cagr(b, periods_per_year)


@metric("benchmark", "fraction", "Grinold and Kahn, Active Portfolio Management, 1999")
def tracking_error(returns: npt.ArrayLike, benchmark: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Tracking error: annual volatility of r − b."""
    r, b = paired(returns, benchmark)
    return annual_volatility(r - b, periods_per_year)


@metric("benchmark", "ratio", "empyrical excess_sharpe")
def excess_sharpe(returns: npt.ArrayLike, benchmark: npt.ArrayLike) -> float:
    """Excess Sharpe: mean(r − b) / sample standard deviation of r − b, of one period."""
    r, b = paired(returns, benchmark)
    spread = deviation(r - b)
    return math.nan if math.isnan(spread) or spread == 0.0 else float((r - b).mean()) / spread


@metric("benchmark", "ratio", "Grinold and Kahn 1999")
def information_ratio(returns: npt.ArrayLike, benchmark: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Information ratio: excess Sharpe · √periods per year."""
    return excess_sharpe(returns, benchmark) * math.sqrt(periods_per_year)


@metric("benchmark", "ratio", "Treynor, Harvard Business Review 43, 1965")
def treynor_ratio(
    returns: npt.ArrayLike, benchmark: npt.ArrayLike, risk_free: float = 0.0, periods_per_year: float = SPAN
) -> float:
    """Treynor ratio: mean(r − rf) · periods per year / β."""
    r, b = paired(returns, benchmark)
    return over(mean_annual_return(r - risk_free, periods_per_year), beta(r, b, risk_free))


@metric("benchmark", "fraction", "Modigliani and Modigliani, Journal of Portfolio Management 23, 1997")
def m_squared(
    returns: npt.ArrayLike, benchmark: npt.ArrayLike, risk_free: float = 0.0, periods_per_year: float = SPAN
) -> float:
    """M²: the Sharpe ratio · the benchmark's annual volatility + rf · periods per year."""
    r, b = paired(returns, benchmark)
    return sharpe_ratio(r, risk_free, periods_per_year) * annual_volatility(b, periods_per_year) + (
        risk_free * periods_per_year
    )


def _capture(r: Array, b: Array, chosen: npt.NDArray[np.bool_], periods_per_year: float) -> float:
    if not chosen.any():
        return math.nan
    return over(cagr(r[chosen], periods_per_year), cagr(b[chosen], periods_per_year))


@metric("benchmark", "ratio", "Morningstar; empyrical up_capture")
def up_capture(returns: npt.ArrayLike, benchmark: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Up capture: annual growth over that of the benchmark, in periods where the benchmark gained."""
    r, b = paired(returns, benchmark)
    return _capture(r, b, b > 0.0, periods_per_year)


@metric("benchmark", "ratio", "Morningstar; empyrical down_capture")
def down_capture(returns: npt.ArrayLike, benchmark: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Down capture: annual growth over that of the benchmark, in periods where the benchmark lost."""
    r, b = paired(returns, benchmark)
    return _capture(r, b, b < 0.0, periods_per_year)


@metric("benchmark", "fraction", BACON)
def batting_average(returns: npt.ArrayLike, benchmark: npt.ArrayLike) -> float:
    """Batting average: the share of periods in which r > b."""
    r, b = paired(returns, benchmark)
    return float((r > b).mean()) if r.size else math.nan


@metric("benchmark", "fraction", "Taleb et al., IMF Working Paper 12/216, 2012; empyrical beta_fragility_heuristic")
def beta_fragility(returns: npt.ArrayLike, benchmark: npt.ArrayLike) -> float:
    """Beta fragility: w·r(worst b) + (1 − w)·r(best b) − r(middle b), w = (b middle − b worst) / (b best − b worst)."""
    r, b = paired(returns, benchmark)
    if r.size < 3:
        return math.nan
    order = np.argsort(b, kind="stable")
    low, middle, high = (int(order[k]) for k in (0, round(r.size / 2), -1))
    width = float(b[high] - b[low])
    weight = float(b[middle] - b[low]) / width if width != 0.0 else 0.5
    return weight * float(r[low]) + (1.0 - weight) * float(r[high]) - float(r[middle])
