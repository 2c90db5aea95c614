"""One-time links by which the first owner, and later every member, makes an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from bidwell.model.errors import InvalidInput
from bidwell.model.role import Role
from bidwell.storage.identity.people import SetupLink, User
from bidwell.storage.identity.secret import RandomBytes, new_secret, secret_hash
from bidwell.storage.identity.users import Users
from bidwell.storage.pool import Pool

VALID = timedelta(hours=1)


class SetupLinks:
    """Links whose secret is shown once."""

    def __init__(self, pool: Pool, users: Users, random: RandomBytes) -> None:
        self._pool = pool
        self._users = users
        self._random = random

    async def create(self, workspace: str, role: Role, now: datetime, valid: timedelta = VALID) -> str:
        """A new secret; an older unused owner link of the workspace stops working."""
        secret = new_secret(self._random)
        async with self._pool.transaction() as connection:
            if role is Role.OWNER:
                await connection.execute(
                    "DELETE FROM setup_links WHERE workspace_id = %s AND role = 'owner' AND used_at IS NULL",
                    [workspace],
                )
            await connection.execute(
                "INSERT INTO setup_links (secret_hash, workspace_id, role, created_at, expires_at)"
                " VALUES (%s, %s, %s, %s, %s)",
                [secret_hash(secret), workspace, role.value, now, now + valid],
            )
        return secret

    async def find(self, secret: str, now: datetime) -> SetupLink | None:
        """What an unused link would give."""
        async with self._pool.transaction() as connection:
            found = await connection.execute(
                "SELECT workspace_id, role, expires_at FROM setup_links"
                " WHERE secret_hash = %s AND used_at IS NULL AND expires_at > %s",
                [secret_hash(secret), now],
            )
            row = await found.fetchone()
        return None if row is None else SetupLink(row["workspace_id"], Role(row["role"]), row["expires_at"])

    async def redeem(self, secret: str, login: str, name: str, password: str, now: datetime) -> User:
        """Make the account and its role, and use the link up, all or nothing.

        Raises InvalidInput for a link that is unknown, used or expired, and for a bad e-mail address or password.
        """
        if await self.find(secret, now) is None:
            raise _spent()
        hashed = await self._users.hash_password(password)
        async with self._pool.transaction() as connection:
            taken = await connection.execute(
                "UPDATE setup_links SET used_at = %s WHERE secret_hash = %s AND used_at IS NULL AND expires_at > %s"
                " RETURNING workspace_id, role",
                [now, secret_hash(secret), now],
            )
            row = await taken.fetchone()
            if row is None:
                raise _spent()
            user = await self._users.create(connection, login, name, hashed, now)
            await connection.execute("SELECT set_config('app.workspace', %s, true)", [row["workspace_id"]])
            await connection.execute(
                "INSERT INTO memberships VALUES (%s, %s, %s, %s)", [row["workspace_id"], user.id, row["role"], now]
            )
            await connection.execute(
                "UPDATE setup_links SET user_id = %s WHERE secret_hash = %s", [user.id, secret_hash(secret)]
            )
        return user


def _spent() -> InvalidInput:
    return InvalidInput(
        "setup_link_invalid", "this set-up link is unknown, used or expired",
        hint="start Bidwell again for a new owner link, or ask an owner to invite you again",
    )  # fmt: skip
