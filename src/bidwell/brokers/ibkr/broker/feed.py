"""Interactive Brokers' prices as a feed: one stream for each instrument that is followed, over the link of its accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bidwell.brokers.ibkr import parse, wire
from bidwell.brokers.ibkr.broker.memory import Memory
from bidwell.brokers.ibkr.broker.reading import Reading
from bidwell.brokers.ibkr.client import Link, Seat, library
from bidwell.brokers.ibkr.client.seat import Hearing
from bidwell.brokers.ibkr.errors import INFORMING, judge
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.brokers.transport import PriceFeed
from bidwell.engine.ports import Clock
from bidwell.model.errors import BrokerError, Unavailable
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.market import Quote
from bidwell.model.money import ZERO

LIVE_PRICES = 1
"""Prices of now: those that are delayed (for accounts without a subscription) are not asked for."""
NO_PRICE = -1
"""Unconfirmed: the price that is told where a side of the market is empty."""
MOST_LINES = 95
"""Unconfirmed: about 100 instruments may be followed; some lines are left to TWS."""

SIZES = {parse.BID: parse.BID_SIZE, parse.ASK: parse.ASK_SIZE}
"""Which size comes along with a price."""


@dataclass(slots=True)
class Ticks:
    """What has come of an instrument on this connection."""

    prices: dict[int, Decimal] = field(default_factory=dict)
    sizes: dict[int, Decimal] = field(default_factory=dict)

    def take(self, row: wire.Tick) -> None:
        """Another one has come."""
        if row.price is not None:
            self.prices[row.type] = ZERO if row.price == NO_PRICE else row.price
            size = SIZES.get(row.type)
            if size is not None and row.size is not None:
                self.sizes[size] = row.size
        elif row.size is not None:
            self.sizes[row.type] = row.size

    def quote(self, instrument: InstrumentId, at: datetime) -> Quote | None:
        """What they add up to; None until bid, offer and a last price have come."""
        return parse.quote(self.prices, self.sizes, instrument, at)


class IbkrFeed(PriceFeed):
    """The Feed port for the instruments that are followed; a quote is whole once bid, offer and a last price came."""

    def __init__(self, symbols: SymbolBook, clock: Clock, link: Link) -> None:
        super().__init__("Interactive Brokers")
        self._clock = clock
        self._seat = Seat(link)
        self._hearing = Hearing(self._seat, self)
        self._reading = Reading(self._seat, symbols, Memory(), "", AccountId("prices"), clock)
        self._followed: dict[InstrumentId, wire.Contract] = {}
        self._foreign: set[InstrumentId] = set()
        self._lines: dict[int, InstrumentId] = {}
        self._login = 0
        self._ticks: dict[InstrumentId, Ticks] = {}

    async def _begin(self) -> None:
        self._seat.open()
        await self._hearing.open()

    async def close(self) -> None:
        """End the streams."""
        await self._chores.stop()
        link = self._seat.link
        for number in list(self._lines) if link.is_up else ():
            try:
                await link.send("cancelMktData", number, urgent=True)
            except Unavailable:
                break  # the connection is gone, and the streams with it
        self._lines.clear()
        await self._hearing.close()
        await self._seat.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that Interactive Brokers does not trade are left out. Raises Unavailable or Refused."""
        for each in instruments:
            if each in self._followed or each in self._foreign:
                continue
            contract = await self._reading.contract(each)
            if contract is None:
                self._foreign.add(each)
            elif len(self._followed) >= MOST_LINES:
                self.on_state(connected=True, detail=f"{MOST_LINES} instruments are followed: {each} is one too many")
            else:
                self._followed[each] = contract
                await self._subscribe(each, contract)

    async def _subscribe(self, instrument: InstrumentId, contract: wire.Contract) -> None:
        link = await self._seat.ready()
        await link.admit()
        number = link.number()
        self._lines[number] = instrument
        self._ticks[instrument] = Ticks()
        # No further ticks, no snapshot, no options.
        await link.write("reqMktData", number, library.contract(contract), "", False, False, [])

    # --- client.User ----------------------------------------------------------------------------------

    def up(self) -> None:
        """Everything is asked for again: of what outlived a break between the Gateway and Interactive Brokers nothing is sure."""
        link = self._seat.link
        old = list(self._lines) if link.logins == self._login else []
        self._lines.clear()
        self._login = link.logins
        self.on_state(connected=True, detail=f"{len(self._followed)} instruments")
        self._chores.begin(self._subscribe_all(old))

    async def _subscribe_all(self, old: Iterable[int]) -> None:
        link = self._seat.link
        try:
            for number in old:
                await link.send("cancelMktData", number)
            await link.send("reqMarketDataType", LIVE_PRICES)
            for instrument, contract in list(self._followed.items()):
                await self._subscribe(instrument, contract)
        except BrokerError as problem:
            # The next login asks again.
            self.on_state(connected=False, detail=str(problem))

    def on_message(self, message: wire.Message, *, listed: bool) -> None:  # noqa: ARG002 - ticks are never listed
        """Ticks, and what is said of a stream."""
        if isinstance(message, wire.Tick):
            self._tick(message)
        elif isinstance(message, wire.Problem) and message.about in self._lines and message.code not in INFORMING:
            instrument = self._lines[message.about]
            verdict = judge(message.code, message.text)
            self.on_state(connected=True, detail=f"{instrument} has no prices: {verdict.message}")

    def _tick(self, row: wire.Tick) -> None:
        instrument = self._lines.get(row.request)
        if instrument is None:
            return
        ticks = self._ticks[instrument]
        ticks.take(row)
        made = ticks.quote(instrument, self._clock.now())
        if made is not None:
            self._tell([made])
