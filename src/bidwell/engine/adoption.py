"""Taking over what was decided while the journal was away: decisions are kept, outcomes are read from the brokers.

Whoever decided went on from an older entry than the journal's last. What it decided stands under ids of its own and fits
behind whatever else was written. What became of its orders is not taken from it: they are in doubt, and the account's next
report tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.errors import InvalidTransition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.engine.decider import Core
    from bidwell.engine.state import State


def adopt(core: Core, batches: Sequence[Sequence[ev.Event]]) -> bool:
    """Emit the decisions of each batch that the journal does not have yet; whether there were any.

    A batch begins with a violation, by whose id it is known again: adopting it twice changes nothing.
    """
    return any([_adopt(core, events) for events in batches])  # noqa: C419 - all of them, not up to the first new one


def _adopt(core: Core, events: Sequence[ev.Event]) -> bool:
    opened = next((event for event in events if isinstance(event, rev.ViolationOpened)), None)
    if opened is None or opened.id in core.state.risk.violations:
        return False
    for event in events:
        if not _is_new(core.state, event):
            continue
        try:
            core.emit(event)
        except InvalidTransition as error:
            core.alarm("not_adopted", {"kind": type(event).__name__, "error": str(error)})
    return True


def _is_new(state: State, event: ev.Event) -> bool:
    """Whether an event is a decision of which the state knows nothing."""
    match event:
        case rev.ViolationOpened() | rev.AccountLocked() | rev.SquareOffOrdered():
            return True
        case ev.IntentReceived(intent=intent):
            return intent.id not in state.intents
        case ev.IntentAllocated(intent=name):
            return name in state.intents and state.intents[name].allocated_at is None
        case ev.OrderApproved(order=order) | ev.OrderDenied(order=order):
            return order.client_order_id not in state.orders and order.intent in state.intents
        case ev.OrderSubmitted(client_order_id=name, attempt=attempt):
            return name in state.traces and state.traces[name].attempts < attempt
        case _:
            return False
