"""What the paper venue knows: instruments, past bars, rates, its clock and speed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from bidwell.brokers.paper import parse, wire
from bidwell.brokers.paper.client import Line
from bidwell.brokers.paper.config import PaperConfig
from bidwell.engine.ports import Entropy
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar
from bidwell.model.money import Rates

T = TypeVar("T")

_DECODER: msgspec.json.Decoder[wire.FeedReport] = msgspec.json.Decoder(wire.FeedReport)


class PaperVenue:
    """InstrumentSource and HistorySource over one connection, between `connect` and `close`.

    Reads raise Unavailable when the session is down, Refused when the venue says no.
    """

    def __init__(self, config: PaperConfig, entropy: Entropy) -> None:
        login = wire.Login(config.token, "facts")
        self._line: Line[wire.FeedReport] = Line(config, login, _DECODER, self, entropy)

    async def connect(self) -> None:
        """Open the connection and keep it open."""
        await self._line.open()

    async def close(self) -> None:
        """End the connection."""
        await self._line.close()

    async def instruments(self) -> Sequence[Instrument]:
        """Every instrument that the venue trades or quotes."""
        rows = await self._ask("instruments", tuple[wire.WireInstrument, ...])
        return [parse.instrument(row) for row in rows]

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """At most `count` bars of `seconds` that start before `until` (the newest when None), oldest first."""
        answer = await self._line.ask(lambda number: wire.AskBars(number, instrument, seconds, count, until))
        return [parse.bar(row, instrument, seconds) for row in _value(answer, tuple[wire.WireBar, ...])]

    async def rates(self) -> Rates:
        """Rates between currencies as of the market clock."""
        return parse.rates(await self._ask("rates", tuple[wire.WireRate, ...]))

    async def clock(self) -> tuple[datetime, float]:
        """The market clock, and how many market seconds pass in one of the wall's."""
        now = await self._ask("clock", wire.WireClock)
        return now.at, now.speed

    async def set_speed(self, speed: float) -> float:
        """Run the market at `speed` market seconds per second; answers the speed that holds."""
        answer = await self._line.ask(lambda number: wire.SetSpeed(number, speed))
        return _value(answer, wire.WireClock).speed

    async def _ask(self, what: str, shape: type[T]) -> T:
        return _value(await self._line.ask(lambda number: wire.Ask(number, what)), shape)

    # what the line tells

    def on_up(self, _welcome: wire.Welcome) -> None:
        """Reads may leave."""

    def on_down(self, _reason: str) -> None:
        """Reads raise Unavailable until the line is mended."""

    def on_report(self, report: wire.FeedReport) -> None:
        """Nothing comes unasked on this connection."""
        raise ProtocolError(f"{type(report).__name__} was not asked for")


def _value(answer: object, shape: type[T]) -> T:
    if not isinstance(answer, wire.Answer):
        raise ProtocolError(f"a question was answered with {type(answer).__name__}")
    try:
        return msgspec.json.decode(answer.value, type=shape)
    except msgspec.MsgspecError as problem:
        raise ProtocolError(f"an answer was not understood: {problem}") from problem
