"""A read that those who want it at the same time share: Angel One gives each list once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bidwell.model.errors import Unavailable

T = TypeVar("T")


class Joint(Generic[T]):
    """Asks for one list; whoever waits gets one that was asked for after they began to wait."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._under_way: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def read(self) -> T:
        """The list; raises what asking for it raises, Unavailable where the session is closed meanwhile."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._begin(self._under_way))
            self._next.add_done_callback(_seen)
        task, mine = self._next, asyncio.current_task()
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled() and not (mine is not None and mine.cancelling()):
                raise Unavailable("the session was closed before the list came") from None
            raise

    async def close(self) -> None:
        """Ask no more."""
        tasks = [task for task in (self._next, self._under_way) if task is not None]
        self._next = self._under_way = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait({before})
        self._under_way, self._next = self._next, None
        return await self._ask()


def _seen(task: asyncio.Task[object]) -> None:
    """Whoever waited may have gone; the failure was for them."""
    if not task.cancelled():
        task.exception()
