"""When entries may leave, beside the venue's own session."""

from __future__ import annotations

from datetime import datetime
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
    """Deny entries outside the permitted hours, and while all is closed before the session's end, by the market clock."""
    hours, flat_from = proposal.view.limits.trading_hours, proposal.view.flat_from
    if hours is None and flat_from is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    if flat_from is not None:
        return _closing(proposal, flat_from)
    moment = proposal.market.time or proposal.now
    for one in hours or ():
        if not inside(one, moment):
            room = exits_only(proposal)
            message = f"Entries in {proposal.view.account.name} are allowed {described(one)} only; {suggestion(proposal, room)}."
            return Check(RULE, passed=False, limit="inside", current="outside", would_pass=text(room), message=message)
    return _OPEN


def _closing(proposal: Proposal, flat_from: datetime) -> Check:
    room = exits_only(proposal)
    message = (
        f"Everything in {proposal.view.account.name} is closed before its day ends, since {flat_from:%H:%M} UTC; "
        f"{suggestion(proposal, room)}."
    )
    return Check(RULE, passed=False, limit="inside", current="closing", would_pass=text(room), message=message)
