"""Bringing the tables up to date, under a lock, and at almost no cost when they are."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from bidwell.model.errors import ConfigError
from bidwell.storage.cluster import APP_ROLE

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005"
SCRIPTS = Path(__file__).with_name("migrations")
LOCK = 0x42494457454C4C  # "BIDWELL"
CONNECT_SECONDS = 10


def migrate(owner: str) -> None:
    """Apply every missing migration as the owner role, all or none; two desks at once take turns.

    Raises ConfigError for a database of a newer Bidwell or an owner role without the right to make the app role.
    """
    with psycopg.connect(owner, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        if schema_version(connection) == HEAD:
            return
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        version = schema_version(connection)
        if version == HEAD:
            return
        ensure_app_role(connection)
        connection.execute("SELECT set_config('client_min_messages', 'warning', false)")
        _upgrade(owner, version)


def schema_version(connection: psycopg.Connection) -> str | None:
    """The last migration that was applied, None in an empty database."""
    known = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if known is None or not known[0]:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def known_versions() -> set[str]:
    """Every schema version that this Bidwell can bring up to date."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 (see _upgrade)

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 (see _upgrade)

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _upgrade(owner: str, version: str | None) -> None:
    # Alembic and SQLAlchemy take half a second to import and are needed only when there is something to do.
    from alembic import command  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415
    from sqlalchemy.exc import ProgrammingError  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    if version is not None and version not in known_versions():
        raise ConfigError(
            f"the database was made by a newer Bidwell (schema {version}, this one knows up to {HEAD}): "
            "run that version, or restore a backup of this one's"
        )
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner), poolclass=NullPool)
    config = _config()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise ConfigError(
            f"the role in DATABASE_URL may not make tables ({str(error.orig).strip()}): let it own the database "
            "(ALTER DATABASE … OWNER TO …)"
        ) from error


def ensure_app_role(connection: psycopg.Connection) -> None:
    """The desk's role must exist before rights are granted to it, and the owner must be able to become it.

    Since PostgreSQL 16 the maker of a role may grant it but not become it, so the grant is tried out.
    """
    role = sql.Identifier(APP_ROLE)
    try:
        with contextlib.suppress(psycopg.errors.DuplicateObject):
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
        try:
            connection.execute(sql.SQL("SET ROLE {}").format(role))
            connection.execute("RESET ROLE")
        except psycopg.errors.InsufficientPrivilege:
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    except psycopg.errors.InsufficientPrivilege as error:
        owner = connection.info.user
        raise ConfigError(
            f"the database role {owner} may not make the role {APP_ROLE} that the desk works as: have an "
            f"administrator run CREATE ROLE {APP_ROLE} NOLOGIN; GRANT {APP_ROLE} TO {owner};"
        ) from error
    powers = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [APP_ROLE])
    if powers.fetchone() != (False,):
        raise ConfigError(
            f"the role {APP_ROLE} may pass over row-level security: ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS"
        )
