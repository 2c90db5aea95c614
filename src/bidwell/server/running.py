"""What the routes of strategies at work ask of whoever runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from fastapi import Request

from bidwell.model.ids import WorkspaceId
from bidwell.server.problems import ProblemError
from bidwell.storage.research.strategy_runs import RunLine, StrategyRun

Listener = Callable[[str, StrategyRun | None, Sequence[RunLine]], None]


class StrategyRuns(Protocol):
    """The strategies at work in one workspace; every method raises Missing for an unknown run."""

    async def start(self, given: Mapping[str, Any], actor: str) -> StrategyRun:
        """Put a strategy to work; raises InvalidInput for one that cannot run, with its line."""
        ...

    async def resume(self, ident: str) -> StrategyRun:
        """Put a stopped run to work again."""
        ...

    async def stop(self, ident: str, actor: str, *, flatten: bool = False) -> StrategyRun:
        """Stop a run, and close what it holds where it is to be flattened."""
        ...

    async def remove(self, ident: str) -> None:
        """Forget a run that is not at work."""
        ...

    async def find(self, ident: str) -> StrategyRun:
        """One run."""
        ...

    async def all(self) -> list[StrategyRun]:
        """Every run, newest first."""
        ...

    async def lines(self, ident: str, after: int = -1, limit: int = 200) -> list[RunLine]:
        """A run's log."""
        ...

    def held(self, run: StrategyRun) -> dict[str, str]:
        """What a run holds by symbol, exact decimals."""
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of every change of a run (None: forgotten) and of its log; returns how to stop hearing."""
        ...


def runs_of(request: Request, workspace: WorkspaceId) -> StrategyRuns:
    """What `app` wired for the workspace; a 503 problem where strategies are not run here."""
    found: Sequence[StrategyRuns] = [
        runs for name, runs in request.app.state.context.strategy_runs.items() if name == workspace
    ]
    if not found:
        raise ProblemError(503, "strategy_run.off", "this server runs no strategies")
    return found[0]
