"""Recipes as graphs: kernels that can stop and go on at any bar, joined by nodes, compiled into a plan.

A kernel is called as `run(*inputs, *parameters, state, start, stop, off, *outputs)`. It reads and writes the
positions `start ≤ i < stop`; `i + off` is the age of a bar, the number of valid inputs before it. All that it
carries from bar to bar is in `state`, which is zero at age 0, and in the last `history` values of its inputs.
So a batch, a batch in pieces and one bar at a time run the same machine code and agree bit for bit.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Number = int | float
Reach = Callable[..., int]


class _Unsigned(ast.NodeTransformer):
    """Casts every index to unsigned: an index that may be negative counts from the end, and nothing vectorises."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.slice, ast.Constant):
            cast = ast.Call(ast.Name("unsigned", ast.Load()), [node.slice], [])
            node.slice = ast.copy_location(cast, node.slice)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list, node.returns = [], None
        for argument in node.args.args:
            argument.annotation = None
        self.generic_visit(node)
        return node


class Loop:
    """A function that numba compiles when it is first called, and keeps on disk; no index in it is negative.

    Neither numba nor the source is touched before. Loops that it calls are built with it.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @cached_property
    def built(self) -> Any:  # noqa: ANN401 - a numba dispatcher
        """The compiled function; floating point is never reordered."""
        from numba import njit  # noqa: PLC0415 - a third of a second, paid when the first loop runs

        function = self._function
        lines, first = inspect.getsourcelines(function)
        tree = _Unsigned().visit(ast.parse("".join(lines)))
        ast.increment_lineno(ast.fix_missing_locations(tree), first - 1)
        scope = {name: value.built if isinstance(value, Loop) else value for name, value in self._seen()}
        exec(compile(tree, function.__code__.co_filename, "exec"), scope)  # noqa: S102 - the function's own source
        return njit(cache=True, error_model="numpy", nogil=True)(scope[function.__name__])

    def _seen(self) -> Iterator[tuple[str, Any]]:
        """The module's names that the function uses; building the others would compile what nobody called."""
        names = set(self._function.__code__.co_names)
        yield "unsigned", np.uintp
        yield "__name__", self._function.__module__
        yield from ((name, value) for name, value in self._function.__globals__.items() if name in names)

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 - as the function has it
        """Call the compiled function."""
        return self.built(*arguments)


def compiled(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - typed as what it compiles
    """Make a `Loop` of a function."""
    return Loop(function)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One series of a recipe: an input by name, or an output of a stage."""

    name: str = ""
    stage: Stage | None = None
    output: int = 0

    def __add__(self, other: Node) -> Node:
        total: Node = _add(self, other)
        return total

    def __sub__(self, other: Node) -> Node:
        rest: Node = _subtract(self, other)
        return rest

    def __mul__(self, other: Node | float) -> Node:
        product: Node = (_multiply if isinstance(other, Node) else scaled)(self, other)
        return product

    def __rmul__(self, factor: float) -> Node:
        product: Node = scaled(self, factor)
        return product


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A kernel applied to nodes with its parameters."""

    kernel: Kernel
    inputs: tuple[Node, ...]
    parameters: tuple[Number, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A compiled loop and what it needs: lookback, history and state size as functions of its parameters."""

    run: Loop
    inputs: int
    outputs: int
    lookback: Reach
    history: Reach
    state: Reach
    tells: bool

    def __call__(self, *arguments: Node | Number) -> Any:  # noqa: ANN401 - one node, or a tuple of them
        """Add a stage to the recipe; a kernel with one output gives a node, else a tuple of nodes."""
        nodes = tuple(a for a in arguments[: self.inputs] if isinstance(a, Node))
        numbers = tuple(a for a in arguments[self.inputs :] if not isinstance(a, Node))
        stage = Stage(self, nodes, numbers)
        made = tuple(Node(stage=stage, output=place) for place in range(self.outputs))
        return made[0] if self.outputs == 1 else made


def _nothing(*_: Number) -> int:
    return 0


def kernel(
    inputs: int = 1,
    outputs: int = 1,
    *,
    lookback: Reach = _nothing,
    history: Reach = _nothing,
    state: int | Reach = 0,
    tells: bool = False,
) -> Callable[[Callable[..., None]], Kernel]:
    """Make a `Kernel` of a loop; `lookback` is the first age with a value, `history` how far back inputs are read.

    `tells`: after a NaN in any input its state has one too, so that nobody needs to look through the inputs.
    """
    size: Reach = state if callable(state) else lambda *_: state

    def define(loop: Callable[..., None]) -> Kernel:
        return Kernel(Loop(loop), inputs, outputs, lookback, history, size, tells)

    return define


@kernel(2)
def _add(x: Array, y: Array, _s: Array, start: int, stop: int, _off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = x[i] + y[i]


@kernel(2)
def _subtract(x: Array, y: Array, _s: Array, start: int, stop: int, _off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = x[i] - y[i]


@kernel(2)
def _multiply(x: Array, y: Array, _s: Array, start: int, stop: int, _off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = x[i] * y[i]


@kernel(1)
def scaled(x: Array, factor: float, _s: Array, start: int, stop: int, _off: int, out: Array) -> None:
    for i in range(start, stop):
        out[i] = x[i] * factor


@dataclass(frozen=True, slots=True)
class Step:
    """A stage with its places: slots of the plan, the bars that it waits for and the first age with a value."""

    run: Any
    inputs: tuple[int, ...]
    parameters: tuple[Number, ...]
    outputs: tuple[int, ...]
    lead: int
    first: int
    state: int
    tells: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe with its parameters put in: slots 0..inputs-1 are the inputs, `results` the slots to hand out."""

    inputs: int
    slots: int
    results: tuple[int, ...]
    steps: tuple[Step, ...]
    history: int
    warm_up: tuple[int, ...]

    @property
    def memoryless(self) -> bool:
        """Whether each bar stands alone; a NaN then gives NaN by itself and there is nothing to start afresh."""
        return self.history == 0 and all(step.state == 0 for step in self.steps)

    @property
    def telling(self) -> tuple[int, ...]:
        """Steps whose states say whether any input had a NaN; none where some input goes past all of them."""
        steps = [place for place, step in enumerate(self.steps) if step.tells and step.lead == 0]
        seen = {slot for place in steps for slot in self.steps[place].inputs}
        return tuple(steps) if seen >= set(range(self.inputs)) else ()

    def fresh_state(self) -> list[Array]:
        """Return zeroed state for every step."""
        return [np.zeros(step.state) for step in self.steps]


def compile_plan(inputs: Sequence[Node], results: Sequence[Node]) -> Plan:
    """Order the stages behind `results` and give every node a slot."""
    slots: dict[tuple[int, int], int] = {}
    leads: dict[tuple[int, int], int] = {}
    for place, node in enumerate(inputs):
        slots[id(node), 0] = place
        leads[id(node), 0] = 0
    steps: list[Step] = []
    reach = 0

    def key(node: Node) -> tuple[int, int]:
        return (id(node.stage), node.output) if node.stage is not None else (id(node), 0)

    def visit(node: Node) -> None:
        nonlocal reach
        stage = node.stage
        if key(node) in slots or stage is None:
            return
        for parent in stage.inputs:
            visit(parent)
        lead = max(leads[key(parent)] for parent in stage.inputs)
        first = lead + stage.kernel.lookback(*stage.parameters)
        outputs = []
        for place in range(stage.kernel.outputs):
            slots[id(stage), place] = len(slots)
            leads[id(stage), place] = first
            outputs.append(slots[id(stage), place])
        reach = max(reach, stage.kernel.history(*stage.parameters))
        sources = tuple(slots[key(parent)] for parent in stage.inputs)
        size = stage.kernel.state(*stage.parameters)
        steps.append(Step(stage.kernel.run.built, sources, stage.parameters, tuple(outputs), lead, first, size,
                          stage.kernel.tells))  # fmt: skip

    for node in results:
        visit(node)
    places = tuple(slots[key(node)] for node in results)
    waits = tuple(leads[key(node)] for node in results)
    return Plan(len(inputs), len(slots), places, tuple(steps), reach, waits)
