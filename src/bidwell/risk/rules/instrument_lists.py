"""Which instruments an account may enter."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "instrument_lists"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny entries into an instrument that is on the denied list, or missing from the allowed one."""
    limits, instrument = proposal.view.limits, proposal.instrument
    denied = limits.denied_instruments is not None and instrument.id in limits.denied_instruments
    unlisted = limits.allowed_instruments is not None and instrument.id not in limits.allowed_instruments
    if not denied and not unlisted:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    room = exits_only(proposal)
    state = "denied" if denied else "not allowed"
    message = f"{instrument.symbol} is {state} in {proposal.view.account.name}; {suggestion(proposal, room)}."
    limit = "not denied" if denied else "allowed"
    return Check(RULE, passed=False, limit=limit, current=state, would_pass=text(room), message=message)
