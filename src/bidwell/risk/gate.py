"""The one place where an order may become an `Approved` one: every rule answers, the first failing one denies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bidwell.model.events import Check, Reservation
from bidwell.model.order import Order
from bidwell.risk.approved import SEAL, Approved
from bidwell.risk.exposure import reduces
from bidwell.risk.reservation import reserve
from bidwell.risk.rules import (
    buying_power,
    daily_loss,
    drawdown,
    duplicate,
    exit_size,
    halt,
    instrument_lists,
    margin_buffer,
    max_contracts,
    max_gross_exposure,
    max_net_exposure,
    max_open_orders,
    max_order_notional,
    max_order_quantity,
    max_position,
    max_position_notional,
    max_trades,
    news_window,
    order_rate,
    price_collar,
    protective_stop,
    realized_loss,
    reconciled,
    session,
    stale_data,
    tick_lot,
    trading_hours,
)
from bidwell.risk.together import spoken
from bidwell.risk.view import Proposal

Rule = Callable[[Proposal], Check]

RULES: Final[tuple[Rule, ...]] = (
    halt.check,
    session.check,
    trading_hours.check,
    news_window.check,
    instrument_lists.check,
    tick_lot.check,
    stale_data.check,
    price_collar.check,
    duplicate.check,
    order_rate.check,
    protective_stop.check,
    max_order_quantity.check,
    max_order_notional.check,
    max_position.check,
    max_position_notional.check,
    max_contracts.check,
    max_gross_exposure.check,
    max_net_exposure.check,
    max_open_orders.check,
    max_trades.check,
    buying_power.check,
    margin_buffer.check,
    daily_loss.check,
    realized_loss.check,
    drawdown.check,
    reconciled.check,
    exit_size.check,
)
"""All rules in the order in which they answer; the first that fails names the denial."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The order may leave: what it may be sent as, what it reserved, and every rule's answer.

    An order that only reduces comes back marked `reduces`, so that later exits see what it claims.
    """

    approved: Approved[Order]
    attached: tuple[Approved[Order], ...]
    reservation: Reservation
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """The order may not leave: the first rule that said no, and every rule's answer.

    What the denial says would pass is what all rules together would let pass.
    """

    denial: Check
    checks: tuple[Check, ...]


class Gate:
    """Decides proposals by rules in a fixed order; holds no state of its own."""

    def __init__(self, rules: Sequence[Rule] = RULES) -> None:
        self._rules = tuple(rules)

    def decide(self, proposal: Proposal) -> Passed | Blocked:
        """Ask every rule; pass only where all do.

        A quantity with which no rule could reckon (NaN, zero, negative, above 28 digits) is denied by the
        lot rule alone.
        """
        order = proposal.order
        if not tick_lot.reckonable(order.quantity):
            denial = tick_lot.check(proposal)
            return Blocked(denial, (denial,))
        checks = tuple([rule(proposal) for rule in self._rules])
        for check in checks:
            if not check.passed:
                return Blocked(spoken(self._rules, proposal, check, checks), checks)
        if not order.reduces and reduces(proposal):
            order = replace(order, reduces=True)
        attached = tuple([Approved(leg, SEAL) for leg in proposal.attached])
        return Passed(Approved(order, SEAL), attached, reserve(proposal), checks)

    def reapprove(self, order: Order) -> Approved[Order]:
        """Approve again an order whose OrderApproved is already in the journal; for recovery and nothing else."""
        return Approved(order, SEAL)
