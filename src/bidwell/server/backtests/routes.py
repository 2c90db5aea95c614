"""/backtests."""

from __future__ import annotations

import asyncio
import math
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from bidwell.model.errors import Missing
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.backtests import conditions, reads, schemas
from bidwell.server.fields import Identifier, ObjectId
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, pack, unpack, wrong_cursor
from bidwell.server.problems import ProblemError
from bidwell.server.research import Research, research_of
from bidwell.server.strategy_files.reads import find_file, find_version

router = APIRouter(prefix="/api/v1/w/{workspace}/backtests", tags=["backtests"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Run = Annotated[Access, Depends(InWorkspace(Action.BACKTEST_RUN))]
_Owner = Annotated[Access, Depends(InWorkspace(Action.BACKTEST_SETTINGS))]
_Research = Annotated[Research, Depends(research_of)]
_MOST_COMPARED = 6
_JSON = "application/json"
_Second = Annotated[int | None, Query(ge=0, le=253_402_300_799, description="seconds since 1970 in UTC")]


@router.get("")
async def list_backtests(
    access: _Read, research: _Research, strategy: Annotated[Identifier | None, Query()] = None,
    cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT,
) -> schemas.RunPage:  # fmt: skip
    """Runs, newest first."""
    before = None if cursor is None else unpack(cursor)
    if not (before or "").isprintable():
        raise wrong_cursor()
    found = await research.runs.page(access.workspace, limit + 1, before, strategy)
    part = found[:limit]
    items = []
    for run in part:
        live = research.queue.current(access.workspace, run.id)
        items.append(reads.view(run) if live is None else reads.view(*live, live=True))
    return schemas.RunPage(items=items, next_cursor=pack(part[-1].id) if len(found) > limit else None)


@router.post("", status_code=202)
async def start_backtest(access: _Run, research: _Research, body: schemas.RunBody) -> schemas.Run:
    """Queue a run; it is made in a worker process, and its progress comes over the stream's topic `backtests`."""
    await reads.permit(access, research)
    file = await find_file(research.files, access.workspace, body.strategy)
    version = await find_version(research.files, access.workspace, file.id, body.version or file.latest)
    _check(body)
    await reads.refuse_what_cannot_run(research, version.source)
    run = await research.queue.submit(access.workspace, _asked(body, file.name, version.version), version.source,
                                      access.actor.label)  # fmt: skip
    await access.note("backtest.started", run.id, {"strategy": file.id, "version": str(version.version)})
    return reads.view(run, live=True)


@router.get("/data")
async def list_backtest_data(access: _Read, research: _Research) -> schemas.SeriesList:  # noqa: ARG001 - the guard
    """The bars that a run can be made on: what the catalog holds."""
    found = await reads.read(research.results.data)
    return schemas.SeriesList(items=[reads.series_view(one) for one in found])


@router.get("/settings")
async def read_backtest_settings(access: _Read, research: _Research) -> schemas.RunSettingsView:
    """Who may have strategy code run here."""
    least = await research.files.run_role(access.workspace)
    return schemas.RunSettingsView(run_role=least, allowed=reads.may_run(access.role, least))


@router.put("/settings")
async def change_backtest_settings(access: _Owner, research: _Research,
                                   body: schemas.RunSettings) -> schemas.RunSettingsView:  # fmt: skip
    """Say who may have strategy code run here: trader, admin or owner."""
    if body.run_role == "viewer":
        raise ProblemError(422, "field.choice", "a viewer runs nothing", field="run_role",
                           hint="trader, admin or owner")  # fmt: skip
    await research.files.set_run_role(access.workspace, body.run_role)
    await access.note("backtest.settings", "run_role", {"run_role": body.run_role})
    return schemas.RunSettingsView(run_role=body.run_role, allowed=True)


@router.get("/compare", response_model=schemas.Comparison)
async def compare_backtests(
    access: _Read, research: _Research,
    run: Annotated[list[str], Query(min_length=1, max_length=_MOST_COMPARED, description="ids of finished runs")],
) -> Response:  # fmt: skip
    """Growth and figures of up to six finished runs beside each other."""
    items = []
    for name in dict.fromkeys(run):
        found = await reads.finished(research, access.workspace, name, "backtest")
        pictures = await reads.read(research.results.pictures, access.workspace, found.id)
        items.append(await reads.read(reads.compared, found, pictures))
    return Response(msgspec.json.encode({"items": items}), media_type=_JSON)


@router.get("/{id}")
async def read_backtest(access: _Read, research: _Research, name: ObjectId) -> schemas.RunDetail:
    """One run: what was asked, how it stands, what the strategy printed."""
    run, done, total, live = await reads.find_run(research, access.workspace, name)
    return reads.detail(run, done, total, live=live)


@router.delete("/{id}", status_code=204)
async def remove_backtest(access: _Run, research: _Research, name: ObjectId) -> None:
    """Delete a run with its files; 409 while it has not ended."""
    run, _, _, live = await reads.find_run(research, access.workspace, name)
    if live:
        raise ProblemError(409, "backtest.open", f"the run is {run.status}", hint="cancel it first")
    await research.queue.remove(access.workspace, name)
    await access.note("backtest.removed", name)


@router.post("/{id}/cancel", status_code=202)
async def cancel_backtest(access: _Run, research: _Research, name: ObjectId) -> schemas.Run:
    """Stop a run; one that has ended stays as it is."""
    run, _, _, live = await reads.find_run(research, access.workspace, name)
    if not live or not await research.queue.cancel(access.workspace, name):
        return reads.view(run)
    await access.note("backtest.canceled", name)
    run, done, total, live = await reads.find_run(research, access.workspace, name)
    return reads.view(run, done, total, live=live)


@router.get("/{id}/result", response_model=schemas.ResultView)
async def read_backtest_result(access: _Read, research: _Research, name: ObjectId) -> Response:
    """The charts and figures of a finished backtest."""
    run = await reads.finished(research, access.workspace, name, "backtest")
    return Response(await reads.read(research.results.pictures, access.workspace, run.id), media_type=_JSON)


@router.get("/{id}/sweep", response_model=schemas.SweepView)
async def read_sweep(access: _Read, research: _Research, name: ObjectId) -> Response:
    """The rows of a finished sweep."""
    run = await reads.finished(research, access.workspace, name, "sweep")
    return Response(await reads.read(research.results.pictures, access.workspace, run.id), media_type=_JSON)


@router.get("/{id}/round-trips", response_model=schemas.TripList)
async def read_backtest_round_trips(access: _Read, research: _Research, name: ObjectId) -> Response:
    """The round trips of a finished backtest in their order."""
    run = await reads.finished(research, access.workspace, name, "backtest")
    return Response(await reads.read(research.results.round_trips, access.workspace, run.id), media_type=_JSON)


@router.get("/{id}/survival", response_model=schemas.SurvivalView)
async def read_backtest_survival(
    access: _Read, research: _Research, name: ObjectId,
    plan: Annotated[Identifier | None, Query(description="id of a rulebook, as /funded/rulebooks lists them")] = None,
    factor: Annotated[float, Query(gt=0, le=100, description="how much larger than plan size over cash to trade")] = 1.0,
    paths: Annotated[int, Query(ge=100, le=10_000)] = 4_000,
    longest: Annotated[int, Query(ge=5, le=500, description="days after which a path is left open")] = 250,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1)] = 0,
) -> Response:  # fmt: skip
    """How often the days of a finished backtest pass a funded account's plan or fail it, drawn again and again."""
    run = await reads.finished(research, access.workspace, name, "backtest")
    if plan is None:
        raise ProblemError(422, "field.missing", "name the plan to judge the run by", field="plan")
    store = access.context.rulebooks
    if store is None:
        raise ProblemError(409, "rulebook.no_store", "this desk runs without a rulebook folder")
    book = (await asyncio.to_thread(store.library)).at(plan, access.context.clock.now().date())
    try:
        found = await research.results.odds(access.workspace, run.id, book, factor, paths, longest, seed)
    except Missing as error:
        raise ProblemError(404, "backtest.file_missing", str(error)) from None
    return Response(found, media_type=_JSON)


@router.get("/{id}/bars", response_model=schemas.RunBars)
async def read_backtest_bars(
    access: _Read, research: _Research, name: ObjectId,
    symbol: Annotated[str | None, Query(max_length=80, description="the run's first unless given")] = None,
    start: _Second = None, end: _Second = None,
) -> Response:  # fmt: skip
    """The bars that the run saw, with its fills among them."""
    run = await reads.finished(research, access.workspace, name, "backtest")
    found = await reads.read(research.results.bars, access.workspace, run.id, symbol, start, end)
    return Response(found, media_type=_JSON)


@router.get("/{id}/files/{file}", response_class=Response)
async def download_backtest(
    access: _Read, research: _Research, name: ObjectId,
    file: Annotated[str, Path(max_length=40, description="tear-sheet.html, heat-map.html, result.json, strategy.py, "
                                                         "tables.csv.zip or tables.parquet.zip")],
) -> Response:  # fmt: skip
    """One of a finished run's files."""
    run = await reads.finished(research, access.workspace, name)
    found = await reads.read(research.results.download, access.workspace, run.id, file)
    headers = {"content-disposition": f'attachment; filename="{found.name}"'}
    return Response(found.body, media_type=found.media_type, headers=headers)


def _check(body: schemas.RunBody) -> None:
    if body.start is not None and body.end is not None and body.start >= body.end:
        raise ProblemError(422, "backtest.dates", "the run ends before it begins", field="end")
    if len(set(body.data)) < len(body.data):
        raise ProblemError(422, "backtest.data_twice", "the same data is named twice", field="data")
    symbols = {name.partition("@")[0] for name in body.data}
    if len(symbols) < len(body.data):
        raise ProblemError(422, "backtest.data_twice", "an instrument is named with two kinds of data", field="data",
                           hint="longer timeframes are made by the strategy: bars.resample")  # fmt: skip
    conditions.check(body, symbols)
    if math.prod(len(values) for values in body.grid.values()) > schemas.MOST_COMBINATIONS:
        raise ProblemError(422, "backtest.grid", f"a sweep has at most {schemas.MOST_COMBINATIONS:,} combinations",
                           field="grid")  # fmt: skip


def _asked(body: schemas.RunBody, strategy_name: str, version: int) -> dict[str, Any]:
    return {
        "strategy": body.strategy, "strategy_name": strategy_name, "version": version, "class_name": body.class_name,
        "data": list(body.data), "start": body.start.isoformat() if body.start else None,
        "end": body.end.isoformat() if body.end else None, "cash": float(body.cash), "fee": body.fee,
        "slippage": float(body.slippage), "fill": str(body.fill), "leverage": float(body.leverage),
        "shorting": body.shorting,
        "participation": None if body.participation is None else float(body.participation),
        "lot_size": float(body.lot_size), "adjust": body.adjust and str(body.adjust), "compile": str(body.compile), "seed": body.seed,
        "parameters": dict(body.parameters), "grid": {name: list(values) for name, values in body.grid.items()},
        "time_limit": float(body.time_limit_s), "memory": float(body.memory_gb), **conditions.told(body),
    }  # fmt: skip
