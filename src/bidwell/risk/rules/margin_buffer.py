"""A part of equity that stays free, so that a move against the account meets no margin call."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.exposure import added_quantity, exit_room, reduces
from bidwell.risk.figures import exempt, largest, money, passed, percent, suggestion, text, unpriced
from bidwell.risk.reservation import unit_cash, worst_price_or_none
from bidwell.risk.view import Proposal

RULE: Final = "margin_buffer"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny an entry that would leave less buying power than the buffer's part of equity, in the account's currency."""
    view = proposal.view
    buffer, currency = view.limits.margin_buffer, view.account.currency
    if buffer is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    needed, rate, price = buffer * view.equity, proposal.market.rate, worst_price_or_none(proposal)
    if price is None or rate is None:
        return unpriced(RULE, proposal, text(needed), currency)
    unit = unit_cash(view.account, proposal.instrument, price, rate)
    left = view.buying_power - added_quantity(proposal, proposal.order.quantity) * unit
    if left >= needed:
        return Check(RULE, passed=True, limit=text(needed), current=text(left), unit=currency)
    free = max(view.buying_power - needed, ZERO)
    would = largest(
        proposal,
        exit_room(view, proposal.order.side) + free / unit,
        lambda quantity: added_quantity(proposal, quantity) * unit <= free,
    )
    message = (
        f"{percent(buffer)} of equity, {money(needed, currency)}, must stay free; this order would leave "
        f"{money(left, currency)}; {suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(needed), current=text(left), would_pass=text(would), unit=currency,
        message=message,
    )  # fmt: skip
