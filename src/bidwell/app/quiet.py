"""A market without prices of its own, for a desk whose prices come from its brokers: paper accounts rest meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bidwell.model.errors import ConfigError
from bidwell.model.money import Rates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from bidwell.engine.ports import Calendars, Clock
    from bidwell.model.ids import InstrumentId
    from bidwell.model.instrument import Instrument
    from bidwell.model.market import Bar, Quote
    from bidwell.model.session import SessionTable


class QuietMarket:
    """`simulation.market.Market` on the wall clock, which lists and quotes nothing."""

    def __init__(self, calendars: Calendars, clock: Clock) -> None:
        self._calendars = calendars
        self._clock = clock

    @property
    def speed(self) -> float:
        """Always one."""
        return 1.0

    @speed.setter
    def speed(self, value: float) -> None:
        if value != 1:
            msg = "brokers' prices come at the speed of the world"
            raise ConfigError(msg)

    def now(self) -> datetime:
        """The wall clock."""
        return self._clock.now()

    def instruments(self) -> Sequence[Instrument]:
        """None: the brokers list theirs in the workspace."""
        return ()

    def rates(self) -> Rates:
        """None."""
        return Rates()

    def table(self, calendar: str) -> SessionTable:
        """The sessions of a calendar."""
        return self._calendars.table(calendar)

    async def quotes(self) -> AsyncIterator[Sequence[Quote]]:
        """Nothing, until the venue stops."""
        while True:
            await asyncio.sleep(3600.0)
            yield ()

    async def bars(
        self, _instrument: InstrumentId, _seconds: int, _until: datetime | None, _count: int
    ) -> Sequence[Bar]:
        """None."""
        return []
