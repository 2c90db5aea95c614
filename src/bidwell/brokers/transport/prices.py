"""A feed of prices, as far as no broker differs: one listener, what it is told, and the reads that seed a stream."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Sequence

from bidwell.engine.ports import FeedListener
from bidwell.model.errors import ConfigError, Refused
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Quote


class Chores:
    """What is done beside something that is open, until it is closed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Do this beside."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up what is not done yet."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class PriceFeed(ABC):
    """The Feed port but for `follow` and `close`; `down` and `refused` are those of `transport.Ear`.

    `name` is what the screen calls it. No stream repeats after a login what it told before: an adapter reads the newest
    prices then, as one of its `_chores`, and tells with `_tell_newer` what the stream has not overtaken.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._listener: FeedListener | None = None
        self._newest: dict[InstrumentId, Quote] = {}
        self._chores = Chores()

    @property
    def name(self) -> str:
        """What the screen calls it."""
        return self._name

    async def connect(self, listener: FeedListener) -> None:
        """Be ready; a stream opens when the first of its instruments is followed. Raises Unavailable, Refused."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError("this feed has another listener already")
        self._listener = listener
        await self._begin()

    @abstractmethod
    async def _begin(self) -> None:
        """Open what is asked with, and the streams of what is followed already."""

    def on_state(self, *, connected: bool, detail: str) -> None:
        """A stream came or went."""
        if self._listener is not None:
            self._listener.on_feed_state(self.name, connected=connected, detail=detail)

    def down(self, reason: str) -> None:
        """The connection is gone and is being mended."""
        self.on_state(connected=False, detail=reason)

    def refused(self, problem: Refused) -> None:
        """The login opens the stream no more."""
        self.on_state(connected=False, detail=str(problem))

    def _tell(self, quotes: Sequence[Quote]) -> None:
        if quotes and self._listener is not None:
            self._listener.on_quotes(quotes)

    def _tell_newer(self, quotes: Iterable[Quote]) -> None:
        """Tell quotes that are at least as new as those told before."""
        newer = []
        for quote in quotes:
            known = self._newest.get(quote.instrument)
            if known is None or quote.occurred_at >= known.occurred_at:
                self._newest[quote.instrument] = quote
                newer.append(quote)
        self._tell(newer)
