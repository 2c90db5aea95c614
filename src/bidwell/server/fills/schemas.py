"""Executions."""

from __future__ import annotations

from bidwell.model.terms import Side
from bidwell.server.fields import Instant, Number, Page, View


class Fill(View):
    """One execution; `occurred_at` is the venue's market clock."""

    execution_id: str
    client_order_id: str
    account: str
    account_name: str
    instrument: str
    symbol: str
    side: Side
    quantity: Number
    price: Number
    fee: Number
    fee_currency: str
    occurred_at: Instant
    received_at: Instant
    strategy: str | None
    intent: str | None


class FillPage(Page[Fill]):
    """Executions, newest first."""
