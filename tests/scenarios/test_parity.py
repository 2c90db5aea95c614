"""One strategy on the kernel, on the engine in simulation, and on the paper broker over its socket."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from bidwell.app.cli import build
from bidwell.app.parity.comparing import Code, compare
from bidwell.app.parity.desks import run_simulated
from bidwell.app.parity.kernel import run_kernel
from bidwell.app.parity.records import Deal, Key, Record, Refusal
from bidwell.app.parity.run import parity
from bidwell.app.parity.setting import Setting, setting_of
from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import Bar
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from bidwell.strategy.templates.averages_cross import AveragesCross
from bidwell.strategy.templates.breakout import Breakout
from bidwell.strategy.templates.grid import Grid
from bidwell.strategy.templates.rsi_reversion import RsiReversion
from bidwell.strategy.trading import StrategyFill
from tests.unit.backtest.markets import DAY, MINUTE, random_bars

TEMPLATES: dict[str, tuple[type[Strategy], dict[str, object]]] = {
    "cross": (AveragesCross, {"fast": 5, "slow": 12, "stop_percent": 3.0}),
    "reversion": (RsiReversion, {"length": 4, "trend": 20, "oversold": 40.0}),
    "breakout": (Breakout, {"length": 10, "range_length": 5, "distance": 2.0}),
}


def setting(strategy: type[Strategy], parameters: dict[str, object], seed: int, *, length: int = 120, step: int = DAY,
            leverage: float = 1.0) -> Setting:  # fmt: skip
    market = random_bars(length, seed, spread=0.012, step=step)
    return setting_of(strategy, parameters, {"X": market}, fee=0.1, leverage=leverage)


@pytest.mark.parametrize("name", ["cross", "reversion"])
def test_a_template_does_the_same_on_kernel_engine_and_paper(name: str) -> None:
    template, parameters = TEMPLATES[name]
    outcome = parity(setting(template, parameters, 2, length=90))
    assert [each.name for each in outcome.comparisons] == ["simulation", "paper"]
    for each in outcome.comparisons:
        assert each.differences == ()
        assert each.fills == outcome.kernel.fills > 0
        assert each.equity_error <= 1e-9
    assert outcome.identical


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_templates_do_the_same_on_kernel_and_engine(name: str, seed: int) -> None:
    template, parameters = TEMPLATES[name]
    outcome = parity(setting(template, parameters, seed), paper=False)
    assert outcome.comparisons[0].differences == ()
    assert outcome.kernel.fills > 0


def test_a_grid_of_limits_that_works_with_its_fills_does_the_same() -> None:
    outcome = parity(setting(Grid, {}, 6, length=200, leverage=4.0), paper=False)
    assert outcome.comparisons[0].differences == ()
    assert outcome.kernel.fills > 15


class Wild(Strategy):
    """Every kind of order, so that runs must differ."""

    seed = Param(1, 0, 1000)

    def on_bar(self, bar: Bar) -> None:
        if bar.index == 0:
            self.rng = np.random.default_rng(self.seed)
        turn, size = int(self.rng.integers(0, 18)), float(self.rng.integers(10, 120))
        if turn == 0:
            self.buy(size, limit=bar.close * 0.99, take_profit=bar.close * 1.03)
        elif turn == 1:
            self.buy(percent=30, stop_loss=bar.close * 0.97, take_profit=bar.close * 1.02)
        elif turn == 2:
            self.sell(size, stop=bar.low * 0.995)
        elif turn == 3:
            self.oco(self.buy(size, stop=bar.high * 1.005), self.buy(size, limit=bar.low * 0.995))
        elif turn == 4:
            self.close()
        elif turn == 5:
            self.order_target_percent(-20)
        elif turn == 6:
            self.buy(risk=300, stop_loss=bar.close * 0.98)
        elif turn == 7:
            self.cancel_all()
        elif turn == 8:
            self.buy(notional=4000, stop=bar.high, limit=bar.high * 1.01, time_in_force="DAY")
        elif turn == 9:
            self.sell(size, trail_percent=1.5)
        elif turn == 10:
            self.buy(1e9)
        elif turn == 11:
            self.buy(size, limit=-1.0)
        elif turn == 12:
            self.close(50, limit=bar.close * 1.01)


@pytest.mark.parametrize("seed", range(1, 7))
def test_every_difference_has_a_reason_and_the_runs_are_repeatable(seed: int) -> None:
    wild = setting(Wild, {"seed": seed}, seed, step=DAY if seed % 2 else 30 * MINUTE, leverage=2.0)
    kernel, other = run_kernel(wild), run_simulated(wild)
    found = compare(kernel, other)
    assert found.differences
    assert {each.code for each in found.differences} <= set(Code)
    assert "other" not in set(Code)
    assert found == compare(kernel, run_simulated(wild))


class Hears(Strategy):
    """Works with fills: a target for each, and its own stop linked to it."""

    def on_bar(self, bar: Bar) -> None:
        if bar.index % 10 == 3 and not self.position:
            self.buy(50)

    def on_fill(self, fill: StrategyFill) -> None:
        if fill.quantity > 0:
            self.oco(
                self.sell(fill.quantity, limit=fill.price * 1.01), self.sell(fill.quantity, stop=fill.price * 0.99)
            )


def test_a_strategy_that_hears_fills_and_links_orders_does_the_same() -> None:
    outcome = parity(setting(Hears, {}, 7), paper=False)
    assert outcome.kernel.fills > 10
    assert outcome.comparisons[0].differences == ()


def test_recorded_prices_do_the_same_on_kernel_and_engine() -> None:
    path = (
        Path(__file__).resolve().parents[3] / "shared/data/equity_us/daily/stockindicators_MSFT_daily_1990_2022.parquet"
    )
    if not path.exists():
        pytest.skip("the recorded market data is not here")
    from bidwell.simulation.backtest.readings import bars_of  # noqa: PLC0415 - only with data

    made = setting_of(AveragesCross, {"fast": 10, "slow": 30}, bars_of(path), fee=0.05, newest=400)
    outcome = parity(made, paper=False)
    assert outcome.comparisons[0].differences == ()
    assert outcome.kernel.fills > 5


# --- what comparing says, on records that were changed by hand ---


@pytest.fixture(scope="module")
def record() -> Record:
    return run_kernel(setting(AveragesCross, TEMPLATES["cross"][1], 2, length=90))


def changed(record: Record, key: Key, *, deals: list[Deal] | None = None, fee: float | None = None) -> Record:
    other = deepcopy(record)
    other.name = "other"
    order = other.orders[key]
    order.deals = order.deals if deals is None else deals
    order.fee = order.fee if fee is None else fee
    return other


def first_filled(record: Record) -> tuple[Key, Deal]:
    key = min(key for key, order in record.orders.items() if order.deals and key.leg == "entry")
    return key, record.orders[key].deals[0]


def test_a_record_is_identical_to_itself(record: Record) -> None:
    assert compare(record, deepcopy(record)).identical


@pytest.mark.parametrize(
    ("by", "code"),
    [((0, 0, 1), Code.ROUNDING), ((0, 1, 0), Code.ROUNDING), ((0, 40, 0), Code.SIZE), ((0, 0, 9), Code.PATH),
     ((1, 0, 0), Code.TIMING)],
)  # fmt: skip
def test_a_fill_that_differs_says_how(record: Record, by: tuple[int, int, int], code: Code) -> None:
    key, deal = first_filled(record)
    moved = Deal(deal.bar + by[0], deal.lots + by[1], deal.ticks + by[2])
    (found,) = compare(record, changed(record, key, deals=[moved])).differences
    assert (found.code, found.bar) == (code, key.bar)


def test_orders_that_only_one_run_has_say_why(record: Record) -> None:
    key, _ = first_filled(record)
    gone = deepcopy(record)
    del gone.orders[key]
    assert compare(record, gone).differences[0].code is Code.DECISION
    gone.refusals[key] = Refusal("denied_by_rule", "max_position: too much")
    assert compare(record, gone).differences[0].code is Code.DENIED
    assert "max_position" in compare(record, gone).differences[0].what
    extra = deepcopy(record)
    extra.orders[Key(key.bar, 7)] = deepcopy(extra.orders[key])
    assert [each.code for each in compare(record, extra).differences] == [Code.DECISION]


def test_fees_and_equity_that_differ_are_differences(record: Record) -> None:
    key, _ = first_filled(record)
    assert [each.code for each in compare(record, changed(record, key, fee=99.0)).differences] == [Code.FEE]
    worth = deepcopy(record)
    worth.equity[50:] *= 1.0 + 3e-9
    (found,) = compare(record, worth).differences
    assert (found.code, found.bar) == (Code.WORTH, 50)
    near = replace(deepcopy(record), equity=record.equity * (1.0 + 1e-12))
    assert compare(record, near).identical


# --- the command ---


STRATEGY = """
from bidwell import Bar, Strategy


class Turns(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if bar.index % 7 == 1:
            self.buy(10)
        elif bar.index % 7 == 5:
            self.close()
"""


def written(folder: Path) -> list[str]:
    (folder / "turns.py").write_text(STRATEGY, "utf-8")
    market = random_bars(40, 1)
    pl.DataFrame({
        "ts": pl.Series(market.time).cast(pl.Datetime("ns")), "open": market.open, "high": market.high,
        "low": market.low, "close": market.close, "volume": market.volume,
    }).write_parquet(folder / "x.parquet")  # fmt: skip
    return ["parity", str(folder / "turns.py"), "--data", str(folder / "x.parquet")]


def test_the_command_says_what_was_compared(tmp_path: Path) -> None:
    done = CliRunner().invoke(build(), [*written(tmp_path), "--fee", "0.1", "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["identical"]
    assert [each["name"] for each in answer["runs"]] == ["simulation", "paper"]
    assert answer["runs"][0]["paired"] == answer["kernel"]["orders"] == 11
    shown = CliRunner().invoke(build(), [*written(tmp_path), "--no-paper", "--bars", "20"])
    assert "simulation: identical" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--bars", "1"], "parity.bars"), (["--lot", "0"], "parity.lot"), (["--tick", "x"], "parity.tick"),
     (["--set", "size=3"], "strategy.parameter_unknown"), (["--fee", "-1"], "parity.fee")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(tmp_path: Path, arguments: list[str], code: str) -> None:
    done = CliRunner().invoke(build(), [*written(tmp_path), *arguments])
    assert isinstance(done.exception, InvalidInput)
    assert done.exception.code == code


def test_parity_runs_one_instrument() -> None:
    two = {name: random_bars(20, 1, symbol=name) for name in ("A", "B")}
    with pytest.raises(InvalidInput, match="one instrument"):
        setting_of(AveragesCross, {}, two)
