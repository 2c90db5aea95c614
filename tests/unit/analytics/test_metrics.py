from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bidwell.analytics import metrics
from bidwell.analytics.metrics import METRICS

RETURNS = np.array([0.1, -0.05, 0.02, 0.0, -0.1, 0.08])
finite = st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=60)


def test_there_are_at_least_forty_each_with_formula_and_source() -> None:
    assert len(METRICS) >= 40
    assert all(len(m.formula) > 10 and m.source for m in METRICS.values())
    assert all(getattr(metrics, name) is m.compute for name, m in METRICS.items())


@pytest.mark.parametrize(
    "name", sorted(name for name, m in METRICS.items() if m.group in ("return", "risk", "ratio", "drawdown"))
)
def test_empty_and_missing_returns_give_no_figure_and_no_warning(name: str) -> None:
    for returns in (np.array([]), np.full(3, math.nan)):
        value = np.atleast_1d(METRICS[name].compute(returns))
        assert value.size <= 3
        assert not np.isposinf(value).any()


@pytest.mark.parametrize("name", sorted(name for name, m in METRICS.items() if m.group == "benchmark"))
def test_a_benchmark_of_another_length_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="do not pair"):
        METRICS[name].compute(RETURNS, RETURNS[:-1])


@settings(max_examples=100, deadline=None)
@given(finite)
def test_a_drawdown_is_between_all_and_nothing(returns: list[float]) -> None:
    falls = metrics.drawdowns(returns)
    assert falls.min() >= -1.0
    assert falls.max() <= 0.0
    assert metrics.max_drawdown(returns) <= metrics.average_drawdown(returns) <= 0.0


@settings(max_examples=100, deadline=None)
@given(finite)
@example([0.0] * 18 + [-0.5, -0.49999999999999994])
def test_bounds_of_the_loss_are_in_order(returns: list[float]) -> None:
    shortfall, entropic = metrics.conditional_value_at_risk(returns), metrics.entropic_value_at_risk(returns)
    assert shortfall <= entropic + 1e-9
    assert entropic <= -metrics.worst_return(returns) + 1e-9


def test_ratios_of_a_known_series() -> None:
    assert metrics.total_return(RETURNS) == pytest.approx(1.1 * 0.95 * 1.02 * 0.9 * 1.08 - 1.0)
    assert metrics.omega_ratio(RETURNS) == pytest.approx(0.2 / 0.15)
    assert metrics.gain_to_pain(RETURNS) == pytest.approx(0.05 / 0.15)
    assert metrics.gain_loss_ratio(RETURNS) == pytest.approx((0.2 / 3) / 0.075)
    assert metrics.positive_periods(RETURNS) == 0.5
    assert metrics.longest_drawdown(RETURNS) == 5.0
    assert metrics.time_under_water(RETURNS) == pytest.approx(5 / 6)


def test_a_series_against_itself_has_beta_one_and_no_alpha() -> None:
    assert metrics.beta(RETURNS, RETURNS) == pytest.approx(1.0)
    assert metrics.alpha(RETURNS, RETURNS) == pytest.approx(0.0)
    assert metrics.r_squared(RETURNS, 2.0 * RETURNS) == pytest.approx(1.0)
    assert metrics.up_capture(RETURNS, RETURNS) == pytest.approx(1.0)
    assert metrics.tracking_error(RETURNS, RETURNS) == 0.0


def test_round_trip_figures_of_known_profits() -> None:
    profits = [100.0, -50.0, 200.0, -25.0, -25.0, 0.0]
    assert metrics.win_rate(profits) == pytest.approx(2 / 6)
    assert metrics.profit_factor(profits) == 3.0
    assert metrics.payoff_ratio(profits) == pytest.approx(150 / (100 / 3))
    assert metrics.longest_losing_streak(profits) == 2.0
    assert metrics.expectancy(profits) == pytest.approx(200 / 6)


def test_the_probability_that_a_sharpe_is_real_grows_with_the_sample() -> None:
    rng = np.random.default_rng(4)
    long = rng.normal(0.001, 0.01, 2000)
    assert 0.5 < metrics.probabilistic_sharpe(long[:100]) < metrics.probabilistic_sharpe(long) <= 1.0


def test_a_window_longer_than_the_series_gives_nothing() -> None:
    assert metrics.rolling_sharpe(RETURNS, 10).size == 0
    with pytest.raises(ValueError, match="window"):
        metrics.rolling_sharpe(RETURNS, 0)
