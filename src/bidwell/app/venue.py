"""The paper venue's own process: started once, adopted by every later desk on the same data folder."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from bidwell.app.claim import alive
from bidwell.brokers.paper.config import ADDRESS_FILE, PaperConfig, read_config
from bidwell.model.errors import ConfigError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bidwell.app.claim import DataFolder

_START = 20.0
_STOP = 10.0
_LOOK = 0.5


def running(folder: DataFolder) -> int | None:
    """The process id of the venue that serves this folder, or None."""
    try:
        pid = int(json.loads((folder.venue / ADDRESS_FILE).read_text())["pid"])
    except (OSError, ValueError, KeyError):
        return None
    return pid if alive(pid) and _holds_lock(folder.venue) else None


def _holds_lock(folder: Path) -> bool:
    """Whether somebody has the venue's folder; a process id alone may have been given to another program."""
    with (folder / "venue.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def spawn(folder: DataFolder, feed: str, speed: int, port: int = 0) -> subprocess.Popen[bytes] | None:
    """Start the venue of this folder, which outlives this process, without waiting for it; None where one runs."""
    _same_feed(folder, feed)
    if running(folder) is not None:
        return None
    (folder.venue / ADDRESS_FILE).unlink(missing_ok=True)
    command = [sys.executable, "-m", "bidwell.app.venue_process", str(folder.path), feed, str(speed), str(port)]
    with (folder.logs / "venue.log").open("ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                close_fds=True)  # fmt: skip


async def ensure(
    folder: DataFolder, feed: str, speed: int, port: int = 0, *, begun: subprocess.Popen[bytes] | None = None
) -> PaperConfig:
    """Adopt the venue of this folder, the one just `begun` or a new one; raises Unavailable when none comes up."""
    process = begun or spawn(folder, feed, speed, port)
    deadline = time.monotonic() + _START
    while process is not None and running(folder) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            hint = "" if feed == "replay" else f"; {feed} needs a network, the replayed market does not"
            msg = f"the paper venue did not start: {_last_line(folder.logs / 'venue.log')}{hint}"
            raise Unavailable(msg)
        await asyncio.sleep(0.02)
    (folder.venue / "feed").write_text(feed)
    return read_config(folder.venue)


async def keep_running(folder: DataFolder, feed: str, speed: int, port: int, report: Callable[[str], None]) -> None:
    """Look twice a second, and start the venue again on its port when it died under a working desk; until cancelled."""
    while True:
        await asyncio.sleep(_LOOK)
        if await asyncio.to_thread(running, folder) is not None:
            continue
        report("the paper venue is gone: starting it again")
        try:
            await ensure(folder, feed, speed, port)
        except (Unavailable, OSError) as error:
            # A full disk is one of the reasons why it died: as long as there is no room it is tried again.
            report(str(error))


def _last_line(log: Path) -> str:
    """What the venue said last, and where the rest is."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"{lines[-1] if lines else 'it said nothing'} (see {log})"


def _same_feed(folder: DataFolder, feed: str) -> None:
    """Hold a folder to the market that its accounts traded first: another one would know none of its instruments."""
    file = folder.venue / "feed"
    known = file.read_text() if file.exists() else feed
    if known != feed:
        msg = f"the accounts in {folder.path} trade on the {known} market: choose another folder with --data for {feed}"
        raise ConfigError(msg)


def stop(folder: DataFolder) -> bool:
    """End the venue of this folder; True when there was one."""
    pid = running(folder)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP
    while alive(pid) and _holds_lock(folder.venue):
        if time.monotonic() > deadline:
            msg = f"the paper venue (process {pid}) does not stop"
            raise ConfigError(msg)
        time.sleep(0.02)
    return True
