"""/limits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from bidwell.model.events import LimitsSet
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.risk_events import LimitsNoted, LimitsPlanDropped, LimitsPlanned
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.limits import reads, schemas
from bidwell.server.problems import not_found

router = APIRouter(prefix="/api/v1/w/{workspace}/limits", tags=["limits"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.LIMITS_WRITE))]
_Account = Annotated[str | None, Query(max_length=80, description="whose equity profiles are reckoned from")]
_WORKSPACE = Scope(ScopeType.WORKSPACE)


@router.get("/catalog")
async def read_catalog(access: _Read, account: _Account = None) -> schemas.LimitsCatalog:
    """What can be limited, in which scopes, and the named profiles."""
    return reads.catalog(access.desk, account)


@router.get("/workspace")
async def read_workspace_limits(access: _Read) -> schemas.LimitsView:
    """What the workspace sets for all its accounts."""
    return reads.limits_view(access.desk.state.limits.get(_WORKSPACE) or Limits())


@router.get("/workspace/history")
async def read_workspace_history(access: _Read) -> schemas.LimitsHistory:
    """Every change of the workspace's limits, newest first."""
    return reads.history(access.desk, _WORKSPACE)


@router.get("/{scope_type}/{id}")
async def read_limits(access: _Read, scope_type: ScopeType, scope_id: ObjectId) -> schemas.LimitsView:
    """What one group, account or strategy sets."""
    scope = reads.scope_of(access.desk, scope_type, scope_id)
    return reads.limits_view(access.desk.state.limits.get(scope) or Limits())


@router.get("/{scope_type}/{id}/history")
async def read_history(access: _Read, scope_type: ScopeType, scope_id: ObjectId) -> schemas.LimitsHistory:
    """Every change of the limits of one group, account or strategy, newest first."""
    return reads.history(access.desk, reads.scope_of(access.desk, scope_type, scope_id))


@router.put("/workspace")
async def set_workspace_limits(access: _Write, body: schemas.LimitsChange) -> schemas.LimitsView:
    """Replace what the workspace sets, now or from a date on; asks for the password again."""
    return await _set(access, _WORKSPACE, body)


@router.put("/{scope_type}/{id}")
async def set_limits(
    access: _Write, scope_type: ScopeType, scope_id: ObjectId, body: schemas.LimitsChange
) -> schemas.LimitsView:
    """Replace what one group, account or strategy sets, now or from a date on; asks for the password again."""
    return await _set(access, reads.scope_of(access.desk, scope_type, scope_id), body)


@router.post("/workspace/drop-plan")
async def drop_workspace_plan(access: _Write, body: schemas.PlanDrop) -> schemas.LimitsHistory:
    """Take back a planned change of the workspace's limits; asks for the password again."""
    return await _drop(access, _WORKSPACE, body)


@router.post("/{scope_type}/{id}/drop-plan")
async def drop_plan(
    access: _Write, scope_type: ScopeType, scope_id: ObjectId, body: schemas.PlanDrop
) -> schemas.LimitsHistory:
    """Take back a planned change of the limits of one scope; asks for the password again."""
    return await _drop(access, reads.scope_of(access.desk, scope_type, scope_id), body)


async def _set(access: Access, scope: Scope, body: schemas.LimitsChange) -> schemas.LimitsView:
    limits, now, actor = reads.limits_from(body), access.context.clock.now(), access.actor.label
    if body.effective_from is not None:
        await access.desk.define(LimitsPlanned(now, scope, limits, body.effective_from, actor, body.note))
    else:
        await access.desk.define(LimitsSet(now, scope, limits, actor))
        if body.note or body.profile:
            await access.desk.define(LimitsNoted(now, scope, body.note, body.profile or ""))
    said = body.model_dump(mode="json", exclude_none=True)
    await access.note("limits.set", str(scope), {name: str(value) for name, value in said.items()})
    return reads.limits_view(access.desk.state.limits.get(scope) or Limits())


async def _drop(access: Access, scope: Scope, body: schemas.PlanDrop) -> schemas.LimitsHistory:
    known = {one.effective_from for one in access.desk.state.risk.planned if one.scope == scope}
    if body.effective_from not in known:
        raise not_found("plan", str(scope))
    now = access.context.clock.now()
    await access.desk.define(LimitsPlanDropped(now, scope, body.effective_from, access.actor.label))
    await access.note("limits.plan_dropped", str(scope), {"effective_from": body.effective_from.isoformat()})
    return reads.history(access.desk, scope)
