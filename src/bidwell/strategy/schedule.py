"""When `on_schedule` is called: at a time of day in a zone, every day, week or month."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import SECOND, moment_of

EVERY = ("day", "week", "month")
LAST = 31


@dataclass(frozen=True, slots=True)
class Schedule:
    """A recurring moment: `at` such as "15:45" in `zone`, every "day", "week" (on `weekday`, Monday 0) or "month".

    `day` is the day of the month; one that a month does not have is its last. The moment falls due with the first
    bar that begins at or after it: `on_schedule` is called at that bar's close, before `on_bar`. Moments between two
    bars (nights, holidays) fall due together, once. Raises InvalidInput for what is no time, zone or day.
    """

    at: str = "00:00"
    zone: str = "UTC"
    every: str = "day"
    weekday: int = 0
    day: int = 1

    def __post_init__(self) -> None:
        if self.every not in EVERY:
            raise InvalidInput("strategy.schedule", f"every {self.every!r} is none of {', '.join(EVERY)}")
        if not 0 <= self.weekday <= 6 or not 1 <= self.day <= LAST:
            raise InvalidInput("strategy.schedule", "weekday is 0 (Monday) to 6, day is 1 to 31")
        try:
            time.fromisoformat(self.at)
            ZoneInfo(self.zone)
        except (ValueError, ZoneInfoNotFoundError, OSError) as error:
            raise InvalidInput("strategy.schedule", f"{self.at} in {self.zone} is no time: {error}") from error

    def moments(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """Every moment from `first` to `last` in UTC, oldest first."""
        zone, clock = ZoneInfo(self.zone), time.fromisoformat(self.at)
        on = first.astimezone(zone).date() - timedelta(days=1)
        end = last.astimezone(zone).date() + timedelta(days=1)
        while on <= end:
            found = datetime.combine(on, clock, zone).astimezone(UTC)
            if self._falls_on(on) and first <= found <= last:
                yield found
            on += timedelta(days=1)

    def _falls_on(self, on: date) -> bool:
        if self.every == "week":
            return on.weekday() == self.weekday
        if self.every == "month":
            return on.day == min(self.day, calendar.monthrange(on.year, on.month)[1])
        return True


def due_at(schedules: Sequence[Schedule], times: NDArray[np.int64], since: int | None = None) -> dict[int, datetime]:
    """At which bars (by place in `times`, nanoseconds) a moment falls due, and the latest one that does.

    Moments before `since` (the first bar, unless given) are over.
    """
    if not schedules or not len(times):
        return {}
    begins = moment_of(int(times[0]) if since is None else since)
    found: dict[int, datetime] = {}
    for each in schedules:
        for moment in each.moments(begins, moment_of(int(times[-1]))):
            place = int(np.searchsorted(times, int(moment.timestamp()) * SECOND, side="left"))
            found[place] = max(found.get(place, moment), moment)
    return found
