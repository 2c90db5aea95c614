from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.marketdata.bars import (
    BAR_SCHEMA,
    DAY,
    bars_from_quotes,
    bars_of,
    frame_of,
    resample,
    timeframe_seconds,
)
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Instrument
from bidwell.model.session import Session, SessionTable

OPEN = datetime(2024, 3, 8, 14, 30, tzinfo=UTC)
# Friday in winter time, Monday in summer time, and a half day.
SESSIONS = SessionTable("XNYS", (
    Session(date(2024, 3, 8), OPEN, OPEN + timedelta(hours=6.5)),
    Session(date(2024, 3, 11), datetime(2024, 3, 11, 13, 30, tzinfo=UTC), datetime(2024, 3, 11, 20, 0, tzinfo=UTC)),
    Session(date(2024, 3, 12), datetime(2024, 3, 12, 13, 30, tzinfo=UTC), datetime(2024, 3, 12, 17, 0, tzinfo=UTC)),
))  # fmt: skip
BROKEN = SessionTable("XHKG", (
    Session(date(2024, 3, 8), datetime(2024, 3, 8, 1, 30, tzinfo=UTC), datetime(2024, 3, 8, 4, 0, tzinfo=UTC)),
    Session(date(2024, 3, 8), datetime(2024, 3, 8, 5, 0, tzinfo=UTC), datetime(2024, 3, 8, 8, 0, tzinfo=UTC)),
))  # fmt: skip
ALWAYS = SessionTable("24/7", (), always_open=True)
IBM = Instrument(InstrumentId("IBM.XNYS"), "IBM", "IBM", "XNYS", "USD", Decimal("0.01"), Decimal(1), Equity())


def minutes(table: SessionTable, keep: set[int] | None = None) -> pl.DataFrame:
    starts = [
        session.opens_at + timedelta(minutes=minute)
        for session in table.sessions
        for minute in range(int((session.closes_at - session.opens_at).total_seconds() // 60))
    ]
    kept = [start for place, start in enumerate(starts) if keep is None or place in keep]
    return priced(kept)


def priced(starts: list[datetime]) -> pl.DataFrame:
    level = [100.0 + (place * 7919 % 101) / 10 for place in range(len(starts))]
    return pl.DataFrame(
        {
            "start": starts,
            "open": level,
            "high": [value + 1 for value in level],
            "low": [value - 1 for value in level],
            "close": [value + 0.5 for value in level],
            "volume": [float(place % 13) for place in range(len(starts))],
        },
        schema=BAR_SCHEMA,
    )


@given(
    st.sampled_from([SESSIONS, BROKEN]),
    st.sampled_from([60, 180, 300, 900, 1800, 3600, 14_400, DAY]),
    st.sets(st.integers(0, 900), min_size=1, max_size=200),
)
@settings(max_examples=120, deadline=None)
def test_resampling_conserves_volume_and_extremes(table: SessionTable, seconds: int, keep: set[int]) -> None:
    source = minutes(table, keep)
    if source.is_empty():
        return
    made = resample(source, seconds, table, source_seconds=60)
    assert made["volume"].sum() == source["volume"].sum()
    assert made["high"].max() == source["high"].max()
    assert made["low"].min() == source["low"].min()
    assert made["open"][0] == source["open"][0]
    assert made["close"][-1] == source["close"][-1]
    assert made["start"].is_sorted()
    assert made["start"].n_unique() == len(made)


@given(st.sampled_from([300, 900, 3600]), st.sets(st.integers(0, 900), min_size=1, max_size=200))
@settings(max_examples=60, deadline=None)
def test_resampling_in_two_steps_gives_what_one_step_gives(middle: int, keep: set[int]) -> None:
    source = minutes(SESSIONS, keep)
    twice = resample(resample(source, middle, SESSIONS, source_seconds=60), 14_400, SESSIONS, source_seconds=middle)
    assert twice.equals(resample(source, 14_400, SESSIONS, source_seconds=60))


def test_hours_start_with_the_session_and_do_not_reach_over_its_end() -> None:
    made = resample(minutes(SESSIONS), 3600, SESSIONS, source_seconds=60)
    friday = [start for start in made["start"] if start.date() == date(2024, 3, 8)]
    assert friday == [OPEN + timedelta(hours=hour) for hour in range(7)]
    assert made["start"][7] == datetime(2024, 3, 11, 13, 30, tzinfo=UTC)


def test_daily_bars_carry_the_sessions_date_and_a_midday_break_makes_no_second_day() -> None:
    assert resample(minutes(SESSIONS), DAY, SESSIONS, source_seconds=60)["start"].to_list() == [
        datetime(2024, 3, day, tzinfo=UTC) for day in (8, 11, 12)
    ]
    assert len(resample(minutes(BROKEN), DAY, BROKEN, source_seconds=60)) == 1


def test_rows_outside_of_sessions_are_left_out() -> None:
    early = OPEN - timedelta(minutes=1)
    late = SESSIONS.sessions[-1].closes_at
    made = resample(priced([early, OPEN, late]), 300, SESSIONS, source_seconds=60)
    assert made["start"].to_list() == [OPEN]


def test_around_the_clock_bars_divide_the_utc_day() -> None:
    starts = [datetime(2024, 3, 9, 22, tzinfo=UTC) + timedelta(minutes=place) for place in range(300)]
    made = resample(priced(starts), 14_400, ALWAYS, source_seconds=60)
    assert [start.hour for start in made["start"]] == [20, 0]


@pytest.mark.parametrize(("source", "target"), [(60, 90), (300, 60), (60, 2 * DAY)])
def test_a_target_that_the_source_cannot_make_is_refused(source: int, target: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        resample(minutes(SESSIONS), target, SESSIONS, source_seconds=source)
    assert caught.value.code == "bars.timeframe"


def test_quotes_become_bars_of_their_middle() -> None:
    quotes = pl.DataFrame({
        "start": [OPEN, OPEN + timedelta(seconds=20), OPEN + timedelta(seconds=61)],
        "bid": [10.0, 11.0, 9.0], "ask": [11.0, 12.0, 10.0], "bid_quantity": [1.0] * 3, "ask_quantity": [1.0] * 3,
    }).with_columns(pl.col("start").cast(pl.Datetime("us", "UTC")))  # fmt: skip
    made = bars_from_quotes(quotes, 60, SESSIONS)
    assert made.select("open", "high", "low", "close").rows() == [(10.5, 11.5, 10.5, 11.5), (9.5, 9.5, 9.5, 9.5)]


def test_bars_survive_the_way_through_a_frame() -> None:
    bars = bars_of(IBM, 60, priced([OPEN, OPEN + timedelta(minutes=1)]))
    assert bars_of(IBM, 60, frame_of(bars)) == bars
    assert bars[0].open == Decimal("100.00")


@pytest.mark.parametrize(("text", "seconds"), [("1m", 60), ("1h", 3600), ("1D", DAY), ("1d", DAY), ("15M", 900)])
def test_timeframes_are_understood(text: str, seconds: int) -> None:
    assert timeframe_seconds(text) == seconds


def test_an_unknown_timeframe_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="7m") as caught:
        timeframe_seconds("7m")
    assert "15m" in str(caught.value.hint)
