from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.marketdata import sources
from bidwell.marketdata.bars import BAR_SCHEMA, DAY
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.marketdata.catalog import Catalog
from bidwell.marketdata.importing import ImportOptions, ImportReport, import_bars
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.session import SessionTable

IBM = InstrumentId("IBM.XNYS")
ALWAYS = SessionTable("24/7", (), always_open=True)
MONDAY = datetime(2024, 3, 11, 13, 30, tzinfo=UTC)
SHARED = Path(__file__).parents[3] / "shared" / "data"

Row = tuple[datetime, float, float, float, float, float]


def row(minute: int, level: float = 100.0) -> Row:
    return MONDAY + timedelta(minutes=minute), level, level + 1, level - 1, level + 0.5, 10.0 + minute


def csv(path: Path, rows: list[Row], header: str = "ts,open,high,low,close,volume") -> Path:
    lines = [",".join([when.isoformat(), *(str(value) for value in values)]) for when, *values in rows]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def imported(
    path: Path, folder: Path, table: SessionTable = ALWAYS, options: ImportOptions | None = None
) -> ImportReport:
    return import_bars(path, IBM, Catalog(folder), table, options)


def stored(folder: Path, seconds: int = 60) -> list[Row]:
    return [
        (each[0], each[1], each[2], each[3], each[4], each[5])
        for each in Catalog(folder).read(IBM, seconds).iter_rows()
    ]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK_BYTES", 700)
    monkeypatch.setattr(sources, "BLOCK_ROWS", 10)


prices = st.floats(0.5, 1e6, allow_nan=False, width=32)
minutes = st.lists(st.integers(0, 2000), min_size=2, max_size=60)


@given(minutes, prices, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_order_and_any_repetition_gives_each_minutes_last_row(
    tmp_path_factory: pytest.TempPathFactory, places: list[int], level: float, random: object
) -> None:
    folder = tmp_path_factory.mktemp("import")
    rows = [row(place, level + 2 + index) for index, place in enumerate(places)]
    report = imported(csv(folder / "x.csv", rows), folder / "catalog", options=ImportOptions(seconds=60))
    expected = {each[0]: each for each in rows}
    assert stored(folder / "catalog") == [expected[start] for start in sorted(expected)]
    assert report.duplicates == len(places) - len(set(places))
    assert report.unordered == sum(place < max(places[:index], default=-1) for index, place in enumerate(places))
    assert (report.rows_read, report.rows_kept, report.bad_rows) == (len(places), len(set(places)), 0)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_the_catalog_gives_out_can_be_imported_again(tmp_path: Path, folder: Path, suffix: str) -> None:
    imported(csv(tmp_path / "x.csv", [row(place) for place in range(60)]), folder)
    frame = Catalog(folder).read(IBM, 60)
    path = tmp_path / f"out.{suffix}"
    frame.write_csv(path) if suffix == "csv" else frame.write_parquet(path)
    report = import_bars(path, InstrumentId("COPY.XNYS"), Catalog(folder), ALWAYS)
    assert Catalog(folder).read(InstrumentId("COPY.XNYS"), 60).equals(frame)
    assert report.content == Catalog(folder).describe(IBM, 60).content


def test_a_european_spreadsheet_is_understood(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "kurse.csv"
    text = "sep=;\r\nDatum;Eröffnung;Hoch;Tief;Schluss;Volumen\r\n" + "".join(
        f"{day:02}.03.2024;1.{day:03},50;1.{day:03},75;1.{day:03},25;1.{day:03},60;12.000\r\n" for day in (11, 12, 13)
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    report = imported(path, folder)
    assert (report.seconds, report.time_format, report.rows_kept) == (DAY, "%d.%m.%Y", 3)
    assert stored(folder, DAY)[0] == (datetime(2024, 3, 11, tzinfo=UTC), 1011.5, 1011.75, 1011.25, 1011.6, 12000.0)


def test_date_and_time_columns_in_a_zone_make_one_instant(
    tmp_path: Path, folder: Path, calendars: CompiledCalendars
) -> None:
    path = tmp_path / "mt4.csv"
    path.write_text(
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<VOL>\n"
        "2024.03.08\t15:59\t1\t2\t0.5\t1.5\t7\n2024.03.11\t09:30\t1\t2\t0.5\t1.5\t7\n"
    )
    report = imported(path, folder, calendars.table("XNYS"), ImportOptions(seconds=60, zone="America/New_York"))
    assert [each[0].hour for each in stored(folder)] == [20, 13]
    assert (report.outside_sessions, report.missing_bars) == (0, 0)


def test_a_file_without_header_is_read_by_positions(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "histdata.csv"
    path.write_text("20240311 133000;1.3;1.4;1.2;1.35;0\n20240311 133100;1.3;1.4;1.2;1.35;0\n")
    with pytest.raises(InvalidInput) as caught:
        imported(path, folder)
    assert caught.value.code == "import.columns_missing"
    columns = {"start": "1", "open": "2", "high": "3", "low": "4", "close": "5", "volume": "6"}
    assert imported(path, folder, options=ImportOptions(columns=columns)).rows_kept == 2


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_epochs_of_every_unit_are_the_same_instants(tmp_path: Path, folder: Path, unit: int) -> None:
    path = tmp_path / "epoch.csv"
    stamps = [int((MONDAY + timedelta(minutes=place)).timestamp()) * unit for place in range(3)]
    path.write_text("time,o,h,l,c,v\n" + "".join(f"{stamp},1,2,0.5,1.5,3\n" for stamp in stamps))
    imported(path, folder)
    assert [each[0] for each in stored(folder)] == [MONDAY + timedelta(minutes=place) for place in range(3)]


def test_bars_labelled_by_their_close_are_moved_to_their_open(tmp_path: Path, folder: Path) -> None:
    imported(csv(tmp_path / "x.csv", [row(1), row(2)]), folder, options=ImportOptions(stamp="close"))
    assert stored(folder)[0][0] == MONDAY


def test_bad_rows_are_left_out_and_named_with_their_number_and_reason(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "bad.csv"
    good = "2024-03-11T13:{:02}:00Z,100,101,99,100.5,5\n"
    path.write_text(
        "ts,open,high,low,close,volume\n"
        + "".join(good.format(minute) for minute in range(30, 50))
        + "2024-03-11T13:50:00Z,100,98,99,98.5,5\n"
        + "2024-03-11T13:51:00Z,100,101,99,-1,5\n"
        + "2024-03-11T13:52:00Z,100,NaN,99,100,5\n"
        + "2024-03-11T13:53:00Z,100,101,99,100,\n"
        + "2024-03-11T13:54:00Z,100,101,99,100,-5\n"
        + "2024-03-11T13:55:00Z,100,101,99,102,5\n"
        + "noon,100,101,99,100,5\n"
        + "2024-03-11T13:57:00Z,100\n"
    )
    report = imported(path, folder)
    assert report.bad_by_reason == {
        "high is below low": 1,
        "price is zero or negative": 1,
        "price is missing or not a number": 2,
        "volume is missing or not a number": 1,
        "volume is negative": 1,
        "open or close lies outside of low to high": 1,
        "time cannot be read": 1,
    }
    assert [bad.row for bad in report.bad] == list(range(21, 29))
    assert report.rows_kept == 20
    assert json.loads(report.as_json())["bad"][0] == {"row": 21, "reason": "high is below low"}


def test_gaps_are_measured_against_the_calendar(tmp_path: Path, folder: Path, calendars: CompiledCalendars) -> None:
    table = calendars.table("XNYS")
    sessions = [session for session in table.sessions if datetime(2024, 11, 25, tzinfo=UTC).date() <= session.date][:5]
    rows = [
        (session.opens_at + timedelta(minutes=minute), 1.0, 2.0, 0.5, 1.5, 1.0)
        for session in sessions
        for minute in range(int((session.closes_at - session.opens_at).total_seconds() // 60))
        if not (session is sessions[1] and 10 <= minute < 25)
    ]
    report = imported(csv(tmp_path / "x.csv", rows), folder, table)
    # Thanksgiving and the half day after it are no gaps.
    assert report.missing_bars == 15
    (gap,) = report.gaps
    assert (gap.first, gap.bars) == (sessions[1].opens_at + timedelta(minutes=10), 15)


def test_a_missing_session_is_a_gap_of_daily_bars(tmp_path: Path, folder: Path, calendars: CompiledCalendars) -> None:
    path = tmp_path / "daily.csv"
    path.write_text(
        "Date,Open,High,Low,Close\n" + "".join(f"2024-03-{day:02},1,2,0.5,1.5\n" for day in (11, 12, 14, 15, 16))
    )
    report = imported(path, folder, calendars.table("XNYS"))
    assert [(gap.first.day, gap.bars) for gap in report.gaps] == [(13, 1)]
    assert report.outside_sessions == 1


def test_a_split_shows_as_an_outlier_with_its_ratio(tmp_path: Path, folder: Path) -> None:
    levels = [700.0 + place for place in range(30)] + [100.0 + place / 7 for place in range(30)]
    report = imported(csv(tmp_path / "x.csv", [row(place, level) for place, level in enumerate(levels)]), folder)
    assert report.outlier_rows == 1
    assert report.outliers[0].guess == "7 for 1 split?"
    assert report.rows_kept == 60


def test_checking_a_file_writes_nothing(tmp_path: Path, folder: Path) -> None:
    report = imported(csv(tmp_path / "x.csv", [row(0), row(1)]), folder, options=ImportOptions(mode="check"))
    assert (report.state, report.rows_kept, report.content) == ("checked", 2, "")
    assert Catalog(folder).series() == []
    assert not list(folder.rglob("*.parquet"))


def test_appending_merges_and_replacing_starts_anew(tmp_path: Path, folder: Path) -> None:
    imported(csv(tmp_path / "a.csv", [row(0), row(1)]), folder)
    imported(csv(tmp_path / "b.csv", [row(1, 50.0), row(2)]), folder)
    assert [each[1] for each in stored(folder)] == [100.0, 50.0, 100.0]
    imported(csv(tmp_path / "b.csv", [row(1, 50.0), row(2)]), folder, options=ImportOptions(mode="replace"))
    assert len(stored(folder)) == 2
    assert Catalog(folder).describe(IBM, 60).source == "b.csv"


def test_a_file_with_several_instruments_needs_to_be_told_which(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "two.csv"
    lines = [f"2024-03-11T13:{minute}:00Z,{name},1,2,0.5,1.5,3" for minute in range(30, 33) for name in ("A", "B")]
    path.write_text("ts,symbol,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    with pytest.raises(InvalidInput) as caught:
        imported(path, folder)
    assert caught.value.code == "import.symbols"
    assert Catalog(folder).series() == []
    report = imported(path, folder, options=ImportOptions(symbol="B"))
    assert (report.rows_read, report.rows_kept, report.other_symbols, report.duplicates) == (6, 3, 3, 0)


@pytest.mark.usefixtures("small_blocks")
def test_progress_rises_to_the_whole_and_a_canceled_import_goes_on_where_it_stopped(
    tmp_path: Path, folder: Path
) -> None:
    rows = [row(place) for place in reversed(range(80))]
    path = csv(tmp_path / "x.csv", rows)
    seen: list[tuple[int, int]] = []
    report = import_bars(path, IBM, Catalog(folder), ALWAYS, canceled=lambda: len(seen) == 2,
                         progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert report.state == "canceled"
    assert 0 < report.rows_read < 80
    assert Catalog(folder).series() == []
    again = import_bars(path, IBM, Catalog(folder), ALWAYS, progress=lambda done, total: seen.append((done, total)))
    assert (again.state, again.resumed_blocks, again.rows_read, again.unordered) == ("imported", 2, 80, 79)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)
    assert [each[0] for each in stored(folder)] == [each[0] for each in reversed(rows)]
    assert not list((folder / ".staging").glob("*"))


@pytest.mark.usefixtures("small_blocks")
def test_a_file_that_changed_meanwhile_is_read_from_its_beginning(tmp_path: Path, folder: Path) -> None:
    path = csv(tmp_path / "x.csv", [row(place) for place in range(80)])
    calls: list[int] = []
    import_bars(
        path, IBM, Catalog(folder), ALWAYS, canceled=lambda: len(calls) == 2, progress=lambda *_: calls.append(1)
    )
    csv(path, [row(place, 200.0) for place in range(81)])
    assert imported(path, folder).resumed_blocks == 0
    assert {each[1] for each in stored(folder)} == {200.0}


BODY = "2024-03-11T13:30:00Z,1,2,0.5,1.5,3\n2024-03-11T13:31:00Z,1,2,0.5,1.5,3\n"
HEAD = "ts,open,high,low,close,volume\n"


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"", ImportOptions(), "import.empty"),
        (HEAD.encode(), ImportOptions(), "import.empty"),
        (b"a,b\n1,2\n", ImportOptions(), "import.columns_missing"),
        ((HEAD + BODY).encode("utf-16"), ImportOptions(), "import.encoding"),
        (b"PK\x03\x04rest", ImportOptions(), "import.format"),
        (b"PAR1rest", ImportOptions(), "import.format"),
        ((HEAD + BODY).encode(), ImportOptions(seconds=77), "import.timeframe"),
        ((HEAD + BODY.splitlines()[0]).encode(), ImportOptions(), "import.timeframe"),
        ((HEAD + BODY).encode(), ImportOptions(zone="Nowhere"), "import.zone"),
        ((HEAD + BODY).encode(), ImportOptions(columns={"close": "last"}), "import.column_unknown"),
        ((HEAD + BODY.replace(",2,", ",0.1,")).encode(), ImportOptions(), "import.no_rows"),
        ((HEAD + BODY.replace("2024-03-11T13", "soon")).encode(), ImportOptions(), "import.time_unreadable"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_a_code_and_changes_nothing(
    tmp_path: Path, folder: Path, content: bytes, options: ImportOptions, code: str
) -> None:
    before = imported(csv(tmp_path / "good.csv", [row(0), row(1)]), folder)
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        imported(path, folder, options=options)
    assert caught.value.code == code
    assert Catalog(folder).describe(IBM, 60).content == before.content
    assert len(list(folder.rglob("*.parquet"))) == 1


def test_a_path_that_is_not_there_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        imported(tmp_path / "nothing.csv", folder)
    assert caught.value.code == "import.unreadable"
    with pytest.raises(Missing):
        Catalog(folder).read(IBM, 60)


@pytest.mark.skipif(not SHARED.exists(), reason="the recorded market data lie beside the repository only here")
@pytest.mark.parametrize(
    ("file", "calendar", "symbol", "seconds", "rows", "unexpected"),
    [
        ("equity_us/daily/backtestingpy_GOOG_daily.csv", "XNYS", None, DAY, 2148, (0, 0)),
        # Christmas and New Year, when the calendar of currencies knows no holiday.
        ("forex/hour/backtestingpy_EURUSD_hour.csv", "24/5", None, 3600, 5000, (2, 48)),
        # Five sessions that the recording lacks, and three Saturday sessions that are no regular ones.
        ("equity_india/minute/nifty_banknifty_minute_2024.parquet", "XBOM", "NIFTY", 60, 58_127, (752, 1875)),
    ],
)
def test_recorded_files_import_with_the_gaps_that_they_have(
    folder: Path, calendars: CompiledCalendars, file: str, calendar: str, symbol: str | None, seconds: int, rows: int,
    unexpected: tuple[int, int],
) -> None:  # fmt: skip
    report = imported(SHARED / file, folder, calendars.table(calendar), ImportOptions(symbol=symbol))
    assert (report.seconds, report.rows_kept, report.bad_rows) == (seconds, rows, 0)
    assert (report.outside_sessions, report.missing_bars) == unexpected
    assert Catalog(folder).read(IBM, seconds).schema == pl.Schema(BAR_SCHEMA)
