"""How far an account may lean to one side of the market."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, largest, money, passed, suggestion, text, unpriced
from bidwell.risk.reservation import worst_price_or_none
from bidwell.risk.view import Proposal

RULE: Final = "max_net_exposure"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny what could take net exposure on the order's side above the limit, in the account's currency.

    Net is long less short over all instruments, with every open order of the order's side filled and none of the
    other. An order that leads back toward flat passes.
    """
    view = proposal.view
    limit = view.limits.max_net_exposure
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    currency, rate, price = view.account.currency, proposal.market.rate, worst_price_or_none(proposal)
    if price is None or rate is None:
        return unpriced(RULE, proposal, text(limit), currency)
    buy = proposal.order.side is Side.BUY
    before, unit = view.net_long if buy else view.net_short, price * proposal.instrument.multiplier * rate
    current = before + proposal.order.quantity * unit
    if current <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(current), unit=currency)
    would = largest(proposal, max(limit - before, ZERO) / unit, lambda quantity: before + quantity * unit <= limit)
    message = (
        f"Max net exposure is {money(limit, currency)}; this order could make it {money(current, currency)} "
        f"{'long' if buy else 'short'}; {suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(current), would_pass=text(would), unit=currency,
        message=message,
    )  # fmt: skip
