from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bidwell.analytics import exporting, tearsheet
from bidwell.analytics.report import Report, monthly_returns
from bidwell.analytics.round_trips import RoundTrip
from bidwell.model.errors import ConfigError

NASTY = '<script>alert("x")</script>&\'"'
DAYS = np.arange("2020-01-01", "2022-01-01", dtype="datetime64[D]")
START = datetime(2020, 1, 2, tzinfo=UTC)


def walk(count: int, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 1000.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0004, 0.01, count)))


def trip(number: int, profit: float, name: str = "SPY") -> RoundTrip:
    at = START + timedelta(days=number)
    exit_price = 100.0 + profit
    return RoundTrip(name, "long", 1.0, at, at + timedelta(days=3), 100.0, exit_price, profit, 0.1, 1.0, -0.02, 0.05, 3)


def report(**changes: object) -> Report:
    values: dict[str, object] = {
        "title": "Run", "at": DAYS, "equity": walk(DAYS.size), "benchmark": walk(DAYS.size, 2),
        "exposure": np.abs(np.sin(np.arange(DAYS.size))), "costs": {"Fees": 12.5},
        "round_trips": [trip(k, math.sin(k) * 10.0, f"I{k % 3}") for k in range(30)], "details": {"Parameters": "fast 10"},
    }  # fmt: skip
    return Report(**(values | changes))  # type: ignore[arg-type]


class Reader(HTMLParser):
    """Checks that what is opened is closed, and collects the elements."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_the_page_stands_alone() -> None:
    reader = read(tearsheet.to_html(report()))
    assert not {"script", "link", "img", "iframe", "object"} & set(reader.seen)
    assert not {"src", "href", "srcset"} & {name for name, _ in reader.attributes}
    assert reader.seen.count("svg") == 7


def test_the_page_forbids_itself_to_load_anything() -> None:
    assert "default-src 'none'" in tearsheet.to_html(report())


def test_every_text_from_outside_is_escaped() -> None:
    page = tearsheet.to_html(
        report(
            title=NASTY, subtitle=NASTY, benchmark_name=NASTY, currency=NASTY, costs={NASTY: 1.0},
            details={NASTY: NASTY}, round_trips=[trip(1, 1.0, NASTY), trip(2, -1.0, "B")],
        )
    )  # fmt: skip
    assert "script" not in read(page).seen
    assert "<script" not in page
    assert not [name for name, _ in read(page).attributes if name.startswith("on")]


@pytest.mark.parametrize(
    "changes",
    [
        {"benchmark": None, "exposure": None, "round_trips": [], "costs": {}, "details": {}},
        {"at": DAYS[:1], "equity": [5.0], "benchmark": None, "exposure": None},
        {"at": DAYS[:2], "equity": [5.0, 6.0], "benchmark": [1.0, 2.0], "exposure": [math.nan, 1.0]},
        {"equity": np.full(DAYS.size, 7.0)},
        {"equity": np.linspace(100.0, -50.0, DAYS.size)},
        {"equity": np.geomspace(1.0, 1e12, DAYS.size)},
        {"round_trips": [trip(1, 0.0)]},
    ],
    ids=["bare", "one day", "two days", "flat", "below zero", "a trillionfold", "one trip"],
)
def test_odd_runs_still_give_a_page(changes: dict[str, object]) -> None:
    page = tearsheet.to_html(report(**changes))
    read(page)
    assert not re.search(r"(?<![a-z])nan(?![a-z])", re.sub(r"<style>.*</style>", "", page))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"at": [], "equity": []}, "at least one"),
        ({"equity": [1.0]}, "1 values at"),
        ({"equity": np.full(DAYS.size, math.nan)}, "not finite"),
        ({"at": DAYS[::-1]}, "not in order"),
        ({"benchmark": [1.0]}, "benchmark has 1"),
    ],
)
def test_series_that_do_not_fit_are_refused(changes: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        report(**changes)


def test_minutes_are_judged_by_their_days() -> None:
    at = np.arange("2024-01-02T14:00", "2024-01-05T14:00", dtype="datetime64[m]")
    made = report(at=at, equity=walk(at.size), benchmark=None, exposure=None)
    assert len(made.returns) == 4
    assert made.path.value[-1] == walk(at.size)[-1]


def test_the_first_return_is_measured_from_the_start() -> None:
    made = report(at=DAYS[:2], equity=[110.0, 121.0], start=100.0, benchmark=None, exposure=None)
    assert made.returns == pytest.approx([0.1, 0.1])
    assert made.figures["total_return"] == pytest.approx(0.21)


def test_months_compound_to_their_year_and_to_the_whole() -> None:
    made = report()
    table = monthly_returns(made)
    whole = math.prod(1.0 + row[0] for row in table.values()) - 1.0
    assert whole == pytest.approx(made.figures["total_return"])
    assert math.prod(1.0 + v for m, v in table[2020].items() if m) - 1.0 == pytest.approx(table[2020][0])


@pytest.mark.parametrize(("step", "expected"), [("D", 365.0), ("W", 52.0), ("M", 12.0), ("Y", 1.0)])
def test_the_periods_of_a_year_follow_from_the_spacing(step: str, expected: float) -> None:
    at = np.arange("2000", "2010", dtype=f"datetime64[{step}]").astype("datetime64[D]")
    assert report(at=at, equity=walk(at.size), benchmark=None, exposure=None).per_year == expected


def test_json_is_strict_and_holds_the_figures() -> None:
    document = json.loads(exporting.to_json(report()), parse_constant=pytest.fail)
    assert document["figures"]["sharpe_ratio"] == pytest.approx(report().figures["sharpe_ratio"])
    assert len(document["round_trips"]) == 30


def test_tables_come_back_as_they_were_written(tmp_path: Path) -> None:
    made = report()
    exporting.write_csv(made, tmp_path)
    exporting.write_parquet(made, tmp_path)
    for name, frame in exporting.frames(made).items():
        assert pl.read_parquet(tmp_path / f"{name}.parquet").equals(frame)
        assert pl.read_csv(tmp_path / f"{name}.csv").height == frame.height


def test_without_round_trips_their_table_keeps_its_columns() -> None:
    frame = exporting.frames(report(round_trips=[]))["round_trips"]
    assert frame.columns == list(exporting.TRIP_COLUMNS)


def test_the_file_is_written_with_its_folder(tmp_path: Path) -> None:
    target = tearsheet.write(report(), tmp_path / "a" / "b.html")
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
