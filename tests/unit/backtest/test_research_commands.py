from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from bidwell.app.cli import build
from bidwell.model.errors import InvalidInput
from tests.unit.backtest.markets import random_bars

STRATEGY = """
import numpy as np
from bidwell import Bar, Bars, Param, Strategy, indicators


class Cross(Strategy):
    fast = Param(5, 2, 50, step=5)
    slow = Param(30, 5, 200, step=30)

    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = indicators.sma(bars.close, self.fast), indicators.sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(10)
        elif self.position:
            self.close()
"""
CHEAT = STRATEGY.replace("self.quick, self.calm", "self.late = np.roll(bars.close, -1)\n        self.quick, self.calm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    market = random_bars(500, 4)
    columns = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
    frame = pl.DataFrame({"ts": pl.Series(market.time).cast(pl.Datetime("ns")), **columns})
    frame.write_parquet(tmp_path / "bars.parquet")
    (tmp_path / "cross.py").write_text(STRATEGY)
    (tmp_path / "cheat.py").write_text(CHEAT)
    return tmp_path


def run(folder: Path, command: str, file: str, *more: str) -> Result:
    told = [command, str(folder / file), "--data", str(folder / "bars.parquet"), *more]
    return CliRunner().invoke(build(), told)


def answer(done: Result, status: int = 0) -> dict[str, Any]:
    assert done.exit_code == status, done.output
    told: dict[str, Any] = json.loads(done.stdout, parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))
    return told


def test_sweep_tells_the_table_and_keeps_it(folder: Path) -> None:
    done = run(folder, "sweep", "cross.py", "--set", "fast=5:20:5", "--set", "slow=30,60", "--fee", "0.1",
               "--out", str(folder / "t.csv"), "--out", str(folder / "t.html"), "--keep", str(folder / "k.jsonl"), "--json")  # fmt: skip
    told = answer(done)
    assert told["trials"] == 8
    assert {row["fast"] for row in told["table"]} == {5, 10, 15, 20}
    assert told["best"] == {name: max(told["table"], key=lambda row: row["sharpe"])[name] for name in ("fast", "slow")}
    assert 0.0 <= told["probability_of_overfitting"] <= 1.0
    assert len(pl.read_csv(folder / "t.csv")) == 8
    assert len((folder / "k.jsonl").read_text().splitlines()) == 9
    assert "<svg" in (folder / "t.html").read_text()


def test_sweep_draws_the_best_rows_for_people(folder: Path) -> None:
    done = run(folder, "sweep", "cross.py", "--search", "random", "--trials", "6")
    assert done.exit_code == 0, done.output
    assert "6 trials, the best 6 by sharpe" in done.stdout
    assert "overfitting:" in done.stdout


def test_walk_forward_tells_its_windows(folder: Path) -> None:
    more = ["--train", "200", "--test", "100", "--set", "fast=5,10", "--set", "slow=30"]
    told = answer(run(folder, "walk-forward", "cross.py", *more, "--out", str(folder / "w.json"), "--json"))
    assert len(told["windows"]) == 3
    assert len(told["equity"]) == 300
    assert json.loads((folder / "w.json").read_text()) == told
    drawn = run(folder, "walk-forward", "cross.py", *more, "--anchored")
    assert "of 3 windows gained" in drawn.stdout


def test_honesty_exits_1_where_a_check_fails(folder: Path) -> None:
    fair = answer(run(folder, "honesty", "cross.py", "--check", "look-ahead", "--json"))
    assert fair["verdict"] == "pass"
    foul = answer(run(folder, "honesty", "cheat.py", "--json"), 1)
    assert foul["verdict"] == "fail"
    assert "self.late" in foul["findings"][0]["says"]
    drawn = run(folder, "honesty", "cheat.py", "--check", "look-ahead")
    assert drawn.exit_code == 1
    assert "do not trade on this backtest" in drawn.stdout


def test_searches_and_checks_take_several_instruments_under_the_conditions_of_a_run(folder: Path) -> None:
    pl.read_parquet(folder / "bars.parquet").write_parquet(folder / "other.parquet")
    (folder / "actions.csv").write_text("symbol,date,split,dividend\nother,1970-06-01,,0.5\n")
    both = ["--data", str(folder / "other.parquet"), "--actions", str(folder / "actions.csv"), "--fee", "per_order:1",
            "--slippage", "fixed:0.01", "--interest", "0.05", "--borrow", "other=0.02", "--json"]  # fmt: skip
    tried = answer(run(folder, "sweep", "cross.py", "--set", "fast=5,10", "--set", "slow=30", *both))
    conditions = tried["identity"]["conditions"]
    assert (conditions["interest"], conditions["slippage"]["amount"]) == (0.05, 0.01)
    assert tried["identity"]["circumstances"]["actions"]["other"] == [["1970-06-01", 1.0, 0.5]]
    walked = ["--train", "200", "--test", "100", "--set", "fast=5", "--set", "slow=30", *both]
    assert len(answer(run(folder, "walk-forward", "cross.py", *walked))["windows"]) == 3
    checked = answer(run(folder, "honesty", "cross.py", "--check", "look-ahead", "--check", "warm-up", *both))
    assert set(checked["findings"][1]["figures"]["settled_after"]) == {
        f"{name} of {symbol}" for name in ("quick", "calm") for symbol in ("bars", "other")
    }


@pytest.mark.parametrize("draw", ["trips", "shuffle", "returns"])
def test_odds_resample_a_stored_backtest(folder: Path, draw: str) -> None:
    assert run(folder, "backtest", "cross.py", "--out", str(folder / "run"), "--json").exit_code == 0
    told = answer(CliRunner().invoke(build(), ["odds", str(folder / "run"), "--draw", draw, "--runs", "50", "--json"]))
    assert told["runs"] == 50
    assert "end below the starting cash" in CliRunner().invoke(build(), ["odds", str(folder / "run")]).stdout


def test_what_cannot_be_is_refused(folder: Path) -> None:
    for command in (["odds", str(folder), "--draw", "luck"], ["sweep", str(folder / "cross.py"), "--data", "x.csv"]):
        assert CliRunner().invoke(build(), command).exit_code == 1
    done = run(folder, "sweep", "cross.py", "--set", "fats=1")
    assert isinstance(done.exception, InvalidInput)
