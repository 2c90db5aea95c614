"""Who may come in: set-up, sessions, API keys, users, audit."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from bidwell.model.role import Role
from bidwell.server.access.roles import KeyScope
from bidwell.server.fields import Body, Flag, Identifier, Instant, Name, Page, View, Whole

Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.?[^@\s]*$")
]
NewPassword = Annotated[SecretStr, Field(min_length=12, max_length=256)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=256)]


class SetupState(View):
    """Whether the desk still waits for its first owner."""

    needs_owner: Flag


class Setup(Body):
    """The first owner, allowed by the one-time link that `up` printed."""

    token: Annotated[str, Field(min_length=1, max_length=128)]
    name: Name
    email: Email
    password: NewPassword


class Login(Body):
    """An e-mail address and its password."""

    email: Email
    password: Password


class User(View):
    """A person."""

    id: str
    name: str
    email: str


class WorkspaceRole(View):
    """A workspace that the person may enter, and as what."""

    id: str
    name: str
    role: Role
    currency: str


class Session(View):
    """Who is signed in; `csrf` goes into the X-CSRF-Token header of every unsafe request."""

    user: User
    csrf: str
    workspaces: list[WorkspaceRole]
    expires_at: Instant
    stepped_up_until: Instant | None = None


class SessionEntry(View):
    """One signed-in browser of the person."""

    id: str
    created_at: Instant
    last_seen_at: Instant
    address: str
    agent: str
    current: bool


class SessionPage(Page[SessionEntry]):
    """Signed-in browsers."""


class PasswordChange(Body):
    """The current password and the one that replaces it; every other session ends."""

    current: Password
    new: NewPassword


class StepUp(Body):
    """The password again, which allows dangerous actions for five minutes."""

    password: Password


class NewApiKey(Body):
    """A key for a program; without `addresses` it may come from anywhere."""

    name: Name
    workspace: Identifier | None = Field(default=None, description="needed by a person who has several")
    scopes: Annotated[list[KeyScope], Field(min_length=1, max_length=3)]
    expires_at: Instant | None = None
    addresses: Annotated[list[str], Field(max_length=32)] | None = None


class ApiKey(View):
    """A key as it can be shown: its first characters tell it apart."""

    id: str
    name: str
    prefix: str
    workspace: str
    scopes: list[KeyScope]
    created_at: Instant
    expires_at: Instant | None = None
    last_used_at: Instant | None = None
    addresses: list[str] = Field(default_factory=list)


class ApiKeyPage(Page[ApiKey]):
    """The person's keys."""


class IssuedApiKey(ApiKey):
    """A new key; `key` is shown this once."""

    key: str = Field(examples=["bdw_9f3c…"])


class NewUser(Body):
    """A person to let into the workspace."""

    email: Email
    name: Name
    role: Role
    password: NewPassword


class RoleChange(Body):
    """What the person may do from now on."""

    role: Role


class UserEntry(View):
    """A person of the workspace."""

    id: str
    name: str
    email: str
    role: Role
    created_at: Instant


class UserPage(Page[UserEntry]):
    """The workspace's people."""


class AuditEntry(View):
    """One act that mattered for safety."""

    seq: Whole
    at: Instant
    workspace: str
    actor: str
    action: str
    subject: str
    address: str
    outcome: str
    detail: dict[str, str]


class AuditPage(Page[AuditEntry]):
    """Acts, newest first."""
