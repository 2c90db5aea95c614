"""When and at what price an order fills against a quote; pure rules, stated in docs/paper-venue.md."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from bidwell.model.instrument import Instrument, Rounding
from bidwell.model.market import Quote
from bidwell.model.terms import OrderType, Side
from bidwell.simulation.orders import VenueOrder

STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


class TriggerBy(StrEnum):
    """Which price sets a stop off: the touch that it would trade at, or the last price."""

    TOUCH = "touch"
    LAST = "last"


def touch(side: Side, quote: Quote) -> tuple[Decimal, Decimal]:
    """Price and quantity that an order of this side meets: the ask for BUY, the bid for SELL."""
    return (quote.ask, quote.ask_quantity) if side is Side.BUY else (quote.bid, quote.bid_quantity)


def stop_level(order: VenueOrder, instrument: Instrument) -> Decimal | None:
    """Where a stop is set off; None for a trailing stop that has seen no price yet.

    A trailing level off the tick grid is rounded away from the market, which never sets it off early.
    """
    if order.order_type is not OrderType.TRAILING_STOP:
        return order.stop_price
    if order.best is None:
        return None
    distance = order.trail_amount
    if distance is None:
        distance = order.best * (order.trail_percent or Decimal(0)) / 100
    raw = order.best + order.side.sign * distance
    return instrument.round_price(raw, Rounding.UP if order.side is Side.BUY else Rounding.DOWN)


def watched(order: VenueOrder, quote: Quote, by: TriggerBy) -> Decimal:
    """The price that a stop watches; zero where there is none."""
    if by is TriggerBy.LAST:
        return quote.last
    return quote.ask if order.side is Side.BUY else quote.bid


def improves(order: VenueOrder, price: Decimal) -> bool:
    """Whether a price moves a trailing stop's best: lower for BUY, higher for SELL."""
    if order.best is None:
        return True
    return price < order.best if order.side is Side.BUY else price > order.best


def reaches(side: Side, price: Decimal, level: Decimal) -> bool:
    """Whether a price sets off a stop at `level`."""
    return price >= level if side is Side.BUY else price <= level


def within_limit(side: Side, price: Decimal, limit: Decimal) -> bool:
    """Whether a price is as good as the limit or better."""
    return price <= limit if side is Side.BUY else price >= limit


def limit_fill_price(order: VenueOrder, price: Decimal, *, taking: bool) -> Decimal | None:
    """The price at which a limit fills when the touch is `price`, or None.

    An order that takes (on arrival, on being set off, at a session's first quote) gets the touch; one that
    rests gets its limit, however far the touch has gone through it.
    """
    limit = order.limit_price
    if limit is None or not within_limit(order.side, price, limit):
        return None
    return price if taking else limit
