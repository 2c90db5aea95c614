"""/api-keys and /audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from bidwell.model.role import Role
from bidwell.server.access.actor import Actor
from bidwell.server.access.guards import Outside, Visit
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.identity import reads, schemas
from bidwell.server.identity.sessions import gatekeeper_of
from bidwell.server.paging import DEFAULT_LIMIT, Cursor, Limit, pack, unpack, wrong_cursor
from bidwell.server.problems import ProblemError, not_found

router = APIRouter(prefix="/api/v1", tags=["identity"])
_KeysRead = Annotated[Visit, Depends(Outside(Action.KEYS_READ))]
_KeysCreate = Annotated[Visit, Depends(Outside(Action.KEYS_CREATE))]
_KeysRevoke = Annotated[Visit, Depends(Outside(Action.KEYS_REVOKE))]
_Audit = Annotated[Visit, Depends(Outside(Action.AUDIT_READ))]


@router.get("/api-keys")
async def list_keys(visit: _KeysRead) -> schemas.ApiKeyPage:
    """The person's keys that still work."""
    items = []
    for workspace in visit.person.roles:
        rows = await visit.context.identity.api_keys.of_workspace(workspace)
        mine = (row for row in rows if row.user == visit.person.user and row.revoked_at is None)
        items += [schemas.ApiKey(**reads.key_fields(row)) for row in mine]
    return schemas.ApiKeyPage(items=items)


@router.post("/api-keys", status_code=201)
async def create_key(visit: _KeysCreate, body: schemas.NewApiKey) -> schemas.IssuedApiKey:
    """Make a key for a program; it is shown this once and never does more than the person may."""
    actor, context = visit.person, visit.context
    workspace = _workspace(actor, body.workspace)
    now = context.clock.now()
    if body.expires_at is not None and body.expires_at <= now:
        raise ProblemError(422, "key.expired", "the key would be expired already", field="expires_at")
    key, row = await context.identity.api_keys.create(
        workspace, actor.user, body.name, sorted({str(scope) for scope in body.scopes}), now,
        expires_at=body.expires_at, addresses=body.addresses or (),
    )  # fmt: skip
    await context.identity.audit.record(workspace, now, actor=actor.label, action="key.created", object=row.id,
                                        outcome="done", address=visit.address)  # fmt: skip
    return schemas.IssuedApiKey(**reads.key_fields(row), key=key)


@router.delete("/api-keys/{id}", status_code=204)
async def revoke_key(visit: _KeysRevoke, request: Request, key: ObjectId) -> None:
    """End one of the person's keys."""
    actor, context = visit.person, visit.context
    for workspace in actor.roles:
        rows = await context.identity.api_keys.of_workspace(workspace)
        mine = any(row.id == key and row.user == actor.user for row in rows)
        if mine and await context.identity.api_keys.revoke(workspace, key, context.clock.now()):
            gatekeeper_of(request).forget(key)
            await context.identity.audit.record(workspace, context.clock.now(), actor=actor.label, outcome="done",
                                                action="key.revoked", object=key, address=visit.address)  # fmt: skip
            return
    raise not_found("key", key)


@router.get("/audit")
async def list_audit(
    visit: _Audit,
    workspace: Annotated[str | None, Query(max_length=80)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> schemas.AuditPage:
    """What was done in a workspace, newest first."""
    name = _workspace(visit.person, workspace)
    if visit.person.roles[name] not in {Role.OWNER, Role.ADMIN}:
        raise ProblemError(403, "role.insufficient", "your role in this workspace does not allow it")
    before = None
    if cursor is not None:
        text = unpack(cursor)
        if not text.isdecimal() or len(text) > 18:
            raise wrong_cursor()
        before = int(text)
    rows = await visit.context.identity.audit.rows(name, before, limit + 1)
    items = [reads.audit_entry(name, row) for row in rows[:limit]]
    return schemas.AuditPage(items=items, next_cursor=pack(str(items[-1].seq)) if len(rows) > limit else None)


def _workspace(actor: Actor, wanted: str | None) -> str:
    """The named workspace, or the person's only one; raises 404 for one the person has no part in."""
    if wanted is not None:
        if wanted not in actor.roles:
            raise not_found("workspace", wanted)
        return wanted
    if len(actor.roles) != 1:
        raise ProblemError(422, "workspace.missing", "name the workspace", field="workspace")
    return next(iter(actor.roles))
