"""What Alpaca knows: instruments, option chains, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.config import AlpacaConfig
from bidwell.brokers.alpaca.symbols import ACTIVE, SymbolBook, guess
from bidwell.brokers.transport import Health, day
from bidwell.brokers.transport.chains import coming, in_order, us_day
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote

# Bars lie in session hours only: to find `count` of them the question reaches this much further back.
_REACH = {"us_equity": 6, "us_option": 6, "crypto": 1}
_SLACK = timedelta(days=5)
LATEST = timedelta(days=366 * 10)
"""Until when options are asked for: without a last day Alpaca tells those of this week alone."""
SYMBOLS_AT_ONCE = 100
"""How many symbols one request for prices names."""


class AlpacaMarket:
    """InstrumentSource and HistorySource over one key pair, between `open` and `close`."""

    def __init__(self, config: AlpacaConfig, symbols: SymbolBook, clock: Clock) -> None:
        self._book = symbols
        self._clock = clock
        self.health = Health(clock)
        self._client = AlpacaClient(config, self.health, asyncio.get_running_loop().time)

    def open(self) -> None:
        """Be ready to ask."""
        self._client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def instruments(self) -> Sequence[Instrument]:
        """Every share and coin that can be traded; what is refused, and why, is in the book."""
        return self._book.learn(await self._client.assets())

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options of an underlying that can be traded, of one expiry or of all, by expiry and strike."""
        rows = await self._options(underlying, expiry)
        return in_order(self._book.learn_options(rows))

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        """The days on which options of an underlying that can be traded expire, the nearest first."""
        rows = await self._options(underlying)
        return coming((day(row.expiration_date, "expiration_date") for row in rows), us_day(self._clock.now()))

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        timeframe = parse.TIMEFRAMES.get(seconds)
        if timeframe is None:
            known = ", ".join(str(each) for each in parse.TIMEFRAMES)
            raise InvalidInput("bars.seconds", f"Alpaca has bars of {known} seconds", field="seconds")
        symbol = await self.symbol(instrument)
        kind = self._book.class_of(symbol)
        end = until or self._clock.now()
        start = end - timedelta(seconds=seconds) * count * _REACH.get(kind, 6) - _SLACK
        rows = await self._client.bars(symbol, kind, timeframe, start.isoformat(), end.isoformat(), count + 1)
        found = [parse.bar(row, instrument, seconds) for row in reversed(rows)]
        return [bar for bar in found if bar.start < end][-count:] if count > 0 else []

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        wanted = {await self.symbol(each): each for each in instruments}
        found = []
        for kind in sorted({self._book.class_of(symbol) for symbol in wanted}):
            names = sorted(symbol for symbol in wanted if self._book.class_of(symbol) == kind)
            for start in range(0, len(names), SYMBOLS_AT_ONCE):
                snaps = await self._client.snapshots(names[start : start + SYMBOLS_AT_ONCE], kind)
                made = (
                    parse.quote(snap, wanted[name], self._clock.now()) for name, snap in snaps.items() if name in wanted
                )
                found += [quote for quote in made if quote is not None]
        return found

    async def _options(self, underlying: InstrumentId, expiry: date | None = None) -> list[wire.OptionContract]:
        first = expiry or us_day(self._clock.now())
        rows = await self._client.options(await self.symbol(underlying), first, expiry or first + LATEST)
        return [row for row in rows if row.tradable and row.status == ACTIVE]

    async def symbol(self, instrument: InstrumentId) -> str:
        """What Alpaca calls an instrument, asked of it where that is not known yet; raises Missing."""
        known = self._book.symbol_of(instrument)
        if known is None:
            asset = await self._client.asset(guess(instrument))
            self._book.learn([asset] if asset is not None else [])
            known = self._book.symbol_of(instrument)
        if known is None:
            raise Missing(f"Alpaca does not trade {instrument}")
        return known
