"""Strategies at work on the desk: what was started, how far each is, and what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg.rows import DictRow

from bidwell.storage.pool import Pool

MOST_LINES = 2_000


class RunStatus(StrEnum):
    """How a run stands: at work, ended by a person, or ended by an error."""

    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StrategyRun:
    """One run. `parameters`, `symbols` (instrument ids) and `cursor` are JSON texts; `seconds` is a bar's length.

    The run sends as the desk's strategy of the same id, to `group` or `account`. `history` is how many bars it was
    given to begin with. `code`, `reason` and `line` say why a failed one ended.
    """

    id: str
    name: str
    class_name: str
    source: str
    hash: str
    parameters: str
    symbols: str
    seconds: int
    history: int
    group: str | None
    account: str | None
    status: RunStatus
    created_at: datetime
    created_by: str
    cursor: str = "{}"
    code: str = ""
    reason: str = ""
    line: int | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunLine:
    """A line of a run's log; `level` is info, order, fill or error."""

    number: int
    at: datetime
    level: str
    text: str


class StrategyRunRows:
    """The runs of every workspace."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, workspace: str, run: StrategyRun) -> None:
        """Keep a new run."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "INSERT INTO strategy_runs (workspace_id, id, name, class_name, source, hash, parameters, symbols,"
                " seconds, history, group_id, account_id, status, created_at, created_by, cursor)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [workspace, run.id, run.name, run.class_name, run.source, run.hash, run.parameters, run.symbols,
                 run.seconds, run.history, run.group, run.account, run.status, run.created_at, run.created_by,
                 run.cursor],
            )  # fmt: skip

    async def change(self, workspace: str, run: StrategyRun, lease: int = 0) -> bool:
        """Keep how a run stands now; False where a desk with a later lease has taken it over."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "UPDATE strategy_runs SET status = %s, code = %s, reason = %s, line = %s, ended_at = %s, lease = %s"
                " WHERE workspace_id = %s AND id = %s AND lease <= %s",
                [run.status, run.code, _clean(run.reason), run.line, run.ended_at, lease, workspace, run.id, lease],
            )
            return found.rowcount == 1

    async def keep(
        self, workspace: str, run: str, cursor: str | None, lines: Sequence[RunLine], lease: int = 0
    ) -> bool:
        """Keep how far a run is (where that is new) and what it wrote, in one transaction; False as `change`."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "UPDATE strategy_runs SET cursor = coalesce(%s, cursor), lease = %s"
                " WHERE workspace_id = %s AND id = %s AND lease <= %s",
                [None if cursor is None else _clean(cursor), lease, workspace, run, lease],
            )
            if found.rowcount == 0:
                return False
            for line in lines:
                await connection.execute(
                    "INSERT INTO strategy_run_lines VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [workspace, run, line.number, line.at, line.level, _clean(line.text)],
                )
            if lines:
                await connection.execute(
                    "DELETE FROM strategy_run_lines WHERE workspace_id = %s AND run_id = %s AND number <= %s",
                    [workspace, run, lines[-1].number - MOST_LINES],
                )
        return True

    async def find(self, workspace: str, run: str) -> StrategyRun | None:
        """One run, None where there is none."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute("SELECT * FROM strategy_runs WHERE workspace_id = %s AND id = %s",
                                             [workspace, run])  # fmt: skip
            row = await found.fetchone()
        return None if row is None else _run(row)

    async def all(self, workspace: str, *, running: bool = False) -> list[StrategyRun]:
        """Every run, newest first, or only those at work."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM strategy_runs WHERE workspace_id = %s AND (NOT %s OR status = 'running')"
                " ORDER BY id DESC",
                [workspace, running],
            )
            return [_run(row) async for row in found]

    async def remove(self, workspace: str, run: str) -> None:
        """Delete a run with its log."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute("DELETE FROM strategy_runs WHERE workspace_id = %s AND id = %s", [workspace, run])

    async def lines(self, workspace: str, run: str, after: int = -1, limit: int = 200) -> list[RunLine]:
        """The oldest `limit` lines above the number `after`, or the newest ones where that is -1; oldest first."""
        newest = after < 0
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM strategy_run_lines WHERE workspace_id = %s AND run_id = %s AND number > %s"
                " ORDER BY CASE WHEN %s THEN -number ELSE number END LIMIT %s",
                [workspace, run, after, newest, limit],
            )
            lines = [RunLine(row["number"], row["at"], row["level"], row["text"]) async for row in found]
        return sorted(lines, key=lambda line: line.number)

    async def last_number(self, workspace: str, run: str) -> int:
        """The number of the newest line, -1 where there is none."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT max(number) AS number FROM strategy_run_lines WHERE workspace_id = %s AND run_id = %s",
                [workspace, run],
            )
            row = await found.fetchone()
        return -1 if row is None or row["number"] is None else int(row["number"])


def _clean(text: str) -> str:
    """PostgreSQL's text holds no zero byte, and what a strategy raises or keeps may have one."""
    return text.replace("\x00", "\N{SYMBOL FOR NULL}").replace("\\u0000", "\\u2400")


def _run(row: DictRow) -> StrategyRun:
    return StrategyRun(
        row["id"], row["name"], row["class_name"], row["source"], row["hash"], row["parameters"], row["symbols"],
        row["seconds"], row["history"], row["group_id"], row["account_id"], RunStatus(row["status"]),
        row["created_at"], row["created_by"], row["cursor"], row["code"], row["reason"], row["line"], row["ended_at"],
    )  # fmt: skip
