"""The interpreted run over several instruments: at each instant every bar is matched, then every bar is decided on.

`on_bar` is called once per instrument and bar, in the order of the data's symbols; `bar.symbol` says which, and the
series are that instrument's own. Bars of different instruments need not fall on the same instants.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from sys import getrefcount
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.accounts import equity_of
from bidwell.simulation.backtest.books import ListBook, rows_of
from bidwell.simulation.backtest.circumstances import Held
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.layout import BUSY, CASH, FILLS
from bidwell.simulation.backtest.loop import files_of, no_collector, noted, series_of
from bidwell.simulation.backtest.matching import settle_close, step
from bidwell.simulation.backtest.rows import no_option
from bidwell.simulation.backtest.submission import link, submit, take_back, withdraw_all
from bidwell.simulation.backtest.watching import TimeIsUp, Watch, blamed, place_of
from bidwell.strategy.bars import COLUMNS, Bar, Bars
from bidwell.strategy.calling import caller, due_of, refuse_future
from bidwell.strategy.strategy import Strategy
from bidwell.strategy.trading import StrategyFill

REPORT = 256


class SeveralRun:
    """One strategy on the bars of several instruments: the Trading that it sees, and the kernel's state."""

    dated = False
    """Whether things happen between the bars: then `begin` and `finish` are called around each instant."""

    def __init__(
        self, strategy: Strategy, bars: Mapping[str, Bars], conditions: Conditions, held: Sequence[Held] = ()
    ) -> None:
        self.symbols = list(bars)
        self.number = {symbol: k for k, symbol in enumerate(self.symbols)}
        self.all = [bars[symbol] for symbol in self.symbols]
        self.time: NDArray[np.int64] = np.unique(np.concatenate([each.time for each in self.all]))
        self.columns = [[memoryview(getattr(each, name)) for name in (*COLUMNS, "time")] for each in self.all]
        self.book = ListBook(conditions, len(bars))
        self.strategy = copy.copy(strategy)
        self.strategy._trading = self  # noqa: SLF001 - the loop is the strategy's other half
        self.strategy.symbols = tuple(self.symbols)
        self.views = [Bar(each, 0) for each in self.all]
        self.hears = type(strategy).on_fill is not Strategy.on_fill
        self.calls = [caller(self.strategy, each, {}) for each in self.all]
        self.due = due_of(self.strategy, self.time)
        self.notes: list[tuple[int, str]] = []
        self.speed = "python"
        self.why = ""
        self.current = 0
        self.instant = 0
        self.seen = 0
        self.last = [0.0] * len(bars)
        self.curve = np.empty(len(self.time))
        self.prepared: list[list[tuple[str, memoryview, list[Any]]]] = []
        book = self.book
        for k, each in enumerate(held):
            book.lot[k], book.tick[k], book.multiplier[k] = each.lot, each.tick, each.multiplier
            book.margins[k][layout.BORROW] = each.borrow
        # What is owed is the account's: it is charged once an instant, not with each instrument's bar.
        self.interest, book.settings[layout.INTEREST_RATE] = conditions.interest, 0.0
        self.cash_interest, book.settings[layout.CASH_RATE] = conditions.cash_interest, 0.0
        book.counts[BUSY] = 0
        book.settings[layout.BORROW_RATE] = max((row[layout.BORROW] for row in book.margins), default=0.0)

    def submit(
        self, symbol: str | None, side: float, by: int, amount: float, limit: float, stop: float, trail: float,
        trail_share: float, validity: int, stop_loss: float, take_profit: float, exit_trail: float,
    ) -> int:  # fmt: skip
        k = self.current if symbol is None else self.known(symbol)
        if self.last[k] == 0.0:
            raise InvalidInput("strategy.no_price", f"{self.symbols[k]} has had no bar yet", field="symbol")
        return submit(self.book, k, self.instant, self.last[k], side, by, amount, limit, stop, trail, trail_share,
                      validity, stop_loss, take_profit, exit_trail)  # fmt: skip

    def exercise(self, symbol: str | None, quantity: float | None) -> int:
        return no_option(self.book, self.current if symbol is None else self.known(symbol), self.instant, quantity)

    def cancel(self, order: int) -> bool:
        return take_back(self.book, order, self.instant)

    def cancel_all(self, symbol: str | None) -> None:
        withdraw_all(self.book, self.current if symbol is None else self.known(symbol), self.instant)

    def link(self, first: int, second: int) -> None:
        link(self.book, first, second)

    def note(self, text: str) -> None:
        noted(self.notes, int(self.time[self.instant]), text)

    def position(self, symbol: str) -> float:
        return self.book.position[self.known(symbol)]

    def cash(self) -> float:
        return self.book.account[CASH]

    def equity(self) -> float:
        return equity_of(self.book)

    def known(self, symbol: str) -> int:
        """The number of an instrument; raises InvalidInput for one that is not in the run."""
        if symbol not in self.number:
            raise InvalidInput("strategy.symbol", f"{symbol} is not in this run", field="symbol",
                               hint=f"it has {', '.join(self.symbols[:20])}")  # fmt: skip
        return self.number[symbol]

    def rows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Orders and fills as the kernel's rows."""
        return rows_of(self.book)

    def equity_curve(self) -> NDArray[np.float64]:
        """The equity after every instant."""
        return self.curve

    def go(self, watch: Watch) -> None:
        """Run every instant; raises InvalidInput with the strategy's own line where it fails."""
        files = files_of(type(self.strategy))
        doing = "on_start"
        try:
            with watch.interrupting():
                self.strategy.on_start()
                doing = "prepare"
                self.prepared = [self._prepared(each) for each in self.all]
                doing = "on_bar"
                with no_collector():
                    self._loop(self.prepared, watch)
        except TimeIsUp as error:
            raise watch.out_of_time(place_of(error, files)) from None
        except Exception as error:
            if isinstance(error, InvalidInput) and error.code.startswith("backtest."):
                raise
            raise blamed(error, files, f"{type(self.strategy).__name__}.{doing}") from error

    def _prepared(self, bars: Bars) -> list[tuple[str, memoryview, list[Any]]]:
        before = dict(vars(self.strategy))
        self.strategy.prepare(bars)
        refuse_future(self.strategy, before, len(bars))
        found = series_of(self.strategy, len(bars))
        for name in found:
            delattr(self.strategy, name)
        return [(name, np.ascontiguousarray(array).data, []) for name, array in found.items()]

    def _loop(self, prepared: list[list[tuple[str, memoryview, list[Any]]]], watch: Watch) -> None:
        rows = [0] * len(self.all)
        due = [int(each.time[0]) for each in self.all]
        counts = self.book.counts
        at_close = bool(self.book.settings[layout.AT_CLOSE])
        never = int(self.time[-1]) + 1
        for instant, time in enumerate(self.time.tolist()):
            self.instant = instant
            here = [k for k, at in enumerate(due) if at == time]
            if instant and (self.interest or self.cash_interest):
                self._bear(time - int(self.time[instant - 1]))
            if self.dated:
                self.begin(instant, here, rows)
            for k in here:
                self._pass(k, rows[k], instant)
            for k in here:
                self.book.mark[k] = self.last[k]
            if counts[FILLS] != self.seen:
                self._tell(rows)
            if instant in self.due:
                self.current = here[0]
                self.strategy.on_schedule(self.due[instant])
            for k in here:
                self._decide(k, rows[k], prepared[k])
            for k in here if at_close and counts[BUSY] else ():
                self._settle(k, rows[k], rows)
            if self.dated:
                self.finish(instant)
            for k in here:
                rows[k] += 1
                due[k] = self.columns[k][5][rows[k]] if rows[k] < len(self.all[k]) else never
            self.curve[instant] = equity_of(self.book)
            if instant % REPORT == 0 and watch.over(instant + 1, len(self.time)):
                self.time, self.curve = self.time[: instant + 1], self.curve[: instant + 1]
                return
        watch.passed(len(self.time), len(self.time))

    def begin(self, instant: int, here: list[int], rows: list[int]) -> None:
        """What happens before the bars of an instant; `here` has bars, `rows` says which."""

    def finish(self, instant: int) -> None:
        """What happens after everybody decided."""

    def charge(self, cost: float) -> None:
        """Take interest on what is owed."""
        self.book.account[CASH] -= cost
        self.book.account[layout.INTEREST] += cost

    def earn(self, gain: float) -> None:
        """Pay interest on idle cash."""
        self.book.account[CASH] += gain
        self.book.account[layout.EARNED] += gain

    def secured(self) -> float:
        """What short positions are worth: their proceeds secure them, and are not idle."""
        book = self.book
        return sum(-held * book.mark[k] * book.multiplier[k] for k, held in enumerate(book.position) if held < 0.0)

    def _bear(self, span: int) -> None:
        """Interest on cash for a span of nanoseconds: taken below zero, paid on what is idle."""
        cash, years = self.cash(), span / layout.YEAR_NANOSECONDS
        if cash < 0.0 and self.interest:
            self.charge(-cash * self.interest * years)
        elif self.cash_interest and (idle := cash - self.secured()) > 0.0:
            self.earn(idle * self.cash_interest * years)

    def _pass(self, k: int, row: int, instant: int) -> None:
        opens, highs, lows, closes, volumes, times = self.columns[k]
        if self.book.counts[BUSY]:
            step(self.book, k, instant, opens[row], highs[row], lows[row], closes[row], volumes[row], times[row],
                 times[max(row - 1, 0)])  # fmt: skip
            # Until every instrument has met its open, none is known at its close.
            self.book.mark[k] = opens[row]
        self.last[k] = closes[row]

    def _decide(self, k: int, row: int, series: list[tuple[str, memoryview, list[Any]]]) -> None:
        strategy = self.strategy
        self.current = k
        view = self.views[k]
        view.index = row
        fields = strategy.__dict__
        for name, values, seen in series:
            seen.append(values[row])
            fields[name] = seen
        strategy.position = self.book.position[k]
        self.calls[k](view)
        # The list, this frame and the call hold the view: whoever else does keeps it as it is.
        if getrefcount(view) > 3:
            self.views[k] = Bar(self.all[k], row)

    def _settle(self, k: int, row: int, rows: list[int]) -> None:
        columns = self.columns[k]
        settle_close(self.book, k, self.instant, columns[3][row], columns[4][row], columns[5][row])
        if self.book.counts[FILLS] != self.seen:
            self._tell(rows)

    def _tell(self, rows: list[int]) -> None:
        first, self.seen = self.seen, self.book.counts[FILLS]
        if not self.hears:
            return
        for row in self.book.fills[first:]:
            self.current = k = int(row[2])
            self.strategy.position = self.book.position[k]
            self.strategy.on_fill(StrategyFill(int(row[0]), self.symbols[k], row[3], row[4], row[5], rows[k], row[7]))
