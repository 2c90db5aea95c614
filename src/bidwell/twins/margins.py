"""What a twin's venue would block for orders: the opening part of each, and together the larger side of an underlying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.twins.scenario import Listed
from bidwell.twins.stage import Stage

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order that nobody places; without a price it is reckoned at the last one."""

    row: Listed
    side: Side
    quantity: Decimal
    price: Decimal | None = None


def alone(stage: Stage, account: str, wanted: Wanted) -> Decimal:
    """What one order would take."""
    held = stage.state.accounts[account]
    instrument = stage.market.instrument(wanted.row.symbol)
    if instrument is None:
        return ZERO
    holding = held.holdings.get(instrument.id)
    closing = max(-holding.quantity * wanted.side.sign, ZERO) if holding is not None else ZERO
    price = wanted.price or stage.venue.quotes[instrument.id].last
    unit = stage.venue.margin.unit(held, instrument, price)
    return (unit * max(wanted.quantity - closing, ZERO)).quantize(_CENT)


def together(stage: Stage, account: str, basket: Sequence[Wanted]) -> Decimal:
    """What orders would take together: of one underlying, the side that takes more covers the other."""
    sides: defaultdict[str, dict[Side, Decimal]] = defaultdict(lambda: {Side.BUY: ZERO, Side.SELL: ZERO})
    for each in basket:
        sides[each.row.underlying or each.row.symbol][each.side] += alone(stage, account, each)
    return sum((max(found.values()) for found in sides.values()), ZERO)


def free(stage: Stage, account: str) -> Decimal:
    """What the account has free."""
    return max(stage.venue.margin.free(stage.state.accounts[account]), ZERO)
