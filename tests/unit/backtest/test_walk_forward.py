from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.research.sweep import sweep
from bidwell.simulation.research.terms import Terms
from bidwell.simulation.research.walk_forward import Window, walk_forward, windows_of
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import DAY, random_bars, sma

GRID = {"fast": [3, 8], "slow": [20, 40]}
TIMES = np.arange(1, 101, dtype=np.int64) * DAY


class Cross(Strategy):
    fast = Param(10, 2, 50)
    slow = Param(30, 5, 200)

    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = sma(bars.close, self.fast), sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(percent=50)
        elif self.position:
            self.close()


def cut(bars: Bars, start: int, stop: int) -> Bars:
    columns = [getattr(bars, name)[start:stop] for name in ("open", "high", "low", "close", "volume")]
    return Bars(bars.symbol, bars.time[start:stop], *columns)


def test_rolling_windows_move_by_a_test() -> None:
    assert windows_of(TIMES, 40, 25) == [
        Window((0, 40), (40, 65)), Window((25, 65), (65, 90)), Window((50, 90), (90, 100))]  # fmt: skip


def test_anchored_windows_always_begin_at_the_first_bar() -> None:
    assert windows_of(TIMES, 40, 30, anchored=True, gap=5) == [
        Window((0, 40), (45, 75)), Window((0, 70), (75, 100))]  # fmt: skip


def test_windows_are_told_in_time_too() -> None:
    assert windows_of(TIMES, "40d", "4w")[0] == Window((0, 40), (40, 68))
    assert windows_of(TIMES, "1mo", "1mo")[0] == Window((0, 31), (31, 62))
    assert windows_of(TIMES, "60", "20") == windows_of(TIMES, 60, 20)


@pytest.mark.parametrize("told", [(100, 10, {}), (0, 10, {}), (10, 0, {}), ("soon", 10, {}), (10, 10, {"gap": -1}),
                                  ("2y", "1y", {})])  # fmt: skip
def test_windows_that_make_no_sense_are_refused(told: tuple[Any, Any, dict[str, Any]]) -> None:
    train, test, more = told
    with pytest.raises(InvalidInput):
        windows_of(TIMES, train, test, **more)


@pytest.mark.parametrize("anchored", [False, True])
def test_each_test_is_traded_with_what_its_training_chose(anchored: bool) -> None:
    market = random_bars(400, 4)
    told = walk_forward(Cross, market, GRID, train=150, test=100, anchored=anchored, fees=0.1, compile="never")
    assert len(told.rows) == 3
    money = told.cash
    for number, row in enumerate(told.rows):
        begin = 100 * number
        train = cut(market, 0 if anchored else begin, begin + 150)
        chosen = sweep(Cross, train, GRID, fees=0.1, compile="never")
        assert {name: row[name] for name in GRID} == chosen.best
        assert row["train_sharpe"] == chosen.best_metrics["sharpe"]
        stop = min(begin + 250, 400)
        part = told.equity[begin : begin + stop - begin - 150]
        assert row["test_total_return"] == pytest.approx(part[-1] / money - 1.0, rel=1e-12)
        money = part[-1]
    assert told.equity[-1] == told.metrics["final_equity"] == money
    assert len(told.time) == len(told.equity) == 250
    np.testing.assert_array_equal(told.time, market.time[150:])


def test_indicators_know_the_training_and_orders_begin_with_the_test() -> None:
    market = random_bars(300, 4)
    told = walk_forward(Cross, market, {"fast": [8], "slow": [40]}, train=200, test=100, compile="never")

    class Later(Cross):
        def on_bar(self, bar: Bar) -> None:
            if bar.index >= 200:
                super().on_bar(bar)

    whole = backtest(Later(fast=8, slow=40), market, compile="never")
    np.testing.assert_allclose(told.equity, whole.equity[200:], rtol=1e-12)
    assert told.fills == len(whole.fills) > 0


class Switch(Strategy):
    """Holds the instrument that rose most, by closes of `span` bars."""

    span = Param(5, 2, 50)

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.best: dict[str, float] = {}

    def prepare(self, bars: Bars) -> None:
        self.calm = sma(bars.close, self.span)

    def on_bar(self, bar: Bar) -> None:
        self.best[bar.symbol] = bar.close / self.calm[-1] - 1.0
        leads = max(self.best, key=lambda name: self.best[name]) == bar.symbol and self.best[bar.symbol] > 0.0
        self.order_target_percent(45.0 if leads else 0.0)


def test_several_instruments_are_walked_by_the_instants_that_they_share() -> None:
    a, b = random_bars(260, 4, symbol="A"), random_bars(260, 5, symbol="B")
    later = cut(b, 60, 260)  # B is listed when A has sixty bars
    split = {"B": [CorporateAction(date(1970, 6, 1), split=2.0, dividend=0.5)]}
    terms: dict[str, Any] = {"fees": 0.1, "actions": split, "adjust": "split"}
    told = walk_forward(Switch, {"A": a, "B": later}, {"span": [4, 12]}, train=100, test=80, compile="never", **terms)
    assert [(row["train_bars"], row["test_bars"]) for row in told.rows] == [(100, 80), (100, 80)]
    money = told.cash
    whole, left = Terms.of(money, 0.1, None, {"actions": split, "adjust": "split"}).settled({"A": a, "B": later})
    for number, row in enumerate(told.rows):
        begin = 80 * number
        parts = {"A": cut(whole["A"], begin, begin + 100), "B": cut(whole["B"], max(begin - 60, 0), begin + 40)}
        chosen = sweep(Switch, parts, {"span": [4, 12]}, compile="never", **left.given())
        assert row["span"] == chosen.best["span"]
        assert row["train_sharpe"] == chosen.best_metrics["sharpe"]
        part = told.equity[begin : begin + 80]
        assert row["test_total_return"] == pytest.approx(part[-1] / money - 1.0, rel=1e-12)
        money = part[-1]
    np.testing.assert_array_equal(told.time, a.time[100:])

    class Later(Switch):
        def on_bar(self, bar: Bar) -> None:
            if bar.nanoseconds > a.time[99]:
                super().on_bar(bar)

    one = walk_forward(Switch, {"A": a, "B": later}, {"span": [12]}, train=100, test=160, compile="never", **terms)
    np.testing.assert_allclose(
        one.equity, backtest(Later(span=12), {"A": a, "B": later}, **terms).equity[100:], rtol=1e-9
    )
    assert one.fills > 10


def test_progress_counts_windows_and_all_of_it_is_json() -> None:
    seen: list[tuple[int, int]] = []
    told = walk_forward(Cross, random_bars(300, 4), GRID, train=100, test=100, compile="never",
                        progress=lambda *each: seen.append(each))  # fmt: skip
    assert seen == [(0, 2), (1, 2), (2, 2)]
    assert told.table["test_bars"].to_list() == [100, 100]
    assert json.loads(json.dumps(told.as_dict()))["steadiness"] == told.steadiness
    with pytest.raises(InvalidInput, match="canceled after 0 of 2 windows"):
        walk_forward(Cross, random_bars(300, 4), GRID, train=100, test=100, canceled=lambda: True)
