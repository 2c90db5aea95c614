"""What is called of a strategy at a bar, in which order, and what it may not keep from `prepare`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import Bar, Bars, Quote, moment_of
from bidwell.strategy.schedule import due_at
from bidwell.strategy.strategy import Strategy

_BID, _ASK = 6, 7
_SIZES = (8, 9)


def caller(strategy: Strategy, bars: Bars, due: Mapping[int, datetime]) -> Callable[[Bar], None]:
    """What to call with each bar: `on_bar` itself, or what calls `on_schedule` and `on_quote` before it where they are.

    `due` is by the place of a bar. Bars with quotes have them in `quotes`, a row per bar: bid and ask of open, high, low and close, then sizes.
    """
    quotes: NDArray[np.float64] | None = getattr(bars, "quotes", None)
    hears = quotes is not None and type(strategy).on_quote is not Strategy.on_quote
    if not due and not hears:
        return strategy.on_bar

    def call(bar: Bar) -> None:
        if bar.index in due:
            strategy.on_schedule(due[bar.index])
        if hears and quotes is not None:
            strategy.on_quote(_quote(bars, quotes[bar.index], bar.index))
        strategy.on_bar(bar)

    return call


def due_of(strategy: Strategy, times: NDArray[np.int64]) -> dict[int, datetime]:
    """At which places of `times` the strategy's schedules fall due; none where it does not listen."""
    if type(strategy).on_schedule is Strategy.on_schedule:
        return {}
    return due_at(strategy.schedules, times)


def _quote(bars: Bars, row: NDArray[np.float64], index: int) -> Quote:
    sizes = [float(row[place]) if len(row) > place and row[place] >= 0.0 else float("nan") for place in _SIZES]
    return Quote(bars.symbol, moment_of(int(bars.time[index])), float(row[_BID]), float(row[_ASK]),
                 float(bars.close[index]), *sizes)  # fmt: skip


def refuse_future(strategy: Strategy, before: Mapping[str, Any], length: int) -> None:
    """Refuse what `prepare` stored and no series can be made of, although it holds what comes later.

    `before` are the attributes as they were before it. One-dimensional arrays of the bars' length are series and show the past alone. Bars, lists, frames and tables of
    that length would show everything: raises InvalidInput that names the attribute.
    """
    for name, value in vars(strategy).items():
        if name.startswith("_") or before.get(name) is value:
            continue
        if isinstance(value, Bars):
            what = "holds the bars themselves"
        elif length > 1 and isinstance(value, list | tuple) and len(value) == length:
            what = "is a list of all bars"
        elif isinstance(value, np.ndarray):
            if value.ndim < 2 or length not in value.shape or length < 2:
                continue
            what = "is a table of all bars"
        elif _is_column(value, length):
            what = f"is a {type(value).__name__} of all bars"
        else:
            continue
        raise InvalidInput("strategy.look_ahead", f"self.{name} {what}, the later ones too", field=name,
                           hint="store columns as NumPy arrays: they become series, of which [-1] is now")  # fmt: skip


def _is_column(value: Any, length: int) -> bool:  # noqa: ANN401 - whatever a user stores
    """Whether it is a column or frame of pandas or Polars with a row for each bar."""
    known = type(value).__module__.partition(".")[0] in {"pandas", "polars"}
    return known and length > 1 and hasattr(value, "__len__") and len(value) == length
