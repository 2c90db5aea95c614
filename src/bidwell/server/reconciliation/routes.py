"""/reconciliation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from bidwell.model.events import BreakType, Handling
from bidwell.model.ids import AccountId
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts.reads import find
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, pack, unpack, wrong_cursor
from bidwell.server.reconciliation import reads, schemas

router = APIRouter(prefix="/api/v1/w/{workspace}/reconciliation", tags=["reconciliation"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Ask = Annotated[Access, Depends(InWorkspace(Action.RECONCILE))]


@router.get("")
async def list_reconciliation(access: _Read) -> schemas.ReconciliationList:
    """How each account's book stands to its broker's, those that need somebody first."""
    return reads.accounts(access.desk)


@router.get("/history")
async def reconciliation_history(
    access: _Read,
    account: Annotated[str | None, Query(max_length=80)] = None,
    kind: Annotated[BreakType | None, Query(alias="type")] = None,
    handling: Handling | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.PassPage:
    """Comparisons that said something new, newest first."""
    if cursor is not None and not unpack(cursor).isdecimal():
        raise wrong_cursor()
    journal = access.context.journals[access.workspace]
    before = int(unpack(cursor)) if cursor is not None else await journal.head() + 1
    only = find(access.desk, account).id if account is not None else None
    rows = await reads.history(access.desk, journal, before, limit + 1, only, kind, handling)
    part = rows[:limit]
    following = pack(str(part[-1][0])) if len(rows) > limit else None
    return schemas.PassPage(items=[one for _, one in part], next_cursor=following)


@router.post("/now", status_code=202)
async def reconcile_now(access: _Ask, body: schemas.Ask) -> schemas.Asked:
    """Compare an account, or every one that is connected, at once; the outcome comes by the stream."""
    only = find(access.desk, body.account).id if body.account is not None else None
    return schemas.Asked(requested=access.desk.reconcile_now(AccountId(only) if only is not None else None))
