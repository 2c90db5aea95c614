"""A paper venue in a process of its own, on a scripted market: `python -m tests.contract.venue_process FOLDER ACCOUNTS`."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from decimal import Decimal
from pathlib import Path

import uvloop

from bidwell.app.clock import WallClock
from bidwell.simulation.orders import AccountSpec
from bidwell.simulation.server import VenueServer
from tests.contract.paper_stand import scripted_market


async def serve(folder: Path, accounts: int, rotate_after: int) -> None:
    specs = [AccountSpec(f"paper-{number}", "USD", Decimal(100_000_000)) for number in range(accounts)]
    server = VenueServer(folder, scripted_market(), WallClock(), specs, rotate_after=rotate_after)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
    gc.freeze()
    await server.run()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
