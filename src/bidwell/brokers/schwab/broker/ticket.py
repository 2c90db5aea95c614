"""An order of ours as Schwab takes it: JSON with prices as text."""

from __future__ import annotations

from decimal import Decimal

from bidwell.brokers.schwab.symbols import is_option
from bidwell.brokers.transport import Unworkable
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

TYPES = {
    OrderType.MARKET: "MARKET", OrderType.LIMIT: "LIMIT", OrderType.STOP: "STOP", OrderType.STOP_LIMIT: "STOP_LIMIT",
    OrderType.TRAILING_STOP: "TRAILING_STOP",
}  # fmt: skip
FORCES = {
    TimeInForce.DAY: "DAY", TimeInForce.GTC: "GOOD_TILL_CANCEL", TimeInForce.FOK: "FILL_OR_KILL",
    TimeInForce.IOC: "IMMEDIATE_OR_CANCEL",
}  # fmt: skip
SESSION = "NORMAL"
TRAIL_BASIS = "LAST"
"""Unconfirmed for each kind of instrument: which price a trailing stop follows."""
CENTS, FRACTIONS = 2, 4
"""How many decimals a price may have from a dollar on, and below."""

_OPENING = {(Side.BUY, False): "BUY", (Side.SELL, False): "SELL_SHORT", (Side.BUY, True): "BUY_TO_OPEN",
            (Side.SELL, True): "SELL_TO_OPEN"}  # fmt: skip
_CLOSING = {(Side.BUY, False): "BUY_TO_COVER", (Side.SELL, False): "SELL", (Side.BUY, True): "BUY_TO_CLOSE",
            (Side.SELL, True): "SELL_TO_CLOSE"}  # fmt: skip


def ticket_of(side: Side, quantity: Decimal, terms: Terms, symbol: str, held: Decimal) -> dict[str, object]:
    """The body of an order; `held` is the signed quantity that is held now.

    Raises Unworkable where Schwab would want two orders, fractions of a share, or more decimals than it takes.
    """
    if quantity % 1:
        raise Unworkable("quantity.whole", "Schwab's interface takes whole shares and contracts only")
    option = is_option(symbol)
    instrument = {"symbol": symbol, "assetType": "OPTION" if option else "EQUITY"}
    leg = {"instruction": _instruction(side, quantity, held, option=option), "quantity": int(quantity),
           "instrument": instrument}  # fmt: skip
    return {
        "session": SESSION,
        "duration": FORCES[terms.time_in_force],
        "orderType": TYPES[terms.order_type],
        "orderStrategyType": "SINGLE",
        **_prices(terms),
        "orderLegCollection": [leg],
    }


def _instruction(side: Side, quantity: Decimal, held: Decimal, *, option: bool) -> str:
    """Whether an order opens or closes, which Schwab wants to be told."""
    against = -held * side.sign
    if against <= 0:
        return _OPENING[side, option]
    if quantity > against:
        raise Unworkable("position.crosses", f"{against:f} are held the other way: Schwab closes those with one order and "
                         "opens the rest with another")  # fmt: skip
    return _CLOSING[side, option]


def _prices(terms: Terms) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, price in (("price", terms.limit_price), ("stopPrice", terms.stop_price)):
        if price is not None:
            found[name] = price_text(price)
    if terms.order_type is OrderType.TRAILING_STOP:
        by_value = terms.trail_amount is not None
        offset = terms.trail_amount if by_value else terms.trail_percent
        found |= {"stopPriceLinkBasis": TRAIL_BASIS, "stopPriceLinkType": "VALUE" if by_value else "PERCENT",
                  "stopPriceOffset": f"{offset:f}"}  # fmt: skip
    return found


def price_text(price: Decimal) -> str:
    """A price as text, with two decimals from a dollar on and up to four below; never cut without a word."""
    places = CENTS if price >= 1 else FRACTIONS
    rounded = price.quantize(Decimal(1).scaleb(-places))
    if rounded != price:
        raise Unworkable("price.decimals", f"Schwab takes {places} decimals in a price like {price:f}")
    return f"{rounded:f}"
