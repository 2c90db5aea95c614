"""How many orders an account may send in a minute, with a share of their own for reducing ones."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import NOTHING, passed
from bidwell.risk.view import Proposal

RULE: Final = "order_rate"

REDUCING_SHARE: Final = 2
"""Reducing orders pass up to this multiple of the limit, so that entries can never use up the room for exits."""

_PASSED: Final = passed(RULE)


def check(proposal: Proposal) -> Check:
    """Deny an order that would be one too many within 60 s."""
    limit = proposal.view.limits.max_order_rate
    if limit is None:
        return _PASSED
    allowed = limit * REDUCING_SHARE if reduces(proposal) else limit
    current = proposal.view.recent_orders + 1
    if current <= allowed:
        return Check(RULE, passed=True, limit=str(allowed), current=str(current), unit="orders/min")
    message = f"At most {allowed:,} orders may leave in a minute and this would be number {current:,}; wait a moment."
    return Check(
        RULE, passed=False, limit=str(allowed), current=str(current), would_pass=NOTHING, unit="orders/min",
        message=message,
    )  # fmt: skip
