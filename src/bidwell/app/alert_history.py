"""The alerts' history written behind their backs: in batches, so that no sender waits for it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.server.ports import AlertRecord
    from bidwell.storage.alert_log import AlertLog

PAUSE = 0.25
MOST_WAITING = 10_000
log = structlog.get_logger("bidwell")


class AlertHistory:
    """An alert log that keeps what is said at once and writes it within a quarter of a second.

    The intent itself is durable before its sender is answered; a crash can cost lines of this history only.
    """

    def __init__(self, store: AlertLog[AlertRecord]) -> None:
        self._store = store
        self._waiting: deque[tuple[str, str, AlertRecord]] = deque(maxlen=MOST_WAITING)
        self._writing = asyncio.Lock()

    async def add(self, workspace: str, strategy: str, record: AlertRecord) -> None:
        """Keep one message."""
        self._waiting.append((workspace, strategy, record))

    async def read(self, workspace: str, strategy: str) -> Sequence[AlertRecord]:
        """What is kept, newest first, with what was said just now."""
        await self.flush()
        return await self._store.read(workspace, strategy)

    async def flush(self) -> None:
        """Write what waits."""
        async with self._writing:
            while self._waiting:
                workspace, strategy, _ = self._waiting[0]
                batch = [one for one in self._waiting if one[:2] == (workspace, strategy)]
                await self._store.add_all(workspace, strategy, [record for _, _, record in batch])
                written = {id(record) for _, _, record in batch}
                left = [one for one in self._waiting if id(one[2]) not in written]
                self._waiting.clear()
                self._waiting.extend(left)

    async def run(self) -> None:
        """Write until cancelled; a database that is away is tried again."""
        while True:
            await asyncio.sleep(PAUSE)
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 - whatever the store raises, the messages wait
                log.warning("alert_history_waits", waiting=len(self._waiting), reason=str(error))
