"""Nothing adds risk on prices that are too old."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, grouped, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "stale_data"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def is_stale(proposal: Proposal) -> bool:
    """Whether the quote is older than the limit, or there never was one."""
    limit, age = proposal.view.limits.max_data_age, proposal.market.data_age
    return limit is not None and (age is None or age > limit)


def check(proposal: Proposal) -> Check:
    """Deny entries while the quote's age in seconds of wall clock is above the limit."""
    limit, age = proposal.view.limits.max_data_age, proposal.market.data_age
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    if age is not None and age <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(age), unit="s")
    room = exits_only(proposal)
    symbol = proposal.instrument.symbol
    seen = f"{symbol} was never quoted" if age is None else f"the last quote of {symbol} is {grouped(age)} s old"
    message = f"Prices may be at most {grouped(limit)} s old and {seen}; {suggestion(proposal, room)}."
    current = "" if age is None else text(age)
    return Check(
        RULE, passed=False, limit=text(limit), current=current, would_pass=text(room), unit="s", message=message
    )
