from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidwell.marketdata.bars import BAR_SCHEMA, QUOTE_SCHEMA
from bidwell.marketdata.catalog import Catalog, Kind
from bidwell.model.errors import DataError, InvalidInput, Missing
from bidwell.model.ids import InstrumentId

IBM = InstrumentId("IBM.XNYS")
NEW_YEAR = datetime(2023, 12, 31, 23, 50, tzinfo=UTC)


def bars(first: int, last: int, level: float = 100.0) -> pl.DataFrame:
    """One bar a minute from `first` to before `last`, counted from ten minutes before a new year."""
    places = range(first, last)
    return pl.DataFrame(
        {
            "start": [NEW_YEAR + timedelta(minutes=place) for place in places],
            "open": [level + place / 8 for place in places],
            "high": [level + place / 8 + 1 for place in places],
            "low": [level + place / 8 - 1 for place in places],
            "close": [level + place / 8 + 0.5 for place in places],
            "volume": [float(place) for place in places],
        },
        schema=BAR_SCHEMA,
    )


def files(root: Path) -> list[str]:
    return sorted(path.name.split("-")[0] for path in root.rglob("*.parquet"))


def test_what_was_written_is_read_back(folder: Path) -> None:
    catalog = Catalog(folder)
    written = catalog.append(IBM, 60, bars(0, 30), source="a file")
    assert catalog.read(IBM, 60).equals(bars(0, 30))
    assert (written.rows, written.first, written.source) == (30, NEW_YEAR, "a file")
    assert files(folder) == ["2023", "2024"]
    assert Catalog(folder).series() == [written]


def test_a_range_is_start_inclusive_and_end_exclusive(folder: Path) -> None:
    catalog = Catalog(folder)
    catalog.append(IBM, 60, bars(0, 30))
    start, end = NEW_YEAR + timedelta(minutes=5), NEW_YEAR + timedelta(minutes=15)
    assert catalog.read(IBM, 60, start, end).equals(bars(5, 15))
    assert catalog.read(IBM, 60, end=NEW_YEAR).is_empty()
    assert catalog.read(IBM, 60, start=NEW_YEAR + timedelta(days=9)).schema == pl.Schema(BAR_SCHEMA)


def test_appending_merges_and_the_newer_bar_stands(folder: Path) -> None:
    catalog = Catalog(folder)
    catalog.append(IBM, 60, bars(5, 20), source="first")
    catalog.append(IBM, 60, bars(0, 8, level=50.0))
    assert catalog.read(IBM, 60).equals(pl.concat([bars(0, 8, level=50.0), bars(8, 20)]))
    assert catalog.describe(IBM, 60).source == "first"
    assert files(folder) == ["2023", "2024"]


def test_replacing_leaves_nothing_of_before(folder: Path) -> None:
    catalog = Catalog(folder)
    catalog.append(IBM, 60, bars(0, 30))
    catalog.replace(IBM, 60, bars(20, 25))
    assert catalog.read(IBM, 60).equals(bars(20, 25))
    assert files(folder) == ["2024"]


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(1, 10)), min_size=1, max_size=5))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_hash_depends_on_the_rows_and_not_on_how_they_came(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[int, int]]
) -> None:
    many, one = (Catalog(tmp_path_factory.mktemp("catalog")) for _ in range(2))
    for first, count in pieces:
        many.append(IBM, 60, bars(first, first + count))
    whole = many.read(IBM, 60)
    assert one.replace(IBM, 60, whole).content == many.describe(IBM, 60).content
    changed = whole.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(999.0).otherwise(pl.col("close")).alias("close")
    )
    assert one.replace(IBM, 60, changed).content != many.describe(IBM, 60).content


def test_timeframes_and_kinds_are_series_apart(folder: Path) -> None:
    catalog = Catalog(folder)
    quotes = pl.DataFrame(
        {"start": [NEW_YEAR], "bid": [1.0], "ask": [2.0], "bid_quantity": [5.0], "ask_quantity": [6.0]},
        schema=QUOTE_SCHEMA,
    )
    catalog.append(IBM, 60, bars(0, 3))
    catalog.append(IBM, 300, bars(0, 1))
    catalog.append_quotes(IBM, quotes)
    assert [(each.kind, each.seconds) for each in catalog.series()] == [
        (Kind.BARS, 60),
        (Kind.BARS, 300),
        (Kind.QUOTES, 0),
    ]
    assert catalog.read_quotes(IBM).equals(quotes)
    catalog.remove(IBM, 60)
    with pytest.raises(Missing, match=r"no bars of IBM\.XNYS@1m"):
        catalog.read(IBM, 60)
    assert len(catalog.series()) == 2


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (bars(0, 0), "catalog.empty"),
        (bars(0, 3).reverse(), "catalog.order"),
        (pl.concat([bars(0, 3), bars(2, 4)]), "catalog.order"),
        (bars(0, 3).drop("high"), "catalog.columns"),
        (bars(0, 3).with_columns(pl.lit(float("nan")).alias("low")), "catalog.numbers"),
        (bars(0, 3).with_columns(pl.lit(None, dtype=pl.Float64).alias("low")), "catalog.numbers"),
        (bars(0, 3).with_columns(pl.lit("x").alias("low")), "catalog.types"),
    ],
)
def test_bars_that_are_not_clean_are_refused_and_nothing_changes(folder: Path, frame: pl.DataFrame, code: str) -> None:
    catalog = Catalog(folder)
    before = catalog.append(IBM, 60, bars(0, 3))
    with pytest.raises(InvalidInput) as caught:
        catalog.append(IBM, 60, frame)
    assert caught.value.code == code
    assert catalog.describe(IBM, 60) == before


@pytest.mark.parametrize("name", ["../IBM.XNYS", "IBM", "ibm.xnys", "IBM.XNYS/..", ""])
def test_a_name_that_is_no_instrument_id_never_becomes_a_path(folder: Path, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Catalog(folder).append(InstrumentId(name), 60, bars(0, 3))
    assert caught.value.code == "catalog.instrument"
    assert not folder.exists()


def test_a_write_that_stops_before_its_commit_leaves_the_series_as_it_was(folder: Path) -> None:
    catalog = Catalog(folder)
    before = catalog.append(IBM, 60, bars(0, 5))
    series = folder / "bars" / IBM / "60"
    # What a killed writer leaves: a finished part, and a half-written one, that no manifest names.
    (series / "2024-abandoned.parquet").write_bytes(b"PAR1")
    (series / ".2024-half.parquet.tmp").write_bytes(b"PA")
    assert Catalog(folder).describe(IBM, 60) == before
    assert catalog.read(IBM, 60).equals(bars(0, 5))
    catalog.append(IBM, 60, bars(5, 6))
    assert len(list(series.glob("*.parquet"))) == 1
    assert not list(series.glob(".*.tmp"))


def test_a_folder_that_cannot_be_written_is_a_data_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(DataError, match=r"IBM\.XNYS"):
        Catalog(blocked).append(IBM, 60, bars(0, 3))


def test_a_damaged_manifest_is_a_data_error(folder: Path) -> None:
    catalog = Catalog(folder)
    catalog.append(IBM, 60, bars(0, 3))
    (folder / "bars" / IBM / "60" / "manifest.json").write_text("{")
    with pytest.raises(DataError, match="manifest"):
        catalog.read(IBM, 60)


def test_a_part_that_somebody_deleted_is_a_data_error(folder: Path) -> None:
    catalog = Catalog(folder)
    catalog.append(IBM, 60, bars(0, 3))
    next(folder.rglob("*.parquet")).unlink()
    with pytest.raises(DataError, match="missing"):
        catalog.read(IBM, 60)


def test_writers_at_the_same_time_lose_nothing_and_readers_always_see_a_whole_series(folder: Path) -> None:
    catalog = Catalog(folder)
    catalog.append(IBM, 60, bars(0, 1))
    broken: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            rows = catalog.read(IBM, 60)
            if not rows["start"].is_sorted() or rows.is_empty():
                broken.append(len(rows))

    def write(first: int) -> None:
        for place in range(first, 40, 4):
            Catalog(folder).append(IBM, 60, bars(place, place + 1))

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(first,)) for first in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert broken == []
    assert catalog.read(IBM, 60).equals(bars(0, 40))
