"""Strategy files and their versions, which are added and never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow

from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.role import Role
from bidwell.storage.pool import Pool

MOST_FILES = 500
MOST_VERSIONS = 1000
_FILE = (
    "SELECT f.*, v.hash FROM strategy_files f JOIN strategy_versions v ON v.workspace_id = f.workspace_id"
    " AND v.strategy_id = f.id AND v.version = f.latest WHERE f.workspace_id = %s"
)


@dataclass(frozen=True, slots=True)
class StrategyFile:
    """A file by name; `latest` is its newest version and `hash` that version's SHA-256."""

    id: str
    name: str
    latest: int
    hash: str
    created_at: datetime
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class StrategyVersion:
    """One version of a file; `source` is empty in lists."""

    strategy: str
    version: int
    hash: str
    note: str
    created_at: datetime
    created_by: str
    source: str = ""


class StrategyFiles:
    """The strategy files of every workspace."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def all(self, workspace: str) -> list[StrategyFile]:
        """Every file, the one changed last first."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(_FILE + " ORDER BY f.changed_at DESC, f.id", [workspace])
            return [_file(row) async for row in found]

    async def find(self, workspace: str, strategy: str) -> StrategyFile | None:
        """One file, None where there is none."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(_FILE + " AND f.id = %s", [workspace, strategy])
            row = await found.fetchone()
        return None if row is None else _file(row)

    async def create(self, workspace: str, strategy: str, name: str, source: str, note: str, now: datetime,
                     actor: str) -> None:  # fmt: skip
        """Keep a new file as its version 1; raises InvalidInput for a name that is taken, or too many files."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute("SELECT count(*) AS files FROM strategy_files WHERE workspace_id = %s",
                                             [workspace])  # fmt: skip
            row = await found.fetchone()
            if row is not None and row["files"] >= MOST_FILES:
                raise InvalidInput("strategy_file.too_many", f"a workspace keeps at most {MOST_FILES} strategy files")
            try:
                await connection.execute("INSERT INTO strategy_files VALUES (%s, %s, %s, 1, %s, %s, %s)",
                                         [workspace, strategy, name, now, now, actor])  # fmt: skip
            except UniqueViolation:
                raise _taken(name) from None
            await connection.execute("INSERT INTO strategy_versions VALUES (%s, %s, 1, %s, %s, %s, %s, %s)",
                                     [workspace, strategy, source, digest(source), note, now, actor])  # fmt: skip

    async def add(self, workspace: str, strategy: str, after: int, source: str, note: str, now: datetime,
                  actor: str) -> int | None:  # fmt: skip
        """Add a version after `after` and return its number; None where another was added meanwhile.

        Raises Missing where there is no such file, InvalidInput for too many versions.
        """
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT latest FROM strategy_files WHERE workspace_id = %s AND id = %s FOR UPDATE",
                [workspace, strategy],
            )
            row = await found.fetchone()
            if row is None:
                raise Missing(f"there is no strategy file {strategy}")
            if row["latest"] != after:
                return None
            if after >= MOST_VERSIONS:
                raise InvalidInput("strategy_file.too_many_versions", f"a file has at most {MOST_VERSIONS} versions",
                                   hint="save it as a new file")  # fmt: skip
            await connection.execute("INSERT INTO strategy_versions VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                                     [workspace, strategy, after + 1, source, digest(source), note, now, actor])  # fmt: skip
            await connection.execute(
                "UPDATE strategy_files SET latest = %s, changed_at = %s, changed_by = %s"
                " WHERE workspace_id = %s AND id = %s",
                [after + 1, now, actor, workspace, strategy],
            )
        return after + 1

    async def rename(self, workspace: str, strategy: str, name: str) -> None:
        """Give a file another name; raises InvalidInput for one that is taken."""
        async with self._pool.transaction(workspace=workspace) as connection:
            try:
                await connection.execute("UPDATE strategy_files SET name = %s WHERE workspace_id = %s AND id = %s",
                                         [name, workspace, strategy])  # fmt: skip
            except UniqueViolation:
                raise _taken(name) from None

    async def remove(self, workspace: str, strategy: str) -> None:
        """Delete a file with its versions."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "DELETE FROM strategy_files WHERE workspace_id = %s AND id = %s", [workspace, strategy]
            )

    async def versions(self, workspace: str, strategy: str) -> list[StrategyVersion]:
        """The versions of a file without their sources, newest first."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT strategy_id, version, hash, note, created_at, created_by, '' AS source FROM strategy_versions"
                " WHERE workspace_id = %s AND strategy_id = %s ORDER BY version DESC",
                [workspace, strategy],
            )
            return [_version(row) async for row in found]

    async def version(self, workspace: str, strategy: str, version: int) -> StrategyVersion | None:
        """One version with its source, None where there is none."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM strategy_versions WHERE workspace_id = %s AND strategy_id = %s AND version = %s",
                [workspace, strategy, version],
            )
            row = await found.fetchone()
        return None if row is None else _version(row)

    async def run_role(self, workspace: str) -> Role:
        """The least role that may have code run: trader, unless an owner asked for more."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT run_role FROM research_settings WHERE workspace_id = %s", [workspace]
            )
            row = await found.fetchone()
        return Role.TRADER if row is None else Role(row["run_role"])

    async def set_run_role(self, workspace: str, role: Role) -> None:
        """Ask for this role from now on."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "INSERT INTO research_settings VALUES (%s, %s)"
                " ON CONFLICT (workspace_id) DO UPDATE SET run_role = excluded.run_role",
                [workspace, role],
            )


def digest(source: str) -> str:
    """SHA-256 of a source in UTF-8, in hex."""
    return hashlib.sha256(source.encode()).hexdigest()


def _taken(name: str) -> InvalidInput:
    return InvalidInput("strategy_file.name_taken", f"there is a strategy called {name!r} already", field="name")


def _file(row: DictRow) -> StrategyFile:
    return StrategyFile(row["id"], row["name"], row["latest"], row["hash"], row["created_at"], row["changed_at"],
                        row["changed_by"])  # fmt: skip


def _version(row: DictRow) -> StrategyVersion:
    return StrategyVersion(row["strategy_id"], row["version"], row["hash"], row["note"], row["created_at"],
                           row["created_by"], row["source"])  # fmt: skip
