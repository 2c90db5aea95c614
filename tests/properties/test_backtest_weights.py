"""Weights in one compiled pass trade as a strategy that aims at the same weights bar by bar."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtest.weights import Weights
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars

LENGTH, WIDTH = 60, 5


class Aims(Strategy):
    def __init__(self, rows: dict[tuple[str, int], float]) -> None:
        super().__init__()
        self.rows = rows

    def on_bar(self, bar: Bar) -> None:
        weight = self.rows[bar.symbol, bar.nanoseconds]
        if not np.isnan(weight):
            self.order_target_percent(weight * 100.0)


def market(seed: int, *, holes: bool) -> dict[str, Bars]:
    rng = np.random.default_rng(seed)
    found = {}
    for k in range(WIDTH):
        symbol = f"S{k}"
        each = random_bars(LENGTH, seed * WIDTH + k, spread=0.03, symbol=symbol)
        kept = rng.random(LENGTH) < (0.8 if holes else 1.1)
        kept[0] = True
        columns = (each.time, each.open, each.high, each.low, each.close, each.volume)
        found[symbol] = Bars(symbol, *(column[kept] for column in columns))  # type: ignore[arg-type]
    return found


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 500),
    lot=st.sampled_from([0.0, 1.0]),
    fill=st.sampled_from(["next_open", "close"]),
    shorts=st.booleans(),
)
def test_weights_trade_as_a_strategy_that_aims_at_them(seed: int, lot: float, fill: str, shorts: bool) -> None:
    rng = np.random.default_rng(seed)
    data = market(seed, holes=False)
    low = -0.3 if shorts else 0.0
    matrix = np.where(rng.random((LENGTH, WIDTH)) < 0.3, rng.uniform(low, 0.35, (LENGTH, WIDTH)), np.nan)
    time = data["S0"].time
    rows = {(f"S{k}", int(time[i])): float(matrix[i, k]) for i in range(LENGTH) for k in range(WIDTH)}
    terms: dict[str, Any] = {"fees": 0.1, "slippage": 0.02, "lot_size": lot, "fill": fill, "maintenance": 0.0}
    slow = backtest(Aims(rows), data, **terms)
    fast = backtest(Weights(matrix), data, **terms)
    assert fast.speed == "compiled"
    np.testing.assert_allclose(fast.equity, slow.equity, rtol=1e-9)
    assert len(fast.fills) == len(slow.fills)
    for name in ("quantity", "price", "fee"):
        np.testing.assert_allclose(fast.fills[name].to_numpy(), slow.fills[name].to_numpy(), rtol=1e-6, atol=1e-6)


def test_instruments_without_a_bar_keep_their_last_price() -> None:
    data = market(3, holes=True)
    instants = len(np.unique(np.concatenate([each.time for each in data.values()])))
    result = backtest(Weights(np.full((instants, WIDTH), 1.0 / WIDTH)), data, fees=0.1)
    assert np.isfinite(result.equity).all()
    assert abs(result.final_equity / result.cash - 1.0) < 1.0


def test_weights_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidInput, match="weights have the shape"):
        backtest(Weights(np.zeros((3, 2))), market(1, holes=False))
