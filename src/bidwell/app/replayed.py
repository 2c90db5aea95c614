"""The replayed market as the paper venue wants it: fed by wall time, and remembered over restarts."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bidwell.marketdata.demo import demo_market
from bidwell.marketdata.replay import MarketState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from bidwell.engine.ports import Calendars
    from bidwell.model.ids import InstrumentId
    from bidwell.model.instrument import Instrument
    from bidwell.model.market import Bar, Quote
    from bidwell.model.money import Rates
    from bidwell.model.session import SessionTable

_BEAT = 0.1
_SAVE_EVERY = 2.0


class ReplayedMarket:
    """`simulation.market.Market` over a replay; its clock is stored ahead, so that a restart never goes back."""

    def __init__(self, calendars: Calendars, store: Path, speed: int) -> None:
        self._calendars = calendars
        self._store = store
        state = _load(store)
        self._replay = demo_market(calendars, state=state) if state else demo_market(calendars, speed=speed)
        self._speed = self._replay.speed
        self._saved = 0.0

    @property
    def speed(self) -> float:
        """Market seconds per second of wall time; 0 stands still."""
        return self._speed

    @speed.setter
    def speed(self, value: float) -> None:
        whole = round(value)
        if whole:
            self._replay.set_speed(whole)
        self._speed = whole

    def now(self) -> datetime:
        """The market clock."""
        return self._replay.now()

    def instruments(self) -> Sequence[Instrument]:
        """Everything that is traded or quoted."""
        return self._replay.instruments()

    def rates(self) -> Rates:
        """Rates as of the market clock."""
        return self._replay.rates()

    def table(self, calendar: str) -> SessionTable:
        """The sessions of a calendar."""
        return self._calendars.table(calendar)

    async def quotes(self) -> AsyncIterator[Sequence[Quote]]:
        """Ten batches a second; wall time that passed while the process was stopped is not made up for."""
        yield self._replay.quotes_at(self._replay.now())
        before = time.monotonic()
        while True:
            await asyncio.sleep(_BEAT)
            now = time.monotonic()
            passed, before = min(now - before, 5 * _BEAT), now
            if self._speed:
                yield self._replay.advance(passed)
            if now - self._saved > _SAVE_EVERY:
                self._saved = now
                _save(self._store, self._replay.state())

    async def bars(self, instrument: InstrumentId, seconds: int, until: datetime | None, count: int) -> Sequence[Bar]:
        """Bars up to the market clock, consistent with the quotes that were shown."""
        return self._replay.bars(instrument, seconds, until, count)


def _save(file: Path, state: MarketState) -> None:
    """Store the clock where it will be by the next save: what is lost in a crash is skipped, never shown twice."""
    ahead = replace(state, now=state.now + timedelta(seconds=_SAVE_EVERY * state.speed))
    scratch = file.with_suffix(".new")
    scratch.write_text(json.dumps({"seed": ahead.seed, "now": ahead.now.isoformat(), "speed": ahead.speed}))
    scratch.replace(file)


def _load(file: Path) -> MarketState | None:
    try:
        stored = json.loads(file.read_text())
        return MarketState(stored["seed"], datetime.fromisoformat(stored["now"]), stored["speed"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
