"""An order of the desk as the body of TopstepX's call."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from bidwell.brokers.topstepx import parse
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms

Body: TypeAlias = dict[str, object]

TYPES = {OrderType.MARKET: parse.MARKET, OrderType.LIMIT: parse.LIMIT, OrderType.STOP: parse.STOP}
"""What can be placed. A stop-limit is not documented for placing, and a trailing stop is placed by the level where it
stands and read by its distance, so that no distance could be asked for exactly."""

_SIDES = {side: number for number, side in parse.SIDES.items()}


def ticket_of(order: Order, account: int, contract: str) -> Body:
    """The body of Order/place; prices stay exact until they are written."""
    body: Body = {
        "accountId": account, "contractId": contract, "type": TYPES[order.terms.order_type],
        "side": _SIDES[order.side], "size": int(order.quantity), "customTag": order.client_order_id,
    }  # fmt: skip
    return body | _prices(order.terms)


def changes(account: int, order: int, size: Decimal, terms: Terms) -> Body:
    """The body of Order/modify."""
    return {"accountId": account, "orderId": order, "size": int(size)} | _prices(terms)


def _prices(terms: Terms) -> Body:
    prices = (("limitPrice", terms.limit_price), ("stopPrice", terms.stop_price))
    return {name: price for name, price in prices if price is not None}
