"""Instruments and bars of Interactive Brokers, over the link of its accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bidwell.brokers.ibkr import parse, symbols
from bidwell.brokers.ibkr.broker.memory import Memory
from bidwell.brokers.ibkr.broker.reading import Reading
from bidwell.brokers.ibkr.client import Link, Seat, library
from bidwell.brokers.ibkr.errors import NO_DATA
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.futures import PRODUCTS
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar

SHOWN = "TRADES"
REGULAR_HOURS = True
EPOCH = 2
"""How times of bars are written: in seconds, but for days."""


class IbkrMarket:
    """HistorySource, and instruments by their names; between `open` and `close`."""

    def __init__(self, book: SymbolBook, clock: Clock, link: Link) -> None:
        self._clock = clock
        self._seat = Seat(link)
        self._reading = Reading(self._seat, book, Memory(), "", AccountId("market"), clock)

    def open(self) -> None:
        """Be ready to ask."""
        self._seat.open()

    async def close(self) -> None:
        """Ask no more."""
        await self._seat.close()

    async def listing(self, names: Sequence[str]) -> list[Instrument]:
        """The instruments behind symbols; what Interactive Brokers does not list is left out."""
        return await self._reading.listing(names)

    async def futures(self) -> list[Instrument]:
        """Every month of the products that the desk knows; of shares and options there is no list."""
        return [each for root in PRODUCTS for each in await self._reading.every(symbols.product(root))]

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first.

        Raises Missing for what it does not trade, Throttled where history was asked for too often.
        """
        size = parse.BARS.get(seconds)
        if size is None:
            known = ", ".join(str(each) for each in parse.BARS)
            raise InvalidInput("bars.seconds", f"Interactive Brokers has bars of {known} seconds", field="seconds")
        if count <= 0:
            return []
        contract = await self._reading.contract(instrument)
        if contract is None:
            raise Missing(f"Interactive Brokers does not trade {instrument}")
        end = until or self._clock.now()
        link = await self._seat.ready()
        try:
            told = await link.history(library.contract(contract), parse.until(end), parse.duration(seconds, count), size, SHOWN,
                                      REGULAR_HOURS, EPOCH, False, [])  # fmt: skip
        except Denied as no:
            if no.verdict.code != str(NO_DATA):
                raise
            return []
        found = {
            made.start: made for each in told for made in (parse.bar(row, instrument, seconds) for row in each.rows)
        }
        return [found[start] for start in sorted(found) if start < end][-count:]
