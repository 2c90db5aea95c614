"""The small world that a proof runs in: instruments, calendars, a clock that can step, seeded ids."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from bidwell.engine.ports import Capabilities, DedupeScope
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Instrument
from bidwell.model.market import Quote
from bidwell.model.money import Rates
from bidwell.model.session import SessionTable
from bidwell.model.terms import OrderType, TimeInForce

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
_OPEN = SessionTable("24/7", (), always_open=True)


def share(symbol: str) -> Instrument:
    """A share that trades at all hours in whole units."""
    return Instrument(
        id=InstrumentId(f"{symbol}.SIM"), symbol=symbol, name=symbol, venue="SIM", currency="USD",
        tick_size=Decimal("0.01"), lot_size=Decimal(1), contract=Equity(), calendar="24/7",
    )  # fmt: skip


class ProofClock:
    """A wall clock on virtual time; `step` moves it as a mended machine clock would."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """Aware UTC."""
        return START + timedelta(seconds=asyncio.get_running_loop().time()) + self.offset

    def step(self, seconds: float) -> None:
        """Jump."""
        self.offset += timedelta(seconds=seconds)


class MarketClock:
    """The feed's own clock: it never steps."""

    def now(self) -> datetime:
        """Aware UTC."""
        return START + timedelta(seconds=asyncio.get_running_loop().time())


class SeededEntropy:
    """Ids from the seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def bits(self, count: int) -> int:
        """A number of `count` bits."""
        return self._random.getrandbits(count)


class OpenCalendars:
    """Every venue is always open."""

    def table(self, calendar: str) -> SessionTable:  # noqa: ARG002 - one answer for all
        """The table of any calendar."""
        return _OPEN


class ProofListing:
    """What the venue trades."""

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self._instruments = instruments
        self._clock = MarketClock()

    def now(self) -> datetime:
        """The market clock."""
        return self._clock.now()

    def instruments(self) -> Sequence[Instrument]:
        """Everything that is traded."""
        return self._instruments

    def rates(self) -> Rates:
        """There is one currency."""
        return Rates()

    def table(self, calendar: str) -> SessionTable:  # noqa: ARG002 - one answer for all
        """Always open."""
        return _OPEN


class Lacks(StrEnum):
    """What a broker cannot do."""

    NOTHING = "nothing"
    EXITS = "exits"
    STOPS = "stops"


_PLAIN = frozenset({OrderType.MARKET, OrderType.LIMIT})


def able(scope: DedupeScope = DedupeScope.FOREVER, quarantine: float = 4.0, timeout: float = 0.6,
         lacks: Lacks = Lacks.NOTHING) -> Capabilities:  # fmt: skip
    """A broker's capabilities with short waits, so that lateness beyond them fits into a schedule.

    One that lacks stops lacks exits attached to an entry and ends of validity too.
    """
    poor = lacks is Lacks.STOPS
    return Capabilities(
        order_types=_PLAIN if poor else frozenset(OrderType),
        times_in_force=frozenset(TimeInForce) - ({TimeInForce.GTD} if poor else set()), dedupe_scope=scope,
        attached_exits=lacks is Lacks.NOTHING, orders_per_second=Decimal(50), burst=20, reserved=4,
        quarantine=timedelta(seconds=quarantine), answer_timeout=timedelta(seconds=timeout),
    )  # fmt: skip


def quote(instrument: InstrumentId, price: Decimal, quantity: int, market: datetime, wall: datetime) -> Quote:
    """A quote two ticks wide around `price`."""
    tick = Decimal("0.01")
    return Quote(instrument, price - tick, price + tick, price, Decimal(quantity), Decimal(quantity), market, wall)
