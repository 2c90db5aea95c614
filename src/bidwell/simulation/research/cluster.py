"""The same trials on a Dask cluster: the strategy, the bars and, where it is compiled, its source go to every worker once."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

import bidwell
from bidwell.model.errors import InvalidInput, Unavailable
from bidwell.simulation.backtest.batch import Batch, Recipe
from bidwell.simulation.research.processes import packed, unpacked
from bidwell.simulation.research.trials import Job

Floats = NDArray[np.float64]
Values = tuple[Any, ...]
Found = list[tuple[int, Floats, str]]
CONNECT = 15.0
_LOOK = 0.2


def part_of(content: bytes, start: int, part: Sequence[Values], version: str) -> Found | str:
    """What a worker does: run a part of the combinations, compiled where there is a recipe; a text is a refusal."""
    if version != _version():
        return f"a worker has Bidwell {_version()}, not {version}"
    job, plan = unpacked(content)
    rows = np.full((len(part), 0), np.nan)
    if plan is not None:
        (bars,) = job.met[0].values()
        rows = np.concatenate([found for _, found in Batch(plan, bars, 1).run(part)])
    found: Found = []
    for place, values in enumerate(part):
        if plan is None or np.isnan(rows[place, 0]):
            row, error = job.run(values)
        else:
            row, error = rows[place], ""
        found.append((start + place, row, error))
    return found


class Cluster:
    """A Dask scheduler's workers; `address` as in tcp://host:8786, or a `distributed.Client`, which stays open.

    Raises InvalidInput where Dask is not installed or a worker's versions differ, Unavailable where nobody answers.
    """

    def __init__(self, job: Job, plan: Recipe | None, address: Any) -> None:  # noqa: ANN401 - a name or a client
        try:
            import distributed  # noqa: PLC0415 - optional, and only for a cluster
        except ImportError:
            raise InvalidInput("sweep.cluster", "a cluster needs Dask, which is not installed", field="cluster",
                               hint="install bidwell[cluster]") from None  # fmt: skip
        self._dask: Any = distributed
        self._owned = isinstance(address, str)
        content = packed(job, plan)
        try:
            self.client = self._dask.Client(address, timeout=CONNECT) if self._owned else address
            self._content = self.client.scatter(content, broadcast=True, hash=False)
        except (OSError, TimeoutError) as error:
            raise Unavailable(f"the cluster at {address} does not answer: {error}") from error

    def run(self, combinations: Sequence[Values]) -> Iterator[Found]:
        """Run every combination; yields those that are done, and now and then nothing, so that a caller may stop."""
        threads = max(sum(self.client.nthreads().values()), 1)
        share = max(len(combinations) // (4 * threads), 1)
        futures = [
            self.client.submit(part_of, self._content, start, combinations[start : start + share], _version(),
                               pure=False)
            for start in range(0, len(combinations), share)
        ]  # fmt: skip
        waiting = set(futures)
        try:
            while waiting:
                ended = {future for future in waiting if future.done()}
                waiting -= ended
                yield [each for future in ended for each in _found(future.result())]
                if waiting and not ended:
                    self._rest(waiting)
        finally:
            self.client.cancel(list(waiting))

    def _rest(self, waiting: set[Any]) -> None:
        try:
            self._dask.wait(list(waiting), timeout=_LOOK, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owned:
            self.client.close()


def _found(told: Found | str) -> Found:
    if isinstance(told, str):
        raise InvalidInput("sweep.cluster", told, field="cluster", hint="install the same versions on every machine")
    return told


def _version() -> str:
    return f"{bidwell.__version__} on {'.'.join(platform.python_version_tuple()[:2])}"
