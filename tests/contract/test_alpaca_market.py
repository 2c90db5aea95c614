"""Alpaca's instruments, options, bars, quotes and price stream, over the twin's socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from bidwell.app.clock import WallClock
from bidwell.brokers.alpaca import AlpacaFeed, AlpacaMarket, wire
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.model.errors import Missing, Refused, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Crypto, Option, Right
from bidwell.model.market import Quote
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side
from tests.contract.alpaca_stand import ACME, AlpacaStand, alpaca_stand
from tests.contract.broker_stand import until
from tests.contract.market_contract import RestMarketContract, Screen
from tests.contract.paper_stand import SeededEntropy

BRK = InstrumentId("BRK-B.XNYS")
COIN = InstrumentId("BTCUSD.ALPACA")


@pytest.fixture
async def stand() -> AsyncIterator[AlpacaStand]:
    async with alpaca_stand() as stand:
        yield stand


@pytest.fixture
async def market(stand: AlpacaStand) -> AsyncIterator[AlpacaMarket]:
    made = AlpacaMarket(stand.config, SymbolBook(), WallClock())
    made.open()
    yield made
    await made.close()


class TestAlpacaMarket(RestMarketContract):
    """Bars over the cards that every broker plays."""

    series = ((ACME, 60), (ACME, 86_400), (COIN, 3600))
    lengths = "60, 300"
    absent = ("NOSUCH.XNAS", "ACME.XNYS")
    throttles = True


async def test_instruments_have_ids_that_lead_back_to_the_brokers_symbols(market: AlpacaMarket) -> None:
    found = {each.id: each for each in await market.instruments()}
    assert set(found) == {ACME, BRK, COIN}
    assert {each.symbol for each in found.values()} == {"ACME", "BRK.B", "BTC/USD"}
    coin = found[COIN]
    assert (coin.contract, coin.lot_size, coin.calendar, coin.currency) == (
        Crypto("BTC"), Decimal("0.000000001"), "24/7", "USD")  # fmt: skip


async def test_a_chain_of_options_has_their_terms(market: AlpacaMarket) -> None:
    (found,) = await market.options(ACME)
    assert found.id == "ACME310117C00100000.OPRA"
    assert isinstance(found.contract, Option)
    assert (found.contract.underlying, found.contract.strike, found.contract.right) == (ACME, Decimal(100), Right.CALL)
    assert (found.contract.expiry.isoformat(), found.multiplier) == ("2031-01-17", Decimal(100))
    assert await market.options(ACME, found.contract.expiry - timedelta(days=1)) == []
    assert await market.options(ACME, found.contract.expiry) == [found]
    assert await market.expiries(ACME) == [found.contract.expiry]
    assert await market.options(BRK) == []
    assert await market.expiries(BRK) == []
    with pytest.raises(Missing):
        await market.expiries(InstrumentId("NOSUCH.XNAS"))


async def test_an_option_is_listed_by_its_name_as_the_chain_has_it(stand: AlpacaStand, market: AlpacaMarket) -> None:
    broker = stand.broker()
    try:
        await broker.probe()
        found = await broker.listing(["ACME310117C00100000", "ACME310117C00999000", "NOSUCH310117C00100000"])
        assert found == await market.options(ACME)
    finally:
        await broker.close()


def test_an_option_whose_name_and_terms_disagree_is_left_out() -> None:
    book = SymbolBook()
    book.learn([wire.Asset("1", "us_equity", "NASDAQ", "ACME", "active", tradable=True)])
    row = wire.OptionContract("2", "ACME310117C00100000", "active", True, "2031-01-17", "ACME", "call", Decimal(100))
    assert [each.id for each in book.learn_options([row])] == ["ACME310117C00100000.OPRA"]
    for odd in (
        {"strike_price": Decimal("NaN")}, {"strike_price": Decimal("sNaN")}, {"size": Decimal("NaN")}, {"size": Decimal(-1)}, {"strike_price": Decimal(99)}, {"expiration_date": "2031-01-18"},
        {"expiration_date": ""}, {"symbol": "ACME319917C00100000"}, {"symbol": "ACME"}, {"underlying_symbol": "OTHER"},
        {"status": "inactive"}, {"tradable": False},
    ):  # fmt: skip
        assert book.learn_options([structs.replace(row, **odd)]) == []


async def test_a_chain_of_several_pages_is_whole_and_in_order(stand: AlpacaStand, market: AlpacaMarket) -> None:
    """More options than a page of a thousand holds; without a last day Alpaca would tell those of this week alone."""
    row = stand.stage.market.rows["ACME310117C00100000"]
    for strike in range(700, 0, -1):
        for expiry, right in ((date(2031, 1, 17), "put"), (date(2030, 12, 20), "call")):
            symbol = f"ACME{expiry:%y%m%d}{right[0].upper()}{strike * 1000:08d}"
            stand.stage.market.rows[symbol] = structs.replace(
                row, symbol=symbol, expiry=expiry, strike=Decimal(strike), right=right
            )
    found = await market.options(ACME)
    terms = [each.contract for each in found if isinstance(each.contract, Option)]
    assert len(found) == 1401
    assert [(each.expiry, each.strike) for each in terms] == sorted((each.expiry, each.strike) for each in terms)
    assert await market.expiries(ACME) == [date(2030, 12, 20), date(2031, 1, 17)]
    assert len(await market.options(ACME, date(2030, 12, 20))) == 700


async def test_quotes_of_many_options_are_asked_for_a_hundred_at_a_time(
    market: AlpacaMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    snapshots = AlpacaClient.snapshots

    async def counted(client: AlpacaClient, symbols: list[str], asset_class: str) -> dict[str, wire.Snap]:
        asked.append(len(symbols))
        return await snapshots(client, symbols, asset_class)

    monkeypatch.setattr(AlpacaClient, "snapshots", counted)
    many = [InstrumentId(f"ACME310117C{strike * 1000:08d}.OPRA") for strike in range(1, 251)]
    (quote,) = await market.quotes(many)
    assert (quote.instrument, quote.ask) == ("ACME310117C00100000.OPRA", Decimal("5.20"))
    assert asked == [100, 100, 50]


async def test_quotes_come_by_class_with_exact_prices(market: AlpacaMarket) -> None:
    found = {quote.instrument: quote for quote in await market.quotes([ACME, COIN])}
    assert (found[ACME].bid, found[ACME].ask) == (Decimal("99.9"), Decimal(100))
    assert found[COIN].ask == Decimal(98_010)
    assert found[ACME].previous_close is not None


async def test_the_feed_seeds_quotes_follows_the_stream_and_mends_itself(stand: AlpacaStand) -> None:
    book, screen = SymbolBook(), Screen()
    market = AlpacaMarket(stand.config, book, WallClock())
    market.open()
    feed = AlpacaFeed(stand.config, market, book, WallClock(), SeededEntropy())
    try:
        await market.instruments()
        await feed.connect(screen)
        await feed.follow([ACME])
        await until(lambda: ACME in screen.quotes, "the seed")
        await stand.quote("98.00", "98.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("98.10"), "the new quote")
        await until(lambda: screen.quotes[ACME].last == Decimal("98.05"), "the new print")
        await feed.follow([COIN, InstrumentId("NOSUCH.XNAS")])
        await until(lambda: COIN in screen.quotes, "a coin, from its own stream")
        stand.stage.disconnect()
        await until(lambda: screen.states[-1] and screen.states.count(False) >= 2, "both lines are back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[ACME].ask == Decimal("97.10"), "quotes after the gap")
        assert screen.quotes[ACME].received_at >= screen.quotes[ACME].occurred_at - timedelta(seconds=5)
    finally:
        await feed.close()
        await market.close()


async def test_a_feed_learns_what_it_is_to_quote_and_reads_again_what_it_could_not(
    stand: AlpacaStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart nobody has listed anything yet, and the first read of the prices may fail."""
    screen, book = Screen(), SymbolBook()
    market = AlpacaMarket(stand.config, book, WallClock())
    market.open()
    feed = AlpacaFeed(stand.config, market, book, WallClock(), SeededEntropy())
    read = market.quotes
    failed: list[Sequence[InstrumentId]] = []

    async def fails_once(instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        if not failed:
            failed.append(instruments)
            raise Unavailable("not now")
        return await read(instruments)

    monkeypatch.setattr(market, "quotes", fails_once)
    try:
        await feed.connect(screen)
        await feed.follow([ACME, InstrumentId("NOSUCH.XNAS")])
        await until(lambda: ACME in screen.quotes, "the second read")
        assert failed
    finally:
        await feed.close()
        await market.close()


async def test_a_feed_with_a_key_that_opens_nothing_says_so(stand: AlpacaStand) -> None:
    book = SymbolBook()
    market = AlpacaMarket(stand.config, book, WallClock())
    market.open()
    await market.instruments()
    feed = AlpacaFeed(replace(stand.config, secret_key="wrong"), market, book, WallClock(), SeededEntropy())
    try:
        await feed.connect(Screen())
        with pytest.raises(Refused, match="does not know this key"):
            await feed.follow([ACME])
    finally:
        await feed.close()
        await market.close()


async def test_an_order_that_closed_unseen_long_after_it_was_sent_is_in_the_next_snapshot(stand: AlpacaStand) -> None:
    broker = stand.broker()
    theirs = await stand.place_by_hand(Side.BUY, "7", "90.00")
    await broker.probe()
    assert [each.broker_order_id for each in (await broker.snapshot()).orders] == [theirs]
    await stand.expire_by_hand(theirs)
    just_now = WallClock().now() + timedelta(minutes=5)
    assert (await broker.snapshot(just_now)).orders == ()
    later = await broker.snapshot(WallClock().now() - timedelta(seconds=30))
    assert [each.status for each in later.orders] == [OrderStatus.EXPIRED]
    await broker.close()
