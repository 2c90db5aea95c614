"""The largest position in one instrument, counting everything that is still open."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.figures import exempt, grouped, largest, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "max_position"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny what could take the position, long or short, above the limit once all open orders of its side fill."""
    limit = proposal.view.limits.max_position
    if limit is None:
        return _PASSED
    room = proposal.headroom
    if proposal.order.quantity <= room:
        return _EXEMPT
    symbol, worst = proposal.instrument.symbol, proposal.order.quantity - room
    if worst <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(worst), unit=symbol)
    would = largest(proposal, limit + room, lambda candidate: candidate - room <= limit)
    message = (
        f"Max position is {grouped(limit)} {symbol}; with what is open this order could make it {grouped(worst)} "
        f"{symbol}; {suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(worst), would_pass=text(would), unit=symbol,
        message=message,
    )  # fmt: skip
