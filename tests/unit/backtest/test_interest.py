"""Interest on idle cash: worked by hand, Actual/365 (Fixed), simple from bar to bar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtest.signals import Signals, Targets
from bidwell.simulation.backtest.weights import Weights
from bidwell.simulation.research.sweep import sweep
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import DAY
from tests.unit.backtest.test_contracts import Keeps, conserved, flat

pytestmark = pytest.mark.xdist_group("compiled")
DAILY = 0.365
"""A year's rate of a thousandth a day."""


class Once(Strategy):
    at = Param(1, 0, 100)
    size = Param(500, -1000, 1000)

    def on_bar(self, bar: Bar) -> None:
        if bar.index == self.at:
            if self.size > 0:
                self.buy(self.size)
            else:
                self.sell(-self.size)


@pytest.mark.parametrize("speed", ["never", "always"])
def test_idle_cash_earns_from_the_first_bar_on(speed: str) -> None:
    market = flat(100.0, 100.0, 100.0, 100.0, 100.0)
    result = backtest(Once(), market, cash_interest=DAILY, compile=speed)
    # Two days on all of it, the second one's interest on the first's too; then on what 500 shares at 100 leave.
    second = 100_000.0 * 1.001**2
    left = (second - 50_000.0) * 1.001
    assert result.equity.tolist() == pytest.approx(
        [100_000.0, 100_100.0, second, left + 50_000.0, left * 1.001 + 50_000.0]
    )
    assert backtest(Once(), market, compile=speed).final_equity == 100_000.0
    assert result.identity["conditions"]["cash_interest"] == DAILY


@pytest.mark.parametrize("speed", ["never", "always"])
def test_what_secures_a_short_position_earns_nothing(speed: str) -> None:
    result = backtest(Once(size=-500), flat(*[100.0] * 4), cash_interest=DAILY, compile=speed)
    second = 100_000.0 * 1.001**2
    assert result.final_equity == pytest.approx(second * 1.001)


@pytest.mark.parametrize("speed", ["never", "always"])
def test_what_is_owed_earns_nothing_and_what_is_idle_costs_nothing(speed: str) -> None:
    terms: dict[str, Any] = {"interest": DAILY, "leverage": 2.0, "compile": speed}
    owed = backtest(Once(at=0, size=1000), flat(*[100.0, 150.0, 150.0, 150.0]), cash_interest=0.5, **terms)
    none = backtest(Once(at=0, size=1000), flat(*[100.0, 150.0, 150.0, 150.0]), **terms)
    # Between the first two bars 100,000 lay idle for a day.
    day = 100_000.0 * 0.5 / 365
    assert owed.final_equity - none.final_equity == pytest.approx(day * 1.001**2)


def test_several_instruments_earn_once() -> None:
    data = {symbol: flat(*[100.0] * 3, symbol=symbol) for symbol in ("X", "Y", "Z")}
    result = backtest(Keeps({("Y", 0): lambda s: s.sell(100)}), data, cash_interest=DAILY)
    assert result.final_equity == pytest.approx(100_100.0 * 1.001)


def test_the_ledger_says_what_was_earned() -> None:
    result = backtest(Keeps({}), {"X": flat(*[100.0] * 3)}, cash_interest=DAILY, currency="USD",
                      actions={"X": [CorporateAction(date(1970, 1, 3), split=2.0)]})  # fmt: skip
    assert result.ledger.select("kind", "amount").rows() == [
        ("interest", pytest.approx(100.0)),
        ("interest", pytest.approx(100.1)),
    ]
    assert conserved(result, 100_000.0) == pytest.approx(result.final_equity)


@pytest.mark.parametrize("speed", ["never", "always"])
def test_bars_before_1970_bear_interest_too(speed: str) -> None:
    market = flat(*[100.0] * 4)
    before: Bars = replace(market, time=market.time - 4_000 * DAY)
    terms: dict[str, Any] = {"cash_interest": DAILY, "borrow": 0.1, "compile": speed}
    assert (
        backtest(Once(size=-500), before, **terms).final_equity
        == backtest(Once(size=-500), market, **terms).final_equity
    )


def test_arrays_earn_as_code_does_and_a_matrix_of_weights_says_that_it_cannot() -> None:
    market = flat(*[100.0] * 6)
    entries = np.array([False, True, False, False, False, False])
    by_code = backtest(Once(), market, cash_interest=DAILY, compile="never")
    arrays = backtest(Signals(entries, ~entries & False, quantity=500), market, cash_interest=DAILY, compile="always")
    assert arrays.equity.tolist() == by_code.equity.tolist()
    still = backtest(Targets(np.full(6, np.nan)), market, cash_interest=DAILY, compile="always")
    assert still.final_equity == pytest.approx(100_000.0 * 1.001**5)
    with pytest.raises(InvalidInput, match="no participation, borrow, interest"):
        backtest(Weights(np.zeros((6, 1))), market, cash_interest=DAILY)


@pytest.mark.parametrize("speed", ["never", "always"])
def test_a_sweep_earns_as_its_runs_do(speed: str) -> None:
    market = flat(*[100.0] * 6)
    found = sweep(Once, market, {"at": [0, 1, 3, 50]}, cash_interest=DAILY, compile=speed)
    alone = [backtest(Once(at=at), market, cash_interest=DAILY, compile="never").final_equity for at in (0, 1, 3, 50)]
    assert found.table.sort("at")["final_equity"].to_list() == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("rate", [-0.01, float("nan"), float("inf")])
def test_a_rate_that_makes_no_sense_is_refused(rate: float) -> None:
    with pytest.raises(InvalidInput) as refused:
        backtest(Once(), flat(100.0), cash_interest=rate)
    assert (refused.value.code, refused.value.field) == ("backtest.cash_interest", "cash_interest")
