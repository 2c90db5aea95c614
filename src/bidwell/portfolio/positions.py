"""How a fill changes a position: lots opened and closed by a booking method, through zero when it must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal
from enum import StrEnum

from bidwell.model.fill import Fill
from bidwell.model.ids import ExecutionId
from bidwell.model.money import ZERO
from bidwell.model.position import Lot, Position
from bidwell.model.terms import Side

# Twelve digits of an average price leave sixteen of the default context's 28 to the quantity, so that cost stays exact;
# what the rounding moves is realized with the fill, so that nothing is lost.
_AVERAGE = Context(prec=12)


class Booking(StrEnum):
    """Which lots a closing fill takes.

    fifo: the oldest. lifo: the newest. hifo: the ones whose closing gains least (the highest price of a
    long, the lowest of a short). average: all alike, at their average price.
    """

    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"
    AVERAGE = "average"


def fold(
    position: Position,
    fill: Fill,
    multiplier: Decimal,
    method: Booking = Booking.FIFO,
    *,
    currency: str | None = None,
) -> tuple[Position, Decimal]:
    """Apply a fill: the new position, and what this fill realized before fees in the instrument's currency.

    The fee joins the position's fees where it is in `currency`, the instrument's (None: it is taken to be).
    """
    quantity = fill.quantity if fill.side is Side.BUY else -fill.quantity
    fee = fill.fee if currency is None or fill.fee_currency == currency else ZERO
    return change(
        position, quantity, fill.price, multiplier, method, at=fill.occurred_at, execution_id=fill.execution_id, fee=fee
    )


def change(
    position: Position,
    quantity: Decimal,
    price: Decimal,
    multiplier: Decimal,
    method: Booking,
    *,
    at: datetime,
    execution_id: ExecutionId,
    fee: Decimal = ZERO,
) -> tuple[Position, Decimal]:
    """Change a position by a signed quantity at a price: what closes realizes, what is left over opens a lot.

    Cost always equals the sum over lots of quantity x price x multiplier, so the realized amount is what
    the change pays less the cost that it takes away.
    """
    held, lots, cost = position.quantity, position.lots, position.cost
    opening, realized = quantity, ZERO
    if held and quantity and (held > 0) != (quantity > 0):
        closing = quantity if abs(quantity) <= abs(held) else -held
        opening = quantity - closing
        lots, removed = _close(position, -closing, multiplier, method)
        cost -= removed
        realized = -closing * price * multiplier - removed
    if opening:
        lots = (*lots, Lot(opening, price, at, execution_id))
        cost += opening * price * multiplier
    return (
        Position(
            position.instrument, held + quantity, cost, position.realized_pnl + realized, position.fees + fee, lots
        ),
        realized,
    )


def _close(
    position: Position, quantity: Decimal, multiplier: Decimal, method: Booking
) -> tuple[tuple[Lot, ...], Decimal]:
    """Take a quantity of the position's own sign out of its lots; what is left, and the cost taken."""
    lots = position.lots
    if quantity == position.quantity:
        return (), position.cost
    if method is Booking.AVERAGE:
        return _close_average(position, quantity, multiplier)
    left, removed = quantity, ZERO
    kept = dict(enumerate(lots))
    for place in _sequence(lots, method):
        lot = lots[place]
        if abs(lot.quantity) > abs(left):
            kept[place] = replace(lot, quantity=lot.quantity - left)
            removed += left * lot.price * multiplier
            break
        del kept[place]
        removed += lot.quantity * lot.price * multiplier
        left -= lot.quantity
        if not left:
            break
    return tuple(kept.values()), removed


def _close_average(position: Position, quantity: Decimal, multiplier: Decimal) -> tuple[tuple[Lot, ...], Decimal]:
    remaining = position.quantity - quantity
    average = _AVERAGE.divide(position.cost, position.quantity * multiplier)
    lot = replace(position.lots[0], quantity=remaining, price=average)
    return (lot,), position.cost - remaining * average * multiplier


def _sequence(lots: Sequence[Lot], method: Booking) -> Sequence[int]:
    if method is Booking.FIFO:
        return range(len(lots))
    if method is Booking.LIFO:
        return range(len(lots) - 1, -1, -1)
    sign = 1 if lots[0].quantity > 0 else -1
    return sorted(range(len(lots)), key=lambda place: -sign * lots[place].price)
