"""/journal and /export."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import PlainTextResponse

from bidwell.engine.ports import Entry
from bidwell.model.events import KINDS
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId, instant
from bidwell.server.intents import reads as intents
from bidwell.server.journal import reads, schemas
from bidwell.server.journal.bundle import IntentExport, bundle, text
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, pack, unpack, wrong_cursor
from bidwell.server.problems import ProblemError
from bidwell.server.retired import with_intent

router = APIRouter(prefix="/api/v1/w/{workspace}", tags=["journal"])
_Read = Annotated[Access, Depends(InWorkspace(Action.JOURNAL_READ))]


class Direction(StrEnum):
    """Which end of the journal comes first."""

    ASC = "asc"
    DESC = "desc"


@router.get("/journal")
async def list_journal(
    access: _Read,
    after: Annotated[int, Query(ge=0, le=2**62, description="only sequences above this one")] = 0,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    intent: Annotated[str | None, Query(max_length=80)] = None,
    order: Direction = Direction.DESC,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.JournalPage:
    """What happened, event by event."""
    if kind is not None and kind not in KINDS:
        raise ProblemError(422, "journal.kind", f"there is no kind {kind!r}", field="kind",
                           hint=", ".join(sorted(KINDS)))  # fmt: skip
    journal = access.context.journals[access.workspace]
    place = _place(cursor)

    def keep(entry: Entry) -> bool:
        wanted = kind is None or entry.kind == kind
        return wanted and (intent is None or entry.intent_id == intent) and entry.seq > after

    if order is Direction.ASC:
        found = await reads.forward(journal, max(after, place or 0), limit + 1, keep)
    else:
        before = place if place is not None else await journal.head() + 1
        found = await reads.backward(journal, before, limit + 1, keep)
    items = [reads.view(entry) for entry in found[:limit]]
    return schemas.JournalPage(items=items, next_cursor=pack(str(items[-1].seq)) if len(found) > limit else None)


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    text = unpack(cursor)
    if not text.isdecimal() or len(text) > 18:
        raise wrong_cursor()
    return int(text)


@router.get("/export/intents/{id}.json")
async def export_intent(access: _Read, response: Response, intent: ObjectId) -> IntentExport:
    """One intent with every event of it, to keep, to replay, or to send with a question."""
    made = await _bundle(access, intent)
    response.headers["content-disposition"] = f'attachment; filename="{made.intent.id}.json"'
    return made


@router.get("/export/intents/{id}.txt", response_class=PlainTextResponse)
async def export_intent_text(access: _Read, intent: ObjectId) -> PlainTextResponse:
    """The same for a reader."""
    made = await _bundle(access, intent)
    name = {"content-disposition": f'attachment; filename="{made.intent.id}.txt"'}
    return PlainTextResponse(text(made), headers=name)


async def _bundle(access: Access, name: str) -> IntentExport:
    desk = await with_intent(access.desk, name)
    record = intents.find(desk, name)
    journal = access.context.journals[access.workspace]
    return await bundle(desk, journal, record, access.workspace, instant(access.context.clock.now()))
