"""Return, risk and their ratios. `returns` are simple returns by period, NaN where there was none."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bidwell.analytics.metrics.definition import SPAN, Array, deviation, excess, known, metric, over

BACON = "Bacon, Practical Portfolio Performance Measurement and Attribution, 2008"


@metric("return", "series", "empyrical simple_returns")
def simple_returns(prices: npt.ArrayLike) -> Array:
    """Simple returns: pₜ / pₜ₋₁ − 1; one value fewer than prices."""
    column = np.asarray(prices, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(column[1:] / column[:-1] - 1.0, dtype=np.float64)


@metric("return", "series", "empyrical cum_returns")
def cumulative_returns(returns: npt.ArrayLike) -> Array:
    """Cumulative returns: Π(1 + r) − 1 up to each period; NaN counts as 0."""
    column = np.nan_to_num(np.asarray(returns, dtype=np.float64).ravel(), nan=0.0)
    return np.asarray(np.cumprod(1.0 + column) - 1.0, dtype=np.float64)


@metric("return", "fraction", "empyrical cum_returns_final")
def total_return(returns: npt.ArrayLike) -> float:
    """Total return: Π(1 + r) − 1."""
    column = known(returns)
    return float(np.prod(1.0 + column) - 1.0) if column.size else math.nan


@metric("return", "fraction", "empyrical cagr")
def cagr(returns: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Compound annual growth rate: (Π(1 + r))^(1/years) − 1, years = periods / periods per year."""
    count = np.asarray(returns).size
    if count == 0:
        return math.nan
    growth = float(np.prod(1.0 + known(returns)))
    return growth ** (periods_per_year / count) - 1.0 if growth > 0.0 else -1.0


@metric("return", "fraction", BACON)
def mean_annual_return(returns: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Arithmetic mean annual return: mean(r) · periods per year."""
    column = known(returns)
    return float(column.mean()) * periods_per_year if column.size else math.nan


@metric("return", "fraction", BACON)
def geometric_mean(returns: npt.ArrayLike) -> float:
    """Geometric mean return of a period: (Π(1 + r))^(1/n) − 1."""
    column = known(returns)
    growth = float(np.prod(1.0 + column))
    return growth ** (1.0 / column.size) - 1.0 if column.size and growth > 0.0 else math.nan


@metric("return", "fraction", BACON)
def best_return(returns: npt.ArrayLike) -> float:
    """Best period: max(r)."""
    column = known(returns)
    return float(column.max()) if column.size else math.nan


@metric("return", "fraction", "skfolio worst_realization, with the return's own sign")
def worst_return(returns: npt.ArrayLike) -> float:
    """Worst period: min(r)."""
    column = known(returns)
    return float(column.min()) if column.size else math.nan


@metric("return", "fraction", BACON)
def positive_periods(returns: npt.ArrayLike) -> float:
    """Share of periods with a gain: #(r > 0) / n."""
    column = known(returns)
    return float((column > 0.0).mean()) if column.size else math.nan


@metric("risk", "fraction", "empyrical annual_volatility")
def annual_volatility(returns: npt.ArrayLike, periods_per_year: float = SPAN) -> float:
    """Annual volatility: sample standard deviation · √periods per year."""
    return deviation(known(returns)) * math.sqrt(periods_per_year)


@metric(
    "risk", "fraction", "Sortino and van der Meer, Journal of Portfolio Management 17, 1991; empyrical downside_risk"
)
def downside_risk(
    returns: npt.ArrayLike, required_return: npt.ArrayLike = 0.0, periods_per_year: float = SPAN
) -> float:
    """Downside deviation: √mean(min(r − required, 0)²) · √periods per year."""
    column = excess(returns, required_return)
    if not column.size:
        return math.nan
    below = np.minimum(column, 0.0)
    return math.sqrt(float((below * below).mean())) * math.sqrt(periods_per_year)


@metric("ratio", "ratio", "Sharpe, Journal of Portfolio Management 21, 1994; empyrical sharpe_ratio")
def sharpe_ratio(returns: npt.ArrayLike, risk_free: npt.ArrayLike = 0.0, periods_per_year: float = SPAN) -> float:
    """Sharpe ratio: mean(r − rf) / sample standard deviation · √periods per year; rf is per period."""
    column = excess(returns, risk_free)
    spread = deviation(column)
    return math.nan if math.isnan(spread) else over(float(column.mean()), spread) * math.sqrt(periods_per_year)


@metric("ratio", "ratio", "Sortino and van der Meer 1991; empyrical sortino_ratio")
def sortino_ratio(
    returns: npt.ArrayLike, required_return: npt.ArrayLike = 0.0, periods_per_year: float = SPAN
) -> float:
    """Sortino ratio: mean(r − required) · periods per year / downside deviation; NaN for fewer than two periods."""
    column = excess(returns, required_return)
    if np.asarray(returns).size < 2 or not column.size:
        return math.nan
    return over(float(column.mean()) * periods_per_year, downside_risk(column, 0.0, periods_per_year))


@metric("ratio", "ratio", "Keating and Shadwick, Journal of Performance Measurement 6, 2002")
def omega_ratio(returns: npt.ArrayLike, required_return: float = 0.0) -> float:
    """Omega: Σ max(r − required, 0) / Σ max(required − r, 0)."""
    column = known(returns) - required_return
    return over(float(np.maximum(column, 0.0).sum()), float(np.maximum(-column, 0.0).sum()))


@metric("ratio", "ratio", "Kaplan and Knowles, Journal of Performance Measurement 8, 2004")
def kappa_three(returns: npt.ArrayLike, required_return: float = 0.0) -> float:
    """Kappa 3: mean(r − required) / ∛mean(max(required − r, 0)³)."""
    column = known(returns) - required_return
    if not column.size:
        return math.nan
    return over(float(column.mean()), float((np.maximum(-column, 0.0) ** 3).mean()) ** (1.0 / 3.0))


@metric("ratio", "ratio", "Schwager, Hedge Fund Market Wizards, 2012")
def gain_to_pain(returns: npt.ArrayLike) -> float:
    """Gain to pain: Σr / Σ|r of losing periods|."""
    column = known(returns)
    return over(float(column.sum()), float(-column[column < 0.0].sum()))


@metric("ratio", "ratio", BACON)
def gain_loss_ratio(returns: npt.ArrayLike) -> float:
    """Average gain over average loss of periods: mean(r > 0) / |mean(r < 0)|."""
    column = known(returns)
    up, down = column[column > 0.0], column[column < 0.0]
    return over(float(up.mean()), float(-down.mean())) if up.size and down.size else math.nan


@metric("ratio", "ratio", "Pezier and White, ICMA Discussion Paper 2006-10")
def adjusted_sharpe(returns: npt.ArrayLike, risk_free: float = 0.0, periods_per_year: float = SPAN) -> float:
    """Adjusted Sharpe: S·(1 + skew/6·S − (kurtosis − 3)/24·S²) of the period's S, · √periods per year."""
    column = known(returns) - risk_free
    spread = deviation(column)
    if math.isnan(spread) or spread == 0.0:
        return math.nan
    s = float(column.mean()) / spread
    away = (column - column.mean()) / column.std()
    skew, kurtosis = float((away**3).mean()), float((away**4).mean())
    return s * (1.0 + skew / 6.0 * s - (kurtosis - 3.0) / 24.0 * s * s) * math.sqrt(periods_per_year)


@metric("ratio", "fraction", "Bailey and López de Prado, Journal of Risk 15, 2012")
def probabilistic_sharpe(returns: npt.ArrayLike, benchmark_sharpe: float = 0.0) -> float:
    """Probability that the true Sharpe ratio of a period exceeds a benchmark's.

    Φ((S − S*)·√(n − 1) / √(1 − skew·S + (kurtosis − 1)/4·S²)).
    """
    column = known(returns)
    spread = deviation(column)
    if math.isnan(spread) or spread == 0.0:
        return math.nan
    s = float(column.mean()) / spread
    away = (column - column.mean()) / column.std()
    skew, kurtosis = float((away**3).mean()), float((away**4).mean())
    below = 1.0 - skew * s + (kurtosis - 1.0) / 4.0 * s * s
    if below <= 0.0:
        return math.nan
    z = (s - benchmark_sharpe) * math.sqrt(column.size - 1.0) / math.sqrt(below)
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@metric("ratio", "fraction", "empyrical stability_of_timeseries")
def stability(returns: npt.ArrayLike) -> float:
    """Stability: R² of a line through the cumulative log returns."""
    column = known(returns)
    if column.size < 2 or bool((column <= -1.0).any()):
        return math.nan
    path = np.cumsum(np.log1p(column))
    if deviation(path) == 0.0:
        return math.nan
    return float(np.corrcoef(np.arange(path.size), path)[0, 1]) ** 2


@metric("return", "fraction", "Tsay, Analysis of Financial Time Series, 2010")
def autocorrelation(returns: npt.ArrayLike, lag: int = 1) -> float:
    """Autocorrelation: Σ(rₜ − m)(rₜ₋ₗ − m) / Σ(rₜ − m)²."""
    column = known(returns)
    away = column - column.mean() if column.size else column
    return over(float((away[lag:] * away[:-lag]).sum()), float((away * away).sum())) if column.size > lag else math.nan
