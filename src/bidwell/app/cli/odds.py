"""`bidwell odds`: what a stored backtest could have come to in other orders and other draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidwell.app import output
from bidwell.model.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.analytics.resampling import Odds

_WAYS = ("trips", "shuffle", "returns")


def register(cli: typer.Typer) -> None:
    cli.command()(odds)


def odds(
    result: Annotated[Path, typer.Argument(help="Folder of a stored backtest (its --out).")],
    *,
    draw: Annotated[
        str,
        typer.Option(
            help="trips (round trips, with replacement), shuffle (the same ones in another order), or returns (blocks of bars)."
        ),
    ] = "trips",
    runs: Annotated[int, typer.Option(help="How many.")] = 1_000,
    block: Annotated[float, typer.Option(help="Mean length of a block, in bars, for returns.")] = 20.0,
    ruin: Annotated[float, typer.Option(help="The share of the starting cash at which a run counts as ruined.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    as_json: output.Json = False,
) -> None:
    """Resample a backtest's round trips or returns, and tell the spread of its end, its drawdown and its ruin."""
    from bidwell.analytics.resampling import of_returns, of_round_trips
    from bidwell.simulation.backtest.result import Result

    if draw not in _WAYS:
        raise InvalidInput("odds.draw", f"draw {draw!r} is not known", field="draw", hint=f"one of {', '.join(_WAYS)}")
    stored = Result.load(result)
    if draw == "returns":
        told = of_returns(stored.returns, stored.cash, runs=runs, seed=seed, block=block, ruin=ruin)
    else:
        profits = stored.round_trips["profit"].to_numpy()
        method = "shuffle" if draw == "shuffle" else "bootstrap"
        told = of_round_trips(profits, stored.cash, runs=runs, seed=seed, method=method, ruin=ruin)
    output.show(told.as_dict(), lambda console: _draw(console, told), as_json=as_json)


def _draw(console: Console, told: Odds) -> None:
    from rich.table import Table

    quantiles = told.quantiles()
    table = Table(box=None, title=f"{len(told.final_equity):,} runs, {told.method}", title_justify="left")
    table.add_column("probability", justify="right")
    for name in quantiles:
        table.add_column(name.replace("_", " "), justify="right")
    for level in quantiles["final_equity"]:
        cells = (quantiles["final_equity"][level], quantiles["total_return"][level], quantiles["max_drawdown"][level])
        table.add_row(f"{float(level):.0%}", f"{cells[0]:,.0f}", f"{cells[1]:.2%}", f"{cells[2]:.2%}")
    console.print(table)
    console.print(f"{told.loss:.1%} end below the starting cash; {told.ruin:.1%} fall to {told.ruin_level:.0%} of it")
