"""Stretches of the week in a local zone: whether a moment lies inside, and when one ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bidwell.model.limits import Hours, Window

_DAY = timedelta(days=1)
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; raises ZoneInfoNotFoundError."""
    return ZoneInfo(name)


@lru_cache(maxsize=512)
def at(day: date, moment: time, zone: str) -> datetime:
    """The instant (UTC) of a local time: of two the first, and of one that the clock skips the instant it skips to."""
    return datetime.combine(day, moment, zone_of(zone)).astimezone(UTC)


def inside(hours: Hours, moment: datetime) -> bool:
    """Whether a moment lies in any of the windows; starts are inclusive, ends exclusive."""
    return any(ending(window, moment) is not None for window in hours.windows)


def ending(window: Window, moment: datetime) -> datetime | None:
    """When the window that is open at `moment` ends (UTC), or None where it is shut."""
    today = moment.astimezone(zone_of(window.zone)).date()
    for day in (today, today - _DAY):
        if day.weekday() not in window.days:
            continue
        opens, closes = _span(day, window.start, window.end, window.zone)
        if opens <= moment < closes:
            return closes
    return None


@lru_cache(maxsize=256)
def _span(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """From when to when (UTC) a window is open that begins on a local day."""
    return at(day, start, zone), at(day if end > start else day + _DAY, end, zone)


def described(hours: Hours) -> str:
    """The windows for a sentence: "Mon-Fri 08:30-15:10 America/Chicago"."""
    return ", ".join(_one(window) for window in hours.windows)


def _one(window: Window) -> str:
    days = window.days
    run = len(days) > 2 and list(days) == list(range(days[0], days[0] + len(days)))
    named = f"{_NAMES[days[0]]}-{_NAMES[days[-1]]}" if run else "/".join(_NAMES[day] for day in days)
    return f"{named} {window.start:%H:%M}-{window.end:%H:%M} {window.zone}"
