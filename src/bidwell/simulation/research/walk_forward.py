"""Walk-forward: choose parameters on one stretch of bars, trade the next with them, move on, and join what was traded.

The windows are Pardo's (The Evaluation and Optimization of Trading Strategies, 2nd edition, 2008, chapter 11).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.loop import series_of
from bidwell.simulation.backtest.readings import Reader, bars_of
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtest.stored import plain
from bidwell.simulation.backtest.watching import Progress
from bidwell.simulation.research.stretches import instants, stretch
from bidwell.simulation.research.sweep import sweep
from bidwell.simulation.research.terms import Terms
from bidwell.simulation.research.trials import figures, row_of
from bidwell.strategy.bars import Bars
from bidwell.strategy.calling import refuse_future
from bidwell.strategy.strategy import Strategy

Floats = NDArray[np.float64]
_DAY = 86_400_000_000_000
_SPANS = {"d": _DAY, "w": 7 * _DAY, "mo": int(30.436875 * _DAY), "y": int(365.2425 * _DAY)}
SHOWN = ("total_return", "annual_return", "max_drawdown", "sharpe", "fills")


@dataclass(frozen=True, slots=True)
class Window:
    """Bars `train[0]` to before `train[1]` choose, bars `test[0]` to before `test[1]` are traded."""

    train: tuple[int, int]
    test: tuple[int, int]


@dataclass(frozen=True, eq=False)
class WalkForward:
    """What a walk-forward gave.

    `rows` has a mapping for each window: its bars, the chosen parameters, the objective in training, and the
    metrics of the test. `equity` joins the tests, each begun with what the one before left; `time` is theirs.
    """

    objective: str
    anchored: bool
    cash: float
    names: tuple[str, ...]
    rows: list[dict[str, Any]]
    time: NDArray[np.int64]
    equity: Floats
    fills: int

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per window, times in UTC."""
        frame = pl.DataFrame(self.rows)
        stamps = [name for name in frame.columns if name.endswith(("_from", "_to"))]
        return frame.with_columns(pl.col(stamps).cast(pl.Datetime("ns")).dt.replace_time_zone("UTC"))

    @cached_property
    def metrics(self) -> dict[str, float]:
        """The metrics of the joined tests: see `trials.figures`."""
        found = figures(row_of(self.equity, self.cash, self.fills)[None, :], self.cash, self.time)
        return {name: float(column[0]) for name, column in found.items()}

    @property
    def efficiency(self) -> float:
        """Annual return of the tests over the mean annual return in training; NaN where training did not gain.

        Pardo's walk-forward efficiency; he asks for 50 % at least.
        """
        trained = float(np.mean([row["train_annual_return"] for row in self.rows]))
        return self.metrics["annual_return"] / trained if trained > 0.0 else math.nan

    @property
    def steadiness(self) -> float:
        """The share of tests that gained."""
        return float(np.mean([row["test_total_return"] > 0.0 for row in self.rows]))

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; times are nanoseconds since 1970 in UTC."""
        found: dict[str, Any] = plain({
            "objective": self.objective, "anchored": self.anchored, "cash": self.cash, "windows": self.rows,
            "metrics": self.metrics, "efficiency": self.efficiency, "steadiness": self.steadiness,
            "time": self.time.tolist(), "equity": self.equity.tolist(),
        })  # fmt: skip
        return found


def walk_forward(
    strategy: type[Strategy],
    data: Any,  # noqa: ANN401 - see `readings.bars_of`
    parameters: Mapping[str, Any] | None = None,
    *,
    train: int | str,
    test: int | str,
    anchored: bool = False,
    gap: int = 0,
    objective: str = "sharpe",
    cash: float = 100_000.0,
    fees: Any = None,  # noqa: ANN401 - see `run.backtest`
    slippage: Any = None,  # noqa: ANN401 - see `run.backtest`
    seed: int = 0,
    progress: Progress | None = None,
    canceled: Callable[[], bool] | None = None,
    catalog: Reader | None = None,
    **how: Any,  # noqa: ANN401 - search, trials, compile, workers, cluster, trial_limit and conditions of `sweep`
) -> WalkForward:
    """Search parameters on each training window by `sweep`, and trade the window after it with the best of them.

    `train` and `test` are numbers of bars, or spans such as "2y", "6mo", "8w", "90d". A rolling window moves by
    the length of a test; an `anchored` one always begins at the first bar. `gap` bars between the two are left out.
    In a test the indicators know the bars since its training began; orders begin with the test, flat, and what it
    still holds at its end is worth its last close. Bars of several instruments are counted by the instants at which
    any has one; one that has none in a window is not in that window's runs. Prices are adjusted once, for all
    windows alike. Raises what `sweep` raises, and InvalidInput where the bars do not hold one training and one test.
    """
    search = {
        name: how.pop(name)
        for name in ("search", "trials", "workers", "cluster", "trial_limit", "compile")
        if name in how
    }
    bars, terms = Terms.of(cash, fees, slippage, how).settled(bars_of(data, catalog=catalog))
    time = instants(bars)
    windows = windows_of(time, train, test, anchored=anchored, gap=gap)
    rows: list[dict[str, Any]] = []
    curves: list[Floats] = []
    equity, fills = cash, 0
    for number, window in enumerate(windows):
        _passed(number, len(windows), progress, canceled)
        trained, tested = (stretch(bars, time, *each) for each in (window.train, window.test))
        chosen = sweep(strategy, trained, parameters, objective=objective, seed=seed, canceled=canceled, **search,
                       **terms.within(trained).given())  # fmt: skip
        longer = stretch(bars, time, window.train[0], window.test[1])
        result = backtest(_warmed(strategy, longer)(**chosen.best), tested, seed=seed, canceled=canceled,
                          compile=search.get("compile", "auto"),
                          **{**terms.within(tested).given(), "cash": equity})  # fmt: skip
        rows.append(_row(time, window, chosen.best, chosen.best_metrics, objective,
                         _figures(result.equity, equity, len(result.fill_rows), result.time)))  # fmt: skip
        curves.append(result.equity)
        fills += len(result.fill_rows)
        equity = result.final_equity
        if not equity > 0.0:
            break
    _passed(len(windows), len(windows), progress, canceled)
    traded = np.concatenate([time[each.test[0] : each.test[1]] for each in windows[: len(curves)]])
    return WalkForward(objective, anchored, cash, tuple(chosen.names), rows, traded, np.concatenate(curves), fills)


def windows_of(
    time: NDArray[np.int64], train: int | str, test: int | str, *, anchored: bool = False, gap: int = 0
) -> list[Window]:
    """The windows over bars at these times; the last test may be shorter. Raises InvalidInput where there is none."""
    if gap < 0:
        raise InvalidInput("walk_forward.gap", "gap must be 0 bars or more", field="gap")
    found: list[Window] = []
    begin, total = 0, len(time)
    first = _after(time, 0, train, "train")
    split = first
    while split + gap < total:
        stop = _after(time, split + gap, test, "test")
        found.append(Window((0 if anchored else begin, split), (split + gap, stop)))
        moved = stop - split - gap
        begin, split = begin + moved, split + moved
        if stop >= total:
            break
    if not found or first >= total:
        raise InvalidInput("walk_forward.windows", f"{total:,} bars do not hold a training of {train} and a test of {test}",
                           field="train")  # fmt: skip
    return found


def _after(time: NDArray[np.int64], start: int, length: int | str, name: str) -> int:
    """The first bar after a length of bars or of time."""
    total = len(time)
    if isinstance(length, int):
        if length < 1:
            raise InvalidInput("walk_forward.length", f"{name} must be a bar or more", field=name)
        return min(start + length, total)
    if length.isdigit() and int(length) > 0:
        return min(start + int(length), total)
    parts = re.fullmatch(r"(\d+)\s*(d|w|mo|y)", length.strip())
    if parts is None or int(parts[1]) < 1:
        raise InvalidInput("walk_forward.length", f"{name} {length!r} is no length", field=name,
                           hint="a number of bars, or a span such as 2y, 6mo, 8w, 90d")  # fmt: skip
    end = int(time[start]) + int(parts[1]) * _SPANS[parts[2]]
    return max(int(np.searchsorted(time, end)), start + 1)


def _warmed(strategy: type[Strategy], longer: Mapping[str, Bars]) -> type[Strategy]:
    """The same class, its `prepare` run over the training's bars too, of which the test's part is kept."""

    def prepare(self: Strategy, test: Bars) -> None:
        whole = longer[test.symbol]
        before = dict(vars(self))
        strategy.prepare(self, whole)
        refuse_future(self, before, len(whole))
        for name, array in series_of(self, len(whole)).items():
            setattr(self, name, array[len(whole) - len(test) :])

    return type(strategy.__name__, (strategy,), {"prepare": prepare, "__module__": strategy.__module__})


def _figures(equity: Floats, cash: float, fills: int, time: NDArray[np.int64]) -> dict[str, float]:
    found = figures(row_of(equity, cash, fills)[None, :], cash, time)
    return {name: float(column[0]) for name, column in found.items()}


def _row(
    time: NDArray[np.int64], window: Window, chosen: Mapping[str, Any], trained: Mapping[str, float], objective: str,
    tested: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    (start, split), (begin, stop) = window.train, window.test
    return {
        "train_from": int(time[start]), "train_to": int(time[split - 1]), "train_bars": split - start,
        "test_from": int(time[begin]), "test_to": int(time[stop - 1]), "test_bars": stop - begin,
        **chosen, f"train_{objective}": trained[objective], "train_annual_return": trained["annual_return"],
        **{f"test_{name}": tested[name] for name in SHOWN},
    }  # fmt: skip


def _passed(done: int, total: int, progress: Progress | None, canceled: Callable[[], bool] | None) -> None:
    if progress is not None:
        progress(done, total)
    if canceled is not None and canceled():
        raise InvalidInput("backtest.canceled", f"canceled after {done:,} of {total:,} windows")
