"""What runs in the paper venue's own process: a market, and the venue that fills orders by it."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import signal
import sys
from pathlib import Path

import uvloop

from bidwell.app.claim import DataFolder
from bidwell.app.clock import WallClock
from bidwell.app.live import LiveMarket
from bidwell.app.quiet import QuietMarket
from bidwell.app.replayed import ReplayedMarket
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.simulation.server import VenueServer


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
