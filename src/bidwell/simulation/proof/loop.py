"""An event loop whose clock stands still while there is work and jumps to the next timer when there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stalled(RuntimeError):
    """Nothing is ready and no timer is set: whatever is awaited will never come."""


class _Jump:
    """What the loop believes to be its selector: it waits by moving the clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            msg = "every task waits and no timer is set"
            raise Stalled(msg)
        if timeout > 0:
            self.now += timeout
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs tasks in a fixed order on virtual time; it has no sockets, threads or signals."""

    def __init__(self) -> None:
        super().__init__()
        self._jump = _Jump()
        self._selector = self._jump
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jump.now

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no descriptors that could have events."""

    def _write_to_self(self) -> None:
        """No other thread ever wakes this loop."""


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a new virtual loop; tasks that are left over are canceled."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        left = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()
