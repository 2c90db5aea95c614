"""The two markets that a desk is run on: a venue in memory on virtual time, and the paper venue behind its socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Protocol

from bidwell.app.clock import SystemEntropy
from bidwell.app.parity.setting import CURRENCY, Setting
from bidwell.brokers.paper import PaperBroker, read_config
from bidwell.engine.ports import Broker, Entropy
from bidwell.model.account import Account
from bidwell.model.instrument import Instrument
from bidwell.model.market import Quote
from bidwell.model.money import Rates
from bidwell.model.session import SessionTable
from bidwell.simulation.fees import PercentFee
from bidwell.simulation.floor import VenueSettings
from bidwell.simulation.orders import AccountSpec, Models
from bidwell.simulation.proof import nouns
from bidwell.simulation.proof.broker import Exchange, ProofBroker
from bidwell.simulation.proof.weather import Weather
from bidwell.simulation.scripted import ScriptedMarket
from bidwell.simulation.server import VenueServer
from bidwell.simulation.state import VenueState
from bidwell.simulation.venue import Venue

ACCOUNT = "parity"
# A decision at a bar's close is to meet the next bar's open: orders wait for the next price.
SETTINGS = VenueSettings(fill_on_arrival=False)


class BarClock:
    """The wall clock of a run in which time is that of the bars: it stands where the market stands."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def now(self) -> datetime:
        """Where it was put."""
        return self.moment


class World(Protocol):
    """Where a desk's orders go, and how its market is moved."""

    venue: Venue
    clock: BarClock
    entropy: Entropy
    pause: float

    def connect(self, account: Account) -> Broker | None:
        """A session of an account."""
        ...

    async def push(self, quote: Quote) -> None:
        """Let the market stand at a quote, and wait until the venue has matched it."""
        ...

    async def turn(self, moment: datetime) -> None:
        """Put the market's clock forward."""
        ...


def spec_of(setting: Setting) -> AccountSpec:
    """The account at the venue."""
    return AccountSpec(ACCOUNT, CURRENCY, setting.cash, setting.leverage, models=Models(fees=PercentFee(setting.fee)))


class OneTable:
    """The session table of the run, under any name."""

    def __init__(self, table: SessionTable) -> None:
        self._table = table

    def table(self, calendar: str) -> SessionTable:  # noqa: ARG002 - there is one
        """The table."""
        return self._table


class _Listing:
    """What the venue in memory trades, on a clock that is put."""

    def __init__(self, instrument: Instrument, table: SessionTable, clock: BarClock) -> None:
        self._clock = clock
        self._instrument = instrument
        self._table = table

    def now(self) -> datetime:
        return self._clock.now()

    def instruments(self) -> list[Instrument]:
        return [self._instrument]

    def rates(self) -> Rates:
        return Rates()

    def table(self, calendar: str) -> SessionTable:  # noqa: ARG002 - there is one
        return self._table


class _Line(ProofBroker):
    """A line on which messages keep their order: each takes a little longer than the one before."""

    _messages = 0

    def _latency(self) -> float:
        self._messages += 1
        return 0.001 + self._messages * 1e-9


class SimulatedWorld:
    """The venue in memory, reached by a line on which nothing goes wrong; it needs a virtual loop."""

    pause = 0.01

    def __init__(self, setting: Setting) -> None:
        self.clock = BarClock(setting.span(0)[0])
        self.entropy: Entropy = nouns.SeededEntropy(Random(1))  # noqa: S311 - a run must be repeatable
        listing = _Listing(setting.instrument, setting.table, self.clock)
        self.venue = Venue(VenueState(), listing, self.clock, SETTINGS)
        self.venue.open_account(spec_of(setting))
        self._exchange = Exchange(self.venue, self.clock)

    def connect(self, account: Account) -> Broker | None:
        """A line without weather."""
        calm = Weather(Random(0), frozenset(), 0.0)  # noqa: S311 - it draws nothing
        return _Line(account, self._exchange, nouns.able(), calm, Random(2))  # noqa: S311 - it draws nothing

    async def push(self, quote: Quote) -> None:
        """Match at once; what comes of it travels to the desk."""
        self.clock.moment = quote.occurred_at
        self._exchange.publish(self.venue.on_quotes([quote]))

    async def turn(self, moment: datetime) -> None:
        """Put the clock."""
        self.clock.moment = moment


class PaperWorld:
    """The paper venue's server on a port of the loopback, its market pushed as fast as it answers."""

    pause = 0.0005

    def __init__(self, server: VenueServer, market: ScriptedMarket, folder: Path, clock: BarClock) -> None:
        self.clock = clock
        self.entropy: Entropy = SystemEntropy()
        self.venue = server.venue
        self._market = market
        self._folder = folder

    def connect(self, account: Account) -> Broker | None:
        """A session over the socket."""
        return PaperBroker(read_config(self._folder), account, self.clock, self.entropy)

    async def push(self, quote: Quote) -> None:
        """Say the quote; the server's own task matches it."""
        self.clock.moment = quote.occurred_at
        self._market.push([quote])
        await until(lambda: self._stands_at(quote), self.pause, "the venue does not take quotes")

    def _stands_at(self, quote: Quote) -> bool:
        seen = self.venue.quotes.get(quote.instrument)
        return seen is not None and seen.occurred_at >= quote.occurred_at

    async def turn(self, moment: datetime) -> None:
        """Put the market's clock."""
        self.clock.moment = moment
        self._market.move_to(moment)


@asynccontextmanager
async def paper_world(setting: Setting, folder: Path) -> AsyncIterator[PaperWorld]:
    """Serve the paper venue in a folder; an error of the server is raised at the end."""
    market = ScriptedMarket(
        setting.span(0)[0], [setting.instrument], tables={setting.instrument.calendar: setting.table}
    )
    clock = BarClock(setting.span(0)[0])
    server = VenueServer(folder, market, clock, (spec_of(setting),), settings=SETTINGS)
    task = asyncio.create_task(server.run())
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        yield PaperWorld(server, market, folder, clock)
    finally:
        server.stop()
        await task


PATIENCE = 30.0


async def until(done: Callable[[], bool], pause: float, otherwise: str) -> None:
    """Wait for a condition; raises TimeoutError with these words when it does not come."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while not done():
        if loop.time() > end:
            raise TimeoutError(otherwise)
        await asyncio.sleep(pause)
