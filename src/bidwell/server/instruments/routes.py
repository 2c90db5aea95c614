"""/instruments, /quotes and bars."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import Instant, ObjectId
from bidwell.server.instruments import reads, schemas
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, cut

router = APIRouter(prefix="/api/v1/w/{workspace}", tags=["market"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]


class BarSeconds(IntEnum):
    """The bar lengths there are."""

    MINUTE = 60
    FIVE_MINUTES = 300
    QUARTER = 900
    HOUR = 3600
    DAY = 86400


@router.get("/instruments")
async def list_instruments(
    access: _Read,
    q: Annotated[str, Query(max_length=80)] = "",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.InstrumentPage:
    """What can be traded or watched."""
    part, following = cut(reads.matching(access.desk, q), lambda one: one.id, cursor, limit)
    return schemas.InstrumentPage(items=[reads.view(one) for one in part], next_cursor=following)


@router.get("/quotes")
async def list_quotes(access: _Read) -> schemas.QuotePage:
    """The last quote of every instrument that has one."""
    now = access.context.clock.now()
    quotes = access.desk.market.quotes.values()
    return schemas.QuotePage(items=[reads.quote_view(access.desk, quote, now) for quote in quotes])


@router.get("/instruments/{id}/bars")
async def list_bars(
    access: _Read,
    instrument: ObjectId,
    seconds: BarSeconds = BarSeconds.MINUTE,
    count: Annotated[int, Query(ge=1, le=2000)] = 300,
    until: Instant | None = None,
) -> schemas.BarPage:
    """Past bars, oldest first, that start before `until` (market clock; the newest without it)."""
    found = reads.find(access.desk, instrument)
    bars = await access.context.history.bars(found.id, int(seconds), until, count)
    return schemas.BarPage(items=[reads.bar_view(bar) for bar in bars])
