"""What Dhan knows: instruments, option chains, past bars and the newest prices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bidwell.brokers.dhan import parse
from bidwell.brokers.dhan.broker.reading import bring_master
from bidwell.brokers.dhan.client import DhanClient
from bidwell.brokers.dhan.config import DhanConfig
from bidwell.brokers.dhan.login import Login
from bidwell.brokers.dhan.symbols import INDICES, Key, Row, SymbolBook
from bidwell.brokers.transport import Health
from bidwell.brokers.transport.history import bars_before
from bidwell.brokers.transport.indian import next_ist
from bidwell.brokers.transport.listed import ListedMarket
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.market import Bar, Quote

DAY = 86_400
INTERVALS = {60: "1", 300: "5", 900: "15", 1500: "25", 3600: "60"}
_AT_ONCE = timedelta(days=90)
_AT_MOST = 1000


class DhanMarket(ListedMarket[Key, Row]):
    """InstrumentSource and HistorySource over one login, between `open` and `close`."""

    def __init__(self, config: DhanConfig, login: Login, symbols: SymbolBook, clock: Clock) -> None:
        health = Health(clock)
        self._client = DhanClient(config, login, health, asyncio.get_running_loop().time)
        super().__init__(self._client, symbols, health, clock)

    async def prepare(self) -> None:
        """Know today's instruments; raises Unavailable."""
        await bring_master(self._client, self._book, self._clock)

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        if seconds != DAY and seconds not in INTERVALS:
            known = ", ".join(str(each) for each in (*INTERVALS, DAY))
            raise InvalidInput("bars.seconds", f"Dhan has bars of {known} seconds", field="seconds")
        row = await self._row(instrument)
        span = None if seconds == DAY else _AT_ONCE
        ask = partial(self._ask, row, instrument, seconds)
        return await bars_before(until or self._clock.now(), seconds, count, span, ask)

    async def _ask(self, row: Row, instrument: InstrumentId, seconds: int, start: datetime, end: datetime) -> list[Bar]:
        body: dict[str, object] = {
            "securityId": row.security_id,
            "exchangeSegment": row.segment,
            "instrument": row.kind,
        }
        if seconds == DAY:
            # The last day is left out of the answer.
            span = {"expiryCode": 0, "fromDate": parse.day(start), "toDate": parse.day(next_ist(end, 0))}
            return parse.bars(await self._client.days({**body, **span}), instrument, seconds)
        span = {"interval": INTERVALS[seconds], "fromDate": parse.minute(start), "toDate": parse.minute(end)}
        return parse.bars(await self._client.intraday({**body, **span}), instrument, seconds)

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""
        wanted = {(row.segment, row.security_id): each for each in instruments for row in [await self._row(each)]}
        found: list[Quote] = []
        keys = sorted(wanted)
        for at in range(0, len(keys), _AT_MOST):
            asked: dict[str, list[int]] = {}
            for segment, security in keys[at : at + _AT_MOST]:
                asked.setdefault(segment, []).append(int(security))
            snaps = await self._client.snapshots(asked)
            made = (
                parse.quote(snap, wanted[segment, security], self._clock.now(), watched=segment == INDICES)
                for segment, rows in snaps.data.items() for security, snap in rows.items() if (segment, security) in wanted
            )  # fmt: skip
            found += [quote for quote in made if quote is not None]
        return found
