"""A live market for the paper venue: an exchange's public prices, on the wall clock."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.marketdata.vendors.ccxt_public import CcxtFeed
from bidwell.model.errors import ConfigError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Forex, Instrument
from bidwell.model.market import Quote
from bidwell.model.money import Rates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from bidwell.engine.ports import Calendars, Clock
    from bidwell.model.market import Bar
    from bidwell.model.session import SessionTable

_BEAT = 1.0
_PLENTY = Decimal(1_000_000)

# Public crypto prices are in USDT and the accounts in USD: one is taken for the other, and the label says so.
TETHER = Instrument(
    id=InstrumentId("USDTUSD.FX"), symbol="USDTUSD", name="Tether in US dollars", venue="FX", currency="USD",
    tick_size=Decimal("0.0001"), lot_size=Decimal(1), contract=Forex("USDT"), calendar="24/7", label="taken as 1.0000",
)  # fmt: skip


class LiveMarket:
    """`simulation.market.Market` over a live feed; it runs at the speed of the world."""

    def __init__(self, feed: CcxtFeed, instruments: Sequence[Instrument], calendars: Calendars, clock: Clock) -> None:
        self._feed = feed
        self._instruments = (*instruments, TETHER)
        self._calendars = calendars
        self._clock = clock
        self._queue: asyncio.Queue[Sequence[Quote]] = asyncio.Queue()

    @classmethod
    async def open(cls, exchange: str, calendars: Calendars, clock: Clock) -> LiveMarket:
        """Read the exchange's instruments; raises Unavailable where there is no network."""
        feed = CcxtFeed(exchange, clock)
        return cls(feed, await feed.instruments(), calendars, clock)

    @property
    def speed(self) -> float:
        """Always one."""
        return 1.0

    @speed.setter
    def speed(self, value: float) -> None:
        if value != 1:
            msg = "a live market runs at the speed of the world"
            raise ConfigError(msg)

    def now(self) -> datetime:
        """The wall clock."""
        return self._clock.now()

    def instruments(self) -> Sequence[Instrument]:
        """The feed's symbols and the rate of their currency."""
        return self._instruments

    def rates(self) -> Rates:
        """USDT for USD, one for one."""
        return Rates({("USDT", "USD"): Decimal(1)})

    def table(self, calendar: str) -> SessionTable:
        """The sessions of a calendar."""
        return self._calendars.table(calendar)

    async def quotes(self) -> AsyncIterator[Sequence[Quote]]:
        """What the feed says, and the fixed rate once a second."""
        await self._feed.connect(self)
        try:
            while True:
                try:
                    async with asyncio.timeout(_BEAT):
                        batch = await self._queue.get()
                except TimeoutError:
                    batch = ()
                yield (*batch, self._rate())
        finally:
            await self._feed.close()

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """The exchange's own history."""
        return [] if instrument == TETHER.id else await self._feed.bars(instrument, seconds, until, count)

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """The feed has news."""
        self._queue.put_nowait(quotes)

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        """A feed that is away sends nothing: what it said grows old, and the desk sees its age."""

    def _rate(self) -> Quote:
        now = self._clock.now()
        return Quote(TETHER.id, Decimal(1), Decimal(1), Decimal(1), _PLENTY, _PLENTY, now, now)
