"""The one decision: may this actor take this action on this object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidwell.server.access.permissions import PERMISSIONS, Action, Permission, Reach
from bidwell.server.problems import ProblemError, not_found

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bidwell.model.role import Role
    from bidwell.server.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """What the action is about: a workspace by name (None: no workspace), among those that exist here."""

    workspace: str | None = None
    known: Collection[str] = ()


def authorize(actor: Actor | None, action: Action, place: Place, now: datetime) -> Role | None:
    """The role under which the actor may act (None where no role is needed).

    Raises a 401 problem without a sign-in, 404 for a workspace that the actor has no part in, and 403 with the
    code `role.insufficient`, `key.scope`, `key.not_allowed` or `step_up.needed`.
    """
    permission = PERMISSIONS[action]
    if permission.reach in {Reach.PUBLIC, Reach.TOKEN}:
        return None
    if actor is None:
        raise ProblemError(401, "session.missing", "sign in first", headers={"WWW-Authenticate": "Bearer"})
    role = _role(actor, permission, place)
    _check_key(actor, permission)
    if permission.step_up and (actor.stepped_up_until is None or actor.stepped_up_until <= now):
        raise ProblemError(403, "step_up.needed", "this needs your password again",
                           hint="POST /api/v1/session/step-up, then repeat the request")  # fmt: skip
    return role


def _role(actor: Actor, permission: Permission, place: Place) -> Role | None:
    if permission.reach is Reach.OWN:
        return None
    if permission.reach is Reach.PERSON and place.workspace is None:
        if permission.roles and not permission.roles & set(actor.roles.values()):
            raise _insufficient()
        return None
    role = actor.roles.get(place.workspace or "")
    if role is None or place.workspace not in place.known:
        raise not_found("workspace", place.workspace or "")
    if permission.roles and role not in permission.roles:
        raise _insufficient()
    return role


def _check_key(actor: Actor, permission: Permission) -> None:
    if actor.scopes is None:
        return
    if permission.scope is None:
        raise ProblemError(403, "key.not_allowed", "this is done by a signed-in person, not by a key")
    if permission.scope not in actor.scopes:
        raise ProblemError(403, "key.scope", f"the key lacks the scope {permission.scope}")


def _insufficient() -> ProblemError:
    return ProblemError(403, "role.insufficient", "your role in this workspace does not allow it")
