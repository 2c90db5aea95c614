"""The audit trail: who did what, append-only, each row chained to the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow

from bidwell.storage.arrays import int8, timestamp
from bidwell.storage.chain import GENESIS, ChainHead, link
from bidwell.storage.pool import Pool

SYSTEM = "-"
_LAST = "SELECT seq, hash FROM audit WHERE workspace_id = %s ORDER BY seq DESC LIMIT 1"
_LOCK = 0x41554449  # "AUDI"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed; `detail` is JSON with sorted keys and never holds a secret, `digest` chains it to the row before."""

    workspace: str
    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    outcome: str
    address: str
    detail: str
    digest: bytes = b""


class Audit:
    """A chain of rows for each workspace, and one (`SYSTEM`) for what belongs to none, such as a failed login."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(
        self,
        workspace: str,
        now: datetime,
        *,
        actor: str,
        action: str,
        object: str = "",  # noqa: A002 (authorize(actor, action, object) is how security speaks)
        outcome: str = "allowed",
        address: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> AuditRow:
        """Add a row and return it; writers of one chain take turns."""
        text = json.dumps(dict(detail or {}), sort_keys=True, default=str)
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, workspace])
            found = await connection.execute(_LAST, [workspace])
            last = await found.fetchone()
            seq, digest = (last["seq"], last["hash"]) if last else (0, GENESIS)
            row = AuditRow(workspace, seq + 1, now, actor, action, object, outcome, address, text)
            row = replace(row, digest=_digest(digest, row))
            await connection.execute(
                "INSERT INTO audit (workspace_id, seq, at, actor, action, object, outcome, address, detail, hash)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [workspace, row.seq, now, actor, action, object, outcome, address, text, row.digest],
            )
        return row

    async def rows(self, workspace: str = SYSTEM, before: int | None = None, limit: int = 100) -> list[AuditRow]:
        """The newest rows (below the sequence `before`), newest first."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM audit WHERE workspace_id = %s AND (%s::bigint IS NULL OR seq < %s)"
                " ORDER BY seq DESC LIMIT %s",
                [workspace, before, before, limit],
            )
            return [_row(row) async for row in found]

    async def head(self, workspace: str = SYSTEM) -> ChainHead:
        """Where the chain ends, to be kept elsewhere as a proof."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(_LAST, [workspace])
            last = await found.fetchone()
        return ChainHead(last["seq"], last["hash"]) if last else ChainHead()

    async def verify(self, workspace: str = SYSTEM) -> int | None:
        """The first sequence that is missing or not what was written, None when all are."""
        digest, expected = GENESIS, 0
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute("SELECT * FROM audit WHERE workspace_id = %s ORDER BY seq", [workspace])
            async for raw in found:
                expected += 1
                digest = _digest(digest, _row(raw))
                if raw["seq"] != expected or raw["hash"] != digest:
                    return expected
        return None


def _row(row: DictRow) -> AuditRow:
    return AuditRow(
        row["workspace_id"], row["seq"], row["at"], row["actor"], row["action"], row["object"], row["outcome"],
        row["address"], row["detail"], row["hash"],
    )  # fmt: skip


def _digest(previous: bytes, row: AuditRow) -> bytes:
    texts = (row.actor, row.action, row.object, row.outcome, row.address, row.detail)
    return link(previous, int8(row.seq), timestamp(row.at), *(text.encode() for text in texts))
