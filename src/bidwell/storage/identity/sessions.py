"""Server-side sessions behind opaque 256-bit secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from bidwell.model.role import Role
from bidwell.storage.identity.people import Session, User
from bidwell.storage.identity.secret import RandomBytes, new_id, new_secret, secret_hash
from bidwell.storage.pool import Connection, Pool

TOUCH = timedelta(minutes=1)

_SELECT = """
    SELECT s.id, s.created_at, s.seen_at, s.expires_at, s.authenticated_at, s.address, s.user_agent,
           u.id AS user_id, u.login, u.name, u.created_at AS user_created_at
    FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
    WHERE s.revoked_at IS NULL AND s.expires_at > %(now)s AND s.seen_at > %(idle)s
"""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives unused, and at most."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=7)


class Sessions:
    """Sessions of users; a secret goes to the browser's cookie and is never stored."""

    def __init__(self, pool: Pool, random: RandomBytes, limits: SessionLimits) -> None:
        self._pool = pool
        self._random = random
        self._limits = limits

    async def create(self, user: User, now: datetime, address: str = "", user_agent: str = "") -> tuple[str, Session]:
        """Sign a user in: the secret for the cookie, and the session."""
        secret = new_secret(self._random)
        async with self._pool.transaction(user=user.id) as connection:
            await connection.execute(
                "INSERT INTO sessions (id, secret_hash, user_id, created_at, seen_at, expires_at, authenticated_at,"
                " address, user_agent) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    new_id("ses", now, self._random), secret_hash(secret), user.id, now, now,
                    now + self._limits.absolute, now, address[:64], user_agent[:256],
                ],
            )  # fmt: skip
            await connection.execute("DELETE FROM sessions WHERE expires_at < %s", [now - self._limits.absolute])
            session = await self._find(connection, secret_hash(secret), now)
        if session is None:
            raise LookupError(f"user {user.id} is disabled")
        return secret, session

    async def find(self, secret: str, now: datetime) -> Session | None:
        """The living session of a cookie, with its user's roles; using it keeps it from idling out."""
        async with self._pool.transaction() as connection:
            return await self._find(connection, secret_hash(secret), now)

    async def rotate(self, secret: str, now: datetime, *, authenticated: bool = False) -> tuple[str, Session] | None:
        """A new secret for the session, the old one is void; `authenticated` after the password was given again."""
        fresh = new_secret(self._random)
        async with self._pool.transaction() as connection:
            if await self._find(connection, secret_hash(secret), now) is None:
                return None
            await connection.execute(
                "UPDATE sessions SET secret_hash = %s,"
                " authenticated_at = CASE WHEN %s THEN %s ELSE authenticated_at END WHERE secret_hash = %s",
                [secret_hash(fresh), authenticated, now, secret_hash(secret)],
            )
            session = await self._find(connection, secret_hash(fresh), now)
        return None if session is None else (fresh, session)

    async def of_user(self, user: str, now: datetime) -> list[Session]:
        """The user's living sessions, the newest first."""
        async with self._pool.transaction(user=user) as connection:
            found = await connection.execute(
                f"{_SELECT} AND s.user_id = %(user)s ORDER BY s.created_at DESC", self._window(now) | {"user": user}
            )
            rows = await found.fetchall()
            roles = await _roles(connection, user)
        return [_session(row, roles) for row in rows]

    async def revoke(self, user: str, session: str, now: datetime) -> bool:
        """End one session of the user; False when there was none to end."""
        async with self._pool.transaction() as connection:
            ended = await connection.execute(
                "UPDATE sessions SET revoked_at = %s WHERE id = %s AND user_id = %s AND revoked_at IS NULL",
                [now, session, user],
            )
            return ended.rowcount == 1

    async def revoke_all(self, user: str, now: datetime, keep: str | None = None) -> int:
        """End the user's sessions but `keep`; how many ended."""
        async with self._pool.transaction() as connection:
            ended = await connection.execute(
                "UPDATE sessions SET revoked_at = %s"
                " WHERE user_id = %s AND revoked_at IS NULL AND id IS DISTINCT FROM %s",
                [now, user, keep],
            )
            return ended.rowcount

    def _window(self, now: datetime) -> dict[str, object]:
        return {"now": now, "idle": now - self._limits.idle}

    async def _find(self, connection: Connection, hashed: bytes, now: datetime) -> Session | None:
        found = await connection.execute(
            f"{_SELECT} AND s.secret_hash = %(hash)s", self._window(now) | {"hash": hashed}
        )
        row = await found.fetchone()
        if row is None:
            return None
        if now - row["seen_at"] > TOUCH:
            await connection.execute("UPDATE sessions SET seen_at = %s WHERE id = %s", [now, row["id"]])
            row["seen_at"] = now
        await connection.execute("SELECT set_config('app.user', %s, true)", [row["user_id"]])
        return _session(row, await _roles(connection, row["user_id"]))


async def _roles(connection: Connection, user: str) -> dict[str, Role]:
    found = await connection.execute("SELECT workspace_id, role FROM memberships WHERE user_id = %s", [user])
    return {row["workspace_id"]: Role(row["role"]) async for row in found}


def _session(row: DictRow, roles: dict[str, Role]) -> Session:
    return Session(
        id=row["id"],
        user=User(row["user_id"], row["login"], row["name"], row["user_created_at"]),
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        authenticated_at=row["authenticated_at"],
        address=row["address"],
        user_agent=row["user_agent"],
        roles=roles,
    )
