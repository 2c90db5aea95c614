"""What all rules together would let pass: each denial speaks for itself, a trader asks about all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.figures import suggestion, text
from bidwell.risk.view import Proposal

Rule = Callable[[Proposal], Check]

_OF_PRICES: Final = frozenset({"price_collar", "tick_lot"})
_TRIES: Final = 8


def largest(rules: Sequence[Rule], proposal: Proposal, checks: Sequence[Check]) -> Decimal | None:
    """The largest quantity that every rule lets pass, zero for none; None where it is the price that is wrong.

    Each rule says what it would let pass by itself; the smallest of these is asked again, since one rule's answer
    may depend on the quantity that another one leaves.
    """
    asked = proposal
    for _ in range(_TRIES):
        failed = [check for check in checks if not check.passed]
        if not failed:
            return asked.order.quantity
        if any(check.rule in _OF_PRICES for check in failed):
            return None
        smallest = min(_figure(check.would_pass) for check in failed)
        if not ZERO < smallest < asked.order.quantity:
            return ZERO
        attached = tuple(replace(leg, quantity=min(leg.quantity, smallest)) for leg in proposal.attached)
        asked = replace(proposal, order=replace(proposal.order, quantity=smallest), attached=attached)
        checks = [rule(asked) for rule in rules]
    return ZERO


def _figure(would_pass: str) -> Decimal:
    try:
        return Decimal(would_pass or "0")
    except InvalidOperation:
        return ZERO


def spoken(rules: Sequence[Rule], proposal: Proposal, denial: Check, checks: Sequence[Check]) -> Check:
    """The denial with what all rules together would let pass, where that is less than its own rule says."""
    if denial.rule in _OF_PRICES or sum(not check.passed for check in checks) < 2:
        return denial
    quantity = largest(rules, proposal, checks)
    if quantity is None or text(quantity) == denial.would_pass:
        return denial
    said = suggestion(proposal, quantity)
    return replace(denial, would_pass=text(quantity), message=f"{denial.message} By all rules together {said}.")
