"""The equity that an account must stay above: its own drawdown limits, and its rulebook's."""

from __future__ import annotations

from typing import Final

from bidwell.model.events import Check
from bidwell.model.money import ZERO
from bidwell.risk.exposure import added_quantity, exit_room, reduces
from bidwell.risk.figures import exempt, exits_only, largest, money, passed, suggestion, text, unpriced
from bidwell.risk.stops import stop_distance
from bidwell.risk.view import Floor, Proposal

RULE: Final = "drawdown"

_PASSED: Final = passed(RULE)
_EXEMPT: Final = exempt(RULE)


def check(proposal: Proposal) -> Check:
    """Deny entries once equity is at a floor or below, or where the loss at the attached stop would take it there."""
    view = proposal.view
    if not view.floors:
        return _PASSED
    if reduces(proposal):
        return _EXEMPT
    floor = max(view.floors, key=lambda one: one.level)
    currency, rate, distance = view.account.currency, proposal.market.rate, stop_distance(proposal)
    if rate is None or distance is None:
        return unpriced(RULE, proposal, text(floor.level), currency)
    unit = distance * proposal.instrument.multiplier * rate
    current = view.equity - added_quantity(proposal, proposal.order.quantity) * unit
    if current > floor.level:
        return Check(RULE, passed=True, limit=text(floor.level), current=text(current), unit=currency)
    room = view.equity - floor.level
    would = exits_only(proposal)
    if room > 0 and unit > 0:
        would = largest(
            proposal,
            exit_room(view, proposal.order.side) + room / unit,
            lambda quantity: added_quantity(proposal, quantity) * unit < room,
        )
    return Check(
        RULE, passed=False, limit=text(floor.level), current=text(current), would_pass=text(would), unit=currency,
        message=f"{_told(proposal, floor)}; {suggestion(proposal, would)}.",
    )  # fmt: skip


def _told(proposal: Proposal, floor: Floor) -> str:
    view = proposal.view
    currency = view.account.currency
    now = f"{floor.label} ({floor.origin}): equity must stay above {money(floor.level, currency)} and is {money(view.equity, currency)}"
    lost = view.equity - floor.level
    return now if lost <= ZERO else f"{now}, and the stop of this order would take it there"
