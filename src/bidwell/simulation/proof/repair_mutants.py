"""Broken repairs and copies: the mutants of what goes on after the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidwell.engine import convergence, copies, copying, folding, unwinding
from bidwell.engine.copying import Copier
from bidwell.engine.follow import Follow
from bidwell.engine.mending import Mending
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.order import Order
from bidwell.simulation.proof.acts import Act
from bidwell.simulation.proof.mutant import Mutant
from bidwell.simulation.proof.weather import Fault

# What stands in for an engine's function takes what that function takes, whether it looks at it or not.
# ruff: noqa: ARG001, ANN401, SLF001


def _always(*_: Any) -> bool:
    return True


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _copied_and_kept(state: State, event: ev.FillsCopied) -> None:
    before = replace(state.follows.setdefault((event.group, event.instrument), Follow()))
    _COPIED(state, event)
    state.follows[(event.group, event.instrument)].moved = before.moved


_COPIED = folding.FOLDS[ev.FillsCopied]


def _heard_now(self: Mending, order: Order) -> datetime:
    return self._core.now()


def _settled_at_once(self: Copier, group: Any, instrument: Any) -> None:
    self._core.emit(ev.FollowersSettled(self._core.now(), group.id, instrument))


def _whole_step(holds: Decimal, holding: Any, before: Decimal, after: Decimal, now: Decimal) -> ev.Allocation:
    """The leader's whole position at every step of his."""
    return _ENTRY(Decimal(0), holding, Decimal(0), after * 3, now * 3)


_ENTRY = copies._entry


def _all_excess(state: State, intent: Any, part: copies.Part) -> Decimal:
    return part.excess


def _exits_twice(state: State, intent: Any, part: copies.Part) -> Decimal:
    """What open exits take already is taken again."""
    return min(part.excess, unwinding.free_to_close(state, part.account, part.instrument, part.exit_side))


_DOUBT = frozenset({Fault.ACK_LOST, Fault.LATE, Fault.LOST, Fault.ERROR_TAKEN})
_REFUSED = frozenset({Fault.THROTTLED})
_SILENT = frozenset({Fault.MUTE, Fault.DISCONNECT})
_FOLDS = folding.FOLDS

REPAIR_MUTANTS: tuple[Mutant, ...] = (
    Mutant("a repair does not wait for reports that agree", ((Mending, "_agrees", _always),), _REFUSED,
           (Act.ENTER_MENDED,)),
    Mutant("a group that repairs is left as it is", ((convergence, "repair", _always),), _REFUSED, (Act.ENTER_MENDED,)),
    Mutant("a leader's fill is forgotten", ((_FOLDS, "LeaderFilled", _nothing),), frozenset(), (Act.LEAD,)),
    Mutant("a leader's fill is copied again and again", ((_FOLDS, "FillsCopied", _copied_and_kept),), frozenset(),
           (Act.LEAD,)),
    Mutant("an entry is copied however late", ((copies, "late", _nothing), (Mending, "_last_seen", _heard_now)),
           _SILENT, (Act.LEAD,)),
    Mutant("a fill is as old as the desk's knowledge of it", ((Mending, "_last_seen", _heard_now),), _SILENT,
           (Act.LEAD,)),
    Mutant("an exit that was not copied is not tried again", ((Copier, "_finish_exits", _settled_at_once),), _REFUSED,
           (Act.LEAD,)),
    Mutant("a copied exit takes more than the account holds", ((copies, "room", _all_excess), (copying, "room", _all_excess)),
           _DOUBT, (Act.LEAD, Act.CLOSE_ALL)),
    Mutant("a follower takes the whole position at every step", ((copies, "_entry", _whole_step),), frozenset(),
           (Act.LEAD,)),
)  # fmt: skip
