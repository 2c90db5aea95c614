"""Market and prices of a broker with a list of the day (`master`): what is the same whatever its interface speaks."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Generic, Protocol, TypeVar

from bidwell.brokers.transport.chains import ends
from bidwell.brokers.transport.health import Health
from bidwell.brokers.transport.http import Http
from bidwell.brokers.transport.indian import ist_day
from bidwell.brokers.transport.master import MasterBook
from bidwell.brokers.transport.prices import PriceFeed
from bidwell.brokers.transport.stream import Stream
from bidwell.engine.ports import Clock
from bidwell.model.errors import BrokerError, ConfigError, ProtocolError, Refused
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Quote

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")
TopicT = TypeVar("TopicT")

MOST = 5000


class Client(Protocol):
    """The calls of one login, between `open` and `close`."""

    def open(self) -> None: ...

    async def close(self) -> None: ...


class ListedMarket(ABC, Generic[K, R]):
    """InstrumentSource over one login, between `open` and `close`."""

    def __init__(self, client: Client, book: MasterBook[K, R], health: Health, clock: Clock) -> None:
        self._calls = client
        self._book = book
        self._clock = clock
        self.health = health

    @property
    def book(self) -> MasterBook[K, R]:
        """The list of the day, once it is prepared."""
        return self._book

    def open(self) -> None:
        """Be ready to ask."""
        self._calls.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._calls.close()

    @abstractmethod
    async def prepare(self) -> None:
        """Know today's instruments; raises Unavailable."""

    @abstractmethod
    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        """The newest quote of each instrument that has one."""

    async def instruments(self) -> Sequence[Instrument]:
        """Everything of the list that the desk trades; what is refused, and why, is in the book."""
        await self.prepare()
        return await asyncio.to_thread(self._book.instruments)

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        """The options of an underlying, of one expiry or of all, by expiry and strike."""
        await self.prepare()
        return await asyncio.to_thread(self._book.options, underlying, expiry)

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        """The days on which options of an underlying expire, the nearest first."""
        await self.prepare()
        return ends(await asyncio.to_thread(self._book.options, underlying), ist_day(self._clock.now()))

    async def _row(self, instrument: InstrumentId) -> R:
        await self.prepare()
        return self._book.row(instrument)


class ListedFeed(PriceFeed, Generic[K, R, TopicT]):
    """The Feed port over one stream for at most five thousand instruments, seeded by a read after every login.

    An adapter opens `_stream`, is its `transport.Ear`, and says by which topic the stream knows an instrument.
    """

    _stream: Stream

    def __init__(self, name: str, http: Http, market: ListedMarket[K, R], book: MasterBook[K, R]) -> None:
        super().__init__(name)
        self._http = http
        self._market = market
        self._book = book
        self._wanted: dict[TopicT, Instrument] = {}
        self._quotes: dict[InstrumentId, Quote] = {}

    @abstractmethod
    def _topic(self, instrument: InstrumentId) -> TopicT | None:
        """By what the stream knows an instrument, None for what the list does not have; raises ProtocolError."""

    @abstractmethod
    def _subscriptions(self, topics: Iterable[TopicT]) -> Iterable[bytes | str]:
        """The frames that ask for these."""

    async def _begin(self) -> None:
        self._http.open()
        if self._wanted:
            await self._stream.open()

    async def close(self) -> None:
        """End the stream."""
        await self._chores.stop()
        await self._stream.close()
        await self._http.close()
        await self._market.close()

    async def follow(self, instruments: Iterable[InstrumentId]) -> None:
        """Quote these too; those that the broker does not trade are left out. Raises Unavailable or Refused."""
        await self._market.prepare()
        fresh = dict(self._fresh(instruments))
        if len(self._wanted) + len(fresh) > MOST:
            raise Refused(f"the price stream of {self.name} takes {MOST} instruments")
        self._wanted |= fresh
        if not fresh:
            return
        if self._stream.is_up:
            for frame in self._subscriptions(fresh):
                await self._stream.say(frame)
            await self._seed(list(fresh.values()))
        else:
            await self._stream.open()

    def _fresh(self, instruments: Iterable[InstrumentId]) -> Iterator[tuple[TopicT, Instrument]]:
        for each in instruments:
            with contextlib.suppress(ConfigError, ProtocolError):  # a row that cannot be traded has no quotes here
                topic = self._topic(each)
                listed = None if topic is None or topic in self._wanted else self._book.listing(each)
                if topic is not None and listed is not None and listed.tradable:
                    yield topic, listed

    async def _seed(self, instruments: Sequence[Instrument]) -> None:
        """Read the newest prices, which the stream brings only as they change."""
        with contextlib.suppress(BrokerError):  # the stream brings them in time
            found = await self._market.quotes([each.id for each in instruments])
            fresh = [quote for quote in found if quote.instrument not in self._quotes]
            self._quotes |= {quote.instrument: quote for quote in fresh}
            self._tell(fresh)
