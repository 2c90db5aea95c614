"""Dhan's instruments, options, bars, quotes and binary price stream, over the twin's socket."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.dhan import DhanFeed, DhanMarket, Login
from bidwell.brokers.dhan.symbols import SymbolBook, read_master
from bidwell.model.errors import ConfigError, ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from tests.contract.dhan_stand import DhanStand, dhan_stand
from tests.contract.market_contract import ACME, AT, CALL, FUTURE, GRAND, ListedMarketContract, Screen
from tests.contract.paper_stand import SeededEntropy
from tests.contract.test_dhan_fuzz import HEAD, OPTION, SHARE


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


class TestDhanMarket(ListedMarketContract):
    """Dhan's market keeps the cards of brokers with a list of the day."""

    lengths = "60, 300"
    grand = "GRAND"
    broken = ("", "a,b\n1,2\n", HEAD)

    def feed(self, stand: DhanStand) -> DhanFeed:
        return _feed(stand)

    def book(self, text: str | None = None) -> SymbolBook:
        book = SymbolBook()
        book.take(read_master(HEAD + SHARE if text is None else text, AT))
        return book


# --- instruments ----------------------------------------------------------------------------------


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


# --- prices ---------------------------------------------------------------------------------------


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


async def test_subscriptions_go_a_hundred_at_a_time(stand: DhanStand) -> None:
    feed = _feed(stand)
    said = list(feed._subscriptions([("NSE_EQ", str(number)) for number in range(250)]))
    await feed.close()
    assert [text.count("SecurityId") for text in said] == [100, 100, 50]
    assert '"RequestCode":21,"InstrumentCount":100' in said[0]


def _feed(stand: DhanStand) -> DhanFeed:
    book, login = SymbolBook(), Login(stand.config, WallClock())
    market = DhanMarket(stand.config, login, book, WallClock())
    market.open()
    return DhanFeed(stand.config, login, market, book, WallClock(), SeededEntropy())
