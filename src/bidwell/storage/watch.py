"""Starting the embedded server again when it died under a working desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bidwell.model.errors import ConfigError
from bidwell.storage.cluster import EmbeddedCluster


async def keep_running(
    cluster: EmbeddedCluster, report: Callable[[str], None], pause: timedelta = timedelta(milliseconds=250)
) -> None:
    """Look every `pause`, start the server when it is gone, and report each death and each failure; until cancelled."""
    while True:
        await asyncio.sleep(pause.total_seconds())
        if cluster.running():
            continue
        report("the database server is gone: starting it again")
        try:
            await asyncio.to_thread(cluster.start)
        except ConfigError as error:
            report(str(error))
