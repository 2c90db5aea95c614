"""The desk's database: the embedded cluster, or the server that DATABASE_URL names, checked and migrated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import conninfo

from bidwell.model.errors import ConfigError
from bidwell.storage.binaries import OLDEST_MAJOR
from bidwell.storage.cluster import APP_ROLE, EmbeddedCluster
from bidwell.storage.migration import migrate

CONNECT_SECONDS = 10
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is: `owner` for migrations and backups, `app` for the desk; `cluster` when embedded."""

    owner: str
    app: str
    cluster: EmbeddedCluster | None = None

    def __repr__(self) -> str:
        """Conninfos hold passwords and stay out of logs."""
        return f"Database(embedded={self.cluster is not None})"


def open_database(data_dir: Path, url: str | None = None) -> Database:
    """Start or reach the database, bring its tables up to date, and say how to connect.

    `url` (DATABASE_URL) replaces the embedded cluster of `data_dir`. Raises ConfigError with what to do.
    """
    if url:
        found = external_database(url)
    else:
        cluster = EmbeddedCluster(data_dir)
        owner = cluster.start()
        found = Database(owner, cluster.app_conninfo, cluster)
    migrate(found.owner)
    return found


def external_database(url: str) -> Database:
    """Check a server of the user's: version, durability, and that tables of ours would be safe there."""
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise ConfigError(f"DATABASE_URL cannot be read: {str(error).strip()}") from None
    owner = url if "application_name" in parts else conninfo.make_conninfo(url, application_name="bidwell")
    check_server(owner)
    options = f"{parts.get('options') or ''} -c role={APP_ROLE}".strip()
    return Database(owner, conninfo.make_conninfo(owner, options=options))


def check_server(owner: str) -> None:
    """Refuse a server that is too old, or that may forget what it acknowledged."""
    try:
        with psycopg.connect(owner, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection:
            version = connection.info.server_version // 10000
            off = connection.execute(
                "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off' ORDER BY name", [list(DURABLE)]
            ).fetchall()
    except psycopg.OperationalError as error:
        raise ConfigError(f"the database that DATABASE_URL names cannot be reached: {str(error).strip()}") from None
    check_version(version)
    unsafe = [str(name) for (name,) in off]
    if unsafe:
        raise ConfigError(
            f"the database that DATABASE_URL names runs with {', '.join(unsafe)} off, so it could lose orders that "
            f"were acknowledged: turn {'it' if len(unsafe) == 1 else 'them'} on (ALTER SYSTEM SET {unsafe[0]} = on, "
            "then reload, also for this database and role) and start again"
        )


def check_version(major: int) -> None:
    """Raises ConfigError for a major version that Bidwell does not run on."""
    if major < OLDEST_MAJOR:
        raise ConfigError(
            f"DATABASE_URL names PostgreSQL {major} and Bidwell needs {OLDEST_MAJOR} or newer: "
            "upgrade the server, or unset DATABASE_URL to use the embedded one"
        )
