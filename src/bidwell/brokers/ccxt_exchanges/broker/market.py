"""What an exchange knows without a key: pairs, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bidwell.brokers.ccxt_exchanges import parse
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.config import ExchangeConfig
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.transport import Health
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote

_PAGE = 300
"""The least that the five give at once."""
_MOST_PAGES = 40


class ExchangeMarket:
    """InstrumentSource and HistorySource over one exchange, between `open` and `close`."""

    def __init__(self, config: ExchangeConfig, book: PairBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._title = config.profile.title
        self.health = Health(clock)
        self._client = ExchangeClient(config, self.health, asyncio.get_running_loop().time)

    async def open(self) -> None:
        """Be ready to ask."""
        await self._client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def instruments(self) -> Sequence[Instrument]:
        """Every spot pair that can be traded; what is refused, and why, is in the book."""
        await self._client.prepare(self._book)
        return self._book.instruments()

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        await self._client.prepare(self._book)
        offered = self._client.timeframes(parse.TIMEFRAMES)
        timeframe = offered.get(seconds)
        if timeframe is None:
            known = ", ".join(str(each) for each in offered)
            raise InvalidInput("bars.seconds", f"{self._title} has bars of {known} seconds", field="seconds")
        symbol, found = self._symbol(instrument), dict[datetime, Bar]()
        end = until or self._clock.now()
        after = end - timedelta(seconds=seconds) * (count + 1)
        for _ in range(_MOST_PAGES):
            rows = await self._client.bars(symbol, timeframe, int(after.timestamp() * 1000), _PAGE)
            fresh = [parse.bar(row, instrument, seconds) for row in rows]
            news = [bar for bar in fresh if bar.start not in found]
            found |= {bar.start: bar for bar in news}
            if not news or max(bar.start for bar in news) + timedelta(seconds=seconds) >= end:
                break
            after = max(bar.start for bar in news) + timedelta(seconds=seconds)
        ordered = [found[start] for start in sorted(found) if start < end]
        return ordered[-count:] if count > 0 else []

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        await self._client.prepare(self._book)
        wanted = {self._symbol(each): each for each in instruments}
        now = self._clock.now()
        made = [parse.quote(row, wanted[row.symbol], now) for row in await self._client.tickers(sorted(wanted))
                if row.symbol in wanted]  # fmt: skip
        return [each for each in made if each is not None]

    def _symbol(self, instrument: InstrumentId) -> str:
        known = self._book.symbol_of(instrument)
        if known is None:
            raise Missing(f"{self._title} does not trade {instrument}")
        return known
