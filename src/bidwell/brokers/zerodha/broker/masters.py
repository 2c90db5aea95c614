"""Kite's instrument lists, read once a day for everybody who needs them and parsed beside the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from bidwell.brokers.transport.indian import ist_day
from bidwell.brokers.zerodha.client import ZerodhaClient
from bidwell.brokers.zerodha.symbols import EXCHANGES, Listed, SymbolBook, read_list
from bidwell.model.errors import BrokerError

log = structlog.get_logger("bidwell")
MADE_AT = timedelta(hours=8, minutes=30)
"""When Kite has a day's lists, India's time."""


class Masters:
    """The lists that the accounts of one environment share; `book` has the names."""

    def __init__(self) -> None:
        self.book = SymbolBook()
        self._reading = asyncio.Lock()

    async def learn(self, client: ZerodhaClient, exchanges: Iterable[str], now: datetime) -> None:
        """Read the lists of the exchanges, unless today's are there; raises BrokerError where there is none at all.

        A list of an earlier day does until today's can be read: names of shares stay, and a contract of today that it
        lacks is not found.
        """
        day = ist_day(now - MADE_AT)
        for exchange in exchanges:
            if exchange not in EXCHANGES or self.book.day(exchange) == day:
                continue
            async with self._reading:
                known = self.book.day(exchange)
                if known == day:
                    continue
                try:
                    listed = await self._read(client, exchange, now)
                except BrokerError as problem:
                    if known is None:
                        raise
                    log.warning(
                        "instrument_list_not_renewed", exchange=exchange, of=known.isoformat(), problem=str(problem)
                    )
                    continue
                self.book.adopt(listed)

    @staticmethod
    async def _read(client: ZerodhaClient, exchange: str, now: datetime) -> Listed:
        body = await client.instruments(exchange)
        return await asyncio.to_thread(read_list, exchange, body, ist_day(now - MADE_AT))
