"""How often an account may enter in a session."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "max_trades"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny an entry that would be one too many of the session; what was canceled unfilled does not count."""
    limit = proposal.view.limits.max_trades_per_day
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    current = proposal.view.entries_today + 1
    if current <= limit:
        return Check(RULE, passed=True, limit=str(limit), current=str(current), unit="entries")
    room = exits_only(proposal)
    message = (
        f"At most {limit:,} entries are allowed in a session and this would be number {current:,}; "
        f"{suggestion(proposal, room)}."
    )
    return Check(
        RULE, passed=False, limit=str(limit), current=str(current), would_pass=text(room), unit="entries",
        message=message,
    )  # fmt: skip
