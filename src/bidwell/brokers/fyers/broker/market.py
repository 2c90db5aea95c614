"""What Fyers knows: instruments, option chains, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bidwell.brokers.fyers import parse
from bidwell.brokers.fyers.broker.reading import bring_master
from bidwell.brokers.fyers.client import FyersClient
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.login import Login
from bidwell.brokers.fyers.symbols import Row, SymbolBook
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.history import bars_before
from bidwell.brokers.transport.listed import ListedMarket
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Bar, Quote

DAY = 86_400
INTERVALS = {60: "1", 120: "2", 180: "3", 300: "5", 600: "10", 900: "15", 1200: "20", 1800: "30", 3600: "60",
             7200: "120", 14_400: "240", DAY: "D"}  # fmt: skip
_AT_ONCE = timedelta(days=100)
_DAYS_AT_ONCE = timedelta(days=366)
_AT_MOST = 50


class FyersMarket(ListedMarket[str, Row]):
    """InstrumentSource and HistorySource over one login, between `open` and `close`."""

    def __init__(self, config: FyersConfig, login: Login, symbols: SymbolBook, clock: Clock) -> None:
        health = Health(clock)
        self._client = FyersClient(config, login, health, asyncio.get_running_loop().time)
        super().__init__(self._client, symbols, health, clock)

    async def prepare(self) -> None:
        """Know today's instruments; raises Unavailable."""
        await bring_master(self._client, self._book, self._clock)

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        if seconds not in INTERVALS:
            known = ", ".join(str(each) for each in INTERVALS)
            raise InvalidInput("bars.seconds", f"Fyers has bars of {known} seconds", field="seconds")
        row = await self._row(instrument)
        span = _DAYS_AT_ONCE if seconds == DAY else _AT_ONCE
        ask = partial(self._ask, row, instrument, seconds)
        return await bars_before(until or self._clock.now(), seconds, count, span, ask)

    async def _ask(self, row: Row, instrument: InstrumentId, seconds: int, start: datetime, end: datetime) -> list[Bar]:
        params = {"symbol": row.symbol, "resolution": INTERVALS[seconds], "date_format": "0",
                  "range_from": str(int(start.timestamp())), "range_to": str(int(end.timestamp())),
                  "cont_flag": "0"}  # fmt: skip
        return parse.bars((await self._client.candles(params)).candles, instrument, seconds)

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        wanted = {row.symbol: (each, row) for each in instruments for row in [await self._row(each)]}
        symbols, now = sorted(wanted), self._clock.now
        found: list[Quote | None] = []
        for at in range(0, len(symbols), _AT_MOST):
            rows = await self._client.quotes(symbols[at : at + _AT_MOST])
            found += [parse.quote(parse.price(each), wanted[each.n][0], now(), watched=wanted[each.n][1].is_index)
                      for each in rows if each.n in wanted and each.s == "ok"]  # fmt: skip
        return [quote for quote in found if quote is not None]
