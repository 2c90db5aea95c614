"""The nouns of identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bidwell.model.role import Role


@dataclass(frozen=True, slots=True)
class Workspace:
    """A desk's workspace; `currency` is the one in which it is summed up."""

    id: str
    name: str
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person; `login` is an e-mail address in lower case."""

    id: str
    login: str
    name: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a role in one workspace."""

    workspace: str
    user: User
    role: Role


@dataclass(frozen=True, slots=True)
class SetupLink:
    """A one-time invitation into a workspace."""

    workspace: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser; `id` names it in lists and is no secret.

    `authenticated_at` is when the password was last given: step-up authentication looks at its age.
    """

    id: str
    user: User
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    authenticated_at: datetime
    address: str
    user_agent: str
    roles: dict[str, Role]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A machine's key; `role` is its maker's in the workspace now, which `scopes` narrow further."""

    id: str
    workspace: str
    user: str
    name: str
    prefix: str
    scopes: frozenset[str]
    addresses: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    role: Role | None = None
