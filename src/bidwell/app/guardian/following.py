"""The guardian's own book: the journal, folded as it grows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bidwell.engine import codec
from bidwell.engine.state import State

if TYPE_CHECKING:
    from bidwell.storage.tail import JournalTail

_BREATH = 200


class Follower:
    """A workspace's state up to the last entry that was read; with the database gone it is the last snapshot."""

    def __init__(self, tail: JournalTail) -> None:
        self._tail = tail
        self.state = State()
        self.acted_on = False

    async def catch_up(self) -> None:
        """Read what was appended since, or all of it anew where the state was `acted_on`, which may be ahead of the journal.

        Raises StorageUnavailable, and keeps what there was by then.
        """
        state = State() if self.acted_on else self.state
        async for entries in self._tail.after(state.sequence):
            for number, entry in enumerate(entries):
                state.apply(codec.decode(entry.kind, entry.body))
                if number % _BREATH == _BREATH - 1:
                    await asyncio.sleep(0)
        self.state, self.acted_on = state, False
