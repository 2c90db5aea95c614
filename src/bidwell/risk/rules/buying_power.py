"""What an order sets aside must be there."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.exposure import added_quantity, exit_room, reduces
from bidwell.risk.figures import exempt, largest, money, suggestion, text, unpriced
from bidwell.risk.reservation import unit_cash, worst_price_or_none
from bidwell.risk.view import Proposal

RULE: Final = "buying_power"

_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny an order whose reservation is above the buying power left, in the account's currency."""
    if reduces(proposal):
        return _EXEMPT
    view = proposal.view
    currency = view.account.currency
    limit, rate, price = view.buying_power, proposal.market.rate, worst_price_or_none(proposal)
    if price is None or rate is None:
        return unpriced(RULE, proposal, text(limit), currency)
    unit = unit_cash(view.account, proposal.instrument, price, rate)
    added = added_quantity(proposal, proposal.order.quantity)
    current = added * unit
    if not added or current <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(current), unit=currency)
    would = largest(
        proposal,
        exit_room(view, proposal.order.side) + max(limit, ZERO) / unit,
        lambda candidate: added_quantity(proposal, candidate) * unit <= max(limit, ZERO),
    )
    message = (
        f"Buying power is {money(limit, currency)}; this order sets aside {money(current, currency)}; "
        f"{suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(current), would_pass=text(would), unit=currency,
        message=message,
    )  # fmt: skip
