"""Bars as a strategy sees them: columns for `prepare`, and one reused view for `on_bar`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = ("open", "high", "low", "close", "volume")


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


class Bar:
    """The current bar. There is one view, which moves on: a strategy that keeps it keeps a copy of that moment.

    `index` counts from 0. `open`, `high`, `low`, `close`, `volume` are floats.
    """

    __slots__ = ("bars", "index")

    def __init__(self, bars: Bars, index: int) -> None:
        self.bars = bars
        self.index = index

    @property
    def symbol(self) -> str:
        """The instrument's symbol."""
        return self.bars.symbol

    @property
    def nanoseconds(self) -> int:
        """The bar's time in nanoseconds since 1970 in UTC."""
        return int(self.bars.time[self.index])

    @property
    def time(self) -> datetime:
        """The bar's time as the data has it: its open instant, or a session's date at 00:00 UTC."""
        return EPOCH + timedelta(microseconds=int(self.bars.time[self.index]) // 1000)

    @property
    def open(self) -> float:
        """The first price."""
        return float(self.bars.open[self.index])

    @property
    def high(self) -> float:
        """The highest price."""
        return float(self.bars.high[self.index])

    @property
    def low(self) -> float:
        """The lowest price."""
        return float(self.bars.low[self.index])

    @property
    def close(self) -> float:
        """The last price."""
        return float(self.bars.close[self.index])

    @property
    def volume(self) -> float:
        """The turnover in units."""
        return float(self.bars.volume[self.index])

    def __repr__(self) -> str:
        return (f"Bar({self.symbol} {self.time:%Y-%m-%d %H:%M}, {self.open:g}, {self.high:g}, {self.low:g}, "
                f"{self.close:g}, {self.volume:g})")  # fmt: skip
