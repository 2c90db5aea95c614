"""What was traded of an instrument in a day, as brokers list it: both sides, what is left, and what that cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.simulation.orders import VenueOrder


@dataclass(frozen=True, slots=True)
class Turnover:
    """One side's quantity and value."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO

    @property
    def average(self) -> Decimal:
        """What one of them traded at."""
        return self.value / self.quantity if self.quantity else ZERO


@dataclass(frozen=True, slots=True)
class DayPosition:
    """Both sides of one instrument under one product, and the instrument's last price."""

    bought: Turnover
    sold: Turnover
    last: Decimal

    @property
    def net(self) -> Decimal:
        """What is left, signed."""
        return self.bought.quantity - self.sold.quantity

    @property
    def cost(self) -> Decimal:
        """What one of the rest cost."""
        return self.bought.average if self.net > 0 else self.sold.average if self.net < 0 else ZERO

    @property
    def realized(self) -> Decimal:
        """What was made of what was closed."""
        return (self.sold.average - self.bought.average) * min(self.bought.quantity, self.sold.quantity)

    @property
    def unrealized(self) -> Decimal:
        """What the rest would make now."""
        return (self.last - self.cost) * self.net


def day_position(orders: Iterable[VenueOrder], last: Decimal) -> DayPosition:
    """The position of orders in one instrument."""
    sides = {side: Turnover() for side in Side}
    for held in orders:
        before = sides[held.side]
        value = sum((each.quantity * each.price for each in held.fills), before.value)
        sides[held.side] = Turnover(before.quantity + held.filled, value)
    return DayPosition(sides[Side.BUY], sides[Side.SELL], last)


def by_product(
    orders: Iterable[VenueOrder], product_of: Callable[[VenueOrder], str]
) -> Mapping[tuple[str, str], list[VenueOrder]]:
    """The orders that filled, by instrument and product."""
    found: defaultdict[tuple[str, str], list[VenueOrder]] = defaultdict(list)
    for held in orders:
        if held.fills:
            found[held.instrument, product_of(held)].append(held)
    return found
