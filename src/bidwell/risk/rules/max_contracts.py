"""How many contracts an account may hold over all instruments, micros counting a part of a mini."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bidwell.model.events import Check
from bidwell.model.limits import ContractLimit
from bidwell.model.money import ZERO
from bidwell.risk.exposure import reduces
from bidwell.risk.figures import exempt, exits_only, grouped, largest, passed, suggestion, text
from bidwell.risk.view import Proposal

RULE: Final = "max_contracts"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny what could take the weighted sum of contracts above a limit, or an entry in what may not be traded at all.

    Every instrument counts with the larger of what its open orders could make of it, long or short.
    """
    limits = proposal.view.limits.contract_limits
    if limits is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    answer = _PASSED
    elsewhere = proposal.view.elsewhere or (ZERO,) * len(limits)
    for one, held in zip(limits, elsewhere, strict=True):
        answer = _judge(proposal, one, held)
        if not answer.passed:
            return answer
    return answer


def _judge(proposal: Proposal, bound: ContractLimit, elsewhere: Decimal) -> Check:
    instrument = proposal.instrument
    weight = next((weight for root, weight in bound.weights if root == instrument.root), bound.other)
    if weight is None:
        room = exits_only(proposal)
        message = f"{instrument.symbol} is not among what this account may trade; {suggestion(proposal, room)}."
        return Check(RULE, passed=False, limit="listed", current="not listed", would_pass=text(room), message=message)
    room = proposal.headroom
    current = elsewhere + max(proposal.order.quantity - room, ZERO) * weight
    if current <= bound.limit:
        return Check(RULE, passed=True, limit=text(bound.limit), current=text(current), unit="contracts")
    left = max(bound.limit - elsewhere, ZERO)
    estimate = room + left / weight if weight else proposal.order.quantity
    would = largest(proposal, estimate, lambda quantity: max(quantity - room, ZERO) * weight <= left)
    message = (
        f"Max contracts over all instruments is {grouped(bound.limit)}; with what is open this order could make it "
        f"{grouped(current)}; {suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(bound.limit), current=text(current), would_pass=text(would), unit="contracts",
        message=message,
    )  # fmt: skip
