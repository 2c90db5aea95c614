"""A market on command, for tests and benches: it says what it is told, when it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from bidwell.model.errors import Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Crypto, Equity, Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.money import Rates
from bidwell.model.session import SessionTable

ALWAYS = "24/7"


def share(
    name: str, *, currency: str = "USD", tick: str = "0.01", lot: str = "1", calendar: str = ALWAYS
) -> Instrument:
    """A share called `name`.TEST."""
    return Instrument(
        InstrumentId(f"{name}.TEST"), name, name, "TEST", currency, Decimal(tick), Decimal(lot), Equity(),
        calendar=calendar,
    )  # fmt: skip


def coin(name: str, *, currency: str = "USD", tick: str = "0.01", lot: str = "0.00001") -> Instrument:
    """A crypto asset called `name`.TEST that trades in fractions."""
    return Instrument(
        InstrumentId(f"{name}.TEST"), name, name, "TEST", currency, Decimal(tick), Decimal(lot), Crypto(name),
        calendar=ALWAYS, min_notional=Decimal(1),
    )  # fmt: skip


class ScriptedMarket:
    """A market whose clock moves to the newest quote pushed into it, or where `move_to` puts it."""

    def __init__(
        self,
        start: datetime,
        instruments: Sequence[Instrument],
        *,
        rates: Rates | None = None,
        tables: Mapping[str, SessionTable] | None = None,
        bars: Sequence[Bar] = (),
    ) -> None:
        self.speed = 1.0
        self._now = start
        self._instruments = list(instruments)
        self._rates = rates or Rates()
        self._tables = {ALWAYS: SessionTable(ALWAYS, (), always_open=True), **(tables or {})}
        self._bars = list(bars)
        self._queue: asyncio.Queue[Sequence[Quote] | None] = asyncio.Queue()

    def now(self) -> datetime:
        """The market clock."""
        return self._now

    def instruments(self) -> Sequence[Instrument]:
        """What is traded."""
        return self._instruments

    def rates(self) -> Rates:
        """Rates between currencies."""
        return self._rates

    def table(self, calendar: str) -> SessionTable:
        """The sessions of a calendar; raises Missing for an unknown one."""
        table = self._tables.get(calendar)
        if table is None:
            raise Missing(f"there are no sessions for {calendar}")
        return table

    async def quotes(self) -> AsyncIterator[Sequence[Quote]]:
        """What is pushed, until `finish`."""
        while (batch := await self._queue.get()) is not None:
            yield batch

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """The bars that the market was made with."""
        end = until or self._now
        found = [
            bar for bar in self._bars if (bar.instrument, bar.seconds) == (instrument, seconds) and bar.start < end
        ]
        return found[-count:] if count > 0 else []

    # commands

    def quote(
        self,
        instrument: str,
        bid: str,
        ask: str,
        *,
        quantity: str = "100000",
        last: str = "",
        at: datetime | None = None,
    ) -> Quote:
        """Make a quote at the market clock, or at `at`."""
        when = at or self._now
        middle = (Decimal(bid) + Decimal(ask)) / 2
        return Quote(
            InstrumentId(instrument), Decimal(bid), Decimal(ask), Decimal(last) if last else middle, Decimal(quantity),
            Decimal(quantity), when, when,
        )  # fmt: skip

    def push(self, quotes: Sequence[Quote]) -> None:
        """Say quotes; the market clock moves to the newest."""
        for quote in quotes:
            self.move_to(quote.occurred_at)
        self._queue.put_nowait(list(quotes))

    def move_to(self, moment: datetime) -> None:
        """Put the market clock forward; it never goes back."""
        self._now = max(self._now, moment)

    def finish(self) -> None:
        """End the market."""
        self._queue.put_nowait(None)
