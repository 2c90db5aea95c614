"""How far an account is into each of its loss limits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.engine import risk_views, views

if TYPE_CHECKING:
    from bidwell.engine.market import Market
    from bidwell.engine.state import State
    from bidwell.model.account import Account
    from bidwell.model.limits import Limits
    from bidwell.portfolio.valuation import Valuation


@dataclass(frozen=True, slots=True)
class Level:
    """How far an account is into one loss limit, both in its currency; `label` is for the sentence."""

    rule: str
    label: str
    used: Decimal
    limit: Decimal

    @property
    def fraction(self) -> Decimal:
        """The used part of one."""
        return self.used / self.limit if self.limit else Decimal(1)


def levels(state: State, market: Market, account: Account, limits: Limits, worth: Valuation) -> list[Level]:
    """Every loss limit of an account with what is used of it; raises CurrencyMismatch."""
    found = []
    opening = views.opening_equity(state, market, account)
    if limits.max_daily_loss is not None and opening is not None:
        found.append(Level("daily_loss", "Daily loss", opening - worth.equity, limits.max_daily_loss))
    realized = risk_views.realized_today(state, market, account)
    if limits.max_daily_realized_loss is not None and realized is not None:
        found.append(Level("realized_loss", "Realized loss", -realized, limits.max_daily_realized_loss))
    for rule in limits.drawdowns or ():
        floor = risk_views.drawdown_floor(state, market, account, rule, worth, {})
        used = rule.amount - (worth.equity - floor.level)
        found.append(Level(f"drawdown_{rule.basis}", floor.label, used, rule.amount))
    return found
