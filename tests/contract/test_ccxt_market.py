"""Exchanges' pairs, bars, prices and keys over the twins' sockets, and the library as it comes against the same twins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, FloatOperation, getcontext, localcontext
from typing import Any

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.ccxt_exchanges import ExchangeBroker, ExchangeFeed, ExchangeMarket, PairBook
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.client.calls import PAIRS_ARE_GOOD
from bidwell.brokers.ccxt_exchanges.client.library import made
from bidwell.brokers.ccxt_exchanges.client.seam import wired
from bidwell.brokers.ccxt_exchanges.wire import Market, Steps
from bidwell.brokers.transport import Health
from bidwell.engine.ports import SessionLife
from bidwell.model.errors import InvalidInput, Missing, Refused
from bidwell.model.events import OrderFilled, OrderRejected
from bidwell.model.ids import ClientOrderId, InstrumentId
from bidwell.model.instrument import Crypto
from bidwell.model.terms import Side
from bidwell.twins.mishaps import MishapType, On
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.ccxt_stand import KITS, ExchangeStand, exchange_stand
from tests.contract.market_contract import Screen
from tests.contract.paper_stand import SeededEntropy


@pytest.fixture(params=sorted(KITS))
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[ExchangeStand]:
    async with exchange_stand(request.param) as stand:
        yield stand


@pytest.fixture
async def market(stand: ExchangeStand) -> AsyncIterator[ExchangeMarket]:
    made = ExchangeMarket(stand.config, stand.book, WallClock())
    await made.open()
    yield made
    await made.close()


async def test_pairs_have_ids_that_lead_back_and_exact_steps(stand: ExchangeStand, market: ExchangeMarket) -> None:
    venue = stand.config.profile.venue
    found = {each.id: each for each in await market.instruments()}
    assert set(found) == {f"ACMEUSD.{venue}", f"BTCUSD.{venue}", f"BTCEUR.{venue}"}
    coin = found[InstrumentId(f"BTCUSD.{venue}")]
    assert (coin.contract, coin.tick_size, coin.lot_size, coin.currency, coin.calendar) == (
        Crypto("BTC"), Decimal("0.01"), Decimal("0.00000001"), "USD", "24/7")  # fmt: skip
    assert {stand.book.symbol_of(each) for each in found} == {"ACME/USD", "BTC/USD", "BTC/EUR"}
    for name in ("BTC/USD", "btcusd"):
        listed = stand.book.instrument(name)
        assert listed is not None
        assert listed.id == coin.id


async def test_bars_are_the_newest_before_a_moment_oldest_first(stand: ExchangeStand, market: ExchangeMarket) -> None:
    then = WallClock().now().replace(second=0, microsecond=0) - timedelta(hours=2)
    bars = await market.bars(stand.instrument, 60, then, 7)
    assert [bar.start for bar in bars] == [then - timedelta(minutes=each) for each in range(7, 0, -1)]
    assert all(isinstance(bar.close, Decimal) and bar.low <= bar.close <= bar.high for bar in bars)
    assert len(await market.bars(stand.instrument, 3600, None, 700)) == 700
    for seconds in (61, 604800 if stand.config.profile.id == "coinbase" else 61):
        with pytest.raises(InvalidInput, match="60, 300"):
            await market.bars(stand.instrument, seconds, None, 5)
    with pytest.raises(Missing):
        await market.bars(InstrumentId("NOSUCH.XNAS"), 60, None, 5)


async def test_quotes_are_exact(stand: ExchangeStand, market: ExchangeMarket) -> None:
    (found,) = await market.quotes([InstrumentId(f"BTCUSD.{stand.config.profile.venue}")])
    assert (found.bid, found.ask) == (Decimal("97990.01"), Decimal("97990.02"))


async def test_the_feed_seeds_follows_the_stream_and_mends_itself(stand: ExchangeStand) -> None:
    screen, market = Screen(), ExchangeMarket(stand.config, stand.book, WallClock())
    feed = ExchangeFeed(stand.config, market, stand.book, WallClock(), SeededEntropy())
    try:
        await feed.connect(screen)
        await feed.follow([stand.instrument, InstrumentId("NOSUCH.XNAS")])
        await until(lambda: stand.instrument in screen.quotes and bool(screen.states), "the seed and the stream")
        await stand.quote("98.00", "98.10")
        await until(lambda: screen.quotes[stand.instrument].ask == Decimal("98.10"), "the new quote")
        await until(lambda: screen.quotes[stand.instrument].last == Decimal("98.05"), "the new print")
        stand.stage.disconnect()
        await until(lambda: screen.states[-1] and False in screen.states, "the line is back")
        await stand.quote("97.00", "97.10")
        await until(lambda: screen.quotes[stand.instrument].ask == Decimal("97.10"), "quotes after the gap")
    finally:
        await feed.close()


async def test_a_price_stream_that_is_open_and_mute_is_dialled_anew(stand: ExchangeStand) -> None:
    screen, config = Screen(), replace(stand.config, quiet=0.3)
    feed = ExchangeFeed(
        config, ExchangeMarket(config, stand.book, WallClock()), stand.book, WallClock(), SeededEntropy()
    )
    try:
        await feed.connect(screen)
        await feed.follow([stand.instrument])
        await until(lambda: bool(screen.states), "the stream")
        stand.stage.mute(600, "price:")
        await until(lambda: False in screen.states and screen.states[-1], "a new line")
        await stand.quote("96.00", "96.10")
        await until(lambda: screen.quotes[stand.instrument].ask == Decimal("96.10"), "its quotes")
    finally:
        await feed.close()


async def test_a_key_that_may_withdraw_is_refused_where_the_exchange_tells(stand: ExchangeStand) -> None:
    if stand.config.profile.id == "kraken":
        pytest.skip("Kraken does not tell")
    fields = stand.stage.people["100000002"].fields
    broker = stand.broker(replace(stand.config, key=fields["key"], secret=fields["secret"]))
    with pytest.raises(Refused, match="may withdraw"):
        await broker.connect(Ear())
    report = broker.report()
    assert report.state.life is SessionLife.NEEDS_LOGIN
    assert report.state.login_url.startswith("https://")
    good = stand.broker()
    number, balances = await good.probe()
    assert number
    assert balances.total["USD"] == 100_000
    await good.close()


@pytest.mark.parametrize(("quantity", "price", "code"), [
    ("1", "90.001", "price.tick"), ("1.000001", "90", "quantity.step"), ("0.000001", "90", "")])  # fmt: skip
async def test_what_the_library_would_round_is_refused_and_never_sent(
    stand: ExchangeStand, quantity: str, price: str, code: str
) -> None:
    broker, ear, make = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    order = make.limit(price, quantity=quantity)
    await broker.submit(approved(order))
    (event,) = ear.of(order.client_order_id)
    assert isinstance(event, OrderRejected)
    assert event.code == code or not code
    assert await stand.submissions(order.client_order_id) == 0
    await broker.close()


async def test_a_pair_in_other_money_is_refused_with_the_reason(stand: ExchangeStand) -> None:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    stand.instrument = InstrumentId(f"BTCEUR.{stand.config.profile.venue}")
    order = Maker(stand).limit("90000")
    await broker.submit(approved(order))
    (event,) = ear.of(order.client_order_id)
    assert isinstance(event, OrderRejected)
    assert "paid in EUR" in event.reason
    await broker.close()


async def test_a_session_made_anew_finds_an_order_by_the_pair_that_the_desk_remembers(stand: ExchangeStand) -> None:
    first, ear, make = stand.broker(), Ear(), Maker(stand)
    await first.connect(ear)
    buy, sell = make.limit("100.00", quantity="10"), make.limit("99.90", quantity="10", side=Side.SELL)
    for order in (buy, sell):
        await first.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
    await first.close()

    def traded() -> dict[ClientOrderId, InstrumentId]:
        return {each.client_order_id: each.instrument for each in (buy, sell)}

    again = ExchangeBroker(stand.config, stand.account, stand.book, WallClock(), SeededEntropy(), traded)
    await again.connect(Ear())
    # Nothing is held and nothing works: only the pair leads there.
    theirs = await again.find(sell.client_order_id)
    assert theirs is not None
    assert theirs.filled_quantity == 10
    book = await again.snapshot()
    assert {each.client_order_id for each in book.orders} == {buy.client_order_id, sell.client_order_id}
    await again.close()


async def test_the_librarys_way_of_rounding_does_not_leak(stand: ExchangeStand) -> None:
    with localcontext() as context:
        context.traps[FloatOperation] = True
        before = (context.rounding, dict(context.traps))
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = make.limit("99.99")
        await broker.submit(approved(order))
        await broker.snapshot()
        await broker.close()
        assert (getcontext().rounding, dict(getcontext().traps)) == before


async def test_the_library_as_it_comes_trades_at_the_twin(stand: ExchangeStand) -> None:
    exchange: Any = wired(stand.config)
    assert type(exchange) is type(made(stand.config.profile.id, {}))
    exchange.number, exchange.enableRateLimit = float, False
    # Its own transport, its own floats: nothing of the adapter is in between.
    try:
        await exchange.load_markets()
        placed = await exchange.create_order("ACME/USD", "limit", "buy", 2, 95)
        assert [each["id"] for each in await exchange.fetch_open_orders("ACME/USD")] == [placed["id"]]
        await exchange.cancel_order(placed["id"], "ACME/USD")
        assert await exchange.fetch_open_orders("ACME/USD") == []
        balance = await exchange.fetch_balance()
        assert balance["USD"]["total"] == 100_000
        ticker = await exchange.fetch_ticker("ACME/USD")
        assert (ticker["bid"], ticker["ask"]) == (99.9, 100)
    finally:
        await exchange.close()


def test_two_pairs_that_would_have_one_id_are_both_refused_with_the_reason() -> None:
    book, steps = PairBook("BINANCE"), Steps(Decimal("0.1"), Decimal("0.1"))
    book.learn([Market("1", "AB/C", "AB", "C", precision=steps), Market("2", "A/BC", "A", "BC", precision=steps),
                Market("3", "BTC/USDT", "BTC", "USDT", precision=steps), Market("4", "X/Y", "X", "Y")])  # fmt: skip
    assert [each.symbol for each in book.instruments()] == ["BTC/USDT"]
    assert set(book.refused) == {"AB/C", "A/BC", "X/Y"}
    assert "both stand for ABC.BINANCE" in book.refused["A/BC"]


async def test_a_history_of_more_than_a_page_is_read_to_its_end(stand: ExchangeStand) -> None:
    profile = stand.config.profile
    if profile.page > 100 or not profile.stream_fills:
        pytest.skip("a page holds more than a quick test makes")
    broker, ear, make = stand.broker(), Ear(), Maker(stand)
    await broker.connect(ear)
    sent = [make.limit("100.00", quantity="0.1") for _ in range(profile.page + 5)]
    for order in sent:
        await broker.submit(approved(order))
    await until(lambda: all(ear.fills(order.client_order_id) for order in sent), "every fill")
    book = await broker.snapshot()
    assert {each.client_order_id for each in book.orders} == {order.client_order_id for order in sent}
    assert all(sum(fill.quantity for fill in each.fills) == each.filled_quantity for each in book.orders)
    await broker.close()


async def test_a_pair_that_is_listed_later_is_learned_by_every_session_and_a_failed_reading_keeps_the_old(
    stand: ExchangeStand,
) -> None:
    now = 0.0
    later = stand.stage.market.rows.pop("BTC/EUR")
    clients = [ExchangeClient(stand.config, Health(WallClock()), lambda: now) for _ in range(2)]
    for each in clients:
        await each.open()
        await each.prepare(stand.book)
    stand.stage.market.rows["BTC/EUR"] = later
    for each in clients:
        await each.prepare(stand.book)
    assert stand.book.instrument("BTC/EUR") is None
    now = PAIRS_ARE_GOOD + 1
    for each in clients:
        await each.prepare(stand.book)
        assert "BTC/EUR" in each.exchange.markets
    assert stand.book.instrument("BTC/EUR") is not None
    now = 3 * PAIRS_ARE_GOOD
    stand.fault(MishapType.ERROR, on=On.READ, count=None, status=503)
    await clients[0].prepare(stand.book)
    assert stand.book.instrument("BTC/EUR") is not None
    for each in clients:
        await each.close()
