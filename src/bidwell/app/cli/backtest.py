"""`bidwell backtest`: run the strategy in a file over bars, with progress, and keep the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.simulation.backtest.result import Result
    from bidwell.strategy.parameters import Param
    from bidwell.strategy.strategy import Strategy


def register(cli: typer.Typer) -> None:
    cli.command()(backtest)


def backtest(
    file: Annotated[Path, typer.Argument(help="A Python file with a subclass of bidwell.Strategy.")],
    *,
    data: Annotated[
        list[str], typer.Option(help="Parquet or CSV file, or catalog name (AAPL.XNAS@1D); repeat as needed.")
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, as in fast=10; repeat as needed.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the result (JSON and Parquet).")] = None,
    cash: Annotated[float, typer.Option(help="Starting cash.")] = 100_000.0,
    fee: Annotated[
        str, typer.Option(help="Percent of the notional, or ibkr_fixed, ibkr_tiered, india_delivery, …")
    ] = "0",
    slippage: Annotated[float, typer.Option(help="Percent of the price.")] = 0.0,
    fill: Annotated[str, typer.Option(help="next_open or close.")] = "next_open",
    leverage: Annotated[float, typer.Option(help="Exposure per equity.")] = 1.0,
    participation: Annotated[float | None, typer.Option(help="Share of a bar's volume that may fill.")] = None,
    lot_size: Annotated[float, typer.Option(help="Quantity step; 0 is any fraction.")] = 0.0,
    compile_: Annotated[str, typer.Option("--compile", help="auto, always or never.")] = "auto",
    class_: Annotated[str | None, typer.Option("--class", help="Which strategy, where the file has several.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the run's randomness.")] = 0,
    time_limit: Annotated[float, typer.Option(help="Seconds after which the run is stopped.")] = 300.0,
    memory: Annotated[float, typer.Option(help="GB that the run may take on top of what it starts with.")] = 4.0,
    folder: Annotated[
        Path | None, typer.Option(help="Data folder with the catalog.", show_default="the platform's own")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Run a backtest; Ctrl-C stops it."""
    from rich.console import Console
    from rich.progress import Progress

    from bidwell.app.folders import data_folder
    from bidwell.app.strategies import bounded_memory, catalog_reader, fee_named, pairs, strategy_in
    from bidwell.model.errors import InvalidInput
    from bidwell.simulation.backtest.run import backtest as run

    found = strategy_in(file, class_)
    chosen = found(**{name: _param(found, name).read(text) for name, text in pairs(set_ or [])})
    with bounded_memory(memory), Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task(f"running {found.__name__}", total=None)
        try:
            result = run(
                chosen, data if len(data) > 1 else data[0], cash=cash, fees=fee_named(fee), slippage=slippage, fill=fill,
                leverage=leverage, participation=participation, lot_size=lot_size, compile=compile_, seed=seed,
                time_limit=time_limit, catalog=catalog_reader(data_folder(folder) / "catalog"),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
        except KeyboardInterrupt:
            raise InvalidInput("backtest.canceled", "canceled") from None
    kept = None if out is None else result.save(out)
    answer = {
        "metrics": result.metrics,
        "identity": result.identity,
        "speed": result.speed,
        "why": result.why,
        "out": kept,
    }
    output.show(answer, lambda console: _draw(console, result, kept), as_json=as_json)


def _param(found: type[Strategy], name: str) -> Param[Any]:
    from bidwell.model.errors import InvalidInput

    if name not in found.parameters:
        raise InvalidInput("strategy.parameter_unknown", f"{found.__name__} has no parameter {name}", field=name,
                           hint=f"it has {', '.join(found.parameters) or 'none'}")  # fmt: skip
    return found.parameters[name]


def _draw(console: Console, result: Result, kept: Path | None) -> None:
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, value in result.metrics.items():
        shown = f"{value:,.4f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else "none"
        table.add_row(name.replace("_", " "), shown)
    console.print(table)
    console.print(f"speed: {result.speed}" + (f" ({result.why})" if result.why else ""), markup=False)
    if kept is not None:
        console.print(f"kept in {kept}", markup=False)
