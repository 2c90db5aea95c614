"""Which intents are finished, what is archived of them.

Retiring forgets nothing that matters: an intent is archived durably before the journal says that it is retired, its names
stay known (`state.retired`), and what is heard of it later brings it back as it was before anything is folded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bidwell.engine import convergence, unwinding
from bidwell.engine.retired import session_of
from bidwell.model.account import OnFailure
from bidwell.model.intent import Source
from bidwell.model.retirement import Finished, FinishedOrder

if TYPE_CHECKING:
    from bidwell.engine.state import IntentRecord, State
    from bidwell.model.ids import ClientOrderId
    from bidwell.model.intent import Intent
    from bidwell.model.order import Order


@dataclass(frozen=True, slots=True)
class Retention:
    """How long finished intents stay in memory.

    `newest` of all intents stay whatever their age: what a screen shows first is read from memory. `seconds` must have
    passed since the last event of an intent: three minutes are longer than the two by which reports overlap, so that no
    report tells of retired orders again and again. `reported` asks for a clean report of each account since that event, too.
    """

    newest: int = 1000
    seconds: float = 180.0
    reported: bool = True


KEEPING: Final = Retention()


def is_finished(state: State, record: IntentRecord) -> bool:
    """Whether nothing more is to be done for an intent, as far as the journalled state tells.

    What the desk sent to repair or undo something, and what was repaired or undone so, belongs together and stays.
    """
    intent = record.intent
    if intent.id in state.undecided or intent.source is Source.REPAIR or _squares(state, intent):
        return False
    if any(account not in record.decided for account in record.receivers):
        return False
    orders = [state.orders[name] for name in record.orders]
    if any(order.is_open or _kept(state, order.client_order_id) for order in orders):
        return False
    mends = record.group is not None and record.group.on_failure is not OnFailure.CONTINUE
    return not (mends and any(_tries(state, order) for order in orders))


def _squares(state: State, intent: Intent) -> bool:
    """Whether a square-off that is under way counts its attempts by this intent's key."""
    kind, _, rest = intent.key.partition(":")
    return kind == "square" and any(rest.startswith(f"{name}:") for name in state.risk.squares)


def _kept(state: State, name: ClientOrderId) -> bool:
    return name in state.reservations or name in state.replacing or name in state.held


def _tries(state: State, order: Order) -> bool:
    return bool(convergence.TRIES.intents(state, order) or unwinding.TRIES.intents(state, order))


def finished(state: State, record: IntentRecord) -> Finished:
    """What is to be archived of an intent."""
    return Finished(
        record.intent, record.body_hash, record.number, record.touched, record.group, record.receivers, tuple(record.decided),
        tuple(record.allocations.values()), record.policy, record.reference, record.allocated_at,
        tuple(_finished_order(state, state.orders[name]) for name in record.orders), record.unwound, record.repaired,
        tuple(record.stages), state.copies.get(record.intent.id),
    )  # fmt: skip


def _finished_order(state: State, order: Order) -> FinishedOrder:
    name = order.client_order_id
    trace = state.traces[name]
    lapsed = session_of(state, order.account) if name in state.risk.lapsed.get(order.account, ()) else ""
    return FinishedOrder(order, trace.decided_at, trace.checks, trace.denial, trace.sent_at, trace.attempts,
                         trace.answered_at, trace.filled_at, trace.asked_off, state.trails.get(name), lapsed)  # fmt: skip
