"""What every broker's market must do, as cards over a real socket against its twin.

A broker's test module gives a `stand` and a `market` fixture and a class that inherits `MarketContract`,
`RestMarketContract`, or `ListedMarketContract` where the broker has a list of instruments that is new each morning.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Protocol

import pytest

from bidwell.app.brokerage import Prices
from bidwell.app.clock import WallClock
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.indian import IST
from bidwell.brokers.transport.master import MasterBook
from bidwell.engine.ports import HistorySource, InstrumentSource
from bidwell.model.errors import InvalidInput, Missing, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Instrument, Option, Right
from bidwell.model.market import Quote
from bidwell.twins.mishaps import MishapType, On
from tests.contract.broker_stand import until
from tests.contract.twin_stand import TwinStand

ACME = InstrumentId("ACME.XNSE")
GRAND = InstrumentId("GRAND.XBOM")
NIFTY = InstrumentId("NIFTY.XNSE")
CALL = InstrumentId("NIFTY270128C26000.XNSE")
FUTURE = InstrumentId("NIFTY270128F.XNSE")
EXPIRY = date(2027, 1, 28)
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Half past nine in India."""


class RestMarket(InstrumentSource, HistorySource, Protocol):
    """What a broker knows, over one login."""

    health: Health


class ListedMarket(RestMarket, Protocol):
    """One that tells option chains and the newest quotes, too."""

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]: ...

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]: ...

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]: ...


@dataclass
class Screen:
    """A listener to prices that remembers."""

    quotes: dict[InstrumentId, Quote] = field(default_factory=dict)
    states: list[bool] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        self.quotes |= {quote.instrument: quote for quote in quotes}

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        assert name
        assert detail
        self.states.append(connected)
        self.details.append(detail)


class MarketContract:
    """The cards: `series` are bars that there are, by instrument and seconds, `then` a moment before which they are asked.

    `lengths` begins the list of lengths that a person is told, `absent` is what the broker does not list.
    """

    series: ClassVar[Sequence[tuple[InstrumentId, int]]]
    then: ClassVar[datetime] = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    lengths: ClassVar[str]
    absent: ClassVar[Sequence[str]]

    async def test_bars_are_the_newest_before_a_moment_oldest_first(self, market: HistorySource) -> None:
        for instrument, seconds in self.series:
            bars = await market.bars(instrument, seconds, self.then, 7)
            assert len(bars) == 7
            assert [bar.start for bar in bars] == sorted({bar.start for bar in bars})
            assert bars[-1].start < self.then
            assert {bar.instrument for bar in bars} == {instrument}
            assert all(isinstance(bar.close, Decimal) and bar.low <= bar.close <= bar.high for bar in bars)
            assert await market.bars(instrument, seconds, None, 3)

    async def test_bars_of_another_length_and_of_nothing_are_told(self, market: HistorySource) -> None:
        instrument, seconds = self.series[0]
        with pytest.raises(InvalidInput, match=self.lengths):
            await market.bars(instrument, 61, None, 5)
        for absent in self.absent:
            with pytest.raises(Missing):
                await market.bars(InstrumentId(absent), seconds, None, 5)
        assert await market.bars(instrument, seconds, None, 0) == []


class RestMarketContract(MarketContract):
    """A market that is asked over REST alone; `throttles`: the broker says for how long it turns requests away."""

    throttles: ClassVar[bool] = False

    async def test_reads_are_tried_again_when_the_server_fails_or_throttles(
        self, stand: TwinStand[Any], market: RestMarket
    ) -> None:
        assert await market.bars(*self.series[0], None, 3), "it is logged in and knows the names"
        stand.fault(MishapType.ERROR, on=On.READ, count=2, status=503)
        assert await market.bars(*self.series[-1], None, 3)
        if self.throttles:
            stand.fault(MishapType.THROTTLE, on=On.READ, seconds=0.05)
            assert await market.bars(*self.series[0], None, 3)
        assert market.health.report().troubles


class ListedMarketContract(RestMarketContract, ABC):
    """A broker of India's exchanges with a share, one at BSE, a future and an option: `grand` is the twin's name of the
    share at BSE, `broken` are lists that are none."""

    series = ((ACME, 60), (ACME, 86_400), (CALL, 3600))
    then = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    absent = ("NOSUCH.XNSE",)
    grand: ClassVar[str]
    broken: ClassVar[Sequence[str]]

    @abstractmethod
    def feed(self, stand: Any) -> Prices:  # noqa: ANN401 - the broker's own stand
        """A feed over another login."""

    @abstractmethod
    def book(self, text: str | None = None) -> MasterBook[Any, Any]:
        """A book that has read this list at `AT`, or a good one; raises ProtocolError."""

    async def test_instruments_have_canonical_ids_and_terms(self, market: InstrumentSource) -> None:
        found = {each.id: each for each in await market.instruments()}
        assert set(found) == {ACME, GRAND, FUTURE, CALL}
        assert (found[GRAND].tick_size, found[GRAND].contract) == (Decimal("0.05"), Equity())
        assert found[FUTURE].contract == Future("NIFTY", EXPIRY)
        assert (str(found[CALL].lot_size), str(found[CALL].tick_size)) == ("75", "0.05")
        assert {each.currency for each in found.values()} == {"INR"}

    async def test_a_chain_of_options_has_their_terms(self, market: ListedMarket) -> None:
        (found,) = await market.options(NIFTY)
        assert found.contract == Option(NIFTY, EXPIRY, Decimal(26000), Right.CALL, cash_settled=True)
        assert await market.options(NIFTY, EXPIRY - timedelta(days=1)) == []
        assert await market.expiries(NIFTY) == [
            day for day in (EXPIRY,) if day >= WallClock().now().astimezone(IST).date()
        ]
        assert await market.expiries(ACME) == []

    async def test_quotes_come_with_exact_prices(self, market: ListedMarket) -> None:
        found = {quote.instrument: quote for quote in await market.quotes([ACME, GRAND])}
        assert (found[ACME].bid, found[ACME].ask) == (Decimal("99.9"), Decimal(100))
        assert found[GRAND].bid == Decimal("130000.05")

    def test_a_list_is_read_anew_each_morning_and_not_traded_by_for_days(self) -> None:
        book = self.book()
        assert book.is_fresh(AT + timedelta(hours=20))
        assert not book.is_fresh(AT + timedelta(hours=22))
        assert book.is_usable(AT + timedelta(days=3))
        assert not book.is_usable(AT + timedelta(days=3, seconds=1))
        assert not type(book)().is_fresh(AT)
        for text in self.broken:
            with pytest.raises(ProtocolError):
                self.book(text)

    async def test_the_feed_follows_the_stream_rounds_to_the_tick_and_mends_itself(self, stand: TwinStand[Any]) -> None:
        feed, screen = self.feed(stand), Screen()
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
            stand.stage.quote(self.grand, Decimal("130001.05"), Decimal("130001.10"))
            await until(lambda: screen.quotes[GRAND].bid == Decimal("130001.05"), "its exact price")
            assert screen.quotes[GRAND].ask == Decimal("130001.10")
            stand.stage.disconnect()
            await until(lambda: screen.states == [True, False, True], "the stream is back")
            await stand.quote("97.00", "97.10")
            await until(lambda: screen.quotes[ACME].ask == Decimal("97.10"), "quotes after the gap")
            assert screen.quotes[ACME].occurred_at <= screen.quotes[ACME].received_at
        finally:
            await feed.close()
