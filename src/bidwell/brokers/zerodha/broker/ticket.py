"""An order of ours as Kite takes it: a form."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bidwell.brokers.transport.indian import Product
from bidwell.brokers.zerodha.symbols import Row
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms

TYPES = {OrderType.MARKET: "MARKET", OrderType.LIMIT: "LIMIT", OrderType.STOP: "SL-M", OrderType.STOP_LIMIT: "SL"}

MARKET_PROTECTION = "-1"
"""Unconfirmed where it is needed: the exchanges want a bound on orders without a limit; -1 lets Zerodha choose it."""

MODIFIED_QUANTITY_IS_TOTAL = True
"""Unconfirmed: the quantity of a change counts what is filled already."""

_CARRIED = {"EQ": "CNC"}


def product_of(row: Row, wanted: Product) -> str:
    """The product under which a new position is opened."""
    return "MIS" if wanted is Product.INTRADAY else _CARRIED.get(row.type, "NRML")


def product_for(order: Order, row: Row, wanted: Product, held: Mapping[str, Decimal]) -> str:
    """The product for an order; what closes a position goes under the position's own, or it would open another.

    `held` are signed quantities by product as the newest report has them.
    """
    usual = product_of(row, wanted)
    closing = {name: -quantity * order.side.sign for name, quantity in held.items()}
    fitting = [name for name, free in closing.items() if free >= order.quantity]
    if not fitting or usual in fitting or closing.get(usual, ZERO) > 0:
        return usual
    return max(fitting, key=lambda name: closing[name])


def ticket_of(order: Order, row: Row, product: str) -> dict[str, str]:
    """The form of POST /orders/regular."""
    return {
        "exchange": row.exchange,
        "tradingsymbol": row.symbol,
        "transaction_type": "BUY" if order.side is Side.BUY else "SELL",
        "quantity": f"{order.quantity:f}",
        "product": product,
        **_terms(order.terms),
        "tag": order.client_order_id,
    }


def changes_of(order: Order, quantity: Decimal, terms: Terms) -> dict[str, str]:
    """The form of PUT /orders/{variety}/{order_id}."""
    asked = quantity if MODIFIED_QUANTITY_IS_TOTAL else quantity - order.filled_quantity
    return {"quantity": f"{asked:f}", **_terms(terms)}


def question_of(order: Order, row: Row, product: str) -> dict[str, object]:
    """One order of POST /margins/orders and /margins/basket, where figures are numbers and 0 stands for no price."""
    return {
        "exchange": row.exchange,
        "tradingsymbol": row.symbol,
        "transaction_type": "BUY" if order.side is Side.BUY else "SELL",
        "variety": "regular",
        "product": product,
        "order_type": TYPES[order.terms.order_type],
        "quantity": order.quantity,
        "price": order.terms.limit_price or ZERO,
        "trigger_price": order.terms.stop_price or ZERO,
    }


def _terms(terms: Terms) -> dict[str, str]:
    found = {"order_type": TYPES[terms.order_type], "validity": terms.time_in_force.value}
    for name, price in (("price", terms.limit_price), ("trigger_price", terms.stop_price)):
        if price is not None:
            found[name] = f"{price:f}"
    if terms.limit_price is None:
        found["market_protection"] = MARKET_PROTECTION
    return found
