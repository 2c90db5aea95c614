"""What comes up beside a desk while the desk's own code is still being loaded: its database and its paper venue."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidwell.app import venue
from bidwell.app.guardian import record
from bidwell.model.errors import ConfigError
from bidwell.storage.cluster import EmbeddedCluster

if TYPE_CHECKING:
    import subprocess

    from bidwell.app.claim import DataFolder
    from bidwell.app.settings import Settings


@dataclass(slots=True)
class Ahead:
    """What was begun before the desk's code is there; the desk's own start adopts it, and says what went wrong."""

    database: threading.Thread | None = None
    venue: subprocess.Popen[bytes] | None = None

    def wait(self) -> None:
        """Wait until the database is up, or could not be started."""
        if self.database is not None:
            self.database.join()

    def end(self, folder: DataFolder) -> None:
        """End what was begun."""
        self.wait()
        if self.venue is not None:
            venue.stop(folder)
            # It may not have come as far as to say that it runs.
            self.venue.terminate()
        if self.database is not None:
            EmbeddedCluster(folder.path).stop()


def begin(settings: Settings, folder: DataFolder) -> Ahead:
    """Start database and paper venue, unless a guardian is still about what it does with them."""
    ahead = Ahead()
    if record.running(folder.path) is None:
        ahead.venue = venue.spawn(folder, settings.feed, settings.speed)
        if settings.database_url is None:
            ahead.database = threading.Thread(target=_start_database, args=[folder])
            ahead.database.start()
    return ahead


def _start_database(folder: DataFolder) -> None:
    # The desk starts it again, and then it is told why that fails.
    with suppress(ConfigError, OSError):
        EmbeddedCluster(folder.path).start()
