"""The embedded PostgreSQL of a data folder: made once, started when needed, adopted when it still runs.

Layout below `<data>/postgres` (0700): `cluster/` (PostgreSQL's own, owned by the server's user), `owner.password`
and `app.password` (0600), `server.log`, `start.lock`, and `run/` for the socket where its path is short enough.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from bidwell.model.errors import ConfigError
from bidwell.storage.binaries import find_installation
from bidwell.storage.creation import OWNER, create_cluster, refusal
from bidwell.storage.postmaster import (
    PORT,
    Postmaster,
    forget_dead,
    launch,
    read_postmaster,
    shut_down,
    wait_ready,
)
from bidwell.storage.server_user import ServerUser, server_user

DATABASE = "bidwell"
APP_ROLE = "bidwell_app"
SOCKET_PATH_BYTES = 100
LOG_BYTES = 10 * 2**20
CONNECT_SECONDS = 10


class EmbeddedCluster:
    """PostgreSQL in `data_dir/postgres`, reached by a socket only.

    The server runs detached: it outlives a killed desk, and the next `start` adopts it.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self.home = self.data_dir / "postgres"
        self.cluster = self.home / "cluster"
        self.log = self.home / "server.log"

    def start(self) -> str:
        """Start or adopt the server and return the owner role's conninfo.

        Takes about a second the first time. Raises ConfigError with what to do when the folder has no
        rights or room, holds something else, or was made by another major version.
        """
        with self._starting():
            user = server_user(self.cluster)
            deadline = time.monotonic() + CONNECT_SECONDS
            while True:
                postmaster = self._adopt() or self._launch(user)
                try:
                    return self._prepare(postmaster)
                except psycopg.OperationalError as error:
                    # A server that was just killed still looks alive for a moment.
                    if "authentication failed" in str(error) or time.monotonic() > deadline:
                        raise ConfigError(
                            f"the database in {self.home} runs but does not let the desk in: {str(error).strip()}"
                        ) from error
                time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server if it runs, whoever started it; what was acknowledged is on disk."""
        if not self.home.is_dir():
            return
        with self._starting():
            postmaster = read_postmaster(self.cluster)
            if postmaster is None:
                return
            shut_down(self.cluster, postmaster)
            with contextlib.suppress(OSError):
                Path(postmaster.socket_dir).rmdir()

    def running(self) -> bool:
        """Whether a server of this data folder accepts connections."""
        postmaster = read_postmaster(self.cluster)
        return postmaster is not None and postmaster.status == "ready"

    @property
    def owner_conninfo(self) -> str:
        """Libpq conninfo of the role that owns everything: migrations, backups; raises ConfigError when stopped."""
        return self._conninfo(self._running(), OWNER, "owner")

    @property
    def app_conninfo(self) -> str:
        """Libpq conninfo of the role that the desk works as; raises ConfigError when stopped."""
        return self._conninfo(self._running(), APP_ROLE, "app")

    def _running(self) -> Postmaster:
        postmaster = read_postmaster(self.cluster)
        if postmaster is None:
            raise ConfigError(f"the database in {self.home} is not running: start it with `bidwell up`")
        return postmaster

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """Hold the folder's start lock: two starts at once make one server."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.home.mkdir(mode=0o700, exist_ok=True)
            lock = os.open(self.home / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(refusal(self.data_dir, error)) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _adopt(self) -> Postmaster | None:
        """The server that a former desk left running, once it is ready."""
        while (found := read_postmaster(self.cluster)) is not None:
            ready = wait_ready(self.cluster)
            if ready is not None and found.status != "stopping":
                return ready
        return None

    def _launch(self, user: ServerUser) -> Postmaster:
        major = self._major()
        installation = find_installation(user, major)
        if major is None:
            create_cluster(installation, self.home, self.cluster, user, self._password("owner"))
        try:
            socket_dir = self._socket_dir(user)
            forget_dead(self.cluster, socket_dir)
            if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
                self.log.replace(self.log.with_suffix(".log.1"))
            self.log.touch(mode=0o600)
            return launch(installation, self.cluster, user, socket_dir, self.log)
        except OSError as error:
            raise ConfigError(refusal(self.data_dir, error)) from error

    def _major(self) -> int | None:
        """The major version that made the cluster, None when there is none yet."""
        version = self.cluster / "PG_VERSION"
        try:
            text = version.read_text().strip()
        except FileNotFoundError:
            if self.cluster.exists() and any(self.cluster.iterdir()):
                raise ConfigError(
                    f"{self.cluster} is not a PostgreSQL cluster: move it away or choose another folder with --data"
                ) from None
            if self.cluster.exists():
                self.cluster.rmdir()
            return None
        except OSError as error:
            raise ConfigError(refusal(self.cluster, error)) from error
        if not text.isdigit():
            raise ConfigError(
                f"{version} says {text!r}, which is no PostgreSQL version: restore the folder or a backup"
            )
        return int(text)

    def _password(self, role: str) -> str:
        """The role's password, made at random on first use."""
        path = self.home / f"{role}.password"
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            if role == "owner" and self.cluster.exists():
                raise ConfigError(f"{path} is gone, so the database cannot be opened: restore that file") from None
        except OSError as error:
            raise ConfigError(refusal(path, error)) from error
        password = secrets.token_urlsafe(32)
        try:
            staging = path.with_suffix(".new")
            staging.unlink(missing_ok=True)
            with os.fdopen(os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(password + "\n")
                file.flush()
                os.fsync(file.fileno())
            staging.replace(path)
        except OSError as error:
            raise ConfigError(refusal(self.data_dir, error)) from error
        return password

    def _socket_dir(self, user: ServerUser) -> Path:
        """A folder for the socket whose path fits (about 104 bytes on macOS) and which the server can reach."""
        beside = self.home / "run"
        if not user.switched and _fits(beside):
            beside.mkdir(mode=0o700, exist_ok=True)
            if _takes_sockets(beside):
                return beside
        digest = hashlib.sha256(os.fsencode(self.home.resolve())).hexdigest()[:12]
        short = Path("/tmp") / f"bidwell-{user.uid}-{digest}"  # noqa: S108 (0700, and its owner is checked)
        with contextlib.suppress(FileExistsError):
            short.mkdir(mode=0o700)
        status = short.lstat()
        if short.is_symlink() or not short.is_dir() or status.st_uid not in {user.uid, os.geteuid()}:
            short = Path(tempfile.mkdtemp(prefix="bidwell-", dir="/tmp"))
        short.chmod(0o700)
        user.take(short)
        return short

    def _conninfo(self, postmaster: Postmaster, role: str, password: str, database: str = DATABASE) -> str:
        return conninfo.make_conninfo(
            host=postmaster.socket_dir, port=PORT, user=role, password=self._password(password), dbname=database,
            application_name="bidwell",
        )  # fmt: skip

    def _prepare(self, postmaster: Postmaster) -> str:
        """See that the database and the app role are there; a connection is also the proof that it answers."""
        owner = self._conninfo(postmaster, OWNER, "owner")
        try:
            connection = psycopg.connect(owner, autocommit=True, connect_timeout=CONNECT_SECONDS)
        except psycopg.OperationalError as error:
            if f'database "{DATABASE}" does not exist' not in str(error):
                raise
            self._create_database(postmaster)
            connection = psycopg.connect(owner, autocommit=True, connect_timeout=CONNECT_SECONDS)
        with connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone() is None:
                role, password = sql.Identifier(APP_ROLE), sql.Literal(self._password("app"))
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
        return owner

    def _create_database(self, postmaster: Postmaster) -> None:
        first = self._conninfo(postmaster, OWNER, "owner", database="postgres")
        with psycopg.connect(first, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _fits(folder: Path) -> bool:
    path = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(path) <= SOCKET_PATH_BYTES and not set(b',"\\') & set(path)


def _takes_sockets(folder: Path) -> bool:
    """Whether the file system can hold a socket (shared and network folders often cannot)."""
    probe = folder / "probe"
    probe.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as one:
        try:
            one.bind(str(probe))
        except OSError:
            return False
    probe.unlink()
    return True
