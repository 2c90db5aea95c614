"""The interpreted and the compiled run give the same orders, fills and equity, to the last bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidwell.simulation.backtest import fees, slippage
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtest.signals import Signals, Targets
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars, sma

# One worker compiles the strategies of this file, once.
pytestmark = pytest.mark.xdist_group("compiled")
QUIET = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Cross(Strategy):
    fast = Param(10, 2, 50)
    slow = Param(30, 5, 200)

    def prepare(self, bars: Bars) -> None:
        self.quick = sma(bars.close, self.fast)
        self.calm = sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(100)
        elif self.position:
            self.close()


class Everything(Strategy):
    """Every kind of order, state of every type, and helpers; what it does depends on the bar alone."""

    stop_share = Param(0.02, 0.001, 0.2)
    size = Param(25, 1, 1000)

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.turns = 0
        self.last_entry = math.nan
        self.armed = False
        self.order = -1

    def prepare(self, bars: Bars) -> None:
        self.past = bars.close

    def level(self, price: float, side: float) -> float:
        return price * (1.0 + side * self.stop_share)

    def on_bar(self, bar: Bar) -> None:
        self.turns += 1
        turn = self.turns % 17
        if turn == 1:
            self.order = self.buy(self.size, limit=self.level(bar.close, -1.0), take_profit=bar.close * 1.05)
        elif turn == 3:
            self.buy(percent=20, stop_loss=bar.close * 0.97, take_profit=bar.close * 1.03)
        elif turn == 5 and not self.armed:
            self.sell(notional=5_000, stop=bar.low * 0.999, exit_trail=bar.close * 0.02, time_in_force="DAY")
            self.armed = True
        elif turn == 7:
            self.cancel(self.order)
            self.armed = bar.close > bar.open
        elif turn == 8 and bar.index > 20:
            self.oco(self.buy(3, stop=bar.high), self.buy(4, limit=bar.low))
        elif turn == 9:
            self.close(50, trail_percent=2.5)
        elif turn == 11:
            self.order_target_percent(-30 if bar.close < self.past[-2] else 40)
        elif turn == 12:
            self.buy(risk=200, stop=bar.high, limit=bar.high * 1.01, stop_loss=bar.low * 0.98)
        elif turn == 13:
            self.order_target(0)
        elif turn == 15 and self.equity > self.cash:
            self.last_entry = self.past[-1]
            self.close(limit=self.last_entry * 1.01)
        elif turn == 16:
            for _ in range(2):
                self.buy(1, time_in_force="IOC", limit=bar.close)
            self.cancel_all()


CONDITIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "close": {"fill": "close", "fees": 0.1},
    "grid": {"lot_size": 1.0, "tick_size": 0.01, "fees": fees.ibkr_fixed(), "slippage": slippage.fixed(0.015)},
    "thin": {"participation": 0.02, "slippage": slippage.volume_share(), "fees": fees.india("intraday")},
    "margin": {
        "leverage": 3.0,
        "maintenance": 0.3,
        "borrow": 0.05,
        "interest": 0.08,
        "slippage": slippage.square_root(),
    },
    "idle": {"cash_interest": 0.04, "interest": 0.09, "borrow": 0.02, "leverage": 2.0, "fees": 0.1},
    "hopeful": {"intrabar": "optimistic", "fees": fees.maker_taker(0.01, 0.05), "shorting": False},
}


def same(first: Result, second: Result) -> None:
    assert (first.speed, second.speed) == ("python", "compiled")
    np.testing.assert_array_equal(first.order_rows, second.order_rows)
    np.testing.assert_array_equal(first.fill_rows, second.fill_rows)
    np.testing.assert_array_equal(first.equity, second.equity)


def both(strategy: Strategy, market: Bars, **conditions: Any) -> None:  # noqa: ANN401 - passed on
    slow = backtest(strategy, market, compile="never", **conditions)
    same(slow, backtest(strategy, market, compile="always", **conditions))


@QUIET
@given(seed=st.integers(0, 1000), length=st.integers(1, 300), spread=st.sampled_from([0.002, 0.02, 0.08]))
@pytest.mark.parametrize("name", CONDITIONS)
def test_any_order_gives_the_same_at_both_speeds(name: str, seed: int, length: int, spread: float) -> None:
    both(Everything(), random_bars(length, seed, spread=spread), **CONDITIONS[name])


@QUIET
@given(seed=st.integers(0, 1000), fast=st.integers(2, 20), slow=st.integers(5, 60))
def test_a_cross_of_averages_gives_the_same_at_both_speeds(seed: int, fast: int, slow: int) -> None:
    both(Cross(fast=fast, slow=slow), random_bars(500, seed), fees=0.1)


@QUIET
@given(
    seed=st.integers(0, 1000), name=st.sampled_from(sorted(CONDITIONS)), size=st.sampled_from([{}, {"quantity": 7.0}])
)
def test_signals_give_the_same_at_both_speeds(seed: int, name: str, size: dict[str, float]) -> None:
    rng = np.random.default_rng(seed)
    flags = [rng.random(300) < 0.1 for _ in range(4)]
    both(Signals(*flags, **size), random_bars(300, seed), **CONDITIONS[name])


@QUIET
@given(seed=st.integers(0, 1000))
def test_signals_of_a_cross_are_the_cross(seed: int) -> None:
    market = random_bars(500, seed)
    above = sma(market.close, 10) > sma(market.close, 30)
    arrays = backtest(Signals(above, ~above, quantity=100), market, fees=0.1, compile="always")
    same(backtest(Cross(), market, fees=0.1, compile="never"), arrays)


@QUIET
@given(seed=st.integers(0, 1000))
def test_target_weights_give_the_same_at_both_speeds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random(300) < 0.2, rng.uniform(-1.0, 1.0, 300), np.nan)
    both(Targets(weights), random_bars(300, seed), fees=0.05, lot_size=1.0)


@QUIET
@given(
    seed=st.integers(0, 1000),
    cash=st.sampled_from([5_000.0, 10_050.0, 1e6]),
    speed=st.sampled_from(["never", "always"]),
)
def test_the_short_way_of_filling_is_the_long_one(seed: int, cash: float, speed: str) -> None:
    market = random_bars(400, seed)
    short = backtest(Cross(), market, cash=cash, fees=0.1, compile=speed)
    long = backtest(Cross(), market, cash=cash, fees=0.1, compile=speed, slippage=slippage.fixed(0.0))
    np.testing.assert_array_equal(short.fill_rows, long.fill_rows)
    np.testing.assert_array_equal(short.order_rows, long.order_rows)
    np.testing.assert_array_equal(short.equity, long.equity)
