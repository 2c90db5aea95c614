"""Import of quotes from CSV and Parquet files into the catalog: read whole, screened, one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from bidwell.marketdata.bars import QUOTE_SCHEMA
from bidwell.marketdata.catalog import Catalog
from bidwell.marketdata.sources import open_source
from bidwell.marketdata.stamps import detect
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId

_NAMES: dict[str, tuple[str, ...]] = {
    "start": ("start", "ts", "time", "timestamp", "datetime", "date"),
    "bid": ("bid", "bid_price", "bidprice", "best_bid"),
    "ask": ("ask", "ask_price", "askprice", "best_ask", "offer"),
    "bid_quantity": ("bid_quantity", "bid_size", "bidsize", "bid_qty", "bidqty"),
    "ask_quantity": ("ask_quantity", "ask_size", "asksize", "ask_qty", "askqty"),
}


@dataclass(frozen=True, slots=True)
class QuoteReport:
    """What an import of quotes found: crossed and bad rows were left out, of rows of one instant the last one stands."""

    path: str
    instrument: InstrumentId
    rows_read: int
    rows_kept: int
    duplicates: int
    unordered: int
    crossed: int
    bad_rows: int
    first: datetime
    last: datetime
    content: str


def import_quotes(path: Path, instrument: InstrumentId, catalog: Catalog, *, zone: str = "UTC") -> QuoteReport:
    """Merge a file's quotes into the catalog; sizes that are not there are 0.

    Times without a zone are of `zone`. Raises InvalidInput with a code under `import.`; DataError when the disk
    fails. The series is then as it was before.
    """
    source = open_source(path, None)
    columns = _columns(source.names)
    raw = pl.concat([block.read() for block in source.blocks()] or [pl.DataFrame()])
    if raw.is_empty():
        raise InvalidInput("import.empty", f"{path.name} has no rows", field="path")
    times = raw[columns["start"]]
    stamps = detect(times, zone, None).instants(times)
    figures = {
        name: raw[columns[name]].cast(pl.Float64, strict=False)
        if name in columns
        else pl.repeat(0.0, len(raw), eager=True)
        for name in QUOTE_SCHEMA
        if name != "start"
    }
    rows = pl.DataFrame({"start": stamps, **figures})
    sound = pl.all_horizontal(pl.all().is_not_null()) & (pl.col("bid") > 0) & (pl.col("ask") > 0)
    good = rows.filter(sound & pl.all_horizontal(pl.col(name).is_finite() & (pl.col(name) >= 0) for name in figures))
    straight = good.filter(pl.col("bid") <= pl.col("ask"))
    starts = straight["start"].to_physical()
    kept = straight.sort("start", maintain_order=True).unique("start", keep="last", maintain_order=True)
    if kept.is_empty():
        raise InvalidInput("import.no_rows", f"{path.name} has no row that can be used", field="path")
    series = catalog.append_quotes(instrument, kept, source=path.name)
    return QuoteReport(
        str(path), instrument, len(rows), len(kept), len(straight) - len(kept), int((starts < starts.cum_max()).sum()),
        len(good) - len(straight), len(rows) - len(good), kept["start"][0], kept["start"][-1], series.content,
    )  # fmt: skip


def _columns(names: tuple[str, ...]) -> dict[str, str]:
    plain = {name.strip().lower().replace(" ", "_"): name for name in names}
    found = {ours: plain[each] for ours, spellings in _NAMES.items() for each in reversed(spellings) if each in plain}
    missing = [name for name in ("start", "bid", "ask") if name not in found]
    if missing:
        raise InvalidInput("import.columns_missing", f"no column for {', '.join(missing)} among {', '.join(names)}",
                           field=missing[0])  # fmt: skip
    return found
