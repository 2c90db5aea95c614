"""How many orders of an account may be open at once."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "max_open_orders"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny an entry that, with the exits attached to it, would open more orders than the limit."""
    limit = proposal.view.limits.max_open_orders
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    current = proposal.view.open_orders + 1 + len(proposal.attached)
    if current <= limit:
        return Check(RULE, passed=True, limit=str(limit), current=str(current), unit="orders")
    room = exits_only(proposal)
    message = (
        f"At most {limit:,} orders may be open and this would make it {current:,}; cancel some first; "
        f"{suggestion(proposal, room)}."
    )
    return Check(
        RULE, passed=False, limit=str(limit), current=str(current), would_pass=text(room), unit="orders",
        message=message,
    )  # fmt: skip
