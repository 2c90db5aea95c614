"""A twin's market: always open, on the wall clock (which a test may put forward), moved by hand or by a seeded walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import sin
from random import Random

from bidwell.engine.ports import Clock
from bidwell.model.errors import Missing
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.money import Rates
from bidwell.model.session import SessionTable
from bidwell.twins.scenario import Listed, Scenario, inner_id, instrument

_ALWAYS = SessionTable("24/7", (), always_open=True)


class TwinMarket:
    """`simulation.market.Listing` for a twin."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()
        self._random = Random(scenario.seed)  # noqa: S311 - a repeatable walk is the point
        self.rows: dict[str, Listed] = {row.symbol: row for row in scenario.instruments}
        self._instruments = {row.symbol: instrument(row) for row in scenario.instruments}
        self.symbols: dict[str, str] = {inner_id(symbol): symbol for symbol in self.rows}

    def now(self) -> datetime:
        """The market clock."""
        return self._clock.now() + self._ahead

    def put_forward(self, by: timedelta) -> None:
        """Run the market clock ahead of the wall's; it never goes back."""
        self._ahead += max(by, timedelta())

    def instruments(self) -> Sequence[Instrument]:
        """Everything that is listed."""
        return list(self._instruments.values())

    def instrument(self, symbol: str) -> Instrument | None:
        """What the broker calls `symbol`."""
        return self._instruments.get(symbol)

    def rates(self) -> Rates:
        """None: accounts trade in their own currency."""
        return Rates()

    def table(self, calendar: str) -> SessionTable:
        """The sessions of a calendar; raises Missing for one that a twin does not keep."""
        if calendar != _ALWAYS.calendar:
            raise Missing(f"a twin has no sessions for {calendar}")
        return _ALWAYS

    def first_quotes(self) -> list[Quote]:
        """The scenario's quotes."""
        return [self.quote(row.symbol, row.bid, row.ask, row.quantity) for row in self.rows.values()]

    def quote(self, symbol: str, bid: Decimal, ask: Decimal, quantity: Decimal) -> Quote:
        """A quote of now; raises Missing for a symbol that is not listed."""
        listed = self._instruments.get(symbol)
        if listed is None:
            raise Missing(f"there is no {symbol!r} at this twin")
        now = self.now()
        return Quote(listed.id, bid, ask, (bid + ask) / 2, quantity, quantity, now, now, previous_close=bid, open=bid)

    def step(self, quotes: Sequence[Quote]) -> list[Quote]:
        """The next second of a walk: each quote moved by up to two ticks either way."""
        now, moved = self.now(), []
        for quote in quotes:
            tick = self._instruments[self.symbols[quote.instrument]].tick_size
            shift = tick * self._random.randint(-2, 2)
            if quote.bid + shift > 0:
                moved.append(replace(quote, bid=quote.bid + shift, ask=quote.ask + shift, last=quote.last + shift,
                                     occurred_at=now, received_at=now))  # fmt: skip
        return moved

    def bars(self, symbol: str, seconds: int, start: datetime, end: datetime) -> list[Bar]:
        """Made-up bars in [start, end), the same for the same times, around the scenario's price; at most 50,000."""
        row, listed = self.rows[symbol], self._instruments[symbol]
        first = -(-int(start.timestamp()) // seconds) * seconds
        last = min(int(end.timestamp()), first + seconds * 50_000)
        found = []
        for at in range(first, last, seconds):
            opens, closes = (_level(row.bid, each, listed) for each in (at, at + seconds))
            high, low = max(opens, closes) + listed.tick_size, min(opens, closes) - listed.tick_size
            begins = start + timedelta(seconds=at - start.timestamp())
            found.append(Bar(listed.id, begins, seconds, opens, high, max(low, listed.tick_size), closes,
                             Decimal(1000 + at // seconds % 500)))  # fmt: skip
        return found


def _level(price: Decimal, at: int, listed: Instrument) -> Decimal:
    return listed.round_price(price * (1 + Decimal(str(round(sin(at / 5000) / 100, 6)))))
