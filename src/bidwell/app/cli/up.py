"""`bidwell up`: start the desk on this machine and show it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bidwell.app import output


def register(cli: typer.Typer) -> None:
    cli.command()(up)


def up(
    *,
    port: Annotated[int | None, typer.Option(help="Port of the web screen.", show_default="8600")] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder.", show_default="the platform's own")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    feed: Annotated[
        str | None,
        typer.Option(
            help="Market: replay, binance for live crypto prices, or brokers for those of connected accounts."
        ),
    ] = None,
    twins: Annotated[
        bool | None, typer.Option("--twins", help="Let accounts be connected at twins on this machine.")
    ] = None,
    speed: Annotated[int | None, typer.Option(help="Replay speed, 1 to 600.", show_default="60")] = None,
    alert_port: Annotated[int | None, typer.Option(help="Open an alert-only listener on this port.")] = None,
    standby: Annotated[
        bool, typer.Option("--standby", help="Wait while another desk leads on this folder; take over when it is gone.")
    ] = False,
    no_guardian: Annotated[
        bool, typer.Option("--no-guardian", help="Run without the process that flattens when the desk hangs.")
    ] = False,
    log: Annotated[str | None, typer.Option(help="Log format: console or json.")] = None,
    as_json: output.Json = False,
) -> None:
    """Start the desk: database, paper venue, market and web screen. Ctrl-C stops it; orders stay where they are."""
    from bidwell.app.settings import read_settings
    from bidwell.app.start import run

    given = {"port": port, "data": data, "feed": feed, "twins": twins, "speed": speed, "alert_port": alert_port, "log": log,
             "standby": standby or None, "guardian": False if no_guardian else None}  # fmt: skip
    settings = read_settings({name: value for name, value in given.items() if value is not None})
    raise typer.Exit(run(settings, browser=not no_browser and not as_json, as_json=as_json))
