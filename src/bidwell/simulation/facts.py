"""What happened at the venue: the only way its state changes, and what its log holds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from bidwell.model.order import OrderStatus
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import AccountSpec, Execution, VenueOrder


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that happened."""


class AccountOpened(Fact, frozen=True, gc=False, tag=1):
    """An account exists."""

    spec: AccountSpec


class CashMoved(Fact, frozen=True, gc=False, tag=2):
    """Cash came or went outside of trading."""

    account: str
    currency: str
    amount: Decimal


class Seen(Fact, frozen=True, gc=False, tag=3):
    """A submission under this id arrived which did not, or not yet, make an order."""

    account: str
    client_order_id: str


class Placed(Fact, frozen=True, gc=False, tag=4):
    """An order is on the book. The struct inside is never changed: the state keeps a copy."""

    order: VenueOrder


class Declined(Fact, frozen=True, gc=False, tag=5):
    """An order was refused; it is kept so that its id stays taken."""

    order: VenueOrder


class Traded(Fact, frozen=True, gc=False, tag=6):
    """A fill; `moved` is the cash that it moved in `currency`, without its fee."""

    account: str
    broker_order_id: str
    execution: Execution
    moved: Decimal
    currency: str
    wall: datetime


class Closed(Fact, frozen=True, gc=False, tag=7):
    """An order left the book with a rest unfilled."""

    account: str
    broker_order_id: str
    status: OrderStatus
    code: str
    reason: str
    wall: datetime


class Amended(Fact, frozen=True, gc=False, tag=8):
    """An order works on new terms, under a new id where `new_id` says one."""

    account: str
    broker_order_id: str
    new_id: str
    quantity: Decimal
    time_in_force: TimeInForce
    limit_price: Decimal | None
    stop_price: Decimal | None
    trail_amount: Decimal | None
    trail_percent: Decimal | None
    expires_at: datetime | None
    ends_at: datetime | None
    opening: Decimal
    margin: Decimal
    wall: datetime


class Triggered(Fact, frozen=True, gc=False, tag=9):
    """A stop was reached."""

    account: str
    broker_order_id: str


class Trailed(Fact, frozen=True, gc=False, tag=10):
    """A trailing stop saw a better price."""

    account: str
    broker_order_id: str
    best: Decimal


AnyFact = AccountOpened | CashMoved | Seen | Placed | Declined | Traded | Closed | Amended | Triggered | Trailed
