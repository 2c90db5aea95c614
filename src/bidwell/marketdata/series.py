"""The days of the replayed market: real daily bars laid on a calendar, a synthetic market, and dated rates.

Each series answers which session a moment belongs to and what is known of that session; how the price moved
inside it is drawn by `paths`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bidwell.marketdata.paths import Shape
from bidwell.model.errors import Missing
from bidwell.model.instrument import Instrument
from bidwell.model.session import Session, SessionTable


class Series(Protocol):
    """The sessions of one instrument, numbered from 0."""

    def place(self, moment: datetime) -> int:
        """The number of the last session that opened at or before `moment`, -1 before the first."""
        ...

    def session(self, number: int) -> Session:
        """When a session opens and closes."""
        ...

    def shape(self, number: int) -> Shape:
        """What is known of a session."""
        ...


@dataclass(frozen=True, slots=True)
class Daily:
    """One day's prices in the instrument's currency and its volume in units."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


class Pass:
    """Which recorded day each session of the market shows.

    Up to the window's end a session shows its own day. After it the window begins again: the next session of
    the calendar shows the window's first day, and so on round after round, so that dates only ever rise and
    always are sessions of the calendar.
    """

    def __init__(self, table: SessionTable, first: date, last: date) -> None:
        self._dates = [session.date for session in table.sessions]
        start, self._end = bisect_right(self._dates, first) - 1, bisect_right(self._dates, last)
        if start < 0 or self._dates[start] != first or self._dates[self._end - 1] != last:
            raise Missing(f"{table.calendar} has no sessions on {first} and {last}: the replay cannot be laid on it")
        self._window = self._dates[start : self._end]

    def source(self, day: date) -> date:
        """The recorded day that the session of `day` (or the last one before it) shows."""
        place = bisect_right(self._dates, day) - 1
        if place < self._end:
            return day
        return self._window[(place - self._end) % len(self._window)]


def _date(session: Session) -> date:
    return session.date


def _from(table: SessionTable, first: date) -> tuple[Session, ...]:
    return table.sessions[bisect_left(table.sessions, first, key=_date) :]


class RecordedSeries:
    """Real daily bars on a calendar, repeated by a Pass; figures between two ticks go to the nearer one.

    Raises Missing when the calendar has a session between the first and the last bar that has no bar.
    """

    def __init__(self, instrument: Instrument, bars: Mapping[date, Daily], table: SessionTable, rounds: Pass) -> None:
        first, last = min(bars), max(bars)
        self._sessions = _from(table, first)
        self._opens = [session.opens_at for session in self._sessions]
        self._rounds = rounds
        expected = self._sessions[: bisect_right(self._sessions, last, key=_date)]
        lacking = [session.date for session in expected if session.date not in bars]
        if lacking:
            raise Missing(f"{instrument.id} has no daily bar for {lacking[0]} (and {len(lacking) - 1} more sessions)")
        self._bars = bars
        self._tick = instrument.tick_size
        self._lot = instrument.lot_size

    def place(self, moment: datetime) -> int:
        return bisect_right(self._opens, moment) - 1

    def session(self, number: int) -> Session:
        return self._sessions[number]

    def shape(self, number: int) -> Shape:
        session = self._sessions[number]
        bar = self._bars[self._rounds.source(session.date)]
        return Shape(
            open=self._ticks(bar.open),
            high=self._ticks(bar.high),
            low=self._ticks(bar.low),
            close=self._ticks(bar.close),
            volume=int(bar.volume / self._lot),
            seconds=int((session.closes_at - session.opens_at).total_seconds()),
        )

    def _ticks(self, price: Decimal) -> int:
        return int((price / self._tick).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


class SyntheticSeries:
    """A market that never existed: UTC days of a seeded geometric walk that is drawn back to its first price."""

    FIRST = date(2010, 1, 1)
    DAYS = 33_000

    def __init__(self, seed: int, *, price: int, volatility: float, volume: int) -> None:
        """`price` in ticks, `volatility` of a day's log price, `volume` of a typical day in lots."""
        rng = np.random.default_rng([seed, 0xB7C])
        shocks = rng.standard_normal(self.DAYS) * volatility
        logs = np.empty(self.DAYS)
        level = 0.0
        for place, shock in enumerate(shocks.tolist()):
            level = 0.995 * level + shock
            logs[place] = level
        self._closes = np.maximum(100, np.rint(price * np.exp(logs))).astype(np.int64)
        reach = np.abs(rng.standard_normal((2, self.DAYS))) * volatility * 0.6
        opens = np.concatenate([[price], self._closes[:-1]])
        self._opens = opens.astype(np.int64)
        self._highs = np.rint(np.maximum(opens, self._closes) * np.exp(reach[0])).astype(np.int64)
        self._lows = np.maximum(1, np.rint(np.minimum(opens, self._closes) * np.exp(-reach[1]))).astype(np.int64)
        self._volumes = np.rint(volume * rng.lognormal(0.0, 0.35, self.DAYS)).astype(np.int64)

    def place(self, moment: datetime) -> int:
        return min(max((moment.date() - self.FIRST).days, -1), self.DAYS - 1)

    def session(self, number: int) -> Session:
        day = self.FIRST + timedelta(days=number)
        opens = datetime.combine(day, time(0), tzinfo=UTC)
        return Session(day, opens, opens + timedelta(days=1))

    def shape(self, number: int) -> Shape:
        return Shape(
            open=int(self._opens[number]),
            high=int(self._highs[number]),
            low=int(self._lows[number]),
            close=int(self._closes[number]),
            volume=int(self._volumes[number]),
            seconds=86_400,
            around_clock=True,
        )


class RateSeries:
    """A currency pair whose monthly averages are known, with a seeded path between them; it has no turnover.

    Each average stands at the middle of its month and the level runs straight from one to the next; every day
    strays from it by a small seeded amount. After the window the rates repeat as the shares' days do.
    """

    def __init__(
        self, seed: int, averages: Sequence[tuple[date, Decimal]], tick: Decimal, table: SessionTable, rounds: Pass
    ) -> None:
        """`averages` are (first day of the month, rate) in order."""
        self._sessions = _from(table, averages[0][0])
        self._opens = [session.opens_at for session in self._sessions]
        self._rounds = rounds
        self._anchors = np.array([month.toordinal() + 14 for month, _ in averages], dtype=np.float64)
        self._levels = np.array([float(rate / tick) for _, rate in averages], dtype=np.float64)
        rng = np.random.default_rng([seed, 0xF0])
        self._stray = _wobble(rng, len(self._sessions), 0.0015)
        self._reach = np.abs(rng.standard_normal((2, len(self._sessions)))) * 0.0015

    def place(self, moment: datetime) -> int:
        return bisect_right(self._opens, moment) - 1

    def session(self, number: int) -> Session:
        return self._sessions[number]

    def shape(self, number: int) -> Shape:
        session = self._sessions[number]
        close = self._level(number)
        opened = self._level(number - 1) if number else close
        return Shape(
            open=opened,
            high=round(max(opened, close) * (1 + self._reach[0, number])),
            low=round(min(opened, close) * (1 - self._reach[1, number])),
            close=close,
            volume=0,
            seconds=int((session.closes_at - session.opens_at).total_seconds()),
            around_clock=True,
        )

    def _level(self, number: int) -> int:
        day = self._rounds.source(self._sessions[number].date).toordinal()
        return round(float(np.interp(day, self._anchors, self._levels)) * (1 + float(self._stray[number])))


def _wobble(rng: np.random.Generator, count: int, scale: float) -> NDArray[np.float64]:
    """A stationary wandering around 0 with a memory of a few days."""
    noise = rng.standard_normal(count + 8) * scale
    return np.convolve(noise, np.ones(9) / 3.0, mode="valid")
