"""Where trials run: compiled on the cores of this machine, in Python here or in worker processes, or on a cluster."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.batch import Batch, Recipe, recipe, worth_compiling
from bidwell.simulation.backtest.translation import Unsupported
from bidwell.simulation.research.trials import Job

Floats = NDArray[np.float64]
Values = tuple[Any, ...]
Found = list[tuple[int, Floats, str]]
WORTH = 4.0
"""Seconds of Python runs from which worker processes pay: each takes about one to start."""


class Engine:
    """Runs combinations by the way that is quickest; `speed` says which, `why` what kept it from being compiled.

    Raises InvalidInput where `compile` is "always" and the strategy cannot be compiled.
    """

    def __init__(self, job: Job, compile_: str, total: int, first: Values, workers: int | None, cluster: Any) -> None:  # noqa: ANN401
        if workers is not None and not 1 <= workers <= 1024:
            raise InvalidInput("sweep.workers", f"workers must be from 1 to 1024, not {workers}", field="workers")
        self.job = job
        self.workers = workers
        self.cluster = cluster
        self.canceled: Callable[[], bool] | None = None
        self.why = ""
        self.plan = self._planned(compile_, total, first)
        self.speed = "python" if self.plan is None else "compiled"
        self._batch: Batch | None = None
        self._pool: Any = None
        self._open = ExitStack()

    def _planned(self, compile_: str, total: int, first: Values) -> Recipe | None:
        """The translated strategy where it can be compiled and that pays."""
        job = self.job
        kept, conditions, around = job.met
        self.why = "compile is never" if compile_ == "never" else around.why
        if len(kept) > 1 and not self.why:
            self.why = "several instruments run in Python"
        if self.why:
            if compile_ == "always":
                raise InvalidInput("backtest.compile", f"the runs cannot be compiled: {self.why}")
            return None
        (bars,) = kept.values()
        try:
            plan = recipe(job.owner, bars, conditions, job.names, first)
        except Unsupported as error:
            self.why = str(error)
        except Exception as error:  # noqa: BLE001 - the interpreted run says at which line it was
            self.why = f"prepare raised {type(error).__name__}"
        else:
            self.why = "" if compile_ == "always" else worth_compiling(plan, len(bars) * total)
            return None if self.why else plan
        if compile_ == "always":
            raise InvalidInput("backtest.compile", f"{job.owner.__name__} cannot be compiled: {self.why}",
                               hint='compile="auto" runs it in Python')  # fmt: skip
        return None

    def run(self, combinations: Sequence[Values]) -> Iterator[Found]:
        """Run every combination; yields those that are done (place, row, error), and now and then nothing."""
        if not combinations:
            return
        if self.cluster is not None:
            yield from self._away(combinations)
            return
        left: Sequence[int] = range(len(combinations))
        if self.plan is not None:
            left = yield from self._compiled(self.plan, combinations)
        yield from self._python(combinations, left)

    def _compiled(self, plan: Recipe, combinations: Sequence[Values]) -> Generator[Found, None, Sequence[int]]:
        """Run what can be run compiled; returns the places that are left."""
        (bars,) = self.job.met[0].values()
        open_ = np.ones(len(combinations), dtype=np.bool_)
        try:
            if self._batch is None:
                self._batch = Batch(plan, bars, self.workers or cores())
            for start, rows in self._batch.run(combinations):
                whole = np.flatnonzero(~np.isnan(rows[:, 0]))
                open_[start + whole] = False
                yield [(start + place, rows[place], "") for place in whole.tolist()]
        except Unsupported as error:
            self.plan, self.speed, self.why = None, "python", str(error)
        left: list[int] = np.flatnonzero(open_).tolist()
        return left

    def _python(self, combinations: Sequence[Values], left: Sequence[int]) -> Iterator[Found]:
        """Run in this process for as long as that is quicker than to start others."""
        count = self.workers or cores()
        began = time.monotonic()
        for done, place in enumerate(left):
            spent = time.monotonic() - began
            rest = spent / done * (len(left) - done) if done else 0.0
            if count > 1 and len(left) - done > 1 and (self._pool or self.workers or rest > WORTH):
                yield from self._processes(combinations, left[done:], count)
                return
            row, error = self.job.run(combinations[place], self.canceled)
            yield [(place, row, error)]

    def _processes(self, combinations: Sequence[Values], left: Sequence[int], count: int) -> Iterator[Found]:
        from bidwell.simulation.research.processes import Processes  # noqa: PLC0415 - only where it pays

        if self._pool is None:
            self._pool = self._open.enter_context(Processes(self.job, count))
        for found in self._pool.run([combinations[place] for place in left]):
            yield [(left[place], row, error) for place, row, error in found]

    def _away(self, combinations: Sequence[Values]) -> Iterator[Found]:
        from bidwell.simulation.research.cluster import Cluster  # noqa: PLC0415 - only where one is named

        if self._pool is None:
            self._pool = self._open.enter_context(Cluster(self.job, self.plan, self.cluster))
        yield from self._pool.run(combinations)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
