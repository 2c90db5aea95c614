"""Orders leave only while the venue's session is open."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.figures import NOTHING, passed
from bidwell.risk.view import Proposal

RULE: Final = "session"

_PASSED: Final = passed(RULE)


def check(proposal: Proposal) -> Check:
    """Deny every order, reducing ones too, outside the instrument's session."""
    if proposal.market.session_open:
        return _PASSED
    message = (
        f"The session of {proposal.instrument.symbol} ({proposal.instrument.calendar}) is closed; "
        "orders pass once it opens."
    )
    return Check(RULE, passed=False, limit="open", current="closed", would_pass=NOTHING, message=message)
