"""A sweep's row is the same compiled, in Python, and reckoned from the equity of a single run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidwell.analytics import metrics
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.research.sweep import sweep
from bidwell.simulation.research.trials import METRICS, figures, row_of
from tests.properties.test_backtest_speeds import CONDITIONS, Cross, Everything
from tests.unit.backtest.markets import random_bars

QUIET = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(seed=st.integers(0, 1000), length=st.integers(1, 200))
@pytest.mark.parametrize("name", CONDITIONS)
def test_a_sweep_is_the_same_at_both_speeds(name: str, seed: int, length: int) -> None:
    market = random_bars(length, seed, spread=0.02)
    space = {"size": [5, 40], "stop_share": [0.01, 0.05]}
    slow = sweep(Everything, market, space, compile="never", workers=1, **CONDITIONS[name])
    fast = sweep(Everything, market, space, compile="always", **CONDITIONS[name])
    assert slow.combinations == fast.combinations
    np.testing.assert_array_equal(slow.columns["final_equity"], fast.columns["final_equity"])
    np.testing.assert_array_equal(slow.columns["fills"], fast.columns["fills"])
    np.testing.assert_array_equal(slow.columns["max_drawdown"], fast.columns["max_drawdown"])
    for column in METRICS:
        np.testing.assert_allclose(slow.columns[column], fast.columns[column], rtol=1e-8, atol=1e-10, err_msg=column)


@QUIET
@given(seed=st.integers(0, 1000), fast=st.lists(st.integers(2, 20), min_size=1, max_size=4, unique=True))
def test_a_row_is_what_the_run_says(seed: int, fast: list[int]) -> None:
    market = random_bars(250, seed)
    found = sweep(Cross, market, {"fast": fast, "slow": [25, 40]}, fees=0.1, compile="always")
    for place, (one, other) in enumerate(found.combinations):
        result = backtest(Cross(fast=one, slow=other), market, fees=0.1, compile="never")
        assert found.columns["final_equity"][place] == result.final_equity
        assert found.columns["fills"][place] == len(result.fill_rows)


@given(st.lists(st.floats(-0.2, 0.25), min_size=1, max_size=120))
def test_figures_of_a_row_are_the_metrics_of_its_returns(returns: list[float]) -> None:
    equity = np.asarray(1_000.0 * np.cumprod(1.0 + np.array(returns)), dtype=np.float64)
    time = np.arange(len(returns), dtype=np.int64) * 86_400_000_000_000
    told = {name: column[0] for name, column in figures(row_of(equity, 1_000.0, 0)[None, :], 1_000.0, time).items()}
    year = 365.25 if len(returns) > 1 else 1.0
    drawdown = float(metrics.drawdowns(returns, from_start=True).min())
    assert told["max_drawdown"] == pytest.approx(drawdown, rel=1e-9, abs=1e-12)
    if len(returns) > 2 and np.std(returns) > 1e-6:
        assert told["sharpe"] == pytest.approx(metrics.sharpe_ratio(returns, periods_per_year=year), rel=1e-7, abs=1e-9)
        assert told["volatility"] == pytest.approx(float(np.std(returns, ddof=1)) * math.sqrt(year), rel=1e-7)
