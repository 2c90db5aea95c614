"""Dhan's instruments, options, bars, quotes and binary price stream, over the twin's socket."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.dhan import DhanFeed, DhanMarket, Login
from bidwell.brokers.dhan.broker import feed as feeds
from bidwell.brokers.dhan.symbols import SymbolBook, read_master
from bidwell.model.errors import ConfigError, InvalidInput, Missing, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Option, Right
from bidwell.model.market import Quote
from bidwell.twins.mishaps import MishapType, On
from tests.contract.broker_stand import until
from tests.contract.dhan_stand import ACME, EXPIRY, DhanStand, dhan_stand
from tests.contract.paper_stand import SeededEntropy
from tests.contract.test_dhan_fuzz import HEAD, OPTION, SHARE

GRAND = InstrumentId("GRAND.XBOM")
CALL = InstrumentId("NIFTY270128C26000.XNSE")
FUTURE = InstrumentId("NIFTY270128F.XNSE")
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
async def stand() -> AsyncIterator[DhanStand]:
    async with dhan_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: DhanStand) -> AsyncIterator[DhanMarket]:
    made = DhanMarket(stand.config, Login(stand.config, WallClock()), SymbolBook(), WallClock())
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
        assert name == "Dhan"
        self.states.append(connected)
        self.details.append(detail)


# --- instruments ----------------------------------------------------------------------------------


async def test_instruments_have_canonical_ids_and_terms(market: DhanMarket) -> None:
    found = {each.id: each for each in await market.instruments()}
    assert set(found) == {ACME, GRAND, FUTURE, CALL}
    assert (found[GRAND].tick_size, found[GRAND].contract) == (Decimal("0.05"), Equity())
    assert found[FUTURE].contract == Future("NIFTY", EXPIRY)
    assert (str(found[CALL].lot_size), str(found[CALL].tick_size)) == ("75", "0.05")
    assert {each.currency for each in found.values()} == {"INR"}


async def test_a_chain_of_options_has_their_terms(market: DhanMarket) -> None:
    (found,) = await market.options(InstrumentId("NIFTY.XNSE"))
    assert found.contract == Option(InstrumentId("NIFTY.XNSE"), EXPIRY, Decimal(26000), Right.CALL, cash_settled=True)
    assert await market.options(InstrumentId("NIFTY.XNSE"), EXPIRY - timedelta(days=1)) == []


async def test_a_person_may_name_an_instrument_in_several_ways(stand: DhanStand) -> None:
    broker = stand.broker()
    asked = ["acme", "NSE:ACME", "BSE:GRAND", "NIFTY-Jan2027-FUT", "nifty 28 jan 26000 call", "ACME.XNSE", "NOSUCH",
             "NSE:GRAND", ""]  # fmt: skip
    found = [each.id for each in await broker.listing(asked)]
    assert found == [ACME, ACME, GRAND, FUTURE, CALL, ACME]
    await broker.close()


def test_what_would_stand_for_two_things_is_refused_with_the_reason() -> None:
    book = SymbolBook()
    with pytest.raises(ProtocolError, match="has not been read"):
        book.id_of("NSE_EQ", "1333")
    master = read_master(HEAD + SHARE + SHARE.replace("1333", "1334") + OPTION, AT)
    book.take(master)
    assert book.key_of(InstrumentId("HDFCBANK.XNSE")) is None
    assert book.search("HDFCBANK") is None
    for security in ("1333", "1334"):
        with pytest.raises(ProtocolError, match="both stand for"):
            book.id_of("NSE_EQ", security)
    assert book.id_of("NSE_FNO", "49090") == "NIFTY270128C26000.XNSE"
    with pytest.raises(ProtocolError, match="not in its list"):
        book.id_of("NSE_EQ", "7")


@pytest.mark.parametrize(
    ("row", "ident"),
    [
        ("NSE,E,7,EQUITY,0,ABC,1,Abc,,,,5,NA,ES,BE,ABC LTD\n", "ABC-BE.XNSE"),
        ("NSE,E,7,EQUITY,0,M&M,1,Mahindra,,,,5,NA,ES,EQ,M AND M\n", "M&M.XNSE"),
        ("NSE,D,7,FUTSTK,0,BAJAJ-AUTO-Jan2027-FUT,75,B,2027-01-28 14:30:00,-0.01,XX,10.0,M,FUT,NA,\n", "BAJAJ-AUTO270128F.XNSE"),
        ("BSE,D,7,OPTIDX,0,SENSEX-Jan2027-85000.50-PE,20,S,2027-01-28 14:30:00,85000.50,PE,5.0,M,OP,NA,\n",
         "SENSEX270128P85000_5.XBOM"),
        ("MCX,M,7,FUTCOM,0,GOLD-Feb2027-FUT,1,GOLD,2027-02-05 23:30:00,-0.01,XX,100,M,FUT,NA,\n", "GOLD-FEB2027-FUT.MCX"),
    ],
)  # fmt: skip
def test_each_kind_of_row_has_one_name(row: str, ident: str) -> None:
    book = SymbolBook()
    book.take(read_master(HEAD + row, AT))
    assert list(book.ids()) == [ident]
    if ident.endswith(".MCX"):
        with pytest.raises(ConfigError, match="does not trade"):
            book.listing(InstrumentId(ident))
    else:
        listed = book.listing(InstrumentId(ident))
        assert listed is not None
        assert listed.id == ident


def test_a_list_is_read_anew_each_morning_and_not_traded_by_for_days() -> None:
    book = SymbolBook()
    assert not book.is_fresh(AT)
    book.take(read_master(HEAD + SHARE, AT))  # 09:30 in India
    assert book.is_fresh(AT + timedelta(hours=20))
    assert not book.is_fresh(AT + timedelta(hours=22))
    assert book.is_usable(AT + timedelta(days=3))
    assert not book.is_usable(AT + timedelta(days=3, seconds=1))
    for text in ("", "a,b\n1,2\n", HEAD):
        with pytest.raises(ProtocolError):
            read_master(text, AT)


# --- prices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("instrument", "seconds"), [(ACME, 60), (ACME, 86400), (CALL, 3600)])
async def test_bars_are_the_newest_before_a_moment_oldest_first(
    market: DhanMarket, instrument: InstrumentId, seconds: int
) -> None:
    until_then = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    bars = await market.bars(instrument, seconds, until_then, 7)
    assert len(bars) == 7
    assert [bar.start for bar in bars] == sorted({bar.start for bar in bars})
    assert bars[-1].start < until_then
    assert all(isinstance(bar.close, Decimal) and bar.low <= bar.close <= bar.high for bar in bars)


async def test_bars_of_another_length_and_of_nothing_are_told(market: DhanMarket) -> None:
    with pytest.raises(InvalidInput, match="60, 300"):
        await market.bars(ACME, 61, None, 5)
    with pytest.raises(Missing):
        await market.bars(InstrumentId("NOSUCH.XNSE"), 60, None, 5)
    assert await market.bars(ACME, 60, None, 0) == []


async def test_quotes_come_with_exact_prices(market: DhanMarket) -> None:
    found = {quote.instrument: quote for quote in await market.quotes([ACME, GRAND])}
    assert (found[ACME].bid, found[ACME].ask) == (Decimal("99.9"), Decimal(100))
    assert found[GRAND].bid == Decimal("130000.05")


async def test_reads_are_tried_again_when_the_server_fails(stand: DhanStand, market: DhanMarket) -> None:
    stand.fault(MishapType.ERROR, on=On.READ, count=2, status=503)
    assert await market.quotes([ACME])
    assert market.health.report().troubles


async def test_the_feed_follows_the_stream_rounds_to_the_tick_and_mends_itself(stand: DhanStand) -> None:
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
        stand.stage.quote("GRAND", Decimal("130001.05"), Decimal("130001.10"))
        await until(lambda: screen.quotes[GRAND].bid == Decimal("130001.05"), "its exact price")
        assert screen.quotes[GRAND].ask == Decimal("130001.10")
        stand.stage.disconnect()
        await until(lambda: screen.states == [True, False, True], "the stream is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("97.10"), "quotes after the gap")
        assert screen.quotes[ACME].occurred_at <= screen.quotes[ACME].received_at
    finally:
        await feed.close()


async def test_a_feed_with_a_token_that_opens_nothing_says_so(stand: DhanStand) -> None:
    stand.config = replace(stand.config, access_token="wrong-token", settle=10.0)
    feed = _feed(stand)
    try:
        await feed.connect(Screen())
        with pytest.raises(Refused, match="does not take this access token"):
            await feed.follow([ACME])
    finally:
        await feed.close()


@pytest.mark.parametrize(
    ("reason", "problem"), [(806, Refused), (807, Refused), (805, Unavailable), (999, ProtocolError)]
)
async def test_each_farewell_of_the_stream_has_its_meaning(
    stand: DhanStand, reason: int, problem: type[Exception]
) -> None:
    frame = struct.pack("<BHBiH", 50, 10, 0, 0, reason)
    feed = _feed(stand)
    with pytest.raises(problem):
        feed.hear(frame)
    await feed.close()


def test_subscriptions_go_a_hundred_at_a_time() -> None:
    keys = [("NSE_EQ", str(number)) for number in range(250)]
    said = list(feeds._subscriptions(keys))
    assert [text.count("SecurityId") for text in said] == [100, 100, 50]
    assert '"RequestCode":21,"InstrumentCount":100' in said[0]


def _feed(stand: DhanStand) -> DhanFeed:
    book, login = SymbolBook(), Login(stand.config, WallClock())
    market = DhanMarket(stand.config, login, book, WallClock())
    market.open()
    return DhanFeed(stand.config, login, market, book, WallClock(), SeededEntropy())
