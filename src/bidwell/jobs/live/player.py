"""The strategy's side of a run on the desk: the same class as in a backtest, called bar by bar.

`prepare` is run anew over all bars so far whenever one is added, on a copy, so that its series are what a backtest
over the same bars would show, and what it sets once is set once.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from bidwell.jobs.live.messages import Act, Decided, Facts, Filled, Linked, Moment, Placed, Quoted, Row, Withdrawn
from bidwell.model.errors import InvalidInput
from bidwell.strategy.bars import Bar, Bars, Quote, moment_of
from bidwell.strategy.calling import refuse_future
from bidwell.strategy.schedule import due_at
from bidwell.strategy.sizing import CLOSING, TO_NOTIONAL, TO_PERCENT, TO_QUANTITY
from bidwell.strategy.strategy import Strategy
from bidwell.strategy.trading import StrategyFill

MOST_BARS = 20_000
MOST_LINES = 200
LARGEST_STATE = 1 << 20
_TARGETS = (TO_QUANTITY, TO_PERCENT, TO_NOTIONAL)


class Player:
    """One strategy with its bars: the `Trading` that it sees, which collects what it asks for."""

    def __init__(self, strategy: Strategy, symbols: Iterable[str], number: int = 0,
                 state: dict[str, Any] | None = None) -> None:  # fmt: skip
        self.strategy = strategy
        self.number = number
        self._rows: dict[str, list[Row]] = {symbol: [] for symbol in symbols}
        self._series: dict[str, dict[str, list[Any]]] = {symbol: {} for symbol in self._rows}
        self._bars: dict[str, Bars] = {}
        self._state = state
        self._prepared: set[str] = set()
        self._started = self._settled = False
        self._before = 0
        self._current = next(iter(self._rows))
        self._facts = Facts()
        self._acts: list[Act] = []
        self._lines: list[str] = []
        self._unkept: set[str] = set()
        strategy._trading = self  # noqa: SLF001 - this is the strategy's other half
        strategy.symbols = tuple(self._rows)

    # --- what the desk tells -----------------------------------------------------------------------

    def history(self, symbol: str, rows: Iterable[Row]) -> None:
        """Take bars in without deciding on them."""
        self._rows[symbol].extend(rows)
        if self._rows[symbol]:
            self._before = max(self._before, self._rows[symbol][-1][0])

    def moment(self, told: Moment) -> Decided:
        """Take the bars of one instant in, and decide: `on_schedule` once, then `on_bar` for each symbol in order."""
        self._begin(told.facts)
        for symbol, row in told.rows.items():
            self._add(symbol, row)
        self._prepare_all(told.rows)
        at = next(iter(told.rows.values()))[0]
        self._turn(next(iter(told.rows)))
        if type(self.strategy).on_schedule is not Strategy.on_schedule and self._before:
            due = due_at(self.strategy.schedules, np.array([self._before, at], dtype=np.int64), self._before)
            if 1 in due:
                self.strategy.on_schedule(due[1])
        self._before = at
        for symbol in self._rows:
            if symbol in told.rows:
                self._turn(symbol)
                self.strategy.on_bar(Bar(self._bars[symbol], len(self._bars[symbol]) - 1))
        return self._end()

    def filled(self, told: Filled) -> Decided:
        """Tell the strategy of a fill."""
        self._begin(told.facts)
        self._prepare_all()
        self._turn(told.symbol)
        bars = self._bars.get(told.symbol)
        self.strategy.on_fill(StrategyFill(told.order, told.symbol, told.quantity, told.price, told.fee,
                                           len(bars) - 1 if bars is not None else -1, self.position(told.symbol)))  # fmt: skip
        return self._end()

    def quoted(self, told: Quoted) -> Decided:
        """Tell the strategy of a quote."""
        self._begin(told.facts)
        self._prepare_all()
        self._turn(told.symbol)
        self.strategy.on_quote(Quote(told.symbol, moment_of(told.at), told.bid, told.ask, told.last,
                                     told.bid_quantity, told.ask_quantity))  # fmt: skip
        return self._end()

    # --- what the strategy asks --------------------------------------------------------------------

    def submit(
        self, symbol: str | None, side: float, by: int, amount: float, limit: float, stop: float, trail: float,
        trail_share: float, validity: int, stop_loss: float, take_profit: float, exit_trail: float,
    ) -> int:  # fmt: skip
        """Collect an order; returns its number, -1 where nothing is to be done."""
        named = self._known(symbol)
        held = self.position(named)
        nothing = (by == CLOSING or (by in _TARGETS and amount == 0.0)) and held == 0.0
        if nothing or (by == TO_QUANTITY and amount == held):
            return -1
        number = self.number
        self.number += 1
        prices = (limit, stop, trail, trail_share, stop_loss, take_profit, exit_trail)
        if not math.isfinite(amount) or any(not math.isfinite(each) or each < 0.0 for each in prices):
            self.note(f"order {number} in {named} was refused: a price or quantity is not a number above zero")
            return number
        if by not in _TARGETS and amount <= 0.0:
            self.note(f"order {number} in {named} was refused: a quantity is not above zero")
            return number
        price = self._rows[named][-1][4]
        self._acts.append(Placed(number, named, side, by, amount, price, limit, stop, trail, trail_share, validity,
                                 stop_loss, take_profit, exit_trail))  # fmt: skip
        return number

    def exercise(self, symbol: str | None, quantity: float | None) -> int:  # noqa: ARG002 - whatever is asked for
        """Refuse: no broker here takes a notice of exercise; raises InvalidInput."""
        raise InvalidInput("strategy.exercise", f"options of {self._known(symbol)} cannot be exercised from a run on the desk",
                           field="symbol", hint="exercise at the broker; a backtest can")  # fmt: skip

    def cancel(self, order: int) -> bool:
        """Collect a cancel; False where the order is closed already."""
        own = [each for each in self._acts if isinstance(each, Placed) and each.number == order]
        if own:
            self._acts.remove(own[0])
            return True
        if order not in self._facts.open:
            return False
        self._acts.append(Withdrawn(order))
        return True

    def cancel_all(self, symbol: str | None) -> None:
        """Collect a cancel of everything that works in an instrument."""
        named = self._known(symbol)
        self._acts = [each for each in self._acts if not (isinstance(each, Placed) and each.symbol == named)]
        self._acts.append(Withdrawn(symbol=named))

    def link(self, first: int, second: int) -> None:
        """Bind two orders: a fill of one cancels the other."""
        self._acts.append(Linked(first, second))

    def note(self, text: str) -> None:
        """Write a line to the run's log."""
        if len(self._lines) < MOST_LINES:
            self._lines.append(text[:1000])

    def position(self, symbol: str) -> float:
        """What this strategy holds, signed, in all accounts of the run."""
        return self._facts.positions.get(self._known(symbol), 0.0)

    def cash(self) -> float:
        """Cash of the run's accounts."""
        return self._facts.cash

    def equity(self) -> float:
        """Equity of the run's accounts."""
        return self._facts.equity

    # --- within ------------------------------------------------------------------------------------

    def _known(self, symbol: str | None) -> str:
        named = self._current if symbol is None else symbol
        if named not in self._rows:
            raise InvalidInput("strategy.symbol", f"{symbol} is not in this run", field="symbol",
                               hint=f"it has {', '.join(list(self._rows)[:20])}")  # fmt: skip
        if not self._rows[named]:
            raise InvalidInput("strategy.no_price", f"{named} has had no bar yet", field="symbol")
        return named

    def _add(self, symbol: str, row: Row) -> None:
        rows = self._rows[symbol]
        rows.append(row)
        if len(rows) > MOST_BARS:
            del rows[: MOST_BARS // 4]

    def _prepare(self, symbol: str) -> None:
        table = np.array(self._rows[symbol], dtype=np.float64)
        time = np.array([row[0] for row in self._rows[symbol]], dtype=np.int64)
        columns = [np.ascontiguousarray(table[:, place]) for place in range(1, 6)]
        for array in (time, *columns):
            array.setflags(write=False)
        bars = self._bars[symbol] = Bars(symbol, time, *columns)
        owner = copy.copy(self.strategy) if self._settled else self.strategy
        self._prepared.add(symbol)
        before = dict(vars(owner))
        owner.prepare(bars)
        refuse_future(owner, before, len(bars))
        self._series[symbol] = {
            name: value.tolist()
            for name, value in vars(owner).items()
            if isinstance(value, np.ndarray) and value.ndim == 1 and len(value) == len(bars)
        }
        for name in self._series[symbol]:
            self.strategy.__dict__.pop(name, None)

    def _prepare_all(self, grown: Iterable[str] = ()) -> None:
        """Start it once, prepare what has grown or never was, and at first put back what an earlier process kept."""
        if not self._started:
            self._started = True
            self.strategy.on_start()
        grown = set(grown)
        for symbol, rows in self._rows.items():
            if symbol in grown or (rows and symbol not in self._prepared):
                self._prepare(symbol)
        if self._state is not None:
            self.strategy.__dict__.update(self._state)
            self._state, self._settled = None, True
        self._settled = self._settled or bool(self._prepared)

    def _turn(self, symbol: str) -> None:
        self._current = symbol
        self.strategy.__dict__.update(self._series[symbol])
        self.strategy.position = self._facts.positions.get(symbol, 0.0)

    def _begin(self, facts: Facts) -> None:
        self._facts = facts
        self._acts, self._lines = [], []

    def _end(self) -> Decided:
        state = self._kept()
        return Decided(self._acts, state, self.number, self._lines)

    def _kept(self) -> dict[str, Any]:
        """The plain values on the strategy: what JSON can say comes back after a restart, of the rest it is told once."""
        series = {name for each in self._series.values() for name in each}
        found: dict[str, Any] = {}
        for name, value in vars(self.strategy).items():
            if (
                name.startswith("_")
                or name in series
                or name in {"position", "symbols"}
                or name in self.strategy.parameters
            ):
                continue
            if _is_plain(value):
                found[name] = value
            elif name not in self._unkept and not isinstance(value, np.ndarray):
                self._unkept.add(name)
                self.note(f"self.{name} is a {type(value).__name__}, which a restart does not keep")
        if len(msgspec.json.encode(found)) > LARGEST_STATE:
            raise InvalidInput(
                "strategy.state", f"what the strategy keeps on self is more than {LARGEST_STATE:,} bytes"
            )
        return found


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if value is None or isinstance(value, bool | int | str):
        return True
    if isinstance(value, list):
        return all(_is_plain(each) for each in value)
    return isinstance(value, dict) and all(isinstance(key, str) and _is_plain(each) for key, each in value.items())
