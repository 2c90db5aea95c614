"""The server process itself: is it there, start it detached, wait until it is ready, stop it.

`postmaster.pid` is PostgreSQL's own record; a pid in it counts only when that process really works in this
cluster's folder, because after a crash the number may belong to anybody.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bidwell.model.errors import ConfigError
from bidwell.storage.binaries import Installation
from bidwell.storage.server_user import ServerUser

PORT = 5432
POLL_SECONDS = 0.004
START_SECONDS = 120.0
STOP_SECONDS = 60.0
ORPHAN_SECONDS = 15.0

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
    # Statements and the rows in an error's detail may hold what belongs in no log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# One call flushes the whole file system before recovery, instead of one for each of a thousand files.
LINUX_SETTINGS = {"recovery_init_sync_method": "syncfs"}
MACOS_SETTINGS = {"wal_sync_method": "fsync_writethrough"}

_HINTS = {
    "No space left on device": "free some space or choose another folder with --data",
    "Permission denied": "give the server's user access to the data folder or choose another with --data",
    "could not create shared memory segment": "raise the system's shared memory limits",
    "could not map anonymous shared memory": "free some memory",
}
_ORPHANS = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says: process id, socket folder, and `ready`, `starting` or `stopping`."""

    pid: int
    socket_dir: str
    status: str


def read_postmaster(cluster: Path) -> Postmaster | None:
    """The living server of this cluster, or None."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not works_in(pid, cluster):
        return None
    socket_dir = lines[4].strip() if len(lines) > 4 else ""
    return Postmaster(pid, socket_dir, lines[7].strip() if len(lines) > 7 else "starting")


def works_in(pid: int, cluster: Path) -> bool:
    """Whether `pid` is a living process of PostgreSQL in this cluster's folder."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    if sys.platform != "linux":
        shown = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return shown.stdout.strip().endswith("postgres")
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in {"Z", "X"} and Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return False


def forget_dead(cluster: Path, socket_dir: Path) -> None:
    """Remove what a dead server left: its pid file, its socket and that socket's lock.

    PostgreSQL would refuse to start while any process of the same user, even a zombie, bears that number. It
    still finds orphaned backends of a killed server by the shared memory that is derived from the folder.
    """
    if read_postmaster(cluster) is None:
        name = f".s.PGSQL.{PORT}"
        for left in (cluster / "postmaster.pid", socket_dir / name, socket_dir / f"{name}.lock"):
            left.unlink(missing_ok=True)


def launch(installation: Installation, cluster: Path, user: ServerUser, socket_dir: Path, log: Path) -> Postmaster:
    """Start the server in a session of its own, so that it outlives the desk, and wait until it is ready.

    Orphans of a killed server are waited for. Raises ConfigError with the server's last words.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while True:
        start_of_log = log.stat().st_size if log.exists() else 0
        pid = _spawn(installation, cluster, user, socket_dir, log)
        ready = _wait_ready(pid, cluster)
        if ready is not None:
            return ready
        words = _tail(log, start_of_log)
        if not any(sign in words for sign in _ORPHANS) or time.monotonic() > deadline:
            raise ConfigError(_complaint(words, log))
        time.sleep(0.05)


def wait_ready(cluster: Path) -> Postmaster | None:
    """Wait for a server that somebody else started; None when it ends instead."""
    found = read_postmaster(cluster)
    return None if found is None else _wait_ready(found.pid, cluster)


def shut_down(cluster: Path, postmaster: Postmaster) -> None:
    """Stop the server cleanly, clients included; raises ConfigError when it does not end in a minute."""
    os.kill(postmaster.pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while works_in(postmaster.pid, cluster):
        if time.monotonic() > deadline:
            raise ConfigError(f"the database server (process {postmaster.pid}) did not stop in {STOP_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


def _spawn(installation: Installation, cluster: Path, user: ServerUser, socket_dir: Path, log: Path) -> int:
    settings = SETTINGS | {"unix_socket_directories": f'"{socket_dir}"'}
    settings |= {"linux": LINUX_SETTINGS, "darwin": MACOS_SETTINGS}.get(sys.platform, {})
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [installation.program("postgres"), "-D", visible_path(cluster, user), *options]
    with log.open("ab") as out:
        # The shell only forks: the server becomes a child of init, and no zombie of the desk when it dies.
        shell = subprocess.run(
            ["/bin/sh", "-c", '"$0" "$@" >&2 & echo $!', *command],
            cwd=cluster, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=out, check=True,
            start_new_session=True, env=server_environment(), **user.spawn_options(),
        )  # fmt: skip
    return int(shell.stdout)


def visible_path(cluster: Path, user: ServerUser) -> str:
    """The path by which the server reaches its folder.

    A server that runs as another user may not be allowed to walk there (a 0700 home of root's); it is started
    inside instead, and Linux names that place without a walk. No parent's permissions are touched.
    """
    return "/proc/self/cwd" if user.switched and sys.platform == "linux" else str(cluster)


def server_environment() -> dict[str, str]:
    """A small environment: nothing of the desk's own leaks to the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def _wait_ready(pid: int, cluster: Path) -> Postmaster | None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = read_postmaster(cluster)
        if found is not None and found.pid == pid and found.status == "ready":
            return found
        if not _exists(pid):
            return None
        time.sleep(POLL_SECONDS)
    raise ConfigError(f"the database server (process {pid}) was not ready in {START_SECONDS:.0f} s")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    if sys.platform != "linux":
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read(64_000).decode(errors="replace")


def _complaint(words: str, log: Path) -> str:
    lines: Sequence[str] = words.strip().splitlines()
    fatal = [line.partition("FATAL:")[2] or line.partition("PANIC:")[2] for line in lines]
    reason = next((text.strip() for text in reversed(fatal) if text), lines[-1] if lines else "it said nothing")
    hint = next((hint for sign, hint in _HINTS.items() if sign in words), f"the whole story is in {log}")
    return f"the database server did not start: {reason}; {hint}"
