"""Engines that break a promise about what they work in a broker's stead: each must be told from the sound one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidwell.engine import bracket, emulation, obstacles
from bidwell.engine.bracket import Brackets, Standing
from bidwell.engine.holding import Holding
from bidwell.engine.last_hop import LastHop
from bidwell.model.order import Order
from bidwell.risk import gate
from bidwell.risk.rules import exit_size
from bidwell.simulation.proof.acts import Act
from bidwell.simulation.proof.mutant import Mutant, Patch
from bidwell.simulation.proof.weather import Fault

# What stands in for an engine's function takes what that function takes, whether it looks at it or not.
# ruff: noqa: ARG001, ANN401

_OFTEN = (Act.GUARD, Act.HOLD)
_ENOUGH = Decimal(1000)


def _nothing_out(self: Standing) -> list[Order]:
    return []


def _by_its_entry(state: Any, name: Any, legs: Any) -> Standing:
    stands = _STANDING(state, name, legs)
    whole = stands.entry.quantity if stands.entry is not None and stands.rest > 0 else stands.rest
    return replace(stands, rest=whole)


def _each_the_whole(state: Any, name: Any, legs: Any) -> Standing:
    stands = _STANDING(state, name, legs)
    return stands if stands.entry is None else replace(stands, rest=stands.entry.filled_quantity)


_STANDING = bracket.standing


def _any_room(self: Brackets, one: Order, stands: Standing) -> Decimal:
    return _ENOUGH


def _trusting(self: LastHop, *_: Any) -> str:
    return ""


def _never_again(self: Brackets, name: Any, stands: Standing) -> None:
    """Leave an exit that made way as it is."""


def _any_age(self: Holding, order: Order, now: datetime) -> bool:
    return True


def _no_end(self: Holding) -> None:
    """Leave the end to a broker that knows of none."""


def _forgetful(self: Brackets, core: Any, holding: Holding) -> None:
    _BRACKETS(self, core, holding)
    self._active.clear()


_BRACKETS = Brackets.__init__


def _at_once(order: Order, price: Decimal, at: Decimal) -> bool:
    return True


def _no_obstacle(*_: Any) -> None:
    return None


class _Lax(gate.Gate):
    def decide(self, proposal: Any) -> Any:
        """Pass exits of any size."""
        self._rules = tuple(rule for rule in self._rules if rule is not exit_size.check)
        return _DECIDE(self, proposal)


_DECIDE = gate.Gate.decide
# Behind the bracket stand the gate, the look before the wire and the last counter: they must be blind for it to show.
_BLIND: tuple[Patch, ...] = (
    (gate.Gate, "decide", _Lax.decide), (obstacles, "outgrown", _no_obstacle), (LastHop, "_refuse_exit", _trusting),
    (Brackets, "_room", _any_room),
)  # fmt: skip

HELD_MUTANTS: tuple[Mutant, ...] = (
    Mutant("an exit leaves while its sibling may still fill", ((Standing, "out", property(_nothing_out)), *_BLIND),
           frozenset({Fault.LATE}), _OFTEN),
    Mutant("an exit is as large as its entry, whatever that filled", ((bracket, "standing", _by_its_entry), *_BLIND),
           often=(*_OFTEN, Act.CANCEL)),
    Mutant("what one exit closed is not taken off the other", ((bracket, "standing", _each_the_whole), *_BLIND),
           often=_OFTEN),
    Mutant("a stop that made way for its target is not held again", ((Brackets, "_hold_again", _never_again),),
           frozenset({Fault.THROTTLED}), _OFTEN),
    Mutant("exits at the desk are forgotten by a restart", ((Brackets, "__init__", _forgetful),),
           frozenset({Fault.CRASH_AFTER}), _OFTEN),
    Mutant("an old price sets an order off", ((Holding, "_young", _any_age),),
           frozenset({Fault.FEED_STALLED}), (*_OFTEN, Act.CRASH, Act.STALL_FEED)),
    Mutant("any price sets a held order off", ((emulation, "reached", _at_once),), often=_OFTEN),
    Mutant("an end that the broker does not know is kept by nobody", ((Holding, "_end", _no_end),), often=_OFTEN),
)  # fmt: skip
