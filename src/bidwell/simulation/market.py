"""What a venue trades on: a source of quotes, bars, rates and session times, all on one market clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.money import Rates
from bidwell.model.session import SessionTable


class Listing(Protocol):
    """What is traded, when, and at which rates."""

    def now(self) -> datetime:
        """The market clock, aware UTC; it never runs backwards."""
        ...

    def instruments(self) -> Sequence[Instrument]:
        """Everything that is traded or quoted."""
        ...

    def rates(self) -> Rates:
        """Rates between currencies as of the market clock."""
        ...

    def table(self, calendar: str) -> SessionTable:
        """The sessions of a calendar that an instrument names; raises Missing for an unknown one."""
        ...


class Market(Listing, Protocol):
    """A market, replayed or live; `app` adapts one to this."""

    @property
    def speed(self) -> float:
        """Market seconds that pass in one of the wall's; 0 stands still."""
        ...

    @speed.setter
    def speed(self, value: float) -> None: ...

    def quotes(self) -> AsyncIterator[Sequence[Quote]]:
        """New quotes in batches, in the order of the market clock; it ends when the market does."""
        ...

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the market clock when None), oldest first."""
        ...
