"""No signal trades an account that was not yet compared with its broker."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "reconciled"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny a strategy's entry before the account's first clean reconciliation; orders by hand pass."""
    if proposal.view.reconciled or proposal.order.strategy is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    room = exits_only(proposal)
    message = (
        f"{proposal.view.account.name} has not been reconciled with its broker yet, so no strategy may enter; "
        f"{suggestion(proposal, room)}."
    )
    return Check(
        RULE, passed=False, limit="reconciled", current="not reconciled", would_pass=text(room), message=message
    )
