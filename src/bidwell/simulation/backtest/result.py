"""What a run gave: equity, orders, fills, round trips, and all that it takes to run it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.trips import round_trips

KINDS = ("MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TRAILING_STOP")
STATUSES = ("WAITING", "WORKING", "FILLED", "CANCELED", "REJECTED", "EXPIRED")
REASONS = ("", "buying power", "sibling filled", "by the strategy", "end of validity", "nothing to close",
           "entry gone", "a price is not above zero", "a quantity is not above zero, or below a lot", "margin call",
           "shorting is off", "too many working orders")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Result:
    """A finished run. `time` is nanoseconds since 1970 in UTC; `equity` is the account's worth after each bar.

    `order_rows` and `fill_rows` are the kernel's rows (see `layout`), bars counted along `time`. `identify`
    finds out what was run, when it is asked for. `speed` is "python" or "compiled", and
    `why` says what kept a strategy from being compiled.
    """

    symbols: tuple[str, ...]
    time: NDArray[np.int64]
    equity: NDArray[np.float64]
    rows: Callable[[], tuple[NDArray[np.float64], NDArray[np.float64]]]
    cash: float
    multiplier: float
    speed: str
    why: str = ""
    identify: Callable[[], Mapping[str, Any]] = dict
    prices: Mapping[str, tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]] = field(
        default_factory=dict
    )

    @cached_property
    def order_rows(self) -> NDArray[np.float64]:
        """The kernel's order rows."""
        return self._both[0]

    @cached_property
    def fill_rows(self) -> NDArray[np.float64]:
        """The kernel's fill rows."""
        return self._both[1]

    @cached_property
    def _both(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.rows()

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What was run: hashes of code and data, parameters, conditions, seed, versions."""
        return dict(self.identify())

    @property
    def final_equity(self) -> float:
        """The equity after the last bar."""
        return float(self.equity[-1])

    @property
    def total_return(self) -> float:
        """The final equity per starting cash, less one."""
        return self.final_equity / self.cash - 1.0

    @cached_property
    def returns(self) -> NDArray[np.float64]:
        """The return over each bar; the first is measured from the starting cash."""
        before = np.concatenate([[self.cash], self.equity[:-1]])
        return np.asarray(self.equity / before - 1.0)

    @cached_property
    def equity_frame(self) -> pl.DataFrame:
        """Time and equity."""
        return pl.DataFrame({"ts": self._times(np.arange(len(self.time))), "equity": self.equity})

    @cached_property
    def orders(self) -> pl.DataFrame:
        """One row per order, in order of placing; bars count from 0, -1 is none."""
        rows = self.order_rows
        column = {name: rows[:, place] for name, place in _ORDER_COLUMNS.items()}
        return pl.DataFrame({
            "order": np.arange(len(rows), dtype=np.int64),
            "symbol": [self.symbols[int(each)] for each in rows[:, layout.INSTRUMENT]],
            "side": np.where(rows[:, layout.SIDE] > 0, "BUY", "SELL"),
            "order_type": [KINDS[int(each)] for each in rows[:, layout.KIND]],
            **{name: values.copy() for name, values in column.items()},
            "status": [STATUSES[int(each)] for each in rows[:, layout.STATUS]],
            "reason": [REASONS[int(each)] for each in rows[:, layout.REASON]],
            "placed_bar": rows[:, layout.PLACED].astype(np.int64),
            "closed_bar": rows[:, layout.CLOSED].astype(np.int64),
        })  # fmt: skip

    @cached_property
    def fills(self) -> pl.DataFrame:
        """One row per fill, in order; quantity is signed."""
        rows = self.fill_rows
        bars = rows[:, layout.FILL_BAR].astype(np.int64)
        return pl.DataFrame({
            "order": rows[:, layout.FILL_ORDER].astype(np.int64),
            "symbol": [self.symbols[int(each)] for each in rows[:, layout.FILL_INSTRUMENT]],
            "ts": self._times(bars), "bar": bars,
            "side": np.where(rows[:, layout.FILL_QUANTITY] > 0, "BUY", "SELL"),
            "quantity": rows[:, layout.FILL_QUANTITY].copy(), "price": rows[:, layout.FILL_PRICE].copy(),
            "fee": rows[:, layout.FILL_FEE].copy(), "cash": rows[:, layout.FILL_CASH].copy(),
            "position": rows[:, layout.FILL_POSITION].copy(),
        })  # fmt: skip

    @cached_property
    def round_trips(self) -> pl.DataFrame:
        """From flat to flat, per instrument: entry, exit, quantity, profit after fees, holding time, MAE and MFE."""
        return round_trips(self.fill_rows, self.symbols, self.time, self.prices, self.multiplier)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """What can be said without a benchmark; `bidwell.metrics` has the rest."""
        peak = np.maximum(np.maximum.accumulate(self.equity), self.cash)
        trips = self.round_trips
        profits = trips["profit"].to_numpy()
        return {
            "bars": len(self.equity), "orders": len(self.order_rows), "fills": len(self.fill_rows),
            "final_equity": self.final_equity, "total_return": self.total_return,
            "max_drawdown": float(np.min(self.equity / peak - 1.0)),
            "fees": float(self.fill_rows[:, layout.FILL_FEE].sum()),
            "round_trips": len(trips), "win_rate": float((profits > 0).mean()) if len(profits) else None,
        }  # fmt: skip

    def save(self, path: str | Path) -> Path:
        """Write `result.json`, `equity.parquet`, `orders.parquet`, `fills.parquet` and `round_trips.parquet` to a folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("equity_frame", "orders", "fills", "round_trips"):
            getattr(self, name).write_parquet(folder / f"{name.removesuffix('_frame')}.parquet", compression="zstd")
        summary = {"identity": self.identity, "metrics": self.metrics, "speed": self.speed, "why": self.why}
        (folder / "result.json").write_text(json.dumps(summary, indent=2, sort_keys=True, default=str) + "\n", "utf-8")
        return folder

    def _times(self, bars: NDArray[np.int64]) -> pl.Series:
        return pl.Series(self.time[bars]).cast(pl.Datetime("ns")).dt.replace_time_zone("UTC")


_ORDER_COLUMNS = {
    "quantity": layout.QUANTITY,
    "leaves_quantity": layout.LEFT,
    "limit_price": layout.LIMIT,
    "stop_price": layout.STOP,
    "trail_amount": layout.TRAIL,
    "trail_share": layout.TRAIL_SHARE,
}
