"""A circuit breaker: a broker that keeps failing is left alone for a while, then tried with one request."""

from __future__ import annotations

from collections.abc import Callable

FAILURES = 5
_FIRST = 1.0
_LONGEST = 30.0


class Circuit:
    """Closed until `FAILURES` requests in a row failed; then open for a pause that doubles; `monotonic` is seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._pause = _FIRST
        self._open_until: float | None = None
        self._trying = False

    def wait(self) -> float:
        """Seconds until a request may go, 0 for now; the one that is let through after a pause is the trial."""
        if self._open_until is None:
            return 0.0
        left = self._open_until - self._monotonic()
        if left > 0 or self._trying:
            return max(left, 0.05)
        self._trying = True
        return 0.0

    def left(self) -> float:
        """Seconds for which it stays open as far as is known, 0 for closed; unlike `wait` it lets nothing through."""
        return 0.0 if self._open_until is None else max(self._open_until - self._monotonic(), 0.05)

    def worked(self) -> None:
        """A request was answered."""
        self._failures, self._pause, self._open_until, self._trying = 0, _FIRST, None, False

    def failed(self) -> None:
        """A request was not answered, or by an error of the broker's own."""
        self._failures += 1
        if self._trying or self._failures >= FAILURES:
            self._open_until = self._monotonic() + self._pause
            self._pause = min(self._pause * 2, _LONGEST)
            self._trying = False

    def given_up(self) -> None:
        """The trial ended without telling anything: the next request is one."""
        self._trying = False
