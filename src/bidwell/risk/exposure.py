"""What an order adds and what it only takes away, in the worst case of everything that is already open."""

from __future__ import annotations

from decimal import Decimal

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.view import AccountView, Proposal


def headroom(view: AccountView, side: Side) -> Decimal:
    """How much an order of this side may fill before it opens a position, once everything open on its side filled.

    Below zero it is the position that would then stand on the order's side already, with its sign turned.
    """
    if side is Side.BUY:
        held, ahead = -view.position, view.open_buy
    else:
        held, ahead = view.position, view.open_sell
    if held > 0:
        ahead += view.exits_taken
    return held - ahead


def exit_room(view: AccountView, side: Side) -> Decimal:
    """How much an order of this side may close: the position less what open orders already take of it."""
    room = headroom(view, side)
    return room if room > 0 else ZERO


def reduces(proposal: Proposal) -> bool:
    """Whether the order can do nothing but bring the position nearer to flat, whatever else fills."""
    order = proposal.order
    return order.quantity <= headroom(proposal.view, order.side)


def added_quantity(proposal: Proposal, quantity: Decimal) -> Decimal:
    """The part of a quantity on the order's side that may open or enlarge a position; zero for what only reduces."""
    room = headroom(proposal.view, proposal.order.side)
    if room <= 0:
        return quantity
    return quantity - room if quantity > room else ZERO
