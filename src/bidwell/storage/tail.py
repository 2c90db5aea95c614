"""Following a workspace's journal over one connection that is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from bidwell.engine.ports import Entry
from bidwell.storage.journal import BATCH
from bidwell.storage.pool import Pool

_AFTER = """
    SELECT seq, occurred_at, kind, body, intent_id FROM journal
    WHERE workspace_id = %s AND seq > %s ORDER BY seq LIMIT %s
"""


class JournalTail:
    """What was appended since one last looked."""

    def __init__(self, pool: Pool, workspace: str) -> None:
        self._pool = pool
        self._workspace = workspace

    async def after(self, sequence: int) -> AsyncIterator[Sequence[Entry]]:
        """Entries above a sequence, in order, in batches; raises StorageUnavailable."""
        while True:
            async with self._pool.transaction(workspace=self._workspace) as connection:
                found = await connection.execute(_AFTER, [self._workspace, sequence, BATCH])
                rows = await found.fetchall()
            if not rows:
                return
            yield [
                Entry(row["seq"], row["occurred_at"], row["kind"], str(row["body"]).encode(), row["intent_id"])
                for row in rows
            ]
            sequence = rows[-1]["seq"]
