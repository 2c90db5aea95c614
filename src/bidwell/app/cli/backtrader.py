"""`bidwell backtrader …`: backtrader's strategies, unmodified, in an environment of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bidwell.app import output

Folder = Annotated[Path | None, typer.Option("--folder", help="Data folder.", show_default="the platform's own")]


def register(cli: typer.Typer) -> None:
    group = typer.Typer(name="backtrader", help="Backtrader's strategies, unmodified: set up once, then run.",
                        no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
    group.command()(setup)
    group.command()(run)
    cli.add_typer(group)


def setup(*, folder: Folder = None, as_json: output.Json = False) -> None:
    """Make the environment with pip; needs a network. Run it again to mend it."""
    from rich.console import Console

    from bidwell.app.folders import data_folder
    from bidwell.simulation.backtrader.environment import set_up

    console = Console(stderr=True)
    place = data_folder(folder)
    place.mkdir(parents=True, exist_ok=True)
    python = set_up(place, lambda text: console.print(text, markup=False))
    output.show({"python": python}, lambda shown: shown.print(f"ready: {python}", markup=False), as_json=as_json)


def run(
    file: Annotated[Path, typer.Argument(help="A Python file with a subclass of bt.Strategy.")],
    *,
    data: Annotated[
        list[str], typer.Option(help="Parquet or CSV file, or catalog name (AAPL.XNAS@1D); repeat as needed.")
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, as in fast=10; repeat as needed.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the result: JSON, Parquet and the tear sheet.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write the tables as CSV too.")] = False,
    cash: Annotated[float, typer.Option(help="Starting cash.")] = 100_000.0,
    fee: Annotated[float, typer.Option(help="Percent of the notional.")] = 0.0,
    slippage: Annotated[float, typer.Option(help="Percent of the price.")] = 0.0,
    fill: Annotated[str, typer.Option(help="next_open or close.")] = "next_open",
    leverage: Annotated[float, typer.Option(help="Exposure per equity.")] = 1.0,
    class_: Annotated[str | None, typer.Option("--class", help="Which strategy, where the file has several.")] = None,
    time_limit: Annotated[float, typer.Option(help="Seconds after which the run is stopped.")] = 300.0,
    memory: Annotated[float, typer.Option(help="GB that the run may take.")] = 4.0,
    folder: Folder = None,
    as_json: output.Json = False,
) -> None:
    """Run a backtrader strategy as it is; the result is like that of `bidwell backtest`."""
    from bidwell.app.cli.backtest import canceling, draw, progressing
    from bidwell.app.folders import data_folder
    from bidwell.app.strategies import catalog_reader, pairs
    from bidwell.simulation.backtrader.environment import python_in
    from bidwell.simulation.backtrader.playing import STAGE, Terms
    from bidwell.simulation.backtrader.playing import run as play

    place = data_folder(folder)
    terms = Terms(cash, fee, slippage, fill, leverage, time_limit, memory, dict(pairs(set_ or [])), class_)
    command = [str(python_in(place)), "-I", str(STAGE)]
    with progressing(f"running {file.name}", shown=not as_json) as told, canceling() as stop:
        result = play(file, data if len(data) > 1 else data[0], terms, command,
                      catalog=catalog_reader(place / "catalog"), progress=told, canceled=stop.is_set)  # fmt: skip
    kept = None if out is None else result.save(out, csv=csv)
    answer = {**result.summary, "out": kept}
    output.show(answer, lambda console: draw(console, result, result.metrics, kept), as_json=as_json)
