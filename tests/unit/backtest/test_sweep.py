from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.model.errors import BidwellError, InvalidInput
from bidwell.simulation.backtest.dependence import dependences
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.research.space import Span, read_axis, space_of
from bidwell.simulation.research.sweep import sweep
from bidwell.simulation.research.sweep_result import SweepResult
from bidwell.simulation.research.trials import METRICS
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars, sma
from tests.unit.backtest.test_contracts import es, instrument


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


class Fussy(Cross):
    """Fails for some of its values, as strategies do; compiled, it is the same code as the other."""

    def prepare(self, bars: Bars) -> None:
        if self.fast % 2:
            raise ValueError(f"no odd length such as {self.fast}")
        super().prepare(bars)


BEHIND = {"quick": "fast", "calm": "slow", "count": "fast"}
GRID: dict[str, list[float]] = {"fast": [3, 5, 8], "slow": [20, 40], "size": [5.0, 25.0]}


def alike(first: SweepResult, second: SweepResult) -> None:
    assert first.table.select(*GRID, "fills", "final_equity").equals(
        second.table.select(*GRID, "fills", "final_equity")
    )
    for name in METRICS:
        np.testing.assert_allclose(first.columns[name], second.columns[name], rtol=1e-9, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(first.rows, second.rows, rtol=1e-7, atol=1e-14)


def test_fields_are_known_by_the_parameters_behind_them() -> None:
    assert dependences(Cross) == {name: frozenset([behind]) for name, behind in BEHIND.items()}


def test_a_compiled_sweep_gives_what_single_runs_give() -> None:
    market = random_bars(600, 4)
    fast = sweep(Cross, market, GRID, fees=0.1, compile="always")
    slow = sweep(Cross, market, GRID, fees=0.1, compile="never")
    assert (fast.speed, slow.speed) == ("compiled", "python")
    alike(fast, slow)
    assert len(fast) == 12
    assert fast.table["fills"].sum() > 0


def test_a_row_is_what_a_backtest_says() -> None:
    market = random_bars(600, 4)
    found = sweep(Cross, market, GRID, fees=0.1, compile="never")
    result = backtest(Cross(**found.best), market, fees=0.1, compile="never")
    assert found.best_metrics["final_equity"] == result.final_equity
    assert found.best_metrics["max_drawdown"] == pytest.approx(result.metrics["max_drawdown"], rel=1e-12)
    daily = found.best_metrics["sharpe"] / np.sqrt(365.25)
    assert daily == pytest.approx(result.returns.mean() / result.returns.std(ddof=1), rel=1e-9)
    away = result.returns - result.returns.mean()
    assert found.best_metrics["skew"] == pytest.approx((away**3).mean() / result.returns.std() ** 3, rel=1e-9)
    assert found.best_metrics["kurtosis"] == pytest.approx((away**4).mean() / result.returns.std() ** 4, rel=1e-9)


@pytest.mark.parametrize("compile_", ["always", "never"])
def test_a_trial_that_fails_says_why_and_stops_no_other(compile_: str) -> None:
    found = sweep(Fussy, random_bars(200), {"fast": range(2, 8)}, compile=compile_)
    errors = dict(zip(found.table["fast"], found.table["error"], strict=True))
    assert [length for length, error in errors.items() if error] == [3, 5, 7]
    assert "no odd length such as 3 at" in str(errors[3])
    assert "test_sweep.py" in str(errors[3])
    assert found.table["sharpe"].null_count() == 3
    assert found.best["fast"] in {2, 4, 6}


def test_a_sweep_of_which_every_trial_fails_is_an_error() -> None:
    with pytest.raises(InvalidInput, match=r"every trial failed.*no odd length"):
        sweep(Fussy, random_bars(50), {"fast": [3, 5]})


@pytest.mark.parametrize("grid", [{"quick": [1]}, {"fast": [1]}, {"fast": []}, {}, {"size": Span(1.0, 9.0)}])
def test_a_grid_out_of_range_is_refused(grid: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        sweep(Cross, random_bars(50), grid)


@pytest.mark.parametrize(
    "told",
    [{"search": "luck"}, {"objective": "fun"}, {"workers": 0}, {"trials": 0}, {"trials": 3}, {"compile": "now"},
     {"cluster": "tcp://127.0.0.1:1"}],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused(told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidwell.simulation.research.cluster.CONNECT", 0.5)
    with pytest.raises(BidwellError):
        sweep(Cross, random_bars(50), GRID, **told)


def test_spans_hold_both_ends_and_keep_to_the_type() -> None:
    known = Cross.parameters
    space = space_of(Cross, {"fast": Span(5, 15, 5), "size": Span(1.0, 2.0, 0.25), "slow": 30})
    assert [axis.values for axis in space.axes] == [(5, 10, 15), (1.0, 1.25, 1.5, 1.75, 2.0), (30,)]
    assert read_axis(known["fast"], "5:50:5") == Span(5.0, 50.0, 5.0)
    assert read_axis(known["fast"], "5,7") == [5, 7]
    for text in ("5:", "5:x", "1:2:3:4"):
        with pytest.raises(InvalidInput):
            read_axis(known["fast"], text)
    for bad in (Span(5, 2), Span(5, 9, 0), Span(5, 9.5), Span(0, 10)):
        with pytest.raises(InvalidInput):
            space_of(Cross, {"fast": bad})


def test_a_random_search_is_the_same_for_a_seed_and_never_tries_twice() -> None:
    market = random_bars(100)
    space = {"fast": range(2, 20), "size": Span(1.0, 100.0, log=True)}
    one, other = (sweep(Cross, market, space, search="random", trials=12, seed=3) for _ in range(2))
    assert one.combinations == other.combinations
    assert len(set(one.combinations)) == 12
    assert sweep(Cross, market, space, search="random", trials=12, seed=4).combinations != one.combinations
    assert len(sweep(Cross, market, {"fast": [2, 3]}, search="random")) == 2


def test_optuna_finds_the_better_half_of_a_space() -> None:
    market = random_bars(300, 4)
    space = {"fast": range(2, 40), "slow": range(20, 120)}
    found = sweep(Cross, market, space, search="optuna", trials=32, seed=1, objective="total_return")
    again = sweep(Cross, market, space, search="optuna", trials=32, seed=1, objective="total_return")
    assert found.combinations == again.combinations
    first, second = found.columns["total_return"][:16], found.columns["total_return"][16:]
    assert np.nanmean(second) > np.nanmean(first)


def test_a_search_goes_on_from_its_file(tmp_path: Path) -> None:
    market, file = random_bars(200, 4), tmp_path / "trials.jsonl"
    seen: list[int] = []

    def stop_at_five() -> bool:
        return bool(seen) and seen[-1] >= 5

    with pytest.raises(InvalidInput, match="canceled after 5 of 12 trials"):
        sweep(Cross, market, GRID, compile="never", workers=1, keep=file, canceled=stop_at_five,
              progress=lambda done, _: seen.append(done))  # fmt: skip
    assert len(file.read_text().splitlines()) == 6
    with file.open("a") as cut_off:
        cut_off.write('{"values": [3, 20')
    rest: list[int] = []
    whole = sweep(Cross, market, GRID, compile="never", workers=1, keep=file,
                  progress=lambda done, _: rest.append(done))  # fmt: skip
    assert rest == list(range(5, 13))
    alike(whole, sweep(Cross, market, GRID, compile="never"))
    assert len(file.read_text().splitlines()) == 13
    with pytest.raises(InvalidInput, match="holds a search with other conditions"):
        sweep(Cross, market, GRID, compile="never", keep=file, fees=0.1)
    with pytest.raises(InvalidInput, match="holds a search with other data"):
        sweep(Cross, random_bars(201, 4), GRID, compile="never", keep=file)
    file.write_text("a diary\n")
    with pytest.raises(InvalidInput, match="is no file of a search"):
        sweep(Cross, market, GRID, compile="never", keep=file)


def test_worker_processes_give_the_same_table_and_the_same_errors() -> None:
    market, space = random_bars(200, 4), {**GRID, "fast": [2, 3, 8]}
    pool, here = (sweep(Fussy, market, space, fees=0.1, compile="never", workers=count) for count in (2, 1))
    assert pool.combinations == here.combinations
    np.testing.assert_array_equal(pool.rows, here.rows)
    assert [bool(error) for error in pool.errors] == [False] * 4 + [True] * 4 + [False] * 4
    assert "test_sweep.py" in pool.errors[4]


SCRIPT = """
import os, sys
import numpy as np
from bidwell import Bar, Bars, Param, Strategy, sweep
from bidwell.model.errors import InvalidInput
from tests.unit.backtest.markets import random_bars

class Mine(Strategy):
    size = Param(1, 1, 10)
    deadly = Param(False)
    def on_bar(self, bar: Bar) -> None:
        print("talks")
        if self.deadly:
            os._exit(7)
        if bar.index % 7 == 3:
            self.buy(self.size)

fills = sweep(Mine, random_bars(60), {"size": range(1, 5)}, compile="never", workers=2).table["fills"].to_list()
try:
    sweep(Mine, random_bars(60), {"size": range(1, 5), "deadly": [True]}, compile="never", workers=2)
except InvalidInput as error:
    sys.stderr.write(f"{error}; {fills}")
"""


def test_a_script_needs_no_guard_and_a_worker_that_dies_is_an_error(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(SCRIPT)
    root = Path(__file__).parents[3]
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(root)!r}); exec(open({str(script)!r}).read())",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stderr.endswith("[8, 8, 8, 8]"), done.stderr
    assert "a worker process ended with status 7" in done.stderr
    assert "talks" not in done.stdout


def test_a_table_is_kept_in_any_form(tmp_path: Path) -> None:
    found = sweep(Cross, random_bars(300, 4), GRID, fees=0.1)
    for suffix in ("parquet", "csv", "json", "svg", "html"):
        found.save(tmp_path / f"table.{suffix}")
    assert pl.read_parquet(tmp_path / "table.parquet").equals(found.table)
    assert pl.read_csv(tmp_path / "table.csv")["fast"].to_list() == found.table["fast"].to_list()
    told = json.loads((tmp_path / "table.json").read_text())
    assert told["trials"] == len(told["table"]) == 12
    assert told["best"] == found.best
    page = (tmp_path / "table.html").read_text()
    assert page.count("<rect ") > 6
    assert "default-src 'none'" in page
    with pytest.raises(InvalidInput):
        found.save(tmp_path / "table.docx")


def test_a_heat_map_has_the_best_of_each_cell() -> None:
    found = sweep(Cross, random_bars(300, 4), GRID, fees=0.1)
    heat = found.heat_map("fast", "slow")
    assert (heat.x, heat.y, heat.values.shape) == ((3, 5, 8), (20, 40), (2, 3))
    best = found.table.group_by("fast", "slow").agg(pl.col("sharpe").max())
    for fast, slow, value in best.iter_rows():
        assert heat.values[heat.y.index(slow), heat.x.index(fast)] == value
    row, column = heat.best
    assert (heat.x[column], heat.y[row]) == (found.best["fast"], found.best["slow"])
    assert found.heat_map("size").y_name == "fast"
    with pytest.raises(InvalidInput):
        found.heat_map("speed")


def test_what_a_backtest_knows_of_instruments_a_sweep_knows_too() -> None:
    market = random_bars(200, 4)
    share = instrument("X", multiplier=Decimal(5), lot_size=Decimal(2))
    for compile_ in ("never", "always"):
        found = sweep(Cross, market, GRID, compile=compile_, instruments=iter([share]), leverage=5.0)
        result = backtest(Cross(**found.best), market, instruments=[share], leverage=5.0)
        assert found.best_metrics["final_equity"] == pytest.approx(result.final_equity, rel=1e-12)
    plain = sweep(Cross, market, GRID, compile="never", leverage=5.0)
    assert plain.best_metrics["final_equity"] != found.best_metrics["final_equity"]


def test_what_needs_a_ledger_runs_in_python_and_says_so() -> None:
    market = random_bars(200, 4, symbol="ES")
    told: dict[str, Any] = {"instruments": [es()], "cash": 1_000_000.0}
    found = sweep(Cross, market, {"fast": [3, 5], "slow": [20]}, **told)
    assert (found.speed, found.why) == ("python", "futures are settled in Python")
    assert found.best_metrics["final_equity"] == backtest(Cross(**found.best), market, **told).final_equity
    with pytest.raises(InvalidInput, match="the runs cannot be compiled"):
        sweep(Cross, market, {"fast": [3]}, compile="always", **told)


def test_several_instruments_run_in_python() -> None:
    market = {symbol: random_bars(150, seed, symbol=symbol) for symbol, seed in (("A", 1), ("B", 2))}
    found = sweep(Cross, market, {"fast": [3, 5], "slow": [20]}, fees=0.1)
    assert (found.speed, found.why) == ("python", "several instruments run in Python")
    assert found.best_metrics["final_equity"] == backtest(Cross(**found.best), market, fees=0.1).final_equity


class Hoards(Cross):
    """Keeps all prices where a series would show the past alone."""

    def prepare(self, bars: Bars) -> None:
        super().prepare(bars)
        self.all = bars.close.tolist()


@pytest.mark.parametrize("compile_", ["auto", "never"])
def test_what_a_backtest_refuses_a_sweep_refuses(compile_: str) -> None:
    with pytest.raises(InvalidInput, match=r"every trial failed.*the later ones too"):
        sweep(Hoards, random_bars(100), {"fast": [3, 5]}, compile=compile_)
