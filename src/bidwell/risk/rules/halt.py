"""A halted or reduce-only scope lets pass only what reduces."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.limits import TradingState
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "halt"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny what adds risk in an account that is disabled, halted or reduce-only."""
    view = proposal.view
    if view.state is TradingState.ACTIVE and view.account.enabled:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    state = "disabled" if view.state is TradingState.ACTIVE else view.state.value
    room = exits_only(proposal)
    because = f" ({view.state_reason})" if view.state_reason else ""
    message = (
        f"{view.account.name} is {state.replace('_', '-')}{because}: only orders that reduce a position pass; "
        f"{suggestion(proposal, room)}."
    )
    return Check(RULE, passed=False, limit="active", current=state, would_pass=text(room), message=message)
