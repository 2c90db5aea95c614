"""`bidwell parity`: one strategy on the kernel, on the engine in simulation and on the paper broker, order by order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.app.parity.run import Parity

SHOWN = 10


def register(cli: typer.Typer) -> None:
    cli.command()(parity)


def parity(
    file: Annotated[Path, typer.Argument(help="A Python file with a subclass of bidwell.Strategy.")],
    *,
    data: Annotated[str, typer.Option(help="Parquet or CSV file, or catalog name (AAPL.XNAS@1D).")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="A parameter, as in fast=10.")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="Which strategy, where the file has several.")] = None,
    cash: Annotated[float, typer.Option(help="Starting cash.")] = 100_000.0,
    leverage: Annotated[float, typer.Option(help="Exposure per equity.")] = 1.0,
    fee: Annotated[float, typer.Option(help="Percent of the notional.")] = 0.0,
    tick: Annotated[str, typer.Option(help="Price step.")] = "0.01",
    lot: Annotated[str, typer.Option(help="Quantity step.")] = "1",
    bars: Annotated[int, typer.Option(help="How many of the newest bars.")] = 500,
    paper: Annotated[bool, typer.Option(help="Also on the paper broker.")] = True,
    folder: Annotated[
        Path | None, typer.Option(help="Data folder with the catalog.", show_default="the platform's own")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Compare a strategy's runs; status 1 where they differ."""
    import logging
    import sys

    import structlog

    from bidwell.app.folders import data_folder
    from bidwell.app.parity.run import parity as compare
    from bidwell.app.parity.setting import setting_of
    from bidwell.app.strategies import catalog_reader, pairs, strategy_in
    from bidwell.model.errors import InvalidInput
    from bidwell.simulation.backtest.readings import bars_of

    # The venue's server tells its log where it listens, and stdout is for the answer.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = strategy_in(file, class_)
    parameters = {}
    for name, text in pairs(set_ or []):
        if name not in found.parameters:
            raise InvalidInput("strategy.parameter_unknown", f"{found.__name__} has no parameter {name}", field=name)
        parameters[name] = found.parameters[name].read(text)
    read = bars_of(data, catalog=catalog_reader(data_folder(folder) / "catalog"))
    setting = setting_of(
        found, parameters, read, cash=cash, leverage=leverage, fee=fee, tick=tick, lot=lot, newest=bars
    )
    outcome = compare(setting, paper=paper, tell=lambda what: None if as_json else print(f"{what} …", file=sys.stderr))
    output.show(outcome.as_json(), lambda console: _draw(console, outcome), as_json=as_json)
    if not outcome.identical:
        raise typer.Exit(1)


def _draw(console: Console, outcome: Parity) -> None:
    kernel = outcome.kernel
    console.print(f"{outcome.setting.strategy.__name__} over {len(outcome.setting.bars):,} bars: {len(kernel.orders)} orders, "
                  f"{kernel.fills} fills, final equity {kernel.equity[-1]:,.2f}", markup=False)  # fmt: skip
    for each in outcome.comparisons:
        verdict = "identical" if each.identical else f"{len(each.differences)} differences"
        console.print(f"{each.name}: {verdict}; {each.paired} orders paired, {each.fills} fills, equity within "
                      f"{each.equity_error:.1e}", markup=False)  # fmt: skip
        for one in each.differences[:SHOWN]:
            console.print(f"  bar {one.bar} order {one.place} {one.leg}: {one.code}: {one.what}", markup=False)
        if len(each.differences) > SHOWN:
            console.print(f"  and {len(each.differences) - SHOWN} more; --json has them all")
