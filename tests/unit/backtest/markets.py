"""Bars for tests: a random market that is the same every time, and bars written out by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidwell.strategy.bars import Bars

MINUTE = 60_000_000_000
DAY = 1440 * MINUTE


def random_bars(length: int, seed: int = 1, *, spread: float = 0.01, step: int = DAY, symbol: str = "X") -> Bars:
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, spread, length)))
    open_ = np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0.0, spread / 3, length))
    high = np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, spread / 2, length)))
    low = np.minimum(open_, close) * (1.0 - np.abs(rng.normal(0.0, spread / 2, length)))
    volume = np.floor(rng.uniform(0.0, 5_000.0, length))
    rounded = [np.round(column, 2) for column in (open_, high, low, close)]
    top = np.maximum.reduce(rounded)
    bottom = np.minimum.reduce(rounded)
    return Bars(symbol, np.arange(1, length + 1) * step, rounded[0], top, bottom, rounded[3], volume)


def bars(*rows: tuple[float, float, float, float], volume: float = 1_000.0, symbol: str = "X") -> Bars:
    """Daily bars of (open, high, low, close)."""
    columns = [np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)]
    time = np.arange(1, len(rows) + 1, dtype=np.int64) * DAY
    return Bars(symbol, time, columns[0], columns[1], columns[2], columns[3], np.full(len(rows), volume))


def sma(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    found = np.full(len(values), np.nan)
    if len(values) >= length:
        sums = np.cumsum(values)
        found[length - 1 :] = (sums[length - 1 :] - np.concatenate([[0.0], sums[:-length]])) / length
    return found
