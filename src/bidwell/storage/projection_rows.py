"""What the projections' tables hold of an order, a fill and a ledger posting."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bidwell.model.fill import Fill
from bidwell.model.order import Order
from bidwell.portfolio.ledger import LedgerEntry

Value = str | int | bool | Decimal | datetime | None

_ORDER_COLUMNS = (
    "workspace_id", "client_order_id", "account", "instrument", "intent_id", "strategy", "leg", "entry", "side",
    "order_type", "time_in_force", "quantity", "limit_price", "stop_price", "trail_amount", "trail_percent",
    "order_expires_at", "status", "pending", "filled_quantity", "average_price", "broker_order_id", "external",
    "reduces", "reason", "created_at", "updated_at", "seq",
)  # fmt: skip
_ORDER_KEY = ("workspace_id", "client_order_id")
_FILL_COLUMNS = (
    "workspace_id", "account", "client_order_id", "execution_id", "instrument", "side", "quantity", "price", "fee",
    "fee_currency", "occurred_at", "received_at", "seq",
)  # fmt: skip
_LEDGER_COLUMNS = (
    "workspace_id", "seq", "line", "account", "posting", "currency", "amount", "reason", "occurred_at",
)  # fmt: skip


def _insert(table: str, columns: tuple[str, ...], conflict: str) -> str:
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) {conflict}"  # noqa: S608 (names of ours)


UPSERT_ORDER = _insert(
    "orders", _ORDER_COLUMNS,
    f"ON CONFLICT ({', '.join(_ORDER_KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _ORDER_COLUMNS if name not in _ORDER_KEY)
    + " WHERE orders.seq <= excluded.seq",
)  # fmt: skip
INSERT_FILL = _insert("fills", _FILL_COLUMNS, "ON CONFLICT DO NOTHING")
# An execution booked from a total may get its name later: the row under the makeshift name goes.
FORGET_FILLS = """
    DELETE FROM fills
    WHERE workspace_id = %s AND client_order_id = ANY(%s) AND NOT EXISTS (
        SELECT FROM unnest(%s::text[], %s::text[]) AS known (client_order_id, execution_id)
        WHERE known.client_order_id = fills.client_order_id AND known.execution_id = fills.execution_id
    )
"""
INSERT_POSTING = _insert("ledger_entries", _LEDGER_COLUMNS, "ON CONFLICT DO NOTHING")


def order_row(workspace: str, order: Order, updated_at: datetime, seq: int) -> tuple[Value, ...]:
    """An order as it stands after the event `seq`."""
    terms = order.terms
    return (
        workspace, order.client_order_id, order.account, order.instrument, order.intent, order.strategy, order.leg,
        order.entry, order.side.value, terms.order_type.value, terms.time_in_force.value, order.quantity,
        terms.limit_price, terms.stop_price, terms.trail_amount, terms.trail_percent, terms.expires_at,
        order.status.value, order.pending.value, order.filled_quantity, order.average_price,
        order.broker_order_ids[-1] if order.broker_order_ids else None, order.external, order.reduces, order.reason,
        order.created_at, updated_at, seq,
    )  # fmt: skip


def fill_row(workspace: str, fill: Fill, seq: int) -> tuple[Value, ...]:
    """An execution, first booked by the event `seq`."""
    return (
        workspace, fill.account, fill.client_order_id, fill.execution_id, fill.instrument, fill.side.value,
        fill.quantity, fill.price, fill.fee, fill.fee_currency, fill.occurred_at, fill.received_at, seq,
    )  # fmt: skip


def posting_rows(
    workspace: str, account: str, entry: LedgerEntry, seq: int, first_line: int
) -> list[tuple[Value, ...]]:
    """The postings of one ledger entry, which sum to zero in each currency."""
    return [
        (
            workspace, seq, first_line + line, account, posting.account_name.value, posting.currency,
            posting.amount, entry.memo, entry.at,
        )
        for line, posting in enumerate(entry.postings)
    ]  # fmt: skip
