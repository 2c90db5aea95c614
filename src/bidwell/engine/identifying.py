"""The fold by which an order in doubt becomes the broker's order that a person named.

Where the broker's was adopted as EXTERNAL meanwhile, what it filled moves to ours: it was booked once, and stays so. The
EXTERNAL one is given up: it is closed, and bears no number of the broker's any more, by which it is known again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bidwell.model import order as orders
from bidwell.model.errors import InvalidTransition
from bidwell.model.order import OrderStatus, Pending

if TYPE_CHECKING:
    from bidwell.engine.state import State
    from bidwell.model import events as ev
    from bidwell.model.order import Order


def is_given_up(order: Order) -> bool:
    """Whether an EXTERNAL order turned out to be one of ours: what is said of it is said of that one."""
    return order.external and not order.is_open and not order.broker_order_ids


def identify(state: State, event: ev.OrderIdentified) -> None:
    """Give the order its number, and what its EXTERNAL twin filled; raises InvalidTransition where it is not in doubt."""
    ours = state.orders[event.client_order_id]
    if not ours.in_doubt:
        msg = f"order {ours.client_order_id} is {ours.status}, and not in doubt"
        raise InvalidTransition(msg)
    if event.external is None:
        state.keep(replace(orders.accept(ours, event.broker_order_id), reason=""))
    else:
        _take_over(state, ours, state.orders[event.external], event)
    after = state.orders[ours.client_order_id]
    for number in after.broker_order_ids:
        state.by_broker_id[(after.account, number)] = after.client_order_id
    if not after.is_open:
        state.reservations.pop(after.client_order_id, None)
    trace = state.traces.get(after.client_order_id)
    if trace is not None:
        trace.answered_at = trace.answered_at or event.at
        if after.status is OrderStatus.FILLED:
            trace.filled_at = trace.filled_at or event.at


def _take_over(state: State, ours: Order, theirs: Order, event: ev.OrderIdentified) -> None:
    name, fills = ours.client_order_id, event.fills
    accepted = orders.accept(ours, event.broker_order_id)
    moved = replace(
        accepted, broker_order_ids=theirs.broker_order_ids, quantity=theirs.quantity, terms=theirs.terms, fills=fills,
        status=OrderStatus.WORKING if theirs.is_open else theirs.status, reason=theirs.reason,
        pending=accepted.pending if theirs.is_open else Pending.NONE,
    )  # fmt: skip
    state.keep(replace(theirs, status=OrderStatus.CANCELED, pending=Pending.NONE, fills=(), broker_order_ids=(),
                       reason=f"it is order {name} of this desk, at the broker {event.broker_order_id}"))  # fmt: skip
    if ours.strategy is not None:
        portfolio, instrument = state.portfolios[ours.account], state.instruments[ours.instrument]
        for fill in fills:
            portfolio.hand_over(fill, instrument, ours.strategy)
    state.keep(moved)
