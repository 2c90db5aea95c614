"""Bars against a calendar: which session each belongs to, and which lie outside of any."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.model.session import SessionTable
from bidwell.simulation.backtest.layout import DAY_NANOSECONDS
from bidwell.strategy.bars import Bars

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = 1_000


def is_daily(time: NDArray[np.int64]) -> bool:
    """Whether times are dates: all of them midnights in UTC."""
    return bool((time % DAY_NANOSECONDS == 0).all())


def session_days(time: NDArray[np.int64], table: SessionTable | None) -> NDArray[np.int64]:
    """Each bar's session in days since 1970: by the calendar, where there is one and the bars are not daily."""
    if table is None or table.always_open or is_daily(time):
        return time // DAY_NANOSECONDS
    _, closes, days = _columns(table)
    place = np.searchsorted(closes, time, side="right")
    held = np.minimum(place, len(days) - 1)
    return np.where(place < len(days), days[held], time // DAY_NANOSECONDS)


def inside(bars: Bars, table: SessionTable | None) -> Bars:
    """The bars that begin within a session; daily bars as they are. Raises InvalidInput where none does."""
    if table is None or table.always_open or is_daily(bars.time):
        return bars
    opens, closes, _ = _columns(table)
    place = np.searchsorted(opens, bars.time, side="right") - 1
    kept = (place >= 0) & (bars.time < closes[np.maximum(place, 0)])
    if kept.all():
        return bars
    if not kept.any():
        raise InvalidInput("data.sessions", f"{bars.symbol}: no bar lies within a session of {table.calendar}",
                           field="calendar", hint="is the calendar the right one, and are the times in UTC?")  # fmt: skip
    columns = {each.name: getattr(bars, each.name)[kept] for each in fields(bars) if each.name != "symbol"}
    return replace(bars, **columns)


@lru_cache(maxsize=16)
def _columns(table: SessionTable) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Opens and closes in nanoseconds, and dates in days since 1970."""
    opens = np.array([_nanoseconds(each.opens_at) for each in table.sessions], dtype=np.int64)
    closes = np.array([_nanoseconds(each.closes_at) for each in table.sessions], dtype=np.int64)
    days = np.array([each.date.toordinal() for each in table.sessions], dtype=np.int64) - _EPOCH.toordinal()
    return opens, closes, days


def _nanoseconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * _MICROSECOND
