"""Small tables that a run is given beside its bars, as Polars frames with lower-case columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from bidwell.model.errors import InvalidInput, Missing


def frame_of(given: Any, what: str) -> pl.DataFrame:
    """A Polars or pandas frame, or a Parquet or CSV file, as a Polars frame; raises InvalidInput, Missing."""
    if isinstance(given, str | Path):
        frame = _read(Path(given), what)
    elif isinstance(given, pl.LazyFrame):
        frame = given.collect()
    elif isinstance(given, pl.DataFrame):
        frame = given
    elif type(given).__module__.partition(".")[0] == "pandas" and hasattr(given, "columns"):
        # An index that holds the times becomes a column.
        plain = given if given.index.name is None and str(given.index.dtype).startswith("int") else given.reset_index()
        frame = pl.DataFrame({str(name): plain[name].to_list() for name in plain.columns})
    else:
        raise InvalidInput(f"data.{what}", f"{type(given).__name__} is no table of {what}", field=what,
                           hint="a pandas or Polars frame, or a path of a Parquet or CSV file")  # fmt: skip
    return frame.rename({name: name.strip().lower().replace(" ", "_") for name in frame.columns})


def _read(path: Path, what: str) -> pl.DataFrame:
    if not path.is_file():
        raise Missing(f"there is no file {path}")
    try:
        return pl.read_parquet(path) if path.suffix.lower() == ".parquet" else pl.read_csv(path, try_parse_dates=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput(f"data.{what}", f"{path} cannot be read: {error}", field=what) from error
