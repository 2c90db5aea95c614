"""Yahoo Finance's chart documents as frames. No sockets here.

Yahoo tells prices, volumes and dividends adjusted for all splits since; `raw` takes that back, so that what is
stored never changes afterwards. A daily bar bears the instant of its session's open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np
import polars as pl

from bidwell.marketdata.actions import SCHEMA
from bidwell.marketdata.bars import BAR_SCHEMA, DAY
from bidwell.model.errors import Missing, ProtocolError, Refused

INTERVALS = {60: "1m", 120: "2m", 300: "5m", 900: "15m", 1800: "30m", 3600: "1h", DAY: "1d"}
_SAME = {"1h": {"1h", "60m"}}
# Yahoo's exchange codes and ours.
VENUES = {"NMS": "XNAS", "NGM": "XNAS", "NCM": "XNAS", "NYQ": "XNYS", "ASE": "XASE", "PCX": "ARCX", "BTS": "BATS",
          "NSI": "XNSE", "BSE": "XBOM", "LSE": "XLON", "GER": "XETR", "PAR": "XPAR", "TOR": "XTSE", "CME": "XCME",
          "CCC": "YAHOO", "CCY": "FX"}  # fmt: skip
_Column = list[float | None]
DIGITS = 6


class _Meta(msgspec.Struct, rename="camel"):
    symbol: str
    exchange_timezone_name: str
    exchange_name: str = ""
    currency: str | None = None
    data_granularity: str = ""


class _Quote(msgspec.Struct):
    open: _Column = []
    high: _Column = []
    low: _Column = []
    close: _Column = []
    volume: _Column = []


class _Indicators(msgspec.Struct):
    quote: list[_Quote]


class _Dividend(msgspec.Struct):
    amount: float
    date: int


class _Split(msgspec.Struct):
    date: int
    numerator: float
    denominator: float


class _Events(msgspec.Struct):
    dividends: dict[str, _Dividend] = {}
    splits: dict[str, _Split] = {}


class _Result(msgspec.Struct):
    meta: _Meta
    indicators: _Indicators
    timestamp: list[int] = []
    events: _Events | None = None


class _Error(msgspec.Struct):
    code: str
    description: str | None = None


class _Chart(msgspec.Struct):
    result: list[_Result] | None = None
    error: _Error | None = None


class _Document(msgspec.Struct):
    chart: _Chart


@dataclass(frozen=True, slots=True)
class Chart:
    """What a document tells: adjusted bars as they come, and the actions within its stretch, adjusted too."""

    symbol: str
    exchange: str
    zone: ZoneInfo
    granularity: str
    bars: pl.DataFrame
    actions: pl.DataFrame


def chart_of(body: bytes, symbol: str, seconds: int) -> Chart:
    """Read a document; raises Missing for an unknown symbol, Refused as Yahoo says, ProtocolError for anything else."""
    try:
        chart = msgspec.json.decode(body, type=_Document).chart
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"Yahoo's answer for {symbol} is no chart: {error}") from error
    if chart.error is not None:
        message = f"Yahoo on {symbol}: {chart.error.description or chart.error.code}"
        raise Missing(message) if chart.error.code.lower() == "not found" else Refused(message)
    if not chart.result:
        raise Missing(f"Yahoo has nothing for {symbol}")
    told = chart.result[0]
    try:
        zone = ZoneInfo(told.meta.exchange_timezone_name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ProtocolError(f"Yahoo names the zone {told.meta.exchange_timezone_name!r}") from error
    return Chart(told.meta.symbol, told.meta.exchange_name, zone, told.meta.data_granularity,
                 _bars(told, symbol, seconds, zone), _actions(told, zone))  # fmt: skip


def granular(chart: Chart, seconds: int) -> bool:
    """Whether the bars have the length that was asked for: Yahoo may answer with longer ones."""
    wanted = INTERVALS[seconds]
    return chart.granularity in _SAME.get(wanted, {wanted})


def _bars(told: _Result, symbol: str, seconds: int, zone: ZoneInfo) -> pl.DataFrame:
    quote = told.indicators.quote[0] if told.indicators.quote else _Quote()
    columns = {name: getattr(quote, name) for name in ("open", "high", "low", "close", "volume")}
    length = len(told.timestamp)
    if any(len(column) not in {length, 0} for column in columns.values()):
        raise ProtocolError(f"Yahoo's columns for {symbol} have different lengths")
    starts = [_label(stamp, zone) if seconds == DAY else _instant(stamp) for stamp in told.timestamp]
    frame = pl.DataFrame({"start": starts, **{name: column or [None] * length for name, column in columns.items()}},
                         schema=BAR_SCHEMA, strict=False)  # fmt: skip
    # A session without a trade is a row of nulls; a volume that is missing is none.
    return frame.drop_nulls(["open", "high", "low", "close"]).with_columns(pl.col("volume").fill_null(0.0))


def _actions(told: _Result, zone: ZoneInfo) -> pl.DataFrame:
    events = told.events or _Events()
    rows: dict[date, list[float]] = {}
    for split in events.splits.values():
        if split.denominator <= 0 or split.numerator <= 0:
            raise ProtocolError(f"Yahoo tells a split of {split.numerator} for {split.denominator}")
        rows.setdefault(_date(split.date, zone), [1.0, 0.0])[0] *= split.numerator / split.denominator
    for dividend in events.dividends.values():
        rows.setdefault(_date(dividend.date, zone), [1.0, 0.0])[1] += dividend.amount
    return pl.DataFrame([(day, *figures) for day, figures in sorted(rows.items())], schema=SCHEMA, orient="row")


def raw_actions(actions: pl.DataFrame) -> pl.DataFrame:
    """Actions with their dividends as they were paid: per share of their day."""
    later = actions["split"].reverse().cum_prod().reverse() if len(actions) else actions["split"]
    return actions.with_columns((pl.col("dividend") * later).round(DIGITS))


def raw(bars: pl.DataFrame, actions: pl.DataFrame, zone: ZoneInfo, seconds: int) -> pl.DataFrame:
    """Bars as they were traded: prices times all splits after their day, volumes divided by them."""
    splits = actions.filter(pl.col("split") != 1.0)
    if splits.is_empty() or bars.is_empty():
        return bars
    local = bars["start"] if seconds == DAY else bars["start"].dt.convert_time_zone(zone.key)
    days = local.dt.date().to_physical().to_numpy()
    factor = np.ones(len(days))
    for day, split in splits.select("date", "split").iter_rows():
        factor[days < day.toordinal() - date(1970, 1, 1).toordinal()] *= split
    series = pl.Series(factor)
    prices = [(pl.col(name) * series).round(DIGITS) for name in ("open", "high", "low", "close")]
    return bars.with_columns(*prices, (pl.col("volume") / series).round(DIGITS))


def _instant(stamp: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=stamp)


def _date(stamp: int, zone: ZoneInfo) -> date:
    return _instant(stamp).astimezone(zone).date()


def _label(stamp: int, zone: ZoneInfo) -> datetime:
    day = _date(stamp, zone)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
