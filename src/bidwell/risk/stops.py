"""What an entry loses from its expected price to its attached stop."""

from __future__ import annotations

from decimal import Decimal

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.reservation import expected_price
from bidwell.risk.view import Proposal


def stop_distance(proposal: Proposal) -> Decimal | None:
    """Price units between the order and its attached stop: zero without a stop, None where no price is known."""
    for leg in proposal.attached:
        terms = leg.terms
        if terms.trail_amount is not None:
            return terms.trail_amount
        if terms.stop_price is None and terms.trail_percent is None:
            continue
        price = expected_price(proposal)
        if price is None:
            return None
        if terms.stop_price is None:
            return price * (terms.trail_percent or ZERO) / 100
        away = price - terms.stop_price if proposal.order.side is Side.BUY else terms.stop_price - price
        return max(away, ZERO)
    return ZERO
