"""/risk."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from bidwell.engine.guarding import Guard
from bidwell.model.ids import InstrumentId, StrategyId, time_ordered_id
from bidwell.model.intent import Source
from bidwell.model.limits import NewsEvent
from bidwell.model.risk_events import NewsCalendarSet, SquareOffEnded, SquareOffOrdered
from bidwell.risk import releases
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.intents.schemas import Preview
from bidwell.server.limits.reads import limits_from, scope_of
from bidwell.server.problems import not_found
from bidwell.server.risk import edges, greeks, portfolio, reads, schemas, sizing

router = APIRouter(prefix="/api/v1/w/{workspace}/risk", tags=["risk"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Preview = Annotated[Access, Depends(InWorkspace(Action.INTENT_PREVIEW))]
_Act = Annotated[Access, Depends(InWorkspace(Action.HALT))]
_Write = Annotated[Access, Depends(InWorkspace(Action.LIMITS_WRITE))]
_State = Annotated[Literal["open", "all"], Query(description="open: what is not resolved")]
_Account = Annotated[str | None, Query(max_length=80)]
_Benchmark = Annotated[str | None, Query(max_length=80, description="the instrument that betas are measured against")]
_Confidence = Annotated[str, Query(pattern=r"^0\.\d{1,4}$", description="such as 0.95")]
_Rate = Annotated[str, Query(pattern=r"^-?0(\.\d{1,6})?$", description="a year's, continuous, such as 0.04")]
_Horizon = Annotated[int, Query(ge=1, le=252, description="days")]


@router.get("")
async def read_risk(access: _Read) -> schemas.RiskStatus:
    """Every account's limits with their meters, its locks, and what is being closed."""
    return reads.status(access.desk, access.context.clock.now())


@router.get("/violations")
async def list_violations(access: _Read, state: _State = "open", account: _Account = None) -> schemas.ViolationList:
    """Violations, newest first."""
    return reads.violations(access.desk, state, account)


@router.post("/violations/{id}/acknowledge")
async def acknowledge(access: _Act, name: ObjectId, body: schemas.ViolationNote) -> schemas.ViolationView:
    """Say that a violation was seen."""
    found = reads.violation(access.desk, name)
    await access.desk.act_on_risk(lambda guard: guard.acknowledge(name, access.actor.label, body.note))
    await access.note("violation.acknowledged", name, {"note": body.note})
    return reads.violation_view(access.desk, found)


@router.post("/violations/{id}/resolve")
async def resolve(access: _Act, name: ObjectId, body: schemas.ViolationNote) -> schemas.ViolationView:
    """Say that a violation is dealt with, and how."""
    found = reads.violation(access.desk, name)
    await access.desk.act_on_risk(lambda guard: guard.resolve(name, access.actor.label, body.note))
    await access.note("violation.resolved", name, {"note": body.note})
    return reads.violation_view(access.desk, found)


@router.post("/square-off", status_code=202)
async def square_off(access: _Act, body: schemas.SquareOff) -> schemas.SquareOffReceipt:
    """Close positions until none is left; durable when this answers, sent as soon as each venue is open."""
    reads.narrowed(access.desk, body)
    accounts = reads.squared_accounts(access.desk, body)
    context, actor = access.context, access.actor.label
    now, reason = context.clock.now(), body.reason or "squared off by hand"
    orders = [SquareOffOrdered(
        now, time_ordered_id("sqr", int(now.timestamp() * 1000), context.entropy.bits(35)).lower(), account, reason,
        actor, InstrumentId(body.instrument) if body.instrument else None,
        StrategyId(body.strategy) if body.strategy else None) for account in accounts]  # fmt: skip

    def order_all(guard: Guard) -> None:
        for order in orders:
            guard.squaring.order(order)

    await access.desk.act_on_risk(order_all)
    said = {name: str(value) for name, value in body.model_dump(exclude_none=True).items() if value}
    await access.note("square_off", body.account or body.group or "workspace", said)
    return schemas.SquareOffReceipt(items=[reads.square_view(one) for one in orders])


@router.post("/square-off/{id}/stop")
async def stop_square_off(access: _Act, name: ObjectId) -> schemas.RiskStatus:
    """Call a square-off off; what was sent already goes on at its broker."""
    if name not in access.desk.state.risk.squares:
        raise not_found("square-off", name)
    now, actor = access.context.clock.now(), access.actor.label
    await access.desk.define(SquareOffEnded(now, name, f"called off by {actor}"))
    await access.note("square_off.stopped", name)
    return reads.status(access.desk, now)


@router.get("/releases")
async def read_releases(access: _Read) -> schemas.ReleaseCalendarView:
    """The calendar of releases that news windows look at."""
    return reads.calendar(access.desk, access.context.clock.now())


@router.put("/releases")
async def set_releases(access: _Write, body: schemas.ReleaseCalendar) -> schemas.ReleaseCalendarView:
    """Replace the calendar of releases; asks for the password again."""
    events = tuple(sorted((NewsEvent(one.at, one.title, tuple(one.instruments)) for one in body.events),
                          key=lambda one: one.at))  # fmt: skip
    return await _keep(access, events, body.source)


@router.put("/releases/text")
async def write_releases(access: _Write, body: schemas.ReleaseText) -> schemas.ReleaseCalendarView:
    """Replace the calendar by a file's text; an error is refused with its line. Asks for the password again."""
    return await _keep(access, await asyncio.to_thread(releases.parse, body.text), body.source)


async def _keep(access: Access, events: tuple[NewsEvent, ...], source: str) -> schemas.ReleaseCalendarView:
    now = access.context.clock.now()
    await access.desk.define(NewsCalendarSet(now, events, source, access.actor.label))
    await access.note("releases.set", "workspace", {"events": str(len(events)), "source": source})
    return reads.calendar(access.desk, now)


@router.post("/dry-run")
async def dry_run(access: _Preview, body: schemas.DryRun) -> Preview:
    """Ask every rule about an order, under the limits that hold or under others; nothing is sent or kept."""
    desk, context = access.desk, access.context
    request = body.intent.request("dry-run", Source.API, access.actor.label)
    trial = None
    if body.trial is not None:
        trial = (scope_of(desk, body.trial.type, body.trial.id), limits_from(body.trial.limits))
    return reads.dry_run(desk, request, context.clock.now(), context.entropy, trial)


@router.post("/size")
async def size(access: _Preview, body: schemas.SizeRequest) -> schemas.SizeAnswer:
    """The largest quantity that loses no more than a risk at its stop, and that every rule lets pass."""
    return sizing.fit(access.desk, body, access.context.clock.now(), access.context.entropy)


@router.post("/edge")
async def judge_edge(access: _Preview, body: schemas.EdgeRequest) -> schemas.EdgeAnswer:
    """What past results say: wins, payoff, expectancy with its error, and Kelly's fraction."""
    return await edges.judge(access, body)


@router.get("/portfolio")
async def read_portfolio(
    access: _Read, account: _Account = None, benchmark: _Benchmark = None, confidence: _Confidence = "0.95",
    horizon: _Horizon = 1,
) -> schemas.PortfolioView:  # fmt: skip
    """VaR, CVaR, beta, volatility, concentration, correlations and stress of what is held, from daily bars."""
    return await portfolio.read(access.desk, access.context.history, account, benchmark, Decimal(confidence), horizon)


@router.get("/greeks")
async def read_greeks(access: _Read, account: _Account = None, rate: _Rate = "0") -> schemas.GreeksView:
    """Delta, gamma, vega, theta and rho of the options that are held (Black, Scholes and Merton)."""
    context = access.context
    return await greeks.read(access.desk, context.history, account, Decimal(rate), context.clock.now())


@router.post("/stress")
async def stress(access: _Preview, body: schemas.StressRequest) -> schemas.ScenarioView:
    """What a scenario of one's own would bring to what is held."""
    return await portfolio.custom(access.desk, access.context.history, body)
