"""How a request becomes an actor: by the session cookie (with CSRF for unsafe methods) or by an API key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bidwell.server.access.actor import Actor
from bidwell.server.access.roles import KeyScope
from bidwell.server.context import ServerContext
from bidwell.server.ports import KeyRow, SessionRow
from bidwell.server.problems import ProblemError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"
_BEARER = "bearer "
_KEPT = timedelta(seconds=1)
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """A session or key looked up a moment ago."""

    actor: Actor
    until: datetime
    row: str


class Gatekeeper:
    """Looks cookies and keys up, keeping an answer for at most one second; revocations here count at once."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._known: dict[bytes, _Known] = {}
        self._revoked: list[Callable[[str], None]] = []
        self._changed: list[Callable[[str], None]] = []

    @property
    def cookie(self) -> str:
        """The session cookie's name; the `__Host-` prefix needs Secure."""
        return "__Host-bidwell_session" if self._context.settings.secure else "bidwell_session"

    def on_revoked(self, listener: Callable[[str], None]) -> None:
        """Hear the ids of sessions and keys that ended here."""
        self._revoked.append(listener)

    def on_changed(self, listener: Callable[[str], None]) -> None:
        """Hear the ids of people whose roles changed here."""
        self._changed.append(listener)

    def forget(self, row: str) -> None:
        """A session or key ended: look it up anew, and tell whoever listens."""
        self.refresh(row)
        for listener in self._revoked:
            listener(row)

    def refresh(self, row: str) -> None:
        """A session lives on but has changed: look it up anew."""
        self._known = {name: known for name, known in self._known.items() if known.row != row}

    def forget_person(self, user: str) -> None:
        """A person's roles changed: they count from now on, and whoever listens is told."""
        self._known = {name: known for name, known in self._known.items() if known.actor.user != user}
        for listener in self._changed:
            listener(user)

    def secret_of(self, connection: HTTPConnection) -> str | None:
        """The session secret in the request's cookie."""
        return connection.cookies.get(self.cookie)

    def csrf_of(self, session: str) -> str:
        """The session's synchroniser token: bound to the session, unreadable for another site."""
        key = self._context.settings.signing_key
        return hmac.new(key, f"csrf|{session}".encode(), hashlib.sha256).hexdigest()

    async def actor(self, connection: HTTPConnection) -> Actor | None:
        """Who asks, or None; raises 401 for a key that does not work and 403 for a missing CSRF token."""
        authorization = connection.headers.get("authorization", "")
        if authorization:
            if not authorization.lower().startswith(_BEARER):
                raise _bad_key()
            return await self._by_key(authorization[len(_BEARER) :].strip(), connection)
        secret = self.secret_of(connection)
        if secret is None:
            return None
        actor = await self.by_secret(secret)
        if actor is not None and connection.scope.get("method", "GET") not in SAFE:
            given = connection.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(given.encode(), actor.csrf.encode()):
                raise ProblemError(403, "csrf.missing", "the request lacks the session's X-CSRF-Token",
                                   hint="GET /api/v1/session gives it")  # fmt: skip
        return actor

    async def by_secret(self, secret: str) -> Actor | None:
        """The person behind a cookie."""
        now = self._context.clock.now()
        known = self._recent(secret, now)
        if known is not None:
            return known
        row = await self._context.identity.sessions.find(secret, now)
        return None if row is None else self._keep(secret, self.actor_of(row), row.id, now)

    def actor_of(self, row: SessionRow) -> Actor:
        """The actor of a session's row."""
        return Actor(
            user=row.user.id, name=row.user.name, email=row.user.login, roles=dict(row.roles), row=row.id, session=row.id,
            csrf=self.csrf_of(row.id), expires_at=row.expires_at,
            stepped_up_until=row.authenticated_at + self._context.settings.step_up,
        )  # fmt: skip

    async def _by_key(self, key: str, connection: HTTPConnection) -> Actor:
        now = self._context.clock.now()
        address = str(connection.scope.get("state", {}).get("address", ""))
        name = f"{address}|{key}"
        known = self._recent(name, now)
        if known is not None:
            return known
        row = await self._context.identity.api_keys.find(key, address, now) if key.isascii() else None
        if row is None or row.role is None:
            raise _bad_key()
        return self._keep(name, _key_actor(row), row.id, now)

    def _recent(self, secret: str, now: datetime) -> Actor | None:
        known = self._known.get(_digest(secret))
        if known is None or known.until <= now:
            return None
        return known.actor

    def _keep(self, secret: str, actor: Actor, row: str, now: datetime) -> Actor:
        if len(self._known) >= _MOST_KEPT:
            self._known = {name: known for name, known in self._known.items() if known.until > now}
        self._known[_digest(secret)] = _Known(actor, now + _KEPT, row)
        return actor

    def set_cookie(self, response: Response, secret: str, row: SessionRow) -> None:
        """Hand the secret to the browser alone."""
        age = int((row.expires_at - self._context.clock.now()).total_seconds())
        response.set_cookie(self.cookie, secret, max_age=age, path="/", secure=self._context.settings.secure,
                            httponly=True, samesite="lax")  # fmt: skip

    def clear_cookie(self, response: Response) -> None:
        """Take the secret back."""
        response.delete_cookie(self.cookie, path="/", secure=self._context.settings.secure, httponly=True,
                               samesite="lax")  # fmt: skip


def _digest(secret: str) -> bytes:
    """Secrets are not kept in memory either."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _key_actor(row: KeyRow) -> Actor:
    scopes = frozenset(KeyScope(scope) for scope in row.scopes if scope in set(KeyScope))
    roles = {row.workspace: row.role} if row.role is not None else {}
    return Actor(user=row.user, name=row.name, email="", roles=roles, row=row.id, key=row.prefix, scopes=scopes)


def _bad_key() -> ProblemError:
    return ProblemError(401, "key.invalid", "the API key is unknown, revoked, expired or not allowed from this address",
                        headers={"WWW-Authenticate": "Bearer"})  # fmt: skip
