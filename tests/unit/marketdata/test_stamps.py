from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from bidwell.marketdata.stamps import detect
from bidwell.model.errors import InvalidInput

NOON = datetime(2024, 1, 15, 12, 30, tzinfo=UTC)
SECONDS = 1_705_321_800


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2024-01-15 12:30:00", "%Y-%m-%d %H:%M:%S"),
        ("2024-01-15T12:30:00Z", "%Y-%m-%dT%H:%M:%S%#z"),
        ("2024-01-15 13:30:00+01:00", "%Y-%m-%d %H:%M:%S%#z"),
        ("2024-01-15T12:30:00.000", "%Y-%m-%dT%H:%M:%S%.f"),
        ("2024/01/15 12:30", "%Y/%m/%d %H:%M"),
        ("2024.01.15 12:30", "%Y.%m.%d %H:%M"),
        ("20240115 123000", "%Y%m%d %H%M%S"),
        ("15.01.2024 12:30", "%d.%m.%Y %H:%M"),
        ("01/15/2024 12:30 PM", "%m/%d/%Y %I:%M %p"),
        ("15-Jan-2024 12:30:00", "%d-%b-%Y %H:%M:%S"),
        (str(SECONDS), "epoch s"),
        (f"{SECONDS}.0", "epoch s"),
        (f"{SECONDS}000", "epoch ms"),
        (f"{SECONDS}000000", "epoch us"),
        (f"{SECONDS}000000000", "epoch ns"),
    ],
)
def test_common_spellings_of_one_instant_are_found_out(text: str, form: str) -> None:
    stamp = detect(pl.Series([text]), "UTC")
    assert stamp.form == form
    assert stamp.instants(pl.Series([text])).to_list() == [NOON]


@pytest.mark.parametrize("text", ["20240115", "2024-01-15", "15.01.2024", "15-Jan-24"])
def test_dates_alone_are_days(text: str) -> None:
    values = pl.Series([text])
    assert detect(values, "UTC").instants(values).to_list() == [datetime(2024, 1, 15, tzinfo=UTC)]


def test_a_wall_clock_is_read_in_its_zone_summer_and_winter() -> None:
    values = pl.Series(["2024-01-15 09:30", "2024-07-15 09:30"])
    assert [moment.hour for moment in detect(values, "America/New_York").instants(values)] == [14, 13]


def test_the_hour_that_a_zone_skips_is_unreadable_and_the_double_one_is_the_first() -> None:
    values = pl.Series(["2024-03-10 02:30:00", "2024-11-03 01:30:00"])
    assert detect(values, "America/New_York").instants(values).to_list() == [
        None, datetime(2024, 11, 3, 5, 30, tzinfo=UTC),
    ]  # fmt: skip


def test_a_late_day_decides_between_day_and_month_first() -> None:
    values = pl.Series(["01/02/2024", "02/02/2024", "25/02/2024"])
    assert detect(values, "UTC").form == "%d/%m/%Y"


def test_days_and_months_that_fit_both_ways_are_not_guessed() -> None:
    values = pl.Series(["01/02/2024", "02/03/2024"])
    with pytest.raises(InvalidInput) as caught:
        detect(values, "UTC")
    assert caught.value.code == "import.time_ambiguous"
    assert detect(values, "UTC", "%d/%m/%Y").instants(values)[0] == datetime(2024, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "zone", "form", "code"),
    [
        (["yesterday"], "UTC", None, "import.time_unreadable"),
        ([""], "UTC", None, "import.time_unreadable"),
        (["2024-01-15"], "Mars/Base", None, "import.zone"),
        (["2024-01-15"], "../UTC", None, "import.zone"),
        (["2024-01-15"], "UTC", "%d.%m.%Y", "import.time_unreadable"),
        (["2024-01-15"], "UTC", "epoch s", "import.time_unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(values: list[str], zone: str, form: str | None, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        detect(pl.Series(values), zone, form)
    assert caught.value.code == code


def test_typed_times_of_parquet_are_taken_as_they_are() -> None:
    aware = pl.Series([NOON])
    naive = pl.Series([NOON.replace(tzinfo=None)])
    assert detect(aware, "America/New_York").instants(aware).to_list() == [NOON]
    assert detect(naive, "America/New_York").instants(naive)[0] == datetime(2024, 1, 15, 17, 30, tzinfo=UTC)
    days = pl.Series([date(2024, 1, 15)])
    assert detect(days, "UTC").instants(days)[0] == datetime(2024, 1, 15, tzinfo=UTC)


def test_whole_epoch_numbers_stay_exact_and_letters_become_null() -> None:
    values = pl.Series(["1705321800000001", "x"])
    stamp = detect(values.head(1), "UTC")
    assert stamp.instants(values).to_list() == [NOON.replace(microsecond=1), None]
