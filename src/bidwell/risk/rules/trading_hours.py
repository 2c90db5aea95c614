"""When entries may leave, beside the venue's own session."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal
from bidwell.risk.windows import described, inside

RULE: Final = "trading_hours"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)
_OPEN: Final = Check(RULE, passed=True, limit="inside", current="inside")


def check(proposal: Proposal) -> Check:
    """Deny entries outside the permitted hours, by the market clock."""
    hours = proposal.view.limits.trading_hours
    if hours is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    moment = proposal.market.time or proposal.now
    for one in hours:
        if not inside(one, moment):
            room = exits_only(proposal)
            message = f"Entries in {proposal.view.account.name} are allowed {described(one)} only; {suggestion(proposal, room)}."
            return Check(RULE, passed=False, limit="inside", current="outside", would_pass=text(room), message=message)
    return _OPEN
