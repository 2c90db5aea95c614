"""`bidwell strategy …`: check a strategy's file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.strategy.validation import Validation


def register(cli: typer.Typer) -> None:
    group = typer.Typer(name="strategy", help="Strategies: check.", no_args_is_help=True, rich_markup_mode=None)
    group.command()(check)
    cli.add_typer(group)


def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A Python file with a strategy.")],
    *,
    as_json: output.Json = False,
) -> None:
    """Read a strategy's file without running it: syntax, parameters, imports, looks at the future."""
    from bidwell.strategy.validation import validate

    found = validate(file.read_text("utf-8", errors="replace"))
    output.show(found.as_json(), lambda console: _draw_check(console, file, found), as_json=as_json)
    if not found.runs:
        raise typer.Exit(1)


def _draw_check(console: Console, file: Path, found: Validation) -> None:
    for each in found.findings:
        console.print(f"{file}:{each.line}:{each.column}: {each.severity}: {each.message} [{each.code}]",
                      markup=False, soft_wrap=True)  # fmt: skip
        if each.hint:
            console.print(f"    {each.hint}", markup=False, soft_wrap=True)
    for strategy in found.strategies:
        takes = ", ".join(f"{one.name}={one.default}" for one in strategy.parameters)
        console.print(f"{strategy.name}: {', '.join(strategy.hooks)}; {takes or 'no parameters'}", markup=False)
    errors = len(found.errors)
    console.print(f"{errors} errors, {len(found.findings) - errors} warnings")
