"""Any data that a run may be given, as clean `Bars`: frames, Parquet and CSV files, catalog names, dicts of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput, Missing
from bidwell.simulation.backtest.quotes import QUOTED, QuoteBars, has_quotes, middles, quotes_of
from bidwell.strategy.bars import COLUMNS, Bars

TIMES = ("ts", "start", "time", "timestamp", "datetime", "date")
Reader = Callable[[str], pl.DataFrame]


def bars_of(data: Any, *, catalog: Reader | None = None, name: str = "DATA") -> dict[str, Bars]:
    """The bars of every instrument by symbol.

    `data` is a pandas or Polars frame (columns ts, open, high, low, close, volume; a pandas index may hold the
    times; volume may be missing; a column `symbol` makes it several instruments; quotes as `quotes.quotes_of` takes
    them may stand beside the prices or instead of them), a path of a Parquet or CSV file, a name of the catalog, or a mapping or list of those. Times without a zone are UTC.
    Raises InvalidInput for what a run cannot be made on, saying column and row; Missing for an unknown name.
    """
    if isinstance(data, Bars):
        return {data.symbol: data}
    if isinstance(data, Mapping):
        if not data:
            raise InvalidInput("data.empty", "there is no data: the mapping has no instruments", field="data")
        found: dict[str, Bars] = {}
        for symbol, each in data.items():
            found.update({str(symbol): bars for bars in bars_of(each, catalog=catalog, name=str(symbol)).values()})
        return found
    if isinstance(data, list | tuple):
        if not data:
            raise InvalidInput("data.empty", "there is no data: the list has no instruments", field="data")
        return {symbol: bars for each in data for symbol, bars in bars_of(each, catalog=catalog).items()}
    if isinstance(data, str | Path):
        return _named(data, catalog, name)
    return _split(_frame(data), name)


def data_hash(bars: Mapping[str, Bars]) -> str:
    """SHA-256 over symbols, times and prices; the same rows give the same hash on every machine."""
    digest = hashlib.sha256()
    for symbol, each in bars.items():
        digest.update(symbol.encode() + b"\0")
        for column in ("time", *COLUMNS):
            digest.update(np.ascontiguousarray(getattr(each, column)).tobytes())
        if isinstance(each, QuoteBars):
            digest.update(each.quotes.tobytes())
    return digest.hexdigest()


def _named(data: str | Path, catalog: Reader | None, name: str) -> dict[str, Bars]:
    path = Path(data)
    if path.suffix.lower() in {".parquet", ".csv"}:
        if not path.is_file():
            raise Missing(f"there is no file {path}")
        try:
            frame = (
                pl.read_parquet(path) if path.suffix.lower() == ".parquet" else pl.read_csv(path, try_parse_dates=True)
            )
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InvalidInput("data.unreadable", f"{path} cannot be read: {error}", field="data") from error
        return _split(frame, path.stem if name == "DATA" else name)
    if catalog is None:
        raise Missing(f"{data!r} is no Parquet or CSV file, and no catalog is at hand to look it up in")
    return _split(catalog(str(data)), str(data).partition("@")[0])


def _frame(data: Any) -> pl.DataFrame:
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if isinstance(data, pl.DataFrame):
        return data
    if type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns"):
        return _from_pandas(data)
    raise InvalidInput("data.kind", f"{type(data).__name__} is not data to run on", field="data",
                       hint="a pandas or Polars frame, a path, a catalog name, or a dict of symbol to those")  # fmt: skip


def _from_pandas(data: Any) -> pl.DataFrame:
    columns = {str(label).lower(): data[label] for label in data.columns if isinstance(label, str)}
    named = next((each for each in TIMES if each in columns), None)
    times = columns.pop(named) if named else data.index.to_series()
    found: dict[str, Any] = {"ts": _pandas_times(times)}
    for name, column in columns.items():
        if name in COLUMNS or name in QUOTED:
            try:
                found[name] = column.to_numpy(dtype="float64", na_value=np.nan)
            except (TypeError, ValueError):
                raise InvalidInput("data.numbers", f"column {name} is not numbers", field=name) from None
        elif name == "symbol":
            found[name] = column.astype(str).to_list()
    return pl.DataFrame(found)


def _pandas_times(times: Any) -> pl.Series:
    try:
        if str(times.dtype).startswith("datetime64["):
            aware = times if getattr(times.dtype, "tz", None) is not None else times.dt.tz_localize("UTC")
            stamps = aware.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")
            known = pl.Series("ts", stamps.astype("int64")).cast(pl.Datetime("ns"))
            return known.zip_with(pl.Series(~np.isnat(stamps)), pl.Series("ts", [None], dtype=pl.Datetime("ns")))
    except (TypeError, ValueError) as error:
        raise InvalidInput("data.time", f"the times cannot be read: {error}", field="ts") from error
    if times.dtype == object:
        raise InvalidInput("data.time", "the times mix zones or kinds", field="ts", hint="use one zone, best UTC")
    raise InvalidInput("data.time", f"times of type {times.dtype} are no instants", field="ts",
                       hint="give a column ts, or a DatetimeIndex")  # fmt: skip


def _split(frame: pl.DataFrame, name: str) -> dict[str, Bars]:
    lower = frame.rename({column: column.lower() for column in frame.columns})
    if "symbol" not in lower.columns:
        return {name: _clean(lower, name)}
    found = lower.partition_by("symbol", as_dict=True, maintain_order=True)
    if not found:
        raise InvalidInput("data.empty", "there are no bars", field="data")
    return {str(key[0]): _clean(rows, str(key[0])) for key, rows in found.items()}


def _clean(frame: pl.DataFrame, symbol: str) -> Bars:
    stamp = next((each for each in TIMES if each in frame.columns), None)
    quotes = quotes_of(frame, symbol) if has_quotes(frame) else None
    if quotes is not None and not set(COLUMNS[:4]) <= set(frame.columns):
        frame = frame.with_columns(middles(quotes))
    missing = [column for column in COLUMNS[:4] if column not in frame.columns]
    if stamp is None or missing:
        wanted = ", ".join([*(["ts"] if stamp is None else []), *missing])
        raise InvalidInput("data.columns", f"{symbol}: column {wanted} is missing", field=wanted.partition(",")[0])
    if frame.is_empty():
        raise InvalidInput("data.empty", f"{symbol}: there are no bars", field="data")
    time = nanoseconds(frame[stamp], symbol)
    columns = {column: _floats(frame, column, symbol) for column in COLUMNS}
    _check_times(time, symbol)
    _check_prices(columns, symbol)
    for array in (time, *columns.values()):
        array.setflags(write=False)
    return Bars(symbol, time, **columns) if quotes is None else QuoteBars(symbol, time, **columns, quotes=quotes)


def nanoseconds(column: pl.Series, symbol: str) -> NDArray[np.int64]:
    """A column of times as nanoseconds since 1970 in UTC; raises InvalidInput for what are no instants."""
    kind = column.dtype
    if kind == pl.String:
        raise InvalidInput("data.time", f"{symbol}: the times are text that mixes zones or formats", field="ts",
                           hint="parse them first, into UTC")  # fmt: skip
    if not (kind == pl.Date or isinstance(kind, pl.Datetime)):
        raise InvalidInput("data.time", f"{symbol}: times of type {kind} are no instants", field="ts")
    if column.null_count():
        raise InvalidInput("data.time", f"{symbol}: row {column.is_null().arg_max()} has no time", field="ts")
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return column.cast(pl.Datetime("ns")).to_physical().to_numpy().astype(np.int64)


def _floats(frame: pl.DataFrame, column: str, symbol: str) -> NDArray[np.float64]:
    if column not in frame.columns:
        return np.zeros(len(frame))
    series = frame[column]
    if not series.dtype.is_numeric():
        raise InvalidInput("data.numbers", f"{symbol}: column {column} is not numbers", field=column)
    return np.array(series.cast(pl.Float64).fill_null(float("nan")).to_numpy(), dtype=np.float64, order="C")


def _check_times(time: NDArray[np.int64], symbol: str) -> None:
    steps = np.diff(time)
    if len(steps) and steps.min() <= 0:
        row = int(np.argmax(steps <= 0)) + 1
        what = "the same time as the row before" if steps[row - 1] == 0 else "an earlier time than the row before"
        raise InvalidInput("data.order", f"{symbol}: row {row} has {what}", field="ts",
                           hint="sort the rows and drop duplicates")  # fmt: skip


def _check_prices(columns: Mapping[str, NDArray[np.float64]], symbol: str) -> None:
    for name in COLUMNS:
        values = columns[name]
        bad = ~np.isfinite(values) | (values < 0.0 if name == "volume" else values <= 0.0)
        if bad.any():
            row = int(np.argmax(bad))
            wanted = "zero or above" if name == "volume" else "above zero"
            raise InvalidInput("data.numbers", f"{symbol}: {name} of row {row} is {values[row]}, and must be {wanted}",
                               field=name, hint="leave such rows out, or mend them")  # fmt: skip
    high, low = columns["high"], columns["low"]
    outside = (high < np.maximum(columns["open"], columns["close"])) | (
        low > np.minimum(columns["open"], columns["close"])
    )
    if outside.any():
        row = int(np.argmax(outside))
        raise InvalidInput(
            "data.range", f"{symbol}: high and low of row {row} do not hold open and close", field="high"
        )
