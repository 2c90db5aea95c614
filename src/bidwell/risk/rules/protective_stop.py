"""No entry without a stop."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "protective_stop"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)
_ATTACHED: Final = Check(RULE, passed=True, limit="stop", current="stop")


def check(proposal: Proposal) -> Check:
    """Deny an entry that brings no stop or trailing stop for its whole quantity."""
    if not proposal.view.limits.require_stop:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    for leg in proposal.attached:
        terms = leg.terms
        trails = terms.trail_amount is not None or terms.trail_percent is not None
        if (terms.stop_price is not None or trails) and leg.quantity >= proposal.order.quantity:
            return _ATTACHED
    room = exits_only(proposal)
    message = (
        f"Every entry in {proposal.view.account.name} must bring a stop for its whole quantity and this one has none; "
        f"attach one; without it {suggestion(proposal, room)}."
    )
    return Check(RULE, passed=False, limit="stop", current="none", would_pass=text(room), message=message)
