from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from bidwell.marketdata.bars import session_arrays
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.model.errors import DataError, Missing
from bidwell.model.session import SessionTable

MINUTE = 60_000_000
YEARS = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))


def every_minute() -> NDArray[np.int64]:
    start, end = (int(moment.timestamp()) * 1_000_000 for moment in YEARS)
    return np.arange(start, end, MINUTE, dtype=np.int64)


def open_minutes(table: SessionTable, minutes: NDArray[np.int64]) -> NDArray[np.bool_]:
    opens, closes, _ = session_arrays(table)
    place = np.searchsorted(opens, minutes, side="right") - 1
    return (place >= 0) & (minutes < closes[np.maximum(place, 0)])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("calendar", ["XNYS", "XBOM", "CMES", "XHKG", "XLON"])
def test_every_minute_of_four_years_agrees_with_the_library(calendar: str, calendars: CompiledCalendars) -> None:
    library = import_module("exchange_calendars")
    known = library.get_calendar(calendar).bound_max()
    end = min(date(2028, 1, 3), known.date()) if known is not None else date(2028, 1, 3)
    oracle = library.get_calendar(calendar, start="2023-12-20", end=end.isoformat(), side="left")
    minutes = every_minute()
    # Past the last year whose holidays the library knows there is nothing to compare with.
    minutes = minutes[minutes < int(datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp()) * 1_000_000]
    theirs = np.isin(minutes, oracle.minutes.to_numpy(dtype="datetime64[us]").astype(np.int64))
    ours = open_minutes(calendars.table(calendar), minutes)
    assert len(minutes) > 1_500_000
    assert int((ours != theirs).sum()) == 0
    assert theirs.any()


def test_the_tables_own_answer_agrees_with_the_arrays(calendars: CompiledCalendars) -> None:
    table = calendars.table("XNYS")
    sample = every_minute()[::997]
    answers = [table.is_open(datetime.fromtimestamp(minute / 1e6, tz=UTC)) for minute in sample.tolist()]
    assert answers == open_minutes(table, sample).tolist()


def test_daylight_saving_moves_the_open_in_utc(calendars: CompiledCalendars) -> None:
    table = calendars.table("XNYS")
    opens = {session.date: session.opens_at for session in table.sessions}
    assert opens[date(2024, 3, 8)].hour == 14
    assert opens[date(2024, 3, 11)].hour == 13


def test_half_days_and_holidays_are_known(calendars: CompiledCalendars) -> None:
    table = calendars.table("XNYS")
    assert table.close_of(date(2024, 11, 29)) == datetime(2024, 11, 29, 18, tzinfo=UTC)
    assert table.close_of(date(2024, 11, 28)) is None
    assert not table.is_open(datetime(2012, 10, 29, 15, tzinfo=UTC))


def test_a_midday_break_makes_two_stretches_of_one_session(calendars: CompiledCalendars) -> None:
    day = [session for session in calendars.table("XHKG").sessions if session.date == date(2024, 6, 3)]
    assert len(day) == 2
    assert day[0].closes_at < day[1].opens_at


def test_around_the_clock_is_always_open(calendars: CompiledCalendars) -> None:
    assert calendars.table("24/7").is_open(datetime(2026, 12, 25, 3, 3, tzinfo=UTC))


def test_currencies_trade_from_sunday_to_friday_at_five_in_new_york(calendars: CompiledCalendars) -> None:
    table, zone = calendars.table("24/5"), ZoneInfo("America/New_York")
    for day in (date(2026, 1, 9), date(2026, 7, 10)):
        friday = datetime(day.year, day.month, day.day, 17, tzinfo=zone)
        sunday = datetime(day.year, day.month, day.day + 2, 17, tzinfo=zone)
        assert table.is_open(friday - timedelta(minutes=1))
        assert not table.is_open(friday)
        assert not table.is_open(sunday - timedelta(minutes=1))
        assert table.is_open(sunday)
        assert table.date_of(sunday) == date(day.year, day.month, day.day + 3)


def test_an_unknown_calendar_is_missing(calendars: CompiledCalendars) -> None:
    with pytest.raises(Missing, match="NOPE"):
        calendars.table("NOPE")


def test_a_table_is_compiled_once_and_then_read_from_its_file(tmp_path: Path) -> None:
    first = CompiledCalendars(tmp_path).table("XLON")
    script = (
        "import sys; from pathlib import Path; from bidwell.marketdata.calendars import CompiledCalendars;"
        f"table = CompiledCalendars(Path({str(tmp_path)!r})).table('XLON');"
        "print(len(table.sessions), 'exchange_calendars' in sys.modules, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(len(first.sessions)), "False", "False"]


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"\x80"])
def test_a_damaged_file_is_compiled_anew(tmp_path: Path, damage: bytes) -> None:
    whole = CompiledCalendars(tmp_path).table("XBOM").sessions
    (file,) = tmp_path.glob("*.sessions")
    file.write_bytes(damage)
    assert CompiledCalendars(tmp_path).table("XBOM").sessions == whole
    assert len(file.read_bytes()) > 1000


def test_a_folder_that_cannot_be_written_is_a_data_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(DataError, match="XBOM"):
        CompiledCalendars(blocked / "below").table("XBOM")
