"""Orders that the desk does something for: when they end, and what is asked of them after a change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bidwell.model.order import OrderStatus

if TYPE_CHECKING:
    from bidwell.model.order import Order
    from bidwell.model.terms import Terms


@dataclass(slots=True)
class Held:
    """An open order that the desk does something for: when it ends by the market's and the wall clock, and was set off."""

    until: datetime | None = None
    ends_by: datetime | None = None
    triggered_at: datetime | None = None


def asked_after(order: Order, terms: Terms) -> Terms | None:
    """What is asked of an order whose terms were changed to `terms`."""
    if order.asked is None or order.status is OrderStatus.HELD:
        return order.asked and terms
    asked = order.asked
    if asked.order_type is not terms.order_type:
        return asked
    return replace(terms, time_in_force=asked.time_in_force, expires_at=asked.expires_at)
