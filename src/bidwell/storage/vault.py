"""The credential vault: each credential sealed by a key of its own, which the vault key seals in turn.

AES-256-GCM twice. Both seals are bound to workspace, broker, credential and version, so that a row moved to
another place, or an older row put back over a newer one's version, does not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import DictRow

from bidwell.storage.errors import VaultError
from bidwell.storage.identity.secret import RandomBytes, new_id, random_bytes
from bidwell.storage.pool import Pool
from bidwell.storage.vault_key import VaultKey

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Secret:
    """An opened credential: the fields that its broker asks for. Printing it shows their names only."""

    fields: Mapping[str, str]

    def __repr__(self) -> str:
        """Values stay out of logs and tracebacks."""
        return f"Secret({', '.join(f'{name}=…' for name in sorted(self.fields))})"


@dataclass(frozen=True, slots=True)
class Credential:
    """What may be shown of a credential; `version` rises with every change of its secret."""

    id: str
    workspace: str
    broker: str
    name: str
    version: int
    key_id: str
    created_at: datetime
    changed_at: datetime


class Vault:
    """Credentials of workspaces; only who holds the vault key can open them."""

    def __init__(self, pool: Pool, key: VaultKey, *, random: RandomBytes = random_bytes) -> None:
        self._pool = pool
        self._key = key
        self._random = random

    async def add(self, workspace: str, broker: str, name: str, secret: Secret, now: datetime) -> Credential:
        """Seal and store a new credential."""
        made = Credential(new_id("crd", now, self._random), workspace, broker, name, 1, self._key.id, now, now)
        wrapped, sealed = self._seal(made, secret)
        async with self._pool.transaction(workspace=workspace) as connection:
            await connection.execute(
                "INSERT INTO credentials (workspace_id, id, broker, name, version, key_id, wrapped_key, sealed,"
                " created_at, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [workspace, made.id, broker, name, 1, self._key.id, wrapped, sealed, now, now],
            )
        return made

    async def open(self, workspace: str, credential: str) -> Secret:
        """The credential in clear; raises LookupError when there is none, VaultError when it does not open."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM credentials WHERE workspace_id = %s AND id = %s", [workspace, credential]
            )
            row = await found.fetchone()
        if row is None:
            raise LookupError(f"there is no credential {credential}")
        return self._open(row, self._key)

    async def replace(self, workspace: str, credential: str, secret: Secret, now: datetime) -> Credential:
        """Store a new secret under the next version; raises LookupError when there is no such credential."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM credentials WHERE workspace_id = %s AND id = %s FOR UPDATE", [workspace, credential]
            )
            row = await found.fetchone()
            if row is None:
                raise LookupError(f"there is no credential {credential}")
            row |= {"version": row["version"] + 1, "key_id": self._key.id, "changed_at": now}
            changed = _credential(row)
            wrapped, sealed = self._seal(changed, secret)
            await connection.execute(
                "UPDATE credentials SET version = %s, key_id = %s, wrapped_key = %s, sealed = %s, changed_at = %s"
                " WHERE workspace_id = %s AND id = %s",
                [changed.version, changed.key_id, wrapped, sealed, now, workspace, credential],
            )
        return changed

    async def of_workspace(self, workspace: str) -> list[Credential]:
        """The workspace's credentials without their secrets."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM credentials WHERE workspace_id = %s ORDER BY broker, name, id", [workspace]
            )
            return [_credential(row) async for row in found]

    async def remove(self, workspace: str, credential: str) -> bool:
        """Forget a credential; False when there was none."""
        async with self._pool.transaction(workspace=workspace) as connection:
            gone = await connection.execute(
                "DELETE FROM credentials WHERE workspace_id = %s AND id = %s", [workspace, credential]
            )
            return gone.rowcount == 1

    async def rotate(self, workspace: str, former: VaultKey, now: datetime) -> int:
        """Seal every credential under `former` anew with this vault's key, all or none; how many."""
        async with self._pool.transaction(workspace=workspace) as connection:
            found = await connection.execute(
                "SELECT * FROM credentials WHERE workspace_id = %s AND key_id = %s FOR UPDATE", [workspace, former.id]
            )
            rows = await found.fetchall()
            for row in rows:
                secret = self._open(row, former)
                again = _credential(row | {"version": row["version"] + 1, "key_id": self._key.id})
                wrapped, sealed = self._seal(again, secret)
                await connection.execute(
                    "UPDATE credentials SET version = %s, key_id = %s, wrapped_key = %s, sealed = %s, changed_at = %s"
                    " WHERE workspace_id = %s AND id = %s",
                    [again.version, again.key_id, wrapped, sealed, now, workspace, again.id],
                )
        return len(rows)

    def _seal(self, credential: Credential, secret: Secret) -> tuple[bytes, bytes]:
        inner = self._random(32)
        bound = _bound(credential)
        return (
            self._encrypt(self._key.secret, inner, bound),
            self._encrypt(inner, msgspec.json.encode(dict(secret.fields)), bound),
        )

    def _open(self, row: DictRow, key: VaultKey) -> Secret:
        credential = _credential(row)
        if credential.key_id != key.id:
            raise VaultError(
                f"credential {credential.name!r} was sealed with the vault key {credential.key_id} and this is "
                f"{key.id}: bring the old key back, or enter the credential again"
            )
        try:
            inner = _decrypt(key.secret, row["wrapped_key"], _bound(credential))
            clear = _decrypt(inner, row["sealed"], _bound(credential))
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"credential {credential.name!r} is not what was stored: enter it again") from error
        return Secret(msgspec.json.decode(clear, type=dict[str, str]))

    def _encrypt(self, key: bytes, clear: bytes, bound: bytes) -> bytes:
        nonce = self._random(NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, clear, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)


def _bound(credential: Credential) -> bytes:
    return msgspec.json.encode([credential.workspace, credential.broker, credential.id, credential.version])


def _credential(row: DictRow) -> Credential:
    return Credential(
        row["id"], row["workspace_id"], row["broker"], row["name"], row["version"], row["key_id"],
        row["created_at"], row["changed_at"],
    )  # fmt: skip
