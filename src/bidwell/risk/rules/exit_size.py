"""An exit closes at most what is there and not yet claimed by another exit."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.terms import Side
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exits_only, grouped, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "exit_size"

_PASSED: Final = passed(RULE)


def check(proposal: Proposal) -> Check:
    """Deny an order marked as reducing that is larger than the room for exits, so that two exits cannot flip.

    Exits attached to an entry may not be larger than it, nor on its side.
    """
    order, symbol = proposal.order, proposal.instrument.symbol
    for leg in proposal.attached:
        if leg.quantity > order.quantity or leg.side is order.side:
            would = order.quantity if leg.side is not order.side else order.quantity * 0
            message = (
                f"An exit of {grouped(leg.quantity)} {symbol} cannot be attached to an entry of "
                f"{grouped(order.quantity)} {symbol}: it must be on the other side and no larger."
            )
            return Check(
                RULE, passed=False, limit=text(order.quantity), current=text(leg.quantity), would_pass=text(would),
                unit=symbol, message=message,
            )  # fmt: skip
    if not order.reduces:
        return _PASSED
    room = exits_only(proposal)
    if reduces(proposal):
        return Check(RULE, passed=True, limit=text(room), current=text(order.quantity), unit=symbol)
    view = proposal.view
    taken = view.exits_taken + (view.open_buy if order.side is Side.BUY else view.open_sell)
    message = (
        f"At most {grouped(room)} {symbol} can be closed (position {grouped(view.position)}, of which open orders "
        f"take {grouped(taken)}); this order is {grouped(order.quantity)} {symbol}; "
        f"{suggestion(proposal, room)}."
    )
    return Check(
        RULE, passed=False, limit=text(room), current=text(order.quantity), would_pass=text(room), unit=symbol,
        message=message,
    )  # fmt: skip
