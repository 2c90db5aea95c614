"""Reconciliation as the screen shows it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from bidwell.model.events import BreakType, Handling
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side
from bidwell.server.fields import Body, Identifier, Instant, Number, Page, View, Whole
from bidwell.server.orders.schemas import TermsView


class Standing(StrEnum):
    """How an account's book stands to its broker's."""

    AGREES = "agrees"
    DIFFERS = "differs"
    READING = "reading"
    FAILED = "failed"
    DISCONNECTED = "disconnected"
    OFF = "off"


class Difference(View):
    """One difference in words, with both sides' values and what was done about it."""

    type: BreakType
    title: str = Field(examples=["The position differs"])
    subject: str
    ours: str
    theirs: str
    repair: str = Field(examples=["booked as a correction"])
    handling: Handling
    handling_label: str


class OrderInDoubt(View):
    """An order whose answer was lost; `obstacle` says why nobody can resolve it yet, and is empty when one can."""

    client_order_id: str
    intent: str | None
    instrument: str
    symbol: str
    side: Side
    quantity: Number
    terms: TermsView
    status: OrderStatus
    sent_at: Instant
    reason: str
    obstacle: str


class AccountReconciliation(View):
    """One account: when it was last compared, when it will be again, and what differs or was repaired last.

    `passed_at` is the last full comparison of this process, `agreed_at` the last one that agreed by the broker's
    clock, `next_at` when the next one is due. `changed_at` is when the differences shown were found. `needs_person` counts
    the differences and the orders in doubt that only a person can settle.
    """

    account: str
    account_name: str
    broker: str
    standing: Standing
    detail: str
    passed_at: Instant | None
    agreed_at: Instant | None
    next_at: Instant | None
    changed_at: Instant | None
    needs_person: Whole
    waiting: Whole
    external_orders: Whole
    differences: list[Difference]
    in_doubt: list[OrderInDoubt]


class ReconciliationList(View):
    """Every account, those that need somebody first."""

    items: list[AccountReconciliation]
    agreeing: Whole
    accounts: Whole


class Pass(View):
    """A comparison that said something new; `clean` when nothing was left open."""

    seq: Whole
    at: Instant
    account: str
    account_name: str
    clean: bool
    differences: list[Difference]


class PassPage(Page[Pass]):
    """Comparisons, newest first."""


class Ask(Body):
    """Whose book to compare now; everybody's when nobody is named."""

    account: Identifier | None = None


class Asked(View):
    """How many accounts are being compared."""

    requested: Whole
