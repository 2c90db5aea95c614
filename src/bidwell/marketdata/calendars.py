"""Session tables of venues: compiled once from exchange_calendars, kept as small files, read in milliseconds.

The library takes more than a second to import, so it is touched only when a calendar was never compiled on
this machine, or by another version of the library.
"""

from __future__ import annotations

import importlib
import os
import warnings
import zlib
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import DataError, Missing
from bidwell.model.session import Session, SessionTable

ALWAYS_OPEN = "24/7"
FOREX = "24/5"
FIRST = date(2000, 1, 1)
LAST = date(2099, 12, 31)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000_000
_COLUMNS = ("open", "break_start", "break_end", "close")
# A calendar's file holds three int64 columns: the date as an ordinal, and open and close in minutes since the epoch.
Rows = NDArray[np.int64]


class _Compiled(msgspec.Struct, frozen=True):
    calendar: str
    library: str
    first: date
    last: date
    rows: bytes


class CompiledCalendars:
    """Session tables by calendar name, with their files below one folder.

    Names are ISO 10383 codes (and the library's aliases), "24/7", and "24/5" for currencies: Sunday to Friday,
    17:00 to 17:00 in New York. Tables reach from 2000 to 2099, or as far as the library knows a venue's
    holidays; past its end a table says closed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables: dict[str, SessionTable] = {ALWAYS_OPEN: SessionTable(ALWAYS_OPEN, (), always_open=True)}

    def table(self, calendar: str) -> SessionTable:
        """The table of a calendar; raises Missing for an unknown name."""
        found = self._tables.get(calendar)
        if found is None:
            found = SessionTable(calendar, _sessions(self._rows(calendar)))
            self._tables[calendar] = found
        return found

    def _rows(self, calendar: str) -> Rows:
        maker = _forex_rows if calendar == FOREX else lambda: compile_rows(calendar)
        library = f"tzdata {version('tzdata')}" if calendar == FOREX else version("exchange_calendars")
        path = self._folder / f"{_file_name(calendar)}.sessions"
        kept = _load(path, calendar, library)
        if kept is not None:
            return kept
        rows = maker()
        _store(path, _Compiled(calendar, library, FIRST, LAST, zlib.compress(rows.tobytes(), 6)))
        return rows


def compile_rows(calendar: str, first: date = FIRST, last: date = LAST) -> Rows:
    """Sessions of a calendar as rows of (date ordinal, open, close), the latter in minutes since the epoch.

    A midday break makes two rows. Raises Missing for a name that the library does not know.
    """
    with warnings.catch_warnings():
        # What the library uses of pandas and will have to change is not for the desk's log.
        warnings.simplefilter("ignore", DeprecationWarning)
        return _compiled(calendar, first, last)


def _compiled(calendar: str, first: date, last: date) -> Rows:
    library = importlib.import_module("exchange_calendars")
    errors = importlib.import_module("exchange_calendars.errors")
    try:
        edges = library.get_calendar(calendar)
    except errors.InvalidCalendarName as error:
        raise Missing(f"calendar {calendar!r} is not known: use an ISO 10383 code such as XNYS, or 24/7") from error
    bound = edges.bound_max()
    until = last if bound is None else min(last, bound.date())
    since_bound = edges.bound_min()
    since = first if since_bound is None else max(first, since_bound.date())
    schedule = library.get_calendar(calendar, start=since.isoformat(), end=until.isoformat()).schedule
    days = np.array([day.toordinal() for day in schedule.index.date], dtype=np.int64)
    instants = {name: schedule[name].to_numpy(dtype="datetime64[ns]") for name in _COLUMNS}
    return _stretches(days, instants)


def _stretches(days: Rows, instants: dict[str, NDArray[np.datetime64]]) -> Rows:
    """Turn a schedule into sorted open stretches: a day with a break becomes two."""
    minutes = {name: instants[name].astype(np.int64) // _MINUTE for name in _COLUMNS}
    broken = ~np.isnat(instants["break_start"])
    morning = np.where(broken, minutes["break_start"], minutes["close"])
    whole = np.column_stack([days, minutes["open"], morning])
    after = np.column_stack([days, minutes["break_end"], minutes["close"]])[broken]
    rows = np.concatenate([whole, after])
    return rows[np.argsort(rows[:, 1], kind="stable")].astype(np.int64)


def _forex_rows() -> Rows:
    """Monday to Friday, each from 17:00 in New York on the evening before to 17:00 on its day."""
    zone = ZoneInfo("America/New_York")
    close = time(17, 0, tzinfo=zone)
    days = range(FIRST.toordinal(), LAST.toordinal() + 1)
    minute = timedelta(minutes=1)
    rows = [
        (
            day,
            (datetime.combine(date.fromordinal(day - 1), close) - _EPOCH) // minute,
            (datetime.combine(date.fromordinal(day), close) - _EPOCH) // minute,
        )
        for day in days
        if date.fromordinal(day).weekday() < 5
    ]
    return np.array(rows, dtype=np.int64)


def _sessions(rows: Rows) -> tuple[Session, ...]:
    opens = rows[:, 1].astype("datetime64[m]").astype(datetime)
    closes = rows[:, 2].astype("datetime64[m]").astype(datetime)
    return tuple(
        Session(date.fromordinal(day), opened.replace(tzinfo=UTC), closed.replace(tzinfo=UTC))
        for day, opened, closed in zip(rows[:, 0].tolist(), opens, closes, strict=True)
    )


def _load(path: Path, calendar: str, library: str) -> Rows | None:
    """The rows of a file that this version of the library wrote, or None: then they are compiled anew."""
    if not path.exists():
        return None
    try:
        kept = msgspec.msgpack.decode(path.read_bytes(), type=_Compiled)
        rows = np.frombuffer(zlib.decompress(kept.rows), dtype=np.int64).reshape(-1, 3)
    except (msgspec.DecodeError, zlib.error, ValueError):
        return None
    same = (kept.calendar, kept.library, kept.first, kept.last) == (calendar, library, FIRST, LAST)
    return rows if same else None


def _store(path: Path, compiled: _Compiled) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.msgpack.encode(compiled))
        temporary.replace(path)
    except OSError as error:
        raise DataError(f"calendar {compiled.calendar} could not be kept below {path.parent}: {error}") from error


def _file_name(calendar: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in calendar)
