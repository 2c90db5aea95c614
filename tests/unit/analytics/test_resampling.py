from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bidwell.analytics.resampling import LEVELS, of_returns, of_round_trips
from bidwell.model.errors import InvalidInput

PROFITS = np.array([120.0, -80.0, 45.0, -20.0, 300.0, -150.0, 60.0])


def test_shuffled_round_trips_end_where_the_backtest_did() -> None:
    odds = of_round_trips(PROFITS, 1_000.0, runs=200, method="shuffle")
    np.testing.assert_allclose(odds.final_equity, 1_000.0 + PROFITS.sum(), rtol=1e-12)
    assert len(set(odds.max_drawdown.round(9))) > 20
    # The deepest possible: every loss in a row, from the highest reachable peak or from the start.
    assert odds.max_drawdown.min() >= -250.0 / 1_000.0
    assert odds.loss == 0.0


def test_the_bootstrap_of_round_trips_has_the_mean_and_spread_of_its_draws() -> None:
    odds = of_round_trips(PROFITS, 1_000.0, runs=40_000, seed=5)
    count = len(PROFITS)
    assert odds.final_equity.mean() == pytest.approx(1_000.0 + PROFITS.sum(), abs=4.0)
    assert odds.final_equity.std() == pytest.approx(PROFITS.std() * np.sqrt(count), rel=0.02)


def test_blocks_of_one_draw_each_return_by_itself() -> None:
    returns = np.random.default_rng(2).normal(0.001, 0.01, 250)
    odds = of_returns(returns, 100.0, runs=20_000, block=1.0, seed=1)
    logs = np.log(odds.final_equity / 100.0)
    assert logs.mean() == pytest.approx(np.log1p(returns).sum(), abs=0.005)
    assert logs.std() == pytest.approx(np.log1p(returns).std() * np.sqrt(250), rel=0.03)


def test_long_blocks_keep_what_hangs_together() -> None:
    # Two gains, two losses, and so on: drawn one by one, runs of losses get longer and drawdowns deeper.
    returns = np.tile([0.01, 0.01, -0.01, -0.01], 60)
    alone = of_returns(returns, 100.0, runs=2_000, block=1.0)
    together = of_returns(returns, 100.0, runs=2_000, block=200.0)
    assert np.median(together.max_drawdown) > np.median(alone.max_drawdown) / 2.0


def test_a_seed_means_one_result_and_all_of_it_is_json() -> None:
    one, other = (of_returns(np.array([0.01, -0.02, 0.03]), 50.0, runs=10, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.final_equity, other.final_equity)
    told = json.loads(json.dumps(one.as_dict()))
    assert told["runs"] == 10
    assert len(told["fan"]) == len(LEVELS)
    assert len(told["fan"][0]) == len(told["steps"]) == 4
    assert [row[0] for row in told["fan"]] == [50.0] * len(LEVELS)


def test_ruin_counts_runs_that_fell_so_far() -> None:
    odds = of_round_trips([-600.0, 700.0], 1_000.0, runs=4_000, seed=3, ruin=0.5)
    # Half of the runs begin with the loss, and of the others half go on with a loss that leaves 1100.
    assert odds.ruin == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    "told",
    [{"profits": []}, {"profits": [np.inf]}, {"cash": 0.0}, {"runs": 0}, {"runs": 10**9}, {"method": "magic"},
     {"ruin": 1.0}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(told: dict[str, Any]) -> None:
    given = {"profits": PROFITS, "cash": 1_000.0, **told}
    with pytest.raises(InvalidInput):
        of_round_trips(given.pop("profits"), given.pop("cash"), **given)
    with pytest.raises(InvalidInput):
        of_returns([0.1], 100.0, block=0.5)
