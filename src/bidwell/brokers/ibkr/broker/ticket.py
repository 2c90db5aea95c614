"""An order of ours as a Gateway takes it."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any

from bidwell.brokers.ibkr.client import library
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms, TimeInForce

OUTSIDE_HOURS = False
"""Orders fill in regular hours alone."""

TYPES = {
    OrderType.MARKET: "MKT", OrderType.LIMIT: "LMT", OrderType.STOP: "STP", OrderType.STOP_LIMIT: "STP LMT",
    OrderType.TRAILING_STOP: "TRAIL",
}  # fmt: skip
FORCES = {TimeInForce.DAY: "DAY", TimeInForce.GTC: "GTC", TimeInForce.GTD: "GTD", TimeInForce.IOC: "IOC",
          TimeInForce.FOK: "FOK"}  # fmt: skip


def ticket_of(order: Order, account: str, quantity: Decimal | None = None, terms: Terms | None = None) -> Any:  # noqa: ANN401 - the library's
    """The order, or what it is to become; figures are text, so that they stay exact.

    The desk's own id goes as `orderRef`, which comes back with the order and with each of its executions.
    """
    asked = terms or order.terms
    said: dict[str, object] = {
        "action": str(order.side), "totalQuantity": f"{quantity or order.quantity:f}", "orderType": TYPES[asked.order_type],
        "tif": FORCES[asked.time_in_force], "account": account, "orderRef": str(order.client_order_id), "transmit": True,
        "outsideRth": OUTSIDE_HOURS,
    }  # fmt: skip
    trail = asked.trail_amount if asked.trail_amount is not None else asked.stop_price
    for name, value in (("lmtPrice", asked.limit_price), ("auxPrice", trail), ("trailingPercent", asked.trail_percent)):
        if value is not None:
            said[name] = f"{value:f}"
    if asked.expires_at is not None:
        said["goodTillDate"] = asked.expires_at.astimezone(UTC).strftime("%Y%m%d-%H:%M:%S")
    return library.order(**said)
