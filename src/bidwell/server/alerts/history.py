"""The strategies' message history: written behind the answer, one message after another, and readable at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import structlog

from bidwell.server.ports import AlertLog, AlertRecord

MOST_WAITING = 20_000
PAUSE_S = 0.25
_log = structlog.get_logger("bidwell.alerts")


class History:
    """Takes a message at once and stores it soon, so that a sender never waits for its own history.

    At most `MOST_WAITING` messages wait; beyond that the oldest of them are let go, which the log says. What
    still waits when the process dies is missing from the history only: intents are durable before.
    """

    def __init__(self, log: AlertLog) -> None:
        self._store = log
        self._waiting: deque[tuple[str, str, AlertRecord]] = deque()
        self._task: asyncio.Task[None] | None = None

    def note(self, workspace: str, strategy: str, record: AlertRecord) -> None:
        """Keep one message."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            _log.warning("alert.history_overflow", strategy=strategy)
        self._waiting.append((workspace, strategy, record))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def read(self, workspace: str, strategy: str) -> Sequence[AlertRecord]:
        """Every message that is kept, newest first, those that still wait included."""
        waiting = [record for *place, record in self._waiting if place == [workspace, strategy]]
        stored = await self._store.read(workspace, strategy)
        known = {(record.at, record.intent, record.code) for record in stored}
        fresh = [record for record in reversed(waiting) if (record.at, record.intent, record.code) not in known]
        return [*fresh, *stored]

    async def _drain(self) -> None:
        while self._waiting:
            workspace, strategy, record = self._waiting[0]
            try:
                await self._store.add(workspace, strategy, record)
            except Exception:  # noqa: BLE001 - whatever the store raises, the message itself was dealt with
                _log.exception("alert.history_failed", strategy=strategy)
                await asyncio.sleep(PAUSE_S)
            if self._waiting and self._waiting[0][2] is record:
                self._waiting.popleft()
