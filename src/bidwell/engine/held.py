"""Orders that the desk does something for, as the journal tells them: when they end, and how each event moves them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from bidwell.model import held_events as hev
from bidwell.model import order as orders
from bidwell.model.order import OrderStatus, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from bidwell.engine.state import State
    from bidwell.model.events import Event
    from bidwell.model.order import Order
    from bidwell.model.terms import Terms


@dataclass(slots=True)
class Held:
    """An open order that the desk does something for: when it ends, and when it was set off."""

    until: datetime | None = None
    triggered_at: datetime | None = None


def _held(state: State, event: hev.OrderHeld) -> None:
    state.keep(orders.step(state.orders[event.client_order_id], Step.HELD))
    state.held[event.client_order_id].until = event.until


def _triggered(state: State, event: hev.OrderTriggered) -> None:
    order = state.orders[event.client_order_id]
    waited = order.status is OrderStatus.HELD
    moved = replace(orders.step(order, Step.TRIGGERED), terms=event.terms, quantity=event.quantity)
    state.keep(moved)
    state.reservations[event.client_order_id] = event.reservation
    held = state.held[event.client_order_id]
    if waited:
        held.triggered_at = event.at
    else:
        held.until = moved.asked.expires_at if moved.asked is not None else None


def _trail(state: State, event: hev.TrailMoved) -> None:
    state.trails[event.client_order_id] = event.best


def asked_after(order: Order, terms: Terms) -> Terms | None:
    """What is asked of an order whose terms were changed to `terms`."""
    if order.asked is None or order.status is OrderStatus.HELD:
        return order.asked and terms
    asked = order.asked
    if asked.order_type is not terms.order_type:
        return asked
    return replace(terms, time_in_force=asked.time_in_force, expires_at=asked.expires_at)


HELD_FOLDS: Final[dict[type[Event], Callable[[State, Any], None]]] = {
    hev.OrderHeld: _held, hev.OrderTriggered: _triggered, hev.TrailMoved: _trail,
}  # fmt: skip
