"""Slippage worked by hand, at its boundaries. The sources stand beside each case."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import slippage
from bidwell.simulation.backtest.slippage import SlippageModel
from bidwell.simulation.research.sweep import sweep
from bidwell.strategy.bars import Bar
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import bars
from tests.unit.backtest.test_matching import FLAT, ran
from tests.unit.backtest.test_quotes import ticks


def paid(model: SlippageModel, quantity: float, *, volume: float = 1_000.0, **conditions: Any) -> tuple[float, float]:
    """What a market order pays and gets at 100."""
    acts = {0: lambda s: s.buy(quantity), 1: lambda s: s.close()}
    found = ran(bars(FLAT, FLAT, FLAT, volume=volume), acts, slippage=model, cash=1e9, **conditions).fills["price"]
    return float(found[0]), float(found[1])


@pytest.mark.parametrize(
    ("model", "bought", "sold"),
    [
        (slippage.none(), 100.0, 100.0),
        (slippage.fixed(0.25), 100.25, 99.75),
        (slippage.spread(0.25), 100.125, 99.875),
        (slippage.percent(0.05), 100.05, 99.95),
        # zipline's VolumeShareSlippage: price × (1 ± impact × share²), here a fifth of the volume, at most 2.5 % of it.
        (slippage.volume_share(0.1), 100.0 * (1 + 0.1 * 0.025**2), 100.0 * (1 - 0.1 * 0.025**2)),
        (slippage.volume_share(0.1, most=1.0), 100.4, 99.6),
        # The square-root law of impact (Torre and Ferrari, Barra 1997; Almgren and others, 2005).
        (slippage.square_root(0.1), 100.0 * (1 + 0.1 * math.sqrt(0.2)), 100.0 * (1 - 0.1 * math.sqrt(0.2))),
    ],
    ids=lambda each: each.name if isinstance(each, SlippageModel) else "",
)
def test_prices_move_against_the_order(model: SlippageModel, bought: float, sold: float) -> None:
    assert paid(model, 200.0) == pytest.approx((bought, sold))


def test_shares_of_the_volume_are_counted_up_to_all_of_it() -> None:
    assert paid(slippage.volume_share(0.1, most=1.0), 5_000.0)[0] == pytest.approx(110.0)
    assert paid(slippage.square_root(0.1), 1e6)[0] == pytest.approx(110.0)
    # Without volume the most is assumed, not the least.
    assert paid(slippage.square_root(0.1), 1.0, volume=0.0)[0] == pytest.approx(110.0)


def test_slippage_ends_on_the_tick_grid_against_the_order() -> None:
    assert paid(slippage.fixed(0.26), 1.0, tick_size=0.25) == (100.5, 99.5)
    assert paid(slippage.fixed(0.25), 1.0, tick_size=0.25) == (100.25, 99.75)


def test_a_price_never_slips_through_nothing() -> None:
    acts = {0: lambda s: s.sell(1)}
    found = ran(bars(FLAT, FLAT), acts, slippage=slippage.fixed(500.0)).fills["price"]
    assert found.to_list() == [1.0]


@pytest.mark.parametrize("make", [lambda: slippage.fixed(-1.0), lambda: slippage.percent(math.inf),
                                  lambda: slippage.volume_share(0.1, most=2.0), lambda: slippage.spread(math.nan)])  # fmt: skip
def test_slippage_that_makes_no_sense_is_refused(make: Any) -> None:
    with pytest.raises(InvalidInput):
        make()


class Taker(Strategy):
    size = Param(1, 1, 10)

    def on_bar(self, bar: Bar) -> None:
        if bar.index == 0:
            self.buy(self.size)


def test_a_sweep_under_conditions_that_cannot_be_compiled_runs_in_python() -> None:
    found = sweep(Taker, ticks((99.0, 101.0), (100.0, 102.0)), {"size": [2, 4]}, fill="quote", workers=1)
    np.testing.assert_allclose(sorted(found.table["final_equity"].to_numpy()), [100_000.0, 100_000.0])
    with pytest.raises(InvalidInput, match="quotes are met in Python"):
        sweep(Taker, ticks((99.0, 101.0), (100.0, 102.0)), {"size": [2]}, fill="quote", compile="always")
