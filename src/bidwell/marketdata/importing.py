"""Import of bars from CSV and Parquet files: found out or told how they are laid out, screened, then one commit.

A file is read block by block into a staging folder of the catalog, so an import that was canceled or killed goes
on with the next block when it is run again; the series itself changes in one step at the end.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import polars as pl

from bidwell.marketdata.bars import BAR_SCHEMA, DAY, INSTANT, MICROSECONDS, TIMEFRAMES
from bidwell.marketdata.catalog import Catalog
from bidwell.marketdata.layout import FIELDS, Columns, decimal_sign, match, numbers
from bidwell.marketdata.screening import BadRow, Gap, Outlier, Screened, gaps, outliers, outside, screen
from bidwell.marketdata.sources import Block, Source, open_source
from bidwell.marketdata.stamps import Stamp, detect
from bidwell.model.errors import DataError, InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.session import SessionTable

Progress = Callable[[int, int], None]
_STAGED = {"row": pl.UInt32(), **BAR_SCHEMA}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a person may say about a file; whatever is left out is found out.

    `columns` maps our names (start, clock, symbol, open, high, low, close, volume) to the file's, "1", "2", … where
    it has no header. `symbol` picks the rows of one instrument out of a file with several. `zone` is the time zone of times that carry none. `stamp` says whether a bar is labelled by its
    opening or its closing instant. `mode` merges into what the catalog has, replaces it, or only checks the file.
    """

    seconds: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    time_format: str | None = None
    stamp: Literal["open", "close"] = "open"
    symbol: str | None = None
    separator: str | None = None
    decimal: Literal[".", ","] | None = None
    mode: Literal["append", "replace", "check"] = "append"
    source: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did.

    Lists show the first or longest 20; the counts beside them are whole. Duplicates were resolved in favour of the
    last row, disorder was sorted, bad rows were left out; outliers and bars outside of sessions were kept.
    `content` is the hash of the whole series after the import.
    """

    path: str
    instrument: InstrumentId
    seconds: int
    columns: dict[str, str]
    time_format: str
    zone: str
    state: Literal["imported", "checked", "canceled"]
    rows_read: int = 0
    rows_kept: int = 0
    other_symbols: int = 0
    resumed_blocks: int = 0
    first: datetime | None = None
    last: datetime | None = None
    duplicates: int = 0
    unordered: int = 0
    bad_rows: int = 0
    bad_by_reason: dict[str, int] = field(default_factory=dict)
    bad: tuple[BadRow, ...] = ()
    outside_sessions: int = 0
    missing_bars: int = 0
    gaps: tuple[Gap, ...] = ()
    outlier_rows: int = 0
    outliers: tuple[Outlier, ...] = ()
    content: str = ""

    def as_json(self) -> bytes:
        """The report as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(asdict(self)))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that decides how a row is read; `shift` is taken off each time, in seconds."""

    columns: Columns
    stamp: Stamp
    decimal: str
    seconds: int
    shift: int
    symbol: str
    picked: bool


def import_bars(
    path: Path,
    instrument: InstrumentId,
    catalog: Catalog,
    table: SessionTable,
    options: ImportOptions | None = None,
    *,
    progress: Progress | None = None,
    canceled: Callable[[], bool] | None = None,
) -> ImportReport:
    """Import one file of bars of one instrument into the catalog and report what was found.

    `table` is the instrument's calendar. `progress` hears (done, total) in bytes of a CSV file or rows of a Parquet
    file after each block; `canceled` is asked before each. Raises InvalidInput with a code under `import.` when the
    file cannot be understood, DataError when the disk fails; the series is then as it was before.
    """
    chosen = options or ImportOptions()
    source = open_source(path, chosen.separator)
    plan = _plan(source, chosen)
    staging = _Staging(catalog.root / ".staging" / _key(path, instrument, plan))
    report = ImportReport(
        path=str(path), instrument=instrument, seconds=plan.seconds, columns=plan.columns.named(),
        time_format=plan.stamp.form, zone=chosen.zone, state="canceled",
    )  # fmt: skip
    for block in source.blocks():
        if canceled is not None and canceled():
            return replace(report, rows_read=staging.rows, resumed_blocks=staging.resumed)
        staging.put(block.number, partial(_parsed, block, plan))
        if progress is not None:
            progress(block.done, block.total)
    rows = staging.frame()
    screened = screen(rows)
    if screened.bars.is_empty():
        staging.remove()
        raise _nothing(path, screened)
    content = ""
    if chosen.mode != "check":
        write = catalog.replace if chosen.mode == "replace" else catalog.append
        content = write(instrument, plan.seconds, screened.bars, source=chosen.source or path.name).content
    report = replace(
        report, state="checked" if chosen.mode == "check" else "imported", content=content,
        rows_read=staging.rows, resumed_blocks=staging.resumed, other_symbols=staging.rows - len(rows),
    )  # fmt: skip
    staging.remove()
    return _found(report, screened, table)


def read_rows(path: Path, options: ImportOptions | None = None) -> tuple[int, pl.DataFrame]:
    """The length of a file's bars in seconds, and its rows as they are, in its order; null is unreadable.

    Raises InvalidInput with a code under `import.` as `import_bars` does.
    """
    chosen = options or ImportOptions()
    source = open_source(path, chosen.separator)
    plan = _plan(source, chosen)
    frames: list[pl.DataFrame] = []
    before = 0
    for block in source.blocks():
        count, frame = _parsed(block, plan, before)
        before += count
        frames.append(frame)
    return plan.seconds, pl.concat(frames)


class _Staging:
    """Parsed blocks on disk, so that an import can go on where it stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self.rows = 0
        self.resumed = 0

    def put(self, number: int, parse: Callable[[int], tuple[int, pl.DataFrame]]) -> None:
        """Parse and keep a block, unless an earlier run did; `parse` is told how many rows came before.

        The file's name carries how many rows the block had, before those of other symbols were left out.
        """
        try:
            kept = next(self._folder.glob(f"{number:06d}-*.parquet"), None)
            if kept is None:
                count, frame = parse(self.rows)
                self._folder.mkdir(parents=True, exist_ok=True)
                kept = self._folder / f"{number:06d}-{count}.parquet"
                temporary = kept.with_suffix(".tmp")
                frame.write_parquet(temporary, compression="zstd")
                temporary.replace(kept)
            else:
                self.resumed += 1
        except OSError as error:
            raise DataError(f"the import could not write below {self._folder}: {error}") from error
        self._files.append(kept)
        self.rows += int(kept.stem.partition("-")[2])

    def frame(self) -> pl.DataFrame:
        """All rows of the file, in its order."""
        return pl.concat([pl.read_parquet(file) for file in self._files])

    def remove(self) -> None:
        """Drop the blocks: they are in the series now, or are no use."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _plan(source: Source, options: ImportOptions) -> _Plan:
    columns = match(source.names, options.columns)
    first = next(source.blocks(), None)
    if first is None:
        raise InvalidInput("import.empty", "the file has a header and no rows", field="path")
    raw = first.read()
    symbol = options.symbol or ("" if columns.symbol is None or raw.is_empty() else str(raw[columns.symbol][0]).strip())
    sample = _of_symbol(raw, columns, symbol, picked=options.symbol is not None)
    if sample.is_empty():
        raise InvalidInput("import.empty", f"the file does not begin with rows{f' of {symbol}' if symbol else ''}",
                           field="path")  # fmt: skip
    texts = [sample[name] for name in (columns.open, columns.high, columns.low, columns.close)]
    prices = pl.concat([text for text in texts if text.dtype == pl.String] or [pl.Series([], dtype=pl.String)])
    decimal = options.decimal or decimal_sign(prices, source.separator)
    times = _times(sample, columns)
    stamp = detect(times, options.zone, options.time_format)
    seconds = options.seconds or _timeframe(stamp.instants(times))
    if seconds not in TIMEFRAMES.values():
        raise InvalidInput("import.timeframe", f"bars of {seconds} s are not supported", field="timeframe",
                           hint=f"one of {', '.join(TIMEFRAMES)}")  # fmt: skip
    if seconds == DAY and stamp.local(times):
        # A daily bar is named by its date; a zone would only move that date.
        stamp = Stamp(stamp.form)
    shift = seconds if options.stamp == "close" and seconds < DAY else 0
    return _Plan(columns, stamp, decimal, seconds, shift, symbol, picked=options.symbol is not None)


def _of_symbol(raw: pl.DataFrame, columns: Columns, symbol: str, *, picked: bool) -> pl.DataFrame:
    """The rows of one symbol; raises InvalidInput `import.symbols` where there are others and nobody picked one."""
    if columns.symbol is None:
        return raw
    names = raw[columns.symbol].cast(pl.String).str.strip_chars()
    others = names.filter(names != symbol)
    if not picked and not others.is_empty():
        raise InvalidInput("import.symbols", f"the file has several instruments: {symbol}, {others[0]}, …",
                           field="symbol", hint="say which symbol to import")  # fmt: skip
    return raw.filter(names == symbol)


def _timeframe(instants: pl.Series) -> int:
    """The most frequent distance between neighbouring times; raises InvalidInput where that is no timeframe."""
    steps = np.diff(np.unique(instants.drop_nulls().to_physical().to_numpy()))
    if not len(steps):
        raise InvalidInput("import.timeframe", "one row does not tell how long a bar is", field="timeframe",
                           hint="say it, e.g. 1m or 1D")  # fmt: skip
    values, counts = np.unique(steps, return_counts=True)
    usual = int(values[counts.argmax()]) / MICROSECONDS
    # Days in a zone with summer time are 23 to 25 hours apart.
    seconds = DAY if abs(usual - DAY) <= 3600 else int(usual)
    if seconds not in TIMEFRAMES.values():
        raise InvalidInput("import.timeframe", f"rows are mostly {usual:g} s apart, which is no timeframe",
                           field="timeframe", hint=f"say one of {', '.join(TIMEFRAMES)}")  # fmt: skip
    return seconds


def _times(raw: pl.DataFrame, columns: Columns) -> pl.Series:
    if columns.clock is None:
        return raw[columns.start]
    joined = pl.concat_str([pl.col(columns.start).str.strip_chars(), pl.col(columns.clock).str.strip_chars()],
                           separator=" ")  # fmt: skip
    return raw.select(joined.alias("start"))["start"]


def _parsed(block: Block, plan: _Plan, base: int) -> tuple[int, pl.DataFrame]:
    """How many rows a block has, and those of the symbol as bars, numbered after `base`; null is unreadable."""
    whole = block.read().with_row_index("__row", offset=base + 1)
    raw = _of_symbol(whole, plan.columns, plan.symbol, picked=plan.picked)
    starts = plan.stamp.instants(_times(raw, plan.columns))
    if plan.seconds == DAY:
        starts = (
            starts.dt.convert_time_zone(plan.stamp.zone).dt.date().cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        )
    elif plan.shift:
        starts = (starts.to_physical() - plan.shift * MICROSECONDS).cast(INSTANT)
    named = plan.columns.named()
    figures = [
        (numbers(named[ours], plan.decimal) if raw.schema[named[ours]] == pl.String else pl.col(named[ours]))
        .cast(pl.Float64, strict=False)
        .alias(ours)
        for ours in FIELDS
        if ours in named
    ]
    frame = raw.select(figures).with_columns(starts.alias("start"), raw["__row"].alias("row"))
    if "volume" not in named:
        frame = frame.with_columns(pl.lit(0.0).alias("volume"))
    return len(whole), frame.select([pl.col(name).cast(to) for name, to in _STAGED.items()])


def _found(report: ImportReport, screened: Screened, table: SessionTable) -> ImportReport:
    missing, longest = gaps(screened.bars, report.seconds, table)
    far, shown = outliers(screened.bars)
    return replace(
        report,
        rows_kept=len(screened.bars),
        first=screened.bars["start"][0],
        last=screened.bars["start"][-1],
        duplicates=screened.duplicates,
        unordered=screened.unordered,
        bad_rows=screened.bad_rows,
        bad_by_reason=screened.bad_by_reason,
        bad=screened.bad,
        outside_sessions=outside(screened.bars, report.seconds, table),
        missing_bars=missing,
        gaps=longest,
        outlier_rows=far,
        outliers=shown,
    )


def _nothing(path: Path, screened: Screened) -> InvalidInput:
    reasons = ", ".join(f"{count} rows: {why}" for why, count in screened.bad_by_reason.items())
    return InvalidInput("import.no_rows", f"{path.name} has no row that can be used ({reasons or 'it is empty'})",
                        field="path")  # fmt: skip


def _key(path: Path, instrument: InstrumentId, plan: _Plan) -> str:
    """Names the staging of one version of one file read in one way."""
    facts = path.stat()
    told = f"{path.resolve()}|{facts.st_size}|{facts.st_mtime_ns}|{instrument}|{plan}"
    return hashlib.sha256(told.encode()).hexdigest()[:24]
