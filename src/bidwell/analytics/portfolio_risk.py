"""What a portfolio could lose: VaR and CVaR three ways, beta, volatility, concentration, correlation, stress.

Positions are given as signed worths in one currency, pasts as simple returns of the same periods by instrument. The
portfolio's past is what today's positions would have earned. Losses are positive numbers, `horizon` is in periods.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from bidwell.analytics.metrics import tails
from bidwell.analytics.metrics.relative import beta as beta_of
from bidwell.model.errors import InvalidInput

Floats = npt.NDArray[np.float64]

FEWEST: Final = 20
"""Below so many returns nothing is said of tails."""

PERIODS: Final = 252
_DRAWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Tail:
    """Value at risk, and what is lost on average beyond it, in money."""

    var: float
    cvar: float


@dataclass(frozen=True, slots=True)
class Share:
    """One position's part: its worth, its weight of the gross, its beta, and what it adds to the parametric VaR."""

    name: str
    worth: float
    weight: float
    beta: float | None
    volatility: float
    component: float


@dataclass(frozen=True, slots=True)
class PortfolioRisk:
    """The whole: tails, volatility a year (of gross worth), beta, concentration, and correlations in `names` order."""

    names: tuple[str, ...]
    gross: float
    net: float
    periods: int
    confidence: float
    horizon: int
    historical: Tail
    parametric: Tail
    monte_carlo: Tail
    volatility: float
    beta: float | None
    herfindahl: float
    effective: float
    shares: tuple[Share, ...]
    correlations: Floats


@dataclass(frozen=True, slots=True)
class Shock:
    """A scenario: `market` moves every instrument by its beta, `by_name` moves one by exactly so much."""

    name: str
    market: float = 0.0
    by_name: tuple[tuple[str, float], ...] = ()


SHOCKS: Final[tuple[Shock, ...]] = (
    Shock("Market −5 %", -0.05),
    Shock("Market −10 %", -0.10),
    Shock("Market +10 %", 0.10),
    Shock("As on 19 October 1987 (S&P 500 −20.5 %)", -0.205),
    Shock("As on 16 March 2020 (S&P 500 −12.0 %)", -0.120),
    Shock("As in September to November 2008 (S&P 500 −41 %)", -0.41),
)
"""Named scenarios; the index moves are those of the S&P 500's closes."""


def assess(
    worths: Mapping[str, float], returns: Mapping[str, npt.ArrayLike], *, benchmark: npt.ArrayLike | None = None,
    confidence: float = 0.95, horizon: int = 1, seed: int = 0,
) -> PortfolioRisk:  # fmt: skip
    """Reckon everything; raises InvalidInput for too few or uneven returns and for figures out of their domain.

    Formulas: historical quantile and mean beyond it; normal VaR −(μh + σ√h·z) and CVaR −μh + σ√h·φ(z)/(1 − c)
    (Jorion, Value at Risk, 2006); Monte Carlo from the multivariate normal of the instruments; components by Euler.
    """
    if not 0.5 < confidence < 1 or not 1 <= horizon <= PERIODS:
        raise InvalidInput("risk.confidence", "confidence lies above 0.5 and below 1, the horizon from 1 to 252 periods",
                           field="confidence")  # fmt: skip
    names = tuple(name for name, worth in worths.items() if worth)
    table = _table(names, returns)
    worth = np.array([worths[name] for name in names])
    pnl = table @ worth
    covariance = np.atleast_2d(np.cov(table, rowvar=False))
    gross = float(np.abs(worth).sum())
    normal = _parametric(pnl, confidence, horizon)
    market = None if benchmark is None else np.asarray(benchmark, dtype=np.float64)[-len(pnl) :]
    return PortfolioRisk(
        names, gross, float(worth.sum()), len(pnl), confidence, horizon,
        _historical(pnl, confidence, horizon), normal,
        _monte_carlo(table, worth, covariance, confidence, horizon, seed),
        float(pnl.std(ddof=1)) * math.sqrt(PERIODS) / gross, _beta(pnl / gross, market),
        *_concentration(worth), _shares(names, worth, table, covariance, normal, market), _correlations(table),
    )  # fmt: skip


def _table(names: Sequence[str], returns: Mapping[str, npt.ArrayLike]) -> Floats:
    """Returns side by side, cut to the periods that all have."""
    if not names:
        raise InvalidInput("risk.no_positions", "nothing is held")
    columns = [np.asarray(returns.get(name, ()), dtype=np.float64) for name in names]
    shortest = min(column.size for column in columns)
    if shortest < FEWEST:
        lacking = names[int(np.argmin([column.size for column in columns]))]
        raise InvalidInput(
            "risk.too_few_returns", f"{lacking} has {shortest} past returns, at least {FEWEST} are needed"
        )
    table = np.column_stack([column[-shortest:] for column in columns])
    if not bool(np.isfinite(table).all()):
        raise InvalidInput("risk.returns", "returns must be finite")
    return table


def _historical(pnl: Floats, confidence: float, horizon: int) -> Tail:
    """Of one period as it was; of several by the square root of time."""
    grow = math.sqrt(horizon)
    return Tail(tails.value_at_risk(pnl, confidence) * grow, tails.conditional_value_at_risk(pnl, confidence) * grow)


def _parametric(pnl: Floats, confidence: float, horizon: int) -> Tail:
    mean, deviation = float(pnl.mean()) * horizon, float(pnl.std(ddof=1)) * math.sqrt(horizon)
    z = NormalDist().inv_cdf(confidence)
    return Tail(deviation * z - mean, deviation * NormalDist().pdf(z) / (1 - confidence) - mean)


def _monte_carlo(table: Floats, worth: Floats, covariance: Floats, confidence: float, horizon: int, seed: int) -> Tail:
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    # Draws in pairs of opposite sign, so that their mean is exact and fewer are needed.
    half = rng.standard_normal((_DRAWS // 2, len(worth)))
    drawn = np.concatenate([half, -half]) @ root.T * math.sqrt(horizon) + table.mean(axis=0) * horizon
    pnl = drawn @ worth
    return Tail(tails.value_at_risk(pnl, confidence), tails.conditional_value_at_risk(pnl, confidence))


def _beta(returns: Floats, market: Floats | None) -> float | None:
    if market is None or market.size != returns.size:
        return None
    found = beta_of(returns, market)
    return None if math.isnan(found) else found


def _concentration(worth: Floats) -> tuple[float, float]:
    """Herfindahl's index of gross weights, and its inverse: of how many equal positions it is worth."""
    weights = np.abs(worth) / np.abs(worth).sum()
    index = float((weights**2).sum())
    return index, 1.0 / index


def _shares(names: Sequence[str], worth: Floats, table: Floats, covariance: Floats, normal: Tail,
            market: Floats | None) -> tuple[Share, ...]:  # fmt: skip
    total = float(worth @ covariance @ worth)
    gross = float(np.abs(worth).sum())
    parts = worth * (covariance @ worth) / total * normal.var if total > 0 else np.zeros(len(worth))
    return tuple(
        Share(name, float(worth[place]), float(abs(worth[place])) / gross, _beta(table[:, place], market),
              float(table[:, place].std(ddof=1)) * math.sqrt(PERIODS), float(parts[place]))
        for place, name in enumerate(names)
    )  # fmt: skip


def _correlations(table: Floats) -> Floats:
    """Correlation of each pair; an instrument that never moved goes with nothing but itself."""
    deviations = table.std(axis=0)
    still = deviations == 0
    scaled = (table - table.mean(axis=0)) / np.where(still, 1.0, deviations)
    found = scaled.T @ scaled / len(table)
    np.fill_diagonal(found, 1.0)
    return np.asarray(np.clip(found, -1.0, 1.0))


def stress(worths: Mapping[str, float], betas: Mapping[str, float | None], shock: Shock) -> dict[str, float]:
    """What each position would gain or lose in a scenario; without a beta one to one with the market.

    Raises InvalidInput for a fall of more than everything.
    """
    if not math.isfinite(shock.market) or any(not math.isfinite(move) or move < -1 for _, move in shock.by_name):
        raise InvalidInput(
            "risk.shock", "a move is a finite part of one, and no fall is larger than one", field="shock"
        )
    exact = dict(shock.by_name)
    found = {}
    for name, worth in worths.items():
        by_market = betas.get(name)
        move = exact.get(name, shock.market * (1.0 if by_market is None else by_market))
        found[name] = worth * max(move, -1.0)
    return found
