"""Identity as the screen shows it."""

from __future__ import annotations

import json
from typing import Any

from bidwell.server.access.actor import Actor
from bidwell.server.access.roles import KeyScope
from bidwell.server.context import ServerContext
from bidwell.server.identity import schemas
from bidwell.server.ports import AuditRow, KeyRow, MemberRow, SessionRow


async def session(context: ServerContext, actor: Actor) -> schemas.Session:
    """Who is signed in, and where they may go: workspaces that have a desk here."""
    rows = await context.identity.users.workspaces(actor.user)
    known = {str(name) for name in context.desks}
    return schemas.Session(
        user=schemas.User(id=actor.user, name=actor.name, email=actor.email), csrf=actor.csrf,
        workspaces=[
            schemas.WorkspaceRole(id=row.id, name=row.name, role=actor.roles[row.id], currency=row.currency)
            for row in rows if row.id in actor.roles and row.id in known
        ],
        expires_at=actor.expires_at or context.clock.now(), stepped_up_until=actor.stepped_up_until,
    )  # fmt: skip


def session_entry(row: SessionRow, current: str | None) -> schemas.SessionEntry:
    """One signed-in browser."""
    return schemas.SessionEntry(id=row.id, created_at=row.created_at, last_seen_at=row.seen_at, address=row.address,
                                agent=row.user_agent, current=row.id == current)  # fmt: skip


def key_fields(row: KeyRow) -> dict[str, Any]:
    """One key as it can be shown."""
    scopes = [scope for scope in KeyScope if scope in row.scopes]
    return {
        "id": row.id, "name": row.name, "prefix": row.prefix, "workspace": row.workspace, "scopes": scopes,
        "created_at": row.created_at, "expires_at": row.expires_at, "last_used_at": row.last_used_at,
        "addresses": list(row.addresses),
    }  # fmt: skip


def user_entry(row: MemberRow) -> schemas.UserEntry:
    """One person of a workspace."""
    return schemas.UserEntry(id=row.user.id, name=row.user.name, email=row.user.login, role=row.role,
                             created_at=row.user.created_at)  # fmt: skip


def audit_entry(workspace: str, row: AuditRow) -> schemas.AuditEntry:
    """One deed."""
    detail = {str(name): str(value) for name, value in json.loads(row.detail or "{}").items()}
    return schemas.AuditEntry(seq=row.seq, at=row.at, workspace=workspace, actor=row.actor, action=row.action,
                              subject=row.object, address=row.address, outcome=row.outcome, detail=detail)  # fmt: skip
