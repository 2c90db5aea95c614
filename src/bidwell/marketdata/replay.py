"""The replayed market: instruments that move along drawn paths under a market clock that skips closed hours.

Everything is a function of the seed, the market time and the speed: two markets with the same three show the
same quotes and bars, however the wall time was cut into steps, and a stored state goes on where it was.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from bidwell.marketdata.paths import Path, Touch, TouchStyle, draw, step_seconds, touch
from bidwell.marketdata.series import Series
from bidwell.model.errors import ConfigError, InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Forex, Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.money import Rates
from bidwell.model.session import Session, SessionTable

DEFAULT_SPEED = 60
MAX_SPEED = 600
QUOTES_PER_SECOND = 3
MAX_BARS = 20_000
DAY = 86_400

_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)
_Value = TypeVar("_Value")
# Columns: place of the bar's first step, open, high, low, close (ticks), volume (lots).
_Table = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument of the market with its days and the look of its book."""

    instrument: Instrument
    series: Series
    style: TouchStyle


@dataclass(frozen=True, slots=True)
class MarketState:
    """All that a market needs to go on where it was."""

    seed: int
    now: datetime
    speed: int


class ReplayMarket:
    """A market in the past that runs at `speed` times wall time inside sessions and jumps from close to open.

    `clock` is the table whose sessions the market walks through; `start` moves to the next opening when it
    lies outside of them. Raises ConfigError for a speed outside 1–600 or a start behind the table's end.
    """

    def __init__(
        self, lines: Sequence[Line], clock: SessionTable, *, seed: int, start: datetime, speed: int = DEFAULT_SPEED
    ) -> None:
        self._lines = {line.instrument.id: line for line in lines}
        self._keys = {line.instrument.id: zlib.crc32(line.instrument.id.encode()) for line in lines}
        self._phases = {line.instrument.id: place / len(lines) for place, line in enumerate(lines)}
        self._clock = clock
        self._seed = seed
        self._paths: _Recent[Path] = _Recent(48)
        self._touches: _Recent[Touch] = _Recent(2 * len(lines))
        self._minutes: _Recent[_Table] = _Recent(512)
        self._closes: _Recent[Decimal | None] = _Recent(2 * len(lines))
        session = clock.at(start) or clock.next_after(start)
        if session is None:
            raise ConfigError(f"{clock.calendar} has no session at or after {start:%Y-%m-%d}: choose an earlier start")
        self._session = session
        self._now = max(start, session.opens_at)
        self._rates: tuple[datetime | None, Rates] = (None, Rates({}))
        self.set_speed(speed)

    # --- the clock ---

    def now(self) -> datetime:
        """The market's time, aware UTC, always inside a session (at its close once the market has finished)."""
        return self._now

    @property
    def speed(self) -> int:
        """Market seconds per second of wall time."""
        return self._speed

    def set_speed(self, speed: int) -> None:
        """Change the speed from here on; raises ConfigError outside 1–600."""
        if not 1 <= speed <= MAX_SPEED:
            raise ConfigError(f"speed must be a whole number from 1 to {MAX_SPEED}, not {speed}")
        self._speed = speed

    @property
    def finished(self) -> bool:
        """Whether the clock's table has ended: the market stands still at its last close."""
        return self._now >= self._session.closes_at

    def state(self) -> MarketState:
        """What to store; `demo.demo_market(state=…)` goes on from it."""
        return MarketState(self._seed, self._now, self._speed)

    def advance(self, wall_seconds: float) -> list[Quote]:
        """Let wall time pass; the quotes that came meanwhile, in order of market time.

        Each open instrument is quoted about three times per wall second at any speed, and always at the open,
        high, low and close of its session. `received_at` repeats `occurred_at`: whoever receives a quote sets it.
        """
        budget = timedelta(microseconds=round(wall_seconds * 1_000_000)) * self._speed
        quotes: list[Quote] = []
        while budget > timedelta(0) and not self.finished:
            until = min(self._now + budget, self._session.closes_at)
            quotes += self._emitted(self._now, until)
            budget -= until - self._now
            self._now = until
            following = self._clock.next_after(until - _MICROSECOND) if until == self._session.closes_at else None
            if following is not None:
                self._session, self._now = following, following.opens_at
                quotes += self.quotes_at(self._now)
        return quotes

    def _emitted(self, after: datetime, until: datetime) -> list[Quote]:
        """Quotes with `after` < time ≤ `until` inside the clock's session, without its closing instant."""
        last = min(until, self._session.closes_at - _MICROSECOND)
        period = _SECOND * self._speed / QUOTES_PER_SECOND
        due: list[tuple[datetime, InstrumentId]] = []
        for name, line in self._lines.items():
            offset = self._session.opens_at + period * self._phases[name]
            beat = (after - offset) // period + 1
            moments = {offset + period * count for count in range(beat, (last - offset) // period + 1)}
            moments.update(moment for moment in self._turns(line, last) if after < moment <= last)
            due += [(moment, name) for moment in moments if moment > self._session.opens_at]
        due.sort(key=lambda item: item[0])
        return [quote for moment, name in due if (quote := self._quote(self._lines[name], moment)) is not None]

    def _turns(self, line: Line, moment: datetime) -> Iterator[datetime]:
        number = line.series.place(moment)
        if number >= 0:
            path, opens = self._path(line, number), line.series.session(number).opens_at
            yield from (opens + _SECOND * (path.step * place) for place in path.turns)

    # --- what a client asks ---

    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument, in the order of the watch list."""
        return tuple(line.instrument for line in self._lines.values())

    def quotes_at(self, moment: datetime) -> list[Quote]:
        """The quote of each instrument that had a session by `moment`; of a closed one its last."""
        found = (self._quote(line, moment) for line in self._lines.values())
        return [quote for quote in found if quote is not None]

    def is_open(self, instrument: InstrumentId) -> bool:
        """Whether the instrument's own session is open now."""
        series = self._line(instrument).series
        number = series.place(self._now)
        return number >= 0 and self._now < series.session(number).closes_at

    def session_open(self, instrument: InstrumentId) -> Decimal | None:
        """The first price of the instrument's newest session, or None before its first."""
        line = self._line(instrument)
        number = line.series.place(self._now)
        return None if number < 0 else line.series.shape(number).open * line.instrument.tick_size

    def previous_close(self, instrument: InstrumentId) -> Decimal | None:
        """The last price of the session before the newest one, or None in an instrument's first."""
        line = self._line(instrument)
        return self._close_before(line, line.series.place(self._now))

    def rates(self) -> Rates:
        """The middle of each quoted currency pair now."""
        if self._rates[0] != self._now:
            pairs: dict[tuple[str, str], Decimal] = {}
            for line in self._lines.values():
                contract = line.instrument.contract
                if isinstance(contract, Forex) and (quote := self._quote(line, self._now)) is not None:
                    pairs[(contract.base, line.instrument.currency)] = quote.mid
            self._rates = (self._now, Rates(pairs))
        return self._rates[1]

    def bars(
        self, instrument: InstrumentId, seconds: int, until: datetime | None = None, count: int = 500
    ) -> list[Bar]:
        """At most `count` bars of `seconds` that start before `until`, oldest first, the last one still forming.

        Nothing behind the market's time is told, and never more than MAX_BARS. Raises InvalidInput for a length
        that does not divide a day, is over a day or finer than the path, Missing for an unknown instrument.
        """
        line = self._line(instrument)
        count = min(count, MAX_BARS)
        edge = min(until or self._now + _MICROSECOND, self._now + _MICROSECOND)
        number = line.series.place(min(self._now, edge + timedelta(days=1)))
        if number >= 0 and (not 1 <= seconds <= DAY or DAY % seconds or seconds % self._step(line, number)):
            raise InvalidInput("bars.timeframe", f"{instrument} has no bars of {seconds} s", field="seconds",
                               hint="use 1m, 5m, 15m, 1h, 4h or 1D")  # fmt: skip
        found: list[Bar] = []
        while number >= 0 and len(found) < count:
            made = self._daily(line, number) if seconds == DAY else self._intraday(line, number, seconds)
            found += [bar for bar in reversed(made) if bar.start < edge]
            number -= 1
        return found[:count][::-1]

    # --- paths to quotes and bars ---

    def _quote(self, line: Line, moment: datetime) -> Quote | None:
        number = line.series.place(moment)
        if number < 0:
            return None
        session, path, book = line.series.session(number), self._path(line, number), self._touch(line, number)
        place = min(int((moment - session.opens_at).total_seconds()) // path.step, len(path.last) - 1)
        tick, lot = line.instrument.tick_size, line.instrument.lot_size
        at = min(moment, session.closes_at)
        return Quote(
            instrument=line.instrument.id,
            bid=int(book.bid[place]) * tick,
            ask=int(book.ask[place]) * tick,
            last=int(path.last[place]) * tick,
            bid_quantity=int(book.bid_quantity[place]) * lot,
            ask_quantity=int(book.ask_quantity[place]) * lot,
            occurred_at=at,
            received_at=at,
            volume=int(path.traded[place]) * lot,
            open=int(path.last[0]) * tick,
            previous_close=self._close_before(line, number),
        )

    def _close_before(self, line: Line, number: int) -> Decimal | None:
        def compute() -> Decimal | None:
            return line.series.shape(number - 1).close * line.instrument.tick_size if number > 0 else None

        # Every quote of a session tells the same.
        return self._closes.get((line.instrument.id, number), compute)

    def _daily(self, line: Line, number: int) -> list[Bar]:
        session, shape = line.series.session(number), line.series.shape(number)
        start = datetime.combine(session.date, time(0), tzinfo=UTC)
        if self._now >= session.closes_at:
            row = [0, shape.open, shape.high, shape.low, shape.close, shape.volume]
        else:
            path = self._path(line, number)
            row = _ranges(path, len(path.last), self._seen(session, path))[0].tolist()
        return [_bar(line.instrument, start, DAY, row)]

    def _intraday(self, line: Line, number: int, seconds: int) -> list[Bar]:
        session = line.series.session(number)
        if self._now < session.closes_at:
            path = self._path(line, number)
            table = _ranges(path, seconds // path.step, self._seen(session, path))
        elif seconds % 60:
            path = self._path(line, number)
            table = _ranges(path, seconds // path.step, len(path.last))
        else:
            table = _joined(self._minute_table(line, number), seconds // 60)
        step = self._step(line, number)
        return [
            _bar(line.instrument, session.opens_at + _SECOND * (row[0] * step), seconds, row) for row in table.tolist()
        ]

    def _minute_table(self, line: Line, number: int) -> _Table:
        def compute() -> _Table:
            path = self._path(line, number)
            return _ranges(path, 60 // path.step, len(path.last))

        return self._minutes.get((line.instrument.id, number), compute)

    def _seen(self, session: Session, path: Path) -> int:
        """How many steps of a session that is still open have been shown."""
        return min(int((self._now - session.opens_at).total_seconds()) // path.step + 1, len(path.last))

    def _step(self, line: Line, number: int) -> int:
        return step_seconds(line.series.shape(number).seconds)

    def _path(self, line: Line, number: int) -> Path:
        name = line.instrument.id
        return self._paths.get((name, number), lambda: draw(line.series.shape(number), self._key(name, number, 1)))

    def _touch(self, line: Line, number: int) -> Touch:
        def compute() -> Touch:
            key = self._key(line.instrument.id, number, 2)
            return touch(line.series.shape(number), self._path(line, number), line.style, key)

        return self._touches.get((line.instrument.id, number), compute)

    def _key(self, name: InstrumentId, number: int, purpose: int) -> tuple[int, ...]:
        return (self._seed, self._keys[name], number, purpose)

    def _line(self, instrument: InstrumentId) -> Line:
        line = self._lines.get(instrument)
        if line is None:
            raise Missing(f"the replayed market has no {instrument}: it has {', '.join(self._lines)}")
        return line


class _Recent(Generic[_Value]):
    """The values that were computed last, up to a number of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, _Value] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], _Value]) -> _Value:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        value = compute()
        self._kept[key] = value
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return value


def _ranges(path: Path, steps: int, seen: int) -> _Table:
    """Bars of `steps` path steps over the first `seen` steps; the last one may be shorter."""
    starts = np.arange(0, seen, steps)
    last = path.last[:seen]
    ends = np.minimum(starts + steps, seen) - 1
    volumes = np.diff(path.traded[ends], prepend=0)
    highs, lows = np.maximum.reduceat(last, starts), np.minimum.reduceat(last, starts)
    return np.column_stack([starts, last[starts], highs, lows, last[ends], volumes])


def _joined(minutes: _Table, width: int) -> _Table:
    """Bars of `width` rows of a table each; the last one may be shorter."""
    starts = np.arange(0, len(minutes), width)
    ends = np.minimum(starts + width, len(minutes)) - 1
    return np.column_stack([
        minutes[starts, 0],
        minutes[starts, 1],
        np.maximum.reduceat(minutes[:, 2], starts),
        np.minimum.reduceat(minutes[:, 3], starts),
        minutes[ends, 4],
        np.add.reduceat(minutes[:, 5], starts),
    ])  # fmt: skip


def _bar(instrument: Instrument, start: datetime, seconds: int, row: list[int]) -> Bar:
    tick = instrument.tick_size
    return Bar(
        instrument=instrument.id,
        start=start,
        seconds=seconds,
        open=row[1] * tick,
        high=row[2] * tick,
        low=row[3] * tick,
        close=row[4] * tick,
        volume=row[5] * instrument.lot_size,
    )
