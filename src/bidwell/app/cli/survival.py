"""`bidwell survival`: how a stored backtest's days would fare under a funded account's rulebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.model.funded import Rulebook
    from bidwell.simulation.survival import Part, Survival


def register(cli: typer.Typer) -> None:
    cli.command()(survival)


def survival(
    result: Annotated[Path, typer.Argument(help="Folder that `bidwell backtest --out` wrote.")],
    *,
    plan: Annotated[str, typer.Option(help="Id of a rulebook, such as topstep-combine-50k, or a TOML file of one.")],
    paths: Annotated[int, typer.Option(help="How many paths to draw.")] = 10_000,
    longest: Annotated[int, typer.Option(help="Trading days after which a path is left open.")] = 250,
    block: Annotated[float, typer.Option(help="Mean length of a block of days that stays together.")] = 5.0,
    scale: Annotated[
        float | None, typer.Option(help="Factor on the backtest's money.", show_default="plan's size over its cash")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    folder: Annotated[
        Path | None, typer.Option(help="Data folder with rulebooks of your own.", show_default="the platform's own")
    ] = None,
    as_json: output.Json = False,
) -> None:
    """Draw the days of a backtest again and again, and say how often they pass the plan or fail it."""
    from bidwell.simulation.backtest.result import Result
    from bidwell.simulation.survival import survival as judge

    book = _plan(plan, folder)
    found = judge(Result.load(result), book, paths=paths, longest=longest, block=block, seed=seed, scale=scale)
    output.show(_plain(found, book), lambda console: _draw(console, found, book), as_json=as_json)


def _plan(name: str, folder: Path | None) -> Rulebook:
    from datetime import date

    from bidwell.app.folders import data_folder
    from bidwell.app.rulebooks import RulebookFolder
    from bidwell.model.errors import InvalidInput
    from bidwell.risk.funded.rulefile import parse

    file = Path(name)
    if file.suffix == ".toml" and file.is_file():
        books = parse(file.read_text(encoding="utf-8"), file.name)
        if len(books) > 1:
            ids = ", ".join(book.id for book in books)
            msg = f"{name} has several plans: keep it in the data folder and name one of {ids}"
            raise InvalidInput("rulebook.several", msg, field="plan")
        return books[0]
    return RulebookFolder(data_folder(folder) / "rulebooks").library().at(name, date.max)


def _plain(found: Survival, book: Rulebook) -> dict[str, Any]:
    def part(one: Part) -> dict[str, float]:
        return {"share": one.share, "low": one.low, "high": one.high}

    return {
        "rulebook": book.id, "source": book.source, "read_on": book.read_on.isoformat(), "paths": found.paths,
        "longest": found.longest, "seed": found.seed, "passed": part(found.passed), "failed": part(found.failed),
        "open": part(found.open), "days_to_pass": found.days_to_pass, "days_to_fail": found.days_to_fail,
        "reasons": found.reasons, "steps": found.steps.tolist(), "balances": found.balances.tolist(),
    }  # fmt: skip


def _draw(console: Console, found: Survival, book: Rulebook) -> None:
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, one in (
        ("passed", found.passed),
        ("failed", found.failed),
        (f"open after {found.longest} days", found.open),
    ):
        table.add_row(name, f"{one.share:.1%}", f"{one.low:.1%} to {one.high:.1%}")
    for name, days in (("days to pass", found.days_to_pass), ("days to fail", found.days_to_fail)):
        table.add_row(name, "none" if days is None else f"{days:.1f}", "on average")
    for name, share in found.reasons.items():
        table.add_row(f"failed by {name.replace('_', ' ')}", f"{share:.1%}", "of the failed")
    table.add_row("median balance at the end", f"{found.balances[-1][2]:,.2f} {book.currency}", "")
    console.print(table)
    console.print(f"{book.id}, read on {book.read_on} ({book.source}). No promise of compliance.", markup=False)
