"""How an account's session is: its life state, what was heard last, what went wrong, how much of the rate is used."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bidwell.brokers.transport.indian import DayLogin
from bidwell.engine.ports import Clock, SessionLife, SessionReport, SessionState, Trouble
from bidwell.model.errors import BrokerError

_KEPT = 20
_SKEW_WEIGHT = 0.2


class Health:
    """What the screen shows of a session; everything here is told by the parts that know it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._troubles: deque[Trouble] = deque(maxlen=_KEPT)
        self.state = SessionState(SessionLife.DEAD, "not connected yet")
        self.login: DayLogin | None = None
        self.heard_at: datetime | None = None
        self.skew: timedelta | None = None
        self.limit: int | None = None
        self.left: int | None = None

    def turn(self, life: SessionLife, reason: str = "", *, login_url: str = "", until: datetime | None = None) -> None:
        """The session is in another state."""
        self.state = SessionState(life, reason, login_url, until)

    def heard(self) -> None:
        """Something came from the broker just now."""
        self.heard_at = self._clock.now()

    def trouble(self, what: str, error: BrokerError | str, code: str = "") -> None:
        """Something went wrong while `what`; the newest twenty are kept."""
        known = code or (error.code if isinstance(error, BrokerError) else "")
        self._troubles.append(Trouble(self._clock.now(), what, known, str(error)))

    def budget(self, limit: str | None, left: str | None) -> None:
        """How many requests the broker says are left of how many; what is no number is left out."""
        if limit is not None and left is not None and limit.isdecimal() and left.isdecimal():
            self.limit, self.left = int(limit), int(left)

    def date(self, header: str | None) -> None:
        """Compare our clock with the `Date` of an answer, which is exact to a second."""
        if header is None:
            return
        try:
            theirs = parsedate_to_datetime(header)
            seen = theirs - self._clock.now() + timedelta(milliseconds=500)
        except (ValueError, TypeError, OverflowError):
            return
        self.skew = seen if self.skew is None else self.skew + (seen - self.skew) * _SKEW_WEIGHT

    def report(self) -> SessionReport:
        """All of it, as of now; a login that ends by itself is told to end soon, and to have ended."""
        state = self.state if self.login is None else self.login.state(self.state, self._clock.now())
        return SessionReport(state, self.heard_at, self.limit, self.left, self.skew, tuple(self._troubles))
