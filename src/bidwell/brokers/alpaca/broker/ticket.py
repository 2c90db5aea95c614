"""An order of ours as Alpaca takes it."""

from __future__ import annotations

from bidwell.model.order import Order
from bidwell.model.terms import OrderType

TYPES = {
    OrderType.MARKET: "market", OrderType.LIMIT: "limit", OrderType.STOP: "stop", OrderType.STOP_LIMIT: "stop_limit",
    OrderType.TRAILING_STOP: "trailing_stop",
}  # fmt: skip


def ticket_of(order: Order, symbol: str) -> dict[str, object]:
    """The body of POST /v2/orders; figures are text, so that they stay exact."""
    terms = order.terms
    figures = {
        "qty": order.quantity, "limit_price": terms.limit_price, "stop_price": terms.stop_price,
        "trail_price": terms.trail_amount, "trail_percent": terms.trail_percent,
    }  # fmt: skip
    return {
        "symbol": symbol,
        "side": order.side.lower(),
        "type": TYPES[terms.order_type],
        "time_in_force": terms.time_in_force.lower(),
        "client_order_id": order.client_order_id,
        **{name: f"{value:f}" for name, value in figures.items() if value is not None},
    }
