"""The compiled run: a translated strategy in one loop with the compiled kernel, bar by bar as the interpreted one."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.simulation.backtest import compiled
from bidwell.simulation.backtest.books import HEADROOM, array_book, grown, rows_of
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.signals import Signals, Targets
from bidwell.simulation.backtest.translation import Translated, translate
from bidwell.simulation.backtest.watching import Watch
from bidwell.strategy.bars import COLUMNS, Bars
from bidwell.strategy.strategy import Strategy

CHUNK = 1 << 20
LARGE = 1 << 19
"""Floats from which NumPy asks for large pages: 4 MiB."""
LOADED, ON_DISK, COLD = 10_000, 4_000_000, 20_000_000
"""From how many bars on compiling pays: it is loaded already, compiled on disk, or has to be compiled."""
_FRAME = """
import math
from collections import namedtuple
from numba import njit
from {kernel} import *

Constants = namedtuple("Constants", {constants!r})
Series = namedtuple("Series", {series!r})
State = namedtuple("State", {state!r})


{functions}


{run}
"""

_EVERY_BAR = """
@njit(cache=True, _nrt=False)
def run(book, o, h, l, c, v, t, P, S, M, equity, start, stop, room):
    counts = book.counts
    account = book.account
    position = book.position
    multiplier = book.multiplier[0]
    at_close = book.settings[AT_CLOSE] != 0.0
    for i in range(start, stop):
        if counts[ORDERS] > room or counts[FILLS] > room:
            return i
        if counts[BUSY] != 0:
            step(book, 0, i, o[i], h[i], l[i], c[i], v[i], t[i], t[i - 1] if i > 0 else t[i])
        m_on_bar(book, i, o, h, l, c, v, t, P, S, M)
        if at_close and counts[BUSY] != 0:
            settle_close(book, 0, i, c[i], v[i], t[i])
        equity[i] = account[CASH] + position[0] * c[i] * multiplier
    return stop
"""

# Where nothing works and the arrays say nothing, a bar changes nothing but the equity.
_WOKEN_BARS = """
@njit(cache=True, _nrt=False)
def run(book, o, h, l, c, v, t, P, S, M, equity, start, stop, room):
    counts = book.counts
    account = book.account
    position = book.position
    multiplier = book.multiplier[0]
    at_close = book.settings[AT_CLOSE] != 0.0
    i = start
    while i < stop:
        if counts[BUSY] == 0:
            cash = account[CASH]
            held = position[0]
            j = i
{scan}
            past = equity[i:j]
            if held == 0.0:
                for n in range(len(past)):
                    past[n] = cash
            else:
                closes = c[i:j]
                for n in range(len(past)):
                    past[n] = cash + held * closes[n] * multiplier
            i = j
            if i >= stop:
                break
        if counts[ORDERS] > room or counts[FILLS] > room:
            return i
        if counts[BUSY] != 0:
            step(book, 0, i, o[i], h[i], l[i], c[i], v[i], t[i], t[i - 1] if i > 0 else t[i])
        m_on_bar(book, i, o, h, l, c, v, t, P, S, M)
        if at_close and counts[BUSY] != 0:
            settle_close(book, 0, i, c[i], v[i], t[i])
        equity[i] = account[CASH] + position[0] * c[i] * multiplier
        i += 1
    return stop
"""

_SCANS: dict[type[Strategy], str] = {
    Signals: """
            if held > 0.0:
                while j < stop and not S.exits[np.uint64(j)]:
                    j += 1
            else:
                while j < stop and not (S.entries[np.uint64(j)] | S.short_entries[np.uint64(j)]):
                    j += 1
""",
    Targets: """
            while j < stop and S.weights[np.uint64(j)] != S.weights[np.uint64(j)]:
                j += 1
""",
}


class CompiledRun:
    """A prepared strategy on one instrument's bars, compiled; raises Unsupported where its class is out of the subset."""

    def __init__(
        self, strategy: Strategy, arrays: Mapping[str, NDArray[Any]], bars: Bars, conditions: Conditions
    ) -> None:
        self.bars = bars
        self.time = bars.time
        self.translated = translate(strategy, arrays)
        self.source = source_of(self.translated, type(strategy))
        self.speed = "compiled"
        self.why = ""
        self.conditions = conditions
        self.book: Any = None
        self.equity = _floats(len(bars))

    def pays(self) -> str:
        """Empty where compiling is the quicker way for so many bars, else why it is not."""
        return pays(self.source, len(self.bars))

    def go(self, watch: Watch) -> None:
        """Run every bar; raises what the strategy raises, without its line."""
        compiled.kernel()
        module = compiled.module_of("strategy", self.source)
        names = self.translated
        constants = module.Constants(**names.constants)
        series = module.Series(**names.series)
        state = module.State(**names.state)
        columns = [np.ascontiguousarray(getattr(self.bars, name)) for name in (*COLUMNS, "time")]
        book = array_book(self.conditions, 1, max(8_192, len(self.bars) // 16))
        done, total = 0, len(self.bars)
        while done < total:
            stop = min(done + CHUNK, total)
            room = len(book.orders) - HEADROOM
            done = module.run(book, *columns, constants, series, state, self.equity, done, stop, room)
            if done < stop:
                book = grown(book)
            if watch.over(done, total):
                self.time, self.equity = self.time[:done], self.equity[:done]
                break
        self.book = book

    def rows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Orders and fills as the kernel's rows."""
        return rows_of(self.book)

    def equity_curve(self) -> NDArray[np.float64]:
        """The equity after every bar."""
        return self.equity


def _floats(length: int) -> NDArray[np.float64]:
    """An array of so many floats, on large pages where it is large: to touch small ones first costs more than the sums."""
    return np.empty(max(length, LARGE))[:length] if 2 * length >= LARGE else np.empty(length)


def pays(source: str, total: int) -> str:
    """Empty where compiling a module is the quicker way for so many bars in all, else why it is not."""
    name = compiled.name_of("strategy", source)
    least = LOADED if name in sys.modules else ON_DISK if compiled.is_warm(name) else COLD
    return "" if total >= least else f"Python is quicker for {total:,} bars"


def source_of(translated: Translated, owner: type[Strategy]) -> str:
    """The source of a strategy's module; arrays of signals or weights have a loop that looks for the next that speaks."""
    functions = translated.source
    for name in translated.constants:
        functions = re.sub(rf"\bfield_{name}\b", f"P.{name}", functions)
    for name in translated.state:
        functions = re.sub(rf"\bfield_{name}\b", f"M.{name}[0]", functions)
    run = _WOKEN_BARS.format(scan=_SCANS[owner].strip("\n")) if owner in _SCANS else _EVERY_BAR
    source = _FRAME.format(
        kernel=compiled.kernel_name(), functions=functions, constants=tuple(translated.constants),
        series=tuple(translated.series), state=tuple(translated.state), run=run,
    )  # fmt: skip
    # Arrays are made for speed alone and have the kernel compiled for each kind of order. A strategy shares one, which
    # takes a third of the time to compile and some 8 % more to run.
    return source if owner in _SCANS else compiled.with_plain_numbers(source)
