"""Round trips: from flat to flat (or through it), per instrument, out of the fills in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.simulation.backtest import layout

SCHEMA: dict[str, Any] = {
    "symbol": pl.String, "side": pl.String, "quantity": pl.Float64, "entry_ts": pl.Int64, "exit_ts": pl.Int64,
    "entry_price": pl.Float64, "exit_price": pl.Float64, "profit": pl.Float64, "fees": pl.Float64,
    "bars": pl.Int64, "mae": pl.Float64, "mfe": pl.Float64,
}  # fmt: skip


@dataclass(slots=True)
class Holding:
    """A round trip under way: what was entered and left so far, in signed quantities and money."""

    entry_bar: int
    sign: float
    entered: float = 0.0
    entry_money: float = 0.0
    exited: float = 0.0
    exit_money: float = 0.0
    fees: float = 0.0

    def add(self, quantity: float, price: float, fee: float) -> None:
        """Take in a fill, or the part of one that belongs here."""
        self.fees += fee
        if quantity * self.sign > 0.0:
            self.entered += abs(quantity)
            self.entry_money += abs(quantity) * price
        else:
            self.exited += abs(quantity)
            self.exit_money += abs(quantity) * price


def round_trips(
    fills: NDArray[np.float64], symbols: Sequence[str], time: NDArray[np.int64],
    ranges: Mapping[str, tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]], multiplier: float,
) -> pl.DataFrame:  # fmt: skip
    """One row per closed round trip; a fill that turns a position over ends one and begins another.

    `profit` is after fees; `mae` and `mfe` are the worst and best open profit by highs and lows, in money on the
    entered quantity, the bars of entry and exit included. `ranges` holds time, high and low by symbol.
    """
    open_: dict[int, Holding] = {}
    rows: list[tuple[Any, ...]] = []
    for row in fills.tolist():
        k, bar, quantity, price, fee = int(row[2]), int(row[1]), row[3], row[4], row[5]
        after = row[layout.FILL_POSITION]
        before = after - quantity
        holding = open_.get(k)
        if holding is None:
            holding = open_[k] = Holding(bar, 1.0 if quantity > 0 else -1.0)
        if after * holding.sign > 0.0:
            holding.add(quantity, price, fee)
            continue
        part = abs(before) / abs(quantity) if after != 0.0 else 1.0
        holding.add(quantity * part, price, fee * part)
        rows.append(_closed(holding, symbols[k], bar, time, ranges.get(symbols[k]), multiplier))
        del open_[k]
        if after != 0.0:
            open_[k] = Holding(bar, 1.0 if after > 0 else -1.0)
            open_[k].add(after, price, fee * (1.0 - part))
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    stamp = pl.col("entry_ts", "exit_ts").cast(pl.Datetime("ns")).dt.replace_time_zone("UTC")
    return frame.with_columns(stamp)


def _closed(
    holding: Holding, symbol: str, bar: int, time: NDArray[np.int64],
    range_: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]] | None, multiplier: float,
) -> tuple[Any, ...]:  # fmt: skip
    entry = holding.entry_money / holding.entered
    profit = holding.sign * (holding.exit_money - holding.entry_money) * multiplier - holding.fees
    begins, ends = int(time[holding.entry_bar]), int(time[bar])
    worst = best = 0.0
    if range_ is not None:
        times, high, low = range_
        first, last = np.searchsorted(times, begins), np.searchsorted(times, ends, side="right")
        top, bottom = float(high[first:last].max()), float(low[first:last].min())
        bad, good = (bottom, top) if holding.sign > 0 else (top, bottom)
        worst = min(holding.sign * (bad - entry) * holding.entered * multiplier, 0.0)
        best = max(holding.sign * (good - entry) * holding.entered * multiplier, 0.0)
    return (symbol, "long" if holding.sign > 0 else "short", holding.entered, begins, ends, entry,
            holding.exit_money / holding.exited, profit, holding.fees, bar - holding.entry_bar, worst, best)  # fmt: skip
