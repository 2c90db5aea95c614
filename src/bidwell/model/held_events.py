"""Events of orders that the desk holds or changes because their broker lacks what they ask for.

They belong to `events.KINDS` like every other kind, from the moment this module is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bidwell.model.events import KINDS, Event, OrderEvent, Reservation
from bidwell.model.terms import Terms


@dataclass(frozen=True, slots=True)
class Seen:
    """The price at which something was set off: `quoted_at` and `at` are the wall clock's."""

    price: Decimal
    level: Decimal
    quoted_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderHeld(OrderEvent):
    """The desk keeps an approved order and watches for it; it ends at `until` by the market clock (None: by no time).

    `ends_by` is the wall clock's time for that, which counts while nobody knows the market clock.
    """

    until: datetime | None = None
    ends_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderTriggered(OrderEvent):
    """What was waited for came, and the gate passed it: the order leaves on `terms` over `quantity`.

    `seen` is the price that set it off, None where no price did: an exit that the broker takes over once its entry
    is closed, or an order whose broker lacks only its time in force. That one ends at `until` by the market clock
    (None: at what was asked of it), `ends_by` being the wall clock's time for it.
    """

    quantity: Decimal
    terms: Terms
    reservation: Reservation
    seen: Seen | None = None
    reason: str = ""
    ends_by: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrailMoved(OrderEvent):
    """The best price that a trailing stop at the desk is measured from."""

    best: Decimal


HELD_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (OrderHeld, OrderTriggered, TrailMoved)}
KINDS.update(HELD_KINDS)
