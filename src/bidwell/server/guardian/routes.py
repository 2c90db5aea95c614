"""/guardian."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.guardian_view import GuardianView
from bidwell.server.problems import ProblemError

router = APIRouter(prefix="/api/v1/w/{workspace}/guardian", tags=["risk"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]


@router.get("")
async def read_guardian(access: _Read) -> GuardianView:
    """Whether the guardian watches, what it sees, and what it last did."""
    ask = access.context.guardian
    if ask is None:
        raise ProblemError(409, "guardian.none_here", "this desk runs without a guardian's folder")
    return await asyncio.to_thread(ask)
