"""Users, their passwords, and their roles in workspaces."""

from __future__ import annotations

import re
from datetime import datetime

import psycopg
from psycopg.rows import DictRow

from bidwell.model.errors import InvalidInput
from bidwell.model.role import Role
from bidwell.storage.identity.password import Passwords
from bidwell.storage.identity.people import Member, User, Workspace
from bidwell.storage.identity.secret import RandomBytes, new_id
from bidwell.storage.identity.throttle import Throttle
from bidwell.storage.pool import Connection, Pool

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_EMAIL_LENGTH = 254
_COLUMNS = "id, login, name, created_at, disabled_at"
_MEMBERS = """
    SELECT m.workspace_id, m.role, u.id, u.login, u.name, u.created_at, u.disabled_at
    FROM memberships m JOIN users u ON u.id = m.user_id
"""


class Users:
    """People and what they may do where."""

    def __init__(self, pool: Pool, passwords: Passwords, random: RandomBytes) -> None:
        self._pool = pool
        self._passwords = passwords
        self._random = random
        self._throttle = Throttle(pool)

    async def any(self) -> bool:
        """Whether anybody has an account yet."""
        async with self._pool.transaction() as connection:
            found = await connection.execute("SELECT 1 FROM users LIMIT 1")
            return await found.fetchone() is not None

    async def ensure_workspace(self, workspace: str, name: str, currency: str, now: datetime) -> Workspace:
        """Make the workspace unless it is there, and return it as it is."""
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "INSERT INTO workspaces VALUES (%s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
                [workspace, name, currency, now],
            )
            found = await connection.execute("SELECT * FROM workspaces WHERE id = %s", [workspace])
            row = await found.fetchone()
        if row is None:
            raise InvalidInput("workspace_unknown", f"workspace {workspace} cannot be seen")
        return Workspace(**row)

    async def workspaces(self, user: str) -> list[Workspace]:
        """The workspaces in which the user has a role."""
        async with self._pool.transaction(user=user) as connection:
            found = await connection.execute("SELECT * FROM workspaces ORDER BY created_at, id")
            return [Workspace(**row) async for row in found]

    async def get(self, user: str) -> User | None:
        """The user of that id."""
        async with self._pool.transaction() as connection:
            found = await connection.execute(f"SELECT {_COLUMNS} FROM users WHERE id = %s", [user])  # noqa: S608
            row = await found.fetchone()
        return None if row is None else User(**row)

    async def authenticate(self, login: str, password: str, address: str, now: datetime) -> User:
        """The user with that address and password.

        Raises Throttled without evaluating the password, InvalidInput("login_failed") for anything that does
        not fit, in the same time whether or not the user exists.
        """
        await self._throttle.begin(login, address, now)
        async with self._pool.transaction() as connection:
            found = await connection.execute(
                f"SELECT {_COLUMNS}, password_hash FROM users WHERE login = %s",  # noqa: S608
                [login.strip().lower()],
            )
            row = await found.fetchone()
        stored: str | None = row.pop("password_hash") if row else None
        fits = await self._passwords.verify(stored, password)
        if row is None or stored is None or not fits or row["disabled_at"] is not None:
            raise InvalidInput("login_failed", "this e-mail address and password do not fit together")
        await self._throttle.succeed(login, address, now)
        user = User(**row)
        if self._passwords.outdated(stored):
            await self._store_password(user.id, await self._passwords.hash(password), None)
        return user

    async def change_password(self, user: str, password: str, now: datetime, keep_session: str | None = None) -> None:
        """Set a new password and end every other session of the user."""
        hashed = await self._passwords.hash(password)
        await self._store_password(user, hashed, now, keep_session)

    async def disable(self, user: str, now: datetime) -> None:
        """Shut a user out: sessions end, keys stop working."""
        async with self._pool.transaction() as connection:
            await connection.execute("UPDATE users SET disabled_at = %s WHERE id = %s", [now, user])
            await connection.execute(
                "UPDATE sessions SET revoked_at = %s WHERE user_id = %s AND revoked_at IS NULL", [now, user]
            )

    async def create(self, connection: Connection, login: str, name: str, password_hash: str, now: datetime) -> User:
        """Add a user within the caller's transaction; raises InvalidInput for an address that is malformed or taken."""
        login = login.strip().lower()
        if len(login) > _EMAIL_LENGTH or not _EMAIL.fullmatch(login):
            raise InvalidInput("email_invalid", "this is not an e-mail address", field="email")
        user = User(new_id("usr", now, self._random), login, name.strip()[:128] or login, now)
        try:
            await connection.execute(
                "INSERT INTO users (id, login, name, password_hash, created_at, password_changed_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [user.id, user.login, user.name, password_hash, now, now],
            )
        except psycopg.errors.UniqueViolation:
            raise InvalidInput("email_taken", f"{login} has an account already", field="email") from None
        return user

    async def hash_password(self, password: str) -> str:
        """The hash for `create`; raises InvalidInput for a password that is too short or too long."""
        return await self._passwords.hash(password)

    async def members(self, workspace: str) -> list[Member]:
        """Who has a role in the workspace."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(f"{_MEMBERS} WHERE m.workspace_id = %s ORDER BY u.login", [workspace])
            return [_member(row) async for row in found]

    async def set_role(self, workspace: str, user: str, role: Role | None, now: datetime) -> None:
        """Give, change or (None) take a role; raises InvalidInput("last_owner") rather than leave no owner."""
        async with self._pool.transaction(workspace=workspace) as connection:
            # The workspace's row is the lock under which owners are counted.
            await connection.execute("SELECT 1 FROM workspaces WHERE id = %s FOR UPDATE", [workspace])
            if role is None:
                await connection.execute(
                    "DELETE FROM memberships WHERE workspace_id = %s AND user_id = %s", [workspace, user]
                )
            else:
                await connection.execute(
                    "INSERT INTO memberships VALUES (%s, %s, %s, %s)"
                    " ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role",
                    [workspace, user, role.value, now],
                )
            owners = await connection.execute(
                "SELECT 1 FROM memberships WHERE workspace_id = %s AND role = 'owner' LIMIT 1", [workspace]
            )
            if await owners.fetchone() is None:
                raise InvalidInput("last_owner", "a workspace needs an owner: make somebody else owner first")

    async def _store_password(
        self, user: str, hashed: str, now: datetime | None, keep_session: str | None = None
    ) -> None:
        """Without `now` the password is the same and only its hash is stronger."""
        async with self._pool.transaction() as connection:
            await connection.execute(
                "UPDATE users SET password_hash = %s, password_changed_at = coalesce(%s, password_changed_at)"
                " WHERE id = %s",
                [hashed, now, user],
            )
            if now is not None:
                await connection.execute(
                    "UPDATE sessions SET revoked_at = %s WHERE user_id = %s AND revoked_at IS NULL"
                    " AND id IS DISTINCT FROM %s",
                    [now, user, keep_session],
                )


def _member(row: DictRow) -> Member:
    user = User(row["id"], row["login"], row["name"], row["created_at"], row["disabled_at"])
    return Member(row["workspace_id"], user, Role(row["role"]))
