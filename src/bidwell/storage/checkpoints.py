"""The newest state of a workspace that was written down, beside the journal that it is folded from."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import msgspec

from bidwell.engine import checkpoint
from bidwell.engine.state import State
from bidwell.storage.pool import Pool

_KEEP = """
    INSERT INTO state_checkpoints AS known (workspace_id, seq, hash, version, body)
    SELECT workspace_id, seq, hash, %(version)s, %(body)s FROM journal
    WHERE workspace_id = %(workspace)s AND seq = %(seq)s
    ON CONFLICT (workspace_id) DO UPDATE
    SET seq = excluded.seq, hash = excluded.hash, version = excluded.version, body = excluded.body, made_at = now()
    WHERE known.version <> excluded.version OR known.seq < excluded.seq
"""
_NEWEST = """
    SELECT state_checkpoints.body FROM state_checkpoints JOIN journal USING (workspace_id, seq, hash)
    WHERE workspace_id = %s AND version = %s AND seq <= %s
"""
_NO_END = 2**63 - 1
_ROOMS = ("model", "portfolio", "risk", "engine")


class Checkpoints:
    """One state for each workspace; it is used only by the code that made it, and only on its own journal."""

    def __init__(self, pool: Pool, workspace: str) -> None:
        self._pool = pool
        self._workspace = workspace

    async def keep(self, state: State) -> None:
        """Write a state down that is folded from durable entries alone; raises StorageUnavailable."""
        async with self._pool.transaction(workspace=self._workspace) as connection:
            await connection.execute(_KEEP, {
                "workspace": self._workspace, "seq": state.sequence, "version": version(),
                "body": checkpoint.encode(state)})  # fmt: skip

    async def newest(self, up_to: int = _NO_END) -> State | None:
        """The state that was written down, where it is not past an entry; None where there is none to be used.

        Raises StorageUnavailable, and ProtocolError for one that cannot be read.
        """
        async with self._pool.transaction(workspace=self._workspace) as connection:
            found = await connection.execute(_NEWEST, [self._workspace, version(), up_to])
            row = await found.fetchone()
        return None if row is None else checkpoint.decode(row["body"])


@cache
def version() -> str:
    """SHA-256 (hex) of the code that folds: a checkpoint of other code is not what this one would have made."""
    package = Path(__file__).parent.parent
    files = [file for room in _ROOMS for file in sorted((package / room).rglob("*.py"))]
    # Installed without sources nothing tells one version from the next: no other process takes it for its own then.
    digest = hashlib.sha256(msgspec.__version__.encode() if files else os.urandom(16))
    for file in files:
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
