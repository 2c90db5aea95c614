"""/fills."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fills import reads, schemas
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit

router = APIRouter(prefix="/api/v1/w/{workspace}/fills", tags=["fills"])


@router.get("")
async def list_fills(
    access: Annotated[Access, Depends(InWorkspace(Action.DESK_READ))],
    account: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.FillPage:
    """Executions, newest first."""
    part, following = await reads.page(access.desk, account, cursor, limit)
    return schemas.FillPage(items=[reads.view(access.desk, order, fill) for order, fill in part], next_cursor=following)
