"""What Angel One knows: instruments, option chains, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.broker.library import Library
from bidwell.brokers.angelone.client import AngelClient, Login
from bidwell.brokers.angelone.client.calls import QUOTES_AT_ONCE
from bidwell.brokers.angelone.config import AngelConfig
from bidwell.brokers.angelone.parse import prices as parse
from bidwell.brokers.angelone.symbols import Handle
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.chains import ends, in_order
from bidwell.brokers.transport.indian import IST, ist_day
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote

# Six and a quarter hours of trading on five days of seven, with room for holidays.
_REACH = 6
_SLACK = timedelta(days=5)
_MOST_REQUESTS = 20


class AngelMarket:
    """InstrumentSource and HistorySource over one credential, between `open` and `close`."""

    def __init__(self, config: AngelConfig, library: Library, login: Login, clock: Clock) -> None:
        self._library = library
        self._clock = clock
        self.health = Health(clock)
        self._client = AngelClient(config, login, self.health, asyncio.get_running_loop().time)

    def open(self) -> None:
        """Be ready to ask."""
        self._client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def instruments(self) -> Sequence[Instrument]:
        """Everything of NSE and BSE that can be traded or watched, some 150,000 with their contracts."""
        return await self._library.instruments(self._client, self._clock.now())

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options of an underlying, of one expiry or of all, by expiry and strike."""
        return in_order(await self._library.options(self._client, self._clock.now(), underlying, expiry))

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        """The days on which options of an underlying expire, the nearest first."""
        return ends(await self.options(underlying), ist_day(self._clock.now()))

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        interval = parse.INTERVALS.get(seconds)
        if interval is None:
            known = ", ".join(str(each) for each in parse.INTERVALS)
            raise InvalidInput("bars.seconds", f"Angel One has bars of {known} seconds", field="seconds")
        handle = await self.handle(instrument)
        end, found = until or self._clock.now(), dict[datetime, Bar]()
        wanted = timedelta(seconds=seconds) * count * _REACH + _SLACK
        span = min(wanted, timedelta(days=parse.MOST_DAYS[seconds]))
        last, empty = end, 0
        for _ in range(_MOST_REQUESTS if count > 0 else 0):
            rows = await self._client.bars(handle.exchange, handle.token, interval, _stamp(last - span), _stamp(last))
            made = (parse.bar(row, instrument, seconds) for row in rows)
            found |= {each.start: each for each in made if each.start < end}
            empty = 0 if rows else empty + 1
            last -= span
            # A share that was listed later than that has none before.
            if len(found) >= count or empty >= 2:
                break
        return [found[start] for start in sorted(found)][-count:]

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        wanted: dict[tuple[str, str], InstrumentId] = {}
        await self.prepare(instruments)
        for each in instruments:
            handle = await self.handle(each)
            wanted[handle.exchange, handle.token] = each
        keys, found = sorted(wanted), []
        for first in range(0, len(keys), QUOTES_AT_ONCE):
            tokens = defaultdict[str, list[str]](list)
            for exchange, token in keys[first : first + QUOTES_AT_ONCE]:
                tokens[exchange].append(token)
            rows = await self._client.quotes(tokens)
            found += [quote for quote in (self._quote(row, wanted) for row in rows) if quote is not None]
        return found

    async def prepare(self, instruments: Sequence[InstrumentId]) -> None:
        """Be ready to be asked for many handles."""
        await self._library.prepare(self._client, self._clock.now(), instruments)

    async def handle(self, instrument: InstrumentId) -> Handle:
        """By what Angel One knows an instrument; raises Missing for what it does not trade."""
        found = await self._library.handle(self._client, self._clock.now(), instrument)
        if found is None:
            raise Missing(f"Angel One does not trade {instrument}")
        return found

    def _quote(self, row: wire.Quoted, wanted: dict[tuple[str, str], InstrumentId]) -> Quote | None:
        name = wanted.get((row.exchange, row.symbolToken))
        if name is None:
            return None
        return parse.quoted(row, name, self._clock.now(), watched=self._library.book.is_watched(name))


def _stamp(at: datetime) -> str:
    """A minute of India's clock."""
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(IST).strftime("%Y-%m-%d %H:%M")
