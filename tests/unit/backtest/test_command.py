from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from bidwell.app.cli import build
from bidwell.app.strategies import fee_named, strategy_in
from bidwell.model.errors import InvalidInput
from tests.unit.backtest.markets import random_bars
from tests.unit.backtest.test_run import frame

STRATEGY = """
from bidwell import Bar, Param, Strategy


class Buys(Strategy):
    size = Param(1, 1, 10)

    def on_bar(self, bar: Bar) -> None:
        if bar.index == 0:
            self.buy(self.size)
"""


def written(folder: Path, text: str = STRATEGY) -> Path:
    file = folder / "buys.py"
    file.write_text(text, "utf-8")
    frame().write_parquet(folder / "bars.parquet")
    return file


def test_the_command_runs_a_file_and_keeps_the_result(tmp_path: Path) -> None:
    file = written(tmp_path)
    command = [
        "backtest",
        str(file),
        "--data",
        str(tmp_path / "bars.parquet"),
        "--set",
        "size=4",
        "--out",
        str(tmp_path / "out"),
    ]
    done = CliRunner().invoke(build(), [*command, "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["metrics"]["fills"] == 1
    assert answer["identity"]["parameters"] == {"size": 4}
    kept = {path.name for path in (tmp_path / "out").iterdir()}
    assert kept == {"result.json", "tear_sheet.html", "equity.parquet", "orders.parquet", "fills.parquet",
                    "round_trips.parquet"}  # fmt: skip


def test_a_benchmark_and_csv_are_written_on_demand(tmp_path: Path) -> None:
    file = written(tmp_path)
    out = tmp_path / "out"
    command = ["backtest", str(file), "--data", str(tmp_path / "bars.parquet"), "--out", str(out), "--csv",
               "--benchmark", "first", "--json"]  # fmt: skip
    done = CliRunner().invoke(build(), command)
    assert done.exit_code == 0, done.output
    assert "beta" in json.loads(done.stdout)["metrics"]
    assert "bars, held" in (out / "tear_sheet.html").read_text()
    assert (out / "fills.csv").read_text().startswith("order,symbol,ts")


HOSTILE = """
import os
import signal

from bidwell import Bar, Strategy


class Hostile(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if bar.index == 2000:
            {deed}
"""


def hostile(folder: Path, deed: str, *options: str) -> Result:
    random_frame().write_parquet(folder / "many.parquet")
    file = folder / "hostile.py"
    file.write_text(HOSTILE.format(deed=deed))
    return CliRunner().invoke(
        build(), ["backtest", str(file), "--data", str(folder / "many.parquet"), *options, "--json"]
    )


def random_frame() -> pl.DataFrame:
    bars = random_bars(20_000)
    return pl.DataFrame({"ts": pl.Series(bars.time).cast(pl.Datetime("ns")), "open": bars.open, "high": bars.high,
                         "low": bars.low, "close": bars.close, "volume": bars.volume})  # fmt: skip


def test_ctrl_c_ends_a_run_between_two_bars_with_what_it_has(tmp_path: Path) -> None:
    done = hostile(tmp_path, "os.kill(os.getpid(), signal.SIGINT)", "--out", str(tmp_path / "out"))
    assert done.exit_code == 130, done.output
    told = json.loads(done.stdout[done.stdout.index("{") :])
    assert 2_000 < told["metrics"]["bars"] < 20_000
    assert "canceled after" in told["stopped"]
    assert len(pl.read_parquet(tmp_path / "out" / "equity.parquet")) == told["metrics"]["bars"]


def test_a_second_ctrl_c_ends_a_strategy_that_does_not_come_back(tmp_path: Path) -> None:
    done = hostile(tmp_path, "while True: os.kill(os.getpid(), signal.SIGINT)")
    assert isinstance(done.exception, InvalidInput)
    assert done.exception.code == "backtest.canceled"


@pytest.mark.parametrize(
    ("deed", "options", "code"),
    [
        ("while True: pass", ("--time-limit", "0.5"), "backtest.time_limit"),
        ("self.hoard = [bytearray(1 << 26) for _ in range(1000)]", ("--memory", "0.25"), "strategy.memory"),
        ("raise ValueError('no more')", (), "strategy.raised"),
    ],
)
def test_a_runaway_strategy_is_stopped_with_its_own_line(
    tmp_path: Path, deed: str, options: tuple[str, ...], code: str
) -> None:
    done = hostile(tmp_path, deed, *options)
    assert isinstance(done.exception, InvalidInput)
    assert done.exception.code == code
    assert "hostile.py:11: " in str(done.exception)


@pytest.mark.parametrize(
    ("text", "code"),
    [("x = 1\n", "strategy.class"), ("def\n", "strategy.syntax"), ("1 / 0\n", "strategy.raised"),
     (STRATEGY + "\n\nclass Other(Buys):\n    pass\n", "strategy.class")],
)  # fmt: skip
def test_a_file_without_one_strategy_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        strategy_in(written(tmp_path, text))
    assert refused.value.code == code


def test_a_file_is_taken_as_it_is_now_whatever_bytecode_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for name in ("Buys", "Sell"):
        file = written(tmp_path, STRATEGY.replace("Buys", name))
        os.utime(file, (1_700_000_000, 1_700_000_000))
        assert strategy_in(file).__name__ == name


def test_fees_are_named_or_percents() -> None:
    assert fee_named("ibkr_fixed").terms[0].unit == 0.005
    assert fee_named("india_futures").name == "india futures"
    assert fee_named("0.1").terms[0].taker == 0.001
    with pytest.raises(InvalidInput):
        fee_named("free")


def test_a_file_is_checked_from_the_command_line(tmp_path: Path) -> None:
    good = CliRunner().invoke(build(), ["strategy", "check", str(written(tmp_path)), "--json"])
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["strategies"][0]["parameters"][0]["high"] == 10
    bad = CliRunner().invoke(build(), ["strategy", "check", str(written(tmp_path, "import os\n" + STRATEGY))])
    assert bad.exit_code == 1
    assert "buys.py:1:1: error: a strategy may not import os [forbidden.import]" in bad.stdout


def test_a_template_becomes_a_file_of_ones_own_that_runs(tmp_path: Path) -> None:
    listed = json.loads(CliRunner().invoke(build(), ["strategy", "templates", "--json"]).stdout)["items"]
    assert len(listed) >= 10
    assert all(len(each["about"]) > 30 for each in listed)
    file = tmp_path / "mine.py"
    assert CliRunner().invoke(build(), ["strategy", "new", "breakout", str(file)]).exit_code == 0
    again = CliRunner().invoke(build(), ["strategy", "new", "breakout", str(file)])
    assert isinstance(again.exception, InvalidInput)
    unknown = CliRunner().invoke(build(), ["strategy", "new", "nothing"])
    assert isinstance(unknown.exception, InvalidInput)
    random_frame().write_parquet(tmp_path / "many.parquet")
    done = CliRunner().invoke(build(), ["backtest", str(file), "--data", str(tmp_path / "many.parquet"), "--json"])
    assert done.exit_code == 0, done.output
