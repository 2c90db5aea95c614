"""Fills put together from orders."""

from __future__ import annotations

from bidwell.engine.desk import Desk
from bidwell.model.fill import Fill
from bidwell.model.order import Order
from bidwell.server.fills import schemas


def newest_first(desk: Desk, account: str | None) -> list[tuple[Order, Fill]]:
    """Every fill with its order, the newest first."""
    found = [
        (order, fill)
        for order in desk.state.orders.values()
        if order.fills and (account is None or order.account == account)
        for fill in order.fills
    ]
    found.sort(key=lambda pair: (pair[1].received_at, pair[1].execution_id), reverse=True)
    return found


def key_of(pair: tuple[Order, Fill]) -> str:
    """What makes a fill one: account, order and execution id."""
    _, fill = pair
    return f"{fill.account}|{fill.client_order_id}|{fill.execution_id}"


def view(desk: Desk, order: Order, fill: Fill) -> schemas.Fill:
    """One fill."""
    account, instrument = desk.state.accounts.get(fill.account), desk.state.instruments.get(fill.instrument)
    return schemas.Fill(
        execution_id=fill.execution_id, client_order_id=fill.client_order_id, account=fill.account,
        account_name=account.name if account else fill.account, instrument=fill.instrument,
        symbol=instrument.symbol if instrument else fill.instrument, side=fill.side, quantity=fill.quantity,
        price=fill.price, fee=fill.fee, fee_currency=fill.fee_currency, occurred_at=fill.occurred_at,
        received_at=fill.received_at, strategy=order.strategy, intent=order.intent,
    )  # fmt: skip
