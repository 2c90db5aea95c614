"""`bidwell stop`: let the desk drain and end, with the paper venue and the database."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from bidwell.app.claim import DataFolder

_PATIENCE = 30.0


def register(cli: typer.Typer) -> None:
    cli.command()(stop)


def stop(
    *,
    data: Annotated[Path | None, typer.Option(help="Data folder.", show_default="the platform's own")] = None,
    as_json: output.Json = False,
) -> None:
    """Stop the desk of a data folder: what was accepted leaves first; open orders stay at their brokers."""
    from bidwell.app import venue
    from bidwell.app.claim import DataFolder
    from bidwell.app.folders import data_folder
    from bidwell.app.guardian import keeper
    from bidwell.storage.cluster import EmbeddedCluster

    folder = DataFolder(data_folder(data))
    result = {"desk": _end_desk(folder), "guardian": False, "paper_venue": False, "database": False}
    if folder.path.is_dir():
        result["guardian"] = keeper.stop(folder)
        result["paper_venue"] = venue.stop(folder)
        cluster = EmbeddedCluster(folder.path)
        result["database"] = cluster.running()
        cluster.stop()
    ended = ", ".join(name.replace("_", " ") for name, was in result.items() if was)
    output.show(result, lambda console: console.print(f"stopped: {ended}" if ended else "nothing was running"),
                as_json=as_json)  # fmt: skip


def _end_desk(folder: DataFolder) -> bool:
    """End those that stand by first, so that none takes over, then the desk that leads; it ends its guardian itself."""
    from bidwell.model.errors import ConfigError

    address = folder.address()
    waiting = folder.standbys()
    for pid in {*waiting, *([address.pid] if address else [])}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while folder.standbys() or (address is not None and folder.claimed_by() == address.pid):
        if time.monotonic() > deadline:
            left = ", ".join(map(str, folder.standbys() or [address.pid if address else 0]))
            msg = f"the desk (process {left}) does not stop"
            raise ConfigError(msg)
        time.sleep(0.05)
    return address is not None or bool(waiting)
