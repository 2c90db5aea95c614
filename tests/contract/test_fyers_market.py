"""Fyers' instruments, options, bars, quotes and binary price stream, over the twin's socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.fyers import FyersFeed, FyersMarket, Login
from bidwell.brokers.fyers.broker import feed as feeds
from bidwell.brokers.fyers.symbols import SymbolBook, read_master
from bidwell.model.errors import InvalidInput, Missing, ProtocolError, Refused
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Option, Right
from bidwell.model.market import Quote
from bidwell.twins.mishaps import MishapType, On
from tests.contract.broker_stand import until
from tests.contract.fyers_stand import ACME, EXPIRY, FyersStand, fyers_stand
from tests.contract.paper_stand import SeededEntropy
from tests.contract.test_fyers_fuzz import OPTION, SHARE, SNAPSHOT

GRAND = InstrumentId("GRAND.XBOM")
CALL = InstrumentId("NIFTY270128C26000.XNSE")
FUTURE = InstrumentId("NIFTY270128F.XNSE")
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


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


@dataclass
class Screen:
    quotes: dict[InstrumentId, Quote] = field(default_factory=dict)
    states: list[bool] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        self.quotes |= {quote.instrument: quote for quote in quotes}

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        assert name == "Fyers"
        self.states.append(connected)
        self.details.append(detail)


# --- instruments ----------------------------------------------------------------------------------


async def test_instruments_have_canonical_ids_and_terms(market: FyersMarket) -> None:
    found = {each.id: each for each in await market.instruments()}
    assert set(found) == {ACME, GRAND, FUTURE, CALL}
    assert (found[GRAND].tick_size, found[GRAND].contract) == (Decimal("0.05"), Equity())
    assert found[FUTURE].contract == Future("NIFTY", EXPIRY)
    assert (str(found[CALL].lot_size), str(found[CALL].tick_size)) == ("75", "0.05")
    assert {each.currency for each in found.values()} == {"INR"}


async def test_a_chain_of_options_has_their_terms(market: FyersMarket) -> None:
    (found,) = await market.options(InstrumentId("NIFTY.XNSE"))
    assert found.contract == Option(InstrumentId("NIFTY.XNSE"), EXPIRY, Decimal(26000), Right.CALL, cash_settled=True)
    assert await market.options(InstrumentId("NIFTY.XNSE"), EXPIRY - timedelta(days=1)) == []


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


def test_a_list_is_read_anew_each_morning_and_not_traded_by_for_days() -> None:
    book = SymbolBook()
    assert not book.is_fresh(AT)
    book.take(read_master([SHARE], AT))  # 09:30 in India
    assert book.is_fresh(AT + timedelta(hours=20))
    assert not book.is_fresh(AT + timedelta(hours=22))
    assert book.is_usable(AT + timedelta(days=3))
    assert not book.is_usable(AT + timedelta(days=3, seconds=1))
    for text in ("", "a,b\n1,2\n", SHARE[:60]):
        with pytest.raises(ProtocolError):
            read_master([text], AT)


# --- prices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("instrument", "seconds"), [(ACME, 60), (ACME, 86400), (CALL, 3600)])
async def test_bars_are_the_newest_before_a_moment_oldest_first(
    market: FyersMarket, instrument: InstrumentId, seconds: int
) -> None:
    until_then = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    bars = await market.bars(instrument, seconds, until_then, 7)
    assert len(bars) == 7
    assert [bar.start for bar in bars] == sorted({bar.start for bar in bars})
    assert bars[-1].start < until_then
    assert all(isinstance(bar.close, Decimal) and bar.low <= bar.close <= bar.high for bar in bars)


async def test_bars_of_another_length_and_of_nothing_are_told(market: FyersMarket) -> None:
    with pytest.raises(InvalidInput, match="60, 120"):
        await market.bars(ACME, 61, None, 5)
    with pytest.raises(Missing):
        await market.bars(InstrumentId("NOSUCH.XNSE"), 60, None, 5)
    assert await market.bars(ACME, 60, None, 0) == []


async def test_quotes_come_with_exact_prices(market: FyersMarket) -> None:
    found = {quote.instrument: quote for quote in await market.quotes([ACME, GRAND])}
    assert (found[ACME].bid, found[ACME].ask) == (Decimal("99.9"), Decimal(100))
    assert found[GRAND].bid == Decimal("130000.05")


async def test_reads_are_tried_again_when_the_server_fails(stand: FyersStand, market: FyersMarket) -> None:
    stand.fault(MishapType.ERROR, on=On.READ, count=2, status=503)
    assert await market.quotes([ACME])
    assert market.health.report().troubles


async def test_the_feed_follows_the_stream_rounds_to_the_tick_and_mends_itself(stand: FyersStand) -> None:
    feed, screen = _feed(stand), Screen()
    try:
        await feed.connect(screen)
        await feed.follow([ACME, InstrumentId("NOSUCH.XNSE")])
        await until(lambda: ACME in screen.quotes, "the first quote")
        await stand.quote("98.00", "98.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("98.10"), "the new quote")
        assert screen.quotes[ACME].last == Decimal("98.05")
        await feed.follow([GRAND])
        await until(lambda: GRAND in screen.quotes, "a second instrument on the open stream")
        # A 32-bit float holds seven digits of these nine.
        stand.stage.quote("BSE:GRAND-A", Decimal("130001.05"), Decimal("130001.10"))
        await until(lambda: screen.quotes[GRAND].bid == Decimal("130001.05"), "its exact price")
        assert screen.quotes[GRAND].ask == Decimal("130001.10")
        stand.stage.disconnect()
        await until(lambda: screen.states == [True, False, True], "the stream is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("97.10"), "quotes after the gap")
        assert screen.quotes[ACME].occurred_at <= screen.quotes[ACME].received_at
    finally:
        await feed.close()


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


def test_subscriptions_go_a_hundred_at_a_time() -> None:
    said = list(feeds._subscriptions([f"sf|nse_cm|{number}" for number in range(250)]))
    assert [text.count(b"sf|nse_cm|") for text in said] == [100, 100, 50]


def _feed(stand: FyersStand) -> FyersFeed:
    book, login = SymbolBook(), Login(stand.config, WallClock(), 0.0)
    market = FyersMarket(stand.config, login, book, WallClock())
    market.open()
    return FyersFeed(stand.config, login, market, book, WallClock(), SeededEntropy())
