"""What a run gave: equity, orders, fills, round trips, and all that it takes to run it again."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.account_books import EMPTY_LEDGER
from bidwell.simulation.backtest.reporting import exposure_of, report_of, trip_frame, trips_in, trips_of
from bidwell.simulation.backtest.stored import FORMAT, SHEET, figures, fill_rows, plain, read, write

if TYPE_CHECKING:
    from bidwell.analytics.report import Report
    from bidwell.analytics.round_trips import RoundTrip
    from bidwell.simulation.backtest.account_books import AccountBooks
    from bidwell.strategy.bars import Bars

KINDS = ("MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TRAILING_STOP", "EXERCISE")
STATUSES = ("WAITING", "WORKING", "FILLED", "CANCELED", "REJECTED", "EXPIRED")
REASONS = ("", "buying power", "sibling filled", "by the strategy", "end of validity", "nothing to close",
           "entry gone", "a price is not above zero", "a quantity is not above zero, or below a lot", "margin call",
           "shorting is off", "too many working orders", "an index is not traded", "the contract has ended", "exercised",
           "assigned", "expired worthless", "settled at expiry", "not an option", "a European option is exercised at its expiry alone",
           "not long", "out of the money")  # fmt: skip


Metrics = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class LogLine:
    """What a strategy wrote with `self.log`: nanoseconds since 1970 in UTC, and the text."""

    at: int
    text: str


@dataclass(frozen=True, eq=False)
class Result:
    """A finished run. `time` is nanoseconds since 1970 in UTC; `equity` is the account's worth after each bar.

    `order_rows` and `fill_rows` are the kernel's rows (see `layout`), bars counted along `time`. `identify`
    finds out what was run, when it is asked for. `speed` is "python" or "compiled", and
    `why` says what kept a strategy from being compiled. `stopped` is empty for a whole run, and else says why the
    run ends early. `bars` are those that were run on, empty for a stored result. `books` are those of a run that keeps
    a ledger.
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
    bars: Mapping[str, Bars] = field(default_factory=dict)
    currency: str = "USD"
    stopped: str = ""
    log: tuple[LogLine, ...] = ()
    books: AccountBooks | None = None

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
    def exposure(self) -> NDArray[np.float64]:
        """Gross exposure per equity after each bar, at closes; NaN where the equity is not above zero."""
        if self.books is not None:
            return np.where(self.equity > 0.0, self.books.gross / np.where(self.equity > 0.0, self.equity, 1.0), np.nan)
        return exposure_of(self.fill_rows, self.symbols, self.time, self.bars, self.multiplier, self.equity)

    @cached_property
    def equity_frame(self) -> pl.DataFrame:
        """Time, equity, drawdown below the highest equity so far (a fraction, zero or less) and gross exposure."""
        peak = np.maximum(np.maximum.accumulate(self.equity), self.cash)
        return pl.DataFrame({"ts": self._times(np.arange(len(self.time))), "equity": self.equity,
                             "drawdown": self.equity / peak - 1.0, "exposure": self.exposure})  # fmt: skip

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
    def trips(self) -> list[RoundTrip]:
        """The closed round trips, oldest close first."""
        return trips_of(self.fill_rows, self.symbols, self.time, self.bars, self.multiplier, self.books)

    @cached_property
    def ledger(self) -> pl.DataFrame:
        """All that came in or went out without a fill: dividends, variation, borrow; empty for a plain run."""
        return EMPTY_LEDGER if self.books is None else self.books.ledger

    @cached_property
    def round_trips(self) -> pl.DataFrame:
        """From flat to flat, per instrument: entry, exit, quantity, profit after fees, holding time, MAE and MFE.

        `mae` and `mfe` are the worst and best open profit in money, `mae_share` and `mfe_share` per entry notional.
        """
        return trip_frame(self.trips)

    @property
    def fees_paid(self) -> float:
        """All fees, in the account's currency."""
        return float(self.fills["fee"].sum())

    @cached_property
    def metrics(self) -> Metrics:
        """Counts, and every figure of `bidwell.metrics` that needs no benchmark, by UTC date; None is not defined."""
        peak = np.maximum(np.maximum.accumulate(self.equity), self.cash)
        counts: Metrics = {"bars": len(self.equity), "orders": len(self.orders), "fills": len(self.fills),
                           "round_trips": len(self.trips)}  # fmt: skip
        figures = {name: None if math.isnan(value) else value for name, value in self.report().figures.items()}
        return {
            **counts, **figures, **counts, "fees": self.fees_paid,
            "max_drawdown_by_bar": float(np.min(self.equity / peak - 1.0)),
        }  # fmt: skip

    def report(self, title: str | None = None, *, benchmark: Any = None, benchmark_name: str = "Benchmark") -> Report:
        """Everything that a tear sheet tells, as `bidwell.analytics.report.Report`.

        `benchmark` is "first" (the run's own first instrument, held) or data of one, as `backtest` takes it.
        Raises InvalidInput for "first" on a stored result, which holds no bars.
        """
        return report_of(self, title, benchmark, benchmark_name)

    def tear_sheet(
        self, path: str | Path, title: str | None = None, *, benchmark: Any = None, benchmark_name: str = "Benchmark"
    ) -> Path:
        """Write the tear sheet as one HTML file that opens without network; the benchmark is as `report` takes it."""
        from bidwell.analytics.tearsheet import write  # noqa: PLC0415 - a bare run needs no analytics

        return write(self.report(title, benchmark=benchmark, benchmark_name=benchmark_name), path)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The run as JSON: identity, metrics, how it was run, its span in nanoseconds, and what the strategy logged."""
        found: dict[str, Any] = plain({
            "format": FORMAT, "identity": self.identity, "metrics": self.metrics, "symbols": self.symbols,
            "cash": self.cash, "currency": self.currency, "multiplier": self.multiplier,
            "from": int(self.time[0]), "to": int(self.time[-1]), "speed": self.speed, "why": self.why,
            "stopped": self.stopped, "log": [[line.at, line.text] for line in self.log],
        })  # fmt: skip
        return found

    def save(self, path: str | Path, *, csv: bool = False) -> Path:
        """Write the run to a folder, which `Result.load` reads; see `stored` for its files. The same run, the same bytes."""
        self.tear_sheet(Path(path) / SHEET)
        tables = {"equity": self.equity_frame, "orders": self.orders, "fills": self.fills,
                  "round_trips": self.round_trips}  # fmt: skip
        if self.books is not None:
            tables["ledger"] = self.ledger
        return write(path, self.summary, tables, csv=csv)

    @staticmethod
    def load(path: str | Path) -> Result:
        """A run that `save` wrote; raises Missing where there is none, InvalidInput where it cannot be read."""
        summary, tables = read(path)
        try:
            return _loaded(summary, tables)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput("result.unreadable", f"the result in {path} cannot be read: {error}") from error

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


def _loaded(summary: dict[str, Any], tables: Mapping[str, pl.DataFrame]) -> Result:
    equity, symbols = tables["equity"], tuple(summary["symbols"])

    def rows() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        raise InvalidInput("result.rows", "a stored result has no kernel rows: use its orders and fills")

    made = Result(
        symbols=symbols, time=equity["ts"].to_physical().to_numpy().astype(np.int64),
        equity=equity["equity"].to_numpy(), rows=rows, cash=summary["cash"], multiplier=summary["multiplier"],
        speed=summary["speed"], why=summary["why"], identify=lambda: summary["identity"],
        currency=summary["currency"], stopped=summary["stopped"],
        log=tuple(LogLine(at, text) for at, text in summary["log"]),
    )  # fmt: skip
    # What a run computes when it is asked for is here already: it takes the place of the computation.
    made.__dict__.update(
        equity_frame=equity, orders=tables["orders"], fills=tables["fills"], round_trips=tables["round_trips"],
        ledger=tables.get("ledger", EMPTY_LEDGER),
        trips=trips_in(tables["round_trips"]), exposure=equity["exposure"].to_numpy(), summary=summary,
        fill_rows=fill_rows(tables["fills"], symbols), metrics=figures(summary["metrics"]),
    )  # fmt: skip
    return made
