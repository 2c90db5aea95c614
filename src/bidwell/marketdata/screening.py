"""What is wrong with imported rows: bad ones, duplicates, disorder, gaps against the calendar, outliers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.marketdata.bars import BAR_SCHEMA, DAY, MICROSECONDS, bucket_starts, session_arrays
from bidwell.model.session import SessionTable

SHOWN = 20
_RATIOS = (2, 3, 4, 5, 7, 8, 10, 15, 20, 1.5)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: its number in the file (the first data row is 1) and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars that the calendar expects and the data lacks: the first and last missing start, and how many."""

    first: datetime
    last: datetime
    bars: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A bar whose close is far off the one before; `guess` names a split's ratio where it looks like one."""

    start: datetime
    close: float
    previous_close: float
    guess: str


@dataclass(frozen=True, slots=True)
class Screened:
    """Clean bars in order, and what was done to get there; `bad` and `gaps` show the first and the longest few."""

    bars: pl.DataFrame
    bad_rows: int
    bad_by_reason: dict[str, int]
    bad: tuple[BadRow, ...]
    duplicates: int
    unordered: int


def screen(rows: pl.DataFrame) -> Screened:
    """Drop bad rows, sort, and keep the last of rows with the same start.

    `rows` has the columns of a bar and `row`, with null where something could not be read.
    """
    prices = ("open", "high", "low", "close")
    body_high = pl.max_horizontal("open", "close") * (1 - 1e-9)
    body_low = pl.min_horizontal("open", "close") * (1 + 1e-9)
    reason = (
        pl.when(pl.col("start").is_null()).then(pl.lit("time cannot be read"))
        .when(pl.any_horizontal(pl.col(name).is_null() | ~pl.col(name).is_finite() for name in prices))
        .then(pl.lit("price is missing or not a number"))
        .when(pl.any_horizontal(pl.col(name) <= 0 for name in prices)).then(pl.lit("price is zero or negative"))
        .when(pl.col("high") < pl.col("low")).then(pl.lit("high is below low"))
        .when((pl.col("high") < body_high) | (pl.col("low") > body_low))
        .then(pl.lit("open or close lies outside of low to high"))
        .when(pl.col("volume").is_null() | ~pl.col("volume").is_finite())
        .then(pl.lit("volume is missing or not a number"))
        .when(pl.col("volume") < 0).then(pl.lit("volume is negative"))
    )  # fmt: skip
    judged = rows.with_columns(reason.alias("reason"))
    bad = judged.filter(pl.col("reason").is_not_null())
    good = judged.filter(pl.col("reason").is_null())
    starts = good["start"].to_physical()
    unordered = int((starts < starts.cum_max()).sum())
    bars = good.sort("start", maintain_order=True).unique("start", keep="last", maintain_order=True)
    counts = bad.group_by("reason", maintain_order=True).len()
    return Screened(
        bars=bars.select(list(BAR_SCHEMA)),
        bad_rows=len(bad),
        bad_by_reason=dict(counts.iter_rows()),
        bad=tuple(BadRow(row, why) for row, why in bad.select("row", "reason").head(SHOWN).iter_rows()),
        duplicates=len(good) - len(bars),
        unordered=unordered,
    )


def outside(bars: pl.DataFrame, seconds: int, table: SessionTable) -> int:
    """How many bars lie outside of the calendar's sessions (early and late trading, or a wrong zone).

    Before the calendar's first session nothing is known, and nothing judged.
    """
    opens, _, labels = session_arrays(table)
    if table.always_open or not len(opens):
        return 0
    starts = bars["start"].to_physical().to_numpy()
    starts = starts[starts >= labels[0]]
    if seconds == DAY:
        return int((~np.isin(starts, labels)).sum())
    return int((bucket_starts(starts, seconds, table) < 0).sum())


def gaps(bars: pl.DataFrame, seconds: int, table: SessionTable) -> tuple[int, tuple[Gap, ...]]:
    """How many bars the calendar expects between the first and the last one that are not there, and the longest runs."""
    starts = bars["start"].to_physical().to_numpy()
    expected = _expected(int(starts[0]), int(starts[-1]), seconds, table)
    absent = ~np.isin(expected, starts)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], absent, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    longest = sorted(runs.tolist(), key=lambda run: run[0] - run[1])[:SHOWN]
    found = (Gap(_moment(expected[first]), _moment(expected[after - 1]), after - first) for first, after in longest)
    return int(absent.sum()), tuple(found)


def _expected(first: int, last: int, seconds: int, table: SessionTable) -> NDArray[np.int64]:
    length = seconds * MICROSECONDS
    if table.always_open:
        return np.arange(first, last + 1, length)
    opens, closes, labels = session_arrays(table)
    if seconds == DAY:
        return np.unique(labels[(labels >= first) & (labels <= last)])
    held = (closes > first) & (opens <= last)
    counts = -(-(closes[held] - opens[held]) // length)
    if not len(counts):
        return np.empty(0, dtype=np.int64)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    starts: NDArray[np.int64] = np.repeat(opens[held], counts) + offsets * length
    return starts[(starts >= first) & (starts <= last)]


def outliers(bars: pl.DataFrame) -> tuple[int, tuple[Outlier, ...]]:
    """Bars whose log return is beyond 20 times the usual one (its median) and beyond 5 %; the first few of them."""
    closes = bars["close"].to_numpy()
    moves = np.abs(np.diff(np.log(closes)))
    if not len(moves):
        return 0, ()
    usual = float(np.median(moves[moves > 0])) if (moves > 0).any() else 0.0
    places = np.flatnonzero(moves > max(20 * usual, 0.05)) + 1
    starts = bars["start"]
    shown = tuple(
        Outlier(
            starts[place], float(closes[place]), float(closes[place - 1]), _guess(closes[place - 1] / closes[place])
        )
        for place in places[:SHOWN].tolist()
    )
    return len(places), shown


def _guess(ratio: float) -> str:
    for split in _RATIOS:
        if abs(ratio / split - 1) < 0.06:
            return f"{split:g} for 1 split?"
        if abs(ratio * split - 1) < 0.06:
            return f"1 for {split:g} split?"
    return ""


def _moment(microseconds: np.int64) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))
