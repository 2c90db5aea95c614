"""Runs as the API shows them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from bidwell.model.errors import Missing
from bidwell.model.role import Role
from bidwell.server.access.guards import Access
from bidwell.server.backtests import schemas
from bidwell.server.problems import ProblemError, not_found
from bidwell.server.research import Research, SeriesRow
from bidwell.storage.research.backtest_runs import BacktestRun

T = TypeVar("T")
_RANK = list(Role)
_UNITS = {86_400: "D", 3600: "h", 60: "m"}


def view(run: BacktestRun, done: int = 0, total: int = 0, *, live: bool = False) -> schemas.Run:
    """A run, with its progress while it has not ended."""
    return schemas.Run(**_fields(run, done, total, live=live))


def detail(run: BacktestRun, done: int = 0, total: int = 0, *, live: bool = False) -> schemas.RunDetail:
    """A run with what its strategy printed."""
    return schemas.RunDetail(**_fields(run, done, total, live=live), output=run.output)


def _fields(run: BacktestRun, done: int, total: int, *, live: bool) -> dict[str, Any]:
    asked = {name: run.request[name] for name in schemas.Asked.model_fields if name in run.request}
    return {
        "id": run.id, "kind": run.kind, "strategy": run.strategy, "strategy_name": run.request["strategy_name"],
        "status": run.status, "asked": schemas.Asked(**asked),
        "progress": schemas.Progress(done=done, total=total) if live else None,
        "code": run.code, "reason": run.reason, "line": run.line, "summary": run.summary,
        "created_at": run.created_at, "created_by": run.created_by, "started_at": run.started_at,
        "finished_at": run.finished_at,
    }  # fmt: skip


async def find_run(research: Research, workspace: str, name: str) -> tuple[BacktestRun, int, int, bool]:
    """The run of this workspace with its progress and whether it has not ended, or a 404 problem."""
    live = research.queue.current(workspace, name)
    if live is not None:
        return *live, True
    run = await research.runs.find(workspace, name) if name.isprintable() else None
    if run is None:
        raise not_found("backtest", name)
    return run, 0, 0, False


async def finished(research: Research, workspace: str, name: str, kind: str | None = None) -> BacktestRun:
    """A run that has a result (of one kind), or a problem that says why there is none."""
    run, _, _, _ = await find_run(research, workspace, name)
    if run.status != "done":
        raise ProblemError(409, "backtest.no_result", f"the run is {run.status} and has no result",
                           hint="wait for it to be done, or run it again")  # fmt: skip
    if kind is not None and run.kind != kind:
        raise ProblemError(409, "backtest.kind", f"the run is a {run.kind}, and only a {kind} has this")
    return run


async def read(make: Any, *given: Any) -> Any:  # noqa: ANN401 - any of the readers
    """Read files in a thread; what is not there is a 404 problem."""
    try:
        return await asyncio.to_thread(make, *given)
    except Missing as error:
        raise ProblemError(404, "backtest.file_missing", str(error)) from None


def series_view(row: SeriesRow) -> schemas.SeriesView:
    """Bars of the catalog under the name that a run gives them."""
    timeframe = timeframe_of(row.seconds)
    return schemas.SeriesView(name=f"{row.instrument}@{timeframe}", instrument=row.instrument, timeframe=timeframe,
                              rows=row.rows, first=row.first, last=row.last, source=row.source)  # fmt: skip


def timeframe_of(seconds: int) -> str:
    """1D, 4h, 5m: what a number of seconds is called; none are quotes."""
    if seconds == 0:
        return "quotes"
    for unit, letter in _UNITS.items():
        if seconds % unit == 0:
            return f"{seconds // unit}{letter}"
    return str(timedelta(seconds=seconds))


def may_run(role: Role, least: Role) -> bool:
    """Whether a role is at least the one that the owner asks for."""
    return _RANK.index(role) <= _RANK.index(least)


async def permit(access: Access, research: Research) -> None:
    """Let pass who may have code run here; a 403 problem for the others."""
    least = await research.files.run_role(access.workspace)
    if not may_run(access.role, least):
        raise ProblemError(403, "role.insufficient", f"strategy code is run here for the role {least} and above",
                           hint="an owner changes that under Backtests")  # fmt: skip


async def refuse_what_cannot_run(research: Research, source: str) -> None:
    """A 422 problem for a source in which a reading found an error, with its line."""
    found = next(iter((await research.reader.validate(source)).errors), None)
    if found is not None:
        raise ProblemError(422, found.code, f"line {found.line}: {found.message}", field="version",
                           hint="mend the strategy and save it as a new version")  # fmt: skip


class _Curve(msgspec.Struct):
    at: msgspec.Raw
    value: list[float | None]


class _Shown(msgspec.Struct):
    """What a comparison needs of a result's pictures."""

    first_equity: float
    equity: _Curve
    figures: msgspec.Raw


def compared(run: BacktestRun, pictures: bytes) -> msgspec.Raw:
    """A run's figures and its equity as growth, as JSON of `schemas.Compared`."""
    shown = msgspec.json.decode(pictures, type=_Shown)
    growth = [None if value is None else value / shown.first_equity - 1.0 for value in shown.equity.value]
    return msgspec.Raw(msgspec.json.encode({
        "run": msgspec.Raw(view(run).model_dump_json().encode()), "at": shown.equity.at, "value": growth,
        "figures": shown.figures,
    }))  # fmt: skip
