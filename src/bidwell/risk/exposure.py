"""What an order adds and what it only takes away, in the worst case of everything that is already open."""

from __future__ import annotations

from decimal import Decimal

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.view import AccountView, Proposal


def exit_room(view: AccountView, side: Side) -> Decimal:
    """How much an order of this side may close: the position less what open orders already take of it."""
    room = view.headroom(side)
    return room if room > 0 else ZERO


def reduces(proposal: Proposal) -> bool:
    """Whether the order can do nothing but bring the position nearer to flat, whatever else fills."""
    return proposal.order.quantity <= proposal.headroom


def added_quantity(proposal: Proposal, quantity: Decimal) -> Decimal:
    """The part of a quantity on the order's side that may open or enlarge a position; zero for what only reduces."""
    room = proposal.headroom
    if room <= 0:
        return quantity
    return quantity - room if quantity > room else ZERO
