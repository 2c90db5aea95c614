"""Backtrader's strategies over the pipe: against a recorded conversation, and with --network against backtrader itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.model.errors import ConfigError, InvalidInput, Missing
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtrader.environment import python_in, set_up
from bidwell.simulation.backtrader.playing import STAGE, Terms, run
from bidwell.strategy import indicators
from bidwell.strategy.bars import COLUMNS, Bar, Bars
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars

RECORDED = Path(__file__).with_name("backtrader_conversation.json")
STRATEGY = """import backtrader as bt


class Swing(bt.Strategy):
    params = (("fast", 5), ("slow", 15), ("stake", 10.0), ("short", False))

    def __init__(self):
        self.quick = bt.indicators.SMA(self.data.close, period=self.p.fast)
        self.calm = bt.indicators.SMA(self.data.close, period=self.p.slow)
        self.target = None

    def next(self):
        if self.quick[0] > self.calm[0] and not self.position:
            self.buy(size=self.p.stake)
            self.target = self.sell(size=self.p.stake, exectype=bt.Order.Limit, price=self.data.close[0] * 1.01)
        elif self.quick[0] < self.calm[0] and self.position:
            if self.target is not None:
                self.cancel(self.target)
            self.close()
"""
TERMS = Terms(fee=0.1, parameters={"fast": "4", "short": "true"})
STUB = """import json, sys, time
told = json.loads(sys.stdin.readline())
for name, file in told["bars"].items():
    told["bars"][name] = open(file).readline().strip()
told["file"] = told["file"].rpartition("/")[2]
with open("told.json", "w") as out:
    json.dump(told, out)
recorded = json.load(open({recorded!r}))
assert {anything} or told == recorded["told"], told
for line in {said}:
    print(json.dumps(line), flush=True)
{after}
"""


def stub(folder: Path, said: str = 'recorded["said"]', after: str = "", *, anything: bool = False) -> list[str]:
    file = folder / "stage.py"
    file.write_text(STUB.format(recorded=str(RECORDED), said=said, after=after, anything=anything))
    return [sys.executable, "-I", str(file)]


def written(folder: Path, text: str = STRATEGY) -> Path:
    file = folder / "swing.py"
    file.write_text(text)
    return file


def played(folder: Path, **conversation: Any) -> Result:
    seen: list[tuple[int, int]] = []
    result = run(written(folder), {"X": random_bars(80)}, TERMS, stub(folder, **conversation),
                 progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert seen[-1][1] == 80
    return result


def test_a_recorded_conversation_becomes_a_result_like_all_others(tmp_path: Path) -> None:
    result = played(tmp_path)
    recorded = json.loads(RECORDED.read_text())["said"][-1]["result"]
    assert result.final_equity == recorded["equity"][-1]
    assert result.identity["parameters"] == {"fast": 4, "slow": 15, "stake": 10.0, "short": True}
    assert result.identity["versions"]["backtrader"].startswith("1.9")
    fills = result.fills
    assert len(fills) == len(recorded["fills"]) > 3
    # What cash was left and what the shares are worth is the equity: the fills are all there is.
    bars = result.bars["X"]
    close = bars.close[bars.time == result.time[-1]][0]
    assert fills["cash"][-1] + fills["position"][-1] * close == pytest.approx(result.final_equity, rel=1e-12)
    assert {"FILLED", "CANCELED"} <= set(result.orders["status"])
    assert {"MARKET", "LIMIT"} == set(result.orders["order_type"])
    loaded = Result.load(result.save(tmp_path / "kept"))
    assert loaded.speed == "backtrader"
    assert loaded.metrics == result.metrics
    assert (tmp_path / "kept" / "tear_sheet.html").exists()


@pytest.mark.parametrize(
    ("conversation", "code", "said"),
    [
        ({"said": "[]"}, "backtrader.stage", "ended before the run was done"),
        ({"said": "[]", "after": "raise SystemExit('no module named backtrader')"}, "backtrader.stage", "no module named"),
        ({"said": "[]", "after": "print('{not json')"}, "backtrader.stage", "cannot be read"),
        ({"said": "[]", "after": "print('[1]')"}, "backtrader.stage", "cannot be read"),
        ({"said": '[{"failed": {"code": "strategy.raised", "text": "ValueError: x", "line": 7, "source": "y"}}]'},
         "strategy.raised", r"ValueError: x at .*swing\.py:7: y"),
    ],
)  # fmt: skip
def test_what_goes_wrong_on_the_other_side_is_told(
    tmp_path: Path, conversation: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        run(written(tmp_path), {"X": random_bars(80)}, TERMS, stub(tmp_path, **conversation))
    assert refused.value.code == code


def test_a_stage_that_does_not_come_back_is_ended_at_the_time_limit(tmp_path: Path) -> None:
    terms = Terms(fee=0.1, parameters=TERMS.parameters, time_limit=0.5)
    with pytest.raises(InvalidInput, match=r"limit of 0\.5 s") as refused:
        run(written(tmp_path), {"X": random_bars(80)}, terms, stub(tmp_path, said="[]", after="time.sleep(600)"))
    assert refused.value.code == "backtest.time_limit"


def test_a_run_can_be_canceled(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="canceled"):
        run(
            written(tmp_path),
            {"X": random_bars(80)},
            TERMS,
            stub(tmp_path, after="time.sleep(600)"),
            canceled=lambda: True,
        )


def test_bad_terms_files_and_a_missing_environment_are_refused(tmp_path: Path) -> None:
    for wrong in ({"fill": "quote"}, {"cash": 0.0}, {"fee": -1.0}):
        with pytest.raises(InvalidInput):
            Terms(**wrong)
    with pytest.raises(Missing, match="no file"):
        run(tmp_path / "none.py", {"X": random_bars(9)}, TERMS, ["true"])
    with pytest.raises(Missing, match="bidwell backtrader setup"):
        python_in(tmp_path)


def told_to_worker(folder: Path, **changes: Any) -> dict[str, Any]:
    """The last word of the process in which the desk runs backtests, told to run the strategy."""
    bars = random_bars(80)
    frame = {"ts": pl.Series(bars.time).cast(pl.Datetime("ns")), **{name: getattr(bars, name) for name in COLUMNS}}
    pl.DataFrame(frame).write_parquet(folder / "X.parquet")
    (folder / "run").mkdir()
    (folder / "run" / "strategy.py").write_text(STRATEGY)
    asked = {"strategy": "s", "strategy_name": "swing", "version": 1, "source": STRATEGY,
             "data": [str(folder / "X.parquet")], "fee": "0.1", **changes}  # fmt: skip
    order = {"request": asked, "folder": str(folder / "run"), "catalog": str(folder / "catalog")}
    with subprocess.Popen([sys.executable, "-m", "bidwell.app.backtest_worker"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, start_new_session=True) as worker:  # fmt: skip
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps(order).encode() + b"\n")
        worker.stdin.flush()
        found: dict[str, Any] = [json.loads(line) for line in worker.stdout][-1]
        return found


def test_a_desk_runs_backtraders_files_where_the_environment_is(tmp_path: Path) -> None:
    python = tmp_path / "backtrader" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nexec {' '.join(stub(tmp_path, anything=True))}\n")
    python.chmod(0o755)
    summary = told_to_worker(tmp_path)["summary"]
    assert summary["speed"] == "backtrader"
    assert summary["fills"] > 3
    assert (tmp_path / "run" / "pictures.json").exists()


def test_a_desk_without_the_environment_says_how_to_make_it(tmp_path: Path) -> None:
    assert "bidwell backtrader setup" in told_to_worker(tmp_path)["reason"]


def test_a_desk_sweeps_its_own_strategies_alone(tmp_path: Path) -> None:
    assert told_to_worker(tmp_path, grid={"fast": ["3", "4"]})["code"] == "backtest.grid"


@pytest.mark.network
def test_backtrader_itself_says_what_was_recorded_and_fills_as_bidwell_does(tmp_path: Path) -> None:
    told: list[str] = []
    python = set_up(tmp_path, told.append)
    assert python == python_in(tmp_path)
    command = [str(python), "-I", str(STAGE)]
    result = run(written(tmp_path), {"X": random_bars(80)}, TERMS, command)
    recorded = json.loads(RECORDED.read_text())["said"][-1]["result"]
    np.testing.assert_allclose(result.equity, recorded["equity"], rtol=1e-12)
    assert len(result.fills) == len(recorded["fills"])
    plain = run(written(tmp_path, PLAIN), {"X": random_bars(400)}, Terms(fee=0.1), command)
    ours = backtest(Plain, {"X": random_bars(400)}, fees=0.1)
    assert plain.fills["price"].to_list() == pytest.approx(ours.fills["price"].to_list())
    assert plain.final_equity == pytest.approx(ours.final_equity, rel=1e-12)
    for text, code in (("1/0\n", "strategy.raised"), ("x = 1\n", "strategy.class"), ("def\n", "strategy.raised")):
        with pytest.raises(InvalidInput) as refused:
            run(written(tmp_path, text), {"X": random_bars(80)}, Terms(), command)
        assert refused.value.code == code


@pytest.mark.network
def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pip could not install"):
        set_up(tmp_path, lambda _: None, "backtrader==0.0.0.nothing")


PLAIN = """import backtrader as bt


class Plain(bt.Strategy):
    def __init__(self):
        self.quick = bt.indicators.SMA(self.data.close, period=5)
        self.calm = bt.indicators.SMA(self.data.close, period=15)

    def next(self):
        if self.quick[0] > self.calm[0]:
            if not self.position:
                self.buy(size=10)
        elif self.position:
            self.close()
"""


class Plain(Strategy):
    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = indicators.sma(bars.close, 5), indicators.sma(bars.close, 15)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(10)
        elif self.position and self.calm[-1] > 0.0:
            self.close()
