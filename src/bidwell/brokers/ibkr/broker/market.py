"""Instruments, option chains, bars and newest prices of Interactive Brokers, over the link of its accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from bidwell.brokers.ibkr import parse, symbols, wire
from bidwell.brokers.ibkr.broker.feed import Ticks
from bidwell.brokers.ibkr.broker.memory import Memory
from bidwell.brokers.ibkr.broker.reading import Reading
from bidwell.brokers.ibkr.client import Link, Seat, library
from bidwell.brokers.ibkr.errors import NO_DATA
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.transport.chains import coming, in_order, us_day
from bidwell.engine.ports import Clock
from bidwell.model.errors import BrokerError, InvalidInput, Missing, Unavailable
from bidwell.model.futures import PRODUCTS
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Instrument, Option
from bidwell.model.market import Bar, Quote

SHOWN = "TRADES"
REGULAR_HOURS = True
EPOCH = 2
"""How times of bars are written: in seconds, but for days."""
MOST_EXPIRIES = 8
"""Of how many expiries the options are told at once: each is an answer of hundreds of contracts, which the Gateway makes
slowly, and all in one may be more than it bears."""
CHAIN_WAIT = 30.0
"""Seconds in which the Gateway has to tell the contracts of one expiry."""
MOST_QUOTES = 100
"""How many instruments may be asked for their newest prices at once."""
SNAPSHOTS_AT_ONCE = 20
"""How many of them are out at one time: each takes one of the account's market data lines until it is answered."""
SNAPSHOT_WAIT = 12.0
"""Unconfirmed: seconds after which no more of a snapshot comes; the Gateway ends one after 11."""
MOST_TICKS = 1000


class IbkrMarket:
    """HistorySource, and instruments by their names; between `open` and `close`."""

    def __init__(self, book: SymbolBook, clock: Clock, link: Link) -> None:
        self._clock = clock
        self._seat = Seat(link)
        self._turn = asyncio.Lock()
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

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        """The days on which options of a share expire, the nearest first; raises Missing.

        What is no share has none here: options on futures and on indices are not traded.
        """
        share = await self._contract(underlying)
        if share.sec_type != symbols.STOCK:
            return []
        rows = await self._reading.expiries(share, CHAIN_WAIT)
        return coming(parse.expiries(rows), us_day(self._clock.now()))

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options of a share by expiry and strike: of one expiry, or of the nearest MOST_EXPIRIES.

        Each is one whose contract the Gateway shows: strikes that it names for all expiries together make none. Raises
        Missing, Unavailable where the Gateway takes too long.
        """
        share = await self._contract(underlying)
        if share.sec_type != symbols.STOCK:
            return []
        days = await self.expiries(underlying) if expiry is None else coming([expiry], us_day(self._clock.now()))
        found: list[Instrument] = []
        async with self._turn:
            for day in days[:MOST_EXPIRIES]:
                rows = await self._reading.every(symbols.chain(share, day), CHAIN_WAIT)
                found += [each for each in rows if isinstance(each.contract, Option)
                          and (each.contract.underlying, each.contract.expiry) == (underlying, day)]  # fmt: skip
        return in_order({each.id: each for each in found}.values())

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one, for at most MOST_QUOTES.

        Raises Missing, InvalidInput for more of them, and why where none has a quote that could be had.
        """
        if len(instruments) > MOST_QUOTES:
            raise InvalidInput("quotes.count", f"Interactive Brokers tells the prices of {MOST_QUOTES} instruments at once",
                               field="instruments")  # fmt: skip
        contracts = {each: await self._contract(each) for each in instruments}
        gate = asyncio.Semaphore(SNAPSHOTS_AT_ONCE)
        told = await asyncio.gather(*(self._snapshot(each, contract, gate) for each, contract in contracts.items()))
        problems = [each for each in told if isinstance(each, BrokerError)]
        quotes = [each for each in told if isinstance(each, Quote)]
        grave = [each for each in problems if isinstance(each, Unavailable)] or ([] if quotes else problems)
        if grave:
            raise grave[0]
        return quotes

    async def _snapshot(
        self, instrument: InstrumentId, contract: wire.Contract, gate: asyncio.Semaphore
    ) -> Quote | BrokerError | None:
        """The newest quote, None where there is none, or why it could not be had."""
        ticks = Ticks()

        def whole(row: wire.Message) -> bool:
            if isinstance(row, wire.Tick):
                ticks.take(row)
            return ticks.quote(instrument, self._clock.now()) is not None

        async with gate:
            try:
                link = await self._seat.ready()
                # No further ticks, a snapshot, but not one that is charged for, no options.
                rows = await link.gather(wire.Tick, "reqMktData", library.contract(contract), "", True, False, [],
                                         within=SNAPSHOT_WAIT, most=MOST_TICKS, ends="cancelMktData", settled=whole)  # fmt: skip
            except BrokerError as problem:
                return problem
        for row in rows:
            ticks.take(row)
        return ticks.quote(instrument, self._clock.now())

    async def _contract(self, instrument: InstrumentId) -> wire.Contract:
        found = await self._reading.contract(instrument)
        if found is None:
            raise Missing(f"Interactive Brokers does not trade {instrument}")
        return found

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
        contract = await self._contract(instrument)
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
