"""`bidwell backup` and `bidwell restore`: the database as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bidwell.app import output

Data = Annotated[Path | None, typer.Option(help="Data folder.", show_default="the platform's own")]


def register(cli: typer.Typer) -> None:
    cli.command()(backup)
    cli.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")], *, data: Data = None, as_json: output.Json = False
) -> None:
    """Write one consistent copy of the database, while the desk runs or not. The vault's key is not in it."""
    from bidwell.app.clock import WallClock
    from bidwell.app.folders import data_folder
    from bidwell.app.settings import Settings
    from bidwell.storage.backup import backup as write
    from bidwell.storage.database import open_database

    url = Settings().database_url
    made = write(
        open_database(data_folder(data), url.get_secret_value() if url else None).owner, file, WallClock().now()
    )
    result = {"file": str(file), "bytes": file.stat().st_size, "sha256": made.sha256, "note": made.note}
    output.show(result, lambda console: console.print(
        f"{file}: {result['bytes']} bytes. {made.note}"),
        as_json=as_json)  # fmt: skip


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that `backup` wrote.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace what the database holds now.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Put a backup back; refused while a desk runs, and over existing data unless forced."""
    from bidwell.app.claim import DataFolder
    from bidwell.app.folders import data_folder
    from bidwell.app.settings import Settings
    from bidwell.storage.backup import restore as read
    from bidwell.storage.database import open_database

    folder = DataFolder(data_folder(data))
    folder.prepare()
    folder.claim()
    url = Settings().database_url
    read(file, open_database(folder.path, url.get_secret_value() if url else None).owner, force=force)
    output.show({"restored": str(file)}, lambda console: console.print(f"restored {file}"), as_json=as_json)
