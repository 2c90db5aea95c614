"""The order in which a search tries combinations: all of a grid, some at random, or where Optuna expects the best."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from bidwell.model.errors import InvalidInput
from bidwell.simulation.research.space import Axis, Space

Values = tuple[Any, ...]
TRIALS = 100
AT_ONCE = 16
"""Trials that Optuna proposes before it hears of their results; the same on every machine, so that a seed means one search."""


class Search(Protocol):
    """Proposes batches of combinations, and hears how each did; an empty batch ends the search."""

    total: int
    listens: bool

    def propose(self) -> Sequence[Values]: ...
    def hear(self, scores: Sequence[float]) -> None: ...


class Listed:
    """A list that is known before the first run."""

    listens = False

    def __init__(self, combinations: Sequence[Values]) -> None:
        self.total = len(combinations)
        self._left: Sequence[Values] = combinations

    def propose(self) -> Sequence[Values]:
        """The whole list, once."""
        proposed, self._left = self._left, ()
        return proposed

    def hear(self, scores: Sequence[float]) -> None:
        """Nothing depends on the results."""


class Guided:
    """Optuna's tree-structured Parzen estimator (Bergstra et al., NeurIPS 24, 2011), in batches."""

    listens = True

    def __init__(self, space: Space, trials: int, seed: int) -> None:
        optuna = _optuna()
        self.space = space
        self.total = trials
        self._done = 0
        self._asked: list[Any] = []
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._pruned = optuna.trial.TrialState.FAIL

    def propose(self) -> Sequence[Values]:
        """The next batch; the same combination may come again."""
        count = min(AT_ONCE, self.total - self._done)
        self._asked = [self._study.ask() for _ in range(count)]
        return [tuple(_suggested(trial, axis) for axis in self.space.axes) for trial in self._asked]

    def hear(self, scores: Sequence[float]) -> None:
        """How each of the batch did; one that failed counts as failed."""
        for trial, score in zip(self._asked, scores, strict=True):
            if math.isfinite(score):
                self._study.tell(trial, score)
            else:
                self._study.tell(trial, state=self._pruned)
        self._done += len(self._asked)


def _suggested(trial: Any, axis: Axis) -> Any:  # noqa: ANN401 - an Optuna trial, a parameter's value
    if not axis.values:
        return trial.suggest_float(axis.name, axis.low, axis.high, log=axis.log)
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in axis.values):
        # Numbers are places in their sorted list, so that neighbours stay neighbours whatever the steps between.
        return sorted(axis.values)[trial.suggest_int(axis.name, 0, len(axis.values) - 1)]
    return trial.suggest_categorical(axis.name, axis.values)


def _optuna() -> Any:  # noqa: ANN401 - an optional module
    try:
        import optuna  # noqa: PLC0415 - optional, and only for this search
    except ImportError:
        raise InvalidInput("sweep.optuna", "this search needs Optuna, which is not installed", field="search",
                           hint="install bidwell[optuna], or search a grid or at random") from None  # fmt: skip
    return optuna


def _grid(space: Space, trials: int | None, seed: int) -> Search:
    if trials is not None and trials < space.size:
        raise InvalidInput("sweep.trials", f"a grid runs all of its {space.size:g} combinations", field="trials",
                           hint="search at random for fewer")  # fmt: skip
    del seed
    return Listed(space.grid())


SEARCHES: dict[str, Callable[[Space, int | None, int], Search]] = {
    "grid": _grid,
    "random": lambda space, trials, seed: Listed(space.draws(trials or TRIALS, seed)),
    "optuna": lambda space, trials, seed: Guided(space, trials or TRIALS, seed),
}


def search_of(name: str, space: Space, trials: int | None, seed: int) -> Search:
    """The search of that name; raises InvalidInput for another, and for a number of trials out of range."""
    if name not in SEARCHES:
        raise InvalidInput("sweep.search", f"search {name!r} is not known", field="search",
                           hint=f"one of {', '.join(SEARCHES)}")  # fmt: skip
    if trials is not None and not 1 <= trials <= 1_000_000:
        raise InvalidInput("sweep.trials", f"trials must be from 1 to 1,000,000, not {trials}", field="trials")
    return SEARCHES[name](space, trials, seed)
