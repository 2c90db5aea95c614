"""`bidwell data …`, as a person types it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from bidwell.app.cli import build
from bidwell.model.errors import BidwellError
from tests.marketdata.yahoo_server import serving

ROWS = "\n".join(
    ["time,open,high,low,close,volume"]
    + [f"2024-03-04 {14 + (30 + each) // 60}:{(30 + each) % 60:02d},100,101,99,{100 + each % 2},{10 + each}" for each in range(120)]
)  # fmt: skip


def told(folder: Path, *arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(build(), ["data", *arguments, "--data", str(folder), "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    file = folder / "minutes.csv"
    file.write_text(ROWS, "utf-8")
    told(folder / "desk", "import", str(file), "X.XNAS")
    return folder / "desk"


def test_bars_are_imported_listed_resampled_checked_and_exported(desk: Path, tmp_path: Path) -> None:
    (series,) = told(desk, "list")["series"]
    assert (series["name"], series["rows"]) == ("X.XNAS@1m", 120)
    assert told(desk, "list", "NOTHING")["series"] == []
    longer = told(desk, "resample", "X.XNAS@1m", "1h")
    assert (longer["name"], longer["rows"]) == ("X.XNAS@1h", 2)
    assert told(desk, "resample", "X.XNAS@1m", "1D")["rows"] == 1
    assert told(desk, "check", "X.XNAS@1m")["findings"] == 0
    for name in ("out.csv", "out.parquet"):
        assert told(desk, "export", "X.XNAS@1m", str(tmp_path / name))["rows"] == 120
        told(desk, "import", str(tmp_path / name), f"{name[-3:].upper()}.XNAS")
    contents = {each["content"] for each in told(desk, "list")["series"] if each["name"].endswith("@1m")}
    assert len(contents) == 1
    part = told(
        desk,
        "export",
        "X.XNAS@1m",
        str(tmp_path / "part.csv"),
        "--from",
        "2024-03-04T15:00",
        "--to",
        "2024-03-04T16:00Z",
    )
    assert part["rows"] == 60


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("export", "X.XNAS@1m", "{there}.csv"), "data.exists"),
        (("export", "X.XNAS@1m", "{folder}/out.xlsx"), "data.format"),
        (("export", "X.XNAS@1m", "{folder}/out.csv", "--from", "soon"), "data.date"),
        (("export", "X.XNAS@1m", "{folder}/out.csv", "--from", "2030-01-01"), "data.empty"),
        (("export", "X.XNAS@1m", "{folder}/none/out.csv"), "data"),
        (("check", "Y.XNAS"), "data_missing"),
        (("check", "X.XNAS@1m", "--calendar", "NOWHERE"), "data_missing"),
        (("resample", "X.XNAS@1m", "1m"), "bars.timeframe"),
        (("resample", "X.XNAS@1m", "7h"), "bars.timeframe"),
        (("resample", "X.XNAS@1m", "1h", "--calendar", "XHKG"), "data.sessions"),
        (("download", "yahoo", "X", "--from", "2024-01-02", "--to", "2024-01-01"), "download.range"),
    ],
)
def test_what_cannot_be_done_is_said(desk: Path, tmp_path: Path, arguments: tuple[str, ...], code: str) -> None:
    there = tmp_path / "there"
    there.with_suffix(".csv").write_text("x")
    with pytest.raises(BidwellError) as refused:
        told(desk, *(each.format(there=there, folder=tmp_path) for each in arguments))
    assert refused.value.code == code


def test_findings_are_shown_and_can_fail_a_script(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "holes.csv"
    lines = ROWS.splitlines()
    file.write_text("\n".join(lines[:40] + lines[50:]), "utf-8")
    told(desk, "import", str(file), "HOLES.XNAS")
    plain = ["data", "check", "HOLES.XNAS@1m", "--data", str(desk)]
    shown = CliRunner().invoke(build(), plain)
    assert shown.exit_code == 0
    assert "10 bars missing inside sessions" in shown.stdout
    assert CliRunner().invoke(build(), [*plain, "--strict"]).exit_code == 1


def test_quotes_are_imported_and_a_backtest_fills_at_them(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "quotes.csv"
    file.write_text("Timestamp,Bid,Ask,Bid Size,Ask Size\n2024-03-04 15:00:00,99,101,5,5\n2024-03-04 15:00:02,99.5,100.5,5,5\n"
                    "2024-03-04 15:00:01,99,98,5,5\n2024-03-04 15:00:01,99,x,5,5\n2024-03-04 15:00:00,98,102,5,5\n", "utf-8")  # fmt: skip
    found = told(desk, "import-quotes", str(file), "Q.XNAS")
    assert (found["rows_read"], found["rows_kept"], found["duplicates"]) == (5, 2, 1)
    assert (found["unordered"], found["crossed"], found["bad_rows"]) == (1, 1, 1)
    assert "Q.XNAS@quotes" in {each["name"] for each in told(desk, "list")["series"]}
    (tmp_path / "buys.py").write_text(
        "from bidwell import Strategy\n\n\nclass Buys(Strategy):\n    def on_bar(self, bar):\n"
        "        if bar.index == 0:\n            self.buy(7)\n"
    )
    command = [
        "backtest",
        str(tmp_path / "buys.py"),
        "--data",
        "Q.XNAS@quotes",
        "--fill",
        "quote",
        "--folder",
        str(desk),
    ]
    done = CliRunner().invoke(build(), [*command, "--out", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 0, done.output
    fills = pl.read_parquet(tmp_path / "out" / "fills.parquet")
    assert fills.select("quantity", "price").rows() == [(5.0, 102.0), (2.0, 100.5)]
    (tmp_path / "none.csv").write_text("ts,bid\n2024-03-04,1\n", "utf-8")
    with pytest.raises(BidwellError, match="no column for ask"):
        told(desk, "import-quotes", str(tmp_path / "none.csv"), "Q.XNAS")


def test_a_file_is_checked_as_it_is(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "doubled.csv"
    lines = ROWS.splitlines()
    file.write_text("\n".join([*lines[:40], lines[10], *lines[50:], "2024-03-04 16:30,1,2,3,x,5"]), "utf-8")
    found = told(desk, "check", str(file))
    assert (found["rows"], found["duplicates"], found["unordered"], found["bad_rows"]) == (112, 1, 1, 1)
    assert found["missing_bars"] == 10
    with pytest.raises(BidwellError, match="there is no file"):
        told(desk, "check", str(tmp_path / "none.csv"))


@contextmanager
def yahoo() -> Iterator[str]:
    """The address of a stand-in that serves in a thread of its own."""
    ready, over = threading.Event(), threading.Event()
    address: list[str] = []

    async def serve() -> None:
        async with serving() as server:
            address.append(server.address)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield address[0]
    finally:
        over.set()
        thread.join(30)


def test_a_download_from_the_shell_lands_in_the_catalog(tmp_path: Path) -> None:
    with yahoo() as address:
        report = told(tmp_path / "desk", "download", "yahoo", "AAPL", "--from", "2014-03-01", "--to", "2014-07-01",
                      "--address", address)  # fmt: skip
    assert (report["instrument"], report["rows"], report["actions"]) == ("AAPL.XNAS", 85, 2)
    found = told(tmp_path / "desk", "check", "AAPL.XNAS")
    assert len(found["splits_known"]) == 1
    assert found["splits_unadjusted"] == []
