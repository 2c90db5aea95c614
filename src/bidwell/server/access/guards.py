"""The dependencies with which a route names its one action; without one a route does not pass the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from starlette.requests import HTTPConnection

from bidwell.engine.desk import Desk
from bidwell.model.ids import WorkspaceId
from bidwell.model.role import Role
from bidwell.server.access.actor import Actor
from bidwell.server.access.authorize import Place, authorize
from bidwell.server.access.permissions import Action
from bidwell.server.context import ServerContext
from bidwell.server.problems import ProblemError

WorkspaceName = Annotated[str, Path(max_length=80, description="the workspace's id")]


@dataclass(frozen=True, slots=True)
class Access:
    """What an allowed request may use: the actor, the role that allowed it, and that workspace's desk alone."""

    context: ServerContext
    actor: Actor
    role: Role
    workspace: WorkspaceId
    desk: Desk
    address: str

    async def note(self, action: str, subject: str, detail: dict[str, str] | None = None) -> None:
        """Write what was done to the workspace's audit trail."""
        await self.context.identity.audit.record(
            self.workspace, self.context.clock.now(), actor=self.actor.label, action=action, object=subject,
            outcome="done", address=self.address, detail=dict(detail or {}),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """An allowed request outside any workspace; `actor` is None on public routes."""

    context: ServerContext
    actor: Actor | None
    address: str

    @property
    def person(self) -> Actor:
        """The signed-in person; raises a 401 problem on a route that forgot to ask for one."""
        if self.actor is None:
            raise ProblemError(401, "session.missing", "sign in first")
        return self.actor


def context_of(connection: HTTPConnection) -> ServerContext:
    """What `app` wired."""
    context: ServerContext = connection.app.state.context
    return context


def address_of(connection: HTTPConnection) -> str:
    """The caller's address as the outermost layer found it, behind trusted proxies too."""
    return str(connection.scope.get("state", {}).get("address", ""))


async def enter(connection: HTTPConnection, action: Action, workspace: str) -> Access:
    """Authenticate and authorise one request to a workspace; raises problems."""
    context = context_of(connection)
    actor = await connection.app.state.gatekeeper.actor(connection)
    role = authorize(actor, action, Place(workspace, context.desks), context.clock.now())
    if actor is None or role is None:
        raise ProblemError(401, "session.missing", "sign in first")
    name = WorkspaceId(workspace)
    return Access(context, actor, role, name, context.desks[name], address_of(connection))


class InWorkspace:
    """A route under /w/{workspace} that takes `action`."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, connection: HTTPConnection, workspace: WorkspaceName) -> Access:
        """Let the request in, or raise a problem."""
        return await enter(connection, self.action, workspace)


class Outside:
    """A route outside any workspace that takes `action`."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, connection: HTTPConnection) -> Visit:
        """Let the request in, or raise a problem."""
        context = context_of(connection)
        actor = await connection.app.state.gatekeeper.actor(connection)
        authorize(actor, self.action, Place(), context.clock.now())
        return Visit(context, actor, address_of(connection))


class Open:
    """A public route that takes `action`; nobody needs to be signed in."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, connection: HTTPConnection) -> Visit:
        """Let the request in."""
        context = context_of(connection)
        authorize(None, self.action, Place(), context.clock.now())
        return Visit(context, None, address_of(connection))
