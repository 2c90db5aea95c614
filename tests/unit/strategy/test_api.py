from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.run import backtest
from bidwell.strategy.bars import Bar, Bars
from bidwell.strategy.schedule import Schedule, due_at
from bidwell.strategy.strategy import Strategy
from tests.unit.backtest.markets import random_bars

MINUTE = 60_000_000_000
MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def minutes(count: int, start: datetime = MONDAY, step: int = 1, symbol: str = "X") -> Bars:
    begin = int(start.timestamp()) * 1_000_000_000
    time = begin + np.arange(count, dtype=np.int64) * step * MINUTE
    close = 100.0 + np.arange(count, dtype=np.float64)
    return Bars(symbol, time, close - 0.5, close + 1.0, close - 1.0, close, np.full(count, 10.0))


class Hourly(Strategy):
    def prepare(self, bars: Bars) -> None:
        hours = bars.resample("1h")
        self.hour_close = hours.align(hours.close)

    def on_bar(self, bar: Bar) -> None:
        SEEN.append((bar.index, self.hour_close[-1]))


SEEN: list[tuple[int, float]] = []


def test_a_longer_timeframe_is_known_when_its_time_is_over() -> None:
    SEEN.clear()
    backtest(Hourly, minutes(130), compile="never")
    assert math.isnan(SEEN[58][1])
    assert SEEN[59] == (59, 159.0)
    assert SEEN[118] == (118, 159.0)
    assert SEEN[119] == (119, 219.0)


def test_less_data_gives_the_same_past_in_a_longer_timeframe() -> None:
    whole = minutes(1000)
    hours = whole.resample("4h")
    aligned = hours.align(hours.close)
    for cut in (300, 479, 480, 481, 700):
        part = minutes(cut)
        shorter = part.resample("4h")
        np.testing.assert_array_equal(shorter.align(shorter.close), aligned[:cut])


def test_longer_bars_hold_open_high_low_close_and_volume() -> None:
    days = minutes(3 * 1440, step=1).resample("1D")
    assert len(days) == 3
    assert (days.open[1], days.high[1], days.low[1], days.close[1], days.volume[1]) == (
        1539.5, 2980.0, 1539.0, 2979.0, 14_400.0,
    )  # fmt: skip
    weeks = minutes(15, datetime(2024, 1, 3, tzinfo=UTC), step=1440).resample("1W")
    assert [int(each) for each in np.diff(weeks.time) // (86_400 * 10**9)] == [7, 7]
    assert weeks.time[0] == int(MONDAY.timestamp()) * 10**9


def test_a_timeframe_that_is_not_longer_or_unknown_is_refused() -> None:
    for wrong in ("1m", "30s", "hour", "0h", ""):
        with pytest.raises(InvalidInput):
            minutes(10).resample(wrong)
    with pytest.raises(InvalidInput, match="do not belong"):
        minutes(130).resample("1h").align([1.0])


class Monthly(Strategy):
    schedules = (Schedule("15:30", "America/New_York", "month", day=31),)

    def on_schedule(self, at: datetime) -> None:
        DUE.append((at, self.equity))
        self.buy(1)

    def on_bar(self, bar: Bar) -> None:
        pass


DUE: list[tuple[datetime, float]] = []


def test_a_schedule_falls_due_with_the_first_bar_at_or_after_it() -> None:
    DUE.clear()
    result = backtest(Monthly, minutes(24 * 150, datetime(2024, 1, 1, tzinfo=UTC), step=60))
    assert [at for at, _ in DUE] == [
        datetime(2024, 1, 31, 20, 30, tzinfo=UTC), datetime(2024, 2, 29, 20, 30, tzinfo=UTC),
        datetime(2024, 3, 31, 19, 30, tzinfo=UTC), datetime(2024, 4, 30, 19, 30, tzinfo=UTC),
    ]  # fmt: skip
    first = result.orders["placed_bar"][0]
    assert result.time[first] == int(datetime(2024, 1, 31, 21, tzinfo=UTC).timestamp()) * 10**9
    assert "on_schedule runs in Python" in result.why


def test_moments_between_two_bars_fall_due_once() -> None:
    times = np.array([0, 10 * 86_400, 11 * 86_400], dtype=np.int64) * 10**9
    assert due_at([Schedule("12:00")], times) == {
        1: datetime(1970, 1, 10, 12, tzinfo=UTC), 2: datetime(1970, 1, 11, 12, tzinfo=UTC),
    }  # fmt: skip
    assert due_at([], times) == {}


@pytest.mark.parametrize("wrong", [{"at": "25:00"}, {"zone": "Mars"}, {"every": "hour"}, {"weekday": 7}, {"day": 0}])
def test_a_schedule_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Schedule(**wrong)


class Writes(Strategy):
    def on_bar(self, bar: Bar) -> None:
        if bar.index in {1, 3}:
            self.log(f"at {bar.close:g}")


@pytest.mark.parametrize("symbols", [("X",), ("X", "Y")])
def test_what_a_strategy_logs_is_in_the_result_with_its_time(symbols: tuple[str, ...]) -> None:
    data = {name: minutes(5, symbol=name) for name in symbols}
    result = backtest(Writes, data)
    assert [(line.at, line.text) for line in result.log][:1] == [(int(data["X"].time[1]), "at 101")]
    assert len(result.log) == 2 * len(symbols)
    assert result.summary["log"][-1][1] == "at 103"


class Chatters(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.log("again")


def test_a_log_ends_before_it_fills_the_memory() -> None:
    result = backtest(Chatters, minutes(10_100))
    assert len(result.log) == 10_001
    assert "holds 10,000 lines" in result.log[-1].text


@pytest.mark.parametrize(
    ("keep", "what"),
    [
        (lambda bars: bars, "the bars themselves"),
        (lambda bars: bars.close.tolist(), "a list of all bars"),
        (lambda bars: np.stack([bars.close, bars.open]), "a table of all bars"),
        (lambda bars: pl.Series(bars.close), "a Series of all bars"),
    ],
)
@pytest.mark.parametrize("symbols", [("X",), ("X", "Y")])
def test_keeping_the_future_from_prepare_is_refused(
    keep: Callable[[Bars], object], what: str, symbols: tuple[str, ...]
) -> None:
    class Keeps(Strategy):
        def prepare(self, bars: Bars) -> None:
            self.everything = keep(bars)

    with pytest.raises(InvalidInput, match=f"self.everything .*{what}") as refused:
        backtest(Keeps, {name: minutes(20, symbol=name) for name in symbols})
    assert refused.value.code == "strategy.look_ahead"


class Steps(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.order_target(bar.index % 7)


@pytest.mark.parametrize("several", [False, True])
def test_a_run_that_is_canceled_can_give_what_it_has(several: bool) -> None:
    bars = random_bars(20_000)
    data: Any = {"A": bars, "B": bars} if several else bars
    stop = threading.Event()
    half = backtest(Steps, data, compile="never", partial=True, canceled=stop.is_set,
                    progress=lambda done, _: stop.set() if done > 4_000 else None)  # fmt: skip
    assert "canceled after" in half.stopped
    assert 4_000 < len(half.equity) == len(half.time) < 20_000
    whole = backtest(Steps, data, compile="never")
    np.testing.assert_array_equal(half.equity, whole.equity[: len(half.equity)])
    assert half.fills.equals(whole.fills[: len(half.fills)])
    assert whole.stopped == ""


class Stuck(Strategy):
    def on_bar(self, bar: Bar) -> None:
        while bar.index == 2:
            bar.index += 0


@pytest.mark.parametrize("several", [False, True])
def test_a_strategy_that_loops_for_ever_is_told_with_its_line(several: bool) -> None:
    bars = random_bars(10)
    data: Any = {"A": bars, "B": bars} if several else bars
    with pytest.raises(InvalidInput, match=r"limit of 0\.3 s at .*test_api\.py:\d+: ") as refused:
        backtest(Stuck, data, time_limit=0.3, compile="never", partial=True)
    assert refused.value.code == "backtest.time_limit"


class Huge(Strategy):
    def on_bar(self, bar: Bar) -> None:
        self.buy(1e9)


def test_an_order_of_a_billion_shares_buys_what_the_account_can_carry() -> None:
    result = backtest(Huge, random_bars(20))
    assert result.final_equity > 0.0
    assert result.exposure.max() <= 1.0 + 1e-9
    assert set(result.orders["status"]) <= {"FILLED", "REJECTED", "WORKING", "CANCELED"}


class Begins(Strategy):
    def on_start(self) -> None:
        BEGAN.append(self.symbols)
        self.counted: list[float] = []

    def prepare(self, bars: Bars) -> None:
        BEGAN.append((bars.symbol,))

    def on_bar(self, bar: Bar) -> None:
        self.counted.append(bar.close)
        COUNTS.append(len(self.counted))


BEGAN: list[tuple[str, ...]] = []
COUNTS: list[int] = []


@pytest.mark.parametrize("symbols", [("X",), ("X", "Y")])
def test_a_strategy_is_started_once_before_it_prepares_and_knows_its_symbols(symbols: tuple[str, ...]) -> None:
    strategy = Begins()
    for _ in range(2):
        BEGAN.clear()
        COUNTS.clear()
        backtest(strategy, {name: minutes(4, symbol=name) for name in symbols})
        assert [symbols, *((name,) for name in symbols)] == BEGAN
        assert list(range(1, 4 * len(symbols) + 1)) == COUNTS
