"""A price may not reach further through the market than the collar."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bidwell.model.events import Check
from bidwell.model.instrument import Rounding
from bidwell.model.terms import OrderType, Side
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, grouped, passed, percent, suggestion, text
from bidwell.risk.rules.stale_data import is_stale
from bidwell.risk.view import Proposal

RULE: Final = "price_collar"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny a limit price past the touch (or past its own stop price) by more than the collar.

    A market order that adds is denied where the touch itself is that far from the middle of the market. A
    price on the passive side is free. Reducing orders are held to it too, but not on stale prices, and never
    when they are market orders.
    """
    collar, terms = proposal.view.limits.price_collar, proposal.order.terms
    if collar is None or terms.order_type in {OrderType.STOP, OrderType.TRAILING_STOP}:
        return _PASSED
    if (terms.order_type is OrderType.MARKET or is_stale(proposal)) and reduces(proposal):
        return _EXEMPT
    if terms.limit_price is None:
        return _spread(proposal, collar)
    reference = terms.stop_price or _touch(proposal)
    if reference is None:
        return _EXEMPT if reduces(proposal) else _no_reference(proposal, collar)
    return _limit(proposal, collar, reference, terms.limit_price)


def _limit(proposal: Proposal, collar: Decimal, reference: Decimal, price: Decimal) -> Check:
    instrument, buy = proposal.instrument, proposal.order.side is Side.BUY
    bound = reference * (1 + collar if buy else 1 - collar)
    if price <= bound if buy else price >= bound:
        return Check(RULE, passed=True, limit=text(bound), current=text(price), unit=instrument.currency)
    would = instrument.round_price(bound, Rounding.DOWN if buy else Rounding.UP)
    beyond = percent(abs(price / reference - 1))
    message = (
        f"Limit {grouped(price)} is {beyond} {'above' if buy else 'below'} its reference of {grouped(reference)} "
        f"{instrument.currency}, and the price collar is {percent(collar)}; {grouped(would)} would pass."
    )
    return Check(
        RULE, passed=False, limit=text(bound), current=text(price), would_pass=text(would),
        unit=instrument.currency, message=message,
    )  # fmt: skip


def _spread(proposal: Proposal, collar: Decimal) -> Check:
    quote, touch = proposal.market.quote, _touch(proposal)
    if quote is None or touch is None:
        return _no_reference(proposal, collar)
    away = abs(touch / quote.mid - 1)
    if away <= collar:
        return Check(RULE, passed=True, limit=text(collar), current=text(away), unit="fraction")
    room = exits_only(proposal)
    message = (
        f"The touch at {grouped(touch)} is {percent(away)} from the middle of the market, and the price collar is "
        f"{percent(collar)}; {suggestion(proposal, room)}, or a limit order."
    )
    return Check(
        RULE, passed=False, limit=text(collar), current=text(away), would_pass=text(room), unit="fraction",
        message=message,
    )  # fmt: skip


def _no_reference(proposal: Proposal, collar: Decimal) -> Check:
    room = exits_only(proposal)
    message = (
        f"The price collar is {percent(collar)} and {proposal.instrument.symbol} has no quote to measure it from; "
        f"{suggestion(proposal, room)}."
    )
    return Check(
        RULE, passed=False, limit=text(collar), current="", would_pass=text(room), unit="fraction", message=message
    )


def _touch(proposal: Proposal) -> Decimal | None:
    quote = proposal.market.quote
    if quote is None:
        return None
    price = quote.ask if proposal.order.side is Side.BUY else quote.bid
    return price if price > 0 else None
