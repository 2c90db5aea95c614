"""/intents and /preview; the route that takes an intent in is the thin one in `intake`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from bidwell.model.intent import Source
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.intents import preview, reads, schemas
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, cut

router = APIRouter(prefix="/api/v1/w/{workspace}", tags=["intents"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Preview = Annotated[Access, Depends(InWorkspace(Action.INTENT_PREVIEW))]


@router.post("/preview")
async def preview_intent(access: _Preview, body: schemas.IntentRequest) -> schemas.Preview:
    """What the wish would become, account by account; nothing is sent."""
    return preview.preview(access.desk, body.request("preview", Source.TICKET, access.actor.label))


@router.get("/intents")
async def list_intents(
    access: _Read,
    source: Source | None = None,
    instrument: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.IntentPage:
    """Wishes, newest first."""
    found = reads.newest_first(access.desk, source, instrument)
    part, following = cut(found, lambda record: record.intent.id, cursor, limit)
    return schemas.IntentPage(items=[reads.summary(access.desk, one) for one in part], next_cursor=following)


@router.get("/intents/{id}")
async def read_intent(access: _Read, intent: ObjectId) -> schemas.IntentDetail:
    """One wish with its waterfall: each stage, each rule with its numbers, each account."""
    return reads.detail(access.desk, reads.find(access.desk, intent))
