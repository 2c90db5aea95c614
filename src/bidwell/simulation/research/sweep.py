"""`sweep`: one strategy over many combinations of its parameters, one call, one table."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import bidwell
from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.batch import WIDTH
from bidwell.simulation.backtest.readings import Reader, bars_of, data_hash
from bidwell.simulation.backtest.run import SPEEDS, code_hash
from bidwell.simulation.backtest.watching import Progress
from bidwell.simulation.research.engine import Engine
from bidwell.simulation.research.keeping import Kept
from bidwell.simulation.research.searching import Search, search_of
from bidwell.simulation.research.space import Space, space_of
from bidwell.simulation.research.sweep_result import SweepResult
from bidwell.simulation.research.terms import Terms
from bidwell.simulation.research.trials import METRICS, Job, figures
from bidwell.strategy.bars import Bars
from bidwell.strategy.strategy import Strategy

Floats = NDArray[np.float64]
Values = tuple[Any, ...]
TRIAL_LIMIT = 300.0


def sweep(
    strategy: type[Strategy],
    data: Any,  # noqa: ANN401 - see `readings.bars_of`
    parameters: Mapping[str, Any] | None = None,
    *,
    search: str = "grid",
    trials: int | None = None,
    objective: str = "sharpe",
    cash: float = 100_000.0,
    fees: Any = None,  # noqa: ANN401 - see `run.backtest`
    slippage: Any = None,  # noqa: ANN401 - see `run.backtest`
    compile: str = "auto",  # noqa: A002 - as in `backtest`
    seed: int = 0,
    workers: int | None = None,
    cluster: Any = None,  # noqa: ANN401 - an address, or Dask's client
    keep: str | Path | None = None,
    time_limit: float | None = None,
    trial_limit: float | None = TRIAL_LIMIT,
    progress: Progress | None = None,
    canceled: Callable[[], bool] | None = None,
    catalog: Reader | None = None,
    **conditions: Any,  # noqa: ANN401 - those of `backtest`
) -> SweepResult:
    """Run a strategy with many combinations of its parameters and return a table of them, best first in `best`.

    `parameters` has for each name a list, a range or a `Span`; without any, all that have a range are searched.
    `search` is "grid" (all), "random" or "optuna", the latter two over `trials` combinations (100). `objective` is
    the column that is the better the higher; Optuna follows it. `workers` bounds cores and processes, `cluster` is a
    Dask scheduler's address or client. `keep` is a file to which trials go as they are done, and from which an
    interrupted search goes on. `time_limit` and `trial_limit` are in seconds, for all and for each run in Python.
    `progress(done, total)` counts trials. The other conditions are those of `backtest`. A trial that fails has its
    reason in the column `error`. Raises what `backtest` raises, and InvalidInput where every trial fails.
    """
    if objective not in METRICS:
        raise InvalidInput("sweep.objective", f"objective {objective!r} is not known", field="objective",
                           hint=f"one of {', '.join(METRICS)}")  # fmt: skip
    if compile not in SPEEDS:
        raise InvalidInput("backtest.compile", f"compile {compile!r} is not known", field="compile",
                           hint=f"one of {', '.join(SPEEDS)}")  # fmt: skip
    bars = bars_of(data, catalog=catalog)
    terms = Terms.of(cash, fees, slippage, conditions)
    space = space_of(strategy, parameters)
    plan = search_of(search, space, trials, seed)
    watch = _Watch(time_limit, progress, canceled)
    job = Job(strategy, space.names, bars, terms, seed, trial_limit)
    identity = _identity(strategy, bars, terms, space, seed)
    return _Sweep(job, plan, space, objective, identity, watch).run(
        None if keep is None else Path(keep), compile, workers, cluster, search
    )


class _Watch:
    """Asks between trials whether to go on; raises InvalidInput when the search is to stop."""

    def __init__(self, limit: float | None, progress: Progress | None, canceled: Callable[[], bool] | None) -> None:
        self.limit = limit
        self.progress = progress
        self.canceled = canceled
        self._began = time.monotonic()

    def passed(self, done: int, total: int) -> None:
        """Report progress, in trials."""
        if self.progress is not None:
            self.progress(done, total)
        if self.canceled is not None and self.canceled():
            raise InvalidInput("backtest.canceled", f"canceled after {done:,} of {total:,} trials",
                               hint="with a file to keep trials in, the next search goes on from there")  # fmt: skip
        if self.limit is not None and time.monotonic() - self._began > self.limit:
            raise InvalidInput("backtest.time_limit", f"{done:,} of {total:,} trials took the limit of {self.limit:g} s",
                               hint="raise time_limit; with a file to keep, the search goes on from there")  # fmt: skip


class _Sweep:
    """One search under way: what was tried, in the order in which it was first proposed."""

    def __init__(
        self, job: Job, plan: Search, space: Space, objective: str, identity: Callable[[], dict[str, Any]],
        watch: _Watch,
    ) -> None:  # fmt: skip
        self.job = job
        self.plan = plan
        self.space = space
        self.objective = objective
        self.identity = identity
        self.watch = watch
        self.done: dict[Values, tuple[Floats, str]] = {}
        self.order: dict[Values, None] = {}
        self.count = 0
        times = [each.time for each in job.met[0].values()]
        self.time = times[0] if len(times) == 1 else np.unique(np.concatenate(times))

    def run(self, keep: Path | None, speed: str, workers: int | None, cluster: Any, search: str) -> SweepResult:  # noqa: ANN401
        """Propose, run and hear until the search has enough."""
        kept = None if keep is None else Kept(keep, self.identity())
        batch = self.plan.propose()
        with Engine(self.job, speed, self.plan.total, batch[0], workers, cluster) as engine, kept or nullcontext():
            engine.canceled = self.watch.canceled
            if kept is not None:
                self.done.update(kept.done)
            while batch:
                self._batch(engine, batch, kept)
                self.plan.hear(self._scores(batch) if self.plan.listens else [])
                batch = self.plan.propose()
        return self._result(engine, search)

    def _batch(self, engine: Engine, batch: Sequence[Values], kept: Kept | None) -> None:
        self.order.update(dict.fromkeys(batch))
        fresh = [values for values in dict.fromkeys(batch) if values not in self.done] if self.done else batch
        self.count += len(batch) - len(fresh)
        self.watch.passed(self.count, self.plan.total)
        for found in engine.run(fresh):
            for place, row, error in found:
                self.done[fresh[place]] = row, error
            if kept is not None and found:
                kept.add([fresh[place] for place, _, _ in found], np.array([row for _, row, _ in found]),
                         [error for _, _, error in found])  # fmt: skip
            self.count += len(found)
            self.watch.passed(self.count, self.plan.total)

    def _scores(self, batch: Sequence[Values]) -> list[float]:
        rows = np.array([self.done[values][0] for values in batch]).reshape(len(batch), WIDTH)
        scores: list[float] = figures(rows, self.job.terms.conditions.cash, self.time)[self.objective].tolist()
        return scores

    def _result(self, engine: Engine, search: str) -> SweepResult:
        combinations = list(self.order)
        rows = np.array([self.done[values][0] for values in combinations]).reshape(len(combinations), WIDTH)
        errors = [self.done[values][1] for values in combinations]
        if all(errors):
            raise InvalidInput("sweep.failed", f"every trial failed, the first with: {errors[0]}")
        return SweepResult(
            names=self.space.names, combinations=combinations, rows=rows, errors=errors, cash=self.job.terms.conditions.cash,
            time=self.time, objective=self.objective, search=search, speed=engine.speed, why=engine.why,
            identify=self.identity,
        )  # fmt: skip


def _identity(
    strategy: type[Strategy], bars: Mapping[str, Bars], terms: Terms, space: Space, seed: int
) -> Callable[[], dict[str, Any]]:
    """What makes two trials the same: code, data, conditions, the parameters' names, seed and version."""
    return lambda: {
        "strategy": strategy.__name__, "code": code_hash(strategy), "data": data_hash(bars),
        "conditions": asdict(terms.conditions), "circumstances": terms.met(bars)[2].described(), "parameters": list(space.names), "seed": seed, "bidwell": bidwell.__version__,
    }  # fmt: skip
