"""/positions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.positions import reads, schemas

router = APIRouter(prefix="/api/v1/w/{workspace}/positions", tags=["positions"])


@router.get("")
async def list_positions(
    access: Annotated[Access, Depends(InWorkspace(Action.DESK_READ))],
) -> schemas.PositionPage:
    """What is held."""
    return schemas.PositionPage(items=reads.views(access.desk))
