"""Angel One's instruments, options, bars, quotes and binary price stream, over the twin's socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.angelone import AngelMarket, Library
from bidwell.brokers.angelone.broker import feed as feeding
from bidwell.brokers.angelone.parse import prices
from bidwell.model.errors import Refused, Unavailable
from bidwell.model.events import OrderAccepted, OrderFilled
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future, Option, Right
from bidwell.model.terms import TimeInForce
from tests.contract.angelone_stand import (
    ACME,
    CALL,
    FUTURE,
    NIFTY,
    SENSEX_CALL,
    AngelStand,
    angelone_stand,
)
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.market_contract import RestMarketContract, Screen

AT_BSE, SERIES = InstrumentId("ACME.XBOM"), InstrumentId("ZINC-BE.XNSE")


@pytest.fixture
async def stand() -> AsyncIterator[AngelStand]:
    async with angelone_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: AngelStand) -> AsyncIterator[AngelMarket]:
    made = stand.market()
    made.open()
    yield made
    await made.close()


class TestAngelMarket(RestMarketContract):
    """Bars over the cards that every broker plays."""

    series = ((ACME, 60), (ACME, 86_400), (FUTURE, 3600), (SENSEX_CALL, 300))
    then = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    lengths = "60, 180"
    absent = ("NOSUCH.XNSE", "ZINC.XBOM", "NOSUCH301231C100.XNSE", "AAPL.XNAS")


async def test_instruments_are_the_whole_list_in_our_names(market: AngelMarket) -> None:
    found = {each.id: each for each in await market.instruments()}
    assert set(found) == {ACME, AT_BSE, SERIES, NIFTY, CALL, FUTURE, SENSEX_CALL}
    assert isinstance(found[FUTURE].contract, Future)
    assert (found[CALL].lot_size, found[CALL].tick_size, found[CALL].currency) == (Decimal(75), Decimal("0.05"), "INR")
    assert {each.calendar for each in found.values()} == {"XBOM"}


async def test_a_chain_of_options_has_their_terms(market: AngelMarket) -> None:
    (found,) = await market.options(ACME)
    assert isinstance(found.contract, Option)
    assert (found.id, found.contract.strike, found.contract.right) == (CALL, Decimal(100), Right.CALL)
    assert await market.options(ACME, found.contract.expiry - timedelta(days=1)) == []
    assert await market.expiries(ACME) == [found.contract.expiry]
    assert await market.expiries(NIFTY) == []
    (other,) = await market.options(InstrumentId("SENSEX.XBOM"))
    assert other.id == SENSEX_CALL


async def test_bars_beyond_one_requests_reach_are_put_together(
    market: AngelMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(prices.MOST_DAYS, 60, 1)
    bars = await market.bars(ACME, 60, datetime(2026, 11, 2, 9, 0, tzinfo=UTC), 3000)
    assert len(bars) == 3000
    assert {later.start - bar.start for bar, later in pairwise(bars)} == {timedelta(minutes=1)}
    assert await market.bars(ACME, 60, None, 0) == []


async def test_quotes_are_exact_and_an_index_has_its_level_on_both_sides(market: AngelMarket) -> None:
    found = {quote.instrument: quote for quote in await market.quotes([ACME, NIFTY, AT_BSE, SENSEX_CALL])}
    assert (found[ACME].bid, found[ACME].ask, found[ACME].last) == (Decimal("99.9"), Decimal(100), Decimal("99.95"))
    assert (found[NIFTY].bid, found[NIFTY].ask, found[NIFTY].last) == (Decimal(26_000),) * 3
    assert found[AT_BSE].ask == Decimal("100.1")
    assert found[SENSEX_CALL].previous_close is not None


async def test_a_market_to_where_nobody_listens_is_unavailable(stand: AngelStand) -> None:
    config = replace(stand.config, twin="http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        await AngelMarket(config, Library(), stand.login(), WallClock()).quotes([ACME])


async def test_the_feed_seeds_quotes_follows_the_stream_and_mends_itself(stand: AngelStand) -> None:
    library, screen = Library(), Screen()
    feed = stand.feed(library)
    try:
        await feed.connect(screen)
        await feed.follow([ACME, InstrumentId("NOSUCH.XNSE")])
        await until(lambda: ACME in screen.quotes, "the seed")
        await stand.quote("98.00", "98.10", "40")
        await until(lambda: screen.quotes[ACME].ask == Decimal("98.10"), "the new quote")
        assert (screen.quotes[ACME].last, screen.quotes[ACME].ask_quantity) == (Decimal("98.05"), Decimal(40))
        await feed.follow([ACME, NIFTY, FUTURE])
        await until(lambda: {NIFTY, FUTURE} <= set(screen.quotes), "an index and a future on the open stream")
        stand.twin.sessions.forget("plain", renewable=True)
        stand.stage.disconnect()
        await until(lambda: screen.states[-1] and len(screen.states) > 2, "the line is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("97.10"), "quotes after the gap")
        assert stand.twin.sessions.logins == 1
    finally:
        await feed.close()


async def test_a_feed_spreads_over_streams_and_says_what_it_leaves_out(
    stand: AngelStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "MOST_TOKENS", 1)
    monkeypatch.setattr(feeding, "MOST_STREAMS", 2)
    feed, screen = stand.feed(Library()), Screen()
    try:
        await feed.connect(screen)
        await feed.follow([ACME, NIFTY, FUTURE])
        await until(lambda: {ACME, NIFTY} <= set(screen.quotes), "what fits")
        assert len(stand.stage.lines.of("plain")) == 2
        assert "beyond the 2 that Angel One quotes" in screen.details[-1]
    finally:
        await feed.close()


async def test_a_feed_with_a_login_that_opens_nothing_says_so(stand: AngelStand) -> None:
    stand.config = replace(stand.config, pin="0000")
    feed = stand.feed(Library())
    try:
        await feed.connect(Screen())
        with pytest.raises(Refused, match="does not know this client code"):
            await feed.follow([ACME])
    finally:
        await feed.close()


@pytest.mark.parametrize("instrument", [CALL, FUTURE, SENSEX_CALL], ids=str)
async def test_contracts_are_traded_in_their_lots_and_indices_are_not(
    stand: AngelStand, instrument: InstrumentId
) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    stand.instrument = instrument
    make = Maker(stand, TimeInForce.DAY)
    order = make.order(quantity="20" if instrument == SENSEX_CALL else "75")
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderAccepted, OrderFilled)
    assert ear.fills(order.client_order_id)[0].fill.instrument == instrument
    assert instrument in (await broker.snapshot()).positions
    await broker.listing(["Nifty 50"])
    stand.instrument = NIFTY
    level = make.order()
    await broker.submit(approved(level))
    assert ear.kinds(level.client_order_id) == ["OrderRejected"]
    await broker.close()
