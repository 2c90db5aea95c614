"""What the research pages ask of the world: strategy files, the queue of runs, and what finished runs left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fastapi import Request

from bidwell.model.funded import Rulebook
from bidwell.server.problems import ProblemError
from bidwell.storage.research.backtest_runs import BacktestRun, BacktestRuns
from bidwell.storage.research.strategy_files import StrategyFiles
from bidwell.strategy.validation.finding import Validation

Listener = Callable[[str, BacktestRun, int, int], None]


class Queue(Protocol):
    """Runs in worker processes."""

    async def submit(self, workspace: str, asked: dict[str, Any], source: str, actor: str) -> BacktestRun:
        """Keep a run and queue it; raises InvalidInput when too many are waiting."""
        ...

    async def cancel(self, workspace: str, run: str) -> bool:
        """Stop a run; False where it has ended."""
        ...

    async def remove(self, workspace: str, run: str) -> None:
        """Delete an ended run with its files."""
        ...

    def current(self, workspace: str, run: str) -> tuple[BacktestRun, int, int] | None:
        """A run that has not ended, with how many of how many steps are done."""
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of every change of a run: its workspace, how it stands, its progress."""
        ...


class SeriesRow(Protocol):
    """Bars of one instrument in one timeframe."""

    @property
    def instrument(self) -> str: ...
    @property
    def seconds(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def first(self) -> datetime: ...
    @property
    def last(self) -> datetime: ...
    @property
    def source(self) -> str: ...


class FileRow(Protocol):
    """A file to hand out."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def body(self) -> bytes: ...


class Results(Protocol):
    """Finished runs' files and the catalog; every method but `odds` reads files and belongs in a thread."""

    def data(self) -> Sequence[SeriesRow]: ...
    def pictures(self, workspace: str, run: str) -> bytes: ...
    def round_trips(self, workspace: str, run: str) -> bytes: ...
    def bars(self, workspace: str, run: str, symbol: str | None, start: int | None, end: int | None) -> bytes: ...
    def download(self, workspace: str, run: str, name: str) -> FileRow: ...
    async def odds(
        self, workspace: str, run: str, book: Rulebook, factor: float, paths: int, longest: int, seed: int
    ) -> bytes: ...


class SourceReader(Protocol):
    """Reads sources without running them, and without holding up the desk."""

    async def validate(self, source: str) -> Validation:
        """What a source holds and what is wrong with it; raises InvalidInput for one that cannot be read in time."""
        ...


@dataclass(frozen=True, slots=True)
class Research:
    """Everything behind the pages for strategies and backtests."""

    files: StrategyFiles
    runs: BacktestRuns
    queue: Queue
    results: Results
    reader: SourceReader


def research_of(request: Request) -> Research:
    """What `app` wired; a 503 problem where this server has no research behind it."""
    found: Research | None = request.app.state.context.research
    if found is None:
        raise ProblemError(503, "research.off", "this server runs no backtests")
    return found
