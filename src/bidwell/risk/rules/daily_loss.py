"""How much an account may lose in a session, open positions included."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.exposure import added_quantity, exit_room, reduces
from bidwell.risk.figures import exempt, exits_only, largest, money, passed, suggestion, text, unpriced
from bidwell.risk.stops import stop_distance
from bidwell.risk.view import Proposal

RULE: Final = "daily_loss"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny entries once the session's loss has reached the limit, or where the loss at the attached stop would pass it.

    The loss is the session's opening equity less the equity now, unrealized included; a session that was not
    opened yet has lost nothing.
    """
    view = proposal.view
    limit, currency = view.limits.max_daily_loss, view.account.currency
    if limit is None:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    lost = ZERO if view.session_equity is None else view.session_equity - view.equity
    distance = stop_distance(proposal)
    rate = proposal.market.rate
    if distance is None or rate is None:
        return unpriced(RULE, proposal, text(limit), currency)
    unit = distance * proposal.instrument.multiplier * rate
    current = lost + added_quantity(proposal, proposal.order.quantity) * unit
    if lost < limit and current <= limit:
        return Check(RULE, passed=True, limit=text(limit), current=text(current), unit=currency)
    would = _would_pass(proposal, limit - lost, unit)
    risked = f" and its stop would risk {money(current - lost, currency)}" if current > lost else ""
    message = (
        f"Max daily loss is {money(limit, currency)}; this session has lost {money(max(lost, ZERO), currency)}{risked}; "
        f"{suggestion(proposal, would)}."
    )
    return Check(
        RULE, passed=False, limit=text(limit), current=text(current), would_pass=text(would), unit=currency,
        message=message,
    )  # fmt: skip


def _would_pass(proposal: Proposal, left: Decimal, unit: Decimal) -> Decimal:
    if left <= 0:
        return exits_only(proposal)
    return largest(
        proposal,
        exit_room(proposal.view, proposal.order.side) + left / unit,
        lambda candidate: added_quantity(proposal, candidate) * unit <= left,
    )
