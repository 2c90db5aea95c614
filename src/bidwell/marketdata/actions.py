"""Corporate actions beside the bars of the catalog: one small Parquet file for each instrument, replaced as a whole."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bidwell.model.errors import DataError, InvalidInput
from bidwell.model.ids import InstrumentId

SCHEMA: dict[str, pl.DataType] = {"date": pl.Date(), "split": pl.Float64(), "dividend": pl.Float64()}


def write_actions(root: Path, instrument: InstrumentId, actions: pl.DataFrame) -> None:
    """Keep an instrument's actions: ex-date, new shares for one old one, money per old share; raises DataError.

    Actions of other days that are kept already stay. Raises InvalidInput for a split that is not above zero or a
    dividend below it.
    """
    given = actions.select([pl.col(name).cast(kind) for name, kind in SCHEMA.items()])
    if not given.filter(~(pl.col("split") > 0) | ~(pl.col("dividend") >= 0)).is_empty():
        raise InvalidInput("data.actions", "a split is above zero, and a dividend not below it", field="actions")
    merged = pl.concat([read_actions(root, instrument), given]).unique("date", keep="last", maintain_order=True)
    path = _path(root, instrument)
    temporary = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        merged.sort("date").write_parquet(temporary, compression="zstd")
        temporary.replace(path)
    except OSError as error:
        raise DataError(f"the actions of {instrument} could not be kept below {path.parent}: {error}") from error


def read_actions(root: Path, instrument: InstrumentId) -> pl.DataFrame:
    """An instrument's actions in order of their dates; none where none are kept. Raises DataError."""
    path = _path(root, instrument)
    if not path.exists():
        return pl.DataFrame(schema=SCHEMA)
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _path(root: Path, instrument: InstrumentId) -> Path:
    return root / "actions" / f"{instrument}.parquet"
