"""/overview."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.overview import reads, schemas

router = APIRouter(prefix="/api/v1/w/{workspace}", tags=["overview"])


@router.get("/overview")
async def read_overview(access: Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]) -> schemas.Overview:
    """Everything that the frame of the desk page shows."""
    return reads.overview(access.context, access.workspace, access.desk)
