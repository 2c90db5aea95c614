"""The largest worth of one order."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, largest, money, passed, suggestion, text, unpriced
from bidwell.risk.reservation import expected_price
from bidwell.risk.view import Proposal

RULE: Final = "max_order_notional"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny an order worth more than the limit at its expected price, in the account's currency."""
    limit = proposal.view.limits.max_order_notional
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    currency, rate, price = proposal.view.account.currency, proposal.market.rate, expected_price(proposal)
    if price is None or rate is None:
        return unpriced(RULE, proposal, text(limit), currency)
    unit = price * proposal.instrument.multiplier * rate
    current = proposal.order.quantity * unit
    if current <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(current), unit=currency)
    would = largest(proposal, limit / unit, lambda candidate: candidate * unit <= limit)
    message = (
        f"Max order notional is {money(limit, currency)}; this order is {money(current, currency)}; "
        f"{suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(current), would_pass=text(would), unit=currency,
        message=message,
    )  # fmt: skip
