"""What Fyers knows: instruments, option chains, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bidwell.brokers.fyers import parse
from bidwell.brokers.fyers.broker.reading import bring_master
from bidwell.brokers.fyers.client import FyersClient
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.login import Login
from bidwell.brokers.fyers.symbols import Row, SymbolBook
from bidwell.brokers.transport import Health
from bidwell.engine.ports import Clock
from bidwell.model.errors import ConfigError, InvalidInput, Missing, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Option
from bidwell.model.market import Bar, Quote

DAY = 86_400
INTERVALS = {60: "1", 120: "2", 180: "3", 300: "5", 600: "10", 900: "15", 1200: "20", 1800: "30", 3600: "60",
             7200: "120", 14_400: "240", DAY: "D"}  # fmt: skip
_AT_ONCE = timedelta(days=100)
_DAYS_AT_ONCE = timedelta(days=366)
_MOST_ASKED = 20
_AT_MOST = 50
# Bars lie in session hours only: to find `count` of them the question reaches this much further back.
_REACH = 6
_SLACK = timedelta(days=5)


class FyersMarket:
    """InstrumentSource and HistorySource over one login, between `open` and `close`."""

    def __init__(self, config: FyersConfig, login: Login, symbols: SymbolBook, clock: Clock) -> None:
        self._book = symbols
        self._clock = clock
        self.health = Health(clock)
        self._client = FyersClient(config, login, self.health, asyncio.get_running_loop().time)

    def open(self) -> None:
        """Be ready to ask."""
        self._client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def prepare(self) -> None:
        """Know today's instruments; raises Unavailable."""
        await bring_master(self._client, self._book, self._clock)

    async def instruments(self) -> Sequence[Instrument]:
        """Everything that the desk trades of Fyers' list; what is refused, and why, is in the book."""
        await self.prepare()
        return await asyncio.to_thread(self._all)

    def _all(self) -> list[Instrument]:
        return [listed for listed in map(self._listed, list(self._book.instruments())) if listed is not None]

    def _listed(self, ident: InstrumentId) -> Instrument | None:
        try:
            return self._book.listing(ident)
        except (ConfigError, ProtocolError):
            # A row that cannot be an instrument is not one; asked for by name, it is told with the reason.
            return None

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options of an underlying, of one expiry or of all."""
        await self.prepare()
        root, _, venue = underlying.rpartition(".")
        candidates = [each for each in self._book.instruments() if each.startswith(root) and each.endswith(f".{venue}")]
        found = (self._listed(each) for each in candidates)
        return [each for each in found if each is not None and isinstance(each.contract, Option)
                and each.contract.underlying == underlying and expiry in {None, each.contract.expiry}]  # fmt: skip

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        if seconds not in INTERVALS:
            known = ", ".join(str(each) for each in INTERVALS)
            raise InvalidInput("bars.seconds", f"Fyers has bars of {known} seconds", field="seconds")
        row = await self._row(instrument)
        end = until or self._clock.now()
        start = end - timedelta(seconds=seconds) * count * _REACH - _SLACK
        found: dict[datetime, Bar] = {}
        for _ in range(_MOST_ASKED):
            first = max(start, end - (_DAYS_AT_ONCE if seconds == DAY else _AT_ONCE))
            found |= {bar.start: bar for bar in await self._ask(row, instrument, seconds, first, end)}
            end = first
            if len(found) >= count or first <= start:
                break
        limit = until or self._clock.now()
        return [found[at] for at in sorted(found) if at < limit][-count:] if count > 0 else []

    async def _ask(self, row: Row, instrument: InstrumentId, seconds: int, start: datetime, end: datetime) -> list[Bar]:
        params = {"symbol": row.symbol, "resolution": INTERVALS[seconds], "date_format": "0",
                  "range_from": str(int(start.timestamp())), "range_to": str(int(end.timestamp())),
                  "cont_flag": "0"}  # fmt: skip
        return parse.bars((await self._client.candles(params)).candles, instrument, seconds)

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        wanted = {row.symbol: each for each in instruments for row in [await self._row(each)]}
        symbols, found = sorted(wanted), []
        for at in range(0, len(symbols), _AT_MOST):
            rows = await self._client.quotes(symbols[at : at + _AT_MOST])
            found += [parse.quote(parse.price(each), wanted[each.n], self._clock.now()) for each in rows
                      if each.n in wanted and each.s == "ok"]  # fmt: skip
        return [quote for quote in found if quote is not None]

    async def _row(self, instrument: InstrumentId) -> Row:
        await self.prepare()
        row = self._book.row_of(instrument)
        if row is None:
            raise Missing(f"Fyers does not list {instrument} today")
        return row
