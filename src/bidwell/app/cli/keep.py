"""`bidwell backup` and `bidwell restore`: the database and the backtests' results as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data


def register(cli: typer.Typer) -> None:
    cli.command()(backup)
    cli.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    *,
    without_results: Annotated[
        bool, typer.Option("--without-results", help="Leave the backtests' results out, which may be large.")
    ] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Write one copy of the database and the backtests' results, while the desk runs or not; without the vault's key."""
    from bidwell.app.clock import WallClock
    from bidwell.app.folders import data_folder
    from bidwell.app.settings import Settings
    from bidwell.storage.backup import backup as write
    from bidwell.storage.database import open_database

    url = Settings().database_url
    folder = data_folder(data)
    owner = open_database(folder, url.get_secret_value() if url else None).owner
    made = write(owner, file, WallClock().now(), None if without_results else folder / "backtests")
    result = {"file": str(file), "bytes": file.stat().st_size, "sha256": made.sha256, "note": made.note,
              "results": {"runs": made.runs, "bytes": made.results}}  # fmt: skip
    held = "without the backtests' results" if without_results else (
        f"of them {made.results:,} the results of {made.runs:,} backtests (--without-results leaves them out)")  # fmt: skip
    output.show(result, lambda console: console.print(f"{file}: {result['bytes']:,} bytes, {held}. {made.note}"),
                as_json=as_json)  # fmt: skip


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that `backup` wrote.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace what the database holds now.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Put a backup back, with the backtests' results in it; refused while a desk runs, and over data unless forced."""
    from bidwell.app.claim import DataFolder
    from bidwell.app.folders import data_folder
    from bidwell.app.settings import Settings
    from bidwell.storage.backup import restore as read
    from bidwell.storage.database import open_database

    folder = DataFolder(data_folder(data))
    folder.prepare()
    folder.claim()
    url = Settings().database_url
    owner = open_database(folder.path, url.get_secret_value() if url else None).owner
    made = read(file, owner, folder.path / "backtests", force=force)
    output.show({"restored": str(file), "runs": made.runs}, lambda console: console.print(
        f"restored {file}" + (f", with the results of {made.runs:,} backtests" if made.runs else "")),
        as_json=as_json)  # fmt: skip
