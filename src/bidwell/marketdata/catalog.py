"""The catalog: bars and quotes as Parquet files, one folder per series, changed in one step or not at all.

A series is a folder with part files by year (bars) or day (quotes) and a `manifest.json` that names the parts
that count. A write puts new parts beside the old ones and then replaces the manifest, which is the commit.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
import polars as pl

from bidwell.marketdata.bars import BAR_SCHEMA, QUOTE_SCHEMA, timeframe_name
from bidwell.model.errors import DataError, InvalidInput, Missing
from bidwell.model.ids import InstrumentId

_NAME = re.compile(r"[A-Z0-9][A-Z0-9&_-]{0,39}\.[A-Z0-9]{2,12}")
_PERIOD = {"bars": "%Y", "quotes": "%Y-%m-%d"}
_SCHEMA = {"bars": BAR_SCHEMA, "quotes": QUOTE_SCHEMA}


class Kind(StrEnum):
    """What a series holds."""

    BARS = "bars"
    QUOTES = "quotes"


class Part(msgspec.Struct, frozen=True):
    """One file of a series; `content` is the SHA-256 of its rows, whatever their encoding."""

    period: str
    file: str
    rows: int
    first: datetime
    last: datetime
    content: str


class Manifest(msgspec.Struct, frozen=True):
    """The parts of a series that count, and where they came from."""

    instrument: str
    kind: Kind
    seconds: int
    parts: tuple[Part, ...]
    source: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Series:
    """One series as a list shows it; `content` changes whenever a row does, and only then."""

    instrument: InstrumentId
    kind: Kind
    seconds: int
    rows: int
    first: datetime
    last: datetime
    content: str
    source: str


class Catalog:
    """Bars and quotes below one folder; several processes may read and write it at the same time."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def replace(self, instrument: InstrumentId, seconds: int, bars: pl.DataFrame, *, source: str = "") -> Series:
        """Replace a series of bars; raises InvalidInput for bars that are not clean, DataError when the disk fails."""
        return self._put(Kind.BARS, instrument, seconds, bars, source, keep=False)

    def append(self, instrument: InstrumentId, seconds: int, bars: pl.DataFrame, *, source: str = "") -> Series:
        """Merge bars into a series: where both have a bar of the same start the new one stands."""
        return self._put(Kind.BARS, instrument, seconds, bars, source, keep=True)

    def append_quotes(self, instrument: InstrumentId, quotes: pl.DataFrame, *, source: str = "") -> Series:
        """Merge quotes into a series: where both have a quote of the same instant the new one stands."""
        return self._put(Kind.QUOTES, instrument, 0, quotes, source, keep=True)

    def read(
        self, instrument: InstrumentId, seconds: int, start: datetime | None = None, end: datetime | None = None
    ) -> pl.DataFrame:
        """Bars with `start` ≤ their start < `end`, in order; raises Missing where there is no such series."""
        return self._get(Kind.BARS, instrument, seconds, start, end)

    def read_quotes(
        self, instrument: InstrumentId, start: datetime | None = None, end: datetime | None = None
    ) -> pl.DataFrame:
        """Quotes with `start` ≤ their instant < `end`, in order; raises Missing where there is no such series."""
        return self._get(Kind.QUOTES, instrument, 0, start, end)

    def series(self) -> list[Series]:
        """Every series with its range, sorted by instrument, kind and timeframe."""
        found = (_manifest(path) for path in sorted(self.root.glob("*/*/*/manifest.json")))
        return sorted((_summary(each) for each in found), key=lambda s: (s.instrument, s.kind, s.seconds))

    def describe(self, instrument: InstrumentId, seconds: int, kind: Kind = Kind.BARS) -> Series:
        """One series with its range and content hash; raises Missing where there is none."""
        return _summary(self._manifest(kind, instrument, seconds))

    def remove(self, instrument: InstrumentId, seconds: int, kind: Kind = Kind.BARS) -> None:
        """Delete a series; raises Missing where there is none."""
        manifest = self._manifest(kind, instrument, seconds)
        folder = self._folder(kind, instrument, seconds)
        with _locked(folder):
            (folder / "manifest.json").unlink()
            for part in manifest.parts:
                (folder / part.file).unlink(missing_ok=True)

    def _folder(self, kind: Kind, instrument: InstrumentId, seconds: int) -> Path:
        if not _NAME.fullmatch(instrument):
            raise InvalidInput("catalog.instrument", f"{instrument!r} is not an instrument id", field="instrument")
        if seconds < 0 or (kind is Kind.BARS and seconds == 0):
            raise InvalidInput("catalog.timeframe", f"bars cannot last {seconds} s", field="timeframe")
        return self.root / kind / instrument / str(seconds)

    def _manifest(self, kind: Kind, instrument: InstrumentId, seconds: int) -> Manifest:
        path = self._folder(kind, instrument, seconds) / "manifest.json"
        if not path.exists():
            name = f"{instrument}@{timeframe_name(seconds)}" if kind is Kind.BARS else instrument
            raise Missing(f"the catalog has no {kind} of {name}")
        return _manifest(path)

    def _get(
        self, kind: Kind, instrument: InstrumentId, seconds: int, start: datetime | None, end: datetime | None
    ) -> pl.DataFrame:
        manifest = self._manifest(kind, instrument, seconds)
        folder = self._folder(kind, instrument, seconds)
        while True:
            try:
                return _rows(folder, manifest, start, end)
            except FileNotFoundError:
                # A writer replaced the manifest and dropped the parts that we were about to read.
                newer = self._manifest(kind, instrument, seconds)
                if newer == manifest:
                    raise DataError(f"a part file of {instrument} is missing below {folder}") from None
                manifest = newer

    def _put(
        self, kind: Kind, instrument: InstrumentId, seconds: int, frame: pl.DataFrame, source: str, *, keep: bool
    ) -> Series:
        folder = self._folder(kind, instrument, seconds)
        clean = _checked(kind, frame)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(folder):
                path = folder / "manifest.json"
                old = _manifest(path) if path.exists() else Manifest(instrument, kind, seconds, ())
                parts = self._new_parts(folder, old if keep else None, kind, clean)
                named = source or old.source
                manifest = Manifest(instrument, kind, seconds, parts, named)
                _replace_file(path, msgspec.json.format(msgspec.json.encode(manifest)))
                _drop_orphans(folder, manifest)
        except OSError as error:
            raise DataError(f"the catalog could not write {instrument} below {self.root}: {error}") from error
        return _summary(manifest)

    def _new_parts(self, folder: Path, old: Manifest | None, kind: Kind, frame: pl.DataFrame) -> tuple[Part, ...]:
        kept = {part.period: part for part in old.parts} if old else {}
        periods = frame.with_columns(pl.col("start").dt.strftime(_PERIOD[kind]).alias("period"))
        for key, rows in periods.partition_by("period", as_dict=True, include_key=False).items():
            period = str(key[0])
            merged = rows
            if period in kept:
                before = pl.read_parquet(folder / kept[period].file, hive_partitioning=False)
                merged = pl.concat([before, rows]).unique("start", keep="last", maintain_order=True).sort("start")
            kept[period] = _write_part(folder, period, merged)
        return tuple(kept[period] for period in sorted(kept))


def content_hash(frame: pl.DataFrame) -> str:
    """SHA-256 over a frame's columns as plain numbers: the same rows give the same hash on every machine."""
    digest = hashlib.sha256()
    for name in frame.columns:
        digest.update(name.encode() + b"\0")
        digest.update(frame[name].to_physical().to_numpy().tobytes())
    return digest.hexdigest()


def _checked(kind: Kind, frame: pl.DataFrame) -> pl.DataFrame:
    schema = _SCHEMA[kind]
    missing = [name for name in schema if name not in frame.columns]
    if missing:
        raise InvalidInput("catalog.columns", f"columns {', '.join(missing)} are missing", field=missing[0])
    try:
        clean = frame.select([pl.col(name).cast(to) for name, to in schema.items()])
    except pl.exceptions.PolarsError as error:
        raise InvalidInput("catalog.types", f"a column is not what {kind} need: {error}") from error
    if clean.is_empty():
        raise InvalidInput("catalog.empty", f"there are no {kind} to write")
    if not clean["start"].is_sorted() or clean["start"].n_unique() != len(clean):
        raise InvalidInput("catalog.order", "times must rise from row to row", field="start")
    numbers = clean.select(pl.exclude("start"))
    usable = numbers.select(pl.all().is_finite().fill_null(value=False).all()).row(0)
    if not all(usable):
        name = numbers.columns[usable.index(False)]
        raise InvalidInput("catalog.numbers", f"column {name} has empty or infinite values", field=name)
    return clean


def _write_part(folder: Path, period: str, rows: pl.DataFrame) -> Part:
    content = content_hash(rows)
    name = f"{period}-{content[:12]}.parquet"
    target = folder / name
    if not target.exists():
        temporary = folder / f".{name}.tmp"
        rows.write_parquet(temporary, compression="zstd", statistics=True)
        _sync(temporary)
        temporary.replace(target)
    first, last = rows["start"][0], rows["start"][-1]
    return Part(period, name, len(rows), first, last, content)


def _rows(folder: Path, manifest: Manifest, start: datetime | None, end: datetime | None) -> pl.DataFrame:
    wanted = [
        part
        for part in manifest.parts
        if (end is None or part.first < end) and (start is None or part.last >= start)
    ]  # fmt: skip
    if not wanted:
        return pl.DataFrame(schema=_SCHEMA[manifest.kind])
    scan = pl.scan_parquet([folder / part.file for part in wanted], hive_partitioning=False)
    if start is not None:
        scan = scan.filter(pl.col("start") >= start)
    if end is not None:
        scan = scan.filter(pl.col("start") < end)
    return scan.collect()


def _manifest(path: Path) -> Manifest:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, OSError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _summary(manifest: Manifest) -> Series:
    parts = manifest.parts
    content = hashlib.sha256("".join(part.period + part.content for part in parts).encode()).hexdigest()
    return Series(
        instrument=InstrumentId(manifest.instrument),
        kind=manifest.kind,
        seconds=manifest.seconds,
        rows=sum(part.rows for part in parts),
        first=parts[0].first,
        last=parts[-1].last,
        content=content,
        source=manifest.source,
    )


def _replace_file(path: Path, body: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(body)
    _sync(temporary)
    temporary.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop_orphans(folder: Path, manifest: Manifest) -> None:
    counted = {part.file for part in manifest.parts}
    for path in folder.iterdir():
        if path.suffix in {".parquet", ".tmp"} and path.name not in counted:
            path.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
