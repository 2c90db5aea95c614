"""An order is valid for tick, lot and smallest notional, or it does not leave."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bidwell.model.events import Check
from bidwell.model.instrument import Rounding
from bidwell.model.money import LARGEST, MOST_DIGITS, bearable
from bidwell.model.order import Order
from bidwell.model.terms import Side
from bidwell.risk.figures import NOTHING, grouped, money, passed, step, suggestion, text
from bidwell.risk.reservation import expected_price
from bidwell.risk.view import Proposal

RULE: Final = "tick_lot"

_PASSED: Final = passed(RULE)


def reckonable(quantity: Decimal) -> bool:
    """Whether rules can reckon with a quantity at all: finite, above zero and of a bearable length."""
    return bearable(quantity) and quantity > 0


def check(proposal: Proposal) -> Check:
    """Deny an untradable instrument, and a quantity or a price that the venue would not take.

    Holds for reducing orders too. Of prices it names the nearest that carries no more risk; below the
    smallest notional it names the smallest quantity that reaches it.
    """
    instrument, order = proposal.instrument, proposal.order
    if not instrument.tradable:
        return _deny("tradable", "not tradable", NOTHING, "", f"{instrument.symbol} can be watched but not traded.")
    if not reckonable(order.quantity):
        return _unreckonable(order.quantity)
    if order.quantity % step(proposal):
        return _off_lot(proposal)
    for leg in (order, *proposal.attached):
        off = _off_tick(proposal, leg)
        if off is not None:
            return off
    return _too_small(proposal) or _PASSED


def _unreckonable(quantity: Decimal) -> Check:
    message = f"A quantity must be a number above zero of at most {MOST_DIGITS} digits and at most {LARGEST:,f}."
    return _deny(text(LARGEST), str(quantity), NOTHING, "", message)


def _off_lot(proposal: Proposal) -> Check:
    grid, quantity = step(proposal), proposal.order.quantity
    would = proposal.instrument.round_quantity(quantity, grid)
    symbol = proposal.instrument.symbol
    message = (
        f"{symbol} is ordered in steps of {grouped(grid)}, not {grouped(quantity)}; {suggestion(proposal, would)}."
    )
    return _deny(text(grid), text(quantity), text(would), symbol, message)


def _off_tick(proposal: Proposal, leg: Order) -> Check | None:
    instrument, terms = proposal.instrument, leg.terms
    for price in (terms.limit_price, terms.stop_price, terms.trail_amount):
        if price is None or instrument.on_tick(price):
            continue
        rounding = Rounding.DOWN if leg.side is Side.BUY else Rounding.UP
        would = max(instrument.round_price(price, rounding), instrument.tick_size)
        message = (
            f"{instrument.symbol} is priced in steps of {grouped(instrument.tick_size)} {instrument.currency}, "
            f"not {grouped(price)}; {grouped(would)} would pass."
        )
        return _deny(text(instrument.tick_size), text(price), text(would), instrument.currency, message)
    return None


def _too_small(proposal: Proposal) -> Check | None:
    instrument, quantity = proposal.instrument, proposal.order.quantity
    if not instrument.min_notional:
        return None
    price = expected_price(proposal)
    if price is None or instrument.notional(quantity, price) >= instrument.min_notional:
        return None
    grid, currency = step(proposal), instrument.currency
    would = instrument.min_notional // (price * instrument.multiplier * grid) * grid
    while instrument.notional(would, price) < instrument.min_notional:
        would += grid
    current = instrument.notional(quantity, price)
    message = (
        f"The smallest order in {instrument.symbol} is {money(instrument.min_notional, currency)}; "
        f"this order is {money(current, currency)}; {suggestion(proposal, would)}."
    )
    return _deny(text(instrument.min_notional), text(current), text(would), currency, message)


def _deny(limit: str, current: str, would_pass: str, unit: str, message: str) -> Check:
    return Check(RULE, passed=False, limit=limit, current=current, would_pass=would_pass, unit=unit, message=message)
