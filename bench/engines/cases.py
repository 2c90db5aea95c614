"""What the backtest benchmark runs: the market and the strategy."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from bidwell import Bar, Bars, Param, Strategy

CASH = 1_000_000.0


def sma(values: Any, length: int) -> Any:  # noqa: ANN401 - arrays
    sums = np.cumsum(values)
    found = np.full(len(values), np.nan)
    found[length - 1 :] = (sums[length - 1 :] - np.concatenate([[0.0], sums[:-length]])) / length
    return found


class Cross(Strategy):
    fast = Param(10, 2, 100)
    slow = Param(30, 5, 400)

    def prepare(self, bars: Bars) -> None:
        self.quick = sma(bars.close, self.fast)
        self.calm = sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:  # noqa: ARG002 - the series say all
        if self.quick[-1] > self.calm[-1]:
            if not self.position:
                self.buy(100)
        elif self.position:
            self.close()


class Exact(Cross):
    """With averages reckoned window by window, so that ties fall as they do in the peers."""

    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = (np.full(len(bars), np.nan) for _ in range(2))
        for found, length in ((self.quick, self.fast), (self.calm, self.slow)):
            found[length - 1 :] = np.lib.stride_tricks.sliding_window_view(bars.close, length).mean(axis=1)


def market(length: int) -> Bars:
    rng = np.random.default_rng(1)
    close = np.round(100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.001, length))), 4)
    open_ = np.round(np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0.0, 0.0003, length)), 4)
    high, low = np.maximum(open_, close) + 0.01, np.minimum(open_, close) - 0.01
    time_ = np.datetime64("2015-01-01").astype("datetime64[ns]").astype(np.int64) + np.arange(length) * 60_000_000_000
    return Bars("X", time_, open_, high, low, close, np.full(length, 1e6))


def frame_of(bars: Bars) -> pl.DataFrame:
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    return pl.DataFrame({"ts": pl.Series(bars.time).cast(pl.Datetime("ns")), **columns})
