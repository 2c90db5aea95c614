"""How far an account is into every limit that has a level, and how that went over the last hours."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bidwell.engine import risk_views, views
from bidwell.engine.risk_levels import levels
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import AccountId
from bidwell.model.money import ZERO
from bidwell.risk.funded.evaluation import day_floor, floor

if TYPE_CHECKING:
    from bidwell.engine.market import Market
    from bidwell.engine.state import State
    from bidwell.model.account import Account
    from bidwell.model.limits import Limits
    from bidwell.portfolio.valuation import Valuation

SAMPLES: Final = 240
EVERY: Final = 5.0
"""Seconds of the process between two samples of a trend."""


@dataclass(frozen=True, slots=True)
class RiskMeter:
    """One limit with what is used of it; `unit` is a currency or a noun, `origin` the scope that set it."""

    rule: str
    label: str
    limit: Decimal
    used: Decimal
    unit: str
    origin: str

    @property
    def fraction(self) -> Decimal:
        """The used part of one; above one beyond the limit."""
        return self.used / self.limit if self.limit else Decimal(1)


def meters(state: State, market: Market, account: Account, now: datetime) -> tuple[RiskMeter, ...]:
    """Every limit of the account that has a level, losses first; nothing where a rate is unknown."""
    limits, origins = views.limits_of(state, state.scopes_of(account.id, None), market, now)
    worth = views.valuation_or_none(state, market, account)
    if worth is None:
        return ()
    try:
        losses = _losses(state, market, account, limits, origins, worth)
    except CurrencyMismatch:
        losses = []
    losing = {"daily_loss"}
    plain = [RiskMeter(one.rule, one.label, one.limit, one.used, one.unit, origins.get(one.rule, ""))
             for one in views.meters(state, market, account) if one.rule not in losing]  # fmt: skip
    return (*losses, *_book(state, market, account, worth), *plain, *_exposure(state, account, limits, origins, worth))


def _losses(state: State, market: Market, account: Account, limits: Limits, origins: dict[str, str],
            worth: Valuation) -> list[RiskMeter]:  # fmt: skip
    named = {"daily_loss": "max_daily_loss", "realized_loss": "max_daily_realized_loss"}
    return [RiskMeter(level.rule, level.label, level.limit, max(level.used, ZERO), account.currency,
                      origins.get(named.get(level.rule, "drawdowns"), ""))
            for level in levels(state, market, account, limits, worth)]  # fmt: skip


def _book(state: State, market: Market, account: Account, worth: Valuation) -> list[RiskMeter]:
    funded = state.risk.funded.get(account.id)
    if funded is None:
        return []
    book, progress, origin = funded.rulebook, funded.progress, f"rulebook:{funded.rulebook.id}"
    try:
        equity = worth.equity - risk_views.shift(market, account, funded)
    except CurrencyMismatch:
        return []
    amount = book.maximum_loss.amount
    left = equity - floor(book, progress)
    found = [RiskMeter("maximum_loss", "Maximum loss", amount, max(amount - left, ZERO), account.currency, origin)]
    daily = day_floor(book, progress)
    if book.daily_loss is not None and daily is not None:
        most = book.daily_loss.amount
        used = max(most - (equity - daily), ZERO)
        found.append(RiskMeter("funded_daily_loss", "Plan's daily loss", most, used, account.currency, origin))
    return found


def _exposure(state: State, account: Account, limits: Limits, origins: dict[str, str],
              worth: Valuation) -> list[RiskMeter]:  # fmt: skip
    found = []
    if limits.max_net_exposure is not None:
        found.append(RiskMeter("max_net_exposure", "Net exposure", limits.max_net_exposure, abs(worth.net_exposure),
                               account.currency, origins["max_net_exposure"]))  # fmt: skip
    for bound in limits.contract_limits or ():
        used = risk_views.extremes(state, account.id).contracts(bound)
        found.append(RiskMeter("max_contracts", "Contracts", bound.limit, used, "contracts",
                               origins["contract_limits"]))  # fmt: skip
    if limits.max_trades_per_day is not None:
        used = Decimal(risk_views.entries_today(state, account.id))
        found.append(RiskMeter("max_trades", "Entries today", Decimal(limits.max_trades_per_day), used, "entries",
                               origins["max_trades_per_day"]))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Point:
    """An account's equity at a moment of the market, beside the floor of its rulebook."""

    at: datetime
    equity: Decimal
    floor: Decimal | None


@dataclass(slots=True)
class Trends:
    """The last hours of every meter, kept in memory for the eye alone."""

    parts: dict[tuple[AccountId, str], deque[Decimal]] = field(default_factory=dict)
    points: dict[AccountId, deque[Point]] = field(default_factory=dict)
    _last: dict[AccountId, float] = field(default_factory=dict)

    def due(self, account: AccountId, moment: float) -> bool:
        """Whether an account is to be sampled again."""
        last = self._last.get(account)
        if last is not None and moment - last < EVERY:
            return False
        self._last[account] = moment
        return True

    def sample(self, account: AccountId, found: tuple[RiskMeter, ...], point: Point) -> None:
        """Keep what the meters say now."""
        for meter in found:
            kept = self.parts.setdefault((account, f"{meter.rule}.{meter.origin}"), deque(maxlen=SAMPLES))
            kept.append(meter.fraction)
        points = self.points.setdefault(account, deque(maxlen=SAMPLES * 4))
        if not points or point.at > points[-1].at:
            points.append(point)
