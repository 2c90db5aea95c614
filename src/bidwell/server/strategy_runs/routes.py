"""/strategy-runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from bidwell.model.errors import Missing
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.backtests.reads import permit
from bidwell.server.fields import ObjectId
from bidwell.server.problems import ProblemError, not_found
from bidwell.server.research import Research, research_of
from bidwell.server.running import StrategyRuns, runs_of
from bidwell.server.strategy_files.reads import find_file, find_version
from bidwell.server.strategy_runs import reads, schemas
from bidwell.storage.research.strategy_runs import StrategyRun
from bidwell.strategy.bars import span_of

router = APIRouter(prefix="/api/v1/w/{workspace}/strategy-runs", tags=["strategy runs"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Run = Annotated[Access, Depends(InWorkspace(Action.STRATEGY_RUN))]
_Research = Annotated[Research, Depends(research_of)]


@router.get("")
async def list_strategy_runs(request: Request, access: _Read) -> schemas.StrategyRunList:
    """Strategies at work, and those that were, newest first."""
    runs = runs_of(request, access.workspace)
    return schemas.StrategyRunList(items=[reads.view(access.desk, runs, one) for one in await runs.all()])


@router.post("", status_code=201)
async def start_strategy_run(request: Request, access: _Run, research: _Research,
                             body: schemas.NewStrategyRun) -> schemas.StrategyRunView:  # fmt: skip
    """Put a strategy to work in a process of its own; its signals go through the intake like any strategy's."""
    await permit(access, research)
    runs = runs_of(request, access.workspace)
    source, name = await _source(access, research, body)
    run = await runs.start({
        "source": source, "instruments": list(body.instruments), "seconds": span_of(body.timeframe),
        "group": body.group, "account": body.account, "class_name": body.class_name, "name": body.name or name,
        "parameters": dict(body.parameters), "history": body.history,
    }, access.actor.label)  # fmt: skip
    await access.note("strategy_run.started", run.id, {"hash": run.hash})
    return reads.view(access.desk, runs, run)


@router.get("/{id}")
async def read_strategy_run(request: Request, access: _Read, run: ObjectId) -> schemas.StrategyRunDetail:
    """One run with the text that it runs."""
    runs = runs_of(request, access.workspace)
    found = await _find(runs, run)
    return schemas.StrategyRunDetail(**reads.fields(access.desk, runs, found), source=found.source)


@router.post("/{id}/stop")
async def stop_strategy_run(request: Request, access: _Run, run: ObjectId,
                            body: schemas.StopBody) -> schemas.StrategyRunView:  # fmt: skip
    """Stop a run; its working orders stay, unless it is flattened."""
    runs = runs_of(request, access.workspace)
    await _find(runs, run)
    stopped = await runs.stop(run, access.actor.label, flatten=body.flatten)
    await access.note("strategy_run.stopped", run, {"flatten": str(body.flatten).lower()})
    return reads.view(access.desk, runs, stopped)


@router.post("/{id}/resume")
async def resume_strategy_run(request: Request, access: _Run, research: _Research,
                              run: ObjectId) -> schemas.StrategyRunView:  # fmt: skip
    """Put a stopped or failed run to work again with what it kept; bars that passed meanwhile are history."""
    await permit(access, research)
    runs = runs_of(request, access.workspace)
    await _find(runs, run)
    resumed = await runs.resume(run)
    await access.note("strategy_run.resumed", run)
    return reads.view(access.desk, runs, resumed)


@router.delete("/{id}", status_code=204)
async def remove_strategy_run(request: Request, access: _Run, run: ObjectId) -> None:
    """Forget a run that is not at work, with its log; its orders stay in the journal."""
    runs = runs_of(request, access.workspace)
    await _find(runs, run)
    await runs.remove(run)
    await access.note("strategy_run.removed", run)


@router.get("/{id}/log")
async def read_strategy_run_log(
    request: Request, access: _Read, run: ObjectId,
    after: Annotated[int, Query(ge=-1, le=10**12, description="number of the last line known; -1: the newest")] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> schemas.RunLog:  # fmt: skip
    """A run's log: what the strategy wrote and printed, its orders, fills and refusals."""
    runs = runs_of(request, access.workspace)
    await _find(runs, run)
    return schemas.RunLog(items=[
        reads.line_view(one) for one in await runs.lines(run, after, limit)
    ])  # fmt: skip


async def _source(access: Access, research: Research, body: schemas.NewStrategyRun) -> tuple[str, str]:
    """The text to run, and a name for it."""
    if (body.source is None) == (body.strategy is None):
        raise ProblemError(422, "strategy_run.source", "give the source, or the id of a strategy file", field="source")
    if body.source is not None:
        return body.source, ""
    file = await find_file(research.files, access.workspace, str(body.strategy))
    version = await find_version(research.files, access.workspace, file.id, body.version or file.latest)
    return version.source, file.name


async def _find(runs: StrategyRuns, ident: str) -> StrategyRun:
    try:
        return await runs.find(ident)
    except Missing:
        raise not_found("strategy_run", ident) from None
