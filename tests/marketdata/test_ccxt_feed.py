"""CCXT's own connector against a local server with Binance's public protocol; the real exchange with --network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from bidwell.app.clock import WallClock
from bidwell.marketdata.instruments import compile_master
from bidwell.marketdata.vendors.ccxt_public import CcxtFeed, public_exchange
from bidwell.model.errors import ConfigError, InvalidInput, Missing, Refused
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Quote
from tests.marketdata.exchange_server import START, ExchangeServer, serving

BITCOIN = InstrumentId("BTC-USDT.BINANCE")
SYMBOLS = ("BTC/USDT", "ETH/USDT")
LAST_CANDLE = datetime.fromtimestamp(START // 1000, tz=UTC)


@dataclass
class Heard:
    quotes: list[Quote] = field(default_factory=list)
    states: list[tuple[bool, str]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        self.quotes.extend(quotes)
        self.changed.set()

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        assert name == "binance"
        self.states.append((connected, detail))
        self.changed.set()

    async def until(self, condition: Callable[[], bool], seconds: float = 15.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def server() -> AsyncIterator[ExchangeServer]:
    async with serving() as started:
        yield started


def feed(server: ExchangeServer, symbols: Sequence[str] = SYMBOLS) -> CcxtFeed:
    return CcxtFeed("binance", WallClock(), symbols, open_exchange=server.exchange, silence=1.0, first_pause=0.05)


async def test_every_symbol_is_quoted_with_its_touch_and_last_price(server: ExchangeServer) -> None:
    heard, live = Heard(), feed(server)
    await live.connect(heard)
    await heard.until(lambda: len(heard.quotes) > 20)
    await live.close()
    assert {quote.instrument for quote in heard.quotes} == {BITCOIN, InstrumentId("ETH-USDT.BINANCE")}
    assert heard.states == [(True, "2 instruments")]
    quote = heard.quotes[-1]
    assert quote.ask - quote.bid == Decimal("0.10")
    assert (quote.bid_quantity, quote.ask_quantity) == (Decimal("1.5"), Decimal("2.5"))
    assert quote.open == Decimal(29_000)
    assert WallClock().now() - quote.received_at < timedelta(seconds=20)


async def test_a_stream_that_breaks_is_opened_again(server: ExchangeServer) -> None:
    heard, live = Heard(), feed(server)
    await live.connect(heard)
    await heard.until(lambda: len(heard.quotes) > 5)
    await server.fall()
    await heard.until(lambda: not heard.states[-1][0])
    before = len(heard.quotes)
    server.down = False
    await heard.until(lambda: heard.states[-1][0] and len(heard.quotes) > before)
    await live.close()
    assert "next try in" in heard.states[1][1]


async def test_a_stream_that_falls_silent_is_found_by_the_age_of_its_data(server: ExchangeServer) -> None:
    heard, live = Heard(), feed(server)
    await live.connect(heard)
    await heard.until(lambda: len(heard.quotes) > 5)
    server.mute = True
    await heard.until(lambda: any("silent for 1 s" in detail for _, detail in heard.states))
    server.mute = False
    await heard.until(lambda: heard.states[-1][0])
    await live.close()


async def test_a_refusing_exchange_is_tried_again_with_growing_pauses(server: ExchangeServer) -> None:
    server.refuse = True
    heard, live = Heard(), feed(server)
    await live.connect(heard)
    await heard.until(lambda: len(heard.states) >= 3)
    server.refuse = False
    await heard.until(lambda: heard.states[-1][0])
    await live.close()
    pauses = [detail.rpartition("next try in ")[2] for connected, detail in heard.states if not connected]
    assert pauses[:3] == ["0.05 s", "0.1 s", "0.2 s"]


async def test_closing_ends_the_stream_and_leaves_no_task(server: ExchangeServer) -> None:
    heard, live = Heard(), feed(server)
    await live.connect(heard)
    await heard.until(lambda: len(heard.quotes) > 2)
    with pytest.raises(ConfigError, match="connected already"):
        await live.connect(heard)
    await live.close()
    count = len(heard.quotes)
    await asyncio.sleep(0.3)
    assert len(heard.quotes) == count
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "feed binance"]
    await live.close()


async def test_markets_become_instruments_and_definitions(server: ExchangeServer) -> None:
    instruments = await feed(server).instruments()
    assert [(each.id, each.tick_size, each.min_notional) for each in instruments] == [
        (BITCOIN, Decimal("0.01"), Decimal(5)),
        (InstrumentId("ETH-USDT.BINANCE"), Decimal("0.01"), Decimal(5)),
    ]
    master = compile_master(await feed(server).definitions(), WallClock().now().date())
    assert master.broker_symbol("binance", BITCOIN) == "BTC/USDT"
    assert master.untradable == ()


async def test_history_is_read_in_pages_and_joined(server: ExchangeServer) -> None:
    bars = await feed(server).bars(BITCOIN, 60, LAST_CANDLE, 1200)
    assert len(bars) == 1200
    assert bars[-1].start == LAST_CANDLE - timedelta(minutes=1)
    assert all(two.start - one.start == timedelta(minutes=1) for one, two in pairwise(bars))


async def test_what_the_exchange_does_not_have_is_said(server: ExchangeServer) -> None:
    with pytest.raises(Missing, match="DOGE/USDT"):
        await feed(server, ["DOGE/USDT"]).instruments()
    with pytest.raises(Missing, match="DOGE-USDT"):
        await feed(server).bars(InstrumentId("DOGE-USDT.BINANCE"), 60, None, 10)
    with pytest.raises(InvalidInput) as caught:
        await feed(server).bars(BITCOIN, 420, None, 10)
    assert caught.value.code == "bars.timeframe"
    server.refuse = True
    with pytest.raises(Refused):
        await feed(server).instruments()


def test_an_unknown_exchange_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="nosuch"):
        public_exchange("nosuch")


@pytest.mark.network
async def test_the_real_exchange_streams_quotes_and_history() -> None:
    heard, live = Heard(), CcxtFeed("binance", WallClock(), ("BTC/USDT",))
    await live.connect(heard)
    await heard.until(lambda: len(heard.quotes) > 5, 60)
    await live.close()
    assert len(await live.bars(BITCOIN, 60, None, 10)) == 10
