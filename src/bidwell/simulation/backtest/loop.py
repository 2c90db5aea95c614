"""The interpreted run: the user's `on_bar` in a tight loop over one reused bar view.

The loop's source is made for each strategy: it appends each series' newest value, sets those fields of the bar
that the class's code names (the others are read when asked for), and calls the kernel only when it has something
to do. What the fields hold does not depend on that choice.
"""

from __future__ import annotations

import ast
import copy
import dis
import gc
import inspect
import textwrap
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from sys import getrefcount
from time import monotonic
from types import CodeType, FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.accounts import equity_of
from bidwell.simulation.backtest.books import ListBook, rows_of
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.layout import BUSY, BY_QUANTITY, CASH, CLOSING, FILLS, WORKING
from bidwell.simulation.backtest.matching import after_bar, lone_market, settle_close, step
from bidwell.simulation.backtest.rows import no_option
from bidwell.simulation.backtest.submission import at_market, link, submit, take_back, withdraw_all
from bidwell.simulation.backtest.watching import TimeIsUp, Watch, blamed, place_of
from bidwell.strategy.bars import COLUMNS, Bar, Bars
from bidwell.strategy.calling import caller, due_of, refuse_future
from bidwell.strategy.strategy import Strategy
from bidwell.strategy.trading import StrategyFill

CHUNK = 16_384
FIRST_CHUNK = 512
MOST_NOTES = 10_000
UNPRICED = frozenset({BY_QUANTITY, CLOSING})
"""How much, where no price has a part in it."""
PROMPT = 0.2
"""Seconds that a chunk of bars should take at most, so that a cancel is heard soon."""


class Run:
    """One strategy on one instrument's bars: the Trading that it sees, and the kernel's state."""

    def __init__(self, strategy: Strategy, bars: Bars, conditions: Conditions) -> None:
        self.bars = bars
        self.time = bars.time
        self.speed = "python"
        self.why = ""
        self.book = ListBook(conditions, 1)
        self.strategy = copy.copy(strategy)
        self.strategy._trading = self  # noqa: SLF001 - the loop is the strategy's other half
        self.strategy.symbols = (bars.symbol,)
        self.arrays: dict[str, NDArray[Any]] | None = None
        self.bar = Bar(bars, 0)
        self.seen = 0
        self.hears = type(strategy).on_fill is not Strategy.on_fill
        self.notes: list[tuple[int, str]] = []
        self.marks: list[tuple[int, float, float]] = []
        self.opening = self.book.account[CASH]
        self.accrues = max(conditions.borrow, conditions.interest, conditions.cash_interest) > 0.0
        self.plain = bool(self.book.settings[layout.SIMPLE]) and conditions.participation is None and not self.accrues
        # Items of a memoryview are plain floats, and cost less than those of an array.
        self.opens, self.highs, self.lows, self.closes, self.volumes, self.times = (
            memoryview(getattr(bars, name)) for name in (*COLUMNS, "time")
        )

    def submit(
        self, symbol: str | None, side: float, by: int, amount: float, limit: float, stop: float, trail: float,
        trail_share: float, validity: int, stop_loss: float, take_profit: float, exit_trail: float,
    ) -> int:  # fmt: skip
        if symbol is not None:
            self.known(symbol)
        index = self.bar.index
        priced = limit or stop or trail or trail_share or validity or stop_loss or take_profit or exit_trail
        if not priced and by in UNPRICED:
            return at_market(self.book, 0, index, self.closes[index], side, by, amount)
        return submit(self.book, 0, index, self.closes[index], side, by, amount, limit, stop, trail,
                      trail_share, validity, stop_loss, take_profit, exit_trail)  # fmt: skip

    def exercise(self, symbol: str | None, quantity: float | None) -> int:
        return no_option(self.book, 0 if symbol is None else self.known(symbol), self.bar.index, quantity)

    def cancel(self, order: int) -> bool:
        return take_back(self.book, order, self.bar.index)

    def cancel_all(self, symbol: str | None) -> None:
        if symbol is not None:
            self.known(symbol)
        withdraw_all(self.book, 0, self.bar.index)

    def link(self, first: int, second: int) -> None:
        link(self.book, first, second)

    def note(self, text: str) -> None:
        noted(self.notes, self.times[self.bar.index], text)

    def position(self, symbol: str) -> float:
        return self.book.position[self.known(symbol)]

    def cash(self) -> float:
        return self.book.account[CASH]

    def equity(self) -> float:
        self.book.mark[0] = self.closes[self.bar.index]
        return equity_of(self.book)

    def known(self, symbol: str) -> int:
        """The number of an instrument; raises KeyError for one that is not in the run."""
        if symbol != self.bars.symbol:
            message = f"{symbol} is not in this run, which has {self.bars.symbol}"
            raise KeyError(message)
        return 0

    def advance(self, index: int) -> None:
        """Let a bar pass over the working orders, and tell the strategy of its fills."""
        book, times = self.book, self.times
        # What a lone market order meets is its open alone, where neither volume nor date matters.
        if self.plain and book.counts[WORKING] == 1 and lone_market(book, 0, index, self.opens[index], 0.0, 0):
            book.counts[WORKING] = 0
            after_bar(book, 0, index, self.closes[index])
            self.tell(index)
            return
        step(self.book, 0, index, self.opens[index], self.highs[index], self.lows[index], self.closes[index],
             self.volumes[index], times[index], times[max(index - 1, 0)])  # fmt: skip
        if self.book.counts[FILLS] != self.seen:
            self.tell(index)
        elif self.accrues:
            self.marks.append((index, self.book.account[CASH], self.book.position[0]))

    def settle(self, index: int) -> None:
        """Fill market orders at the close that they were decided on."""
        settle_close(self.book, 0, index, self.closes[index], self.volumes[index], self.times[index])
        if self.book.counts[FILLS] != self.seen:
            self.tell(index)

    def tell(self, index: int) -> None:
        """Take over what filled."""
        book = self.book
        self.strategy.position = book.position[0]
        self.marks.append((index, book.account[CASH], book.position[0]))
        first, self.seen = self.seen, book.counts[FILLS]
        if self.hears:
            for row in book.fills[first:]:
                self.strategy.on_fill(
                    StrategyFill(int(row[0]), self.bars.symbol, row[3], row[4], row[5], index, row[7])
                )

    def rows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Orders and fills as the kernel's rows."""
        return rows_of(self.book)

    def equity_curve(self) -> NDArray[np.float64]:
        """The equity after every bar: between two fills cash and position stand still."""
        length = len(self.time)
        if not self.marks:
            return np.full(length, self.opening)
        at, money, units = (np.array(column, dtype=np.float64) for column in zip(*self.marks, strict=True))
        spans = np.diff(np.concatenate([[0], at, [length]])).astype(np.int64)
        equity = np.repeat(np.concatenate([[0.0], units]), spans)
        equity *= self.bars.close[:length]
        equity *= self.book.multiplier[0]
        equity += np.repeat(np.concatenate([[self.opening], money]), spans)
        return equity

    def ready(self, watch: Watch) -> dict[str, NDArray[Any]]:
        """Run `prepare`, once, and take the arrays that it stored, by name."""
        if self.arrays is None:
            with self.guarded(watch, "on_start"):
                self.strategy.on_start()
            before = dict(vars(self.strategy))
            with self.guarded(watch, "prepare"):
                self.strategy.prepare(self.bars)
            refuse_future(self.strategy, before, len(self.bars))
            self.arrays = series_of(self.strategy, len(self.bars))
        return self.arrays

    def go(self, watch: Watch) -> None:
        """Run every bar; raises InvalidInput with the strategy's own line where it fails."""
        arrays = self.ready(watch)
        with self.guarded(watch, "on_bar"), no_collector():
            self._loop(arrays, watch)

    @contextmanager
    def guarded(self, watch: Watch, doing: str) -> Iterator[None]:
        """Stop the strategy's code when the time is up, and report what it raises as its own."""
        owner = type(self.strategy)
        try:
            with watch.interrupting():
                yield
        except TimeIsUp as error:
            raise watch.out_of_time(place_of(error, files_of(owner))) from None
        except Exception as error:
            if isinstance(error, InvalidInput) and error.code.startswith("backtest."):
                raise
            raise blamed(error, files_of(owner), f"{owner.__name__}.{doing}") from error

    def _loop(self, arrays: Mapping[str, NDArray[Any]], watch: Watch) -> None:
        fields = fields_named(type(self.strategy))
        view = view_of(fields)
        kept = escapes(type(self.strategy).on_bar)
        newest = read_at_newest(type(self.strategy), set(arrays))
        once = tuple(name in newest for name in arrays)
        loop = loop_of(fields, once, bool(self.book.settings[layout.AT_CLOSE]), kept)
        lists: list[list[Any]] = [[None] if alone else [] for alone in once]
        self.strategy.__dict__.update(zip(arrays, lists, strict=True))
        appends = [each if alone else each.append for each, alone in zip(lists, once, strict=True)]
        total = len(self.bars)
        self.bar = view(self.bars, 0)
        self.strategy.position = 0.0
        call = caller(self.strategy, self.bars, due_of(self.strategy, self.time))
        start, size = 0, FIRST_CHUNK
        while start < total:
            began = monotonic()
            stop = min(start + size, total)
            columns = [plain_numbers(getattr(self.bars, name)[start:stop]) for name in fields]
            columns += [plain_numbers(values[start:stop]) for values in arrays.values()]
            loop(self, view, range(start, stop), call, self.book.counts, columns, appends)
            if watch.over(stop, total):
                self.time = self.time[:stop]
                return
            start = stop
            size = min(2 * size, CHUNK) if monotonic() - began < PROMPT else max(size // 4, 1)


@contextmanager
def no_collector() -> Iterator[None]:
    """Keep the cycle collector from walking the growing rows again and again; counting frees what the loop drops."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def noted(notes: list[tuple[int, str]], at: int, text: str) -> None:
    """Keep a line of the strategy's log, of which there are only so many."""
    if len(notes) < MOST_NOTES:
        notes.append((at, text))
    elif len(notes) == MOST_NOTES:
        notes.append((at, f"the log ends here: it holds {MOST_NOTES:,} lines"))


def plain_numbers(values: NDArray[Any]) -> Iterable[Any]:
    """What `tolist` gives; floats are made one by one, as they are asked for, so that one that is done with is used again."""
    if values.dtype != np.float64:
        found: list[Any] = values.tolist()
        return found
    held = array("d")
    held.frombytes(values.tobytes())
    return held


def series_of(strategy: Strategy, length: int) -> dict[str, NDArray[Any]]:
    """The arrays of the bars' length that `prepare` stored on the strategy."""
    return {
        name: value
        for name, value in vars(strategy).items()
        if isinstance(value, np.ndarray) and value.ndim == 1 and len(value) == length
    }


def written(owner: type[Strategy]) -> list[type]:
    """The classes that a user wrote: all that a strategy is made of but `Strategy` itself."""
    return [each for each in owner.__mro__ if each not in Strategy.__mro__]


def files_of(owner: type) -> set[str]:
    """The files in which a strategy's own classes are written."""
    found = set()
    for each in written(owner):
        found |= {value.__code__.co_filename for value in vars(each).values() if isinstance(value, FunctionType)}
    return found


def fields_named(owner: type) -> tuple[str, ...]:
    """Those fields of a bar that the class's own code names."""
    names: set[str] = set()
    for each in written(owner):
        for value in vars(each).values():
            function = inspect.unwrap(value.fget) if isinstance(value, property) and value.fget else value
            if isinstance(function, FunctionType) and function.__name__ != "prepare":
                names |= _names(function.__code__)
    return tuple(name for name in COLUMNS if name in names)


def _names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def escapes(on_bar: Callable[..., None]) -> bool:
    """Whether the code may keep its bar: it does more with it than read its fields."""
    code = on_bar.__code__
    name = code.co_varnames[1]
    instructions = list(dis.get_instructions(code))
    for here, following in zip(instructions, [*instructions[1:], None], strict=True):
        value = here.argval
        if name != value and not (isinstance(value, tuple) and name in value):
            continue
        if here.opname != "LOAD_FAST" or following is None or following.opname != "LOAD_ATTR":
            return True
    return False


def read_at_newest(owner: type[Strategy], series: set[str]) -> set[str]:
    """Those series that the class's code reads as `self.name[-1]` and in no other way, as far as it can be seen."""
    found = set(series)
    for each in written(owner):
        for name, value in vars(each).items():
            if isinstance(value, property | classmethod | staticmethod):
                return set()
            if not isinstance(value, FunctionType) or name == "prepare":
                continue
            try:
                tree = ast.parse(textwrap.dedent(inspect.getsource(value)))
            except (OSError, SyntaxError):
                return set()
            own = value.__code__.co_varnames[0] if value.__code__.co_argcount else ""
            found -= _read_otherwise(tree, own, series)
    return found


def _read_otherwise(tree: ast.AST, own: str, series: set[str]) -> set[str]:
    """Series that are more than read at their newest value; all of them where `self` is handed on."""
    fields = [each for each in ast.walk(tree) if isinstance(each, ast.Attribute)]
    of_self = [each for each in fields if isinstance(each.value, ast.Name) and each.value.id == own]
    handed_on = len(of_self) != sum(isinstance(each, ast.Name) and each.id == own for each in ast.walk(tree))
    if handed_on or any(each.attr == "__dict__" for each in fields):
        return series
    newest = {
        id(each.value)
        for each in ast.walk(tree)
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load) and ast.unparse(each.slice) == "-1"
    }
    return {each.attr for each in of_self if each.attr in series and id(each) not in newest}


@lru_cache(maxsize=32)
def view_of(fields: tuple[str, ...]) -> type[Bar]:
    """A bar view that holds these fields, and reads the others when asked."""
    return type("Bar", (Bar,), {"__slots__": fields})


@lru_cache(maxsize=64)
def loop_of(fields: tuple[str, ...], newest: tuple[bool, ...], at_close: bool, kept: bool) -> Callable[..., None]:
    """The loop for a strategy that reads these fields of the bar, and a series for each of `newest`.

    A series of which only the newest value is ever read is a list of one; the others grow by a value per bar.
    """
    series = len(newest)
    values = [f"bar.{name}" for name in fields] + [f"a{n}[0]" if alone else f"s{n}" for n, alone in enumerate(newest)]
    appends = "".join(f"a{n}, " for n in range(series))
    lines = ["def loop(run, view, indices, on_bar, counts, columns, appends):"]
    lines += [f"    {appends}= appends"] if series else []
    lines += [
        "    bar = run.bar",
        f"    for {', '.join(['bar.index', *values])}, in zip(indices, *columns):",
    ]
    lines += [f"        a{n}(s{n})" for n, alone in enumerate(newest) if not alone]
    lines += [f"        if counts[{BUSY}]:", "            run.advance(bar.index)", "        on_bar(bar)"]
    lines += [f"        if counts[{BUSY}]:", "            run.settle(bar.index)"] if at_close else []
    # The loop and the run hold the view, and the call counts one: whoever else does keeps it as it is.
    lines += (
        ["        if getrefcount(bar) > 3:", "            bar = run.bar = view(run.bars, bar.index)"] if kept else []
    )
    scope: dict[str, Any] = {"getrefcount": getrefcount}
    exec(compile("\n".join(lines), "<bidwell loop>", "exec"), scope)  # noqa: S102 - made of the names above alone
    loop: Callable[..., None] = scope["loop"]
    return loop
