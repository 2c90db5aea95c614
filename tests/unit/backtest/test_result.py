from __future__ import annotations

import json
import math
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bidwell.model.errors import InvalidInput, Missing
from bidwell.simulation.backtest.result import Result
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars


class Swings(Strategy):
    every = Param(20, 2, 100)

    def on_bar(self, bar: Bar) -> None:
        if bar.index % self.every == 0:
            self.order_target_percent(80.0 if self.position <= 0.0 else -40.0)


@pytest.fixture(scope="module")
def result() -> Result:
    return backtest(Swings, random_bars(600), fees=0.05, compile="never", parameters={"every": 25})


def named(name: str, bars: Bars) -> Bars:
    return Bars(name, bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume)


def test_forty_metrics_and_more_come_from_the_run(result: Result) -> None:
    told = result.metrics
    assert sum(value is not None for value in told.values()) >= 40
    assert told["final_equity"] == result.final_equity
    assert told["total_return"] == pytest.approx(result.total_return, rel=1e-12)
    assert told["fees"] == pytest.approx(result.fills["fee"].sum())
    assert isinstance(told["round_trips"], int)
    assert told["max_drawdown"] == pytest.approx(told["max_drawdown_by_bar"], rel=1e-9)


def test_round_trips_know_their_holding_time_and_excursions(result: Result) -> None:
    trips = result.round_trips
    assert len(trips) > 5
    for row in trips.to_dicts():
        assert row["holding"] == row["exit_ts"] - row["entry_ts"] > timedelta(0)
        assert row["mae"] <= 0.0 <= row["mfe"]
        assert row["mae"] == pytest.approx(row["mae_share"] * row["entry_price"] * row["quantity"])
    fees = trips["fees"].sum()
    assert fees <= result.fees_paid + 1e-9


def test_exposure_is_what_is_held_per_equity(result: Result) -> None:
    held = np.zeros(len(result.time))
    for row in result.fills.to_dicts():
        held[row["bar"] :] = row["position"]
    (bars,) = result.bars.values()
    np.testing.assert_allclose(result.exposure, np.abs(held) * bars.close / result.equity, rtol=1e-12)


def test_a_stored_result_tells_what_the_run_told(result: Result, tmp_path: Path) -> None:
    folder = result.save(tmp_path / "run", csv=True)
    loaded = Result.load(folder)
    assert loaded.metrics == result.metrics
    assert loaded.identity["data"] == result.identity["data"]
    assert loaded.identity["parameters"] == {"every": 25}
    np.testing.assert_array_equal(loaded.equity, result.equity)
    np.testing.assert_array_equal(loaded.fill_rows, result.fill_rows)
    assert loaded.orders.equals(result.orders)
    assert loaded.round_trips.equals(result.round_trips)
    assert len(pl.read_csv(folder / "round_trips.csv")) == len(result.round_trips)
    loaded.tear_sheet(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (folder / "tear_sheet.html").read_bytes()
    with pytest.raises(InvalidInput, match="no kernel rows"):
        _ = loaded.order_rows


def test_what_is_written_is_strict_json_without_a_clock(result: Result, tmp_path: Path) -> None:
    def refuse(text: str) -> float:
        raise AssertionError(text)

    folder = result.save(tmp_path / "run")
    text = (folder / "result.json").read_text()
    told = json.loads(text, parse_constant=refuse)
    assert told["identity"]["seed"] == 0
    assert told["identity"]["versions"]["bidwell"]
    assert len(told["identity"]["code"]) == len(told["identity"]["data"]) == 64


def test_a_run_without_orders_has_a_tear_sheet_too(tmp_path: Path) -> None:
    idle = backtest(Strategy, random_bars(30))
    assert idle.round_trips.is_empty()
    assert idle.metrics["win_rate"] is None if "win_rate" in idle.metrics else True
    loaded = Result.load(idle.save(tmp_path / "idle"))
    assert loaded.final_equity == 100_000.0
    assert math.isnan(loaded.report().figures["sharpe_ratio"])


def test_the_tear_sheet_stands_alone_and_takes_a_benchmark(result: Result, tmp_path: Path) -> None:
    sheet = result.tear_sheet(tmp_path / "sheet.html", "Swings & more", benchmark="first").read_text()
    assert "Swings &amp; more" in sheet
    assert "held" in sheet
    assert "http" not in sheet.replace("http-equiv", "")
    other = result.report(benchmark={"OTHER": named("OTHER", random_bars(600))})
    assert "beta" in other.figures
    assert other.benchmark_name == "OTHER"


def test_a_stored_result_has_no_first_instrument_to_hold(result: Result, tmp_path: Path) -> None:
    loaded = Result.load(result.save(tmp_path / "run"))
    with pytest.raises(InvalidInput, match="no bars"):
        loaded.report(benchmark="first")


def test_folders_without_a_whole_result_are_refused(result: Result, tmp_path: Path) -> None:
    with pytest.raises(Missing):
        Result.load(tmp_path)
    folder = result.save(tmp_path / "run")
    (folder / "fills.parquet").write_bytes(b"torn")
    with pytest.raises(InvalidInput, match="cannot be read"):
        Result.load(folder)
    (folder / "result.json").write_text('{"format": 99}')
    result.fills.write_parquet(folder / "fills.parquet")
    with pytest.raises(InvalidInput, match="format 99"):
        Result.load(folder)
