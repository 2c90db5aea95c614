"""The tables for people who ask in SQL, written by a process of its own so that the order path never waits for them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bidwell.app import demo
from bidwell.app.settings import Settings
from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.database import external_database
from bidwell.storage.journal import PostgresJournal
from bidwell.storage.pool import Pool
from bidwell.storage.projection import Projection

if TYPE_CHECKING:
    from bidwell.app.claim import DataFolder

_NICE = 10


def start(folder: DataFolder) -> subprocess.Popen[bytes]:
    """Start the projector; it ends with the desk, whose end of the pipe is closed by whatever ends it."""
    with (folder.logs / "projector.log").open("ab") as log:
        command = [sys.executable, "-m", "bidwell.app.projector", str(folder.path)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the projector."""
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


async def _run(path: Path) -> None:
    url = Settings().database_url
    conninfo = external_database(url.get_secret_value()).app if url else EmbeddedCluster(path).app_conninfo
    pool = Pool(conninfo, size=2)
    journal = PostgresJournal(conninfo, demo.WORKSPACE)
    work = asyncio.create_task(Projection(pool, demo.WORKSPACE).run(journal))
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.read))
    await asyncio.wait([work, ended], return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        work.result()
    work.cancel()
    await journal.close()
    await pool.close()


if __name__ == "__main__":
    os.nice(_NICE)
    asyncio.run(_run(Path(sys.argv[1])))
