"""Instruments, bars and prices of Interactive Brokers, over the twin's socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.ibkr import IbkrFeed, IbkrMarket, Link, symbols, wire
from bidwell.brokers.ibkr.symbols import SymbolBook, guess, question
from bidwell.brokers.transport import Limits, Throttled
from bidwell.model.errors import ConfigError, InvalidInput, Missing, ProtocolError
from bidwell.model.events import OrderFilled
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Option, Right
from bidwell.model.market import Quote
from bidwell.twins.ibkr.dialect import BACK_WITH, LOST
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.ibkr_stand import ACME, CALL, CRUDE, IbkrStand, ibkr_stand
from tests.contract.paper_stand import SeededEntropy

OIL, RIGHT = InstrumentId(f"{CRUDE}.XNYM"), InstrumentId(f"{CALL}.OPRA")
TODAY = date(2026, 11, 21)


@asynccontextmanager
async def market(stand: IbkrStand, **changes: object) -> AsyncIterator[IbkrMarket]:
    made = IbkrMarket(SymbolBook(), WallClock(), Link(stand.changed(**changes), WallClock(), SeededEntropy()))
    made.open()
    try:
        yield made
    finally:
        await made.close()


@dataclass
class Listener:
    quotes: list[Quote] = field(default_factory=list)
    states: list[tuple[bool, str]] = field(default_factory=list)

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        self.quotes += quotes

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        assert name == "Interactive Brokers"
        self.states.append((connected, detail))

    def newest(self, instrument: InstrumentId) -> Quote | None:
        return next((each for each in reversed(self.quotes) if each.instrument == instrument), None)


# --- instruments -----------------------------------------------------------------------------------------


async def test_shares_futures_and_options_are_listed_by_what_a_person_calls_them() -> None:
    async with ibkr_stand() as stand, market(stand) as made:
        share, other, oil, call = await made.listing(["ACME", "BRK B", CRUDE, CALL])
        assert (share.id, share.contract, share.tick_size) == (ACME, Equity(), Decimal("0.01"))
        assert (other.id, other.symbol) == ("BRK-B.XNYS", "BRK B")
        assert (oil.id, oil.multiplier, oil.calendar) == (OIL, Decimal(1000), "CMES")
        assert isinstance(oil.contract, Future)
        assert (call.id, call.multiplier) == (RIGHT, Decimal(100))
        assert call.contract == Option(ACME, date(2027, 1, 15), Decimal(100), Right.CALL)
        # In pounds, unknown, and no name at all.
        assert await made.listing(["VOD", "NOSUCH", "no name", "ACME"]) == [share]
        assert [each.id for each in await made.futures()] == [OIL]


@pytest.mark.parametrize("instrument", [ACME, OIL, RIGHT])
async def test_each_kind_is_traded_under_its_own_contract(instrument: InstrumentId) -> None:
    async with ibkr_stand() as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        order = replace(make.order(quantity="1"), instrument=instrument)
        await broker.submit(approved(order))
        await ear.hears(order.client_order_id, OrderFilled)
        fill = ear.fills(order.client_order_id)[0].fill
        book = await broker.snapshot()
        assert (fill.instrument, book.positions) == (instrument, {instrument: Decimal(1)})
        assert book.average_prices == {instrument: fill.price}
        assert await broker.held() == [instrument.rpartition(".")[0]]
        await broker.close()


def test_what_a_person_types_becomes_a_question() -> None:
    asked = question("brk.b", TODAY)
    assert asked == wire.Contract(symbol="BRK B", sec_type="STK", exchange="SMART", currency="USD")
    assert question("6EZ6", TODAY) == wire.Contract(
        symbol="EUR", sec_type="FUT", expiry="202612", exchange="CME", currency="USD", trading_class="6E")  # fmt: skip
    option = question("AAPL261218C00250000", TODAY)
    assert option is not None
    assert option.local_symbol == "AAPL  261218C00250000"
    for no_name in ("", "A B C D", "AAPL\0", "../x", "É", "1234", "TOOLONGSYMBOLX"):
        assert question(no_name, TODAY) is None
    assert guess(InstrumentId("ESZ6.XCME"), TODAY) == question("ESZ6", TODAY)
    for foreign in ("BTCUSD.ALPACA", "ESZ6.XNAS", "AAPL.XCME", "INFY.XNSE"):
        assert guess(InstrumentId(foreign), TODAY) is None


def details(**changes: object) -> wire.Details:
    contract = wire.Contract(1, "ES", "FUT", "20261218", "0", "", "50", "CME", "", "USD", "ESZ6", "ES")
    given = wire.Details(1, contract, Decimal("0.25"), 1, "E-mini", "202612", "", "")
    inner = {name: value for name, value in changes.items() if hasattr(contract, name)}
    outer = {name: value for name, value in changes.items() if name not in inner}
    return replace(given, contract=replace(contract, **inner), **outer)  # type: ignore[arg-type] # a test's table


@pytest.mark.parametrize(("changes", "why"), [
    ({"multiplier": "5"}, "a point of ES is worth 50"), ({"multiplier": "x"}, "multiplier"), ({"magnifier": 0}, "0ths"),
    ({"month": "209913"}, "month"), ({"exchange": "EUREX"}, "trades at"), ({"trading_class": "ZZZ"}, "no futures product"),
    ({"currency": "EUR"}, "dollars"), ({"sec_type": "BOND"}, "does not trade"),
    ({"sec_type": "STK", "primary_exchange": "MARS"}, "no venue"), ({"sec_type": "OPT", "local_symbol": "ES"}, "no option"),
])  # fmt: skip
def test_what_does_not_fit_together_is_refused_with_the_reason(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        symbols.instrument(details(**changes))


def test_cents_are_dollars_and_one_name_stands_for_one_contract() -> None:
    corn = details(
        symbol="ZC", trading_class="ZC", exchange="CBOT", multiplier="5000", magnifier=100, local_symbol="ZCZ6"
    )
    assert symbols.instrument(corn).multiplier == 50
    book = SymbolBook()
    assert book.learn(details()) is not None
    twice = details(con_id=2)
    assert book.learn(twice) is None
    with pytest.raises(ProtocolError, match="both stand for ESZ6"):
        book.id_of(twice.contract)
    assert book.id_of(details().contract) == "ESZ6.XCME"
    with pytest.raises(ProtocolError, match="not learned"):
        book.id_of(wire.Contract(99))


# --- bars --------------------------------------------------------------------------------------------------


async def test_bars_end_before_the_moment_asked_for_and_are_as_many_as_asked() -> None:
    async with ibkr_stand() as stand, market(stand) as made:
        end = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        bars = await made.bars(ACME, 300, end, 20)
        assert [bar.start for bar in bars] == [end - timedelta(minutes=5 * back) for back in range(20, 0, -1)]
        days = await made.bars(ACME, 86400, end, 400)
        assert (len(days), days[-1].start) == (400, datetime(2026, 3, 2, tzinfo=UTC))
        assert await made.bars(ACME, 60, None, 0) == []
        with pytest.raises(InvalidInput):
            await made.bars(ACME, 7, None, 5)
        with pytest.raises(Missing):
            await made.bars(InstrumentId("GONE.XNAS"), 60, None, 5)


async def test_history_is_asked_for_no_oftener_than_is_allowed() -> None:
    async with ibkr_stand() as stand, market(stand, history_rate=Limits(Decimal("0.01"), 2, 0)) as made:
        for _ in range(2):
            assert await made.bars(ACME, 3600, None, 5)
        with pytest.raises(Throttled, match="history may be asked for again"):
            await made.bars(ACME, 3600, None, 5)


# --- prices ------------------------------------------------------------------------------------------------


async def test_prices_are_whole_quotes_and_come_back_after_every_break() -> None:
    async with ibkr_stand() as stand:
        shared = Link(stand.config, WallClock(), SeededEntropy())
        feed, heard = IbkrFeed(SymbolBook(), WallClock(), shared), Listener()
        await feed.connect(heard)
        await feed.follow([ACME, OIL, InstrumentId("GONE.XNAS"), InstrumentId("INFY.XNSE"), ACME])
        await until(lambda: heard.newest(ACME) is not None and heard.newest(OIL) is not None, "first quotes")
        first = heard.newest(OIL)
        assert first is not None
        assert (first.bid, first.ask, first.last) == (Decimal("70.10"), Decimal("70.12"), Decimal("70.11"))

        def has(bid: str) -> bool:
            newest = heard.newest(ACME)
            return newest is not None and newest.bid == Decimal(bid)

        await stand.quote("101.00", "101.10", "30")
        await until(lambda: has("101.00"), "the next quote")
        newest = heard.newest(ACME)
        assert newest is not None
        assert (newest.ask, newest.bid_quantity, newest.previous_close) == (
            Decimal("101.10"),
            Decimal(30),
            Decimal("99.90"),
        )
        stand.stage.disconnect()
        await until(lambda: [up for up, _ in heard.states] == [True, False, True], "the feed's states")
        await stand.quote("102.00", "102.10")
        await until(lambda: has("102.00"), "prices after a new login")
        stand.twin.notice(LOST)
        stand.twin.notice(BACK_WITH)
        await until(lambda: [up for up, _ in heard.states][3:] == [False, True], "the feed's states")
        await until(lambda: sum(map(len, stand.twin.streams.values())) == 2, "each is followed once")
        await stand.quote("103.00", "103.10")
        await until(lambda: has("103.00"), "prices after the Gateway was away")
        await feed.close()
        await until(lambda: not any(stand.twin.streams.values()), "nothing is followed")


async def test_a_market_that_is_not_subscribed_has_no_prices_and_says_so() -> None:
    async with ibkr_stand() as stand:
        feed, heard = IbkrFeed(SymbolBook(), WallClock(), Link(stand.config, WallClock(), SeededEntropy())), Listener()
        await feed.connect(heard)
        await feed.follow([InstrumentId("DARK.XNYS")])
        await until(lambda: any("subscribe to it" in detail for _, detail in heard.states), "the reason")
        assert not heard.quotes
        await feed.close()
