"""An order of ours as the library takes it; what the exchange could not work to the letter is refused, not bent."""

from __future__ import annotations

from decimal import Decimal

from bidwell.brokers.ccxt_exchanges.client.calls import Ticket
from bidwell.brokers.ccxt_exchanges.config import Profile
from bidwell.brokers.ccxt_exchanges.config.profile import AMOUNT
from bidwell.brokers.transport import Unworkable
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce


def ticket_of(order: Order, symbol: str, profile: Profile, *, quantity: Decimal | None = None,
              terms: Terms | None = None) -> Ticket:  # fmt: skip
    """The call that places an order, or with `quantity` and `terms` the one that changes it; raises Unworkable."""
    wanted = terms or order.terms
    market = wanted.order_type in {OrderType.MARKET, OrderType.STOP}
    params: dict[str, object] = {} if terms is not None else {profile.submit: order.client_order_id}
    if wanted.stop_price is not None:
        params["triggerPrice"] = f"{wanted.stop_price:f}"
    # Good till canceled is what every exchange does with a limit that says nothing.
    if wanted.order_type.has_limit and wanted.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
        params["timeInForce"] = wanted.time_in_force.value
    if wanted.order_type is OrderType.MARKET and order.side is Side.BUY:
        amount = f"{quantity or order.quantity:f}"
        params |= {name: _with_amount(value, amount) for name, value in profile.market_buy.items()}
    price = None if wanted.limit_price is None else f"{wanted.limit_price:f}"
    return Ticket(symbol, "market" if market else "limit", order.side.lower(), f"{quantity or order.quantity:f}", price,
                  params)  # fmt: skip


def _with_amount(value: object, amount: str) -> object:
    if isinstance(value, dict):
        return {name: _with_amount(inner, amount) for name, inner in value.items()}
    return amount if value == AMOUNT else value


def check_exact(ticket: Ticket, rounded: tuple[str, str | None], price: str | None) -> None:
    """Raise Unworkable where the library would cut a figure to the pair's steps."""
    amount, there = rounded
    if Decimal(amount) != Decimal(ticket.amount):
        raise Unworkable(
            "quantity.step", f"{ticket.amount} is not on the steps of {ticket.symbol}: it would be {amount}"
        )
    if there is not None and price is not None and Decimal(there) != Decimal(price):
        raise Unworkable("price.tick", f"{price} is not on the steps of {ticket.symbol}: it would be {there}")
