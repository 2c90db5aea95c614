"""/readiness."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.model.errors import InvalidInput
from bidwell.model.risk_events import FireDrillRun
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts.reads import find
from bidwell.server.fields import ObjectId
from bidwell.server.readiness import reads, schemas

router = APIRouter(prefix="/api/v1/w/{workspace}/readiness", tags=["readiness"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Mend = Annotated[Access, Depends(InWorkspace(Action.RECONCILE))]

_BY_SESSION = frozenset({"session", "clock"})
_BY_COMPARING = frozenset({"book"})


@router.get("")
async def read_readiness(access: _Read) -> schemas.Board:
    """GO or NO-GO for every enabled account, with each check."""
    return await reads.board(access.context, access.workspace, access.desk)


@router.post("/{id}/repair", status_code=202)
async def repair(access: _Mend, name: ObjectId, body: schemas.RepairBody) -> schemas.Board:
    """Mend one check as far as the desk can by itself; the board tells how it came out."""
    found = find(access.desk, name)
    if body.check in _BY_COMPARING:
        access.desk.reconcile_now(found.id)
    elif body.check in _BY_SESSION:
        connections = access.context.connections.get(access.workspace)
        if connections is None or connections.linked(found.id) is None:
            access.desk.reconcile_now(found.id)
        else:
            await connections.renew(found.id, None)
    elif body.check == "drill":
        await _drill(access, found.broker)
    else:
        raise InvalidInput("readiness.by_hand", f"the check {body.check!r} is mended by a person", field="check",
                           hint=", ".join(sorted(_BY_SESSION | _BY_COMPARING | {"drill"})))  # fmt: skip
    await access.note("readiness.repaired", found.id, {"check": body.check})
    return await reads.board(access.context, access.workspace, access.desk)


async def _drill(access: Access, broker: str) -> None:
    """Drill at the broker's twin and keep how it came out."""
    context = access.context
    if context.drills is None:
        raise InvalidInput("drill.no_twin", "this desk runs without drills", field="check")
    steps = await context.drills.run(broker)
    run = FireDrillRun(context.clock.now(), broker, context.settings.version, steps, access.actor.label)
    await access.desk.define(run)
