"""Backup and restore."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo, sql

from bidwell.model.errors import ConfigError
from bidwell.model.role import Role
from bidwell.storage.backup import MAGIC, NOTE, backup, read_backup, restore
from bidwell.storage.cluster import APP_ROLE, EmbeddedCluster
from bidwell.storage.database import Database, external_database
from bidwell.storage.identity.store import IdentityStore
from bidwell.storage.journal import PostgresJournal
from bidwell.storage.lease import Lease
from bidwell.storage.migration import HEAD, migrate
from bidwell.storage.pool import Pool
from bidwell.storage.vault import Secret, Vault
from bidwell.storage.vault_key import VaultKey
from tests.contract.journal_contract import entries, everything
from tests.storage.cluster_fixture import create_database, named

PASSWORD = "correct horse battery"
CANARY = "canary-91ab"
KEY = VaultKey(bytes(range(32)))


@pytest.fixture
def target(cluster: EmbeddedCluster) -> Iterator[Database]:
    """An empty database without tables to restore into."""
    create_database(cluster.owner_conninfo, "target")
    yield Database(named(cluster.owner_conninfo, "target"), named(cluster.app_conninfo, "target"))
    with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
        connection.execute("DROP DATABASE target WITH (FORCE)")


@pytest.fixture
async def filled(database: Database, pool: Pool, now: datetime) -> Database:
    """A desk's database with something of everything."""
    store = IdentityStore(pool)
    await store.users.ensure_workspace("main", "Main desk", "USD", now)
    link = await store.setup_links.create("main", Role.OWNER, now)
    owner = await store.setup_links.redeem(link, "ada@example.org", "Ada", PASSWORD, now)
    await store.sessions.create(owner, now)
    await store.audit.record("main", now, actor="user:ada", action="halt")
    await Vault(pool, KEY).add("main", "alpaca", "paper", Secret({"api_secret": CANARY}), now)
    for workspace in ("main", "other"):
        journal = PostgresJournal(
            database.app, workspace, await Lease(pool, workspace).acquire("desk", timedelta(hours=1))
        )
        await journal.append(entries(1, 50))
        await journal.close()
    return database


def counts(info: str) -> dict[str, int]:
    with psycopg.connect(info) as connection:
        connection.execute("SELECT set_config('app.workspace', '*', true)")
        return {
            table: len(connection.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table))).fetchall())
            for table in ("journal", "users", "sessions", "audit", "credentials", "setup_links", "leases")
        }


async def test_a_restored_desk_has_everything_but_open_doors(
    filled: Database, target: Database, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "desk.backup"
    header = backup(filled.owner, file, now)
    assert (header.created_at, header.schema, header.note) == (now, HEAD, NOTE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_backup(file) == header
    assert restore(file, target.owner) == header
    assert counts(target.owner) == counts(filled.owner) | {"sessions": 0, "setup_links": 0}
    journal = PostgresJournal(target.app, "main")
    assert await everything(journal) == entries(1, 50)
    assert await journal.verify() is None
    pool = Pool(target.app)
    store = IdentityStore(pool)
    assert (await store.users.authenticate("ada@example.org", PASSWORD, "127.0.0.1", now)).name == "Ada"
    vault = Vault(pool, KEY)
    credential = (await vault.of_workspace("main"))[0]
    assert (await vault.open("main", credential.id)).fields == {"api_secret": CANARY}
    going_on = PostgresJournal(target.app, "main", await Lease(pool, "main").acquire("desk", timedelta(hours=1)))
    await going_on.append(entries(51, 1))
    await going_on.close()
    await pool.close()
    with psycopg.connect(target.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM journal")


def runs_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder of results."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_results_of_backtests_come_back_with_the_database(
    filled: Database, target: Database, tmp_path: Path, now: datetime
) -> None:
    results, back = tmp_path / "desk" / "backtests", tmp_path / "other" / "backtests"
    for name in ("main/run_1", "main/run_2", "other/run_3", "main/run_4.unfinished"):
        (results / name).mkdir(parents=True)
        (results / name / "result.json").write_text(f"what {name} found " * 500)
    outside = tmp_path / "secret.txt"
    outside.write_text("not a result")
    (results / "main" / "run_1" / "link").symlink_to(outside)
    (results / "main" / "run_5").symlink_to(tmp_path)
    expected = {f"{name}/result.json": f"what {name} found ".encode() * 500 for name in
                ("main/run_1", "main/run_2", "other/run_3")}  # fmt: skip

    file, bare = tmp_path / "desk.backup", tmp_path / "bare.backup"
    header = backup(filled.owner, file, now, results)
    without = backup(filled.owner, bare, now)
    assert (header.runs, without.runs, without.results) == (3, 0, 0)
    assert 0 < header.results < 10_000, "they are compressed"
    assert header.bytes - header.results > 10_000, "the database is there too"
    (back / "main" / "run_1").mkdir(parents=True)
    (back / "main" / "run_1" / "old.json").write_text("of another desk")
    (back / "main" / "run_9").mkdir()
    assert restore(file, target.owner, back) == header
    assert runs_in(back) == expected
    assert (back / "main" / "run_9").is_dir(), "what the backup does not know stays"
    assert [path.name for path in back.parent.iterdir()] == ["backtests"]
    assert counts(target.owner)["journal"] == 100
    restore(bare, target.owner, tmp_path / "none" / "backtests", force=True)
    assert not (tmp_path / "none").exists()


async def test_results_stay_as_they_are_where_the_database_cannot_be_restored(
    filled: Database, target: Database, tmp_path: Path, now: datetime
) -> None:
    results, back = tmp_path / "desk" / "backtests", tmp_path / "other" / "backtests"
    (results / "main" / "run_1").mkdir(parents=True)
    (results / "main" / "run_1" / "result.json").write_text("{}")
    file = tmp_path / "desk.backup"
    backup(filled.owner, file, now, results)
    with psycopg.connect(filled.owner) as connection:
        connection.execute("CREATE VIEW watched AS SELECT current_workspace()")
    with pytest.raises(ConfigError, match="psql failed"):
        restore(file, filled.owner, back, force=True)
    assert list(back.parent.iterdir()) == []
    content = bytearray(file.read_bytes())
    content[-10] ^= 1
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="is damaged"):
        restore(file, target.owner, back)
    assert list(back.parent.iterdir()) == []


async def test_a_backup_holds_neither_the_vault_key_nor_a_secret(
    filled: Database, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "desk.backup"
    backup(filled.owner, file, now)
    content = file.read_bytes()
    assert b"The vault key is not in this backup" in content
    for hidden in (KEY.secret, KEY.secret.hex().encode(), CANARY.encode(), PASSWORD.encode()):
        assert hidden not in content


async def test_a_database_that_holds_something_is_not_overwritten_without_force(
    filled: Database, target: Database, tmp_path: Path, now: datetime, pool: Pool
) -> None:
    file = tmp_path / "desk.backup"
    backup(filled.owner, file, now)
    await IdentityStore(pool).users.ensure_workspace("later", "Later desk", "EUR", now)
    before = counts(filled.owner)
    with pytest.raises(ConfigError, match="--force"):
        restore(file, filled.owner)
    assert counts(filled.owner) == before
    await pool.close()
    with psycopg.connect(filled.owner) as connection:
        connection.execute("CREATE TABLE workspace_notes (workspace_id text)")
        connection.execute(f"GRANT SELECT ON workspace_notes TO {APP_ROLE}".encode())
        connection.execute("CREATE TABLE somebody_elses (x int)")
    restore(file, filled.owner, force=True)
    with psycopg.connect(filled.owner) as connection:
        assert connection.execute("SELECT id FROM workspaces").fetchall() == [("main",)]
        assert connection.execute("SELECT to_regclass('workspace_notes')").fetchone() == (None,)
        assert connection.execute("SELECT count(*) FROM somebody_elses").fetchone() == (0,)
    with psycopg.connect(target.owner) as connection:
        connection.execute("CREATE TABLE somebody_elses (x int)")
    with pytest.raises(ConfigError, match="not empty"):
        restore(file, target.owner)


async def test_a_fresh_desk_without_anything_takes_a_backup(
    filled: Database, target: Database, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "desk.backup"
    backup(filled.owner, file, now)
    migrate(target.owner)
    restore(file, target.owner)
    assert counts(target.owner)["journal"] == 100


async def test_a_restore_that_fails_half_way_leaves_what_was_there(
    filled: Database, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "desk.backup"
    backup(filled.owner, file, now)
    before = counts(filled.owner)
    with psycopg.connect(filled.owner) as connection:
        connection.execute("CREATE VIEW watched AS SELECT current_workspace()")
    with pytest.raises(ConfigError, match="psql failed"):
        restore(file, filled.owner, force=True)
    assert counts(filled.owner) == before


async def test_a_database_in_use_is_not_restored_over(
    filled: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bidwell.storage.backup.LOCK_TIMEOUT", "100ms")
    file = tmp_path / "desk.backup"
    backup(filled.owner, file, now)
    said: list[str] = []

    def run() -> None:
        try:
            restore(file, filled.owner, force=True)
        except ConfigError as error:
            said.append(str(error))

    with psycopg.connect(filled.owner) as connection:
        connection.execute("SELECT 1 FROM journal LIMIT 1")
        restoring = threading.Thread(target=run)
        restoring.start()
        restoring.join()
    assert len(said) == 1
    assert "stop the desk first" in said[0]


@pytest.mark.parametrize("damage", ["flipped", "cut", "other", "headless", "empty"])
async def test_a_damaged_backup_is_refused_before_anything_is_touched(
    filled: Database, target: Database, tmp_path: Path, now: datetime, damage: str
) -> None:
    file = tmp_path / "desk.backup"
    backup(filled.owner, file, now)
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(
        {
            "flipped": bytes(content), "cut": bytes(content[:-500]), "other": b"PGDMP" + bytes(content),
            "headless": MAGIC + b"{}\n", "empty": b"",
        }[damage]
    )  # fmt: skip
    with pytest.raises(ConfigError, match=r"is damaged|is not a backup"):
        restore(file, target.owner)
    with psycopg.connect(target.owner) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


async def test_a_backup_of_a_newer_bidwell_is_refused(
    filled: Database, target: Database, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "desk.backup"
    with psycopg.connect(filled.owner) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    backup(filled.owner, file, now)
    with pytest.raises(ConfigError, match="newer Bidwell"):
        restore(file, target.owner)


def test_a_file_that_exists_or_cannot_be_written_is_refused(
    database: Database, target: Database, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "desk.backup"
    file.write_text("precious")
    with pytest.raises(ConfigError, match="exists"):
        backup(database.owner, file, now)
    assert file.read_text() == "precious"
    with pytest.raises(ConfigError, match="cannot be written"):
        backup(database.owner, tmp_path / "nowhere" / "desk.backup", now)
    with pytest.raises(ConfigError, match="nothing to back up"):
        backup(target.owner, tmp_path / "other.backup", now)
    with pytest.raises(ConfigError, match="does not see every workspace"):
        backup(database.app, tmp_path / "other.backup", now)
    with pytest.raises(ConfigError, match="cannot be read"):
        restore(tmp_path / "missing.backup", target.owner)


def test_an_owner_without_superpowers_backs_up_every_workspace(
    cluster: EmbeddedCluster, target: Database, tmp_path: Path, now: datetime
) -> None:
    with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
        connection.execute(b"CREATE ROLE hosted LOGIN CREATEROLE PASSWORD 'hosted'")
        connection.execute(f"GRANT {APP_ROLE} TO hosted WITH ADMIN OPTION".encode())
        connection.execute(b"CREATE DATABASE hosted OWNER hosted")
    url = conninfo.make_conninfo(named(cluster.owner_conninfo, "hosted"), user="hosted", password="hosted")
    try:
        hosted = external_database(url)
        migrate(hosted.owner)
        for workspace in ("one", "two"):
            with psycopg.connect(hosted.app) as connection:
                connection.execute("SELECT set_config('app.workspace', %s, true)", [workspace])
                connection.execute(
                    "INSERT INTO journal (workspace_id, seq, occurred_at, kind, body, hash)"
                    " VALUES (%s, 1, now(), 'OrderSubmitted', '{}', '')",
                    [workspace],
                )
        file = tmp_path / "hosted.backup"
        backup(hosted.owner, file, now)
        restore(file, target.owner)
        assert counts(target.owner)["journal"] == 2
        restore(file, hosted.owner, force=True)
        assert counts(hosted.owner)["journal"] == 2
    finally:
        with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
            connection.execute(b"DROP DATABASE hosted WITH (FORCE)")
            connection.execute(b"DROP ROLE hosted")
