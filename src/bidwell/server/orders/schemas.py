"""Orders and what a person may do to them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidwell.model.order import OrderStatus, Pending
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.server.fields import Body, Identifier, Instant, Note, Number, Page, View, Whole


class TermsView(View):
    """How an order is worked."""

    order_type: OrderType
    limit_price: Number | None = None
    stop_price: Number | None = None
    trail_amount: Number | None = None
    trail_percent: Number | None = None
    time_in_force: TimeInForce
    expires_at: Instant | None = None


class Check(View):
    """One rule's answer with its numbers, exact decimal texts in `unit`."""

    rule: str
    passed: bool
    limit: str = ""
    current: str = ""
    would_pass: str = ""
    unit: str = ""
    message: str = ""


class Order(View):
    """One order; `in_doubt` while bytes may have left and no answer is known.

    `asked` are the terms that were wanted, where the desk works them in the broker's stead and `terms` are those that
    are sent. `level` is the price that sets off what is HELD by the desk; that of a trailing stop moves.
    """

    client_order_id: str
    broker_order_id: str | None
    account: str
    account_name: str
    instrument: str
    symbol: str
    side: Side
    quantity: Number
    filled_quantity: Number
    leaves_quantity: Number
    average_price: Number | None
    terms: TermsView
    asked: TermsView | None = None
    level: Number | None = None
    status: OrderStatus
    pending: Pending
    intent: str | None
    strategy: str | None
    source: str
    leg: Whole
    entry: str | None
    external: bool
    in_doubt: bool
    reason: str
    created_at: Instant
    reservation_cash: Number | None


class OrderPage(Page[Order]):
    """Orders, newest first."""


class OrderDetail(Order):
    """One order with every rule's answer and its times, in milliseconds since its intent was received."""

    checks: list[Check]
    denial: Check | None
    sent_ms: Number | None
    ack_ms: Number | None
    filled_ms: Number | None
    slippage: Number | None = Field(description="paid above (or below) the reference, per unit; positive is worse")
    broker: str


class Replace(Body):
    """New terms for a working order; what is absent stays."""

    quantity: Annotated[Number, Field(gt=0)] | None = None
    limit_price: Annotated[Number, Field(gt=0)] | None = None
    stop_price: Annotated[Number, Field(gt=0)] | None = None
    trail_amount: Annotated[Number, Field(gt=0)] | None = None
    trail_percent: Annotated[Number, Field(gt=0)] | None = None


Reason = Annotated[
    Note, Field(min_length=3, description="why, in the journal for ever", examples=["seen at the broker"])
]


class Candidate(View):
    """One of the broker's orders that one in doubt may be; `external` is ours for it where it was adopted as EXTERNAL."""

    broker_order_id: str
    external: str | None
    side: Side
    quantity: Number
    filled_quantity: Number
    average_price: Number | None
    terms: TermsView
    status: OrderStatus
    created_at: Instant | None
    reason: str


class CandidateList(View):
    """An order in doubt with what it may be, oldest first."""

    order: Order
    items: list[Candidate]


class Identify(Body):
    """Which of the broker's orders one in doubt is, and how one knows."""

    broker_order_id: Annotated[str, Field(min_length=1, max_length=120)]
    reason: Reason


class ConfirmDead(Body):
    """How one knows that the broker never got an order."""

    reason: Reason


class CancelAll(Body):
    """Whose orders to cancel; everybody's when nothing is named."""

    account: Identifier | None = None
    group: Identifier | None = None


class Requested(View):
    """How many requests are on their way."""

    requested: Whole


class Accepted(View):
    """The request is on its way; its outcome comes by the stream."""

    id: str
