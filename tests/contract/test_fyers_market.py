"""Fyers' instruments, options, bars, quotes and binary price stream, over the twin's socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.fyers import FyersFeed, FyersMarket, Login
from bidwell.brokers.fyers.symbols import SymbolBook, read_master
from bidwell.model.errors import ProtocolError, Refused
from bidwell.model.ids import InstrumentId
from tests.contract.broker_stand import until
from tests.contract.fyers_stand import FyersStand, fyers_stand
from tests.contract.market_contract import ACME, AT, CALL, FUTURE, GRAND, ListedMarketContract, Screen
from tests.contract.paper_stand import SeededEntropy
from tests.contract.test_fyers_fuzz import OPTION, SHARE, SNAPSHOT


@pytest.fixture
async def stand() -> AsyncIterator[FyersStand]:
    async with fyers_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: FyersStand) -> AsyncIterator[FyersMarket]:
    made = FyersMarket(stand.config, Login(stand.config, WallClock()), SymbolBook(), WallClock())
    made.open()
    yield made
    await made.close()


class TestFyersMarket(ListedMarketContract):
    """Fyers' market keeps the cards of brokers with a list of the day."""

    lengths = "60, 120"
    grand = "BSE:GRAND-A"
    broken = ("", "a,b\n1,2\n", SHARE[:60])

    def feed(self, stand: FyersStand) -> FyersFeed:
        return _feed(stand)

    def book(self, text: str | None = None) -> SymbolBook:
        book = SymbolBook()
        book.take(read_master([SHARE if text is None else text], AT))
        return book


# --- instruments ----------------------------------------------------------------------------------


async def test_a_person_may_name_an_instrument_in_several_ways(stand: FyersStand) -> None:
    broker = stand.broker()
    asked = ["acme", "NSE:ACME", "NSE:ACME-EQ", "ACME-EQ", "BSE:GRAND", "NIFTY27JANFUT", "nse:nifty27jan26000ce",
             "ACME.XNSE", "NOSUCH", "NSE:GRAND", "", ":"]  # fmt: skip
    found = [each.id for each in await broker.listing(asked)]
    assert found == [ACME, ACME, ACME, ACME, GRAND, FUTURE, CALL, ACME]
    await broker.close()


def test_what_would_stand_for_two_things_is_refused_with_the_reason() -> None:
    book = SymbolBook()
    with pytest.raises(ProtocolError, match="have not been read"):
        book.id_of("NSE:SBIN-EQ")
    other = SHARE.replace("10100000003045", "12100000003045").replace("NSE:SBIN-EQ", "BSE:SBIN-A")
    twice = SHARE.replace("10100000003045", "10100000003046")
    book.take(read_master([SHARE + OPTION, twice, other, other.replace("BSE:SBIN-A", "BSE:SBIN-B")], AT))
    assert book.key_of(InstrumentId("SBIN.XNSE")) is None
    assert book.search("SBIN") is None
    with pytest.raises(ProtocolError, match="listed twice"):
        book.id_of("NSE:SBIN-EQ")
    for symbol in ("BSE:SBIN-A", "BSE:SBIN-B"):
        with pytest.raises(ProtocolError, match="both stand for"):
            book.id_of(symbol)
    assert book.id_of("NSE:NIFTY27JAN26000CE") == "NIFTY270126C26000.XNSE"
    assert book.id_of("MCX:GOLD27FEBFUT") == "GOLD27FEBFUT.MCX"
    with pytest.raises(ProtocolError, match="not in its lists"):
        book.id_of("NSE:NOSUCH-EQ")


# --- prices ---------------------------------------------------------------------------------------


async def test_messages_are_acknowledged_as_often_as_the_stream_wants_it(stand: FyersStand) -> None:
    feed, screen = _feed(stand), Screen()
    try:
        await feed.connect(screen)
        await feed.follow([ACME])
        await until(lambda: ACME in screen.quotes, "the first quote")
        for step in range(1, 8):
            await stand.quote(f"{90 + step}.00", f"{90 + step}.10")
        await until(lambda: len(stand.twin.market.acknowledged) >= 2, "two acknowledgements")
        assert stand.twin.market.acknowledged == sorted(stand.twin.market.acknowledged)
    finally:
        await feed.close()


async def test_a_feed_with_a_login_that_opens_nothing_says_so(stand: FyersStand) -> None:
    good = stand.config
    keyless = stand.config.access_token.rpartition(".")[0] + ".other"
    stand.twin.records.tokens.clear()
    for config, said in ((good, "does not take this login"), (replace(good, access_token=keyless), "does not take"),
                         (replace(good, access_token="a.e30.b"), "access token")):  # fmt: skip
        stand.config = config
        feed = _feed(stand)
        try:
            await feed.connect(Screen())
            with pytest.raises((Refused, ProtocolError), match=said):
                await feed.follow([ACME])
        finally:
            await feed.close()


async def test_what_the_stream_says_against_us_has_its_meaning(stand: FyersStand) -> None:
    feed = _feed(stand)
    limit = bytes.fromhex("002533030100040000c73902001573796d626f6c206c696d697420657863656564656403000104")
    with pytest.raises(Refused, match="fewer symbols"):
        feed.hear(limit)
    with pytest.raises(ProtocolError, match="51002"):
        feed.hear(limit.replace(bytes.fromhex("c739"), bytes.fromhex("c73a")))
    with pytest.raises(Refused, match="answered no"):
        feed.hear(bytes.fromhex("0006040101000146"))
    with pytest.raises(ProtocolError, match="has not told"):
        feed.hear(bytes.fromhex("000f06000000010001550900010000007f"))
    feed.hear(SNAPSHOT)  # of what nobody follows
    await feed.close()


async def test_subscriptions_go_a_hundred_at_a_time(stand: FyersStand) -> None:
    feed = _feed(stand)
    said = list(feed._subscriptions([f"sf|nse_cm|{number}" for number in range(250)]))
    await feed.close()
    assert [text.count(b"sf|nse_cm|") for text in said] == [100, 100, 50]


def _feed(stand: FyersStand) -> FyersFeed:
    book, login = SymbolBook(), Login(stand.config, WallClock(), 0.0)
    market = FyersMarket(stand.config, login, book, WallClock())
    market.open()
    return FyersFeed(stand.config, login, market, book, WallClock(), SeededEntropy())
