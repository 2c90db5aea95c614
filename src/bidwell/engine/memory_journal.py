"""A journal in memory: for tests and simulations, with the same contract as the durable one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidwell.model.errors import Fenced

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bidwell.engine.ports import Entry

_BATCH = 1000


class MemoryJournal:
    """Entries in a list; a sequence that does not follow the last one is Fenced, as another writer must exist."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def append(self, entries: Sequence[Entry]) -> None:
        """Take all entries or none; raises Fenced where the first does not follow the head."""
        expected = len(self.entries)
        for entry in entries:
            expected += 1
            if entry.seq != expected:
                msg = f"sequence {entry.seq} does not follow {expected - 1}"
                raise Fenced(msg)
        self.entries.extend(entries)

    async def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        """Entries above `after` in batches of at most 1,000."""
        end = len(self.entries) if limit is None else min(len(self.entries), after + limit)
        for start in range(after, end, _BATCH):
            yield self.entries[start : min(start + _BATCH, end)]

    async def head(self) -> int:
        """The last sequence."""
        return len(self.entries)
