"""`bidwell honesty`: whether a backtest could have happened, and how much its result bears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output
from bidwell.app.cli import research_options as ask
from bidwell.app.cli.condition_options import Told, with_conditions

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.simulation.research.honesty import Honesty

FAILED = 1
_VERDICTS = {
    "pass": "nothing speaks against this backtest",
    "warn": "read the warnings before you believe this backtest",
    "fail": "do not trade on this backtest",
}
_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red"}


def register(cli: typer.Typer) -> None:
    cli.command()(honesty)


@with_conditions
def honesty(
    file: ask.File,
    *,
    data: ask.Bars,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, as in fast=10; repeat as needed.")
    ] = None,
    check: Annotated[
        list[str] | None, typer.Option(help="look-ahead, warm-up, costs or plateau; all where nothing is said.")
    ] = None,
    objective: ask.Objective = "sharpe",
    class_: ask.Class = None,
    seed: ask.Seed = None,
    time_limit: Annotated[float, typer.Option(help="Seconds for all checks.")] = 300.0,
    memory: ask.Memory = 4.0,
    folder: ask.Folder = None,
    as_json: output.Json = False,
    told: Told,
) -> None:
    """Check a strategy on bars: does it look ahead, settle, bear costs, stand on a plateau? Exits 1 where one fails."""
    from bidwell.app.strategies import bounded_memory
    from bidwell.simulation.research.honesty import CHECKS
    from bidwell.simulation.research.honesty import honesty as run

    found, reader = ask.strategy_and_data(file, class_, folder)
    said = told.arguments(data, folder, usual="total", seed=seed)
    said.pop("compile", None)  # the checks choose the speed themselves
    shown = f"checking {found.__name__}"
    with bounded_memory(memory), ask.watched(shown, shown=not as_json) as (progress, canceled):
        answer = run(
            found, ask.one_or_all(data), ask.values(found, set_), checks=tuple(check) if check else CHECKS,
            objective=objective, time_limit=time_limit, progress=progress, canceled=canceled, catalog=reader, **said,
        )  # fmt: skip
    output.show(answer.as_dict(), lambda console: _draw(console, answer), as_json=as_json)
    if answer.verdict == "fail":
        raise typer.Exit(FAILED)


def _draw(console: Console, told: Honesty) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in told.findings:
        table.add_row(f"[{_COLOURS[each.verdict]}]{each.verdict.upper()}[/]", each.check, each.says)
    console.print(table)
    console.print(f"{told.strategy}: {_VERDICTS[told.verdict]}", style=_COLOURS[told.verdict])
