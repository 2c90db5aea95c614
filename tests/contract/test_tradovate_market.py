"""Tradovate's contracts, bars, quotes and price stream, over the twin's sockets; orders of logins that get no prices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.tradovate import TradovateFeed, TradovateMarket
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.model.errors import Refused
from bidwell.model.events import OrderAccepted, OrderFilled
from bidwell.model.futures import product
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future
from bidwell.twins.tradovate.dialect import login
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.market_contract import MarketContract, Screen
from tests.contract.paper_stand import SeededEntropy
from tests.contract.tradovate_stand import CRUDE, LATER, MICRO, SYMBOL, YEAR, TradovateStand, tradovate_stand

MES = InstrumentId(f"{MICRO}.XCME")


@pytest.fixture
async def stand() -> AsyncIterator[TradovateStand]:
    async with tradovate_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: TradovateStand) -> AsyncIterator[TradovateMarket]:
    made = TradovateMarket(stand.config, SymbolBook(), WallClock(), SeededEntropy())
    made.open()
    yield made
    await made.close()


class TestTradovateMarket(MarketContract):
    """Bars over the cards that every broker plays."""

    series = ((CRUDE, 60), (CRUDE, 86_400), (MES, 3600))
    lengths = "60, 300"
    absent = ("ZZZ9.XCME",)


def unlicensed(stand: TradovateStand) -> TradovateStand:
    """The same server, for a login that gets no prices."""
    given = login("POOR1", "poor")
    config = replace(stand.config, name="poor", password=given["password"], sec=given["sec"], account="POOR1")
    return replace(stand, config=config)


async def test_a_contract_has_the_same_name_and_terms_as_at_every_broker(stand: TradovateStand) -> None:
    broker = stand.broker()
    (found,) = await broker.listing([SYMBOL])
    assert (found.id, found.symbol, found.venue, found.calendar) == (CRUDE, SYMBOL, "XNYM", "CMES")
    assert (found.tick_size, found.lot_size, found.multiplier, found.currency) == (
        Decimal("0.01"), Decimal(1), Decimal(1000), "USD")  # fmt: skip
    assert found.contract == Future("CL", product("CL").last_day(YEAR, 12))
    assert await broker.listing(["NOSUCH9"]) == []
    await broker.close()


async def test_a_product_stands_for_its_front_month(stand: TradovateStand, market: TradovateMarket) -> None:
    broker = stand.broker()
    assert [each.symbol for each in await broker.listing(["CL", "mes", LATER])] == [SYMBOL, MICRO, LATER]
    await broker.close()
    assert {each.id for each in await market.instruments()} == {CRUDE, MES}
    month = await market.month(CRUDE)
    assert (month.is_front, month.expiry) == (True, product("CL").last_day(YEAR, 12))
    assert not (await market.month(InstrumentId(f"{LATER}.XNYM"))).is_front


async def test_quotes_have_exact_prices(market: TradovateMarket) -> None:
    found = {quote.instrument: quote for quote in await market.quotes([CRUDE, MES])}
    assert (found[CRUDE].bid, found[CRUDE].ask) == (Decimal("99.90"), Decimal(100))
    assert (found[MES].ask, found[MES].volume) == (Decimal("6905.50"), Decimal(1000))
    assert found[MES].previous_close is not None


async def test_the_feed_follows_the_stream_and_mends_itself(stand: TradovateStand) -> None:
    screen = Screen()
    feed = TradovateFeed(stand.config, SymbolBook(), WallClock(), SeededEntropy())
    try:
        await feed.connect(screen)
        await feed.follow([CRUDE, InstrumentId("AAPL.XNAS"), InstrumentId("ESZ9.XCME")])
        await until(lambda: CRUDE in screen.quotes, "the first quote")
        await stand.quote("98.00", "98.10")
        await until(lambda: screen.quotes[CRUDE].ask == Decimal("98.10"), "the new quote")
        assert screen.quotes[CRUDE].volume == 1000, "what was not told again stays"
        await feed.follow([MES])
        await until(lambda: MES in screen.quotes, "another contract on the open socket")
        stand.stage.disconnect()
        await until(lambda: screen.states[-1] and not all(screen.states), "the socket is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[CRUDE].ask == Decimal("97.10"), "quotes after the gap")
        assert screen.quotes[CRUDE].received_at >= screen.quotes[CRUDE].occurred_at - timedelta(seconds=5)
    finally:
        await feed.close()


async def test_a_market_socket_that_lets_nobody_in_costs_no_session(stand: TradovateStand) -> None:
    feed = TradovateFeed(stand.config, SymbolBook(), WallClock(), SeededEntropy())
    await feed.connect(Screen())
    stand.twin.deaf = True
    for _ in range(2):
        with pytest.raises(Refused, match="licence"):
            await feed.follow([CRUDE])
    assert stand.twin.logins == 1
    await feed.close()


async def test_orders_work_for_a_login_that_gets_no_prices(stand: TradovateStand) -> None:
    poor = unlicensed(stand)
    feed = TradovateFeed(poor.config, SymbolBook(), WallClock(), SeededEntropy())
    await feed.connect(Screen())
    with pytest.raises(Refused, match="licence"):
        await feed.follow([CRUDE])
    broker, ear, make = poor.broker(), Ear(), Maker(poor)
    await broker.connect(ear)
    order = make.order(quantity="1")
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderAccepted, OrderFilled)
    assert (await broker.snapshot()).positions == {CRUDE: Decimal(1)}
    assert await broker.held() == [SYMBOL]
    await broker.close()
    await feed.close()
