"""Many combinations of parameters through one compiled module; series that combinations share are computed once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidwell.analytics.overfitting import BLOCKS, block_bounds
from bidwell.simulation.backtest import compiled
from bidwell.simulation.backtest.books import HEADROOM, array_book
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.dependence import dependences
from bidwell.simulation.backtest.loop import series_of
from bidwell.simulation.backtest.quick import pays, source_of
from bidwell.simulation.backtest.translation import Translated, Unsupported, translate
from bidwell.strategy.bars import COLUMNS, Bars
from bidwell.strategy.calling import refuse_future
from bidwell.strategy.strategy import Strategy

Floats = NDArray[np.float64]
Values = tuple[Any, ...]

END, DRAWDOWN, FILLS, FIRST, THIRD, FOURTH = range(6)
SUMS = 6
SQUARES = SUMS + BLOCKS
WIDTH = SQUARES + BLOCKS
"""A row of figures: see `measuring.measured`; the sums and sums of squares are one for each block of the bars."""

MEMORY = 200_000_000
"""Bytes of series that are held at once."""

REPORT = 40_000_000
"""Bars that run between two reports of progress."""

_FRAME = """
from numba import njit
from {strategy} import *
from {kernel} import *
from {measures} import measured


@njit(cache=True, _nrt=False, nogil=True)
def run_many(book, o, h, l, c, v, t, table, series, begin, M, where, equity, bounds, out, low, high, room, cash):
    for j in range(low, high):
        book.account[:] = 0.0
        book.account[CASH] = cash
        book.counts[:] = 0
        book.counts[BUSY] = 1 if book.settings[CASH_RATE] > 0.0 else 0
        book.position[:] = 0.0
        book.mark[:] = 0.0
{beginnings}
        P = {one_table}
        S = {one_series}
        if run(book, o, h, l, c, v, t, P, S, M, equity, 0, len(c), room) == len(c):
            measured(equity, cash, bounds, out[j])
            out[j, 2] = book.counts[FILLS]
"""


@dataclass(frozen=True)
class Recipe:
    """A strategy translated for many runs; `behind` says which columns of a combination each field depends on."""

    owner: type[Strategy]
    names: tuple[str, ...]
    terms: Conditions
    source: str
    constants: Mapping[str, Any]
    series: tuple[str, ...]
    state: Mapping[str, Any]
    behind: Mapping[str, tuple[int, ...] | None]

    def prepared(self, bars: Bars, values: Values) -> Strategy:
        """A strategy with these values, after its `prepare`."""
        return _prepared(self.owner, bars, self.names, values)


def recipe(owner: type[Strategy], bars: Bars, terms: Conditions, names: Sequence[str], values: Values) -> Recipe:
    """Translate a class, as it is with one combination's values; raises Unsupported, and what `prepare` raises."""
    if terms.interpreted:
        raise Unsupported(terms.interpreted)
    first = _prepared(owner, bars, names, values)
    shape = translate(first, series_of(first, len(bars)))
    known = dependences(owner)
    fields = [*shape.constants, *shape.state, *shape.series]
    return Recipe(owner, tuple(names), terms, source_of(shape, owner), shape.constants, tuple(shape.series), _kinds(shape),
                  {name: _behind(owner, known, names, name) for name in fields})  # fmt: skip


def _prepared(owner: type[Strategy], bars: Bars, names: Sequence[str], values: Values) -> Strategy:
    strategy = owner(**dict(zip(names, values, strict=True)))
    before = dict(vars(strategy))
    strategy.prepare(bars)
    refuse_future(strategy, before, len(bars))
    return strategy


def _kinds(shape: Translated) -> dict[str, Any]:
    return {name: array.dtype for name, array in shape.state.items()}


def _behind(
    owner: type[Strategy], known: Mapping[str, frozenset[str]] | None, names: Sequence[str], name: str
) -> tuple[int, ...] | None:
    """Which columns of a combination a field depends on; None where each combination has its own."""
    if name in owner.parameters:
        return (names.index(name),) if name in names else ()
    if known is None:
        return None
    return tuple(names.index(each) for each in sorted(known.get(name, ())) if each in names)


def worth_compiling(plan: Recipe, total: int) -> str:
    """Empty where compiling is the quicker way for so many bars in all, else why it is not."""
    return pays(plan.source, total)


class Batch:
    """Runs of a recipe over one instrument's bars, on threads: compiled code leaves the interpreter to others."""

    def __init__(self, plan: Recipe, bars: Bars, workers: int) -> None:
        self.plan = plan
        self.bars = bars
        self.workers = workers
        self.module = _module(plan)
        self.bounds = block_bounds(len(bars))
        self.columns = [np.ascontiguousarray(getattr(bars, name)) for name in (*COLUMNS, "time")]
        self.own = threading.local()

    def run(self, combinations: Sequence[Values]) -> Iterator[tuple[int, Floats]]:
        """Rows of figures in blocks of combinations, each with where it begins; NaN where a run has to be repeated.

        A row is NaN where `prepare` raised, or where the orders outgrew the room for them.
        """
        codes = _codes(combinations)
        each = max(len(self.bars) * 8 * max(len(self.plan.series), 1), 1)
        size = len(combinations) if self._distinct(codes) * len(self.bars) * 8 <= MEMORY else max(MEMORY // each, 16)
        with ThreadPoolExecutor(self.workers) as pool:
            for start in range(0, len(combinations), size):
                part = slice(start, min(start + size, len(combinations)))
                gathered = _Gathering(self.plan, self.bars, self.module, combinations[part], codes[:, part])
                yield from ((start + low, rows) for low, rows in self._block(pool, gathered, part.stop - start))

    def _distinct(self, codes: NDArray[np.int64]) -> int:
        total = 0
        for name in self.plan.series:
            behind = self.plan.behind[name]
            total += codes.shape[1] if behind is None else len(np.unique(_keys(codes, behind)))
        return total

    def _block(self, pool: ThreadPoolExecutor, gathered: _Gathering, count: int) -> Iterator[tuple[int, Floats]]:
        arguments = gathered.arguments()
        able = gathered.rows
        found = np.full((len(able), WIDTH), np.nan)
        stretch = max(REPORT // len(self.bars), 2 * self.workers)
        done = 0
        for begin in range(0, len(able), stretch):
            end = min(begin + stretch, len(able))
            share = max(-(-(end - begin) // (2 * self.workers)), 1)
            lows = range(begin, end, share)
            list(pool.map(partial(self._part, arguments, found), lows, [min(low + share, end) for low in lows]))
            if len(able) == count:
                yield begin, found[begin:end]
                done = end
        if done < count:
            out = np.full((count, WIDTH), np.nan)
            out[able] = found
            yield 0, out

    def _part(self, arguments: tuple[Any, ...], out: Floats, low: int, high: int) -> None:
        table, series, state, where = arguments
        book, equity, own = self._scratch()
        self.module.run_many(book, *self.columns, table, series, state, own, where, equity, self.bounds, out, low,
                             high, len(book.orders) - HEADROOM, float(self.plan.terms.cash))  # fmt: skip

    def _scratch(self) -> tuple[Any, Floats, Any]:
        """A thread's own book, equity and state, used again for each of its parts."""
        if not hasattr(self.own, "kept"):
            length = len(self.bars)
            own = self.module.State(**{name: np.zeros(1, dtype=kind) for name, kind in self.plan.state.items()})
            book = array_book(self.plan.terms, 1, max(8_192, length // 8))
            self.own.kept = book, np.empty(length), own
        kept: tuple[Any, Floats, Any] = self.own.kept
        return kept


class _Gathering:
    """Constants, beginnings and distinct series of a block of combinations, with as few calls of `prepare` as it takes."""

    def __init__(
        self, plan: Recipe, bars: Bars, module: Any, block: Sequence[Values], codes: NDArray[np.int64]
    ) -> None:  # fmt: skip
        self.plan = plan
        self.bars = bars
        self.module = module
        self.block = block
        self.codes = codes
        self.series: dict[str, Any] = {}
        self.scalars: dict[str, list[Any]] = {}
        fields = [name for name in (*plan.constants, *plan.state, *plan.series) if name not in plan.owner.parameters]
        self.places: dict[str, NDArray[np.int64]] = {}
        self.distinct: dict[str, int] = {}
        for name in fields:
            keys = _keys(codes, plan.behind[name])
            values, inverse = np.unique(keys, return_inverse=True)
            self.places[name], self.distinct[name] = inverse.reshape(-1), len(values)
        self.rows = self._prepare_all(fields)

    def _prepare_all(self, fields: list[str]) -> NDArray[np.int64]:
        """Call `prepare` until every field is known; returns the rows that can be run."""
        count = len(self.block)
        if not fields:
            return np.arange(count)
        columns = [self.places[name].tolist() for name in fields]
        known = [np.zeros(self.distinct[name], dtype=np.bool_) for name in fields]
        failed: list[int] = []
        # First those that are new in every field: each call of `prepare` computes all of them.
        varying = [place for place, name in enumerate(fields) if self.distinct[name] > 1]
        for row in _diagonal([columns[n] for n in varying], [self.distinct[fields[n]] for n in varying]):
            self._take(row, fields, columns, known, failed)
        for name, column, seen in zip(fields, columns, known, strict=True):
            if not seen.all():
                for row in np.flatnonzero(~seen[self.places[name]]).tolist():
                    if not seen[column[row]] and row not in failed:
                        self._take(row, fields, columns, known, failed)
        if not failed:
            return np.arange(count)
        able = np.ones(count, dtype=np.bool_)
        able[failed] = False
        for name, seen in zip(fields, known, strict=True):
            able &= seen[self.places[name]]
        return np.flatnonzero(able)

    def _take(
        self, row: int, fields: list[str], columns: list[list[int]], known: list[NDArray[np.bool_]], failed: list[int]
    ) -> None:  # fmt: skip
        """Prepare one row, and note which keys are known with it."""
        keys = [column[row] for column in columns]
        if not self._prepare(row, fields, keys, [not seen[key] for key, seen in zip(keys, known, strict=True)]):
            failed.append(row)
            return
        for key, seen in zip(keys, known, strict=True):
            seen[key] = True

    def _prepare(self, row: int, fields: list[str], keys: list[int], fresh: list[bool]) -> bool:
        try:
            strategy = self.plan.prepared(self.bars, self.block[row])
        except Exception:  # noqa: BLE001 - the interpreted run of this row says at which line it was
            return False
        length = len(self.bars)
        for name, key, new in zip(fields, keys, fresh, strict=True):
            if not new:
                continue
            value = getattr(strategy, name, None)
            if name not in self.plan.series:
                if not isinstance(value, bool | int | float | np.generic):
                    raise Unsupported(f"self.{name} is not a number in every combination")
                self.scalars.setdefault(name, [0] * self.distinct[name])[key] = value
                continue
            if not isinstance(value, np.ndarray) or value.shape != (length,):
                raise Unsupported(f"self.{name} is not a series in every combination")
            if name not in self.series:
                self.series[name] = np.empty((self.distinct[name], length), dtype=value.dtype)
            self.series[name][key] = value
        return True

    def arguments(self) -> tuple[Any, Any, Any, NDArray[np.int64]]:
        """The table of constants, the distinct series, the beginnings, and which combination has which."""
        plan, rows = self.plan, self.rows
        where = np.zeros((len(rows), max(len(plan.series), 1)), dtype=np.int64)
        for column, name in enumerate(plan.series):
            where[:, column] = self.places[name][rows]
        table = [self._column(name, _kind(value)) for name, value in plan.constants.items()]
        state = [self._column(name, kind) for name, kind in plan.state.items()]
        length = len(self.bars)
        series = [self.series.get(name, np.empty((0, length))) for name in plan.series]
        return self.module.Constants(*table), self.module.Series(*series), self.module.State(*state), where

    def _column(self, name: str, kind: Any) -> NDArray[Any]:
        if name in self.plan.owner.parameters:
            if name not in self.plan.names:
                return np.full(len(self.rows), self.plan.constants[name], dtype=kind)
            place = self.plan.names.index(name)
            return np.array([self.block[row][place] for row in self.rows], dtype=kind)
        return np.array(self.scalars.get(name, []), dtype=kind)[self.places[name][self.rows]]


def _diagonal(columns: list[list[int]], distinct: list[int]) -> Iterator[int]:
    """Rows of which no two share a key in any column, in order, until one column has no keys left."""
    seen = [bytearray(count) for count in distinct]
    left = min(distinct, default=0)
    for row, keys in enumerate(zip(*columns, strict=True)):
        for key, known in zip(keys, seen, strict=True):
            if known[key]:
                break
        else:
            yield row
            for key, known in zip(keys, seen, strict=True):
                known[key] = 1
            left -= 1
            if not left:
                return


def _codes(combinations: Sequence[Values]) -> NDArray[np.int64]:
    """Each value as its number among the column's values (parameter × combination)."""
    columns = []
    for column in zip(*combinations, strict=True):
        numbers: dict[Any, int] = {}
        columns.append([numbers.setdefault(value, len(numbers)) for value in column])
    return np.array(columns, dtype=np.int64).reshape(len(columns), len(combinations))


def _keys(codes: NDArray[np.int64], behind: tuple[int, ...] | None) -> NDArray[np.int64]:
    """One number per combination, equal where the columns behind a field are equal."""
    if behind is None:
        return np.arange(codes.shape[1])
    keys = np.zeros(codes.shape[1], dtype=np.int64)
    for column in behind:
        keys = keys * (int(codes[column].max()) + 1) + codes[column]
    return keys


def _module(plan: Recipe) -> Any:
    """The compiled module of many runs, which stands on the strategy's own."""
    compiled.kernel()
    compiled.module_of("strategy", plan.source)
    text = (Path(__file__).parent / "measuring.py").read_text("utf-8")
    compiled.module_of("measuring", text)
    source = _FRAME.format(
        strategy=compiled.name_of("strategy", plan.source), kernel=compiled.kernel_name(),
        measures=compiled.name_of("measuring", text),
        beginnings="\n".join(f"        M.{name}[0] = begin.{name}[j]" for name in plan.state),
        one_table=_made("Constants", "table", [f"table.{name}[j]" for name in plan.constants]),
        one_series=_made("Series", "series", [f"series.{name}[where[j, {n}]]" for n, name in enumerate(plan.series)]),
    )  # fmt: skip
    return compiled.module_of("sweep", source)


def _made(kind: str, empty: str, fields: list[str]) -> str:
    return f"{kind}({', '.join(fields)})" if fields else empty


def _kind(value: Any) -> type:
    return np.bool_ if isinstance(value, bool) else np.int64 if isinstance(value, int) else np.float64
