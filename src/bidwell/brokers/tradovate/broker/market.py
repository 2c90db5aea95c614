"""What Tradovate knows: contracts, past bars and the newest prices; the last two for licensed logins only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bidwell.brokers.tradovate import parse, wire
from bidwell.brokers.tradovate.broker.reading import Reading
from bidwell.brokers.tradovate.broker.ticker import Ticker
from bidwell.brokers.tradovate.client.rest import TradovateClient
from bidwell.brokers.tradovate.config import TradovateConfig
from bidwell.brokers.tradovate.symbols import Month, SymbolBook
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote


class TradovateMarket:
    """InstrumentSource and HistorySource over one login, between `open` and `close`."""

    def __init__(
        self, config: TradovateConfig, symbols: SymbolBook, clock: Clock, entropy: Entropy,
        client: TradovateClient | None = None,
    ) -> None:  # fmt: skip
        self._config = config
        self._book = symbols
        self._clock = clock
        self.client = client or TradovateClient(config, clock, asyncio.get_running_loop().time)
        self._reading = Reading(self.client, symbols, AccountId("market"), config.account, clock)
        self._ticker = Ticker(config, self.client, entropy, self._on_quote, lambda _connected, _detail: None)
        self._newest: dict[int, wire.Quote] = {}
        self._came = asyncio.Event()

    def open(self) -> None:
        """Be ready to ask."""
        self.client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._ticker.close()
        await self.client.close()

    async def instruments(self) -> Sequence[Instrument]:
        """The front month of every product that the desk knows; what is refused, and why, is in the book."""
        return await self._reading.everything()

    async def month(self, instrument: InstrumentId) -> Month:
        """When a contract ends, and whether it is its product's front month; raises Missing."""
        return self._book.months[await self._contract(instrument)]

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        chart = parse.BARS.get(seconds)
        if chart is None:
            known = ", ".join(str(each) for each in parse.BARS)
            raise InvalidInput("bars.seconds", f"Tradovate has bars of {known} seconds", field="seconds")
        if count <= 0:
            return []
        end = until or self._clock.now()
        rows = await self._ticker.chart(await self._contract(instrument), *chart, end, count + 1)
        found = {bar.start: bar for bar in (parse.bar(row, instrument, seconds) for row in rows)}
        return [found[start] for start in sorted(found) if start < end][-count:]

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one; raises Refused for a login without market data."""
        wanted = {await self._contract(each): each for each in instruments}
        await self._ticker.follow(wanted)
        found: dict[int, Quote] = {}
        try:
            async with asyncio.timeout(self._config.answer_timeout):
                while len(found) < len(wanted):
                    self._came.clear()
                    found = self._whole(wanted)
                    if len(found) < len(wanted):
                        await self._came.wait()
        except TimeoutError:
            pass  # what has no two sides now has no quote
        return list(found.values())

    def _whole(self, wanted: dict[int, InstrumentId]) -> dict[int, Quote]:
        rows = ((number, self._newest.get(number)) for number in wanted)
        made = ((number, parse.quote(row, None, wanted[number], self._clock.now())) for number, row in rows if row)
        return {number: quote for number, quote in made if quote is not None}

    def _on_quote(self, row: wire.Quote) -> None:
        self._newest[row.contract_id] = parse.merged(self._newest.get(row.contract_id), row)
        self._came.set()

    async def _contract(self, instrument: InstrumentId) -> int:
        found = await self._reading.contract(instrument)
        if found is None:
            raise Missing(f"Tradovate does not trade {instrument}")
        return found.id
