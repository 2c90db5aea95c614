"""Bars and quotes as frames: the schema, aggregation along sessions, and the way to and from `Bar`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar
from bidwell.model.session import SessionTable

DAY = 86_400
MICROSECONDS = 1_000_000

INSTANT = pl.Datetime("us", "UTC")
BAR_SCHEMA: dict[str, pl.DataType] = {
    "start": INSTANT,
    "open": pl.Float64(),
    "high": pl.Float64(),
    "low": pl.Float64(),
    "close": pl.Float64(),
    "volume": pl.Float64(),
}
QUOTE_SCHEMA: dict[str, pl.DataType] = {
    "start": INSTANT,
    "bid": pl.Float64(),
    "ask": pl.Float64(),
    "bid_quantity": pl.Float64(),
    "ask_quantity": pl.Float64(),
}

TIMEFRAMES: dict[str, int] = {
    "1m": 60, "2m": 120, "3m": 180, "5m": 300, "10m": 600, "15m": 900, "30m": 1800,
    "1h": 3600, "2h": 7200, "4h": 14_400, "1D": DAY,
}  # fmt: skip


def timeframe_seconds(timeframe: str) -> int:
    """Seconds of a timeframe such as "5m" or "1D"; raises InvalidInput for an unknown one."""
    found = TIMEFRAMES.get(timeframe) or TIMEFRAMES.get(timeframe.lower()) or TIMEFRAMES.get(timeframe.upper())
    if found is None:
        raise InvalidInput("bars.timeframe", f"timeframe {timeframe!r} is not known", field="timeframe",
                           hint=f"one of {', '.join(TIMEFRAMES)}")  # fmt: skip
    return found


def timeframe_name(seconds: int) -> str:
    """The name of a timeframe of so many seconds, such as "5m"; where it has none, its seconds."""
    return next((name for name, length in TIMEFRAMES.items() if length == seconds), f"{seconds}s")


@lru_cache(maxsize=32)
def session_arrays(table: SessionTable) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Opens, closes and dates (at 00:00 UTC) of a table's sessions, in microseconds since the epoch."""
    opens = np.array([_microseconds(session.opens_at) for session in table.sessions], dtype=np.int64)
    closes = np.array([_microseconds(session.closes_at) for session in table.sessions], dtype=np.int64)
    labels = np.array([session.date.toordinal() for session in table.sessions], dtype=np.int64)
    epoch = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
    return opens, closes, (labels - epoch) * DAY * MICROSECONDS


def bucket_starts(instants: NDArray[np.int64], seconds: int, table: SessionTable) -> NDArray[np.int64]:
    """The label of the bar of `seconds` that each instant (microseconds) belongs to, -1 outside of sessions.

    Intraday bars start with their session and never reach over its end; daily bars are labelled by the
    session's date. Around-the-clock tables divide the UTC day.
    """
    length = seconds * MICROSECONDS
    if table.always_open:
        return instants // length * length
    opens, closes, labels = session_arrays(table)
    if not len(opens):
        return np.full(len(instants), -1, dtype=np.int64)
    place = np.searchsorted(opens, instants, side="right") - 1
    held = np.maximum(place, 0)
    inside = (place >= 0) & (instants < closes[held])
    if seconds == DAY:
        return np.where(inside, labels[held], -1)
    return np.where(inside, opens[held] + (instants - opens[held]) // length * length, -1)


def resample(frame: pl.DataFrame, seconds: int, table: SessionTable, *, source_seconds: int) -> pl.DataFrame:
    """Aggregate sorted intraday bars of `source_seconds` into bars of `seconds`, session by session.

    Rows outside of the table's sessions are left out; volume, highest high and lowest low of the rest are
    conserved. Raises InvalidInput where the target is no multiple of the source or longer than a day.
    """
    if seconds > DAY or seconds < source_seconds or seconds % source_seconds:
        raise InvalidInput("bars.timeframe", f"bars of {source_seconds} s do not make bars of {seconds} s",
                           field="timeframe", hint="the target must be a multiple, up to a day")  # fmt: skip
    if source_seconds == DAY:
        return frame
    return _grouped(frame, seconds, table).agg(
        pl.col("open").first(),
        pl.col("high").max(),
        pl.col("low").min(),
        pl.col("close").last(),
        pl.col("volume").sum(),
    )


def bars_from_quotes(quotes: pl.DataFrame, seconds: int, table: SessionTable) -> pl.DataFrame:
    """Aggregate sorted quotes into bars of their middle price; quotes carry no turnover, so volume is 0."""
    mids = quotes.with_columns(((pl.col("bid") + pl.col("ask")) / 2).alias("mid"))
    return _grouped(mids, seconds, table).agg(
        pl.col("mid").first().alias("open"),
        pl.col("mid").max().alias("high"),
        pl.col("mid").min().alias("low"),
        pl.col("mid").last().alias("close"),
        pl.lit(0.0).alias("volume"),
    )


def _grouped(frame: pl.DataFrame, seconds: int, table: SessionTable) -> pl.dataframe.group_by.GroupBy:
    buckets = bucket_starts(frame["start"].to_physical().to_numpy(), seconds, table)
    labelled = frame.with_columns(pl.Series("start", buckets))
    kept = labelled.filter(pl.col("start") >= 0) if not table.always_open else labelled
    return kept.with_columns(pl.col("start").cast(INSTANT)).group_by("start", maintain_order=True)


def frame_of(bars: Sequence[Bar]) -> pl.DataFrame:
    """A frame of bars, in their order."""
    return pl.DataFrame(
        {
            "start": [bar.start for bar in bars],
            "open": [float(bar.open) for bar in bars],
            "high": [float(bar.high) for bar in bars],
            "low": [float(bar.low) for bar in bars],
            "close": [float(bar.close) for bar in bars],
            "volume": [float(bar.volume) for bar in bars],
        },
        schema=BAR_SCHEMA,
    )


def bars_of(instrument: Instrument, seconds: int, frame: pl.DataFrame) -> list[Bar]:
    """The rows of a frame as bars, prices rounded to the instrument's tick grid."""
    return [
        Bar(
            instrument=instrument.id,
            start=start,
            seconds=seconds,
            open=_on_grid(instrument, row[0]),
            high=_on_grid(instrument, row[1]),
            low=_on_grid(instrument, row[2]),
            close=_on_grid(instrument, row[3]),
            volume=_plain(row[4]),
        )
        for start, *row in frame.select(list(BAR_SCHEMA)).iter_rows()
    ]


def _on_grid(instrument: Instrument, price: float) -> Decimal:
    return instrument.round_price(Decimal(repr(price)))


def _plain(volume: float) -> Decimal:
    return Decimal(int(volume)) if volume.is_integer() else Decimal(repr(volume))


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
