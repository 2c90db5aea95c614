"""No entry around a scheduled release."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "news_window"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)
_QUIET: Final = Check(RULE, passed=True, limit="no release", current="no release")


def check(proposal: Proposal) -> Check:
    """Deny entries from `news_before` seconds ahead of a release in the calendar to `news_after` behind it."""
    limits = proposal.view.limits
    if limits.news_before is None and limits.news_after is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    release = proposal.view.news
    if not release:
        return _QUIET
    room = exits_only(proposal)
    message = f"{release} is too near for entries in {proposal.instrument.symbol}; {suggestion(proposal, room)}."
    return Check(RULE, passed=False, limit="no release", current=release, would_pass=text(room), message=message)
