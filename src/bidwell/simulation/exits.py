"""How orders of one group bind each other: exits wait for their entry, and one exit's fill reduces the others."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bidwell.model.money import ZERO
from bidwell.simulation.orders import Role, VenueOrder


def active_quantity(order: VenueOrder, members: Sequence[VenueOrder]) -> Decimal:
    """What an order may fill now: an exit no more than its entry has filled and the group's exits have not."""
    leaves = order.leaves
    if order.role is not Role.EXIT:
        return leaves
    entry = next((each for each in members if each.role is Role.ENTRY), None)
    if entry is None:
        return leaves
    gone = order.filled + _filled_by_exits(members)
    return min(leaves, max(entry.filled - gone, ZERO))


def after_exit_fill(members: Sequence[VenueOrder], quantity: Decimal) -> list[tuple[VenueOrder, Decimal]]:
    """The other open exits with the total quantity that is left to them."""
    return [(each, each.quantity - quantity) for each in members if each.role is Role.EXIT and each.is_open]


def after_entry_closed(entry: VenueOrder, members: Sequence[VenueOrder]) -> list[tuple[VenueOrder, Decimal]]:
    """The open exits with the total quantity that the entry's fills leave to each."""
    return _sized(entry.filled, members)


def after_entry_amended(
    before: Decimal, entry: VenueOrder, members: Sequence[VenueOrder]
) -> list[tuple[VenueOrder, Decimal]]:
    """The open exits that covered the entry's whole quantity `before`, with what covers it now."""
    covering = {each.broker_order_id for each, quantity in _sized(before, members) if quantity == each.quantity}
    return [(each, quantity) for each, quantity in _sized(entry.quantity, members) if each.broker_order_id in covering]


def _sized(entered: Decimal, members: Sequence[VenueOrder]) -> list[tuple[VenueOrder, Decimal]]:
    gone = _filled_by_exits(members)
    return [(each, entered - (gone - each.filled)) for each in members if each.role is Role.EXIT and each.is_open]


def _filled_by_exits(members: Sequence[VenueOrder]) -> Decimal:
    return sum((each.filled for each in members if each.role is Role.EXIT), ZERO)
