"""/limits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.model.events import LimitsSet
from bidwell.model.ids import InstrumentId
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.limits import reads, schemas

router = APIRouter(prefix="/api/v1/w/{workspace}/limits", tags=["limits"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.LIMITS_WRITE))]


@router.get("/workspace")
async def read_workspace_limits(access: _Read) -> schemas.LimitsView:
    """What the workspace sets for all its accounts."""
    return reads.limits_view(access.desk.state.limits.get(Scope(ScopeType.WORKSPACE)) or Limits())


@router.get("/{scope_type}/{id}")
async def read_limits(access: _Read, scope_type: ScopeType, scope_id: ObjectId) -> schemas.LimitsView:
    """What one group, account or strategy sets."""
    scope = reads.scope_of(access.desk, scope_type, scope_id)
    return reads.limits_view(access.desk.state.limits.get(scope) or Limits())


@router.put("/workspace")
async def set_workspace_limits(access: _Write, body: schemas.Limits) -> schemas.LimitsView:
    """Replace what the workspace sets; asks for the password again."""
    return await _set(access, Scope(ScopeType.WORKSPACE), body)


@router.put("/{scope_type}/{id}")
async def set_limits(
    access: _Write, scope_type: ScopeType, scope_id: ObjectId, body: schemas.Limits
) -> schemas.LimitsView:
    """Replace what one group, account or strategy sets; asks for the password again."""
    return await _set(access, reads.scope_of(access.desk, scope_type, scope_id), body)


async def _set(access: Access, scope: Scope, body: schemas.Limits) -> schemas.LimitsView:
    limits = Limits(
        max_order_quantity=body.max_order_quantity, max_order_notional=body.max_order_notional,
        max_position=body.max_position, max_position_notional=body.max_position_notional,
        max_gross_exposure=body.max_gross_exposure, max_open_orders=body.max_open_orders,
        max_daily_loss=body.max_daily_loss, price_collar=body.price_collar, max_data_age=body.max_data_age,
        duplicate_window=body.duplicate_window, max_order_rate=body.max_order_rate,
        allowed_instruments=_names(body.allowed_instruments), denied_instruments=_names(body.denied_instruments),
    )  # fmt: skip
    await access.desk.define(LimitsSet(access.context.clock.now(), scope, limits, access.actor.label))
    said = body.model_dump(mode="json", exclude_none=True)
    await access.note("limits.set", str(scope), {name: str(value) for name, value in said.items()})
    return reads.limits_view(limits)


def _names(names: list[str] | None) -> tuple[InstrumentId, ...] | None:
    return None if names is None else tuple(InstrumentId(name) for name in names)
