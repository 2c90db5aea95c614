from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import bidwell
from bidwell.model.errors import InvalidInput, Missing
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtest.signals import Signals
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy
from bidwell.strategy.trading import StrategyFill
from tests.unit.backtest.markets import DAY, bars, random_bars

FLAT = (100.0, 101.0, 99.0, 100.0)


class Idle(Strategy):
    size = Param(1.0, 0.0, 10.0)


def frame(**changes: list[Any]) -> pl.DataFrame:
    columns: dict[str, list[Any]] = {
        "ts": [datetime(2024, 1, day, tzinfo=UTC) for day in (2, 3, 4)],
        "open": [1.0, 2.0, 3.0], "high": [1.5, 2.5, 3.5], "low": [0.5, 1.5, 2.5], "close": [1.2, 2.2, 3.2],
        "volume": [10, 0, 30],
    }  # fmt: skip
    return pl.DataFrame({**columns, **changes})


def test_one_bar_and_zero_volume_are_data() -> None:
    assert backtest(Idle, frame()[:1]).final_equity == 100_000.0
    assert len(backtest(Idle, frame()).equity) == 3


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"close": [1.2, float("nan"), 3.2]}, "data.numbers", "close of row 1 is nan"),
        ({"low": [0.5, 0.0, 2.5]}, "data.numbers", "low of row 1 is 0.0"),
        ({"open": [1.0, -2.0, 3.0]}, "data.numbers", "open of row 1 is -2.0"),
        ({"high": [1.5, 2.5, 3.1]}, "data.range", "row 2"),
        ({"ts": [datetime(2024, 1, day, tzinfo=UTC) for day in (2, 4, 3)]}, "data.order", "earlier time"),
        ({"ts": [datetime(2024, 1, day, tzinfo=UTC) for day in (2, 2, 3)]}, "data.order", "same time"),
        ({"ts": ["2024-01-02 +01:00", "2024-01-03 Z", "x"]}, "data.time", "mixes zones"),
        ({"ts": [1, 2, 3]}, "data.time", "no instants"),
        ({"volume": [1.0, -1.0, 1.0]}, "data.numbers", "volume of row 1"),
        ({"close": ["a", "b", "c"]}, "data.numbers", "close is not numbers"),
    ],
)
def test_bad_data_is_refused_with_its_place(changes: dict[str, list[Any]], code: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        backtest(Idle, frame(**changes))
    assert refused.value.code == code


@pytest.mark.parametrize("empty", [frame()[:0], {}])
def test_empty_data_is_refused(empty: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        backtest(Idle, empty)
    assert refused.value.code == "data.empty"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidInput, match="column close is missing"):
        backtest(Idle, frame().drop("close"))


def test_unknown_files_and_names_are_missing() -> None:
    with pytest.raises(Missing, match=r"no file nowhere\.parquet"):
        backtest(Idle, "nowhere.parquet")
    with pytest.raises(Missing, match="no catalog"):
        backtest(Idle, "AAPL.XNAS")


def test_files_frames_and_dicts_give_the_same_bars(tmp_path: Path) -> None:
    frame().write_parquet(tmp_path / "x.parquet")
    frame().write_csv(tmp_path / "x.csv")
    hashes = {
        backtest(Idle, data).identity["data"]
        for data in ({"x": frame()}, tmp_path / "x.parquet", str(tmp_path / "x.csv"), {"x": frame().drop("ts").insert_column(0, frame()["ts"].alias("date"))})
    }  # fmt: skip
    assert len(hashes) == 1


def test_pandas_frames_are_read_with_their_index() -> None:
    pandas = pytest.importorskip("pandas")
    data = frame()
    index = pandas.DatetimeIndex(["2024-01-02", "2024-01-03", "2024-01-04"], tz="UTC")
    given = pandas.DataFrame({name.title(): data[name].to_numpy() for name in data.columns[1:]}, index=index)
    assert backtest(Idle, {"x": given}).identity["data"] == backtest(Idle, {"x": data}).identity["data"]


def test_conditions_that_make_no_sense_are_refused() -> None:
    for bad in ({"cash": 0.0}, {"leverage": -1.0}, {"fill": "never"}, {"participation": 2.0}, {"fees": -1.0}):
        with pytest.raises(InvalidInput):
            backtest(Idle, frame(), **bad)


class Fails(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if bar.index == 2:
            raise ValueError("no more")


def test_a_failing_strategy_is_reported_with_its_own_line() -> None:
    with pytest.raises(
        InvalidInput, match=r"on_bar raised ValueError: no more at .*test_run\.py:\d+: raise ValueError"
    ):
        backtest(Fails, frame(), compile="never")


class Peeks(Strategy):
    def prepare(self, bars: Bars) -> None:
        self.all = bars.close

    def on_bar(self, bar: Bar) -> None:
        self.found = self.all[bar.index + 1]


@pytest.mark.parametrize("speed", ["never", "auto"])
def test_a_look_ahead_is_refused(speed: str) -> None:
    with pytest.raises(InvalidInput, match="IndexError") as refused:
        backtest(Peeks, frame(), compile=speed)
    assert refused.value.hint is not None
    assert "past" in refused.value.hint


class Keeps(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.__dict__.setdefault("kept", []).append(bar)
        self.closes = [each.close for each in self.kept]
        KEPT[:] = self.kept

    kept: list[Bar]


KEPT: list[Bar] = []


def test_a_bar_that_is_kept_stays_what_it_was() -> None:
    backtest(Keeps, frame())
    assert [(bar.index, bar.close) for bar in KEPT] == [(0, 1.2), (1, 2.2), (2, 3.2)]


class Endless(Strategy):
    def on_bar(self, bar: Bar) -> None:
        while True:
            with suppress(Exception):
                bar.index += 0


def test_a_strategy_that_loops_for_ever_is_stopped_at_its_time_limit() -> None:
    began = time.monotonic()
    with pytest.raises(InvalidInput, match=r"longer than its limit of 0\.3 s") as refused:
        backtest(Endless, frame(), time_limit=0.3)
    assert refused.value.code == "backtest.time_limit"
    assert time.monotonic() - began < 5.0


def test_a_run_can_be_canceled() -> None:
    with pytest.raises(InvalidInput, match="canceled after"):
        backtest(Idle, random_bars(100), canceled=lambda: True)


def test_a_class_outside_of_the_subset_runs_in_python_and_says_why() -> None:
    result = backtest(Keeps, frame())
    assert result.speed == "python"
    assert "line" in result.why
    with pytest.raises(InvalidInput, match="cannot be compiled"):
        backtest(Keeps, frame(), compile="always")


class Hears(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if bar.index == 0:
            self.buy(2)

    def on_fill(self, fill: StrategyFill) -> None:
        self.sell(fill.quantity, limit=fill.price + 1.0)


def test_a_strategy_hears_of_its_fills() -> None:
    result = backtest(Hears, bars(FLAT, FLAT, (100.0, 102.0, 99.0, 101.0)))
    assert result.fills["price"].to_list() == [100.0, 101.0]


class Rotates(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if bar.symbol == "B" and bar.index == 0:
            self.buy(5)
            self.buy(3, symbol="A")
        if bar.index == 1:
            SEEN.append((bar.symbol, self.position, self.position_of("A")))


SEEN: list[tuple[str, float, float]] = []


def test_several_instruments_share_one_account() -> None:
    SEEN.clear()
    data = {"A": bars(FLAT, FLAT, FLAT), "B": bars(FLAT, (50.0, 51.0, 49.0, 50.0), FLAT)}
    data = {
        name: Bars(name, each.time, each.open, each.high, each.low, each.close, each.volume)
        for name, each in data.items()
    }
    result = backtest(Rotates, data)
    assert [(row["symbol"], row["bar"], row["price"]) for row in result.fills.to_dicts()] == [
        ("A", 1, 100.0),
        ("B", 1, 50.0),
    ]
    assert SEEN == [("A", 3.0, 3.0), ("B", 5.0, 3.0)]
    assert result.final_equity == 100_000.0 + 5 * 50.0


def test_instruments_may_have_bars_at_different_times() -> None:
    later = bars(FLAT, FLAT)
    late = Bars("B", later.time + DAY // 2, later.open, later.high, later.low, later.close, later.volume)
    result = backtest(Idle, {"A": bars(FLAT, FLAT), "B": late})
    assert len(result.equity) == 4


def test_the_same_run_gives_the_same_result_to_the_bit(tmp_path: Path) -> None:
    class Random(Strategy):
        def on_bar(self, bar: Bar) -> None:
            if np.random.random() < 0.1:  # noqa: NPY002 - what a user would write
                self.order_target_percent(float(np.random.randint(-100, 100)))  # noqa: NPY002

    first, second = (backtest(Random, random_bars(300), seed=7) for _ in range(2))
    np.testing.assert_array_equal(first.equity, second.equity)
    first.save(tmp_path / "a")
    second.save(tmp_path / "b")
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_signals_of_another_length_are_refused() -> None:
    with pytest.raises(InvalidInput, match="entries has the shape"):
        backtest(Signals([True], [False]), frame())


def test_the_notebook_names_are_there() -> None:
    assert vars(bidwell.backtest)["__wrapped__"] is backtest
    assert bidwell.Strategy is Strategy
    assert bidwell.fees.percent(0.1).name == "percent 0.1"
    with pytest.raises(AttributeError):
        bidwell.nothing  # noqa: B018


class Looks(Strategy):
    """Reads one series at its newest value alone, and one further back."""

    def prepare(self, bars: Bars) -> None:
        self.now, self.past = bars.close, bars.open

    def on_bar(self, bar: Bar) -> None:
        LOOKED.append((self.now[-1], self.past[-1], self.past[0], len(self.past), sum(self.past[-2:])))


LOOKED: list[tuple[float, ...]] = []


def test_series_hold_the_past_however_they_are_read() -> None:
    LOOKED.clear()
    backtest(Looks, frame(), compile="never")
    assert LOOKED == [(1.2, 1.0, 1.0, 1, 1.0), (2.2, 2.0, 1.0, 2, 3.0), (3.2, 3.0, 1.0, 3, 5.0)]


class LooksAround(Looks):
    @property
    def before(self) -> float:
        return float(self.now[-2] if len(self.now) > 1 else 0.0)

    def on_bar(self, bar: Bar) -> None:
        LOOKED.append((self.now[-1], self.before))


def test_a_property_sees_the_past_too() -> None:
    LOOKED.clear()
    backtest(LooksAround, frame(), compile="never")
    assert LOOKED == [(1.2, 0.0), (2.2, 1.2), (3.2, 2.2)]
