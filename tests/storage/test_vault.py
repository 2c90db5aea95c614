"""The credential vault and its key."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bidwell.model.errors import ConfigError
from bidwell.storage.database import Database
from bidwell.storage.errors import VaultError
from bidwell.storage.pool import Pool
from bidwell.storage.vault import Secret, Vault
from bidwell.storage.vault_key import VARIABLE, VaultKey, load_vault_key

CANARY = "canary-4f7c1d"
SECRET = Secret({"api_key": "PK123", "api_secret": CANARY})


@pytest.fixture
def key() -> VaultKey:
    return VaultKey(bytes(range(32)))


@pytest.fixture
def vault(pool: Pool, key: VaultKey) -> Vault:
    return Vault(pool, key)


async def test_what_was_sealed_opens_again(vault: Vault, now: datetime) -> None:
    made = await vault.add("main", "alpaca", "paper", SECRET, now)
    assert await vault.open("main", made.id) == SECRET
    assert await vault.of_workspace("main") == [made]
    assert await vault.of_workspace("other") == []
    with pytest.raises(LookupError):
        await vault.open("other", made.id)


async def test_a_replaced_secret_has_a_new_version_and_a_removed_one_is_gone(vault: Vault, now: datetime) -> None:
    made = await vault.add("main", "alpaca", "paper", SECRET, now)
    changed = await vault.replace("main", made.id, Secret({"api_key": "new"}), now + timedelta(hours=1))
    assert (changed.version, changed.created_at) == (2, now)
    assert await vault.open("main", made.id) == Secret({"api_key": "new"})
    assert await vault.remove("main", made.id)
    assert not await vault.remove("main", made.id)
    with pytest.raises(LookupError):
        await vault.replace("main", made.id, SECRET, now)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE credentials SET workspace_id = 'other'",
        "UPDATE credentials SET broker = 'evil'",
        "UPDATE credentials SET id = 'crd_other'",
        "UPDATE credentials SET version = version + 1",
        "UPDATE credentials SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)",
        "UPDATE credentials SET wrapped_key = set_byte(wrapped_key, 0, get_byte(wrapped_key, 0) # 1)",
        "UPDATE credentials SET sealed = substr(sealed, 1, 5)",
    ],
)
async def test_a_row_that_was_moved_or_altered_does_not_open(
    vault: Vault, now: datetime, database: Database, tampering: str
) -> None:
    await vault.add("main", "alpaca", "paper", SECRET, now)
    with psycopg.connect(database.owner) as connection:
        connection.execute(tampering.encode())
        row = connection.execute("SELECT workspace_id, id FROM credentials").fetchone()
    assert row is not None
    with pytest.raises(VaultError):
        await vault.open(row[0], row[1])


async def test_another_key_opens_nothing_until_the_vault_is_rotated(
    pool: Pool, vault: Vault, key: VaultKey, now: datetime
) -> None:
    made = [await vault.add("main", "alpaca", str(number), SECRET, now) for number in range(3)]
    newer = Vault(pool, VaultKey(os.urandom(32)))
    with pytest.raises(VaultError, match="bring the old key back"):
        await newer.open("main", made[0].id)
    assert await newer.rotate("main", key, now) == 3
    assert await newer.rotate("main", key, now) == 0
    assert await newer.open("main", made[0].id) == SECRET
    with pytest.raises(VaultError):
        await vault.open("main", made[0].id)


async def test_no_secret_shows_in_rows_or_texts(vault: Vault, now: datetime, database: Database, key: VaultKey) -> None:
    made = await vault.add("main", "alpaca", "paper", SECRET, now)
    with psycopg.connect(database.owner) as connection:
        row = connection.execute("SELECT sealed || wrapped_key, c::text FROM credentials c").fetchone()
    assert row is not None
    assert CANARY.encode() not in row[0]
    for text in (row[1], repr(SECRET), str(SECRET), f"{SECRET}", repr(made), repr(vault), repr(key)):
        assert CANARY not in text
        assert key.secret.hex() not in text
    assert repr(SECRET) == "Secret(api_key=…, api_secret=…)"


def test_the_key_is_made_once_in_a_file_of_its_owners(tmp_path: Path) -> None:
    file, data = tmp_path / "config" / "vault.key", tmp_path / "data"
    first = load_vault_key(file, data, {})
    assert load_vault_key(file, data, {}) == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_environments_key_comes_first(tmp_path: Path) -> None:
    given = base64.urlsafe_b64encode(bytes(32)).decode()
    assert load_vault_key(tmp_path / "vault.key", tmp_path / "data", {VARIABLE: given}) == VaultKey(bytes(32))
    assert not (tmp_path / "vault.key").exists()


@pytest.mark.parametrize("wrong", ["short", "x" * 44, base64.b64encode(bytes(31)).decode()])
def test_a_malformed_key_is_refused_without_repeating_it(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigError, match="is not a vault key") as refused:
        load_vault_key(tmp_path / "vault.key", tmp_path / "data", {VARIABLE: wrong})
    assert wrong not in str(refused.value)


def test_a_key_that_others_may_read_or_that_backups_would_hold_is_refused(tmp_path: Path) -> None:
    file, data = tmp_path / "vault.key", tmp_path / "data"
    load_vault_key(file, data, {})
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_vault_key(file, data, {})
    with pytest.raises(ConfigError, match="outside the data folder"):
        load_vault_key(data / "vault.key", data, {})


class DictKeyring:
    """A keyring in memory: the smallest one that fits the two calls."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, account: str) -> str | None:
        return self.kept.get((service, account))

    def set_password(self, service: str, account: str, password: str) -> None:
        self.kept[(service, account)] = password


def test_a_keyring_keeps_the_key_where_there_is_one(tmp_path: Path) -> None:
    ring = DictKeyring()
    first = load_vault_key(tmp_path / "vault.key", tmp_path / "data", {}, keyring=ring)
    assert load_vault_key(tmp_path / "vault.key", tmp_path / "data", {}, keyring=ring) == first
    assert not (tmp_path / "vault.key").exists()
