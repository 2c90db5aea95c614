"""`bidwell edge`: expectancy and Kelly's fraction of closed trades."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data

if TYPE_CHECKING:
    from rich.console import Console

_FEW = 30


def register(cli: typer.Typer) -> None:
    cli.command()(edge)


def edge(
    result: Annotated[Path | None, typer.Argument(help="Folder of a stored backtest (its --out).")] = None,
    *,
    results: Annotated[str | None, typer.Option(help="Results in money or in R, such as 2,2,-1.")] = None,
    account: Annotated[str | None, typer.Option(help="The closed round trips of this account.")] = None,
    strategy: Annotated[str | None, typer.Option(help="Of the account's, only this strategy's.")] = None,
    run: Annotated[str | None, typer.Option(help="A backtest of the running desk.")] = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Tell the part of wins, the payoff, what a trade brought on average, and Kelly's fraction of capital."""
    from bidwell.model.errors import InvalidInput

    if sum(one is not None for one in (result, results, account, run)) != 1:
        raise InvalidInput("calculator.results", "name one source of results", field="results",
                           hint="a folder, --results, --account or --run")  # fmt: skip
    if account is not None or run is not None:
        from bidwell.app.remote import Remote

        asked = {
            name: one for name, one in (("account", account), ("strategy", strategy), ("run", run)) if one is not None
        }
        found = Remote(data).post("/risk/edge", asked)
    else:
        from bidwell.risk import calculator
        from bidwell.risk.figures import text

        told = _written(results) if results is not None else _stored(result) if result is not None else []
        figures = calculator.edge(told).shown() if told else {}
        found = {
            "count": len(told),
            "currency": "",
            **{name: None if one is None else text(one) for name, one in figures.items()},
        }
    output.show(found, lambda console: _draw(console, found), as_json=as_json)


def _written(results: str) -> list[Decimal]:
    from bidwell.model.errors import InvalidInput

    try:
        found = [Decimal(one) for one in results.replace(",", " ").split()]
    except InvalidOperation as error:
        raise InvalidInput("calculator.results", f"{results!r} is no list of numbers", field="results") from error
    if not found or not all(one.is_finite() for one in found):
        raise InvalidInput("calculator.results", f"{results!r} is no list of numbers", field="results")
    return found


def _stored(folder: Path) -> list[Decimal]:
    from bidwell.simulation.backtest.result import Result

    return [Decimal(repr(one)) for one in Result.load(folder).round_trips["profit"].to_list()]


def _draw(console: Console, found: dict[str, Any]) -> None:
    count, money = found["count"], f" {found['currency']}".rstrip()
    if not count:
        console.print("No trade has been closed yet", markup=False)
        return
    console.print(f"{count} closed trades, {Decimal(found['wins']):.1%} of them won", markup=False)
    error = f" ± {Decimal(found['error']):,.2f}" if found["error"] is not None else ""
    console.print(f"  expectancy  {Decimal(found['expectancy']):+,.2f}{error}{money} a trade", markup=False)
    if found["kelly"] is None:
        console.print("  payoff and Kelly's fraction need wins and losses", markup=False)
    else:
        kelly = Decimal(found["kelly"])
        console.print(f"  payoff      {Decimal(found['payoff']):.2f}", markup=False)
        console.print(
            f"  Kelly       {kelly:.1%} of the capital at risk in a trade; half of it is {kelly / 2:.1%}", markup=False
        )
    if count < _FEW:
        console.print(f"  {count} trades say little: {_FEW} are a beginning", markup=False)
