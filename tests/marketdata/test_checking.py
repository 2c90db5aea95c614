"""What `check` finds in a series, and what it does not take for a finding."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bidwell.marketdata.actions import SCHEMA
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.marketdata.checking import CheckReport, check
from bidwell.marketdata.venues import calendar_of
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.session import SessionTable

DAY = 86_400
ALWAYS = SessionTable("24/7", (), always_open=True)
NONE = pl.DataFrame(schema=SCHEMA)
X = InstrumentId("X.TEST")
RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "equity_us"


def bars(closes: list[float], *, skip: tuple[int, ...] = (), volume: float | None = None) -> pl.DataFrame:
    rows = [
        (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day), close, close, close, close,
         100.0 + day if volume is None else volume)
        for day, close in enumerate(closes)
        if day not in skip
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=["start", "open", "high", "low", "close", "volume"], orient="row").with_columns(
        pl.col("start").cast(pl.Datetime("us", "UTC"))
    )


def checked(frame: pl.DataFrame, actions: pl.DataFrame = NONE) -> CheckReport:
    return check(X, DAY, frame, ALWAYS, actions)


CALM = [100.0 + 0.1 * (day % 7) for day in range(40)]


def test_a_clean_series_has_no_findings() -> None:
    report = checked(bars(CALM))
    assert (report.findings, report.rows, report.gaps) == (0, 40, ())


def test_gaps_duplicates_disorder_and_bad_rows_are_counted() -> None:
    frame = bars(CALM, skip=(7, 8, 9, 20))
    report = checked(pl.concat([frame, frame[3:5], frame[:1].with_columns(pl.col("close") * -1, start=pl.lit(None))]))
    assert (report.missing_bars, report.gaps[0].bars, report.duplicates, report.bad_rows) == (4, 3, 2, 1)
    assert report.unordered == 2
    assert report.findings == 4


def test_a_jump_like_a_split_is_one_unless_an_action_explains_it() -> None:
    frame = bars([700.0 + each for each in range(20)] + [100.0 + each / 7 for each in range(20)])
    report = checked(frame)
    (jump,) = report.splits_unadjusted
    assert (jump.day, jump.ratio, report.outlier_rows) == (date(2024, 1, 21), 7.0, 0)
    known = checked(frame, pl.DataFrame([(date(2024, 1, 21), 7.0, 0.0)], schema=SCHEMA, orient="row"))
    assert (len(known.splits_unadjusted), len(known.splits_known), known.findings) == (0, 1, 0)


def test_an_outlier_is_no_split() -> None:
    report = checked(bars([*CALM[:20], 128.0, *CALM[21:]]))
    assert (report.outlier_rows, report.splits_unadjusted) == (2, ())
    assert report.outliers[0].close == 128.0


def test_a_feed_that_stands_still_is_noticed_and_a_market_without_turnover_is_not() -> None:
    assert checked(bars([*CALM, *[50.5 + 50.0] * 6], volume=10.0)).repeated == 5
    assert checked(bars([*CALM, *[100.5] * 6], volume=0.0)).repeated == 0


def test_nothing_to_check_is_refused() -> None:
    for frame in (bars([]), bars([1.0]).with_columns(pl.lit(-1.0).alias("close"))):
        with pytest.raises(InvalidInput) as refused:
            checked(frame)
        assert refused.value.code == "data.empty"


@pytest.mark.parametrize(
    ("instrument", "calendar"),
    [("AAPL.XNAS", "XNYS"), ("ESZ4.XCME", "CMES"), ("INFY.XNSE", "XBOM"), ("VOD.XLON", "XLON"), ("BTC-USDT.BINANCE", "24/7"),
     ("USDINR.FX", "24/5"), ("BTC-USD.SYNTH", "24/7")],
)  # fmt: skip
def test_an_instrument_goes_by_its_venue_s_calendar(instrument: str, calendar: str) -> None:
    assert calendar_of(instrument) == calendar


def test_apple_s_splits_are_found_in_recorded_prices(calendars: CompiledCalendars) -> None:
    path = RECORDED / "daily" / "lean_us_daily_unadjusted.parquet"
    if not path.exists():
        pytest.skip("the recorded market data is not here")
    whole = pl.read_parquet(path).filter(pl.col("symbol") == "AAPL")
    frame = whole.with_columns(start=whole["ts"].dt.replace_time_zone("UTC").cast(pl.Datetime("us", "UTC")))
    report = check(InstrumentId("AAPL.XNAS"), DAY, frame, calendars.table("XNYS"), NONE)
    assert [(each.day, each.ratio) for each in report.splits_unadjusted] == [
        (date(2000, 6, 21), 2.0), (date(2005, 2, 28), 2.0), (date(2014, 6, 9), 7.0), (date(2020, 8, 31), 4.0)
    ]  # fmt: skip
