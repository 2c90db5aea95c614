"""Backtest runs: what was asked, how it stands, and the figures by which lists are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from psycopg.rows import DictRow

from bidwell.storage.pool import Pool

INTERRUPTED = "the desk stopped while the run was queued or running: run it again"


class Status(StrEnum):
    """How a run stands; the last four are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"
    INTERRUPTED = "interrupted"


OPEN = frozenset({Status.QUEUED, Status.RUNNING})


@dataclass(frozen=True, slots=True)
class BacktestRun:
    """One run. `request` is what was asked for, `summary` the figures of a finished one, both JSON objects.

    `code` and `reason` say why there is no result, `line` the line of the strategy; `output` is what it printed.
    """

    id: str
    kind: str
    strategy: str
    status: Status
    request: dict[str, Any]
    created_at: datetime
    created_by: str
    code: str = ""
    reason: str = ""
    line: int | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    output: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class BacktestRuns:
    """The runs of every workspace."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, workspace: str, run: BacktestRun) -> None:
        """Keep a new run."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "INSERT INTO backtest_runs (workspace_id, id, kind, strategy_id, status, request, created_at, created_by)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [workspace, run.id, run.kind, run.strategy, run.status, _text(run.request), run.created_at,
                 run.created_by],
            )  # fmt: skip

    async def change(self, workspace: str, run: BacktestRun) -> None:
        """Keep how a run stands now."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "UPDATE backtest_runs SET status = %s, code = %s, reason = %s, line = %s, summary = %s, output = %s,"
                " started_at = %s, finished_at = %s WHERE workspace_id = %s AND id = %s",
                [run.status, run.code, _clean(run.reason), run.line, _text(run.summary), _clean(run.output),
                 run.started_at, run.finished_at, workspace, run.id],
            )  # fmt: skip

    async def find(self, workspace: str, run: str) -> BacktestRun | None:
        """One run, None where there is none."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM backtest_runs WHERE workspace_id = %s AND id = %s", [workspace, run]
            )
            row = await found.fetchone()
        return None if row is None else _run(row)

    async def page(self, workspace: str, limit: int, before: str | None = None,
                   strategy: str | None = None) -> list[BacktestRun]:  # fmt: skip
        """At most `limit` runs (older than the id `before`, of one strategy), newest first."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM backtest_runs WHERE workspace_id = %s AND (%s::text IS NULL OR id < %s)"
                " AND (%s::text IS NULL OR strategy_id = %s) ORDER BY id DESC LIMIT %s",
                [workspace, before, before, strategy, strategy, limit],
            )
            return [_run(row) async for row in found]

    async def remove(self, workspace: str, run: str) -> None:
        """Delete a run's row."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute("DELETE FROM backtest_runs WHERE workspace_id = %s AND id = %s", [workspace, run])

    async def interrupt(self, workspace: str, now: datetime) -> list[str]:
        """Mark what an earlier desk left queued or running, and return their ids."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "UPDATE backtest_runs SET status = 'interrupted', code = 'backtest.interrupted', reason = %s,"
                " finished_at = %s WHERE workspace_id = %s AND status IN ('queued', 'running') RETURNING id",
                [INTERRUPTED, now, workspace],
            )
            return [row["id"] async for row in found]


def _text(value: dict[str, Any]) -> str:
    return _clean(msgspec.json.encode(value).decode())


def _clean(text: str) -> str:
    """PostgreSQL's text holds no zero byte, and what a strategy raises or prints may have one."""
    return text.replace("\x00", "\N{SYMBOL FOR NULL}").replace("\\u0000", "\\u2400")


def _run(row: DictRow) -> BacktestRun:
    return BacktestRun(
        row["id"], row["kind"], row["strategy_id"], Status(row["status"]), msgspec.json.decode(row["request"]),
        row["created_at"], row["created_by"], row["code"], row["reason"], row["line"],
        msgspec.json.decode(row["summary"]), row["output"], row["started_at"], row["finished_at"],
    )  # fmt: skip
