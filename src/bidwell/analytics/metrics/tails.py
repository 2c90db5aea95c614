"""Moments and tails of the distribution of returns; losses are positive numbers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bidwell.analytics.metrics.definition import Array, known, metric, over, weighed


@metric("risk", "fraction", "skfolio mean")
def mean_return(returns: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean return of a period: Σ w·r, equal weights unless given."""
    column, share = weighed(returns, weights)
    return float(column @ share) if column.size else math.nan


def _below(returns: npt.ArrayLike, acceptable: float | None, weights: npt.ArrayLike | None) -> tuple[Array, Array]:
    column, share = weighed(returns, weights)
    floor = float(column @ share) if acceptable is None else acceptable
    return np.maximum(floor - column, 0.0), share


@metric("risk", "fraction", "Fishburn, American Economic Review 67, 1977; skfolio first_lower_partial_moment")
def first_lower_partial_moment(
    returns: npt.ArrayLike, acceptable: float | None = None, weights: npt.ArrayLike | None = None
) -> float:
    """First lower partial moment: Σ w·max(a − r, 0); a is the mean unless given."""
    short, share = _below(returns, acceptable, weights)
    return float(short @ share) if short.size else math.nan


@metric("risk", "fraction", "Markowitz, Portfolio Selection, 1959; skfolio semi_variance")
def semi_variance(
    returns: npt.ArrayLike,
    acceptable: float | None = None,
    weights: npt.ArrayLike | None = None,
    *,
    biased: bool = False,
) -> float:
    """Semi-variance: Σ w·max(a − r, 0)², over 1 − Σw² unless biased; a is the mean unless given."""
    short, share = _below(returns, acceptable, weights)
    if not short.size:
        return math.nan
    raw = float((short * short) @ share)
    return raw if biased else over(raw, 1.0 - float(share @ share))


@metric("risk", "fraction", "Markowitz 1959; skfolio semi_deviation")
def semi_deviation(
    returns: npt.ArrayLike,
    acceptable: float | None = None,
    weights: npt.ArrayLike | None = None,
    *,
    biased: bool = False,
) -> float:
    """Semi-deviation: the root of the semi-variance."""
    return math.sqrt(semi_variance(returns, acceptable, weights, biased=biased))


def _moments(returns: npt.ArrayLike, weights: npt.ArrayLike | None, order: int) -> float:
    column, share = weighed(returns, weights)
    if not column.size:
        return math.nan
    away = column - float(column @ share)
    variance = float((away * away) @ share)
    return over(float(away**order @ share), variance ** (order / 2.0))


@metric("risk", "ratio", "skfolio skew")
def skewness(returns: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Skewness: Σ w·(r − m)³ / σ³, population moments."""
    return _moments(returns, weights, 3)


@metric("risk", "ratio", "skfolio kurtosis")
def kurtosis(returns: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Kurtosis: Σ w·(r − m)⁴ / σ⁴, population moments; 3 for a normal distribution."""
    return _moments(returns, weights, 4)


@metric("risk", "fraction", "Konno and Yamazaki, Management Science 37, 1991")
def mean_absolute_deviation(returns: npt.ArrayLike) -> float:
    """Mean absolute deviation: mean |r − m|."""
    column = known(returns)
    return float(np.abs(column - column.mean()).mean()) if column.size else math.nan


@metric("risk", "fraction", "Jorion, Value at Risk, 2006")
def value_at_risk(returns: npt.ArrayLike, confidence: float = 0.95) -> float:
    """Historical value at risk: minus the (1 − c) quantile of returns, linear between order statistics."""
    column = known(returns)
    return -float(np.quantile(column, 1.0 - confidence)) if column.size else math.nan


@metric("risk", "fraction", "Zangari, RiskMetrics Monitor, 1996; Favre and Galeano 2002")
def modified_value_at_risk(returns: npt.ArrayLike, confidence: float = 0.95) -> float:
    """Cornish-Fisher value at risk: −(m + σ·z′), z′ = z + (z²−1)s/6 + (z³−3z)k/24 − (2z³−5z)s²/36, k in excess."""
    from statistics import NormalDist  # noqa: PLC0415 - one quantile

    column = known(returns)
    if column.size < 2 or float(column.std()) == 0.0:
        return math.nan
    z = NormalDist().inv_cdf(1.0 - confidence)
    s, k = skewness(column), kurtosis(column) - 3.0
    w = z + (z * z - 1.0) * s / 6.0 + (z**3 - 3.0 * z) * k / 24.0 - (2.0 * z**3 - 5.0 * z) * s * s / 36.0
    return -(float(column.mean()) + float(column.std()) * w)


@metric("risk", "fraction", "Rockafellar and Uryasev, Journal of Risk 2, 2000; skfolio cvar")
def conditional_value_at_risk(
    returns: npt.ArrayLike, confidence: float = 0.95, weights: npt.ArrayLike | None = None
) -> float:
    """Expected shortfall: the mean loss of the worst 1 − c of the weight, its last return counted in part."""
    column, share = weighed(returns, weights)
    if not column.size:
        return math.nan
    order = np.argsort(column)
    column, share = column[order], share[order]
    tail = 1.0 - confidence
    taken = np.minimum(np.cumsum(share), tail)
    return -float(column @ np.diff(taken, prepend=0.0)) / tail


@metric("risk", "fraction", "Ahmadi-Javid, Journal of Optimization Theory 155, 2012; skfolio evar")
def entropic_value_at_risk(returns: npt.ArrayLike, confidence: float = 0.95) -> float:
    """Entropic value at risk: the least over θ > 0 of θ·ln(mean(e^(−r/θ)) / (1 − c))."""
    column = -known(returns)
    if not column.size:
        return math.nan
    worst = float(column.max())
    if float((column == worst).mean()) >= 1.0 - confidence:
        return worst

    def bound(log_theta: float) -> float:
        theta = math.exp(log_theta)
        return worst + theta * math.log(float(np.exp((column - worst) / theta).mean()) / (1.0 - confidence))

    golden = (math.sqrt(5.0) - 1.0) / 2.0
    width = math.log(float(np.ptp(column)))
    low, high = width - 14.0, width + 10.0
    while high - low > 1e-9:
        inner, outer = high - golden * (high - low), low + golden * (high - low)
        if bound(inner) < bound(outer):
            high = outer
        else:
            low = inner
    # For θ towards zero the bound is the worst loss itself.
    return min(worst, bound((low + high) / 2.0))


@metric("risk", "ratio", "empyrical tail_ratio")
def tail_ratio(returns: npt.ArrayLike) -> float:
    """Tail ratio: |95th percentile| / |5th percentile| of returns."""
    column = known(returns)
    if not column.size:
        return math.nan
    return over(abs(float(np.quantile(column, 0.95))), abs(float(np.quantile(column, 0.05))))
