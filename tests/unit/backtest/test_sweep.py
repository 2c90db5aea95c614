from __future__ import annotations

import numpy as np
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.dependence import dependences
from bidwell.simulation.backtest.sweep import sweep
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars, sma


class Cross(Strategy):
    fast = Param(10, 2, 50)
    slow = Param(30, 5, 200)
    size = Param(10.0, 1.0, 100.0)

    def prepare(self, bars: Bars) -> None:
        closes = bars.close
        self.quick, self.calm = sma(closes, self.fast), sma(closes, self.slow)
        self.count = self.fast * 2

    def on_bar(self, bar: Bar) -> None:
        self.count = self.count + 1
        if self.quick[-1] > self.calm[-1]:
            if not self.position and self.count > self.fast * 2 + 40:
                self.buy(self.size, stop_loss=bar.close * 0.95)
        elif self.position:
            self.close()


BEHIND = {"quick": "fast", "calm": "slow", "count": "fast"}
GRID: dict[str, list[float]] = {"fast": [3, 5, 8], "slow": [20, 40], "size": [5.0, 25.0]}


def test_fields_are_known_by_the_parameters_behind_them() -> None:
    assert dependences(Cross) == {name: frozenset([behind]) for name, behind in BEHIND.items()}


def test_a_compiled_sweep_gives_what_single_runs_give() -> None:
    market = random_bars(600, 4)
    fast = sweep(Cross, market, GRID, fees=0.1, compile="always")
    slow = sweep(Cross, market, GRID, fees=0.1, compile="never")
    assert fast.select("fast", "slow", "size", "fills", "final_equity").equals(
        slow.select("fast", "slow", "size", "fills", "final_equity")
    )
    for name in ("max_drawdown", "sharpe"):
        np.testing.assert_allclose(fast[name].to_numpy(), slow[name].to_numpy(), rtol=1e-9, atol=1e-12)
    assert len(fast) == 12
    assert fast["fills"].sum() > 0


@pytest.mark.parametrize("grid", [{"quick": [1]}, {"fast": [1]}, {"fast": []}])
def test_a_grid_out_of_range_is_refused(grid: dict[str, list[int]]) -> None:
    with pytest.raises(InvalidInput):
        sweep(Cross, random_bars(50), grid)
