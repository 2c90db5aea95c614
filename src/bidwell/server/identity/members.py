"""/users of a workspace."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from bidwell.model.role import Role
from bidwell.server.access.guards import Access, InWorkspace
from bidwell.server.access.permissions import Action
from bidwell.server.fields import ObjectId
from bidwell.server.identity import reads, schemas
from bidwell.server.identity.sessions import gatekeeper_of
from bidwell.server.ports import MemberRow
from bidwell.server.problems import ProblemError, not_found

router = APIRouter(prefix="/api/v1/w/{workspace}/users", tags=["identity"])
_Read = Annotated[Access, Depends(InWorkspace(Action.USERS_READ))]
_Write = Annotated[Access, Depends(InWorkspace(Action.USERS_WRITE))]


@router.get("")
async def list_users(access: _Read) -> schemas.UserPage:
    """The workspace's people."""
    rows = await access.context.identity.users.members(access.workspace)
    return schemas.UserPage(items=[reads.user_entry(row) for row in rows])


@router.post("", status_code=201)
async def add_user(access: _Write, body: schemas.NewUser) -> schemas.UserEntry:
    """Let a person in with a first password, which they should change."""
    _check_owner(access, body.role)
    context = access.context
    now = context.clock.now()
    link = await context.identity.setup_links.create(access.workspace, body.role, now)
    user = await context.identity.setup_links.redeem(link, body.email, body.name, body.password.get_secret_value(), now)
    await access.note("user.added", str(user.id), {"role": str(body.role)})
    return reads.user_entry(await _find(access, str(user.id)))


@router.patch("/{id}")
async def change_role(access: _Write, request: Request, user: ObjectId, body: schemas.RoleChange) -> schemas.UserEntry:
    """Change what a person may do; the last owner stays one."""
    row = await _find(access, user)
    _check_owner(access, body.role, row.role)
    await access.context.identity.users.set_role(access.workspace, user, body.role, access.context.clock.now())
    gatekeeper_of(request).forget_person(user)
    await access.note("user.role", user, {"role": str(body.role)})
    return reads.user_entry(await _find(access, user))


@router.delete("/{id}", status_code=204)
async def remove_user(access: _Write, request: Request, user: ObjectId) -> None:
    """Take a person's part in the workspace away."""
    row = await _find(access, user)
    _check_owner(access, row.role)
    await access.context.identity.users.set_role(access.workspace, user, None, access.context.clock.now())
    gatekeeper_of(request).forget_person(user)
    await access.note("user.removed", user)


def _check_owner(access: Access, *roles: Role) -> None:
    """Only an owner makes or unmakes owners."""
    if Role.OWNER in roles and access.role is not Role.OWNER:
        raise ProblemError(403, "role.insufficient", "only an owner makes or changes an owner")


async def _find(access: Access, user: str) -> MemberRow:
    for row in await access.context.identity.users.members(access.workspace):
        if row.user.id == user:
            return row
    raise not_found("user", user)
