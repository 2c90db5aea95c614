"""What a search may try: for each parameter a list of values, or a span of numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bidwell.model.errors import InvalidInput
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy

Values = tuple[Any, ...]
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """Every number from `low` to `high`, both included, by `step`; any in between where a parameter is real and has none.

    `log`: random and Optuna searches spread over orders of magnitude.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter's values: as a list, or, where there are too many to list, from `low` to `high`."""

    name: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False

    def draw(self, rng: np.random.Generator) -> Any:  # noqa: ANN401 - a parameter's value
        """One value at random."""
        if self.values:
            return self.values[int(rng.integers(len(self.values)))]
        if self.log:
            return math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True, slots=True)
class Space:
    """The axes of a search, in the order of the columns of its table."""

    axes: tuple[Axis, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(axis.name for axis in self.axes)

    @property
    def size(self) -> float:
        """How many combinations there are; infinite with a span of real numbers."""
        return math.prod(len(axis.values) if axis.values else math.inf for axis in self.axes)

    def grid(self) -> list[Values]:
        """Every combination; raises InvalidInput where they are too many to list."""
        for axis in self.axes:
            if not axis.values:
                raise InvalidInput("sweep.grid", f"a grid needs a step for {axis.name}", field=axis.name,
                                   hint=f"{axis.name}={axis.low:g}:{axis.high:g}:STEP, or search at random")  # fmt: skip
        if self.size > MOST:
            raise InvalidInput("sweep.grid", f"the grid has {self.size:,.0f} combinations, more than {MOST:,}",
                               field="parameters", hint="wider steps, or a random search")  # fmt: skip
        return list(itertools.product(*(axis.values for axis in self.axes)))

    def draws(self, count: int, seed: int) -> list[Values]:
        """So many different combinations at random; all of them where there are no more."""
        if self.size <= count:
            return self.grid()
        rng = np.random.default_rng(seed)
        found: dict[Values, None] = {}
        while len(found) < count:
            found[tuple(axis.draw(rng) for axis in self.axes)] = None
        return list(found)


def space_of(strategy: type[Strategy], given: Mapping[str, Any] | None) -> Space:
    """The space that a search was given: values by parameter, each a list, a range, a `Span` or one value.

    Without any, every parameter that has a range is searched over it. Raises InvalidInput for an unknown parameter,
    a value out of its range, and a parameter without values.
    """
    known = strategy.parameters
    if given is None:
        given = {name: _whole_range(param) for name, param in known.items() if _ranged(param)}
        given |= {name: param.choices for name, param in known.items() if param.choices}
        if not given:
            raise InvalidInput("sweep.space", f"{strategy.__name__} has no parameter with a range", field="parameters")
    unknown = [name for name in given if name not in known]
    if unknown:
        raise InvalidInput("strategy.parameter_unknown", f"{strategy.__name__} has no parameter {unknown[0]}",
                           field=unknown[0], hint=f"it has {', '.join(known) or 'none'}")  # fmt: skip
    if not given:
        raise InvalidInput("backtest.grid", "the grid has no parameters", field="parameters")
    return Space(tuple(axis_of(known[name], choice) for name, choice in given.items()))


def axis_of(param: Param[Any], choice: Any) -> Axis:  # noqa: ANN401 - see `space_of`
    """One parameter's axis."""
    if isinstance(choice, Span):
        return _spanned(param, choice)
    if isinstance(choice, str | int | float) or not isinstance(choice, Iterable):
        choice = [choice]
    values = tuple(dict.fromkeys(param.checked(_plain(value)) for value in choice))
    if not values:
        raise InvalidInput("backtest.grid", f"{param.name} has no values", field=param.name)
    return Axis(param.name, values)


def read_axis(param: Param[Any], text: str) -> Any:  # noqa: ANN401 - see `space_of`
    """What a text stands for: `5:50:5` and `1.5:3` are spans, both ends included, `20,30,50` a list, `10` one value."""
    if param.kind in {int, float} and ":" in text:
        try:
            numbers = [float(part) for part in text.split(":")]
        except ValueError:
            numbers = []
        if len(numbers) not in {2, 3}:
            raise InvalidInput("sweep.space", f"{param.name}={text} is no span", field=param.name,
                               hint=f"{param.name}=LOW:HIGH:STEP")  # fmt: skip
        return Span(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None)
    return [param.read(part.strip()) for part in text.split(",")]


def _ranged(param: Param[Any]) -> bool:
    return param.kind in {int, float} and param.low is not None and param.high is not None and not param.choices


def _whole_range(param: Param[Any]) -> Span:
    return Span(float(param.low or 0.0), float(param.high or 0.0), param.step)


def _plain(value: Any) -> Any:  # noqa: ANN401 - numpy's numbers as Python's
    return value.item() if isinstance(value, np.generic) else value


def _spanned(param: Param[Any], span: Span) -> Axis:
    low, high = param.checked(_fitting(param, span.low)), param.checked(_fitting(param, span.high))
    whole = param.kind is int
    step = span.step if span.step is not None else param.step
    if param.kind not in {int, float}:
        raise InvalidInput("sweep.space", f"{param.name} is no number: list its values", field=param.name)
    if low > high or (step is not None and not (math.isfinite(step) and step > 0.0)) or (span.log and low <= 0):
        raise InvalidInput("sweep.space", f"{param.name} cannot go from {low:g} to {high:g} by {step}",
                           field=param.name)  # fmt: skip
    if step is None and not whole:
        return Axis(param.name, (low,)) if low == high else Axis(param.name, (), low, high, span.log)
    by = 1.0 if step is None else float(step)
    count = math.floor((high - low) / by + 1e-9) + 1
    if count > MOST:
        raise InvalidInput("sweep.space", f"{param.name} would have {count:,} values", field=param.name)
    return Axis(param.name, tuple(param.checked(_fitting(param, float(f"{low + n * by:.12g}"))) for n in range(count)))


def _fitting(param: Param[Any], number: float) -> int | float:
    """A whole number for a whole parameter, where it is one."""
    return int(number) if param.kind is int and float(number).is_integer() else number
