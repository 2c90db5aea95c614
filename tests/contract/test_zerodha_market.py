"""Zerodha's instruments, options, bars, quotes and ticker, over the twin's socket."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.zerodha import ZerodhaFeed, ZerodhaMarket
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.brokers.zerodha.symbols import COLUMNS, SymbolBook, read_list, rows
from bidwell.model.errors import ProtocolError, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future, Index, Option, Right
from bidwell.twins.mishaps import MishapType, On
from tests.contract.broker_stand import until
from tests.contract.market_contract import RestMarketContract, Screen
from tests.contract.paper_stand import SeededEntropy
from tests.contract.zerodha_stand import ACME, NEXT, ZerodhaStand, zerodha_stand

NIFTY = InstrumentId("NIFTY.XNSE")
CALL = InstrumentId("NIFTY310130C25000.XNSE")
TODAY = date(2026, 11, 21)


@pytest.fixture
async def stand() -> AsyncIterator[ZerodhaStand]:
    async with zerodha_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: ZerodhaStand) -> AsyncIterator[ZerodhaMarket]:
    made = ZerodhaMarket(stand.config, stand.masters, WallClock())
    made.open()
    yield made
    await made.close()


class TestZerodhaMarket(RestMarketContract):
    """Bars over the cards that every broker plays."""

    series = ((ACME, 60), (ACME, 86_400), (CALL, 3600))
    then = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    lengths = "60, 180"
    absent = ("NOSUCH.XNSE", "ACME.XBOM", "ACME.XNAS")
    throttles = True


async def test_instruments_have_ids_that_lead_back_to_the_brokers_names(market: ZerodhaMarket) -> None:
    found = {each.id: each for each in await market.instruments()}
    assert set(found) == {ACME, "SBIN.XBOM", NIFTY, "NIFTY310130F.XNSE", CALL}
    assert {market.book.row(each).key for each in found if market.book.row(each)} == {  # type: ignore[union-attr] # asked for
        "NSE:ACME", "BSE:SBIN", "NSE:NIFTY 50", "NFO:NIFTY31JANFUT", "NFO:NIFTY31JAN25000CE"}  # fmt: skip
    assert isinstance(found[NIFTY].contract, Index)
    assert not found[NIFTY].tradable
    future = found[InstrumentId("NIFTY310130F.XNSE")]
    assert (future.contract, future.lot_size, future.tick_size) == (Future("NIFTY", NEXT), Decimal(75), Decimal("0.05"))
    assert {(each.currency, each.calendar) for each in found.values()} == {("INR", "XBOM")}


async def test_a_chain_of_options_has_their_terms(market: ZerodhaMarket) -> None:
    (found,) = await market.options(NIFTY)
    assert (found.id, found.symbol, found.lot_size) == (CALL, "NIFTY310130C25000", Decimal(75))
    assert found.contract == Option(NIFTY, NEXT, Decimal(25_000), Right.CALL, cash_settled=True)
    assert await market.options(NIFTY, NEXT - timedelta(days=7)) == []
    assert await market.options(ACME) == []
    assert await market.expiries(NIFTY) == [NEXT]
    assert await market.expiries(ACME) == []


async def test_quotes_have_exact_prices_and_indices_have_no_touch_of_their_own(market: ZerodhaMarket) -> None:
    found = {quote.instrument: quote for quote in await market.quotes([ACME, CALL, NIFTY])}
    assert (found[ACME].bid, found[ACME].ask, found[ACME].last) == (Decimal("99.9"), Decimal(100), Decimal("99.95"))
    assert found[CALL].ask == Decimal("310.5")
    assert found[NIFTY].last == 25_000
    assert found[ACME].previous_close is not None


async def test_the_feed_seeds_quotes_follows_the_ticker_and_mends_itself(stand: ZerodhaStand) -> None:
    screen, market = Screen(), ZerodhaMarket(stand.config, stand.masters, WallClock())
    feed = ZerodhaFeed(stand.config, market, WallClock(), SeededEntropy())
    try:
        await feed.connect(screen)
        await feed.follow([ACME])
        await until(lambda: ACME in screen.quotes, "the seed")
        await stand.quote("98.00", "98.10", "40")
        await until(lambda: screen.quotes[ACME].ask == Decimal("98.10"), "the new quote")
        assert (screen.quotes[ACME].last, screen.quotes[ACME].bid_quantity) == (Decimal("98.05"), Decimal(40))
        await feed.follow([NIFTY, CALL, InstrumentId("NOSUCH.XNSE"), InstrumentId("AAPL.XNAS")])
        await until(lambda: {NIFTY, CALL} <= set(screen.quotes), "an index and an option")
        stand.stage.quote("NIFTY 50", Decimal(25_010), Decimal(25_010), Decimal(1))
        await until(lambda: screen.quotes[NIFTY].last == 25_010, "the index moves")
        stand.stage.disconnect()
        await until(lambda: screen.states == [True, False, True], "the line is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("97.10"), "quotes after the gap")
        stand.stage.lines.tell("", [b"\x00\x02\x00"], "orders")
        await until(lambda: screen.states == [True, False, True, False, True], "a cut frame ends the connection")
    finally:
        await feed.close()


async def connected(feed: ZerodhaFeed) -> None:
    await feed.connect(Screen())
    await feed.follow([ACME])


async def test_a_feed_whose_login_opens_nothing_says_so(stand: ZerodhaStand) -> None:
    for wrong, why in (({"access_token": "wrong"}, "login"), ({"access_token": ""}, "login each day"),
                       ({"logged_in_at": WallClock().now() - timedelta(days=2)}, "log in again")):  # fmt: skip
        config = replace(stand.config, **wrong)
        market = ZerodhaMarket(stand.config, stand.masters, WallClock())
        feed = ZerodhaFeed(config, market, WallClock(), SeededEntropy())
        try:
            with pytest.raises(Refused, match=why):
                await connected(feed)
        finally:
            await feed.close()


# --- the lists ------------------------------------------------------------------------------------------


def made_list(count: int) -> bytes:
    """A list with shares, funds, an index, and chains of options as NSE has them."""
    out = io.StringIO()
    out.write(",".join(COLUMNS) + "\n")
    for number in range(count):
        root, level = f"STOCK{number % 200}", 1000 + number // 200 * 5
        right = "CE" if number % 2 else "PE"
        out.write(f"{(5000 + number) * 256 + 2},{5000 + number},{root}26DEC{level}{right},{root},1.5,2026-12-31,{level},0.05,{25 + number % 200},"
                  f"{right},NFO-OPT,NFO\n")  # fmt: skip
    return out.getvalue().encode()


def test_a_list_of_thousands_is_one_to_one_and_rows_come_one_at_a_time() -> None:
    body = made_list(6000)
    stream = iter(rows(io.StringIO(body.decode())))
    assert next(stream).symbol == "STOCK026DEC1000PE"
    book = SymbolBook()
    book.adopt(read_list("NFO", body, TODAY))
    assert len(book) == 6000
    assert book.refused == {}
    ids = {each.id for each in book.instruments()}
    assert len(ids) == 6000
    row = book.row(InstrumentId("STOCK7261231C1100.XNSE"))
    assert row is None or row.symbol == "STOCK726DEC1100CE"
    assert len(book.options(InstrumentId("STOCK7.XNSE"), date(2026, 12, 31))) == 30


def test_what_would_stand_for_two_things_is_refused_with_both_names() -> None:
    head = ",".join(COLUMNS)
    lines = ["1,1,A B,X,0,,0,0.05,1,EQ,NSE,NSE", "2,2,A-B,X,0,,0,0.05,1,EQ,NSE,NSE", "3,3,A.B,X,0,,0,0.05,1,EQ,NSE,NSE",
             "4,4,GOOD,X,0,,0,0.05,1,EQ,NSE,NSE", "4,4,SAME,X,0,,0,0.05,1,EQ,NSE,NSE", "5,5,FREE,X,0,,0,0,1,EQ,NSE,NSE",
             "6,6,WHAT,X,0,,0,0.05,1,ZZ,NSE,NSE", "7,7,OK,X,0,,0,0.05,1,EQ,NSE,NSE", "8,8,OTHER,X,0,,0,0.05,1,EQ,BSE,BSE"]  # fmt: skip
    listed = read_list("NSE", "\n".join([head, *lines]).encode(), TODAY)
    assert set(listed.ids) == {"OK"}
    assert set(listed.refused) == {"A B", "A-B", "A.B", "GOOD", "SAME", "FREE", "WHAT"}
    assert "NSE:A B and NSE:A-B both stand for A-B.XNSE" in listed.refused["A-B"]
    assert "tick_size" in listed.refused["FREE"]
    for broken in (b"", b"a,b,c\n", "\n".join([head, lines[0], "9,9,CUT"]).encode(), f"{head}\nx{lines[0]}".encode(),
                   f'{head}\n1,1,"A'.encode(), f"{head}\n".encode() + b"\xff\xfe,"):  # fmt: skip
        with pytest.raises(ProtocolError):
            read_list("NSE", broken, TODAY)


def test_a_name_that_two_lists_claim_is_refused_in_both() -> None:
    head = ",".join(COLUMNS)
    book = SymbolBook()
    book.adopt(read_list("NSE", f"{head}\n1,1,ABC261231F,X,0,,0,0.05,1,EQ,NSE,NSE".encode(), TODAY))
    assert len(book) == 1
    book.adopt(read_list("NFO", f"{head}\n2,2,ABC26DECFUT,ABC,0,2026-12-31,0,0.05,5,FUT,NFO-FUT,NFO".encode(), TODAY))
    assert len(book) == 0
    assert set(book.refused) == {"NSE:ABC261231F", "NFO:ABC26DECFUT"}


async def test_lists_are_read_once_a_day_and_yesterdays_do_while_todays_do_not_come(
    stand: ZerodhaStand, market: ZerodhaMarket
) -> None:
    masters, now = stand.masters, WallClock().now()
    await masters.learn(market._client, ("NSE",), now)
    day = masters.book.day("NSE")
    stand.fault(MishapType.ERROR, on=On.READ, count=None, status=503)
    await masters.learn(market._client, ("NSE", "MCX"), now)
    await masters.learn(market._client, ("NSE",), now + timedelta(days=1))
    assert masters.book.day("NSE") == day
    with pytest.raises(Unavailable):
        await Masters().learn(market._client, ("NSE",), now)
    stand.fault(MishapType.GARBAGE, on=On.READ, count=None)
    with pytest.raises(ProtocolError):
        await Masters().learn(market._client, ("NSE",), now)
