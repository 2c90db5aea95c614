"""What the journal allows each lane's last counter to let through: parts of intents, changes of them, and exits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bidwell.model import events as ev
from bidwell.model import held_events as hev
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidwell.engine.sessions import Session
    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId

_ALLOWING: Final = (ev.IntentAllocated, ev.ReplaceRequested, hev.OrderTriggered)


def hear(event: ev.Event, state: State, sessions: Mapping[AccountId, Session]) -> None:
    """Tell the last counters what a durable event allows."""
    if not isinstance(event, _ALLOWING):
        return
    if isinstance(event, ev.IntentAllocated):
        for part in event.allocations:
            if part.quantity > 0 and part.account in sessions:
                sessions[part.account].lane.last_hop.allot(event.intent, part.quantity)
        return
    order = state.orders.get(event.client_order_id)
    if order is None or order.intent is None or order.account not in sessions:
        return
    last_hop = sessions[order.account].lane.last_hop
    if order.entry is not None and order.asked is not None:
        last_hop.allot_exit(order.client_order_id, event.quantity)
    elif isinstance(event, ev.ReplaceRequested):
        last_hop.allot(order.intent, event.quantity)


def catch_up(state: State, session: Session) -> None:
    """The same for what is open already."""
    for order in state.open_orders(session.account):
        if order.entry is not None and order.asked is not None and order.status is not OrderStatus.HELD:
            session.lane.last_hop.allot_exit(order.client_order_id, order.quantity)
        record = state.intents.get(order.intent) if order.intent is not None else None
        part = record.allocations.get(order.account) if record is not None else None
        if order.intent is not None and part is not None:
            session.lane.last_hop.allot(order.intent, max(part.quantity, order.quantity if not order.leg else ZERO))
