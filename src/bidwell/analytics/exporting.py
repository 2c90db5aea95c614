"""The same report for other programs: JSON, CSV and Parquet."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidwell.analytics.report import Report, monthly_returns
from bidwell.analytics.round_trips import moment

if TYPE_CHECKING:
    import polars as pl


def _finite(value: float) -> float | str | None:
    """JSON has neither NaN nor infinity: null stands for the one, text for the other."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def to_json(report: Report) -> str:
    """Return figures, monthly returns, round trips, costs and details as JSON; times are ISO 8601 in UTC."""
    trips = [
        {name: _finite(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in _trip_rows(report)
    ]
    document: dict[str, Any] = {
        "title": report.title,
        "currency": report.currency,
        "from": moment(report.path.at[0]).isoformat(),
        "to": moment(report.path.at[-1]).isoformat(),
        "periods": len(report.returns),
        "periods_per_year": report.per_year,
        "figures": {name: _finite(value) for name, value in report.figures.items()},
        "benchmark": {name: _finite(value) for name, value in report.benchmark_figures.items()},
        "monthly_returns": {
            str(year): {str(month): _finite(value) for month, value in row.items() if month}
            for year, row in monthly_returns(report).items()
        },
        "round_trips": trips,
        "costs": dict(report.costs),
        "details": dict(report.details),
    }
    return json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"


def _trip_rows(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "instrument": trip.instrument, "side": trip.side, "quantity": trip.quantity, "opened_at": trip.opened_at,
            "closed_at": trip.closed_at, "entry_price": trip.entry_price, "exit_price": trip.exit_price,
            "profit": trip.profit, "fees": trip.fees, "return_on_entry": trip.return_on_entry, "bars": trip.bars,
            "adverse": trip.adverse, "favourable": trip.favourable,
        }
        for trip in report.round_trips
    ]  # fmt: skip


TRIP_COLUMNS = (
    "instrument", "side", "quantity", "opened_at", "closed_at", "entry_price", "exit_price", "profit", "fees",
    "return_on_entry", "bars", "adverse", "favourable",
)  # fmt: skip


def frames(report: Report) -> dict[str, pl.DataFrame]:
    """Return the tables `equity` (by period), `round_trips` and `figures`."""
    import polars as pl  # noqa: PLC0415 - a report without tables needs none

    columns: dict[str, Any] = {"ts": report.path.at, "equity": report.path.value, "return": report.returns}
    if report.benchmark_path is not None:
        columns["benchmark"] = report.benchmark_path.value
    if report.exposure_path is not None:
        columns["exposure"] = report.exposure_path.value
    kinds: dict[str, Any] = {
        "instrument": pl.String, "side": pl.String, "opened_at": pl.Datetime("us", "UTC"),
        "closed_at": pl.Datetime("us", "UTC"), "bars": pl.Int64,
    }  # fmt: skip
    schema = {name: kinds.get(name, pl.Float64) for name in TRIP_COLUMNS}
    return {
        "equity": pl.DataFrame(columns).with_columns(pl.col("ts").dt.replace_time_zone("UTC")),
        "round_trips": pl.DataFrame(_trip_rows(report), schema=schema),
        "figures": pl.DataFrame({"name": list(report.figures), "value": list(report.figures.values())}),
    }


def write_json(report: Report, path: str | Path) -> Path:
    """Write the JSON and return its path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(to_json(report), encoding="utf-8")
    return target


def write_csv(report: Report, folder: str | Path) -> list[Path]:
    """Write equity.csv, round_trips.csv and figures.csv to a folder and return their paths."""
    return [_written(frame.write_csv, Path(folder) / f"{name}.csv") for name, frame in frames(report).items()]


def write_parquet(report: Report, folder: str | Path) -> list[Path]:
    """Write equity.parquet, round_trips.parquet and figures.parquet to a folder and return their paths."""
    return [_written(frame.write_parquet, Path(folder) / f"{name}.parquet") for name, frame in frames(report).items()]


def _written(write: Any, path: Path) -> Path:  # noqa: ANN401 - a bound method of a frame
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path)
    return path
