"""`bidwell doctor`: what is wrong on this machine, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.app.diagnosis import Finding

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


def register(cli: typer.Typer) -> None:
    cli.command()(doctor)


def doctor(
    *,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port that the desk would take.")] = None,
    data: Annotated[Path | None, typer.Option(help="The data folder; the platform's own by default.")] = None,
    as_json: output.Json = False,
) -> None:
    """Look for what is wrong on this machine and say how to mend it; exits 1 when Bidwell could not run."""
    from bidwell.app.diagnosis import Grade, diagnose
    from bidwell.app.settings import Settings

    settings = Settings()
    findings = diagnose(data.expanduser().absolute() if data else settings.data, port or settings.port)
    sound = all(finding.grade is not Grade.PROBLEM for finding in findings)
    result = {"sound": sound, "findings": [asdict(finding) for finding in findings]}
    output.show(result, lambda console: _draw(console, findings), as_json=as_json)
    if not sound:
        raise typer.Exit(1)


def _draw(console: Console, findings: list[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in findings:
        told = Text(finding.found)
        if finding.remedy:
            told.append(f"\n→ {finding.remedy}", style="bold")
        table.add_row(Text(finding.grade, style=COLOURS[finding.grade]), finding.name, told)
    console.print(table)
