"""What TopstepX knows: contracts and past bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bidwell.brokers.topstepx import parse
from bidwell.brokers.topstepx.client import MOST_BARS, TopstepxClient
from bidwell.brokers.topstepx.config import TopstepxConfig
from bidwell.brokers.topstepx.login import Login
from bidwell.brokers.topstepx.symbols import SymbolBook, contract_id
from bidwell.brokers.transport import Health
from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar

# Bars lie in session hours only: to find `count` of them the question reaches further back, over a weekend too.
_REACH = 2
_SLACK = timedelta(days=4)


class TopstepxMarket:
    """InstrumentSource and HistorySource over one login, between `open` and `close`; `monotonic` is in seconds."""

    def __init__(
        self, config: TopstepxConfig, login: Login, symbols: SymbolBook, clock: Clock, monotonic: Callable[[], float]
    ) -> None:
        self._book = symbols
        self._clock = clock
        self.health = Health(clock)
        self.client = TopstepxClient(config, login, self.health, monotonic)

    def open(self) -> None:
        """Be ready to ask."""
        self.client.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.client.close()

    async def instruments(self) -> Sequence[Instrument]:
        """Every contract that is traded now; what is refused, and why, is in the book."""
        return self._book.learn(await self.client.contracts())

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first.

        Raises InvalidInput for a length that TopstepX does not have, Missing for what it does not trade.
        """
        unit = parse.TIMEFRAMES.get(seconds)
        if unit is None:
            known = ", ".join(str(each) for each in parse.TIMEFRAMES)
            raise InvalidInput("bars.seconds", f"TopstepX has bars of {known} seconds", field="seconds")
        if count <= 0:
            return []
        contract = await self.symbol(instrument)
        end = until or self._clock.now()
        count = min(count, MOST_BARS - 1)
        start = end - timedelta(seconds=seconds) * count * _REACH - _SLACK
        rows = await self.client.bars(contract, unit, start, end, count + 1)
        found = sorted((parse.bar(row, instrument, seconds) for row in rows), key=lambda each: each.start)
        return [each for each in found if each.start < end][-count:]

    async def symbol(self, instrument: InstrumentId) -> str:
        """TopstepX's id of an instrument, looked up once; raises Missing."""
        known = self._book.symbol_of(instrument)
        if known is None:
            guess = contract_id(instrument.rpartition(".")[0], self._clock.now().date())
            found = await self.client.contract(guess) if guess is not None else None
            self._book.learn([found] if found is not None else [])
            known = self._book.symbol_of(instrument)
        if known is None:
            raise Missing(f"TopstepX does not trade {instrument}")
        return known
