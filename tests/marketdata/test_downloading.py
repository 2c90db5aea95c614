"""Downloads into the catalog: from a server that speaks Yahoo's interface, and from CCXT's own connector."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bidwell.marketdata.actions import read_actions, write_actions
from bidwell.marketdata.catalog import Catalog
from bidwell.marketdata.coverage import Coverage
from bidwell.marketdata.downloading import DownloadReport, download
from bidwell.marketdata.vendors.ccxt_history import CcxtHistory
from bidwell.marketdata.vendors.yahoo import Yahoo
from bidwell.model.errors import BidwellError, InvalidInput, Missing, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from tests.marketdata import exchange_server
from tests.marketdata.yahoo_server import SPLIT, YahooServer, serving

AAPL = InstrumentId("AAPL.XNAS")
DAY = 86_400
MARCH = datetime(2014, 3, 1, tzinfo=UTC)
JULY = datetime(2014, 7, 2, 15, 0, tzinfo=UTC)


@dataclass
class At:
    """A clock that stands."""

    moment: datetime = JULY

    def now(self) -> datetime:
        return self.moment


Doing = Callable[[Yahoo, YahooServer], Awaitable[DownloadReport]]


def with_yahoo(doing: Doing, clock: At | None = None) -> DownloadReport:
    async def run() -> DownloadReport:
        async with serving() as server, Yahoo(clock or At(), address=server.address, first_pause=0.0) as yahoo:
            return await doing(yahoo, server)

    return asyncio.run(asyncio.wait_for(run(), 60))


def test_bars_come_as_they_were_traded_with_their_actions(folder: Path) -> None:
    catalog = Catalog(folder)
    heard: list[float] = []
    report = with_yahoo(lambda yahoo, _: download(yahoo, "AAPL", DAY, MARCH, JULY, catalog, progress=heard.append))
    assert (report.instrument, report.state, report.actions) == (AAPL, "downloaded", 2)
    bars = catalog.read(AAPL, DAY)
    before = bars.filter(pl.col("start").dt.date() < SPLIT)
    after = bars.filter(pl.col("start").dt.date() >= SPLIT)
    assert set(before["close"]) == {700.0}
    assert set(before["volume"]) == {1_000.0}
    assert set(after["close"]) == {100.0}
    # One session without a trade is left out, and so is today's, which is not over.
    assert len(bars) == report.added == 86
    assert bars["start"][-1] == datetime(2014, 7, 1, tzinfo=UTC)
    assert read_actions(folder, AAPL).rows() == [(date(2014, 5, 8), 1.0, 3.5), (SPLIT, 7.0, 0.0)]
    assert heard[-1] == pytest.approx(1.0, abs=0.02)


def test_a_second_download_asks_only_for_what_is_new(folder: Path) -> None:
    catalog = Catalog(folder)

    async def twice(yahoo: Yahoo, server: YahooServer) -> DownloadReport:
        april = datetime(2014, 4, 1, tzinfo=UTC)
        await download(yahoo, "AAPL", DAY, april, datetime(2014, 5, 1, tzinfo=UTC), catalog, instrument=AAPL)
        server.asked.clear()
        await download(yahoo, "AAPL", DAY, MARCH, datetime(2014, 6, 1, tzinfo=UTC), catalog, instrument=AAPL)
        return DownloadReport("", "", AAPL, DAY, str(len(server.bars_asked())))

    assert with_yahoo(twice).state == "2"
    starts = catalog.read(AAPL, DAY)["start"]
    assert starts[0] == datetime(2014, 3, 3, tzinfo=UTC)
    assert starts.is_sorted()


def test_a_canceled_download_keeps_its_pages_and_goes_on_behind_them(folder: Path) -> None:
    catalog = Catalog(folder)
    hour = 3_600
    year = datetime(2013, 1, 1, tzinfo=UTC)

    async def halting(yahoo: Yahoo, server: YahooServer) -> DownloadReport:
        first = await download(yahoo, "AAPL", hour, year, JULY, catalog, instrument=AAPL, canceled=lambda: True)
        assert (first.state, first.pages, len(server.bars_asked())) == ("canceled", 1, 1)
        return await download(yahoo, "AAPL", hour, year, JULY, catalog, instrument=AAPL)

    report = with_yahoo(halting)
    assert (report.state, report.pages) == ("downloaded", 1)
    bars = catalog.read(AAPL, hour)
    assert bars["start"][0] == datetime(2014, 3, 3, 14, 30, tzinfo=UTC)
    assert bars["start"][-1] == datetime(2014, 7, 2, 13, 30, tzinfo=UTC)


def test_what_fails_in_passing_is_asked_again(folder: Path) -> None:
    async def shaky(yahoo: Yahoo, server: YahooServer) -> DownloadReport:
        server.failing = [503, 429]
        return await download(yahoo, "AAPL", DAY, MARCH, JULY, Catalog(folder))

    assert with_yahoo(shaky).rows == 86


@pytest.mark.parametrize(
    ("body", "failing", "kind", "said"),
    [
        (b"<html>", [], ProtocolError, "is no chart"),
        (b'{"chart":{"result":[{"meta":{},"indicators":{"quote":[]}}]}}', [], ProtocolError, "is no chart"),
        (b'{"chart":{"result":null,"error":{"code":"Unprocessable Entity","description":"1m data not available"}}}', [],
         Refused, "1m data not available"),
        (None, [429] * 9, Refused, "fewer requests"),
        (None, [502] * 9, Unavailable, "answered 502"),
    ],
)  # fmt: skip
def test_what_yahoo_says_otherwise_is_an_error_and_writes_nothing(
    body: bytes | None, failing: list[int], kind: type[BidwellError], said: str, folder: Path
) -> None:
    async def bad(yahoo: Yahoo, server: YahooServer) -> DownloadReport:
        server.body, server.failing = body, failing
        return await download(yahoo, "AAPL", DAY, MARCH, JULY, Catalog(folder), instrument=AAPL)

    with pytest.raises(kind, match=said):
        with_yahoo(bad)
    assert Catalog(folder).series() == []


def test_unknown_symbols_and_longer_bars_than_asked_for_are_refused(folder: Path) -> None:
    with pytest.raises(Missing, match="may be delisted"):
        with_yahoo(lambda yahoo, _: download(yahoo, "GONE", DAY, MARCH, JULY, Catalog(folder)))

    async def coarse(yahoo: Yahoo, server: YahooServer) -> DownloadReport:
        server.coarse = True
        return await download(yahoo, "AAPL", 60, JULY - timedelta(days=3), JULY, Catalog(folder), instrument=AAPL)

    with pytest.raises(ProtocolError, match="bars of 1d for 1m"):
        with_yahoo(coarse)
    with pytest.raises(InvalidInput, match="no bars of 14400 s"):
        with_yahoo(lambda yahoo, _: download(yahoo, "AAPL", 14_400, MARCH, JULY, Catalog(folder), instrument=AAPL))
    with pytest.raises(InvalidInput, match="no stretch of time"):
        with_yahoo(lambda yahoo, _: download(yahoo, "AAPL", DAY, JULY, MARCH, Catalog(folder)))


def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    async def run() -> None:
        async with Yahoo(At(), address="http://127.0.0.1:9", first_pause=0.0) as yahoo:
            await yahoo.actions("AAPL")

    with pytest.raises(Unavailable, match="cannot be reached"):
        asyncio.run(asyncio.wait_for(run(), 60))


def test_an_exchange_s_history_comes_in_pages(folder: Path) -> None:
    catalog = Catalog(folder)
    since = datetime.fromtimestamp(exchange_server.START / 1000, UTC) - timedelta(minutes=1_500)
    clock = At(datetime.fromtimestamp(exchange_server.START / 1000 + 65, UTC))

    async def run() -> DownloadReport:
        async with exchange_server.serving() as server:
            vendor = CcxtHistory("binance", clock, open_exchange=server.exchange, first_pause=0.0)
            async with vendor:
                report = await download(vendor, "BTC/USDT", 60, since, clock.now(), catalog)
                assert (await download(vendor, "BTC/USDT", 60, since, clock.now(), catalog)).added == 0
                with pytest.raises(Missing, match="no spot market 'NO/SUCH'"):
                    await download(vendor, "NO/SUCH", 60, since, clock.now(), catalog)
                with pytest.raises(InvalidInput, match="no bars of 600 s"):
                    await download(vendor, "BTC/USDT", 600, since, clock.now(), catalog)
                server.refuse = True
            fresh = CcxtHistory("binance", clock, open_exchange=server.exchange, first_pause=0.0)
            async with fresh:
                with pytest.raises(Refused):
                    await download(fresh, "BTC/USDT", 60, since, clock.now(), catalog)
            return report

    report = asyncio.run(asyncio.wait_for(run(), 120))
    assert (report.instrument, report.added, report.pages) == ("BTC-USDT.BINANCE", 1_501, 2)
    bars = catalog.read(report.instrument, 60)
    # The minute that is not over yet is not there.
    assert bars["start"][-1] == datetime.fromtimestamp(exchange_server.START / 1000, UTC)


def test_stretches_that_were_asked_for_are_remembered(tmp_path: Path) -> None:
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 11)]
    coverage = Coverage(tmp_path / "x.json")
    coverage.add(days[2], days[4])
    coverage.add(days[6], days[7])
    coverage.add(days[4], days[5])
    assert coverage.stretches == [(days[2], days[5]), (days[6], days[7])]
    again = Coverage(tmp_path / "x.json")
    assert again.missing(days[0], days[9]) == [(days[0], days[2]), (days[5], days[6]), (days[7], days[9])]
    assert again.missing(days[3], days[4]) == []
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(BidwellError, match="cannot be read"):
        Coverage(tmp_path / "x.json")


def test_actions_are_merged_by_day(tmp_path: Path) -> None:
    def rows(*given: tuple[date, float, float]) -> pl.DataFrame:
        return pl.DataFrame(given, schema=["date", "split", "dividend"], orient="row")

    write_actions(tmp_path, AAPL, rows((date(2020, 1, 2), 1.0, 0.5), (date(2021, 1, 2), 2.0, 0.0)))
    write_actions(tmp_path, AAPL, rows((date(2020, 1, 2), 1.0, 0.6)))
    assert read_actions(tmp_path, AAPL).rows() == [(date(2020, 1, 2), 1.0, 0.6), (date(2021, 1, 2), 2.0, 0.0)]
    with pytest.raises(InvalidInput, match="a split is above zero"):
        write_actions(tmp_path, AAPL, rows((date(2020, 1, 3), 0.0, 0.0)))
