"""A run that notes what its strategy asks for, bar by bar: the decisions themselves, before any of them fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.loop import Run
from bidwell.simulation.backtest.watching import Watch
from bidwell.strategy.bars import Bars
from bidwell.strategy.strategy import Strategy

Asked = tuple[Any, ...]
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Heard:
    """What a run asked for (each with the bar's index in the run), and the series that `prepare` stored."""

    asked: list[Asked]
    series: Mapping[str, NDArray[Any]]
    bars: Bars


class _Listening(Run):
    """The interpreted run, which notes each call before it is carried out."""

    def __init__(self, strategy: Strategy, bars: Bars, conditions: Conditions) -> None:
        super().__init__(strategy, bars, conditions)
        self.asked: list[Asked] = []

    def submit(self, *call: Any) -> int:  # noqa: ANN401 - handed on as it is
        _, side, by, amount, *rest = call
        self.asked.append((self.bar.index, "order", side, by, amount, *rest))
        return super().submit(*call)

    def cancel(self, order: int) -> bool:
        self.asked.append((self.bar.index, "cancel", order))
        return super().cancel(order)

    def cancel_all(self, symbol: str | None) -> None:
        self.asked.append((self.bar.index, "cancel_all"))
        super().cancel_all(symbol)

    def link(self, first: int, second: int) -> None:
        self.asked.append((self.bar.index, "oco", first, second))
        super().link(first, second)


def heard(strategy: Strategy, bars: Bars, conditions: Conditions, watch: Watch) -> Heard:
    """Run a strategy in Python and note what it asks for; raises what a backtest raises."""
    run = _Listening(strategy, bars, conditions)
    series = {name: array.copy() for name, array in run.ready(watch).items()}
    run.go(watch)
    return Heard(run.asked, series, bars)


def cut(bars: Bars, start: int, stop: int) -> Bars:
    """The bars from `start` to before `stop`."""
    if not 0 <= start < stop <= len(bars):
        raise InvalidInput("data.bars", f"there are no bars from {start} to {stop}", field="data")
    columns = {each.name: getattr(bars, each.name) for each in fields(bars)}
    part: dict[str, Any] = {name: each[start:stop] for name, each in columns.items() if isinstance(each, np.ndarray)}
    return replace(bars, **part)


def same(first: Asked, second: Asked) -> bool:
    """Whether two decisions are one: prices and sizes may differ by rounding alone."""
    if len(first) != len(second) or first[1] != second[1]:
        return False
    return all(
        abs(a - b) <= NEAR * max(abs(a), abs(b), 1.0) for a, b in zip(first[2:], second[2:], strict=True)
    )  # fmt: skip


def first_difference(longer: NDArray[Any], shorter: NDArray[Any]) -> int:
    """The first place at which a series differs from its beginning in a longer one, -1 for none."""
    before = np.asarray(longer[: len(shorter)], dtype=np.float64)
    after = np.asarray(shorter, dtype=np.float64)
    scale = np.maximum(np.maximum(np.abs(before), np.abs(after)), 1e-9)
    with np.errstate(invalid="ignore"):
        equal = (before == after) | (np.isnan(before) & np.isnan(after)) | (np.abs(before - after) <= NEAR * scale)
    return -1 if equal.all() else int(np.argmin(equal))
