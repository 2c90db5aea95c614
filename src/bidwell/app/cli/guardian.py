"""`bidwell guardian`: what watches over the desk, whether or not the desk runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.server.guardian_view import GuardianView


def register(cli: typer.Typer) -> None:
    cli.command()(guardian)


def guardian(*, data: Data = None, as_json: output.Json = False) -> None:
    """Say whether the guardian watches, what it sees, and what it last did; exits 1 when it does not watch."""
    from bidwell.app.clock import WallClock
    from bidwell.app.folders import data_folder
    from bidwell.app.guardian.telling import told
    from bidwell.app.settings import read_settings

    settings = read_settings({})
    found = told(data_folder(data), WallClock().now(), enabled=settings.guardian, after=settings.guardian_after,
                 data_age=settings.guardian_data_age)  # fmt: skip
    output.show(found.model_dump(mode="json"), lambda console: _draw(console, found), as_json=as_json)
    if not found.ok:
        raise typer.Exit(1)


def _draw(console: Console, found: GuardianView) -> None:
    console.print(f"The guardian {found.said}", markup=False)
    if found.exposed:
        console.print(f"  at risk    {', '.join(found.exposed)}", markup=False)
    if found.breached:
        console.print(f"  in breach  {', '.join(found.breached)}", markup=False)
    last = found.last
    if last is not None:
        when = "without the database " if last.locally else ""
        flat = (
            f"flat after {(last.flat_at - last.at).total_seconds():.1f} s"
            if last.flat_at
            else last.failure or "under way"
        )
        console.print(f"  last acted {last.at:%Y-%m-%d %H:%M:%S} UTC {when}for {', '.join(last.accounts)}: {last.reason}; {flat}",
                      markup=False)  # fmt: skip
