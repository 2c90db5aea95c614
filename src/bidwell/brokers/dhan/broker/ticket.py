"""An order of ours as Dhan takes it."""

from __future__ import annotations

from decimal import Decimal

from bidwell.brokers.dhan.symbols import Key
from bidwell.brokers.transport import Unworkable
from bidwell.brokers.transport.indian import Product
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms

TYPES = {
    OrderType.MARKET: "MARKET", OrderType.LIMIT: "LIMIT", OrderType.STOP: "STOP_LOSS_MARKET",
    OrderType.STOP_LIMIT: "STOP_LOSS",
}  # fmt: skip
_SHARES = frozenset({"NSE_EQ", "BSE_EQ"})


def product_of(segment: str, product: Product) -> str:
    """What Dhan calls the product: contracts are carried on as MARGIN, shares as CNC."""
    if product is Product.INTRADAY:
        return "INTRADAY"
    return "CNC" if segment in _SHARES else "MARGIN"


def ticket_of(order: Order, key: Key, product: Product) -> dict[str, object]:
    """The body of POST /orders, without who we are; figures go as numbers, digit for digit."""
    segment, security_id = key
    return {
        "correlationId": order.client_order_id,
        "transactionType": order.side.value,
        "exchangeSegment": segment,
        "productType": product_of(segment, product),
        "securityId": security_id,
        "disclosedQuantity": 0,
        "afterMarketOrder": False,
        **changes_of(order.quantity, order.terms),
    }


def question_of(order: Order, key: Key, product: Product) -> dict[str, object]:
    """What an order is for Dhan's margin calculator, which reckons at a price; raises Unworkable for one without."""
    segment, security_id = key
    price = order.terms.limit_price or order.terms.stop_price
    if price is None:
        raise Unworkable("terms.price", "Dhan reckons margin at a price, and a market order names none: write a limit")
    return {
        "exchangeSegment": segment,
        "transactionType": order.side.value,
        "quantity": order.quantity,
        "productType": product_of(segment, product),
        "securityId": security_id,
        "price": price,
        "triggerPrice": order.terms.stop_price or ZERO,
    }


def changes_of(quantity: Decimal, terms: Terms) -> dict[str, object]:
    """What a change of an order may say; `quantity` is the new total."""
    return {
        "orderType": TYPES[terms.order_type],
        "validity": terms.time_in_force.value,
        "quantity": quantity,
        "price": terms.limit_price or ZERO,
        "triggerPrice": terms.stop_price or ZERO,
    }
