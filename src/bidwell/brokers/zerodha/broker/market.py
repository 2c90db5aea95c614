"""What Kite knows: instruments, option chains, past bars and the newest quotes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bidwell.brokers.transport import Health
from bidwell.brokers.transport.chains import ends, in_order
from bidwell.brokers.transport.indian import VENUES, ist_day
from bidwell.brokers.zerodha import parse
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.brokers.zerodha.client import ZerodhaClient
from bidwell.brokers.zerodha.config import ZerodhaConfig
from bidwell.brokers.zerodha.symbols import EXCHANGES, Row, SymbolBook
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote

_MOST_REQUESTS = 12
_SESSION_SECONDS = 22_500  # 9:15 to 15:30


class ZerodhaMarket:
    """InstrumentSource and HistorySource over one login, between `open` and `close`."""

    def __init__(self, config: ZerodhaConfig, masters: Masters, clock: Clock) -> None:
        self._masters = masters
        self._clock = clock
        self.health = Health(clock)
        self._client = ZerodhaClient(config, self.health, asyncio.get_running_loop().time)

    @property
    def book(self) -> SymbolBook:
        """The names."""
        return self._masters.book

    def open(self) -> None:
        """Be ready to ask."""
        self._client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def learn(self, exchanges: Sequence[str] = EXCHANGES) -> None:
        """Read today's lists of these exchanges, unless they are known."""
        await self._masters.learn(self._client, exchanges, self._clock.now())

    async def instruments(self) -> Sequence[Instrument]:
        """Everything of NSE and BSE that can be traded or watched; what is refused, and why, is in the book."""
        await self.learn()
        return await asyncio.to_thread(lambda: list(self.book.instruments()))

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options on an underlying, of one expiry or of all, by expiry and strike."""
        await self.learn(("NFO", "BFO"))
        return in_order(await asyncio.to_thread(self.book.options, underlying, expiry))

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        """The days on which options on an underlying expire, the nearest first."""
        await self.learn(("NFO", "BFO"))
        return ends(await asyncio.to_thread(self.book.options, underlying), ist_day(self._clock.now()))

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        interval = parse.TIMEFRAMES.get(seconds)
        if interval is None:
            known = ", ".join(str(each) for each in parse.TIMEFRAMES)
            raise InvalidInput("bars.seconds", f"Zerodha has bars of {known} seconds", field="seconds")
        row = await self.row(instrument)
        end = until or self._clock.now()
        found: list[Bar] = []
        for _ in range(_MOST_REQUESTS):
            if len(found) >= count:
                break
            start = end - _span(seconds, count - len(found))
            candles = await self._client.candles(row.token, interval, start, end)
            made = [parse.bar(each, instrument, seconds) for each in candles]
            earliest = found[0].start if found else until or self._clock.now()
            found = [bar for bar in made if bar.start < earliest] + found
            end = start
        return found[-count:] if count > 0 else []

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        wanted = {(await self.row(each)).key: each for each in instruments}
        rows = await self._client.quotes(sorted(wanted))
        made = (parse.quote(row, wanted[key], self._clock.now()) for key, row in rows.items() if key in wanted)
        return [quote for quote in made if quote is not None]

    async def row(self, instrument: InstrumentId) -> Row:
        """Kite's row of an instrument; raises Missing."""
        venue = instrument.rpartition(".")[2]
        await self.learn([exchange for exchange, at in VENUES.items() if at == venue])
        found = self.book.row(instrument)
        if found is None:
            raise Missing(f"Zerodha does not list {instrument}")
        return found


def _span(seconds: int, count: int) -> timedelta:
    """How far back a question reaches for `count` bars: sessions of six hours and a quarter, five days a week."""
    days = count if seconds == 86400 else -(-count * seconds // _SESSION_SECONDS)
    return timedelta(days=min(days * 7 // 5 + 5, parse.SPANS[seconds]))
