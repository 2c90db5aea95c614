"""Reference values: the worked example of Bailey and López de Prado 2014, and the definition taken word by word."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.analytics import metrics
from bidwell.analytics.overfitting import (
    block_sums,
    deflated_sharpe,
    expected_best_sharpe,
    from_block_sums,
    probability_of_overfitting,
)
from bidwell.model.errors import InvalidInput

# An annual Sharpe ratio of 2.5 over 1250 days, ratios that vary by ½ among the trials, skewness −3, kurtosis 10.
DAILY = 2.5 / math.sqrt(250.0)
SPREAD = 0.5 / 250.0


def noise(periods: int, trials: int, seed: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0.0, 0.01, (periods, trials))


def test_the_papers_example_comes_out() -> None:
    assert expected_best_sharpe(100, SPREAD) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(DAILY, 1250, -3.0, 10.0, 100, SPREAD) == pytest.approx(0.9004, abs=5e-5)
    assert deflated_sharpe(DAILY, 1250, -3.0, 10.0, 46, SPREAD) == pytest.approx(0.9505, abs=5e-5)
    assert deflated_sharpe(DAILY, 1250, 0.0, 3.0, 88, SPREAD) == pytest.approx(0.9505, abs=5e-5)


def test_one_trial_is_deflated_by_nothing() -> None:
    returns = noise(500, 1, 3)[:, 0] + 0.001
    ratio = metrics.sharpe_ratio(returns, periods_per_year=1.0)
    away = (returns - returns.mean()) / returns.std()
    skew, kurtosis = float((away**3).mean()), float((away**4).mean())
    assert deflated_sharpe(ratio, 500, skew, kurtosis, 1, 0.0) == pytest.approx(
        metrics.probabilistic_sharpe(returns), rel=1e-12
    )


def test_the_expected_best_of_worthless_trials_is_what_simulation_gives() -> None:
    best = np.random.default_rng(1).normal(0.0, 1.0, (20_000, 50)).max(axis=1).mean()
    assert expected_best_sharpe(50, 1.0) == pytest.approx(float(best), rel=0.02)  # the formula is a limit


@pytest.mark.parametrize("told", [(math.nan, 100, 0.0, 3.0), (1.0, 1, 0.0, 3.0), (1.0, 100, 9.0, 1.0)])
def test_what_is_undefined_is_not_a_number(told: tuple[float, int, float, float]) -> None:
    assert math.isnan(deflated_sharpe(*told, 10, 0.1))


def word_by_word(returns: npt.NDArray[np.float64], blocks: int) -> tuple[float, float]:
    """The paper's algorithm on the matrix itself, for lengths that the blocks divide."""
    parts = np.split(returns, blocks)
    below = losses = total = 0
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[n] for n in chosen])
        outside = np.concatenate([parts[n] for n in range(blocks) if n not in chosen])
        first = inside.mean(axis=0) / inside.std(axis=0, ddof=1)
        second = outside.mean(axis=0) / outside.std(axis=0, ddof=1)
        best = int(np.argmax(first))
        rank = int((second <= second[best]).sum())
        share = rank / (returns.shape[1] + 1)
        below += math.log(share / (1.0 - share)) <= 0.0
        losses += bool(second[best] < 0.0)
        total += 1
    return below / total, losses / total


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), trials=st.integers(2, 9), blocks=st.sampled_from([2, 4, 6]))
def test_the_probability_is_the_papers_definition(seed: int, trials: int, blocks: int) -> None:
    returns = noise(blocks * 10, trials, seed)
    told = probability_of_overfitting(returns, blocks)
    assert (told.probability, told.loss) == pytest.approx(word_by_word(returns, blocks), abs=1e-12)
    assert len(told.logits) == math.comb(blocks, blocks // 2)


def test_a_trial_that_is_better_everywhere_is_not_overfitted() -> None:
    returns = noise(640, 20, 1)
    returns[:, 7] += 0.01
    told = probability_of_overfitting(returns)
    assert told.probability == 0.0
    assert told.loss == 0.0


def test_the_best_of_noise_is_as_likely_below_the_median_as_above() -> None:
    found = [probability_of_overfitting(noise(320, 20, seed), 8).probability for seed in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


def test_a_half_that_wins_and_a_half_that_loses_are_overfitted_for_certain() -> None:
    # Two blocks: each trial gains in one and loses in the other, so that the best of either half is the worst of the other.
    wave = np.tile([0.009, 0.011], 8)
    returns = np.column_stack([np.concatenate([wave, -wave]), np.concatenate([-wave, wave])])
    told = probability_of_overfitting(returns, 2)
    assert (told.probability, told.loss) == (1.0, 1.0)


def test_trials_that_never_move_have_a_ratio_of_zero() -> None:
    told = from_block_sums(*block_sums(np.zeros((64, 3))))
    assert np.isfinite(told.logits).all()


@pytest.mark.parametrize(("shape", "blocks"), [((10, 3), 16), ((64, 1), 16), ((64, 3), 5), ((64,), 4)])
def test_too_little_to_judge_is_refused(shape: tuple[int, ...], blocks: int) -> None:
    with pytest.raises(InvalidInput):
        probability_of_overfitting(np.ones(shape), blocks)
