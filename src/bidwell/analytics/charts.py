"""The charts of the tear sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bidwell.analytics import metrics
from bidwell.analytics.drawing import (
    Array,
    Box,
    bar,
    date_ticks,
    dot,
    line,
    padded,
    path,
    svg,
    text,
    ticks,
)
from bidwell.analytics.report import Report, Series, benchmark_monthly_returns, monthly_returns
from bidwell.analytics.round_trips import RoundTrip
from bidwell.analytics.wording import compact, percent

WIDE, NARROW = 1040.0, 508.0
LEFT, RIGHT = 8.0, 58.0


def days(series: Series) -> Array:
    """Return instants as days since 1970."""
    return np.asarray(series.at.astype(np.int64) / 86_400e9, dtype=np.float64)


def _grid(box: Box, values: Sequence[float], label: object = compact) -> list[str]:
    write = label if callable(label) else compact
    parts: list[str] = []
    for value in values:
        y = box.down(value)
        parts.append(line(box.left, y, box.left + box.width, y, "grid"))
        parts.append(text(box.left + box.width + 8.0, y + 3.5, str(write(value)), "tick"))
    return parts


def _dates(box: Box, y: float) -> list[str]:
    parts: list[str] = []
    for place, label in date_ticks(*box.x):
        x = box.across(place)
        if box.left + 12.0 <= x <= box.left + box.width - 12.0:
            parts.append(text(x, y, label, "tick", "middle"))
    return parts


def is_logarithmic(report: Report) -> bool:
    """Tell whether equity is drawn on a logarithmic scale: it, or the benchmark, moved more than fivefold."""
    others = [] if report.benchmark_path is None else [report.benchmark_path.value]
    everything = np.concatenate([report.path.value, *others, [report.first_equity]])
    return bool(everything.min() > 0.0 and everything.max() / everything.min() > 5.0)


def equity_chart(report: Report) -> str:
    """Equity and benchmark over the drawdown; logarithmic when the equity grew more than fivefold."""
    x, y = days(report.path), report.path.value
    others = [] if report.benchmark_path is None else [report.benchmark_path.value]
    everything = np.concatenate([y, *others, [report.first_equity]])
    logarithmic = is_logarithmic(report)
    turn = np.log10 if logarithmic else np.asarray
    ends = (float(x[0]), float(x[-1]) if x[-1] > x[0] else float(x[0]) + 1.0)
    low, high = padded(float(turn(everything).min()), float(turn(everything).max()), 0.04)
    box = Box(LEFT, 10.0, WIDE - LEFT - RIGHT, 270.0, ends, (low, high))
    if logarithmic:
        marks = [m * 10.0**k for k in range(math.floor(low), math.ceil(high) + 1) for m in (1.0, 2.0, 5.0)]
        levels = [math.log10(mark) for mark in marks if low <= math.log10(mark) <= high]
        parts = _grid(box, levels, lambda value: compact(10.0**value))
    else:
        parts = _grid(box, ticks(low, high, 5))
    parts.append(path(box, x, turn(y), "area", low))
    parts += [path(box, x, turn(other), "second") for other in others]
    parts.append(path(box, x, turn(y), "main"))
    peak = np.maximum.accumulate(np.concatenate([[report.first_equity], y]))[1:]
    fall = np.where(peak > 0.0, y / peak - 1.0, 0.0)
    deepest = min(float(fall.min()), -1e-4)
    under = Box(LEFT, 316.0, WIDE - LEFT - RIGHT, 92.0, ends, (deepest * 1.08, 0.0))
    parts.append(text(LEFT, 308.0, "Drawdown", "tick"))
    parts += _grid(under, ticks(deepest, 0.0, 3), lambda value: percent(value, 0 if deepest < -0.03 else 1))
    parts.append(path(under, x, fall, "under", 0.0))
    parts.append(path(under, x, fall, "fall"))
    parts += _dates(under, 428.0)
    return svg(WIDE, 436.0, parts, f"Equity and drawdown of {report.title}")


def yearly_chart(report: Report) -> str:
    """Return of each year beside the benchmark's."""
    mine = {year: months[0] for year, months in monthly_returns(report).items()}
    theirs = {year: months[0] for year, months in benchmark_monthly_returns(report).items()}
    values = [value for value in (*mine.values(), *theirs.values(), 0.0) if math.isfinite(value)]
    low, high = padded(min(values), max(values), 0.08)
    box = Box(LEFT, 8.0, NARROW - LEFT - RIGHT, 190.0, (0.0, float(len(mine))), (low, high))
    parts = _grid(box, ticks(low, high, 4), lambda value: percent(value, 0))
    slot = box.width / len(mine)
    wide = min(slot * (0.36 if theirs else 0.62), 34.0)
    every = max(1, math.ceil(len(mine) / 12))
    for place, (year, value) in enumerate(mine.items()):
        middle = box.left + (place + 0.5) * slot
        pairs = [(value, "gain" if value >= 0.0 else "loss", report.title)]
        if theirs:
            pairs.append((theirs[year], "other", report.benchmark_name))
        begin = middle - wide * len(pairs) / 2.0
        for k, (amount, kind, name) in enumerate(pairs):
            if not math.isfinite(amount):
                continue
            top, bottom = box.down(max(amount, 0.0)), box.down(min(amount, 0.0))
            parts.append(
                bar(begin + k * wide + 0.5, top, wide - 1.0, bottom - top, kind, f"{name} {year}: {percent(amount)}")
            )
        if place % every == 0:
            parts.append(text(middle, 216.0, str(year), "tick", "middle"))
    parts.append(line(box.left, box.down(0.0), box.left + box.width, box.down(0.0), "zero"))
    return svg(NARROW, 224.0, parts, "Return by year")


def rolling_chart(report: Report) -> str:
    """Sharpe ratio over a moving window, beside the benchmark's."""
    window, per_year = report.window, report.per_year
    mine = metrics.rolling_sharpe(report.returns, window, per_year)
    lines = [(mine, "main")]
    if report.benchmark_returns is not None:
        lines.insert(0, (metrics.rolling_sharpe(report.benchmark_returns, window, per_year), "second"))
    seen = np.concatenate([values[np.isfinite(values)] for values, _ in lines] or [np.zeros(1)])
    if not seen.size:
        return ""
    low, high = padded(min(float(seen.min()), 0.0), max(float(seen.max()), 0.0))
    x = days(report.path)[window - 1 :]
    box = Box(LEFT, 8.0, NARROW - LEFT - RIGHT, 190.0, (float(x[0]), float(max(x[-1], x[0] + 1.0))), (low, high))
    parts = _grid(box, ticks(low, high, 4))
    parts.append(line(box.left, box.down(0.0), box.left + box.width, box.down(0.0), "zero"))
    parts += [path(box, x, values, kind) for values, kind in lines]
    return svg(NARROW, 224.0, [*parts, *_dates(box, 216.0)], f"Sharpe ratio over {window} periods")


def distribution_chart(report: Report) -> str:
    """Histogram of the returns other than 0, with mean and value at risk; the outermost bars hold the tails."""
    known = report.returns[np.isfinite(report.returns) & (report.returns != 0.0)]
    if known.size < 2 or float(np.ptp(known)) == 0.0:
        return ""
    reach = max(float(np.quantile(np.abs(known), 0.99)), 1e-6)
    counts, edges = np.histogram(np.clip(known, -reach, reach), bins=40, range=(-reach, reach))
    box = Box(LEFT, 8.0, NARROW - LEFT - RIGHT, 190.0, (-reach, reach), (0.0, float(counts.max()) * 1.08))
    parts = _grid(box, ticks(0.0, float(counts.max()), 4))
    for count, low, high in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if count:
            x, y = box.across(low), box.down(count)
            kind = "gain" if low + high > 0.0 else "loss"
            tip = f"{percent(low)} to {percent(high)}: {count}"
            parts.append(bar(x + 0.5, y, box.across(high) - x - 1.0, box.down(0.0) - y, kind, tip))
    parts.append(line(box.left, box.down(0.0), box.left + box.width, box.down(0.0), "zero"))
    mean, risk = float(np.nanmean(report.returns)), -metrics.value_at_risk(report.returns)
    for value, name, anchor, gap in ((mean, "mean", "start", 5.0), (risk, "VaR 95\u202f%", "end", -5.0)):
        x = box.across(max(-reach, min(reach, value)))
        parts += [line(x, 8.0, x, 198.0, "mark"), text(x + gap, 17.0, f"{name} {percent(value)}", "note", anchor)]
    parts += [text(box.across(v), 216.0, percent(v, 1), "tick", "middle") for v in ticks(-reach * 0.9, reach * 0.9, 5)]
    return svg(NARROW, 224.0, parts, "Distribution of returns")


def exposure_chart(report: Report) -> str:
    """Gross exposure per equity."""
    series = report.exposure_path
    if series is None or not np.isfinite(series.value).any():
        return ""
    x, y = days(series), series.value
    low, high = padded(min(0.0, float(np.nanmin(y))), max(float(np.nanmax(y)), 0.01), 0.06)
    low = 0.0 if float(np.nanmin(y)) >= 0.0 else low
    box = Box(LEFT, 8.0, NARROW - LEFT - RIGHT, 190.0, (float(x[0]), float(max(x[-1], x[0] + 1.0))), (low, high))
    parts = [*_grid(box, ticks(low, high, 4), lambda value: percent(value, 0)), path(box, x, y, "area", 0.0)]
    return svg(NARROW, 224.0, [*parts, path(box, x, y, "thin"), *_dates(box, 216.0)], "Gross exposure")


def trips_chart(trips: Sequence[RoundTrip]) -> str:
    """Every round trip at its close: net return on entry, by size of its gain or loss."""
    values = np.array([trip.return_on_entry for trip in trips])
    if not np.isfinite(values).any():
        return ""
    x = np.array([trip.closed_at.timestamp() / 86_400.0 for trip in trips])
    low, high = padded(min(float(np.nanmin(values)), 0.0), max(float(np.nanmax(values)), 0.0), 0.08)
    box = Box(LEFT, 8.0, NARROW - LEFT - RIGHT, 190.0, (float(x.min()) - 1.0, float(x.max()) + 1.0), (low, high))
    digits = 0 if high - low > 0.05 else 1
    parts = _grid(box, ticks(low, high, 4), lambda value: percent(value, digits))
    zero = box.down(0.0)
    parts.append(line(box.left, zero, box.left + box.width, zero, "zero"))
    radius = 3.2 if len(trips) < 150 else 2.2
    for trip, place, value in zip(trips, x.tolist(), values.tolist(), strict=True):
        if math.isfinite(value):
            kind = "gain" if value >= 0.0 else "loss"
            tip = f"{trip.instrument} {trip.side}, closed {trip.closed_at:%Y-%m-%d}: {percent(value)}"
            parts.append(dot(box.across(place), box.down(value), radius, f"{kind} soft", tip))
    return svg(NARROW, 224.0, [*parts, *_dates(box, 216.0)], "Round trips by close")


def excursion_chart(trips: Sequence[RoundTrip]) -> str:
    """Worst open loss against the result: what losses winners sat through."""
    seen = [trip for trip in trips if math.isfinite(trip.adverse) and math.isfinite(trip.return_on_entry)]
    if not seen:
        return ""
    worst = np.array([trip.adverse for trip in seen])
    result = np.array([trip.return_on_entry for trip in seen])
    left = min(float(worst.min()) * 1.05, -1e-4)
    low, high = padded(min(float(result.min()), 0.0), max(float(result.max()), 0.0), 0.08)
    box = Box(LEFT, 8.0, NARROW - LEFT - RIGHT, 190.0, (left, -left * 0.02), (low, high))
    digits = 0 if high - low > 0.05 else 1
    parts = _grid(box, ticks(low, high, 4), lambda value: percent(value, digits))
    parts.append(line(box.left, box.down(0.0), box.left + box.width, box.down(0.0), "zero"))
    for trip, x, y in zip(seen, worst.tolist(), result.tolist(), strict=True):
        tip = f"{trip.instrument} {trip.side}: worst {percent(x)}, result {percent(y)}"
        parts.append(dot(box.across(x), box.down(y), 3.0, ("gain" if y >= 0.0 else "loss") + " soft", tip))
    parts += [text(box.across(v), 216.0, percent(v, 1), "tick", "middle") for v in ticks(left * 0.94, 0.0, 5)]
    return svg(NARROW, 224.0, parts, "Worst open loss against the result of round trips")
