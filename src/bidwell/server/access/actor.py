"""Who asks: a person by browser session, or a program by the person's key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bidwell.model.role import Role
    from bidwell.server.access.roles import KeyScope


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person; `scopes` is None for a browser session and the key's own for a program.

    `row` names the session or key that proved it, so that it can be noticed when that ends.
    """

    user: str
    name: str
    email: str
    roles: Mapping[str, Role]
    row: str = ""
    session: str | None = None
    csrf: str = field(default="", repr=False)
    expires_at: datetime | None = None
    stepped_up_until: datetime | None = None
    key: str | None = None
    scopes: frozenset[KeyScope] | None = None

    @property
    def label(self) -> str:
        """How journal and audit name the actor."""
        return f"key:{self.key}" if self.key is not None else f"user:{self.email}"
