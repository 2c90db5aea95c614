"""The user's own server, migrations, and row-level security."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import conninfo, sql

from bidwell.model.errors import ConfigError
from bidwell.storage.cluster import APP_ROLE, EmbeddedCluster
from bidwell.storage.database import Database, check_version, external_database, open_database
from bidwell.storage.migration import HEAD, SCRIPTS, migrate, schema_version
from bidwell.storage.postmaster import SETTINGS
from tests.storage.cluster_fixture import create_database, named

PLAIN = "plain_owner"


@pytest.fixture
def empty(cluster: EmbeddedCluster) -> Iterator[str]:
    """The owner's conninfo of a database without tables."""
    create_database(cluster.owner_conninfo, "empty")
    yield named(cluster.owner_conninfo, "empty")
    with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
        connection.execute("DROP DATABASE empty WITH (FORCE)")


@pytest.fixture
def plain(cluster: EmbeddedCluster) -> Iterator[str]:
    """A database of a role that is no superuser, as a hosted PostgreSQL gives out."""
    with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {PLAIN} LOGIN CREATEROLE PASSWORD 'plain'".encode())
        connection.execute(f"CREATE DATABASE plain OWNER {PLAIN}".encode())
        connection.execute(f"GRANT {APP_ROLE} TO {PLAIN} WITH ADMIN OPTION".encode())
    yield conninfo.make_conninfo(named(cluster.owner_conninfo, "plain"), user=PLAIN, password="plain")
    with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
        connection.execute(b"DROP DATABASE plain WITH (FORCE)")
        connection.execute(f"DROP ROLE {PLAIN}".encode())


def insert_entries(info: str, *workspaces: str) -> None:
    with psycopg.connect(info) as connection:
        for workspace in workspaces:
            connection.execute("SELECT set_config('app.workspace', %s, true)", [workspace])
            connection.execute(
                "INSERT INTO journal (workspace_id, seq, occurred_at, kind, body, hash)"
                " VALUES (%s, 1, now(), 'OrderSubmitted', '{}', '')",
                [workspace],
            )


def seen(info: str, workspace: str | None, table: str = "journal") -> int:
    with psycopg.connect(info) as connection:
        if workspace is not None:
            connection.execute("SELECT set_config('app.workspace', %s, true)", [workspace])
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        assert row is not None
        return int(row[0])


def test_the_newest_migration_is_the_one_that_the_fast_check_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_first_opening_makes_migrates_and_connects(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    assert opened.cluster is not None
    try:
        again = open_database(tmp_path)
        assert (again.owner, again.app) == (opened.owner, opened.app)
        with psycopg.connect(again.app) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (APP_ROLE,)
        assert "password" not in repr(opened)
    finally:
        opened.cluster.stop()


def test_migrating_twice_and_at_once_happens_once(empty: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(empty)
        except BaseException as error:  # noqa: BLE001 (whatever it is, the test must see it)
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    migrate(empty)
    with psycopg.connect(empty) as connection:
        assert schema_version(connection) == HEAD


def test_a_database_of_a_newer_bidwell_is_refused(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer Bidwell"):
        migrate(empty)


def test_every_table_with_a_workspace_forces_row_level_security(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        tables = connection.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class c"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND (relname = 'workspaces' OR EXISTS ("
            " SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id'))"
            " AND relname <> 'setup_links'"
        ).fetchall()
    assert len(tables) >= 10
    assert [name for name, forced, owner in tables if not forced or owner == APP_ROLE] == []


def test_the_app_role_sees_and_writes_one_workspace_only(database: Database) -> None:
    insert_entries(database.app, "one", "two")
    assert [seen(database.app, name) for name in ("one", "two", "three", "", "*", None)] == [1, 1, 0, 0, 0, 0]
    with psycopg.connect(database.app) as connection:
        connection.execute("SELECT set_config('app.workspace', 'one', true)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(
                "INSERT INTO journal (workspace_id, seq, occurred_at, kind, body, hash)"
                " VALUES ('two', 2, now(), 'OrderSubmitted', '{}', '')"
            )


def test_a_connection_forgets_its_workspace_with_its_transaction(database: Database) -> None:
    insert_entries(database.app, "one")
    with psycopg.connect(database.app, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SELECT set_config('app.workspace', 'one', true)")
            assert connection.execute("SELECT count(*) FROM journal").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE journal DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE journal DISABLE TRIGGER append_only",
        "DROP POLICY workspace ON journal",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (x int)",
        "UPDATE alembic_version SET version_num = '0'",
    ],
)
def test_the_app_role_cannot_lift_its_own_bounds(database: Database, statement: str) -> None:
    with psycopg.connect(database.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_an_owner_without_superpowers_is_bound_too_unless_it_asks_for_everything(plain: str) -> None:
    database = external_database(plain)
    migrate(database.owner)
    insert_entries(database.app, "one", "two")
    assert [seen(database.owner, name) for name in (None, "one", "*")] == [0, 1, 2]
    assert seen(database.app, "*") == 0


def test_the_desk_works_as_the_app_role_on_a_server_of_the_users(plain: str) -> None:
    database = open_database(Path("unused"), plain)
    assert database.cluster is None
    with psycopg.connect(database.app) as connection:
        assert connection.execute("SELECT current_user, session_user").fetchone() == (APP_ROLE, PLAIN)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM journal")


def test_a_server_that_may_forget_is_refused(cluster: EmbeddedCluster, empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(b"ALTER DATABASE empty SET synchronous_commit = off")
    with pytest.raises(ConfigError, match="synchronous_commit off"):
        external_database(empty)


def test_a_server_that_survives_no_power_cut_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SETTINGS, "fsync", "off")
    monkeypatch.setitem(SETTINGS, "full_page_writes", "off")
    careless = EmbeddedCluster(tmp_path / "desk")
    try:
        with pytest.raises(ConfigError, match="fsync, full_page_writes off"):
            external_database(careless.start())
    finally:
        careless.stop()


def test_a_server_that_is_too_old_is_refused() -> None:
    with pytest.raises(ConfigError, match="PostgreSQL 14"):
        check_version(14)
    check_version(15)


@pytest.mark.parametrize(
    ("url", "says"),
    [("postgresql://[::1", "cannot be read"), ("postgresql:///x?host=/nowhere&connect_timeout=2", "cannot be reached")],
)
def test_a_useless_url_is_refused_without_its_password(url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        external_database(url)


def test_an_owner_who_may_not_make_tables_is_told_what_to_ask_for(plain: str, cluster: EmbeddedCluster) -> None:
    with psycopg.connect(cluster.owner_conninfo, autocommit=True) as connection:
        connection.execute(b"ALTER DATABASE plain OWNER TO bidwell")
    with pytest.raises(ConfigError, match="own the database"):
        migrate(plain)
