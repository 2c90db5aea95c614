"""When a venue is open: a compiled table of sessions that answers without a calendar library."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime

from bidwell.model.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Session:
    """One trading session: its date in the venue's own reckoning, and when it opens and closes (UTC).

    A session with a midday break has one entry per open stretch, with the same date.
    """

    date: date
    opens_at: datetime
    closes_at: datetime


class SessionTable:
    """Sessions of one calendar in order; opening is inclusive, closing exclusive."""

    def __init__(self, calendar: str, sessions: tuple[Session, ...], *, always_open: bool = False) -> None:
        """Raise ConfigError unless the sessions follow one another."""
        last = None
        for session in sessions:
            if session.closes_at <= session.opens_at or (last is not None and session.opens_at < last):
                msg = f"the session of {session.date} in {calendar} is empty, out of order or overlaps"
                raise ConfigError(msg)
            last = session.closes_at
        self.calendar = calendar
        self.sessions = sessions
        self.always_open = always_open
        self._opens = [session.opens_at for session in sessions]

    def at(self, moment: datetime) -> Session | None:
        """The session that is open at `moment`, or None."""
        place = bisect_right(self._opens, moment) - 1
        if place < 0 or moment >= self.sessions[place].closes_at:
            return None
        return self.sessions[place]

    def is_open(self, moment: datetime) -> bool:
        """Whether an order could fill at `moment`."""
        return self.always_open or self.at(moment) is not None

    def date_of(self, moment: datetime) -> date:
        """The session date that `moment` counts to: the open one, else the next to open, else the UTC date."""
        if self.always_open:
            return moment.date()
        found = self.at(moment) or self.next_after(moment)
        return found.date if found else moment.date()

    def next_after(self, moment: datetime) -> Session | None:
        """The first session that opens after `moment`, or None past the table's end."""
        place = bisect_right(self._opens, moment)
        return self.sessions[place] if place < len(self.sessions) else None

    def close_of(self, day: date) -> datetime | None:
        """When the session of `day` closes for good, or None where there is none."""
        return max((session.closes_at for session in self.sessions if session.date == day), default=None)
