"""/market/speed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.market import schemas
from bidwell.server.problems import ProblemError

router = APIRouter(prefix="/api/v1/w/{workspace}/market", tags=["market"])


@router.post("/speed")
async def set_speed(
    access: Annotated[Access, Depends(InWorkspace(Action.MARKET_SPEED))], body: schemas.Speed
) -> schemas.SpeedView:
    """Let the replayed market run faster or slower."""
    control = access.context.speeds.get(access.workspace)
    if control is None:
        raise ProblemError(409, "market.not_replayed", "this market is live: its speed is its own")
    speed = await control.set_speed(body.speed)
    await access.note("market.speed", "market", {"speed": f"{speed:f}"})
    return schemas.SpeedView(speed=speed)
