"""`sweep`: one strategy over a grid of parameters, the metrics reckoned inside the compiled kernel."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import compiled
from bidwell.simulation.backtest.books import HEADROOM, array_book
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.dependence import dependences
from bidwell.simulation.backtest.loop import series_of
from bidwell.simulation.backtest.quick import pays, source_of
from bidwell.simulation.backtest.readings import bars_of
from bidwell.simulation.backtest.run import backtest, fee_model, slippage_model
from bidwell.simulation.backtest.translation import Unsupported, translate
from bidwell.strategy.bars import COLUMNS, Bars
from bidwell.strategy.strategy import Strategy

METRICS = ("final_equity", "max_drawdown", "sharpe", "fills")
BLOCK_BYTES = 200_000_000
YEAR = 365.25 * 86_400e9


def sweep(
    strategy: type[Strategy], data: Any, grid: Mapping[str, Iterable[Any]], *, cash: float = 100_000.0,
    fees: Any = None, slippage: Any = None, compile: str = "auto", **conditions: Any,  # noqa: A002
) -> pl.DataFrame:  # fmt: skip
    """Run every combination of the grid's values; one row each, with its parameters and `METRICS`.

    `sharpe` is the mean over the standard deviation of the bars' returns, to a year by the bars' own pace, without
    a risk-free rate; `max_drawdown` is below zero. What cannot be compiled runs in Python. `conditions` are those of
    `backtest`. Raises what `backtest` raises, and InvalidInput for an unknown parameter or a value out of its range.
    """
    bars = bars_of(data)
    terms = Conditions(cash=cash, fees=fee_model(fees), slippage=slippage_model(slippage), **conditions)
    names, combinations = _combinations(strategy, grid)
    rows: NDArray[np.float64] | None = None
    if len(bars) == 1 and compile != "never":
        try:
            rows = _Batch(
                strategy, next(iter(bars.values())), terms, names, combinations, always=compile == "always"
            ).run()
        except Unsupported as error:
            if compile == "always":
                raise InvalidInput("backtest.compile", f"{strategy.__name__} cannot be compiled: {error}") from error
    if rows is None:
        rows = np.full((len(combinations), len(METRICS)), np.nan)
    for place in np.flatnonzero(np.isnan(rows[:, 0])):
        given = dict(zip(names, combinations[place], strict=True))
        result = backtest(
            strategy(**given), dict(bars), cash=cash, fees=fees, slippage=slippage, compile="never", **conditions
        )
        rows[place] = [*measures(result.equity, cash, _pace(result.time)), len(result.fill_rows)]
    columns = {name: [each[place] for each in combinations] for place, name in enumerate(names)}
    return pl.DataFrame({**columns, **{name: rows[:, place] for place, name in enumerate(METRICS)}})


def measures(equity: NDArray[np.float64], cash: float, pace: float) -> tuple[float, float, float]:
    """Final equity, maximum drawdown and Sharpe ratio of an equity curve, as the kernel reckons them."""
    returns = equity / np.concatenate([[cash], equity[:-1]]) - 1.0
    peaks = np.maximum(np.maximum.accumulate(equity), cash)
    spread = float(np.std(returns, ddof=1)) if len(returns) > 1 else 0.0
    sharpe = float(np.mean(returns)) / spread * float(np.sqrt(pace)) if spread > 0.0 else 0.0
    return float(equity[-1]), float(np.min(equity / peaks - 1.0)), sharpe


def _pace(time: NDArray[np.int64]) -> float:
    span = float(time[-1] - time[0])
    return (len(time) - 1) / span * YEAR if span > 0.0 else 1.0


def _combinations(
    strategy: type[Strategy], grid: Mapping[str, Iterable[Any]]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    known = strategy.parameters
    unknown = [name for name in grid if name not in known]
    if unknown:
        raise InvalidInput("strategy.parameter_unknown", f"{strategy.__name__} has no parameter {unknown[0]}",
                           field=unknown[0], hint=f"it has {', '.join(known) or 'none'}")  # fmt: skip
    values = [[known[name].checked(value) for value in choices] for name, choices in grid.items()]
    found = list(itertools.product(*values))
    if not found:
        raise InvalidInput("backtest.grid", "the grid has no combinations", field="grid")
    return list(grid), found


class _Batch:
    """All combinations through one compiled module; series that combinations share are computed once."""

    def __init__(
        self, owner: type[Strategy], bars: Bars, terms: Conditions, names: Sequence[str],
        combinations: Sequence[tuple[Any, ...]], *, always: bool,
    ) -> None:  # fmt: skip
        self.owner = owner
        self.bars = bars
        self.terms = terms
        self.names = names
        self.combinations = combinations
        first = self.prepared(combinations[0])
        self.shape = translate(first, series_of(first, len(bars)))
        source = source_of(self.shape)
        why = "" if always else pays(source, len(bars) * len(combinations))
        if why:
            raise Unsupported(why)
        compiled.kernel()
        self.module = compiled.module_of("strategy", source)
        self.behind = dependences(owner)

    def prepared(self, values: tuple[Any, ...]) -> Strategy:
        """A strategy with these values, after its `prepare`."""
        strategy = self.owner(**dict(zip(self.names, values, strict=True)))
        strategy.prepare(self.bars)
        return strategy

    def run(self) -> NDArray[np.float64]:
        """The metrics of every combination, NaN where its orders outgrew the room for them."""
        out = np.full((len(self.combinations), len(METRICS)), np.nan)
        each = max(len(self.bars) * 8 * max(len(self.shape.series), 1), 1)
        size = max(BLOCK_BYTES // each, 16)
        workers = os.cpu_count() or 1
        with ThreadPoolExecutor(workers) as pool:
            for start in range(0, len(self.combinations), size):
                block = self.combinations[start : start + size]
                table, series, state, where = self._gathered(block)
                share = -(-len(block) // workers)
                lows = range(0, len(block), share)
                part = partial(self._part, table, series, state, where, out[start : start + len(block)])
                list(pool.map(part, lows, [min(low + share, len(block)) for low in lows]))
        return out

    def _part(
        self,
        table: Any,
        series: Any,
        state: Any,
        where: NDArray[np.int64],
        out: NDArray[np.float64],
        low: int,
        high: int,
    ) -> None:
        length = len(self.bars)
        book = array_book(self.terms, 1, max(8_192, length // 8))
        own = self.module.State(**{name: array.copy() for name, array in self.shape.state.items()})
        columns = [getattr(self.bars, name) for name in (*COLUMNS, "time")]
        self.module.run_many(book, *columns, table, series, state, own, where, np.empty(length), out, low, high,
                             len(book.orders) - HEADROOM, float(self.terms.cash), _pace(self.bars.time))  # fmt: skip

    def _gathered(self, block: Sequence[tuple[Any, ...]]) -> tuple[Any, Any, Any, NDArray[np.int64]]:
        """Constants and beginnings of every combination, the distinct series, and which combination has which."""
        fields = {**self.shape.constants, **dict.fromkeys(self.shape.state)}
        values: dict[str, list[Any]] = {name: [] for name in fields}
        distinct: dict[str, list[NDArray[Any]]] = {name: [] for name in self.shape.series}
        places: dict[tuple[Any, ...], int] = {}
        scalars: dict[tuple[Any, ...], Any] = {}
        where = np.zeros((len(block), max(len(self.shape.series), 1)), dtype=np.int64)
        behind = {name: self._behind(name) for name in (*fields, *self.shape.series)}
        for row, combination in enumerate(block):
            keys = {
                name: (name, row) if which is None else (name, *[combination[each] for each in which])
                for name, which in behind.items()
            }
            if any(key not in places and key not in scalars for key in keys.values()):
                strategy = self.prepared(combination)
                for name, key in keys.items():
                    if name not in distinct:
                        scalars.setdefault(key, getattr(strategy, name))
                    elif key not in places:
                        places[key] = len(distinct[name])
                        distinct[name].append(getattr(strategy, name))
            for name in fields:
                values[name].append(scalars[keys[name]])
            for column, name in enumerate(self.shape.series):
                where[row, column] = places[keys[name]]
        table = self.module.Constants(
            *(np.array(values[name], dtype=_kind(one)) for name, one in self.shape.constants.items())
        )
        state = self.module.State(*(np.array(values[name], dtype=one.dtype) for name, one in self.shape.state.items()))
        return table, self.module.Series(*(np.stack(distinct[name]) for name in self.shape.series)), state, where

    def _behind(self, name: str) -> tuple[int, ...] | None:
        """Which places of a combination a field depends on; None where each combination has its own."""
        if name in self.owner.parameters:
            return (self.names.index(name),) if name in self.names else ()
        if self.behind is None:
            return None
        return tuple(self.names.index(each) for each in sorted(self.behind.get(name, ())) if each in self.names)


def _kind(value: float) -> type:
    return np.bool_ if isinstance(value, bool) else np.int64 if isinstance(value, int) else np.float64
