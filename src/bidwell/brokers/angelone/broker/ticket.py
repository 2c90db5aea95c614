"""An order of ours as Angel One takes it: text throughout."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bidwell.brokers.angelone.symbols import Handle
from bidwell.brokers.transport.indian import Product
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms

TYPES = {OrderType.MARKET: "MARKET", OrderType.LIMIT: "LIMIT", OrderType.STOP: "STOPLOSS_MARKET",
         OrderType.STOP_LIMIT: "STOPLOSS_LIMIT"}  # fmt: skip
MARGIN_TYPES = TYPES
"""Unconfirmed: a question about margin names types of orders as an order does."""
NORMAL, STOPLOSS = "NORMAL", "STOPLOSS"

MODIFIED_QUANTITY_IS_TOTAL = True
"""Unconfirmed: the quantity of a change counts what is filled already."""

_CASH = frozenset({"NSE", "BSE"})


def variety_of(terms: Terms) -> str:
    """Under which variety an order goes; a change or cancel has to name the same."""
    return STOPLOSS if terms.order_type in {OrderType.STOP, OrderType.STOP_LIMIT} else NORMAL


def product_of(exchange: str, wanted: Product) -> str:
    """The product type under which a new position is opened."""
    if wanted is Product.INTRADAY:
        return "INTRADAY"
    return "DELIVERY" if exchange in _CASH else "CARRYFORWARD"


def product_for(order: Order, exchange: str, wanted: Product, held: Mapping[str, Decimal]) -> str:
    """The product type for an order; what closes a position goes under the position's own, or it would open another.

    `held` are signed quantities by product type as the newest report has them.
    """
    usual = product_of(exchange, wanted)
    closing = {name: -quantity * order.side.sign for name, quantity in held.items()}
    fitting = [name for name, free in closing.items() if free >= order.quantity]
    if not fitting or closing.get(usual, ZERO) > 0:
        return usual
    return max(fitting, key=lambda name: closing[name])


def ticket_of(order: Order, handle: Handle, product: str) -> dict[str, str]:
    """The body of placeOrder."""
    return {
        "variety": variety_of(order.terms), "tradingsymbol": handle.symbol, "symboltoken": handle.token,
        "transactiontype": "BUY" if order.side is Side.BUY else "SELL", "exchange": handle.exchange,
        **_terms(order.terms), "producttype": product, "quantity": f"{order.quantity:f}", "squareoff": "0",
        "stoploss": "0", "ordertag": order.client_order_id,
    }  # fmt: skip


def changes_of(
    order: Order, order_id: str, variety: str, product: str, handle: Handle, quantity: Decimal, terms: Terms
) -> dict[str, str]:
    """The body of modifyOrder."""
    asked = quantity if MODIFIED_QUANTITY_IS_TOTAL else quantity - order.filled_quantity
    return {
        "variety": variety, "orderid": order_id, **_terms(terms), "producttype": product, "quantity": f"{asked:f}",
        "tradingsymbol": handle.symbol, "symboltoken": handle.token, "exchange": handle.exchange,
    }  # fmt: skip


def question_of(order: Order, handle: Handle, product: str) -> dict[str, object]:
    """One of the positions of margin/v1/batch.

    Unconfirmed: its names are those of Angel One's announcement, where figures are numbers and 0 stands for no price.
    """
    return {
        "exchange": handle.exchange, "qty": order.quantity, "price": order.terms.limit_price or ZERO,
        "productType": product, "token": handle.token, "tradeType": "BUY" if order.side is Side.BUY else "SELL",
        "orderType": MARGIN_TYPES[order.terms.order_type],
    }  # fmt: skip


def _terms(terms: Terms) -> dict[str, str]:
    found = {"ordertype": TYPES[terms.order_type], "duration": terms.time_in_force.value,
             "price": f"{terms.limit_price or ZERO:f}"}  # fmt: skip
    if terms.stop_price is not None:
        found["triggerprice"] = f"{terms.stop_price:f}"
    return found
