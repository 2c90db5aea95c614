"""What the guardian sees in a workspace's state: who has something at risk, and who is in breach with nobody acting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bidwell.app.guardian.watch import Sight
from bidwell.engine import risk_meters, views
from bidwell.model.instrument import Forex
from bidwell.model.limits import BreachAction
from bidwell.model.order import OrderStatus
from bidwell.risk.figures import money

if TYPE_CHECKING:
    from datetime import datetime

    from bidwell.engine.market import Market
    from bidwell.engine.state import State
    from bidwell.model.account import Account
    from bidwell.model.ids import AccountId, InstrumentId

_AT_ONCE: Final = 10
_BY_BOOK: Final = frozenset({"maximum_loss", "funded_daily_loss"})
_BY_LIMIT: Final = ("daily_loss", "realized_loss", "drawdown_")


class Seer:
    """Looks at every account for what is at risk, and at a few in turn for breaches, which cost more to reckon."""

    def __init__(self) -> None:
        self._breached: dict[AccountId, str] = {}
        self._next = 0

    def look(self, state: State, market: Market, now: datetime) -> Sight:
        """One look; a breach that was found stands until its account is looked at again."""
        exposed = tuple(name for name, account in state.accounts.items() if account.enabled and at_risk(state, name))
        for name in self._turn(exposed):
            self._breached[name] = _breach(state, market, state.accounts[name], now)
        breached = {name: said for name, said in self._breached.items() if said and name in exposed}
        return Sight(exposed, breached, _trading(state, market, exposed, now))

    def _turn(self, exposed: tuple[AccountId, ...]) -> tuple[AccountId, ...]:
        if len(exposed) <= _AT_ONCE:
            return exposed
        start = self._next % len(exposed)
        self._next = start + _AT_ONCE
        return (exposed + exposed)[start : start + _AT_ONCE]


def _trading(state: State, market: Market, exposed: Sequence[AccountId], now: datetime) -> bool:
    """Whether the market of anything that is held is open."""
    held = {instrument for name in exposed for instrument in _held(state, name)}
    return any(market.session_open(state.instruments[name], now) for name in held)


def at_risk(state: State, account: AccountId) -> bool:
    """Whether an account holds anything, or works an order that could make it."""
    return bool(_held(state, account)) or any(
        not order.reduces and not order.external and order.status is not OrderStatus.ABSENT
        for order in state.open_orders(account)
    )  # fmt: skip


def wanted_quotes(state: State) -> set[InstrumentId]:
    """What has to be quoted to value every account: what is held or worked, and currencies."""
    found = {name for name, one in state.instruments.items() if isinstance(one.contract, Forex)}
    for account in state.accounts:
        found.update(_held(state, account))
        found.update(order.instrument for order in state.open_orders(account))
    return found


def _held(state: State, account: AccountId) -> list[InstrumentId]:
    portfolio = state.portfolios.get(account)
    return [] if portfolio is None else [name for name, one in portfolio.positions.items() if one.quantity]


def _breach(state: State, market: Market, account: Account, now: datetime) -> str:
    """A loss limit that has to flatten and was reached, in words; empty where there is none or the account is locked."""
    report = state.reconciliations.get(account.id)
    if (
        report is None
        or not report.clean
        or any(not one.reduce_only for one in state.risk.locks.get(account.id, {}).values())
    ):
        return ""
    worth = views.valuation_or_none(state, market, account)
    if worth is None or worth.missing:
        return ""
    limits, _ = views.limits_of(state, state.scopes_of(account.id, None), market, now)
    flattens = limits.on_breach is BreachAction.FLATTEN_AND_LOCK
    for meter in risk_meters.meters(state, market, account, now):
        if meter.rule not in _BY_BOOK and not (flattens and meter.rule.startswith(_BY_LIMIT)):
            continue
        if meter.used >= meter.limit:
            used, limit = money(meter.used, account.currency), money(meter.limit, account.currency)
            return f"{meter.label} of {account.name} is at {used} of {limit}"
    return ""
