"""What finished runs left in their folders, read for the page and packed for a download."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from bidwell.jobs.backtests.odds import odds
from bidwell.marketdata.bars import TIMEFRAMES
from bidwell.marketdata.catalog import Catalog, Kind, Series
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.funded import Rulebook

MOST_TRIPS = 5000
MOST_BARS = 1500
MOST_MARKS = 2000
TABLES = ("equity", "orders", "fills", "round_trips", "sweep")
_SECOND = 1_000_000_000
_MEDIA_TYPES = {
    "tear-sheet.html": "text/html; charset=utf-8", "heat-map.html": "text/html; charset=utf-8",
    "result.json": "application/json",
    "strategy.py": "text/x-python; charset=utf-8", "tables.csv.zip": "application/zip",
    "tables.parquet.zip": "application/zip",
}  # fmt: skip
_TRIP_FIELDS = ("symbol", "side", "quantity", "entry_price", "exit_price", "profit", "fees", "mae_share",
                "mfe_share", "bars")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Download:
    """A file to hand out."""

    name: str
    media_type: str
    body: bytes


class Results:
    """The finished runs below one folder; every method but `odds` reads files, and belongs in a thread."""

    def __init__(self, root: Path, catalog: Path) -> None:
        self._root = root
        self._catalog = Catalog(catalog)
        self._judging = asyncio.Lock()

    def data(self) -> list[Series]:
        """The series that a run can be made on: quotes, and bars of a timeframe that has a name."""
        known = set(TIMEFRAMES.values())
        return [each for each in self._catalog.series() if each.kind is Kind.QUOTES or each.seconds in known]

    def pictures(self, workspace: str, run: str) -> bytes:
        """The charts and figures as JSON; raises Missing where the run left none."""
        return self._read(workspace, run, "pictures.json")

    def round_trips(self, workspace: str, run: str) -> bytes:
        """The round trips in their order as JSON, at most 5,000 and how many there are."""
        frame = self._table(workspace, run, "round_trips")
        rows = [
            {**{name: row[name] for name in _TRIP_FIELDS}, "number": number, "return_on_entry": row["return"], "entry_at": _seconds(row["entry_ts"]),
             "exit_at": _seconds(row["exit_ts"])}
            for number, row in enumerate(frame.head(MOST_TRIPS).to_dicts(), start=1)
        ]  # fmt: skip
        return msgspec.json.encode({"items": [_defined(row) for row in rows], "total": len(frame)})

    def bars(self, workspace: str, run: str, symbol: str | None, start: int | None, end: int | None) -> bytes:
        """Bars and fills of one instrument between two instants (seconds), put together where there are too many."""
        lower = None if start is None else start * _SECOND
        upper = None if end is None else (end + 1) * _SECOND
        kept = pl.scan_parquet(self._file(workspace, run, "bars.parquet"))
        chosen = symbol or str(kept.select("symbol").head(1).collect().item())
        found = _between(kept, pl.col("ts"), chosen, lower, upper)
        fills = pl.scan_parquet(self._file(workspace, run, "fills.parquet"))
        marks = _between(fills, pl.col("ts").dt.epoch("ns"), chosen, lower, upper)
        if found.is_empty() and lower is None and upper is None:
            raise Missing(f"the run has no bars of {chosen}")
        shown = _merged(found)
        return msgspec.json.encode({
            "at": [each // _SECOND for each in shown["ts"].to_list()],
            **{name: shown[name].to_list() for name in ("open", "high", "low", "close", "volume")},
            "merged": max(1, -(-len(found) // MOST_BARS)),
            "fills": [
                {"at": _seconds(row["ts"]), "side": row["side"], "quantity": abs(row["quantity"]), "price": row["price"]}
                for row in marks.head(MOST_MARKS).to_dicts()
            ],
        })  # fmt: skip

    async def odds(
        self, workspace: str, run: str, book: Rulebook, factor: float, paths: int, longest: int, seed: int
    ) -> bytes:
        """Survival odds under a rulebook as JSON, in a thread; one at a time, so that memory and the desk bear it."""
        folder = self._file(workspace, run, "result.json").parent
        async with self._judging:
            found = await asyncio.to_thread(odds, folder, book, factor, paths, longest, seed)
        return msgspec.json.encode(found)

    def download(self, workspace: str, run: str, name: str) -> Download:
        """One of a run's files by the name that it is handed out under; raises Missing where there is none."""
        media_type = _MEDIA_TYPES.get(name)
        if media_type is None:
            raise Missing(f"a run has no file {name}")
        return Download(f"{run}-{name}", media_type, self._made(workspace, run, name))

    def _made(self, workspace: str, run: str, name: str) -> bytes:
        if name == "result.json":
            return self._summary(workspace, run)
        if name.startswith("tables."):
            return self._packed(workspace, run, csv=name == "tables.csv.zip")
        return self._read(workspace, run, name.replace("-", "_"))

    def _file(self, workspace: str, run: str, name: str) -> Path:
        path = self._root / workspace / run / name
        if not path.is_file():
            raise Missing(f"the run {run} left no {name}")
        return path

    def _read(self, workspace: str, run: str, name: str) -> bytes:
        return self._file(workspace, run, name).read_bytes()

    def _summary(self, workspace: str, run: str) -> bytes:
        whole = self._root / workspace / run / "result.json"
        return whole.read_bytes() if whole.is_file() else self.pictures(workspace, run)

    def _table(self, workspace: str, run: str, name: str) -> pl.DataFrame:
        try:
            return pl.read_parquet(self._file(workspace, run, f"{name}.parquet"))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InvalidInput("backtest.unreadable", f"the table {name} of {run} cannot be read: {error}") from error

    def _packed(self, workspace: str, run: str, *, csv: bool) -> bytes:
        folder, packed = self._root / workspace / run, io.BytesIO()
        present = [name for name in TABLES if (folder / f"{name}.parquet").is_file()]
        if not present:
            raise Missing(f"the run {run} left no tables")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED if csv else zipfile.ZIP_STORED) as archive:
            for name in present:
                if csv:
                    archive.writestr(f"{name}.csv", _flat(self._table(workspace, run, name)).write_csv())
                else:
                    archive.write(folder / f"{name}.parquet", f"{name}.parquet")
        return packed.getvalue()


def _between(table: pl.LazyFrame, at: pl.Expr, symbol: str, lower: int | None, upper: int | None) -> pl.DataFrame:
    chosen = table.filter(pl.col("symbol") == symbol)
    if lower is not None:
        chosen = chosen.filter(at >= lower)
    if upper is not None:
        chosen = chosen.filter(at < upper)
    return chosen.collect()


def _merged(bars: pl.DataFrame) -> pl.DataFrame:
    """So many bars put into one that at most 1,500 are left."""
    each = -(-len(bars) // MOST_BARS)
    if each <= 1:
        return bars
    return (
        bars.with_row_index("row").group_by(pl.col("row") // each, maintain_order=True).agg(
            pl.col("ts").first(), pl.col("open").first(), pl.col("high").max(), pl.col("low").min(),
            pl.col("close").last(), pl.col("volume").sum(),
        )
    )  # fmt: skip


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """A table without durations, which CSV cannot say: seconds."""
    spans = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Duration)]
    return frame.with_columns([(pl.col(name).dt.total_milliseconds() / 1000.0).alias(name) for name in spans])


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _defined(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, float) and value - value != 0.0 else value for name, value in row.items()}
