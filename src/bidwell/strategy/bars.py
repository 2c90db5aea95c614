"""Bars and quotes as a strategy sees them: columns for `prepare`, one reused view for `on_bar`, a quote for `on_quote`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bidwell.model.errors import InvalidInput

Floats = NDArray[np.float64]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = ("open", "high", "low", "close", "volume")
SECOND = 1_000_000_000
MONDAY = 4 * 86_400 * SECOND
FIRST_STEPS = 257
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """The bars of one instrument as read-only arrays of one length; `time` is nanoseconds since 1970 in UTC."""

    symbol: str
    time: NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.time)

    @property
    def seconds(self) -> int:
        """The length of a bar: the commonest distance among the first ones, 0 where there is one bar alone."""
        steps = np.diff(self.time[:FIRST_STEPS])
        if not len(steps):
            return 0
        lengths, counts = np.unique(steps, return_counts=True)
        return int(lengths[int(np.argmax(counts))]) // SECOND

    def resample(self, timeframe: str) -> LongerBars:
        """The same bars in a longer timeframe ("5m", "1h", "4h", "1D", "1W"), cut along UTC.

        Raises InvalidInput for a timeframe that is not known or not longer.
        """
        span, step = span_of(timeframe) * SECOND, self.seconds * SECOND
        if span <= step:
            raise InvalidInput("strategy.timeframe", f"{timeframe} is not longer than these bars of {self.seconds} s")
        # Weeks are counted from a Monday.
        starts = (self.time - MONDAY) // span * span + MONDAY
        first = np.flatnonzero(np.concatenate([[True], starts[1:] != starts[:-1]]))
        last = np.concatenate([first[1:], [len(starts)]]) - 1
        known = np.searchsorted(starts[first] + span, self.time + step, side="right") - 1
        return LongerBars(
            self.symbol, starts[first], self.open[first], np.maximum.reduceat(self.high, first),
            np.minimum.reduceat(self.low, first), self.close[last], np.add.reduceat(self.volume, first), known,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class LongerBars(Bars):
    """Bars made of shorter ones; `known` is, for each of those, the last bar here that was over at its close (-1: none)."""

    known: NDArray[np.int64]

    def align(self, values: ArrayLike) -> Floats:
        """What was known of `values`, one for each bar here, at the close of each shorter bar; NaN before any.

        Raises InvalidInput for another number of values.
        """
        column = np.asarray(values, dtype=np.float64)
        if column.shape != self.time.shape:
            raise InvalidInput("strategy.align", f"{column.size} values do not belong to {len(self)} bars")
        return np.where(self.known >= 0, column[np.maximum(self.known, 0)], np.nan)


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and offer of an instrument at `time`; sizes are NaN where they are not known."""

    symbol: str
    time: datetime
    bid: float
    ask: float
    last: float
    bid_quantity: float = math.nan
    ask_quantity: float = math.nan

    @property
    def mid(self) -> float:
        """Halfway between bid and ask."""
        return (self.bid + self.ask) / 2.0


def span_of(timeframe: str) -> int:
    """The seconds of a timeframe such as "5m", "1h", "1D" or "1W"; raises InvalidInput for what is none."""
    count, unit = timeframe[:-1], timeframe[-1:]
    if not count.isdecimal() or int(count) < 1 or unit.lower() not in UNITS:
        raise InvalidInput("strategy.timeframe", f"{timeframe!r} is no timeframe", hint="such as 5m, 1h, 1D, 1W")
    return int(count) * UNITS[unit.lower()]


def moment_of(nanoseconds: int) -> datetime:
    """The instant that a number of nanoseconds since 1970 stands for, cut to microseconds."""
    return EPOCH + timedelta(microseconds=nanoseconds // 1000)


class Bar:
    """The current bar. There is one view, which moves on: a strategy that keeps it keeps a copy of that moment.

    `index` counts from 0. `open`, `high`, `low`, `close`, `volume` are floats.
    """

    __slots__ = ("_bars", "index")

    def __init__(self, bars: Bars, index: int) -> None:
        self._bars = bars
        self.index = index

    @property
    def symbol(self) -> str:
        """The instrument's symbol."""
        return self._bars.symbol

    @property
    def nanoseconds(self) -> int:
        """The bar's time in nanoseconds since 1970 in UTC."""
        return int(self._bars.time[self.index])

    @property
    def time(self) -> datetime:
        """The bar's time as the data has it: its open instant, or a session's date at 00:00 UTC."""
        return moment_of(int(self._bars.time[self.index]))

    @property
    def open(self) -> float:
        """The first price."""
        return float(self._bars.open[self.index])

    @property
    def high(self) -> float:
        """The highest price."""
        return float(self._bars.high[self.index])

    @property
    def low(self) -> float:
        """The lowest price."""
        return float(self._bars.low[self.index])

    @property
    def close(self) -> float:
        """The last price."""
        return float(self._bars.close[self.index])

    @property
    def volume(self) -> float:
        """The turnover in units."""
        return float(self._bars.volume[self.index])

    def __repr__(self) -> str:
        return (f"Bar({self.symbol} {self.time:%Y-%m-%d %H:%M}, {self.open:g}, {self.high:g}, {self.low:g}, "
                f"{self.close:g}, {self.volume:g})")  # fmt: skip
