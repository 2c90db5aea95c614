"""The paper venue's own process: started once, adopted by every later desk on the same data folder."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from bidwell.app.claim import DataFolder, alive
from bidwell.app.clock import WallClock
from bidwell.app.live import LiveMarket
from bidwell.app.quiet import QuietMarket
from bidwell.app.replayed import ReplayedMarket
from bidwell.brokers.paper.config import ADDRESS_FILE, PaperConfig, read_config
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.model.errors import ConfigError, Unavailable
from bidwell.simulation.server import VenueServer

if TYPE_CHECKING:
    from collections.abc import Callable

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


async def ensure(folder: DataFolder, feed: str, speed: int, port: int = 0) -> PaperConfig:
    """Adopt the venue of this folder, or start one that outlives this process; raises Unavailable when none comes up."""
    _same_feed(folder, feed)
    if running(folder) is None:
        (folder.venue / ADDRESS_FILE).unlink(missing_ok=True)
        log = (folder.logs / "venue.log").open("ab")
        command = [sys.executable, "-m", "bidwell.app.venue", str(folder.path), feed, str(speed), str(port)]
        with log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,  # noqa: ASYNC220 - a fork takes a millisecond, once
                                       start_new_session=True, close_fds=True)  # fmt: skip
        deadline = time.monotonic() + _START
        while running(folder) is None:
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


def main(arguments: list[str]) -> int:
    """Run the venue in this process until SIGTERM: data folder, feed, speed and port (0 for any)."""
    path, feed, speed, port = arguments
    folder = DataFolder(Path(path))
    with (folder.venue / "venue.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(f"a paper venue already runs on {folder.venue}\n")
            return 1
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(folder, feed, int(speed), int(port)))
    return 0


async def _run(folder: DataFolder, feed: str, speed: int, port: int) -> None:
    calendars = CompiledCalendars(folder.cache)
    market: ReplayedMarket | LiveMarket | QuietMarket
    if feed == "replay":
        market = ReplayedMarket(calendars, folder.venue / "market.json", speed)
    elif feed == "brokers":
        market = QuietMarket(calendars, WallClock())
    else:
        market = await LiveMarket.open(feed, calendars, WallClock())
    server = VenueServer(folder.venue, market, WallClock(), port=port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    gc.freeze()
    # As in the desk: what an order makes is mostly kept.
    gc.set_threshold(20_000, 20, 20)
    await server.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
