"""Engines that are broken where a person resolves an order in doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.engine import folding
from bidwell.model import events as ev
from bidwell.simulation.proof.mutant import Mutant
from bidwell.simulation.proof.weather import Fault

if TYPE_CHECKING:
    from bidwell.engine.state import State


def _beside_it(state: State, event: ev.OrderIdentified) -> None:
    _IDENTIFIED(state, replace(event, external=None))


_IDENTIFIED = folding.FOLDS[ev.OrderIdentified]

RESOLVING_MUTANTS: tuple[Mutant, ...] = (
    Mutant("an adopted order stays a stranger's when it is named as ours",
           ((folding.FOLDS, "OrderIdentified", _beside_it),),
           frozenset({Fault.ACK_LOST, Fault.ERROR_TAKEN, Fault.GARBLED})),
)  # fmt: skip
