"""`bidwell backtest`: run the strategy in a file over bars, with progress, and keep the result."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli import research_options as ask
from bidwell.app.cli.condition_options import Told, with_conditions
from bidwell.model.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.simulation.backtest.result import Result
    from bidwell.strategy.parameters import Param
    from bidwell.strategy.strategy import Strategy

CANCELED = 130


def register(cli: typer.Typer) -> None:
    cli.command()(backtest)


@with_conditions
def backtest(
    file: ask.File,
    *,
    data: ask.Bars,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, as in fast=10; repeat as needed.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the result: JSON, Parquet and the tear sheet.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write the tables as CSV too.")] = False,
    benchmark: Annotated[
        str | None, typer.Option(help="A file or catalog name to compare with, or first: the data's own first, held.")
    ] = None,
    compile_: ask.Compile = None,
    class_: ask.Class = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the run's randomness.", show_default="0")] = None,
    time_limit: Annotated[float, typer.Option(help="Seconds after which the run is stopped.")] = 300.0,
    memory: Annotated[float, typer.Option(help="GB that the run may take on top of what it starts with.")] = 4.0,
    folder: ask.Folder = None,
    as_json: output.Json = False,
    told: Told,
) -> None:
    """Run a backtest; Ctrl-C or the time limit ends it between two bars, with the result up to there."""
    from bidwell.app.folders import data_folder
    from bidwell.app.strategies import bounded_memory, catalog_reader, pairs, strategy_in
    from bidwell.simulation.backtest.run import backtest as run

    found = strategy_in(file, class_)
    chosen = found(**{name: _param(found, name).read(text) for name, text in pairs(set_ or [])})
    catalog = data_folder(folder) / "catalog"
    said = told.arguments(data, folder, compile=compile_, seed=seed)
    with (
        bounded_memory(memory),
        progressing(f"running {found.__name__}", shown=not as_json) as progress,
        canceling() as stop,
    ):
        result = run(chosen, data if len(data) > 1 else data[0], time_limit=time_limit, catalog=catalog_reader(catalog), progress=progress,
                     canceled=stop.is_set, partial=True, **said)  # fmt: skip
    level = None if benchmark is None else benchmark if benchmark == "first" else bars_of(benchmark, catalog)
    kept = None if out is None else result.save(out, csv=csv)
    if kept is not None and level is not None:
        result.tear_sheet(kept / "tear_sheet.html", benchmark=level)
    metrics = result.metrics if level is None else {**result.metrics, **_relative(result, level)}
    answer = {**result.summary, "metrics": metrics, "out": kept}
    output.show(answer, lambda console: draw(console, result, metrics, kept), as_json=as_json)
    if stop.is_set():
        raise typer.Exit(CANCELED)


def bars_of(name: str, catalog: Path) -> Any:  # noqa: ANN401 - what `Result.report` takes
    """The bars of a benchmark, from a file, or from the catalog with splits and dividends taken out as one holds them."""
    from bidwell.app.strategies import catalog_reader, kept_actions
    from bidwell.simulation.backtest.corporate import actions_of, adjusted
    from bidwell.simulation.backtest.readings import bars_of as read
    from bidwell.simulation.backtest.sessions import session_days

    found = read(name, catalog=catalog_reader(catalog))
    kept = actions_of(kept_actions(dict.fromkeys(found, name), catalog), list(found))
    return {
        symbol: adjusted(each, session_days(each.time, None), kept.get(symbol, ()), "total")[0]
        for symbol, each in found.items()
    }


def _relative(result: Result, level: Any) -> dict[str, float | int | None]:  # noqa: ANN401 - see bars_of
    """The figures that a benchmark adds."""
    figures = result.report(benchmark=level).figures
    return {name: value if value == value else None for name, value in figures.items() if name not in result.metrics}  # noqa: PLR0124 - NaN is not itself


@contextmanager
def progressing(what: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; yields what to call with how many bars of how many are done."""
    if not shown:
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def canceling() -> Iterator[threading.Event]:
    """The first Ctrl-C asks the run to end between two bars, the second one ends it where it is."""
    stop = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        print("\nstopping after this bar; Ctrl-C again ends it at once", file=sys.stderr)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    except KeyboardInterrupt:
        raise InvalidInput("backtest.canceled", "canceled") from None
    finally:
        signal.signal(signal.SIGINT, before)


def _param(found: type[Strategy], name: str) -> Param[Any]:
    if name not in found.parameters:
        raise InvalidInput("strategy.parameter_unknown", f"{found.__name__} has no parameter {name}", field=name,
                           hint=f"it has {', '.join(found.parameters) or 'none'}")  # fmt: skip
    return found.parameters[name]


def draw(console: Console, result: Result, metrics: Mapping[str, Any], kept: Path | None) -> None:
    """Print a result's figures, the end of its log, and where it was kept."""
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, value in metrics.items():
        shown = f"{value:,.4f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else "none"
        table.add_row(name.replace("_", " "), shown)
    console.print(table)
    for line in result.log[-20:]:
        console.print(line.text, markup=False)
    console.print(f"speed: {result.speed}" + (f" ({result.why})" if result.why else ""), markup=False)
    if result.stopped:
        console.print(f"not the whole run: {result.stopped}", markup=False)
    if kept is not None:
        console.print(f"kept in {kept}", markup=False)
