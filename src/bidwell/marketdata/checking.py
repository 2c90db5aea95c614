"""What is wrong with a series of the catalog: gaps, rows that repeat, outliers, splits that nobody adjusted for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from bidwell.marketdata.bars import BAR_SCHEMA
from bidwell.marketdata.screening import SHOWN, Gap, Outlier, gaps, outliers, outside, screen
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.session import SessionTable

STILL = 5
"""From this many equal bars with turnover in a row on, a feed that stood still is more likely than a market that did."""
NEAR = 0.04
LEAST_SPLIT = 1.4
RATIOS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True)
class Jump:
    """An open that lies off the close before by about a split's ratio; `known` where an action of that day says so."""

    day: date
    ratio: float
    previous_close: float
    open: float
    known: bool


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Findings on a series; lists show the first or longest 20, the counts beside them are whole.

    `duplicates` are rows of the same time, `unordered` rows before their predecessor, `repeated` rows that tell
    exactly what the one before told, turnover included.
    """

    instrument: InstrumentId
    seconds: int
    rows: int
    first: datetime
    last: datetime
    duplicates: int
    unordered: int
    bad_rows: int
    bad_by_reason: dict[str, int]
    repeated: int
    outside_sessions: int
    missing_bars: int
    gaps: tuple[Gap, ...]
    outlier_rows: int
    outliers: tuple[Outlier, ...]
    splits_unadjusted: tuple[Jump, ...]
    splits_known: tuple[Jump, ...]
    without_volume: int

    @property
    def findings(self) -> int:
        """How many kinds of things a person should look at."""
        return sum(
            bool(each)
            for each in (self.duplicates, self.unordered, self.bad_rows, self.repeated, self.missing_bars,
                         self.outlier_rows, self.splits_unadjusted)
        )  # fmt: skip


def check(
    instrument: InstrumentId, seconds: int, bars: pl.DataFrame, table: SessionTable, actions: pl.DataFrame
) -> CheckReport:
    """Look at bars against their calendar and their corporate actions; raises InvalidInput where there are none.

    `bars` may be in any order and hold anything that has a bar's columns; `actions` are as `actions.SCHEMA`.
    """
    if bars.is_empty():
        raise InvalidInput("data.empty", f"{instrument} has no bars to check", field="data")
    screened = screen(bars.select(list(BAR_SCHEMA)).with_row_index("row"))
    clean = screened.bars
    if clean.is_empty():
        raise InvalidInput("data.empty", f"{instrument} has no row that can be used", field="data")
    missing, longest = gaps(clean, seconds, table)
    far, shown = outliers(clean)
    known = {day for day, split in actions.select("date", "split").iter_rows() if split != 1.0}
    jumps = _jumps(clean, known)
    splits = {each.day for each in jumps}
    return CheckReport(
        instrument, seconds, len(bars), clean["start"][0], clean["start"][-1], screened.duplicates,
        screened.unordered, screened.bad_rows, screened.bad_by_reason, _repeated(clean),
        outside(clean, seconds, table), missing, longest, max(far - len(jumps), 0),
        tuple(each for each in shown if each.start.date() not in splits),
        tuple(each for each in jumps if not each.known)[:SHOWN], tuple(each for each in jumps if each.known)[:SHOWN],
        int((clean["volume"] == 0.0).sum()),
    )  # fmt: skip


def _repeated(bars: pl.DataFrame) -> int:
    """Rows in runs of at least `STILL` that tell the same price and turnover again and again."""
    columns = bars.select("open", "high", "low", "close", "volume").to_numpy()
    same = np.concatenate([[False], (columns[1:] == columns[:-1]).all(axis=1) & (columns[1:, 4] > 0.0)])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8))).reshape(-1, 2)
    return int(sum(after - first for first, after in edges if after - first + 1 >= STILL))


def _jumps(bars: pl.DataFrame, known: set[date]) -> list[Jump]:
    closes, opens = bars["close"].to_numpy(), bars["open"].to_numpy()
    ratios = closes[:-1] / opens[1:]
    places = np.flatnonzero((ratios > LEAST_SPLIT) | (ratios < 1.0 / LEAST_SPLIT)) + 1
    found = []
    for place in places.tolist():
        ratio = float(ratios[place - 1])
        whole = next((each for each in RATIOS if abs(max(ratio, 1.0 / ratio) / each - 1.0) < NEAR), None)
        day = bars["start"][place].date()
        if whole is not None or day in known:
            split = ratio if whole is None else whole if ratio > 1.0 else 1.0 / whole
            found.append(Jump(day, split, float(closes[place - 1]), float(opens[place]), day in known))
    return found
