"""The largest quantity of one order."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, grouped, largest, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "max_order_quantity"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny a quantity above the limit, in units or contracts; a reversing order counts whole."""
    limit = proposal.view.limits.max_order_quantity
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    quantity, symbol = proposal.order.quantity, proposal.instrument.symbol
    if quantity <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(quantity), unit=symbol)
    would = largest(proposal, limit, lambda candidate: candidate <= limit)
    message = (
        f"Max order quantity is {grouped(limit)} {symbol}; this order is {grouped(quantity)} {symbol}; "
        f"{suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(quantity), would_pass=text(would), unit=symbol,
        message=message,
    )  # fmt: skip
