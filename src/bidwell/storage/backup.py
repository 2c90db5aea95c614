"""Backup and restore: one consistent snapshot of the database in a file that says what it is and is checked.

A file is a line `BIDWELL BACKUP`, a line of JSON (`BackupHeader`), pg_dump's archive, and the archive of the backtests'
results where they are not left out. Sessions, set-up links and
login attempts are left out: a restore must not revive what was ended. The vault key is never inside.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import psycopg
from psycopg import conninfo, sql

from bidwell.model.errors import ConfigError
from bidwell.storage.binaries import client_program
from bidwell.storage.cluster import APP_ROLE
from bidwell.storage.migration import HEAD, ensure_app_role, known_versions, migrate, schema_version
from bidwell.storage.run_results import pack, put_back, unpack

MAGIC = b"BIDWELL BACKUP\n"
NOTE = (
    "The vault key is not in this backup. Keep it apart (BIDWELL_VAULT_KEY, the keyring or the vault.key file): "
    "without it the brokers' credentials must be entered again."
)
LEFT_OUT = ("sessions", "setup_links", "login_attempts")
HEADER_BYTES = 4096
CHUNK = 1 << 20
LOCK_TIMEOUT = "5s"


class BackupHeader(msgspec.Struct, frozen=True):
    """What the file holds: when it was made, the tables' version, and the size and SHA-256 (hex) of what follows.

    The last `results` bytes of it are the results of `runs` backtests.
    """

    created_at: datetime
    schema: str
    server: str
    bytes: int
    sha256: str
    note: str = NOTE
    results: int = 0
    runs: int = 0


def backup(owner: str, file: Path, now: datetime, results: Path | None = None) -> BackupHeader:
    """Write a snapshot of the database to a new file (0600); the desk may go on working meanwhile.

    `results` is the folder of the backtests' results; without it they are left out.
    Raises ConfigError when the file exists or cannot be written, or the dump fails.
    """
    with psycopg.connect(owner) as connection:
        version = schema_version(connection)
        server = connection.info.parameter_status("server_version") or ""
        if version is None:
            raise ConfigError("there is nothing to back up: the database has no tables of Bidwell")
        if not _sees_everything(connection):
            raise ConfigError("this role does not see every workspace, so its backup would lack some: use the owner's")
    if file.exists():
        raise ConfigError(f"{file} exists: choose another name")
    try:
        with tempfile.TemporaryDirectory(prefix=".bidwell-backup-", dir=file.parent) as folder:
            archive, whole = Path(folder) / "archive", Path(folder) / "whole"
            _run(
                [
                    client_program("pg_dump"), "--format=custom", "--no-owner", "--enable-row-security",
                    *(f"--exclude-table-data={table}" for table in LEFT_OUT), f"--file={archive}",
                ],
                owner,
            )  # fmt: skip
            # After the dump: a run that is done in it has its folder already.
            parts, runs = [archive], 0
            if results is not None and (runs := pack(results, Path(folder) / "results")):
                parts.append(Path(folder) / "results")
            sizes = [part.stat().st_size for part in parts]
            header = BackupHeader(now, version, server, sum(sizes), _digest(parts), results=sum(sizes[1:]), runs=runs)
            _assemble(whole, parts, header)
            os.link(whole, file)
    except OSError as error:
        raise ConfigError(f"the backup cannot be written to {file}: {error.strerror}") from error
    return header


def read_backup(file: Path) -> BackupHeader:
    """What a backup holds, once its size and checksum are found right; raises ConfigError otherwise."""
    try:
        with file.open("rb") as source:
            header = _header(source, file)
            checked, size = hashlib.sha256(), 0
            while chunk := source.read(CHUNK):
                checked.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise ConfigError(f"the backup {file} cannot be read: {error.strerror}") from error
    if size != header.bytes or checked.hexdigest() != header.sha256:
        raise ConfigError(f"the backup {file} is damaged: its checksum does not fit, use another one")
    return header


def restore(file: Path, owner: str, results: Path | None = None, *, force: bool = False) -> BackupHeader:
    """Put a backup into the database, all or nothing, and bring its tables up to date.

    The backtests' results go below `results`; without it they stay in the file.
    Raises ConfigError for a damaged backup or one of a newer Bidwell, for a database that is in use, and for
    one that holds anything, unless `force` says that it may be lost.
    """
    header = read_backup(file)
    if header.schema not in known_versions():
        raise ConfigError(
            f"the backup {file} was made by a newer Bidwell (schema {header.schema}, this one knows up to {HEAD})"
        )
    with psycopg.connect(owner, autocommit=True) as connection:
        if not force and _holds_anything(connection):
            raise ConfigError(
                "the database is not empty: restore into a new data folder (--data), or add --force to lose what is there"
            )
        ensure_app_role(connection)
        clearing = _clearing(connection)
    with tempfile.TemporaryDirectory(prefix="bidwell-restore-") as folder:
        archive, script, clear = (Path(folder) / name for name in ("archive", "script", "clear"))
        with file.open("rb") as source, archive.open("wb") as out:
            _header(source, file)
            _copy(source, out, header.bytes - header.results)
            staged = _staged(source, results, Path(folder) / "results") if header.results else None
        # A script rather than a direct restore: clearing and filling are then one transaction.
        _run(
            [client_program("pg_restore"), "--no-owner", "--clean", "--if-exists", f"--file={script}", str(archive)],
            None,
        )
        clear.write_text(clearing)
        try:
            _run(
                [
                    client_program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                    f"--file={clear}", f"--file={script}",
                ],
                owner,
            )  # fmt: skip
        except ConfigError:
            if staged is not None:
                shutil.rmtree(staged, ignore_errors=True)
            raise
    migrate(owner)
    if staged is not None and results is not None:
        put_back(staged, results)
    return header


def _staged(source: BinaryIO, results: Path | None, packed: Path) -> Path | None:
    """The results of a backup, unpacked but not in their place: a full disk shows before the database is touched."""
    if results is None:
        return None
    with packed.open("wb") as out:
        shutil.copyfileobj(source, out, CHUNK)
    return unpack(packed, results)


def _copy(source: BinaryIO, out: BinaryIO, size: int) -> None:
    while size and (chunk := source.read(min(CHUNK, size))):
        out.write(chunk)
        size -= len(chunk)


def _header(source: BinaryIO, file: Path) -> BackupHeader:
    magic, line = source.readline(len(MAGIC)), source.readline(HEADER_BYTES)
    if magic != MAGIC:
        raise ConfigError(f"{file} is not a backup of Bidwell")
    try:
        return msgspec.json.decode(line, type=BackupHeader)
    except msgspec.DecodeError as error:
        raise ConfigError(f"the backup {file} is damaged: its header cannot be read") from error


def _assemble(whole: Path, parts: Sequence[Path], header: BackupHeader) -> None:
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(MAGIC)
        out.write(msgspec.json.encode(header) + b"\n")
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, out, CHUNK)
        out.flush()
        os.fsync(out.fileno())


def _digest(parts: Sequence[Path]) -> str:
    checked = hashlib.sha256()
    for part in parts:
        with part.open("rb") as source:
            while chunk := source.read(CHUNK):
                checked.update(chunk)
    return checked.hexdigest()


def _sees_everything(connection: psycopg.Connection) -> bool:
    """Whether row-level security lets this role read all, as pg_dump will: without a search path."""
    connection.execute("SELECT set_config('app.workspace', '*', true), set_config('search_path', '', true)")
    found = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR public.maintains() FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return found is not None and bool(found[0])


def _holds_anything(connection: psycopg.Connection) -> bool:
    if schema_version(connection) is None:
        return bool(connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchall())
    connection.execute("SELECT set_config('app.workspace', '*', false)")
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM journal) OR EXISTS (SELECT 1 FROM users)"
        " OR EXISTS (SELECT 1 FROM workspaces) OR EXISTS (SELECT 1 FROM audit)"
    ).fetchone()
    return found is None or bool(found[0])


def _clearing(connection: psycopg.Connection) -> str:
    """SQL that drops our own tables, newer ones than the backup's too; they are those that the app role may read."""
    tables = connection.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND (c.relname = 'alembic_version' OR EXISTS (SELECT 1 FROM aclexplode(c.relacl) a"
        " JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname = %s))",
        [APP_ROLE],
    ).fetchall()
    drops = [sql.SQL("DROP TABLE {} CASCADE;\n").format(sql.Identifier("public", name)) for (name,) in tables]
    return f"SET lock_timeout = '{LOCK_TIMEOUT}';\nSET client_min_messages = 'error';\n" + "".join(
        drop.as_string(connection) for drop in drops
    )


def _run(command: list[str], owner: str | None) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where `ps` does not show it."""
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "PGOPTIONS": "-c app.workspace=*"}
    if owner is not None:
        parts = conninfo.conninfo_to_dict(owner)
        environment |= {"PGPASSWORD": str(parts.pop("password", "") or "")}
        options = str(parts.pop("options", "") or "")
        environment["PGOPTIONS"] = f"{options} {environment['PGOPTIONS']}".strip()
        command = [*command, f"--dbname={conninfo.make_conninfo(**parts)}"]  # type: ignore[arg-type]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()] or [done.stderr.strip()]
        hint = ": stop the desk first" if "lock timeout" in done.stderr else ""
        raise ConfigError(f"{Path(command[0]).name} failed: {lines[0]}{hint}")
