"""Stretches of bars of one instrument or several, cut at instants that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import Bars

Times = NDArray[np.int64]


def instants(bars: Mapping[str, Bars]) -> Times:
    """Every instant at which any instrument has a bar, in nanoseconds since 1970."""
    times = [each.time for each in bars.values()]
    return times[0] if len(times) == 1 else np.unique(np.concatenate(times))


def stretch(bars: Mapping[str, Bars], time: Times, start: int, stop: int) -> dict[str, Bars]:
    """The bars from instant `start` to before instant `stop` of `time`; an instrument without any is left out."""
    if not 0 <= start < stop <= len(time):
        raise InvalidInput("data.bars", f"there are no bars from {start} to {stop}", field="data")
    found: dict[str, Bars] = {}
    for symbol, each in bars.items():
        first = int(np.searchsorted(each.time, time[start]))
        after = len(each) if stop == len(time) else int(np.searchsorted(each.time, time[stop]))
        if after > first:
            found[symbol] = cut(each, first, after)
    return found


def newest(bars: Mapping[str, Bars], count: int) -> dict[str, Bars]:
    """The last `count` bars of each instrument, all where it has fewer."""
    return {symbol: cut(each, max(len(each) - count, 0), len(each)) for symbol, each in bars.items()}


def cut(bars: Bars, start: int, stop: int) -> Bars:
    """The bars of one instrument from `start` to before `stop`."""
    columns = {each.name: getattr(bars, each.name) for each in fields(bars)}
    part: dict[str, Any] = {name: each[start:stop] for name, each in columns.items() if isinstance(each, np.ndarray)}
    return replace(bars, **part)
