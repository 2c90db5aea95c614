"""How much an account may have in the market, long and short together."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.exposure import added_quantity, exit_room, reduces
from bidwell.risk.figures import exempt, largest, money, passed, suggestion, text, unpriced
from bidwell.risk.reservation import worst_price_or_none
from bidwell.risk.view import Proposal

RULE: Final = "max_gross_exposure"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny what could take gross exposure above the limit at the worst price, in the account's currency.

    Of a reversing order only the part beyond the position counts.
    """
    view = proposal.view
    limit = view.limits.max_gross_exposure
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    currency, rate, price = view.account.currency, proposal.market.rate, worst_price_or_none(proposal)
    if price is None or rate is None:
        return unpriced(RULE, proposal, text(limit), currency)
    gross, unit = view.gross_exposure, price * proposal.instrument.multiplier * rate
    added = added_quantity(proposal, proposal.order.quantity)
    current = gross + added * unit
    if not added or current <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(current), unit=currency)
    would = largest(
        proposal,
        exit_room(view, proposal.order.side) + max(limit - gross, ZERO) / unit,
        lambda candidate: gross + added_quantity(proposal, candidate) * unit <= limit,
    )
    message = (
        f"Max gross exposure is {money(limit, currency)}; this order could make it {money(current, currency)}; "
        f"{suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(current), would_pass=text(would), unit=currency,
        message=message,
    )  # fmt: skip
