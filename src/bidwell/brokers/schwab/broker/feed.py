"""Schwab's prices as a feed: level one of shares and options over the stream that a login has one of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

import msgspec

from bidwell.brokers.schwab import parse, wire
from bidwell.brokers.schwab.broker.market import SchwabMarket
from bidwell.brokers.schwab.broker.streamer import EQUITIES, OPTIONS, Seat
from bidwell.brokers.schwab.broker.user import User
from bidwell.brokers.schwab.symbols import is_option
from bidwell.brokers.transport import PriceFeed, decoder, read
from bidwell.engine.ports import Clock
from bidwell.model.errors import BrokerError, Missing
from bidwell.model.ids import InstrumentId

_EQUITY = decoder(wire.EquityTick)
_OPTION = decoder(wire.OptionTick)
_LOTS = {EQUITIES: parse.STREAM_LOT, OPTIONS: Decimal(1)}


class SchwabFeed(PriceFeed):
    """The Feed port for the instruments that are followed, as `streamer.Member`.

    The first word of a symbol is everything that is known of it, the later ones what changed: nothing is read by REST.
    """

    def __init__(self, user: User, market: SchwabMarket, clock: Clock) -> None:
        super().__init__("Charles Schwab")
        self._market = market
        self._clock = clock
        self._seat = Seat(user.streamer, self)
        self._user = user
        self._wanted: dict[str, dict[str, InstrumentId]] = {EQUITIES: {}, OPTIONS: {}}
        self._books: dict[str, parse.Book] = {}
        self._foreign: set[InstrumentId] = set()
        self._joined = False

    async def _begin(self) -> None:
        self._market.open()
        if any(self._wanted.values()):
            await self._join()

    async def close(self) -> None:
        """Leave the stream."""
        self._joined = False
        await self._seat.close()
        await self._market.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that Schwab does not trade are left out. Raises Unavailable or Refused."""
        fresh: dict[str, list[str]] = {}
        for each in instruments:
            if each in self._foreign:
                continue
            try:
                symbol = await self._market.symbol(each)
            except Missing:
                self._foreign.add(each)
                continue
            service = OPTIONS if is_option(symbol) else EQUITIES
            if symbol not in self._wanted[service]:
                self._wanted[service][symbol] = each
                fresh.setdefault(service, []).append(symbol)
        if not self._joined and any(self._wanted.values()):
            await self._join()
            return
        for service, symbols in fresh.items():
            try:
                await self._user.streamer.follow(service, symbols)
            except BrokerError:
                for symbol in symbols:
                    del self._wanted[service][symbol]
                raise

    async def _join(self) -> None:
        """Be a member of the stream, which asks for what is wanted."""
        await self._seat.open()
        self._joined = True

    # --- streamer.Member --------------------------------------------------------------------------

    @property
    def wants(self) -> Mapping[str, Collection[str]]:
        """The symbols that are followed."""
        return {service: symbols.keys() for service, symbols in self._wanted.items() if symbols}

    def alive(self) -> None:
        """The feed is as old as its quotes."""

    def up(self) -> None:
        """The prices go on: each symbol's first word is everything again."""
        self._books.clear()
        count = sum(map(len, self._wanted.values()))
        self.on_state(connected=True, detail=f"{count} symbols")

    def told(self, service: str, rows: list[msgspec.Raw]) -> None:
        """What changed in the prices of some symbols."""
        now, changed = self._clock.now(), {}
        for row in rows:
            tick = read(_OPTION, bytes(row), "a price") if service == OPTIONS else read(_EQUITY, bytes(row), "a price")
            if tick.key in self._wanted[service]:
                self._books[tick.key] = self._books.get(tick.key, parse.Book()).merged(tick)
                changed[tick.key] = self._wanted[service][tick.key]
        made = (parse.quote(self._books[key], ident, now, _LOTS[service]) for key, ident in changed.items())
        self._tell([each for each in made if each is not None])
