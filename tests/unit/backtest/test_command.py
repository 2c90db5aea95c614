from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bidwell.app.cli import build
from bidwell.app.strategies import fee_named, strategy_in
from bidwell.model.errors import InvalidInput
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


@pytest.mark.parametrize(
    ("text", "code"),
    [("x = 1\n", "strategy.class"), ("def\n", "strategy.syntax"), ("1 / 0\n", "strategy.raised"),
     (STRATEGY + "\n\nclass Other(Buys):\n    pass\n", "strategy.class")],
)  # fmt: skip
def test_a_file_without_one_strategy_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        strategy_in(written(tmp_path, text))
    assert refused.value.code == code


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
