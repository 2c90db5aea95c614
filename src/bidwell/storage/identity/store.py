"""The identity store: one door to everything about who may come in."""

from __future__ import annotations

from bidwell.storage.identity.api_keys import ApiKeys
from bidwell.storage.identity.audit import Audit
from bidwell.storage.identity.password import Passwords
from bidwell.storage.identity.secret import RandomBytes, random_bytes
from bidwell.storage.identity.sessions import SessionLimits, Sessions
from bidwell.storage.identity.setup_links import SetupLinks
from bidwell.storage.identity.users import Users
from bidwell.storage.pool import Pool


class IdentityStore:
    """Users, set-up links, sessions, API keys and the audit over one pool of the app role.

    `random` makes every secret: only a test may pass anything but the system's own.
    """

    def __init__(self, pool: Pool, *, random: RandomBytes = random_bytes, limits: SessionLimits | None = None) -> None:
        self.passwords = Passwords()
        self.users = Users(pool, self.passwords, random)
        self.setup_links = SetupLinks(pool, self.users, random)
        self.sessions = Sessions(pool, random, limits or SessionLimits())
        self.api_keys = ApiKeys(pool, random)
        self.audit = Audit(pool)
