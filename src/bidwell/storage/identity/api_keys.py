"""Keys for machines: shown once, scoped to one workspace, narrowed by scopes, addresses and an end."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from bidwell.model.errors import InvalidInput
from bidwell.model.role import Role
from bidwell.storage.identity.people import ApiKey
from bidwell.storage.identity.secret import RandomBytes, new_id, new_secret, secret_hash
from bidwell.storage.pool import Pool

TOUCH = timedelta(minutes=1)
_COLUMNS = """
    k.id, k.workspace_id, k.user_id, k.name, k.prefix, k.scopes, k.addresses,
    k.created_at, k.expires_at, k.last_used_at, k.revoked_at
"""


class ApiKeys:
    """Keys of the form `bwk_<prefix>_<secret>`; the prefix finds the row, the hash of the whole proves it."""

    def __init__(self, pool: Pool, random: RandomBytes) -> None:
        self._pool = pool
        self._random = random

    async def create(
        self,
        workspace: str,
        user: str,
        name: str,
        scopes: Iterable[str],
        now: datetime,
        *,
        expires_at: datetime | None = None,
        addresses: Iterable[str] = (),
    ) -> tuple[str, ApiKey]:
        """The key to show once, and its row; raises InvalidInput for an address that is neither one nor a network."""
        allowed = [_network(address) for address in addresses]
        prefix = self._random(5).hex()
        key = f"bwk_{prefix}_{new_secret(self._random)}"
        row = ApiKey(
            id=new_id("key", now, self._random), workspace=workspace, user=user, name=name.strip()[:128],
            prefix=prefix, scopes=frozenset(scopes), addresses=tuple(allowed), created_at=now,
            expires_at=expires_at, last_used_at=None, revoked_at=None,
        )  # fmt: skip
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "INSERT INTO api_keys (id, workspace_id, user_id, name, prefix, secret_hash, scopes, addresses,"
                " created_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    row.id, workspace, user, row.name, prefix, secret_hash(key), sorted(row.scopes), allowed,
                    now, expires_at,
                ],
            )  # fmt: skip
        return key, row

    async def find(self, key: str, address: str, now: datetime) -> ApiKey | None:
        """The living key, with its maker's present role, when it is used from an allowed address."""
        parts = key.split("_", 2)
        if len(parts) != 3 or parts[0] != "bwk":
            return None
        async with self._pool.transaction() as connection:
            await connection.execute("SELECT set_config('app.key', %s, true)", [parts[1]])
            found = await connection.execute(
                f"SELECT {_COLUMNS}, k.secret_hash FROM api_keys k"  # noqa: S608
                " JOIN users u ON u.id = k.user_id AND u.disabled_at IS NULL"
                " WHERE k.prefix = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)",
                [parts[1], now],
            )
            row = await found.fetchone()
            if row is None or not hmac.compare_digest(row["secret_hash"], secret_hash(key)):
                return None
            if not _allowed(address, row["addresses"]):
                return None
            await connection.execute("SELECT set_config('app.workspace', %s, true)", [row["workspace_id"]])
            member = await connection.execute(
                "SELECT role FROM memberships WHERE workspace_id = %s AND user_id = %s",
                [row["workspace_id"], row["user_id"]],
            )
            role = await member.fetchone()
            if role is None:
                return None
            if row["last_used_at"] is None or now - row["last_used_at"] > TOUCH:
                await connection.execute("UPDATE api_keys SET last_used_at = %s WHERE id = %s", [now, row["id"]])
        return _api_key(row, Role(role["role"]))

    async def of_workspace(self, workspace: str) -> list[ApiKey]:
        """Every key of the workspace, the newest first."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                f"SELECT {_COLUMNS} FROM api_keys k WHERE k.workspace_id = %s ORDER BY k.created_at DESC",  # noqa: S608
                [workspace],
            )
            return [_api_key(row) async for row in found]

    async def revoke(self, workspace: str, key: str, now: datetime) -> bool:
        """End a key of the workspace; False when there was none to end."""
        async with self._pool.transaction(workspace=workspace) as connection:
            ended = await connection.execute(
                "UPDATE api_keys SET revoked_at = %s WHERE workspace_id = %s AND id = %s AND revoked_at IS NULL",
                [now, workspace, key],
            )
            return ended.rowcount == 1


def _network(address: str) -> str:
    try:
        return str(ipaddress.ip_network(address.strip(), strict=False))
    except ValueError:
        raise InvalidInput(
            "address_invalid", f"{address} is neither an IP address nor a network", field="addresses",
            hint="write 203.0.113.7 or 203.0.113.0/24",
        ) from None  # fmt: skip


def _allowed(address: str, networks: list[str]) -> bool:
    if not networks:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network) for network in networks)


def _api_key(row: DictRow, role: Role | None = None) -> ApiKey:
    return ApiKey(
        id=row["id"], workspace=row["workspace_id"], user=row["user_id"], name=row["name"], prefix=row["prefix"],
        scopes=frozenset(row["scopes"]), addresses=tuple(row["addresses"]), created_at=row["created_at"],
        expires_at=row["expires_at"], last_used_at=row["last_used_at"], revoked_at=row["revoked_at"], role=role,
    )  # fmt: skip
