"""Broken retirement: the mutants of what leaves the memory and comes back, and of states that are written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bidwell.engine import checkpoint, folding, retirement
from bidwell.engine.archiving import Archivist
from bidwell.engine.risk_state import RiskState
from bidwell.engine.state import State
from bidwell.model.order import Order
from bidwell.model.retirement import IntentRecalled
from bidwell.simulation.proof.acts import Act
from bidwell.simulation.proof.mutant import Mutant
from bidwell.simulation.proof.weather import Fault

# What stands in for an engine's function takes what that function takes, whether it looks at it or not.
# ruff: noqa: ARG001, ANN401


def _without_fills(state: State, event: IntentRecalled) -> None:
    known = event.finished
    orders = tuple(replace(one, order=replace(one.order, fills=())) for one in known.orders)
    _RECALL(state, replace(event, finished=replace(known, orders=orders)))


_RECALL = folding.FOLDS[IntentRecalled]


async def _no_answer(self: Archivist, key: str) -> None:
    return None


def _a_stranger(self: Archivist, account: Any, own: Any, theirs: Any) -> bool:
    return False


async def _unarchived(self: Archivist, archive: Any, records: Any) -> None:
    core = self._desk.core
    self._let_go(core, [retirement.finished(core.state, record) for record in records])
    self._busy = False


def _finished_anyway(state: State, record: Any) -> bool:
    return record.intent.id not in state.undecided


def _uncounted(self: RiskState, order: Order) -> None:
    self.entries.get(order.account, {}).pop(order.client_order_id, None)


def _unreserved(body: bytes) -> State:
    state = _DECODE(body)
    state.reservations.clear()
    return state


_DECODE = checkpoint.decode
_FOLDS = folding.FOLDS

RETIREMENT_MUTANTS: tuple[Mutant, ...] = (
    Mutant("a recalled order has forgotten its fills", ((_FOLDS, "IntentRecalled", _without_fills),),
           frozenset({Fault.DUPLICATE})),
    Mutant("the key of a retired intent is taken again", ((Archivist, "of_key", _no_answer),), often=(Act.REPEAT, Act.CONFLICT)),
    Mutant("an order that is not in memory is a stranger's", ((Archivist, "_may_be_retired", _a_stranger),)),
    Mutant("a state that was written down has forgotten what is reserved", ((checkpoint, "decode", _unreserved),)),
    Mutant("an intent is forgotten before it is archived", ((Archivist, "_retire", _unarchived),)),
    Mutant("an intent that still works is retired", ((retirement, "is_finished", _finished_anyway),)),
    Mutant("what is retired was no entry of the day", ((RiskState, "retire", _uncounted),)),
)  # fmt: skip
