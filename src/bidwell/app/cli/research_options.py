"""What `sweep`, `walk-forward` and `honesty` ask alike: the strategy, the bars, the conditions; progress and Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.model.errors import InvalidInput

if TYPE_CHECKING:
    from bidwell.strategy.parameters import Param
    from bidwell.strategy.strategy import Strategy

File = Annotated[Path, typer.Argument(help="A Python file with a subclass of bidwell.Strategy.")]
Bars = Annotated[
    list[str], typer.Option("--data", help="Parquet or CSV file, or catalog name (AAPL.XNAS@1D); repeat as needed.")
]
Class = Annotated[str | None, typer.Option("--class", help="Which strategy, where the file has several.")]
Seed = Annotated[int | None, typer.Option(help="Seed of the search and of every run.", show_default="0")]
Objective = Annotated[str, typer.Option(help="What is the better the higher: sharpe, total_return, calmar, …")]
Search = Annotated[str, typer.Option(help="grid (all), random, or optuna.")]
Trials = Annotated[
    int | None, typer.Option(help="How many to try at random or with Optuna; 100 where nothing is said.")
]
Workers = Annotated[int | None, typer.Option(help="Cores and worker processes; all where nothing is said.")]
Compile = Annotated[str | None, typer.Option("--compile", help="auto, always or never.", show_default="auto")]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="A parameter's values: fast=5:50:5 (both ends), slow=20,30,50, size=10; repeat as needed."
    ),
]
Memory = Annotated[float, typer.Option(help="GB that it may take on top of what it starts with.")]
Folder = Annotated[Path | None, typer.Option(help="Data folder with the catalog.", show_default="the platform's own")]
CANCELED = 130


def strategy_and_data(
    file: Path, class_: str | None, folder: Path | None
) -> tuple[type[Strategy], Callable[[str], Any]]:
    """The strategy in a file, and what reads names of the catalog."""
    from bidwell.app.folders import data_folder
    from bidwell.app.strategies import catalog_reader, strategy_in

    return strategy_in(file, class_), catalog_reader(data_folder(folder) / "catalog")


def one_or_all(data: Sequence[str]) -> Any:  # noqa: ANN401 - what `bars_of` takes
    """What a run takes for one name or several."""
    return list(data) if len(data) > 1 else data[0]


def space(found: type[Strategy], texts: Sequence[str] | None) -> dict[str, Any] | None:
    """What `--set` told to search; None without any."""
    from bidwell.app.strategies import pairs
    from bidwell.simulation.research.space import read_axis

    return {name: read_axis(param(found, name), text) for name, text in pairs(texts)} if texts else None


def values(found: type[Strategy], texts: Sequence[str] | None) -> dict[str, Any]:
    """What `--set` told, one value for each parameter."""
    from bidwell.app.strategies import pairs

    return {name: param(found, name).read(text) for name, text in pairs(texts or [])}


def param(found: type[Strategy], name: str) -> Param[Any]:
    """A parameter by name; raises InvalidInput."""
    if name not in found.parameters:
        raise InvalidInput("strategy.parameter_unknown", f"{found.__name__} has no parameter {name}", field=name,
                           hint=f"it has {', '.join(found.parameters) or 'none'}")  # fmt: skip
    return found.parameters[name]


@contextmanager
def watched(what: str, *, shown: bool) -> Iterator[tuple[Callable[[int, int], None], Callable[[], bool]]]:
    """Progress, and whether Ctrl-C asked to stop; a second Ctrl-C stops at once."""
    stop = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        print("\nstopping; Ctrl-C again stops at once", file=sys.stderr)

    here = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, ask) if here else None
    try:
        with _bar(what, shown=shown) as told:
            yield told, stop.is_set
    except KeyboardInterrupt:
        raise InvalidInput("backtest.canceled", "canceled") from None
    finally:
        if here:
            signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(what: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    if not shown:
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def number(value: Any) -> str:  # noqa: ANN401 - a cell of any type
    """A cell of a table for people."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
