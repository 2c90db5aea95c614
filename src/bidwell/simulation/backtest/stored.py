"""A run in a folder: `result.json`, Parquet tables, the tear sheet, and CSV where wanted.

`result.json` holds what a list of runs needs without opening a table (`Result.summary`); `equity.parquet`,
`orders.parquet`, `fills.parquet` and `round_trips.parquet` are the result's own frames. The bars are not kept: the
data hash says what was run on. Nothing in the files tells when they were written, so that the same run gives the
same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput, Missing
from bidwell.simulation.backtest import layout

FORMAT = 1
SUMMARY = "result.json"
SHEET = "tear_sheet.html"
TABLES = ("equity", "orders", "fills", "round_trips")


def write(path: str | Path, summary: Mapping[str, Any], tables: Mapping[str, pl.DataFrame], *, csv: bool) -> Path:
    """Write summary and tables to a folder, which is made where it is not there, and return the folder."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    for name in tables:
        tables[name].write_parquet(folder / f"{name}.parquet", compression="zstd")
        if csv:
            _flat(tables[name]).write_csv(folder / f"{name}.csv")
    # The summary comes last: a folder that has it is whole.
    text = json.dumps(summary, indent=2, sort_keys=True, allow_nan=False) + "\n"
    (folder / SUMMARY).write_text(text, "utf-8")
    return folder


def read(path: str | Path) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """The summary and the tables in a folder; raises Missing for none, InvalidInput for what cannot be read."""
    folder = Path(path)
    if not (folder / SUMMARY).is_file():
        raise Missing(f"there is no stored result in {folder}")
    try:
        summary: dict[str, Any] = json.loads((folder / SUMMARY).read_text("utf-8"))
        tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        if (folder / "ledger.parquet").is_file():
            tables["ledger"] = pl.read_parquet(folder / "ledger.parquet")
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise InvalidInput("result.unreadable", f"the result in {folder} cannot be read: {error}") from error
    if summary.get("format") != FORMAT:
        raise InvalidInput("result.format", f"{folder} has the format {summary.get('format')}, which is not known")
    return summary, tables


def fill_rows(fills: pl.DataFrame, symbols: tuple[str, ...]) -> NDArray[np.float64]:
    """The kernel's rows of fills, which their table holds in full."""
    found = np.zeros((len(fills), layout.FILL_SIZE))
    columns = {"order": layout.FILL_ORDER, "bar": layout.FILL_BAR, "quantity": layout.FILL_QUANTITY,
               "price": layout.FILL_PRICE, "fee": layout.FILL_FEE, "cash": layout.FILL_CASH,
               "position": layout.FILL_POSITION}  # fmt: skip
    for name, place in columns.items():
        found[:, place] = fills[name].to_numpy()
    found[:, layout.FILL_INSTRUMENT] = [symbols.index(symbol) for symbol in fills["symbol"]]
    return found


def plain(value: Any) -> Any:
    """The value as JSON knows it: null stands for NaN, the text "Infinity" or "-Infinity" for an infinite figure."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def figures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Metrics as `plain` wrote them, in numbers again."""
    return {name: float(value) if isinstance(value, str) else value for name, value in metrics.items()}


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """A table without durations, which CSV cannot say: seconds."""
    spans = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Duration)]
    return frame.with_columns([(pl.col(name).dt.total_milliseconds() / 1000.0).alias(name) for name in spans])
