"""Cancel, time limit and progress of a run, and what a failing strategy is reported as."""

from __future__ import annotations

import ctypes
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bidwell.model.errors import BidwellError, InvalidInput

Progress = Callable[[int, int], None]


class TimeIsUp(BaseException):
    """Raised into a strategy that runs for too long; no strategy's `except Exception` catches it."""


class Watch:
    """Asks between chunks of bars whether to go on, and tells how far the run is.

    `canceled` is asked for a cancel; `limit` is in seconds. Raises InvalidInput when the run is to stop; with
    `partial`, runs that can end between two bars are told by `over` instead, and `stopped` says why.
    """

    def __init__(
        self, limit: float | None = None, progress: Progress | None = None,
        canceled: Callable[[], bool] | None = None, *, partial: bool = False,
    ) -> None:  # fmt: skip
        self.limit = limit
        self.stopped = ""
        self._partial = partial
        self._progress = progress
        self._canceled = canceled
        self._began = time.monotonic()

    def passed(self, done: int, total: int) -> None:
        """Report progress; raises InvalidInput when canceled or out of time."""
        if self._progress is not None:
            self._progress(done, total)
        if self._canceled is not None and self._canceled():
            raise InvalidInput("backtest.canceled", f"canceled after {done:,} of {total:,} bars")
        if self.limit is not None and time.monotonic() - self._began > self.limit:
            raise self.out_of_time()

    def over(self, done: int, total: int) -> bool:
        """Report progress; whether the run is to end here with what it has. Raises as `passed` where that is not wanted."""
        try:
            self.passed(done, total)
        except InvalidInput as error:
            if not self._partial or done >= total:
                raise
            self.stopped = str(error)
            return True
        return False

    def out_of_time(self, where: str = "") -> InvalidInput:
        """The error of a run that took too long; `where` is the strategy's line that it was at."""
        place = f" at {where}" if where else ""
        return InvalidInput("backtest.time_limit", f"the run took longer than its limit of {self.limit:g} s{place}",
                            hint="raise time_limit, or use fewer bars")  # fmt: skip

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Interrupt Python code in this thread when the time is up, wherever it loops."""
        if self.limit is None:
            yield
            return
        thread = threading.get_ident()
        timer = threading.Timer(max(self.limit - (time.monotonic() - self._began), 0.0), _interrupt, [thread])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _interrupt(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TimeIsUp))


def blamed(error: BaseException, files: set[str], doing: str) -> InvalidInput:
    """What a strategy's own failure is reported as: its file and line, and the error's text."""
    if isinstance(error, BidwellError) and not isinstance(error, InvalidInput):
        raise error
    where = place_of(error, files)
    code = "strategy.memory" if isinstance(error, MemoryError) else "strategy.raised"
    hint = None
    if isinstance(error, InvalidInput):
        code, hint = error.code, error.hint
    elif isinstance(error, IndexError):
        hint = "a series holds the past alone: [-1] is the current bar, [-2] the one before"
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return InvalidInput(code, f"{doing} raised {text}" + (f" at {where}" if where else ""), hint=hint)


def place_of(error: BaseException, files: set[str]) -> str:
    """The innermost line of these files that an exception passed through, as file:line: text; empty where none did."""
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in files:
            where = f"{frame.filename}:{frame.lineno}: {frame.line}"
    return where
