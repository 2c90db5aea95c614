"""The largest worth of a position in one instrument, counting everything that is still open."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.figures import exempt, largest, money, passed, suggestion, text, unpriced
from bidwell.risk.reservation import worst_price_or_none
from bidwell.risk.view import Proposal

RULE: Final = "max_position_notional"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny what could make the position worth more than the limit at the worst price, in the account's currency."""
    limit = proposal.view.limits.max_position_notional
    if limit is None:
        return _PASSED
    room = proposal.headroom
    if proposal.order.quantity <= room:
        return _EXEMPT
    currency, rate, price = proposal.view.account.currency, proposal.market.rate, worst_price_or_none(proposal)
    if price is None or rate is None:
        return unpriced(RULE, proposal, text(limit), currency)
    unit = price * proposal.instrument.multiplier * rate
    current = (proposal.order.quantity - room) * unit
    if current <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(current), unit=currency)
    would = largest(proposal, limit / unit + room, lambda candidate: (candidate - room) * unit <= limit)
    message = (
        f"Max position notional is {money(limit, currency)}; with what is open this order could make it "
        f"{money(current, currency)}; {suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(current), would_pass=text(would), unit=currency,
        message=message,
    )  # fmt: skip
