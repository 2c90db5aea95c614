"""The guardian's own book: the journal, folded as it grows."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from bidwell.engine import codec
from bidwell.engine.state import State
from bidwell.model.errors import ProtocolError

if TYPE_CHECKING:
    from bidwell.storage.checkpoints import Checkpoints
    from bidwell.storage.tail import JournalTail

_BREATH = 200


class Follower:
    """A workspace's state up to the last entry that was read; with the database gone it is the last snapshot."""

    def __init__(self, tail: JournalTail, checkpoints: Checkpoints) -> None:
        self._tail = tail
        self._checkpoints = checkpoints
        self.state = State()
        self.acted_on = False

    async def catch_up(self) -> None:
        """Read what was appended since, or all of it anew where the state was `acted_on`, which may be ahead of the journal.

        Raises StorageUnavailable, and keeps what there was by then.
        """
        state = self.state
        if self.acted_on or not state.sequence:
            state = State()
            with suppress(ProtocolError):  # the journal says the same, and takes longer
                state = await self._checkpoints.newest() or state
        async for entries in self._tail.after(state.sequence):
            for number, entry in enumerate(entries):
                state.apply(codec.decode(entry.kind, entry.body))
                if number % _BREATH == _BREATH - 1:
                    await asyncio.sleep(0)
        self.state, self.acted_on = state, False
