"""The part of a workspace's state that is about risk: marks, locks, violations, square-offs, funded accounts.

Like everything in the state it is a fold over the journal; each fold has the account's portfolios beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from bidwell.engine.extremes import Extremes
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.funded import Progress, Rulebook
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.limits import Limits, LockUntil, NewsEvent, Scope, ScopeType, TradingState
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.portfolio.portfolio import Portfolio
from bidwell.risk.funded.book_limits import limits_of

Portfolios = Mapping[AccountId, Portfolio]
_DAYS_KEPT = 1000
_VIOLATIONS_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Marks:
    """Equities that drawdowns are measured from, without what was paid in or out since measuring began.

    `session` is the last one whose opening equity is in `end_of_day`.
    """

    start: Decimal
    end_of_day: Decimal
    intraday: Decimal
    session: date


@dataclass(slots=True)
class Violation:
    """A violation with what people did about it."""

    opened: rev.ViolationOpened
    acknowledged: rev.ViolationAcknowledged | None = None
    resolved: rev.ViolationResolved | None = None


@dataclass(slots=True)
class Funded:
    """An account under a rulebook; `paid` is what came in or went out since, `paid_out` the payouts, by currency."""

    rulebook: Rulebook
    progress: Progress
    base: Decimal
    limits: Limits
    attached: rev.RulebookAttached
    paid: dict[str, Decimal] = field(default_factory=dict)
    paid_out: Decimal = ZERO
    fault: str = ""
    days: list[rev.FundedDayClosed] = field(default_factory=list)
    stages: list[rev.FundedStageReached] = field(default_factory=list)
    fills: int = 0


@dataclass(slots=True)
class RiskState:
    """Everything the journal says of risk; `revision` rises whenever limits of any kind may have changed.

    `counted` are the session's entries that were retired since, beside those named in `entries`.
    """

    revision: int = 0
    planned: list[rev.LimitsPlanned] = field(default_factory=list)
    history: dict[Scope, list[ev.LimitsSet]] = field(default_factory=dict)
    notes: dict[tuple[Scope, int], rev.LimitsNoted] = field(default_factory=dict)
    news: rev.NewsCalendarSet | None = None
    releases: tuple[NewsEvent, ...] = ()
    marks: dict[AccountId, Marks] = field(default_factory=dict)
    paid: dict[AccountId, dict[str, Decimal]] = field(default_factory=dict)
    realized_at_open: dict[AccountId, dict[str, Decimal]] = field(default_factory=dict)
    entries: dict[AccountId, dict[ClientOrderId, None]] = field(default_factory=dict)
    counted: dict[AccountId, int] = field(default_factory=dict)
    fills: dict[AccountId, int] = field(default_factory=dict)
    violations: dict[str, Violation] = field(default_factory=dict)
    locks: dict[AccountId, dict[str, rev.AccountLocked]] = field(default_factory=dict)
    squares: dict[str, rev.SquareOffOrdered] = field(default_factory=dict)
    funded: dict[AccountId, Funded] = field(default_factory=dict)
    lapsed: dict[AccountId, dict[ClientOrderId, None]] = field(default_factory=dict)
    extremes: dict[AccountId, Extremes] = field(default_factory=dict)
    readiness: dict[AccountId, rev.ReadinessChecked] = field(default_factory=dict)
    drills: dict[str, rev.FireDrillRun] = field(default_factory=dict)

    def lock_of(self, scope: Scope) -> ev.TradingStateSet | None:
        """The strictest lock of an account, told as a halt; None where there is none."""
        if scope.type is not ScopeType.ACCOUNT or not self.locks:
            return None
        locks = self.locks.get(AccountId(scope.id))
        if not locks:
            return None
        found = min(locks.values(), key=lambda lock: (lock.reduce_only, lock.until is not LockUntil.RELEASED))
        state = TradingState.REDUCE_ONLY if found.reduce_only else TradingState.HALTED
        return ev.TradingStateSet(found.at, scope, state, found.reason, "risk")

    def touch(self, account: AccountId, instrument: InstrumentId) -> None:
        """Orders or the position of this account and instrument changed."""
        known = self.extremes.get(account)
        if known is not None:
            known.touched[instrument] = None

    def keep(self, order: Order) -> None:
        """An order stands as it now does: an entry that closed without a fill is none, until it fills after all."""
        entries, lapsed = self.entries.get(order.account), self.lapsed.get(order.account)
        name = order.client_order_id
        if entries is not None and name in entries and not order.is_open and not order.filled_quantity:
            del entries[name]
            self.lapsed.setdefault(order.account, {})[name] = None
        elif lapsed is not None and name in lapsed and order.filled_quantity:
            del lapsed[name]
            self.entries.setdefault(order.account, {})[name] = None

    def retire(self, order: Order) -> None:
        """A closed order leaves the memory: as an entry it is counted from now on, and no longer named."""
        name, entries = order.client_order_id, self.entries.get(order.account, {})
        if name in entries:
            del entries[name]
            self.counted[order.account] = self.counted.get(order.account, 0) + 1
        self.lapsed.get(order.account, {}).pop(name, None)


def net_realized(portfolio: Portfolio) -> dict[str, Decimal]:
    """All that an account ever realized, after fees, by currency."""
    found = dict(portfolio.realized_pnl)
    for currency, fee in portfolio.fees.items():
        found[currency] = found.get(currency, ZERO) - fee
    return found


def _limits(risk: RiskState, event: ev.LimitsSet, _: Portfolios) -> None:
    risk.history.setdefault(event.scope, []).append(event)
    risk.planned = [one for one in risk.planned if one.scope != event.scope or one.effective_from > event.at]
    risk.revision += 1


def _planned(risk: RiskState, event: rev.LimitsPlanned, _: Portfolios) -> None:
    kept = [one for one in risk.planned if (one.scope, one.effective_from) != (event.scope, event.effective_from)]
    risk.planned = sorted([*kept, event], key=lambda one: one.effective_from)
    risk.revision += 1


def _dropped(risk: RiskState, event: rev.LimitsPlanDropped, _: Portfolios) -> None:
    risk.planned = [
        one for one in risk.planned if (one.scope, one.effective_from) != (event.scope, event.effective_from)
    ]
    risk.revision += 1


def _noted(risk: RiskState, event: rev.LimitsNoted, _: Portfolios) -> None:
    risk.notes[event.scope, len(risk.history.get(event.scope, ()))] = event


def _at(event: NewsEvent) -> datetime:
    return event.at


def _news(risk: RiskState, event: rev.NewsCalendarSet, _: Portfolios) -> None:
    risk.news = event
    risk.releases = tuple(sorted(event.events, key=_at))
    risk.revision += 1


def _session(risk: RiskState, event: ev.SessionOpened, portfolios: Portfolios) -> None:
    account = event.account
    portfolio = portfolios.get(account)
    risk.realized_at_open[account] = net_realized(portfolio) if portfolio is not None else {}
    risk.entries.pop(account, None)
    risk.lapsed.pop(account, None)
    risk.counted.pop(account, None)


def _marked(risk: RiskState, event: rev.EquityMarked, _: Portfolios) -> None:
    known = risk.marks.get(event.account)
    if event.session is not None:
        start, end_of_day, intraday = (known.start, known.end_of_day, known.intraday) if known else (event.high,) * 3
        risk.marks[event.account] = Marks(start, max(end_of_day, event.high), max(intraday, event.high), event.session)
    elif known is not None and event.high > known.intraday:
        risk.marks[event.account] = replace(known, intraday=event.high)


def _paid(risk: RiskState, event: ev.CashAdjusted, _: Portfolios) -> None:
    if event.account in risk.marks:
        sums = risk.paid.setdefault(event.account, {})
        sums[event.currency] = sums.get(event.currency, ZERO) + event.amount
    funded = risk.funded.get(event.account)
    if funded is not None:
        funded.paid[event.currency] = funded.paid.get(event.currency, ZERO) + event.amount


def _approved(risk: RiskState, event: ev.OrderApproved, _: Portfolios) -> None:
    if not event.order.reduces and event.order.leg == 0:
        risk.entries.setdefault(event.order.account, {})[event.order.client_order_id] = None


def _filled(risk: RiskState, event: ev.OrderFilled, _: Portfolios) -> None:
    account = event.fill.account
    risk.fills[account] = risk.fills.get(account, 0) + 1


def _violated(risk: RiskState, event: rev.ViolationOpened, _: Portfolios) -> None:
    risk.violations[event.id] = Violation(event)
    if len(risk.violations) > _VIOLATIONS_KEPT:
        settled = next((name for name, one in risk.violations.items() if one.resolved is not None), None)
        if settled is not None:
            del risk.violations[settled]


def _acknowledged(risk: RiskState, event: rev.ViolationAcknowledged, _: Portfolios) -> None:
    if event.id in risk.violations:
        risk.violations[event.id].acknowledged = event


def _resolved(risk: RiskState, event: rev.ViolationResolved, _: Portfolios) -> None:
    if event.id in risk.violations:
        risk.violations[event.id].resolved = event


def _ready(risk: RiskState, event: rev.ReadinessChecked, _: Portfolios) -> None:
    risk.readiness[event.account] = event


def _drilled(risk: RiskState, event: rev.FireDrillRun, _: Portfolios) -> None:
    risk.drills[event.broker] = event


def _locked(risk: RiskState, event: rev.AccountLocked, _: Portfolios) -> None:
    risk.locks.setdefault(event.account, {})[event.rule] = event


def _unlocked(risk: RiskState, event: rev.AccountUnlocked, _: Portfolios) -> None:
    locks = risk.locks.get(event.account, {})
    if event.rule:
        locks.pop(event.rule, None)
    else:
        locks.clear()
    if not locks:
        risk.locks.pop(event.account, None)


def _square(risk: RiskState, event: rev.SquareOffOrdered, _: Portfolios) -> None:
    risk.squares[event.id] = event


def _squared(risk: RiskState, event: rev.SquareOffEnded, _: Portfolios) -> None:
    risk.squares.pop(event.id, None)


def _attached(risk: RiskState, event: rev.RulebookAttached, _: Portfolios) -> None:
    limits = limits_of(event.rulebook, event.progress)
    risk.funded[event.account] = Funded(event.rulebook, event.progress, event.base, limits, event,
                                        fills=risk.fills.get(event.account, 0))  # fmt: skip
    risk.revision += 1


def _revised(risk: RiskState, event: rev.RulebookRevised, _: Portfolios) -> None:
    funded = risk.funded.get(event.account)
    if funded is not None:
        funded.rulebook = event.rulebook
        funded.limits = limits_of(event.rulebook, funded.progress)
        risk.revision += 1


def _faulted(risk: RiskState, event: rev.RulebookFaulted, _: Portfolios) -> None:
    funded = risk.funded.get(event.account)
    if funded is not None:
        funded.fault = event.reason


def _detached(risk: RiskState, event: rev.RulebookDetached, _: Portfolios) -> None:
    risk.funded.pop(event.account, None)
    risk.revision += 1


def _progressed(risk: RiskState, event: rev.FundedProgressed, _: Portfolios) -> None:
    funded = risk.funded.get(event.account)
    if funded is not None:
        funded.progress = event.progress
        funded.limits = limits_of(funded.rulebook, event.progress)
        funded.fills = risk.fills.get(event.account, 0)
        risk.revision += 1


def _stage(risk: RiskState, event: rev.FundedStageReached, _: Portfolios) -> None:
    funded = risk.funded.get(event.account)
    if funded is not None:
        funded.stages.append(event)
        funded.paid_out += event.paid_out


def _day(risk: RiskState, event: rev.FundedDayClosed, _: Portfolios) -> None:
    funded = risk.funded.get(event.account)
    if funded is not None:
        funded.days.append(event)
        del funded.days[:-_DAYS_KEPT]


RISK_FOLDS: Final[dict[type[ev.Event], Callable[[RiskState, Any, Portfolios], None]]] = {
    ev.LimitsSet: _limits, rev.LimitsPlanned: _planned, rev.LimitsPlanDropped: _dropped, rev.LimitsNoted: _noted,
    rev.NewsCalendarSet: _news, ev.SessionOpened: _session, rev.EquityMarked: _marked, ev.CashAdjusted: _paid,
    ev.OrderApproved: _approved, ev.OrderFilled: _filled, rev.ViolationOpened: _violated,
    rev.ViolationAcknowledged: _acknowledged, rev.ViolationResolved: _resolved, rev.AccountLocked: _locked,
    rev.AccountUnlocked: _unlocked, rev.SquareOffOrdered: _square, rev.SquareOffEnded: _squared,
    rev.RulebookAttached: _attached, rev.RulebookRevised: _revised, rev.RulebookFaulted: _faulted,
    rev.RulebookDetached: _detached, rev.FundedProgressed: _progressed, rev.FundedStageReached: _stage,
    rev.FundedDayClosed: _day, rev.ReadinessChecked: _ready, rev.FireDrillRun: _drilled,
}  # fmt: skip
"""What each event changes here, beside or instead of its fold in the rest of the state."""
