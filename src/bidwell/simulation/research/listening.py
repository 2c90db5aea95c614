"""A run that notes what its strategy asks for, bar by bar: the decisions themselves, before any of them fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.simulation.backtest.ledgered import LedgeredRun
from bidwell.simulation.backtest.loop import Run
from bidwell.simulation.backtest.several import SeveralRun
from bidwell.simulation.backtest.watching import Watch
from bidwell.simulation.research.terms import Terms
from bidwell.strategy.bars import Bars
from bidwell.strategy.strategy import Strategy

Asked = tuple[Any, ...]
Name = tuple[str, str]
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Heard:
    """What a run asked for (each with the place of its instant in the run), and what `prepare` stored.

    Series are by symbol and name, a value for each of that instrument's bars.
    """

    asked: list[Asked]
    series: Mapping[Name, NDArray[Any]]
    bars: Mapping[str, Bars]


class _Ear:
    """Stands between a strategy and its run: notes each call, and hands it on."""

    def __init__(self, run: Run | SeveralRun) -> None:
        self.run = run
        self.asked: list[Asked] = []

    def _note(self, what: str, symbol: str | None, *rest: float) -> None:
        run = self.run
        if isinstance(run, Run):
            self.asked.append((run.bar.index, what, symbol or run.bars.symbol, *rest))
        else:
            self.asked.append((run.instant, what, symbol or run.symbols[run.current], *rest))

    def submit(
        self, symbol: str | None, side: float, by: int, amount: float, limit: float, stop: float, trail: float,
        trail_share: float, validity: int, stop_loss: float, take_profit: float, exit_trail: float,
    ) -> int:  # fmt: skip
        rest = (side, by, amount, limit, stop, trail, trail_share, validity, stop_loss, take_profit, exit_trail)
        self._note("order", symbol, *rest)
        return self.run.submit(symbol, *rest)

    def exercise(self, symbol: str | None, quantity: float | None) -> int:
        self._note("exercise", symbol, -1.0 if quantity is None else quantity)
        return self.run.exercise(symbol, quantity)

    def cancel(self, order: int) -> bool:
        self._note("cancel", None, order)
        return self.run.cancel(order)

    def cancel_all(self, symbol: str | None) -> None:
        self._note("cancel_all", symbol)
        self.run.cancel_all(symbol)

    def link(self, first: int, second: int) -> None:
        self._note("oco", None, first, second)
        self.run.link(first, second)

    def note(self, text: str) -> None:
        self.run.note(text)

    def position(self, symbol: str) -> float:
        return self.run.position(symbol)

    def cash(self) -> float:
        return self.run.cash()

    def equity(self) -> float:
        return self.run.equity()


def heard(strategy: Strategy, bars: Mapping[str, Bars], terms: Terms, watch: Watch) -> Heard:
    """Run a strategy in Python and note what it asks for; raises what a backtest raises."""
    kept, conditions, around = terms.met(bars)
    run: Run | SeveralRun
    if around.why:
        run = LedgeredRun(strategy, kept, conditions, around)
    elif len(kept) > 1:
        run = SeveralRun(strategy, kept, conditions, around.held)
    else:
        (only,) = kept.values()
        run = Run(strategy, only, conditions)
    ear = _Ear(run)
    run.strategy._trading = ear  # noqa: SLF001 - the ear is the strategy's other half
    if isinstance(run, Run):
        series = {(run.bars.symbol, name): array.copy() for name, array in run.ready(watch).items()}
        run.go(watch)
        return Heard(ear.asked, series, kept)
    run.go(watch)
    found = {
        (symbol, name): np.array(values)
        for symbol, prepared in zip(run.symbols, run.prepared, strict=True)
        for name, values, _ in prepared
    }
    return Heard(ear.asked, found, kept)


def same(first: Asked, second: Asked) -> bool:
    """Whether two decisions are one: prices and sizes may differ by rounding alone."""
    if len(first) != len(second) or first[1:3] != second[1:3]:
        return False
    return all(
        abs(a - b) <= NEAR * max(abs(a), abs(b), 1.0) for a, b in zip(first[3:], second[3:], strict=True)
    )  # fmt: skip


def first_difference(longer: NDArray[Any], shorter: NDArray[Any]) -> int:
    """The first place at which a series differs from its beginning in a longer one, -1 for none."""
    before = np.asarray(longer[: len(shorter)], dtype=np.float64)
    after = np.asarray(shorter, dtype=np.float64)
    scale = np.maximum(np.maximum(np.abs(before), np.abs(after)), 1e-9)
    with np.errstate(invalid="ignore"):
        equal = (before == after) | (np.isnan(before) & np.isnan(after)) | (np.abs(before - after) <= NEAR * scale)
    return -1 if equal.all() else int(np.argmin(equal))
