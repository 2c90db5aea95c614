"""`bidwell stop`: let the desk drain and end, with the paper venue and the database."""

from __future__ import annotations

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
    from bidwell.storage.cluster import EmbeddedCluster

    folder = DataFolder(data_folder(data))
    result = {"desk": _end_desk(folder), "paper_venue": False, "database": False}
    if folder.path.is_dir():
        result["paper_venue"] = venue.stop(folder)
        cluster = EmbeddedCluster(folder.path)
        result["database"] = cluster.running()
        cluster.stop()
    ended = ", ".join(name.replace("_", " ") for name, was in result.items() if was)
    output.show(result, lambda console: console.print(f"stopped: {ended}" if ended else "nothing was running"),
                as_json=as_json)  # fmt: skip


def _end_desk(folder: DataFolder) -> bool:
    from bidwell.model.errors import ConfigError

    address = folder.address()
    if address is None:
        return False
    os.kill(address.pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while folder.claimed():
        if time.monotonic() > deadline:
            msg = f"the desk (process {address.pid}) does not stop"
            raise ConfigError(msg)
        time.sleep(0.05)
    return True
