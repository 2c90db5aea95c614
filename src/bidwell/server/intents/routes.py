"""/intents and /preview; the route that takes an intent in is the thin one in `intake`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from bidwell.engine.intake import Request
from bidwell.model.intent import Source
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.accounts.reads import find as find_account
from bidwell.server.fields import ObjectId
from bidwell.server.intents import margin, preview, reads, replay, schemas
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit
from bidwell.server.problems import ProblemError
from bidwell.server.retired import with_intent

router = APIRouter(prefix="/api/v1/w/{workspace}", tags=["intents"])
_Read = Annotated[Access, Depends(InWorkspace(Action.DESK_READ))]
_Create = Annotated[Access, Depends(InWorkspace(Action.INTENT_CREATE))]
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=120, pattern=r"^[ -~]+$")]
_Preview = Annotated[Access, Depends(InWorkspace(Action.INTENT_PREVIEW))]


@router.post("/preview")
async def preview_intent(access: _Preview, body: schemas.IntentRequest) -> schemas.Preview:
    """What the wish would become, account by account; nothing is sent."""
    made = preview.preview(access.desk, body.request("preview", Source.TICKET, access.actor.label))
    return made if body.protects else margin.marked(made, access.context.connections.get(access.workspace))


@router.post("/preview/margin")
async def preview_margin(access: _Preview, body: schemas.MarginRequest) -> schemas.MarginAnswer:
    """What the brokers would block for the wishes together, account by account; nothing is sent as an order.

    Brokers that say so: Angel One, Dhan, Interactive Brokers (one order at a time), Zerodha. A question waits for what the
    account's rate has to spare, so it may be answered `not_told` with `broker_throttled` while orders leave.
    """
    requests = [each.request("preview", Source.TICKET, access.actor.label) for each in body.intents]
    return await margin.margins(access.desk, access.context.connections.get(access.workspace), requests)


@router.post("/intents/replay/preview")
async def preview_replay(access: _Preview, body: schemas.ReplayBody) -> schemas.Preview:
    """What a recording would become in a paper account now; nothing is sent."""
    return preview.preview(access.desk, await _replayed(access, body, "preview"))


@router.post("/intents/replay", status_code=202)
async def replay_intent(access: _Create, body: schemas.ReplayBody, key: IdempotencyKey) -> schemas.IntentReceipt:
    """Ask for a recorded wish again in a paper account: a new intent, marked as a replay of the original."""
    receipt = await access.desk.receive(await _replayed(access, body, key))
    return schemas.IntentReceipt(id=receipt.intent, received_at=receipt.received_at, duplicate=receipt.duplicate,
                                 url=f"/api/v1/w/{access.workspace}/intents/{receipt.intent}")  # fmt: skip


async def _replayed(access: Access, body: schemas.ReplayBody, key: str) -> Request:
    if (body.bundle is None) == (body.intent is None):
        raise ProblemError(422, "replay.recording", "name a bundle or an intent, not both", field="bundle")
    account = find_account(access.desk, body.account)
    if body.intent is not None:
        record = reads.find(await with_intent(access.desk, body.intent), body.intent)
        recording = replay.Recording(record.intent, {str(name): part for name, part in record.allocations.items()})
    else:
        recording = replay.recorded(body.bundle or {})
    now = access.context.clock.now()
    return replay.request(access.desk, recording, account, key, access.actor.label, now, body.part)


@router.get("/intents")
async def list_intents(
    access: _Read,
    source: Source | None = None,
    instrument: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.IntentPage:
    """Wishes, newest first."""
    desk, part, following = await reads.page(access.desk, source, instrument, cursor, limit)
    return schemas.IntentPage(items=[reads.summary(desk, one) for one in part], next_cursor=following)


@router.get("/intents/{id}")
async def read_intent(access: _Read, intent: ObjectId) -> schemas.IntentDetail:
    """One wish with its waterfall: each stage, each rule with its numbers, each account."""
    desk = await with_intent(access.desk, intent)
    return reads.detail(desk, reads.find(desk, intent))
