"""How a bar is walked: from its open to the nearer extreme, then to the other, then to its close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.terms import Side
from bidwell.simulation.matching import LIMITED, STOPS, stop_level
from bidwell.simulation.orders import VenueOrder


def path(bar: Bar) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The four prices in the order in which they are passed; equally near, the low comes first."""
    low_first = bar.open - bar.low <= bar.high - bar.open
    middle = (bar.low, bar.high) if low_first else (bar.high, bar.low)
    return (bar.open, *middle, bar.close)


def point(bar: Bar, price: Decimal) -> Quote:
    """The market at one price of the bar: no spread, and the bar's volume to fill against."""
    at = bar.start + timedelta(seconds=bar.seconds)
    quote = Quote(bar.instrument, price, price, price, bar.volume, bar.volume, at, at, bar.volume)
    return quote if price != bar.open else replace(quote, occurred_at=bar.start, received_at=bar.start)


def level(order: VenueOrder, instrument: Instrument) -> Decimal | None:
    """The price at which an order stirs next: a stop's level until it is set off, then its limit."""
    if order.order_type in STOPS and not order.triggered:
        return stop_level(order, instrument)
    return order.limit_price if order.order_type in LIMITED else None


def next_reached(
    orders: Iterable[VenueOrder], instrument: Instrument, here: Decimal, there: Decimal
) -> tuple[VenueOrder, Decimal] | None:
    """The order that a move from `here` to `there` stirs first, and where; stops before limits at one price.

    Only orders that the move runs toward are stirred: falling prices meet buy limits and sell stops, rising
    ones sell limits and buy stops.
    """
    falling = there < here
    best: tuple[Decimal, bool, int] | None = None
    found: tuple[VenueOrder, Decimal] | None = None
    for order in orders:
        stop = order.order_type in STOPS and not order.triggered
        met_falling = (order.side is Side.SELL) if stop else (order.side is Side.BUY)
        price = level(order, instrument)
        if price is None or met_falling is not falling or not min(here, there) <= price <= max(here, there):
            continue
        rank = (abs(price - here), not stop, order.number)
        if best is None or rank < best:
            best, found = rank, (order, price)
    return found
