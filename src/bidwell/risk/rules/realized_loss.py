"""How much an account may lose in a session by what it has closed."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, money, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "realized_loss"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny entries once the session's realized loss, fees included, has reached the limit."""
    view = proposal.view
    limit, currency = view.limits.max_daily_realized_loss, view.account.currency
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    lost = ZERO if view.realized_today is None else -view.realized_today
    if lost < limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(lost), unit=currency)
    room = exits_only(proposal)
    message = (
        f"Max realized loss of a session is {money(limit, currency)} and {money(lost, currency)} is realized; "
        f"{suggestion(proposal, room)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(lost), would_pass=text(room), unit=currency,
        message=message,
    )  # fmt: skip
