"""The messages that came for each strategy and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from bidwell.storage.pool import Pool

KEPT = 1000


class Message(Protocol):
    """What is kept of one message; its `body` carries no token."""

    @property
    def at(self) -> datetime: ...

    @property
    def outcome(self) -> str: ...

    @property
    def code(self) -> str: ...

    @property
    def detail(self) -> str: ...

    @property
    def intent(self) -> str | None: ...

    @property
    def body(self) -> str: ...


Record = TypeVar("Record", bound=Message)


class AlertLog(Generic[Record]):
    """The newest thousand messages of each strategy; `record` makes one from at, outcome, code, detail, intent, body."""

    def __init__(self, pool: Pool, record: Callable[[datetime, str, str, str, str | None, str], Record]) -> None:
        self._pool = pool
        self._record = record

    async def add_all(self, workspace: str, strategy: str, records: Sequence[Record]) -> None:
        """Keep messages in their order and let go of the oldest."""
        async with self._pool.transaction(workspace=workspace) as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO alerts (workspace_id, strategy, at, outcome, code, detail, intent_id, body)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    [
                        workspace, strategy, record.at, record.outcome, record.code, record.detail, record.intent,
                        record.body.replace("\x00", "\N{SYMBOL FOR NULL}"),
                    ]
                    for record in records
                ],
            )  # fmt: skip
            await cursor.execute(
                "DELETE FROM alerts WHERE workspace_id = %s AND strategy = %s AND id <= (SELECT id FROM alerts"
                " WHERE workspace_id = %s AND strategy = %s ORDER BY id DESC OFFSET %s LIMIT 1)",
                [workspace, strategy, workspace, strategy, KEPT],
            )

    async def add(self, workspace: str, strategy: str, record: Record) -> None:
        """Keep one message."""
        await self.add_all(workspace, strategy, [record])

    async def read(self, workspace: str, strategy: str) -> list[Record]:
        """What is kept, newest first."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT at, outcome, code, detail, intent_id, body FROM alerts"
                " WHERE workspace_id = %s AND strategy = %s ORDER BY id DESC",
                [workspace, strategy],
            )
            return [
                self._record(row["at"], row["outcome"], row["code"], row["detail"], row["intent_id"], row["body"])
                async for row in found
            ]
