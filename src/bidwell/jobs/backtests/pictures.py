"""What the result page draws, made once by the worker: series cut to what a screen shows, tables, figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from bidwell.analytics import metrics
from bidwell.analytics.metrics.drawdowns import spells
from bidwell.analytics.report import Array, Report, Series, monthly_returns
from bidwell.analytics.round_trips import Times, instants
from bidwell.analytics.tearsheet import LISTED
from bidwell.analytics.wording import percent, whole

MOST_POINTS = 2000
FEWEST_DAYS = 60
MOST_DRAWDOWNS = 6
BINS = 41
DIGITS = 6
MOST_ROWS = 10_000


def pictures(report: Report) -> dict[str, Any]:
    """The charts and figures of a run as JSON; times are seconds since 1970 in UTC, null is what is not defined."""
    path, benchmark = _paths(report)
    kept = thinned(path.value)
    return {
        "currency": report.currency,
        "first_equity": report.first_equity,
        "equity": {
            "at": seconds(path.at[kept]), "value": plain(path.value[kept]),
            "benchmark": None if benchmark is None else plain(benchmark[kept]),
            "drawdown": plain(_drawdown(path.value, report.first_equity)[kept]),
        },
        "benchmark_name": report.benchmark_name if benchmark is not None else None,
        "months": _months(report),
        "years": _years(report),
        "rolling": _rolling(report),
        "distribution": _distribution(report.returns),
        "exposure": _exposure(report),
        "costs": [{"name": name, "amount": amount} for name, amount in report.costs.items()],
        "drawdowns": _drawdowns(report),
        "figures": figures(report),
        "periods": len(report.returns),
        "periods_per_year": report.per_year,
        "details": [{"name": name, "value": value} for name, value in report.details.items()],
    }  # fmt: skip


def sweep_pictures(rows: pl.DataFrame, parameters: list[str]) -> dict[str, Any]:
    """The rows of a sweep as JSON: columns by name, the parameters first."""
    shown = rows.head(MOST_ROWS)
    columns = {
        name: [_finite(value) if isinstance(value, float) else value for value in shown[name].to_list()]
        for name in shown.columns
        if shown.schema[name].is_numeric() or shown.schema[name] in {pl.String, pl.Boolean}
    }
    return {"parameters": parameters, "columns": columns, "rows": len(rows)}


def figures(report: Report) -> list[dict[str, Any]]:
    """Every figure of the tear sheet's table with its group, label and unit."""
    mine, theirs = report.figures, report.benchmark_figures
    units: dict[object, str] = {percent: "fraction", whole: "count"}
    return [
        {"name": name, "group": group, "label": label, "unit": units.get(write, "number"),
         "value": _finite(mine[name]), "benchmark": _finite(theirs[name]) if name in theirs else None}
        for group, entries in LISTED.items() for name, label, write in entries if name in mine
    ]  # fmt: skip


def _paths(report: Report) -> tuple[Series, Array | None]:
    """Equity and benchmark by day, or by bar for a run of few days."""
    if len(report.path.at) >= FEWEST_DAYS:
        held = report.benchmark_path
        return report.path, None if held is None else held.value
    equity = np.asarray(report.equity, dtype=np.float64)
    if report.benchmark is None:
        return Series(instants(report.at), equity), None
    level = np.asarray(report.benchmark, dtype=np.float64)
    return Series(instants(report.at), equity), level / level[0] * report.first_equity


def thinned(values: Array) -> npt.NDArray[np.int64]:
    """The places of at most some 2,000 values that keep the first, the last, and each stretch's lowest and highest."""
    count = len(values)
    if count <= MOST_POINTS:
        return np.arange(count)
    edges = np.linspace(0, count, MOST_POINTS // 2, dtype=np.int64)
    found = {0, count - 1}
    for first, after in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        found |= {first + int(np.argmin(values[first:after])), first + int(np.argmax(values[first:after]))}
    return np.array(sorted(found), dtype=np.int64)


def seconds(at: Times) -> list[int]:
    """Instants as whole seconds since 1970."""
    return [int(each) for each in at.astype("datetime64[s]").astype(np.int64).tolist()]


def plain(values: Array) -> list[float | None]:
    """Floats to six places, more than a screen shows; null for those that JSON does not know."""
    return [round(value, DIGITS) if math.isfinite(value) else None for value in values.tolist()]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _drawdown(equity: Array, first: float) -> Array:
    peak = np.maximum(np.maximum.accumulate(equity), first)
    return np.asarray(equity / peak - 1.0, dtype=np.float64)


def _months(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "year": year,
            "whole": _finite(row[0]),
            "months": [_finite(row.get(month, math.nan)) for month in range(1, 13)],
        }
        for year, row in monthly_returns(report).items()
    ]


def _years(report: Report) -> list[dict[str, Any]]:
    at = report.path.at.astype("datetime64[Y]").astype(np.int64) + 1970
    theirs = report.benchmark_returns
    return [
        {
            "year": year,
            "value": _finite(metrics.total_return(report.returns[at == year])),
            "benchmark": None if theirs is None else _finite(metrics.total_return(theirs[at == year])),
        }
        for year in np.unique(at).tolist()
    ]


def _rolling(report: Report) -> dict[str, Any]:
    window = report.window
    if len(report.returns) < 2 * window:
        return {"window": window, "at": [], "value": []}
    values = metrics.rolling_sharpe(report.returns, window, report.per_year)
    kept = thinned(np.nan_to_num(values))
    return {"window": window, "at": seconds(report.path.at[window - 1 :][kept]), "value": plain(values[kept])}


def _distribution(returns: Array) -> dict[str, Any]:
    moved = returns[np.isfinite(returns) & (returns != 0.0)]
    if len(moved) < 2:
        return {"edges": [], "counts": [], "outside": 0}
    low, high = (float(each) for each in np.quantile(moved, (0.005, 0.995)))
    reach = max(abs(low), abs(high)) or float(np.max(np.abs(moved)))
    counts, edges = np.histogram(moved, bins=BINS, range=(-reach, reach))
    return {"edges": edges.tolist(), "counts": counts.tolist(), "outside": int(len(moved) - counts.sum())}


def _exposure(report: Report) -> dict[str, Any]:
    held = report.exposure_path
    if held is None:
        return {"at": [], "value": []}
    kept = thinned(np.nan_to_num(held.value))
    return {"at": seconds(held.at[kept]), "value": plain(held.value[kept])}


def _drawdowns(report: Report) -> list[dict[str, Any]]:
    found = sorted(spells(metrics.drawdowns(np.nan_to_num(report.returns))), key=lambda spell: spell[2])
    at = seconds(report.path.at)
    return [
        {"begun": at[max(first - 1, 0)], "to": at[after] if after < len(at) else None, "periods": after - first,
         "depth": depth}
        for first, after, depth in found[:MOST_DRAWDOWNS]
    ]  # fmt: skip
