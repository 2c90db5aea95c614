"""What the stream says of strategies at work: changes, fills and lines, put together between two beats."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bidwell.engine.desk import Desk
from bidwell.model.order import Order
from bidwell.server.running import StrategyRuns
from bidwell.server.strategy_runs import reads
from bidwell.server.strategy_runs.schemas import StrategyRunNews
from bidwell.storage.research.strategy_runs import RunLine, StrategyRun

MOST_LINES = 200
_RUN = "srn"


@dataclass(slots=True)
class _News:
    """One run's news; of more lines than fit the oldest are left to the log."""

    removed: bool = False
    lines: deque[RunLine] = field(default_factory=lambda: deque(maxlen=MOST_LINES))


class AtWork:
    """One workspace's strategies at work as last heard."""

    def __init__(self, desk: Desk, runs: StrategyRuns) -> None:
        self._desk = desk
        self._runs = runs
        self._known: dict[str, StrategyRun] = {}
        self._news: dict[str, _News] = {}

    @property
    def waiting(self) -> bool:
        """Whether there is something to say."""
        return bool(self._news)

    def hear(self, ident: str, run: StrategyRun | None, lines: Sequence[RunLine]) -> None:
        """A run changed, wrote, or is forgotten."""
        news = self._news.setdefault(ident, _News())
        news.lines.extend(lines)
        news.removed = run is None
        if run is None:
            self._known.pop(ident, None)
        else:
            self._known[ident] = run

    def filled(self, order: Order) -> None:
        """An order filled: what its run holds is another, also where the run has been stopped."""
        if order.strategy is not None and order.strategy.startswith(_RUN):
            self._news.setdefault(order.strategy, _News())

    def forget(self) -> None:
        """Nobody listens."""
        self._news.clear()

    def news(self) -> Iterator[StrategyRunNews]:
        """What is to be said, once."""
        said, self._news = self._news, {}
        for ident, news in said.items():
            run = self._known.get(ident)
            view = None if run is None else reads.view(self._desk, self._runs, run)
            lines = [reads.line_view(one) for one in news.lines]
            yield StrategyRunNews(id=ident, removed=news.removed, run=view, lines=lines)
