"""A broken engine: what stands in for which of its functions, and how it is put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bidwell.model import events as ev
from bidwell.simulation.proof.acts import Act
from bidwell.simulation.proof.weather import Fault

Patch = tuple[object, str, object]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken engine; `patches` are (owner, name, replacement), `focus` and `often` make it show sooner."""

    name: str
    patches: tuple[Patch, ...]
    focus: frozenset[Fault] = frozenset()
    often: tuple[Act, ...] = ()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Break the engine for as long as the context lasts."""
        with ExitStack() as undo:
            for owner, name, replacement in self.patches:
                _put(owner, name, replacement, undo)
            yield


def _put(owner: object, name: str, replacement: object, undo: ExitStack) -> None:
    if isinstance(owner, dict):
        before = owner[_kind(name)]
        owner[_kind(name)] = replacement
        undo.callback(owner.__setitem__, _kind(name), before)
    else:
        undo.callback(setattr, owner, name, vars(owner)[name])
        setattr(owner, name, replacement)


def _kind(name: str) -> type[ev.Event]:
    return ev.KINDS[name]
