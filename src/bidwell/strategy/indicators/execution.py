"""Runs a plan: over whole arrays in pieces that stay in the processor's cache, or one bar at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from bidwell.model.errors import ConfigError
from bidwell.strategy.indicators.graph import Array, Plan
from bidwell.strategy.indicators.kernels import gaps

CHUNK = 16_384


def advance(plan: Plan, slots: Sequence[Array], state: Sequence[Array], start: int, stop: int, born: int) -> None:
    """Run every step over the positions `start ≤ i < stop` of `slots`; bar 0 of the series stands at `born`."""
    for step, memory in zip(plan.steps, state, strict=True):
        begin = max(start, born + step.lead)
        blank = min(stop, born + step.first)
        if start < blank:
            for slot in step.outputs:
                slots[slot][start:blank] = math.nan
        if begin < stop:
            sources = [slots[slot] for slot in step.inputs]
            targets = [slots[slot] for slot in step.outputs]
            step.run(*sources, *step.parameters, memory, begin, stop, -born - step.lead, *targets)


class _Pass:
    """One run over whole arrays."""

    def __init__(self, plan: Plan, inputs: Sequence[Array], length: int) -> None:
        self.plan = plan
        self.inputs = inputs
        self.results = {slot: np.empty(length) for slot in plan.results}
        room = plan.history + min(length, CHUNK)
        shared = range(plan.inputs, plan.slots)
        self.scratch = {slot: np.empty(room) for slot in shared if slot not in self.results}
        self.state = plan.fresh_state()
        self.memoryless, self.telling = plan.memoryless, plan.telling
        self.born = 0
        self.kept = 0

    def restart(self, born: int) -> None:
        self.state = self.plan.fresh_state()
        self.born = born
        self.kept = 0

    def extend(self, start: int, stop: int) -> None:
        base = max(self.born, start - self.plan.history)
        before = start - base
        for buffer in self.scratch.values():
            buffer[:before] = buffer[self.kept - before : self.kept].copy()
        slots = [column[base:stop] for column in self.inputs]
        for slot in range(self.plan.inputs, self.plan.slots):
            result = self.results.get(slot)
            slots.append(self.scratch[slot] if result is None else result[base:stop])
        advance(self.plan, slots, self.state, before, stop - base, self.born - base)
        self.kept = stop - base

    def remembered(self) -> list[Array]:
        """What `taken_back` needs to undo the next piece."""
        return [each.copy() for each in self.state]

    def may_hold_nan(self, start: int, stop: int) -> bool:
        """Whether a NaN stands in any input of the piece just done; no recipe without memory minds."""
        if self.memoryless or (self.telling and not any(np.isnan(self.state[place]).any() for place in self.telling)):
            return False
        # While the piece is in the cache.
        return any(gaps.has_nan.built(column[start:stop]) for column in self.inputs)

    def taken_back(self, state: list[Array], start: int) -> None:
        """Forget the piece that began at `start`: its history still stands before it."""
        self.state = state
        self.kept = start - max(self.born, start - self.plan.history)


def _runs(inputs: Sequence[Array], start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
    """Split `start..stop` where a NaN stands in any input: (from, to, valid)."""
    missing = np.zeros(stop - start, dtype=bool)
    for column in inputs:
        missing |= np.isnan(column[start:stop])
    edges = np.flatnonzero(np.diff(missing)) + 1
    bounds = [0, *edges.tolist(), stop - start]
    for low, high in pairwise(bounds):
        yield start + low, start + high, not bool(missing[low])


def run_batch(plan: Plan, inputs: Sequence[Array]) -> list[Array]:
    """Compute whole arrays; a NaN in an input gives NaN and starts the indicator afresh after it."""
    length = len(inputs[0])
    if any(len(column) != length for column in inputs):
        raise ConfigError(f"the inputs have different lengths: {[len(column) for column in inputs]}")
    work = _Pass(plan, inputs, length)
    for start in range(0, length, CHUNK):
        stop = min(length, start + CHUNK)
        before = work.remembered()
        work.extend(start, stop)
        if not work.may_hold_nan(start, stop):
            continue
        # What was computed from a NaN is done again.
        work.taken_back(before, start)
        for low, high, valid in _runs(inputs, start, stop):
            if valid:
                work.extend(low, high)
            else:
                work.restart(high)
                for result in work.results.values():
                    result[low:high] = math.nan
    return [work.results[slot] for slot in plan.results]


class Stream:
    """An indicator fed bar by bar: the same values, bit for bit, as the batch over the same bars."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._room = plan.history + 256
        self._slots = [np.empty(self._room) for _ in range(plan.slots)]
        self.reset()

    def reset(self) -> None:
        """Forget every bar."""
        self._state = self._plan.fresh_state()
        self._born = 0
        self._next = 0
        self._value: tuple[float, ...] = (math.nan,) * len(self._plan.results)

    @property
    def values(self) -> tuple[float, ...]:
        """The outputs at the last bar; NaN while it warms up."""
        return self._value

    @property
    def value(self) -> float:
        """The first output at the last bar."""
        return self._value[0]

    @property
    def ready(self) -> bool:
        """Whether every output has had enough bars."""
        return self._next - self._born > max(self._plan.warm_up)

    def update(self, *bar: float) -> tuple[float, ...]:
        """Take the next bar's inputs and return the outputs; a NaN gives NaN and starts afresh after it."""
        if len(bar) != self._plan.inputs:
            raise ConfigError(f"{len(bar)} inputs where {self._plan.inputs} are needed")
        if any(math.isnan(value) for value in bar):
            self.reset()
            return self._value
        here = self._next
        if here == self._room:
            here = self._shift()
        for slot, value in enumerate(bar):
            self._slots[slot][here] = value
        advance(self._plan, self._slots, self._state, here, here + 1, self._born)
        self._next = here + 1
        self._value = tuple(float(self._slots[slot][here]) for slot in self._plan.results)
        return self._value

    def _shift(self) -> int:
        keep = self._plan.history
        for column in self._slots:
            column[:keep] = column[self._room - keep :].copy()
        self._born -= self._room - keep
        return keep
