"""The same order twice within moments is taken for a mistake."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.risk.figures import NOTHING, grouped, passed
from bidwell.risk.view import Proposal

RULE: Final = "duplicate"

_PASSED: Final = passed(RULE)
_ALONE: Final = Check(RULE, passed=True, limit="0", current="0", unit="orders")


def check(proposal: Proposal) -> Check:
    """Deny an order, reducing or not, that another intent already made inside the duplicate window."""
    window, twins = proposal.view.limits.duplicate_window, proposal.view.twins
    if window is None:
        return _PASSED
    if not twins:
        return _ALONE
    message = (
        f"{'An order' if twins == 1 else f'{twins} orders'} with the same instrument, side, quantity and terms came "
        f"within the last {grouped(window)} s; wait, or change the order."
    )
    return Check(RULE, passed=False, limit="0", current=str(twins), would_pass=NOTHING, unit="orders", message=message)
