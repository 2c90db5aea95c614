"""An order of ours, and its changes, as Tradovate takes them; figures are exact numbers."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

IS_AUTOMATED = True
"""Exchange rules want every order that a machine may have sent marked; the desk sends a hand's and a strategy's alike."""

SIDES = {Side.BUY: "Buy", Side.SELL: "Sell"}
TYPES = {
    OrderType.MARKET: "Market",
    OrderType.LIMIT: "Limit",
    OrderType.STOP: "Stop",
    OrderType.STOP_LIMIT: "StopLimit",
}
FORCES = {TimeInForce.DAY: "Day", TimeInForce.GTC: "GTC", TimeInForce.GTD: "GTD", TimeInForce.IOC: "IOC",
          TimeInForce.FOK: "FOK"}  # fmt: skip


def ticket_of(order: Order, symbol: str, account: str, account_id: int) -> dict[str, object]:
    """The body of /order/placeorder; the same for the same order, as a penalty ticket wants it."""
    return {
        "accountSpec": account, "accountId": account_id, "clOrdId": str(order.client_order_id),
        "action": SIDES[order.side], "symbol": symbol, **_terms(order.quantity, order.terms),
        "isAutomated": IS_AUTOMATED,
    }  # fmt: skip


def change_of(order_id: int, quantity: Decimal, terms: Terms) -> dict[str, object]:
    """The body of /order/modifyorder: the whole new version."""
    return {"orderId": order_id, **_terms(quantity, terms), "isAutomated": IS_AUTOMATED}


def cancel_of(order_id: int) -> dict[str, object]:
    """The body of /order/cancelorder."""
    return {"orderId": order_id, "isAutomated": IS_AUTOMATED}


def _terms(quantity: Decimal, terms: Terms) -> dict[str, object]:
    said: dict[str, object] = {"orderQty": int(quantity), "orderType": TYPES[terms.order_type]}
    if terms.limit_price is not None:
        said["price"] = terms.limit_price
    if terms.stop_price is not None:
        said["stopPrice"] = terms.stop_price
    said["timeInForce"] = FORCES[terms.time_in_force]
    if terms.expires_at is not None:
        said["expireTime"] = terms.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return said
