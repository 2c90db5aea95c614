"""`bidwell sweep` and `bidwell walk-forward`: search a strategy's parameters, and trade what the search chose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli import research_options as ask
from bidwell.app.cli.condition_options import Told, with_conditions

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.simulation.research.sweep_result import SweepResult
    from bidwell.simulation.research.walk_forward import WalkForward

ROWS = 15
SHOWN = ("total_return", "annual_return", "max_drawdown", "sharpe", "fills")


def register(cli: typer.Typer) -> None:
    cli.command()(sweep)
    cli.command("walk-forward")(walk_forward)


@with_conditions
def sweep(
    file: ask.File,
    *,
    data: ask.Bars,
    set_: ask.Sets = None,
    search: ask.Search = "grid",
    trials: ask.Trials = None,
    objective: ask.Objective = "sharpe",
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="File for the table (.parquet, .csv, .json) or the heat map (.html, .svg); repeat as needed."
        ),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="File that trials go to as they are done; the same command goes on from it.")
    ] = None,
    workers: ask.Workers = None,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler, as in tcp://host:8786.")] = None,
    compile_: ask.Compile = None,
    class_: ask.Class = None,
    seed: ask.Seed = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for the whole search.")] = None,
    trial_limit: Annotated[float, typer.Option(help="Seconds for each trial that runs in Python.")] = 300.0,
    memory: ask.Memory = 8.0,
    folder: ask.Folder = None,
    as_json: output.Json = False,
    told: Told,
) -> None:
    """Run a strategy with many combinations of its parameters; without --set, over every parameter's range."""
    from bidwell.app.strategies import bounded_memory
    from bidwell.simulation.research.sweep import sweep as run

    found, reader = ask.strategy_and_data(file, class_, folder)
    said = told.arguments(data, folder, usual="total", compile=compile_, seed=seed)
    shown = f"sweeping {found.__name__}"
    with bounded_memory(memory), ask.watched(shown, shown=not as_json) as (progress, canceled):
        result = run(
            found, ask.one_or_all(data), ask.space(found, set_), search=search, trials=trials, objective=objective,
            workers=workers, cluster=cluster, keep=keep, time_limit=time_limit, trial_limit=trial_limit,
            progress=progress, canceled=canceled, catalog=reader, **said,
        )  # fmt: skip
    kept = [result.save(path) for path in out or []]
    output.show({**result.as_dict(), "out": kept}, lambda console: _draw(console, result, kept), as_json=as_json)


@with_conditions
def walk_forward(
    file: ask.File,
    *,
    data: ask.Bars,
    train: Annotated[str, typer.Option(help="Length of a training: bars, or 2y, 6mo, 8w, 90d.")],
    test: Annotated[str, typer.Option(help="Length of a test, which follows its training.")],
    anchored: Annotated[bool, typer.Option("--anchored", help="Train from the first bar on, always.")] = False,
    gap: Annotated[int, typer.Option(help="Bars left out between training and test.")] = 0,
    set_: ask.Sets = None,
    search: ask.Search = "grid",
    trials: ask.Trials = None,
    objective: ask.Objective = "sharpe",
    out: Annotated[Path | None, typer.Option(help="JSON file for windows, parameters and equity.")] = None,
    workers: ask.Workers = None,
    compile_: ask.Compile = None,
    class_: ask.Class = None,
    seed: ask.Seed = None,
    folder: ask.Folder = None,
    as_json: output.Json = False,
    told: Told,
) -> None:
    """Search parameters on one stretch of bars, trade the next with the best of them, move on, and join the tests."""
    from bidwell.simulation.research.walk_forward import walk_forward as run

    found, reader = ask.strategy_and_data(file, class_, folder)
    said = told.arguments(data, folder, usual="total", compile=compile_, seed=seed)
    with ask.watched(f"walking {found.__name__}", shown=not as_json) as (progress, canceled):
        result = run(
            found, ask.one_or_all(data), ask.space(found, set_), train=train, test=test, anchored=anchored, gap=gap,
            search=search, trials=trials, objective=objective, workers=workers, progress=progress, canceled=canceled,
            catalog=reader, **said,
        )  # fmt: skip
    answer = result.as_dict()
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(answer, indent=1, allow_nan=False) + "\n", "utf-8")
    output.show(answer, lambda console: _draw_windows(console, result, out), as_json=as_json)


def _draw(console: Console, result: SweepResult, kept: list[Path]) -> None:
    from rich.table import Table

    ranked = result.table.sort(result.objective, descending=True, nulls_last=True).head(ROWS)
    shown = [*result.names, *dict.fromkeys([result.objective, *SHOWN])]
    table = Table(
        box=None, title=f"{len(result):,} trials, the best {len(ranked)} by {result.objective}", title_justify="left"
    )
    for name in shown:
        table.add_column(name.replace("_", " "), justify="right")
    for row in ranked.select(shown).iter_rows():
        table.add_row(*(ask.number(value) for value in row))
    console.print(table)
    failed = int((~result.succeeded).sum())
    if failed:
        console.print(f"{failed:,} failed, the first with: {next(filter(None, result.errors))}", markup=False)
    _draw_trust(console, result.trust())
    console.print(f"speed: {result.speed}" + (f" ({result.why})" if result.why else ""), markup=False)
    for path in kept:
        console.print(f"kept in {path}", markup=False)


def _draw_trust(console: Console, trust: dict[str, Any]) -> None:
    deflated, overfitted = trust["deflated_sharpe"], trust["probability_of_overfitting"]
    if deflated is not None:
        console.print(f"deflated Sharpe: {deflated:.1%} that the best is more than the luck of so many trials")
    if overfitted is not None:
        console.print(f"overfitting: {overfitted:.1%} that the best of one half is below the median of the other")
    elif trust.get("why"):
        console.print(f"overfitting: not told, {trust['why']}", markup=False)


def _draw_windows(console: Console, result: WalkForward, out: Path | None) -> None:
    from rich.table import Table

    table = Table(box=None)
    shown = ["test from", "to", *result.names, f"train {result.objective}", "test return", "test sharpe", "fills"]
    for name in shown:
        table.add_column(name.replace("_", " "), justify="right")
    for row in result.table.iter_rows(named=True):
        cells = [row[name] for name in (*result.names, f"train_{result.objective}", "test_total_return", "test_sharpe",
                                        "test_fills")]  # fmt: skip
        table.add_row(f"{row['test_from']:%Y-%m-%d}", f"{row['test_to']:%Y-%m-%d}", *map(ask.number, cells))
    console.print(table)
    told = result.metrics
    console.print(
        f"joined tests: return {told['total_return']:.2%}, Sharpe {told['sharpe']:.2f}, drawdown {told['max_drawdown']:.2%}, "
        f"{result.steadiness:.0%} of {len(result.rows)} windows gained"
    )
    if result.efficiency == result.efficiency:
        console.print(f"efficiency: {result.efficiency:.0%} of the training's annual return")
    else:
        console.print("efficiency: none, training did not gain")
    if out is not None:
        console.print(f"kept in {out}", markup=False)
