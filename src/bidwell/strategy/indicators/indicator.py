"""An indicator: its recipe, what a registry lists about it, and its two doors, batch and stream."""

from __future__ import annotations

import inspect
import math
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

from bidwell.model.errors import ConfigError
from bidwell.strategy.indicators.execution import Stream, run_batch
from bidwell.strategy.indicators.graph import Array, Node, Plan, compile_plan

Value = int | float | str
LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Bound:
    """The least value that a parameter takes; an open bound leaves the value itself out."""

    least: float
    open: bool = False


Period = Annotated[int, Bound(1)]
Window = Annotated[int, Bound(2)]
Factor = Annotated[float, Bound(0.0, open=True)]
Level = Annotated[float, Bound(-math.inf)]
Seed = Literal["mean", "first"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an indicator: whole, real or a choice of words."""

    name: str
    default: Value
    bound: Bound | None
    choices: tuple[str, ...] = ()

    @property
    def annotation(self) -> str:
        """How a signature writes its type."""
        if self.choices:
            return "Literal[" + ", ".join(f'"{choice}"' for choice in self.choices) + "]"
        return "int" if isinstance(self.default, int) else "float"

    def check(self, indicator: str, value: object) -> Value:
        """Return `value` in the parameter's type; raises ConfigError."""
        if self.choices:
            if value not in self.choices:
                raise ConfigError(f"{indicator}: {self.name} is one of {', '.join(self.choices)}, not {value!r}")
            return str(value)
        whole = isinstance(self.default, int)
        kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise ConfigError(f"{indicator}: {self.name} is {'a whole number' if whole else 'a number'}, not {value!r}")
        number = int(value) if whole else float(value)
        least = -math.inf if self.bound is None else self.bound.least
        low = number <= least if self.bound is not None and self.bound.open else number < least
        if low or not math.isfinite(number) or (whole and number > LONGEST):
            raise ConfigError(f"{indicator}: {self.name} cannot be {value!r}")
        return number


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """One indicator. Call it with arrays for the batch, `stream()` for bar by bar.

    Arrays are one-dimensional and of one length, oldest value first; results are float64 arrays of that length,
    NaN for the first `warm_up()` bars. A NaN in an input gives NaN and starts the indicator afresh after it.
    """

    name: str
    family: str
    inputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    formula: str
    source: str
    recipe: Callable[..., Node | tuple[Node, ...]]
    shape: Callable[..., Any] | None

    def __call__(self, *arguments: object, **named: object) -> Any:  # noqa: ANN401 - an array, or a named tuple of them
        """Compute whole arrays; raises ConfigError for wrong parameters or shapes."""
        series, values = self._bind(arguments, named)
        results = run_batch(
            self._plan(values), [self._column(name, x) for name, x in zip(self.inputs, series, strict=True)]
        )
        return results[0] if self.shape is None else self.shape(*results)

    def stream(self, *arguments: object, **named: object) -> Stream:
        """Return an incremental state with these parameters; `update(*inputs)` takes one bar."""
        return Stream(self._plan(self._values(arguments, named)))

    def warm_up(self, *arguments: object, **named: object) -> int:
        """Return how many bars pass before every output has a value."""
        return max(self._plan(self._values(arguments, named)).warm_up)

    def _bind(self, arguments: Sequence[object], named: dict[str, object]) -> tuple[list[object], tuple[Value, ...]]:
        count = len(self.inputs)
        series = list(arguments[:count])
        rest = dict(named)
        for name in self.inputs[len(series) :]:
            if name not in rest:
                raise ConfigError(f"{self.name} needs {', '.join(self.inputs)}")
            series.append(rest.pop(name))
        return series, self._values(arguments[count:], rest)

    def _values(self, arguments: Sequence[object], named: dict[str, object]) -> tuple[Value, ...]:
        if len(arguments) > len(self.parameters):
            raise ConfigError(f"{self.name} takes {len(self.parameters)} parameters, not {len(arguments)}")
        given = {p.name: value for p, value in zip(self.parameters, arguments, strict=False)}
        known = {p.name for p in self.parameters}
        for name, value in named.items():
            if name not in known or name in given:
                raise ConfigError(f"{self.name}: {name} is {'given twice' if name in given else 'not a parameter'}")
            given[name] = value
        return tuple(p.check(self.name, given.get(p.name, p.default)) for p in self.parameters)

    def _column(self, name: str, series: Any) -> Array:  # noqa: ANN401 - whatever numpy takes
        try:
            column = np.ascontiguousarray(series, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{self.name}: {name} is not an array of numbers") from error
        if np.ndim(series) != 1:
            raise ConfigError(f"{self.name}: {name} has {np.ndim(series)} dimensions, one is needed")
        return column

    def _plan(self, values: tuple[Value, ...]) -> Plan:
        return _compile(self, values)


@lru_cache(maxsize=4096)
def _compile(indicator: Indicator, values: tuple[Value, ...]) -> Plan:
    inputs = [Node(name) for name in indicator.inputs]
    made = indicator.recipe(*inputs, *values)
    return compile_plan(inputs, made if isinstance(made, tuple) else (made,))


REGISTRY: dict[str, Indicator] = {}


def indicator(
    family: str, source: str, outputs: str = ""
) -> Callable[[Callable[..., Node | tuple[Node, ...]]], Indicator]:
    """Register a recipe under its name; its docstring is the formula, its signature the inputs and parameters."""

    def register(recipe: Callable[..., Node | tuple[Node, ...]]) -> Indicator:
        hints = get_type_hints(recipe, include_extras=True)
        inputs: list[str] = []
        parameters: list[Parameter] = []
        for name, argument in inspect.signature(recipe).parameters.items():
            hint = hints[name]
            if hint is Node:
                inputs.append(name.rstrip("_"))
            elif get_origin(hint) is Literal:
                parameters.append(Parameter(name, argument.default, None, get_args(hint)))
            else:
                parameters.append(Parameter(name, argument.default, get_args(hint)[1]))
        names = tuple(outputs.split()) or ("value",)
        shape = None
        if len(names) > 1:
            title = "".join(part.capitalize() for part in recipe.__name__.split("_"))
            shape = namedtuple(title, names)  # type: ignore[misc,no-redef]  # noqa: PYI024 - the names are data
        formula = inspect.cleandoc(recipe.__doc__ or "")
        made = Indicator(
            recipe.__name__, family, tuple(inputs), tuple(parameters), names, formula, source, recipe, shape
        )
        REGISTRY[made.name] = made
        return made

    return register
