"""An order of ours as Fyers takes it."""

from __future__ import annotations

from decimal import Decimal

from bidwell.brokers.fyers.symbols import Row
from bidwell.brokers.transport.indian import Product
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms

TYPES = {OrderType.LIMIT: 1, OrderType.MARKET: 2, OrderType.STOP: 3, OrderType.STOP_LIMIT: 4}
SIDES = {Side.BUY: 1, Side.SELL: -1}
_SHARES = frozenset({"1010", "1210"})


def product_of(row: Row, product: Product) -> str:
    """What Fyers calls the product: contracts are carried on as MARGIN, shares as CNC."""
    if product is Product.INTRADAY:
        return "INTRADAY"
    return "CNC" if row.segment in _SHARES else "MARGIN"


def ticket_of(order: Order, row: Row, product: Product) -> dict[str, object]:
    """The body of an order; figures go as numbers, digit for digit."""
    return {
        "symbol": row.symbol,
        "side": SIDES[order.side],
        "productType": product_of(row, product),
        "validity": order.terms.time_in_force.value,
        "disclosedQty": 0,
        "offlineOrder": False,
        "stopLoss": 0,
        "takeProfit": 0,
        "orderTag": order.client_order_id,
        **changes_of(order.quantity, order.terms),
    }


def changes_of(quantity: Decimal, terms: Terms) -> dict[str, object]:
    """What a change of an order may say; `quantity` is the new total."""
    return {
        "qty": quantity,
        "type": TYPES[terms.order_type],
        "limitPrice": terms.limit_price or ZERO,
        "stopPrice": terms.stop_price or ZERO,
    }
