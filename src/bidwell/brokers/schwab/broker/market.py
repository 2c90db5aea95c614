"""What Schwab knows: instruments, option chains, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bidwell.brokers.schwab import parse, wire
from bidwell.brokers.schwab.broker.reading import chain_of, learn
from bidwell.brokers.schwab.broker.user import User
from bidwell.brokers.schwab.client import SYMBOLS_AT_ONCE, SchwabClient
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.schwab.symbols import SymbolBook, guess, is_option
from bidwell.brokers.transport import Health, day
from bidwell.brokers.transport.chains import coming, in_order, us_day
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
MOST_EXPIRIES = 60
"""Of how many expiries the options are told at once: more than any share has today."""
EXPIRIES_AT_ONCE = 3
"""Of how many expiries one request asks for; it is unconfirmed from which length on Schwab answers none."""
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

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        """The days on which options of an underlying expire, the nearest first; raises Missing."""
        symbol = await self.symbol(underlying)
        if is_option(symbol):
            return []
        rows = await self._client.expirations(symbol)
        return coming((day(row.expiration_date, "expirationDate") for row in rows), us_day(self._clock.now()))

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options of an underlying by expiry and strike: of one expiry, or of the nearest MOST_EXPIRIES.

        Adjusted ones, and those of less than a hundred shares, are left out. Raises Missing.
        """
        symbol = await self.symbol(underlying)
        days = await self.expiries(underlying) if expiry is None else coming([expiry], us_day(self._clock.now()))
        wanted, found = days[:MOST_EXPIRIES], dict[InstrumentId, Instrument]()
        for start in range(0, len(wanted) if not is_option(symbol) else 0, EXPIRIES_AT_ONCE):
            part = wanted[start : start + EXPIRIES_AT_ONCE]
            told = await self._client.chain(symbol, part[0], part[-1])
            found |= {each.id: each for each in chain_of(told, underlying, symbol, part)}
        return in_order(found.values())

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
