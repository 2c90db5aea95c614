"""How much of a search's best result is luck: the deflated Sharpe ratio and the probability of backtest overfitting.

Sharpe ratios here are those of one period, not of a year, and kurtosis is that of Pearson (3 for a normal).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from bidwell.model.errors import InvalidInput

Floats = npt.NDArray[np.float64]
EULER = 0.5772156649015329
BLOCKS = 16
"""Into how many blocks the periods are cut: 12,870 ways to choose half of them."""
_AT_ONCE = 4_000_000
_NORMAL = NormalDist()


def expected_best_sharpe(trials: int, variance: float) -> float:
    """The Sharpe ratio that the best of so many worthless trials is expected to show.

    √V · ((1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))), with the variance V of the trials' Sharpe ratios: Bailey and
    López de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40:5, 2014. 0 for one trial.
    """
    if trials <= 1 or variance <= 0.0:
        return 0.0
    first = _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    second = _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(variance) * ((1.0 - EULER) * first + EULER * second)


def deflated_sharpe(
    sharpe: float, periods: int, skew: float, kurtosis: float, trials: int, variance: float
) -> float:  # fmt: skip
    """The probability that a search's best Sharpe ratio is above what luck alone gives over so many trials.

    Φ((S − S₀)·√(n − 1) / √(1 − skew·S + (kurtosis − 1)/4·S²)), S₀ being `expected_best_sharpe`: Bailey and López de
    Prado 2014, as above. `trials` are independent ones; related trials count as fewer. NaN where it is undefined.
    """
    below = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe
    if periods < 2 or not below > 0.0 or not math.isfinite(sharpe):
        return math.nan
    away = (sharpe - expected_best_sharpe(trials, variance)) * math.sqrt(periods - 1.0) / math.sqrt(below)
    return _NORMAL.cdf(away)


@dataclass(frozen=True, slots=True)
class Overfitting:
    """The outcome of combinatorially symmetric cross-validation over every split of the blocks.

    `probability`: the share of splits in which the best of one half was at or below the median of the other.
    `loss`: the share in which it had a Sharpe ratio below 0 there. `degradation`: the slope of its Sharpe ratio
    out of sample over that in sample. `logits`: one per split, above 0 where the choice held.
    """

    probability: float
    loss: float
    degradation: float
    trials: int
    blocks: int
    logits: Floats


def block_bounds(periods: int, blocks: int = BLOCKS) -> npt.NDArray[np.int64]:
    """Where each of the blocks begins, and the end of the last; their lengths differ by one at most."""
    return np.arange(blocks + 1, dtype=np.int64) * periods // blocks


def block_sums(returns: npt.ArrayLike, blocks: int = BLOCKS) -> tuple[Floats, Floats, Floats]:
    """Counts (block), sums and sums of squares (trial × block) of returns given as (period × trial)."""
    table = np.asarray(returns, dtype=np.float64)
    if table.ndim != 2:
        raise InvalidInput("overfitting.shape", "returns are a table of periods × trials", field="returns")
    bounds = block_bounds(len(table), blocks)
    if len(table) < 2 * blocks or blocks < 2 or blocks % 2:
        raise InvalidInput("overfitting.periods", f"{len(table)} periods cannot be cut into {blocks} blocks",
                           hint="an even number of blocks, of two periods at least", field="blocks")  # fmt: skip
    sums = np.add.reduceat(table, bounds[:-1], axis=0).T
    squares = np.add.reduceat(table * table, bounds[:-1], axis=0).T
    return np.diff(bounds).astype(np.float64), np.ascontiguousarray(sums), np.ascontiguousarray(squares)


def probability_of_overfitting(returns: npt.ArrayLike, blocks: int = BLOCKS) -> Overfitting:
    """Judge a search by the returns of all its trials, a table of periods × trials.

    The periods are cut into blocks. For each choice of half of them the trial with the best Sharpe ratio is ranked
    among all trials on the other half; λ = ln(ω / (1 − ω)) with the relative rank ω = rank / (N + 1), and the
    probability is the share of λ ≤ 0: Bailey, Borwein, López de Prado and Zhu, The Probability of Backtest
    Overfitting, Journal of Computational Finance 20:4, 2017. Equal ratios share their mean rank.
    Raises InvalidInput for fewer than two trials or too few periods.
    """
    return from_block_sums(*block_sums(returns, blocks))


def from_block_sums(counts: Floats, sums: Floats, squares: Floats) -> Overfitting:
    """The same from what `block_sums` gives, which is all that it takes, however many the periods."""
    trials, blocks = sums.shape
    if trials < 2:
        raise InvalidInput("overfitting.trials", "one trial leaves nothing to choose from", field="trials")
    logits: list[Floats] = []
    inside: list[Floats] = []
    outside: list[Floats] = []
    for chosen in _choices(blocks, max(_AT_ONCE // trials, 1)):
        first = _sharpes(chosen, counts, sums, squares)
        second = _sharpes(1.0 - chosen, counts, sums, squares)
        best = np.argmax(first, axis=1)
        rows = np.arange(len(best))
        reached = second[rows, best][:, None]
        rank = (second < reached).sum(axis=1) + ((second == reached).sum(axis=1) + 1.0) / 2.0
        share = rank / (trials + 1.0)
        logits.append(np.log(share / (1.0 - share)))
        inside.append(first[rows, best])
        outside.append(reached[:, 0])
    x, y, found = np.concatenate(inside), np.concatenate(outside), np.concatenate(logits)
    away = x - x.mean()
    spread = float(away @ away)
    slope = float(away @ (y - y.mean())) / spread if spread > 0.0 else math.nan
    return Overfitting(float((found <= 0.0).mean()), float((y < 0.0).mean()), slope, trials, blocks, found)


def _choices(blocks: int, at_once: int) -> Iterator[Floats]:
    """Every choice of half of the blocks, as rows of ones and zeros, some at a time."""
    rows: list[Floats] = []
    for each in combinations(range(blocks), blocks // 2):
        row = np.zeros(blocks)
        row[list(each)] = 1.0
        rows.append(row)
        if len(rows) >= at_once:
            yield np.array(rows)
            rows = []
    if rows:
        yield np.array(rows)


def _sharpes(chosen: Floats, counts: Floats, sums: Floats, squares: Floats) -> Floats:
    """The Sharpe ratio of every trial (column) over every choice of blocks (row); 0 without any spread."""
    number = (chosen @ counts)[:, None]
    mean = chosen @ sums.T / number
    variance = (chosen @ squares.T - number * mean * mean) / (number - 1.0)
    steady = variance <= 1e-12 * mean * mean
    return np.asarray(np.where(steady, 0.0, mean / np.sqrt(np.where(steady, 1.0, variance))))
