"""What Schwab knows: instruments, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bidwell.brokers.schwab import parse, wire
from bidwell.brokers.schwab.broker.reading import learn
from bidwell.brokers.schwab.broker.user import User
from bidwell.brokers.schwab.client import SYMBOLS_AT_ONCE, SchwabClient
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.schwab.symbols import SymbolBook, guess
from bidwell.brokers.transport import Health
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote

PATTERNS = ("[A-C].*", "[D-G].*", "[H-M].*", "[N-R].*", "[S-Z].*")
"""Unconfirmed that each is answered whole: the patterns by which the whole list is asked for."""
_PATTERN = "symbol-regex"
TIMEFRAMES = {
    **{
        60 * count: {"periodType": "day", "frequencyType": "minute", "frequency": str(count)}
        for count in (1, 5, 10, 15, 30)
    },
    86_400: {"periodType": "year", "frequencyType": "daily", "frequency": "1"},
    604_800: {"periodType": "year", "frequencyType": "weekly", "frequency": "1"},
}
"""The bars that there are, by their seconds."""
# Bars lie in session hours only: to find so many of them the question reaches further back.
_REACH, _SLACK = 6, timedelta(days=5)


class SchwabMarket:
    """InstrumentSource and HistorySource over one login, between `open` and `close`."""

    def __init__(self, config: SchwabConfig, user: User, symbols: SymbolBook, clock: Clock) -> None:
        self._book = symbols
        self._clock = clock
        self.health = Health(clock)
        self._client = SchwabClient(config, user.login, self.health, asyncio.get_running_loop().time, user.bucket)

    def open(self) -> None:
        """Be ready to ask."""
        self._client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def list(self) -> list[wire.Listed]:
        """Every row of Schwab's list whose symbol begins with a letter."""
        found: dict[str, wire.Listed] = {}
        for pattern in PATTERNS:
            found |= {row.symbol: row for row in await self._client.instruments(pattern, _PATTERN)}
        return list(found.values())

    async def instruments(self) -> Sequence[Instrument]:
        """Every share and fund that can be traded; what is refused, and why, is in the book."""
        return self._book.learn(await self.list())

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        asked = TIMEFRAMES.get(seconds)
        if asked is None:
            known = ", ".join(str(each) for each in TIMEFRAMES)
            raise InvalidInput("bars.seconds", f"Schwab has bars of {known} seconds", field="seconds")
        symbol, end = await self.symbol(instrument), until or self._clock.now()
        start = end - timedelta(seconds=seconds) * count * _REACH - _SLACK
        params = {"symbol": symbol, **asked, "startDate": _milliseconds(start), "endDate": _milliseconds(end),
                  "needExtendedHoursData": "false"}  # fmt: skip
        found = [parse.bar(row, instrument, seconds) for row in await self._client.candles(params)]
        return [bar for bar in found if bar.start < end][-count:] if count > 0 else []

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        wanted = {await self.symbol(each): each for each in instruments}
        names, found = sorted(wanted), []
        for start in range(0, len(names), SYMBOLS_AT_ONCE):
            rows = await self._client.quotes(names[start : start + SYMBOLS_AT_ONCE])
            made = (parse.touched(row, wanted[name], self._clock.now()) for name, row in rows.items())
            found += [quote for quote in made if quote is not None]
        return found

    async def symbol(self, instrument: InstrumentId) -> str:
        """What Schwab calls an instrument, asked of it where that is not known yet; raises Missing."""
        known = self._book.symbol_of(instrument)
        if known is None:
            await learn(self._client, self._book, [guess(instrument)])
            known = self._book.symbol_of(instrument)
        if known is None:
            raise Missing(f"Schwab does not trade {instrument}")
        return known


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))
