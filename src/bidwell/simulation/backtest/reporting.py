"""What analytics makes of a run: its round trips, its gross exposure and its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.analytics.report import Report
from bidwell.analytics.round_trips import Path, RoundTrip, from_arrays, instants, with_excursions
from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import layout

if TYPE_CHECKING:
    from bidwell.simulation.backtest.account_books import AccountBooks
    from bidwell.strategy.bars import Bars

_STAMP = pl.Datetime("ns", "UTC")
TRIP_SCHEMA: dict[str, Any] = {
    "symbol": pl.String, "side": pl.String, "quantity": pl.Float64, "entry_ts": _STAMP, "exit_ts": _STAMP,
    "holding": pl.Duration("ns"), "bars": pl.Int64, "entry_price": pl.Float64, "exit_price": pl.Float64,
    "profit": pl.Float64, "fees": pl.Float64, "return": pl.Float64, "mae": pl.Float64, "mfe": pl.Float64,
    "mae_share": pl.Float64, "mfe_share": pl.Float64, "multiplier": pl.Float64,
}  # fmt: skip
FIRST = "first"


class Told(Protocol):
    """What a report is made of: the public face of a result."""

    @property
    def identity(self) -> Mapping[str, Any]: ...
    @property
    def symbols(self) -> tuple[str, ...]: ...
    @property
    def bars(self) -> Mapping[str, Bars]: ...
    @property
    def time(self) -> NDArray[np.int64]: ...
    @property
    def equity(self) -> NDArray[np.float64]: ...
    @property
    def exposure(self) -> NDArray[np.float64]: ...
    @property
    def trips(self) -> list[RoundTrip]: ...
    @property
    def cash(self) -> float: ...
    @property
    def currency(self) -> str: ...
    @property
    def fees_paid(self) -> float: ...
    @property
    def stopped(self) -> str: ...


def trips_of(
    fills: NDArray[np.float64], symbols: Sequence[str], time: NDArray[np.int64], bars: Mapping[str, Bars],
    multiplier: float, books: AccountBooks | None = None,
) -> list[RoundTrip]:  # fmt: skip
    """The closed round trips of the kernel's fill rows, with MAE, MFE and bars held by the highs and lows.

    With `books`, quantities and prices are those after later splits, prices in the account's currency, and an
    instrument whose prices are of another currency or another time has no MAE and MFE.
    """
    if not len(fills):
        return []
    ranges = {symbol: Path(instants(each.time), each.high, each.low) for symbol, each in bars.items()}
    if books is not None:
        return _trips_by_instrument(fills, symbols, time, ranges, books)
    found = from_arrays(
        time[fills[:, layout.FILL_BAR].astype(np.int64)], fills[:, layout.FILL_QUANTITY], fills[:, layout.FILL_PRICE],
        fills[:, layout.FILL_FEE], [symbols[int(each)] for each in fills[:, layout.FILL_INSTRUMENT]], multiplier,
    )  # fmt: skip
    return with_excursions(found, ranges)


def _trips_by_instrument(
    fills: NDArray[np.float64], symbols: Sequence[str], time: NDArray[np.int64], ranges: Mapping[str, Path],
    books: AccountBooks,
) -> list[RoundTrip]:  # fmt: skip
    found: list[RoundTrip] = []
    owners = fills[:, layout.FILL_INSTRUMENT].astype(np.int64)
    for number, symbol in enumerate(symbols):
        mine = owners == number
        if not mine.any():
            continue
        own, rates, splits = fills[mine], books.rates[mine], books.splits[mine]
        trips = from_arrays(
            time[own[:, layout.FILL_BAR].astype(np.int64)], own[:, layout.FILL_QUANTITY] * splits,
            own[:, layout.FILL_PRICE] / splits * rates, own[:, layout.FILL_FEE], [symbol] * len(own),
            books.multipliers[symbol],
        )  # fmt: skip
        as_seen = symbol in ranges and bool((rates == 1.0).all() and (splits == 1.0).all())
        found += with_excursions(trips, {symbol: ranges[symbol]}) if as_seen else trips
    return sorted(found, key=lambda trip: trip.closed_at)


def trip_frame(trips: Sequence[RoundTrip]) -> pl.DataFrame:
    """One row per round trip; `mae` and `mfe` are money on the entered quantity, `_share` the same per notional."""
    rows = [
        (trip.instrument, trip.side, trip.quantity, trip.opened_at, trip.closed_at, trip.held, trip.bars,
         trip.entry_price, trip.exit_price, trip.profit, trip.fees, trip.return_on_entry,
         trip.adverse * trip.notional, trip.favourable * trip.notional, trip.adverse, trip.favourable, trip.multiplier)
        for trip in trips
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=TRIP_SCHEMA, orient="row")


def trips_in(frame: pl.DataFrame) -> list[RoundTrip]:
    """The round trips that `trip_frame` wrote down."""
    return [
        RoundTrip(row["symbol"], row["side"], row["quantity"], row["entry_ts"], row["exit_ts"], row["entry_price"],
                  row["exit_price"], row["profit"], row["fees"], row["multiplier"], row["mae_share"], row["mfe_share"],
                  row["bars"])
        for row in frame.to_dicts()
    ]  # fmt: skip


def exposure_of(
    fills: NDArray[np.float64], symbols: Sequence[str], time: NDArray[np.int64], bars: Mapping[str, Bars],
    multiplier: float, equity: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Gross exposure per equity after every bar, at closes; NaN where the equity is not above zero."""
    gross = np.zeros(len(time))
    owner = fills[:, layout.FILL_INSTRUMENT].astype(np.int64)
    for number, symbol in enumerate(symbols):
        own = fills[owner == number]
        if not len(own) or symbol not in bars:
            continue
        latest = np.searchsorted(own[:, layout.FILL_BAR], np.arange(len(time)), side="right") - 1
        held = np.where(latest >= 0, own[np.maximum(latest, 0), layout.FILL_POSITION], 0.0)
        place = np.searchsorted(bars[symbol].time, time, side="right") - 1
        gross += np.abs(held) * np.where(place >= 0, bars[symbol].close[np.maximum(place, 0)], 0.0) * multiplier
    return np.where(equity > 0.0, gross / np.where(equity > 0.0, equity, 1.0), np.nan)


def report_of(result: Told, title: str | None, benchmark: Any, name: str) -> Report:
    """The report of a run; `benchmark` is None, "first" (the run's own first instrument, held) or data of one."""
    what = result.identity
    level, called = _benchmark(result, benchmark, name)
    parameters = ", ".join(f"{key} {value}" for key, value in sorted(what.get("parameters", {}).items()))
    return Report(
        title or str(what.get("strategy") or "Backtest"), result.time, result.equity, start=result.cash,
        round_trips=result.trips, benchmark=level, benchmark_name=called, exposure=result.exposure,
        costs={"Fees": result.fees_paid}, details=_details(what, result), currency=result.currency,
        subtitle=" · ".join(each for each in (_listed(result.symbols), parameters) if each),
    )  # fmt: skip


def _listed(symbols: Sequence[str]) -> str:
    return ", ".join(symbols[:6]) + (f" and {len(symbols) - 6} more" if len(symbols) > 6 else "")


def _benchmark(result: Told, benchmark: Any, name: str) -> tuple[NDArray[np.float64] | None, str]:
    if benchmark is None:
        return None, name
    if isinstance(benchmark, str) and benchmark == FIRST:
        if not result.bars:
            raise InvalidInput("backtest.benchmark", "a stored result has no bars: name the benchmark's data",
                               field="benchmark")  # fmt: skip
        only = next(iter(result.bars.values()))
        return _levels(only, result.time), f"{only.symbol}, held"
    from bidwell.simulation.backtest.readings import bars_of  # noqa: PLC0415 - a report without benchmark reads nothing

    only = next(iter(bars_of(benchmark, name=name).values()))
    return _levels(only, result.time), only.symbol if name == "Benchmark" else name


def _levels(bars: Bars, time: NDArray[np.int64]) -> NDArray[np.float64]:
    """The last close at or before each instant; before the first bar its open."""
    place = np.searchsorted(bars.time, time, side="right") - 1
    return np.where(place >= 0, bars.close[np.maximum(place, 0)], bars.open[0])


def _details(what: Mapping[str, Any], result: Told) -> dict[str, str]:
    conditions = what.get("conditions", {})
    versions = ", ".join(f"{name} {number}" for name, number in sorted(what.get("versions", {}).items()))
    found = {
        "Fees": str(conditions.get("fees", {}).get("name", "")),
        "Slippage": str(conditions.get("slippage", {}).get("name", "")),
        "Fills": str(conditions.get("fill", "")),
        "Code": str(what.get("code", ""))[:16],
        "Data": str(what.get("data", ""))[:16],
        "Seed": str(what.get("seed", "")),
        "Versions": versions,
        "Stopped": result.stopped,
    }
    return {name: value for name, value in found.items() if value}
