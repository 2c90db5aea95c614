from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import fees, slippage
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.research.finding import Finding
from bidwell.simulation.research.honesty import honesty
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars, sma


class Cross(Strategy):
    fast = Param(10, 2, 50)
    slow = Param(30, 5, 200)

    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = sma(bars.close, self.fast), sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(10, stop_loss=bar.close * 0.97)
        elif self.position:
            self.close()


class SeesTomorrow(Cross):
    """Its fast average stands a bar too early: the classic mistake."""

    def prepare(self, bars: Bars) -> None:
        super().prepare(bars)
        self.quick = np.append(self.quick[1:], np.nan)


class Reaches(Cross):
    """Hides the prices and reads the next one."""

    def prepare(self, bars: Bars) -> None:
        super().prepare(bars)
        self._kept = tuple(bars.close.tolist())

    def on_bar(self, bar: Bar) -> None:
        if bar.index % 50 == 9 and self._kept[bar.index + 1] > bar.close:
            self.buy(1)


class KnowsTheWhole(Cross):
    """Scales prices by the highest of all of them."""

    def prepare(self, bars: Bars) -> None:
        super().prepare(bars)
        self.top = float(bars.close.max())

    def on_bar(self, bar: Bar) -> None:
        if bar.close > 0.9 * self.top:
            if not self.position:
                self.buy(1)
        elif self.position:
            self.close()


class Remembers(Cross):
    """A sum over all bars so far depends for ever on where the data begins."""

    def prepare(self, bars: Bars) -> None:
        super().prepare(bars)
        self.quick = np.cumsum(bars.close) / 100.0


class Still(Strategy):
    size = Param("none", choices=("none", "some"))


class Lucky(Strategy):
    """Gains with one value of its parameter alone."""

    magic = Param(20, 1, 100)

    def on_bar(self, bar: Bar) -> None:
        if bar.index == 1 and self.magic == 20:
            self.buy(100)


def rising(length: int = 400) -> Bars:
    """A market with a trend, so that there is something to gain."""
    market = random_bars(length, 3, spread=0.005)
    growth = np.exp(np.arange(length) * 0.004)
    columns = [np.round(getattr(market, name) * growth, 2) for name in ("open", "high", "low", "close")]
    top, bottom = np.maximum.reduce(columns), np.minimum.reduce(columns)
    return Bars("UP", market.time, columns[0], top, bottom, columns[3], market.volume)


def finding(strategy: type[Strategy], check: str, market: Bars, **terms: Any) -> Finding:
    (only,) = honesty(strategy, market, checks=(check,), **terms).findings
    assert only.check == check
    return only


def test_a_strategy_that_knows_the_past_alone_passes() -> None:
    found = finding(Cross, "look-ahead", random_bars(400, 4))
    assert found.verdict == "pass"
    assert found.figures["runs"] >= 10


def test_a_series_that_stands_a_bar_too_early_is_named() -> None:
    found = finding(SeesTomorrow, "look-ahead", random_bars(400, 4))
    assert found.verdict == "fail"
    assert "self.quick at bar" in found.says
    assert found.figures["bar"] == found.figures["data_ended_before_bar"] - 1
    assert found.figures["time"].endswith("Z")


def test_a_decision_that_rests_on_the_whole_is_found_without_any_series() -> None:
    found = finding(KnowsTheWhole, "look-ahead", rising())
    assert found.verdict == "fail"
    assert "the decision at bar" in found.says


def test_a_strategy_that_reads_beyond_the_end_is_found() -> None:
    found = finding(Reaches, "look-ahead", random_bars(400, 4))
    assert found.verdict == "fail"
    assert "fails when the data ends" in found.says


def test_a_strategy_that_never_asks_for_anything_is_not_proven() -> None:
    assert finding(Still, "look-ahead", random_bars(50)).verdict == "warn"


def test_windows_settle_and_sums_over_everything_never_do() -> None:
    market = random_bars(900, 4)
    calm = finding(Cross, "warm-up", market)
    assert calm.verdict == "pass"
    assert calm.figures["settled_after"] == {"quick": 50, "calm": 50}
    restless = finding(Remembers, "warm-up", market)
    assert restless.verdict == "warn"
    assert "self.quick still depends" in restless.says


def test_costs_say_how_much_the_gain_bears() -> None:
    market = rising()
    found = finding(Cross, "costs", market, fees=0.05)
    assert found.verdict == "pass"
    returns = [level["total_return"] for level in found.figures["levels"]]
    assert returns == sorted(returns, reverse=True)
    assert finding(Cross, "costs", market).verdict == "warn"
    assert "neither fees nor slippage" in finding(Cross, "costs", market).says
    assert finding(Still, "costs", market).verdict == "warn"


@pytest.mark.parametrize(
    "terms", [{"fees": fees.ibkr_tiered()}, {"fees": fees.india("delivery")}, {"slippage": slippage.fixed(0.01)}]
)
def test_dearer_fills_are_dearer_under_any_fee_model(terms: dict[str, Any]) -> None:
    levels = finding(Cross, "costs", rising(), **terms).figures["levels"]
    assert levels[-1]["total_return"] < levels[0]["total_return"]


def test_the_break_even_is_where_the_gain_ends() -> None:
    market = random_bars(400, 26)
    even = finding(Cross, "costs", market).figures["break_even_percent"]
    assert 0.0 < even < 0.5
    dearer = finding(Cross, "costs", market, fees=even).figures["levels"]
    assert abs(dearer[0]["total_return"]) < 1e-3


def test_a_peak_is_told_from_a_plateau() -> None:
    peak = finding(Lucky, "plateau", rising())
    assert peak.verdict == "fail"
    assert peak.figures["share_held"] == 0.0
    assert peak.figures["neighbours"] == 4
    flat = finding(Cross, "plateau", rising())
    assert flat.verdict == "pass"
    assert flat.figures["neighbours"] == 24
    assert finding(Still, "plateau", rising()).says == "there is no parameter to move"


def test_the_verdict_is_the_worst_and_all_of_it_is_json() -> None:
    told = honesty(SeesTomorrow(fast=5), rising(), fees=0.1)
    assert told.verdict == "fail"
    assert told.parameters == {"fast": 5, "slow": 30}
    assert [each.check for each in told.findings] == ["look-ahead", "warm-up", "costs", "plateau"]
    assert json.loads(json.dumps(told.as_dict()))["verdict"] == "fail"


@pytest.mark.parametrize("told", [{"checks": ("luck",)}, {"checks": ()}, {"time_limit": 0.0}])
def test_a_check_that_makes_no_sense_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        honesty(Cross, random_bars(200), **told)


class Pair(Strategy):
    """Buys the one that lags its average, of whichever instruments there are."""

    span = Param(20, 5, 50)
    late = 0

    def prepare(self, bars: Bars) -> None:
        self.calm = sma(bars.close, self.span)
        if bars.symbol == "B" and self.late:
            self.calm = np.append(self.calm[self.late :], np.full(self.late, np.nan))

    def on_bar(self, bar: Bar) -> None:
        if bar.close < self.calm[-1]:
            if not self.position:
                self.buy(10)
        elif self.position:
            self.close()


class PairThatPeeks(Pair):
    late = 1


SPLIT = {"B": [CorporateAction(date(1970, 5, 1), split=2.0, dividend=0.4)]}


@pytest.mark.parametrize("terms", [{}, {"actions": SPLIT}, {"actions": SPLIT, "adjust": "total"}, {"interest": 0.1}])
def test_several_instruments_and_what_is_booked_between_bars_are_checked_too(terms: dict[str, Any]) -> None:
    other = random_bars(400, 5, symbol="B")
    columns = (getattr(other, name)[40:] for name in ("time", "open", "high", "low", "close", "volume"))
    data = {"A": random_bars(400, 4, symbol="A"), "B": Bars("B", *columns)}
    fair = honesty(Pair, data, checks=("look-ahead", "warm-up"), **terms)
    assert [each.verdict for each in fair.findings] == ["pass", "pass"]
    assert fair.findings[1].figures["settled_after"] == {"calm of A": 50, "calm of B": 50}
    (foul,) = honesty(PairThatPeeks, data, checks=("look-ahead",), **terms).findings
    assert foul.verdict == "fail"
    assert "self.calm of B at bar" in foul.says
    assert foul.figures["bar"] == foul.figures["data_ended_before_bar"] - 1


def test_costs_and_plateau_of_several_instruments_are_those_of_their_runs_together() -> None:
    data = {"A": random_bars(200, 4, symbol="A"), "B": random_bars(200, 5, symbol="B")}
    costs, plateau = honesty(Pair, data, fees=0.05, checks=("costs", "plateau")).findings
    assert costs.figures["levels"][0]["total_return"] == pytest.approx(
        backtest(Pair, data, fees=0.05).metrics["total_return"], rel=1e-9
    )
    assert plateau.figures["neighbours"] == 4
