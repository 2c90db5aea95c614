"""Brokers' whole lists, searched: read when somebody searches, made into an index in a thread, read anew each day."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bidwell.marketdata.symbol_search import Match, SymbolIndex, build
from bidwell.model.errors import BidwellError
from bidwell.server.ports import FoundInstrument, InstrumentSearch, ListState

if TYPE_CHECKING:
    from bidwell.app.brokerage import Directory
    from bidwell.engine.ports import Clock

Load = Callable[[], "Awaitable[Directory]"]

FRESH = timedelta(hours=12)
"""Lists change once a day; one that is older is read anew when it is next searched, and serves until then."""
MOST_LISTS = 4
"""Lists that are kept, the one not searched for longest let go first: each is some tens of megabytes at the most."""
_AGAIN = timedelta(seconds=30)
_REASONS = 3
_TWO = "both stand for"
log = structlog.get_logger("bidwell")


@dataclass(frozen=True, slots=True)
class _Read:
    index: SymbolIndex
    at: datetime
    by_id: bool
    note: str
    left_out: int
    colliding: tuple[str, ...]


@dataclass(slots=True)
class _List:
    read: _Read | None = None
    task: asyncio.Task[_Read] | None = None
    problem: str = ""
    tried_at: datetime | None = None


@dataclass(slots=True)
class InstrumentLists:
    """One list for all accounts that share it, by a key."""

    clock: Clock
    _lists: OrderedDict[Hashable, _List] = field(default_factory=OrderedDict)

    async def search(self, key: Hashable, load: Load, text: str, limit: int) -> InstrumentSearch:
        """What a list has of a text, best first, and how the list is; begins to read one that is not known or old."""
        known = self._lists.setdefault(key, _List())
        self._lists.move_to_end(key)
        self._let_go()
        now, read = self.clock.now(), known.read
        if known.task is None and self._is_due(known, now):
            known.tried_at = now
            known.task = asyncio.create_task(self._load(load))
            known.task.add_done_callback(lambda task: self._loaded(known, task))
        if read is None:
            return InstrumentSearch(ListState.LOADING if known.task else ListState.FAILED, reason=known.problem)
        found = await asyncio.to_thread(read.index.search, text, limit)
        return InstrumentSearch(
            ListState.READY, tuple(_found(each, by_id=read.by_id) for each in found), len(read.index), read.at,
            _stale(known, now), read.note, read.left_out, read.colliding,
        )  # fmt: skip

    async def close(self) -> None:
        """Stop reading."""
        for task in [each.task for each in self._lists.values() if each.task is not None]:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _is_due(self, known: _List, now: datetime) -> bool:
        if known.tried_at is not None and known.problem and now - known.tried_at < _AGAIN:
            return False
        return known.read is None or now - known.read.at >= FRESH

    def _let_go(self) -> None:
        while len(self._lists) > MOST_LISTS:
            _, gone = self._lists.popitem(last=False)
            if gone.task is not None:
                gone.task.cancel()

    async def _load(self, load: Load) -> _Read:
        directory, now = await load(), self.clock.now()
        index = await asyncio.to_thread(build, directory.rows, now.date() - timedelta(days=1))
        colliding = [why for why in directory.refused.values() if _TWO in why]
        if index.left_out:
            colliding.append(f"{index.left_out} rows share an id with another row")
        return _Read(index, now, directory.by_id, directory.note, len(directory.refused) + index.left_out,
                     tuple(colliding[:_REASONS]))  # fmt: skip

    def _loaded(self, known: _List, task: asyncio.Task[_Read]) -> None:
        known.task = None
        if task.cancelled():
            return
        problem = task.exception()
        if problem is None:
            known.read, known.problem = task.result(), ""
            log.info("instruments_read", rows=len(known.read.index), bytes=known.read.index.size)
            return
        known.problem = str(problem) if isinstance(problem, BidwellError) else "the list could not be read"
        log.warning("instruments_not_read", reason=str(problem), exc_info=problem)


def _stale(known: _List, now: datetime) -> str:
    if known.read is None or now - known.read.at < FRESH:
        return ""
    return f"it could not be read anew: {known.problem}" if known.problem else "it is being read anew"


def _found(each: Match, *, by_id: bool) -> FoundInstrument:
    return FoundInstrument(each.id, each.symbol, each.name, each.kind, each.underlying, each.expiry, each.strike,
                           each.id if by_id else each.symbol)  # fmt: skip
