"""`bidwell version`: which Bidwell, on which Python."""

from __future__ import annotations

import platform

import typer

from bidwell import __version__
from bidwell.app import output


def register(cli: typer.Typer) -> None:
    cli.command()(version)


def version(*, as_json: output.Json = False) -> None:
    """Tell the version of Bidwell and of the Python it runs on."""
    result = {"bidwell": __version__, "python": platform.python_version(), "platform": platform.platform()}
    output.show(
        result, lambda console: console.print(f"bidwell {__version__}, Python {result['python']}"), as_json=as_json
    )
