"""Risk put together from state, market and the guard's trends."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from decimal import Decimal

from bidwell.engine import decisions, risk_views, views
from bidwell.engine.desk import Desk
from bidwell.engine.guarding import WARN_AT
from bidwell.engine.intake import Request
from bidwell.engine.limit_checks import check_limits
from bidwell.engine.ports import Entropy
from bidwell.engine.risk_meters import RiskMeter, meters
from bidwell.engine.risk_state import Violation
from bidwell.model import risk_events as rev
from bidwell.model.account import Account
from bidwell.model.ids import AccountId
from bidwell.model.limits import Limits, Scope
from bidwell.model.money import ZERO
from bidwell.risk.gate import Gate
from bidwell.server.accounts.reads import state_of
from bidwell.server.intents import preview
from bidwell.server.intents.schemas import Preview
from bidwell.server.problems import not_found
from bidwell.server.risk import schemas

_FRACTION = Decimal("0.0001")
_CENT = Decimal("0.01")
_OPEN, _ACKNOWLEDGED, _RESOLVED = "open", "acknowledged", "resolved"


def status(desk: Desk, now: datetime) -> schemas.RiskStatus:
    """Every account's risk, and what is being closed."""
    accounts = [account_risk(desk, account, now) for account in desk.state.accounts.values()]
    squares = [square_view(one) for one in desk.state.risk.squares.values()]
    return schemas.RiskStatus(accounts=accounts, square_offs=squares)


def account_risk(desk: Desk, account: Account, now: datetime) -> schemas.AccountRisk:
    """One account's risk at a glance."""
    state, market = desk.state, desk.market
    worth = views.valuation_or_none(state, market, account)
    realized = risk_views.realized_today(state, market, account)
    limits, _ = views.limits_of(state, state.scopes_of(account.id, None), market, now)
    locks = state.risk.locks.get(account.id, {}).values()
    open_ones = [one for one in state.risk.violations.values()
                 if one.opened.account == account.id and one.resolved is None]  # fmt: skip
    return schemas.AccountRisk(
        account=account.id, name=account.name, currency=account.currency, program=program(desk, account),
        state=state_of(desk, account.id), equity=_money(worth.equity if worth else None),
        day_pnl=_money(desk.day_pnl(account.id)), realized_today=_money(realized),
        free_margin=_money(worth.equity - worth.gross_exposure / account.leverage if worth else None),
        meters=[_meter(desk, account, one, limits) for one in meters(state, market, account, now)],
        locks=[schemas.LockView(rule=one.rule, reason=one.reason, until=one.until, reduce_only=one.reduce_only,
                                since=one.at) for one in locks],
        open_violations=len(open_ones),
        positions=sum(1 for one in state.portfolios[account.id].positions.values() if one.quantity),
    )  # fmt: skip


def program(desk: Desk, account: Account) -> str:
    """The plan that an account is held to, or what it calls itself."""
    funded = desk.state.risk.funded.get(account.id)
    return account.program if funded is None else f"{funded.rulebook.firm} {funded.rulebook.id}"


def _meter(desk: Desk, account: Account, one: RiskMeter, limits: Limits) -> schemas.RiskMeter:
    trend = desk.guard.trends.parts.get((account.id, f"{one.rule}.{one.origin}"), ())
    return schemas.RiskMeter(
        rule=one.rule, label=one.label, limit=one.limit, used=one.used.quantize(_CENT),
        left=(one.limit - one.used).quantize(_CENT), unit=one.unit, fraction=one.fraction.quantize(_FRACTION),
        origin=one.origin, warn_at=list(limits.warn_at or WARN_AT),
        trend=[part.quantize(_FRACTION) for part in list(trend)[-60:]],
    )  # fmt: skip


def _money(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(_CENT)


def square_view(one: rev.SquareOffOrdered) -> schemas.SquareOffView:
    """One square-off under way."""
    return schemas.SquareOffView(id=one.id, account=one.account, instrument=one.instrument, strategy=one.strategy,
                                 reason=one.reason, actor=one.actor, since=one.at)  # fmt: skip


def violations(desk: Desk, wanted: str, account: str | None) -> schemas.ViolationList:
    """Violations, newest first: all of them, or those that are not resolved."""
    found = [violation_view(desk, one) for one in reversed(desk.state.risk.violations.values())
             if (wanted == "all" or one.resolved is None) and account in {None, one.opened.account}]  # fmt: skip
    return schemas.ViolationList(items=found)


def violation(desk: Desk, name: str) -> Violation:
    """The violation of that id, or a 404 problem."""
    found = desk.state.risk.violations.get(name)
    if found is None:
        raise not_found("violation", name)
    return found


def violation_view(desk: Desk, one: Violation) -> schemas.ViolationView:
    """One violation with its life so far."""
    opened, seen, ended = one.opened, one.acknowledged, one.resolved
    account = desk.state.accounts.get(opened.account)
    notes = [event.note for event in (seen, ended) if event is not None and event.note]
    return schemas.ViolationView(
        id=opened.id, account=opened.account, account_name=account.name if account else opened.account,
        rule=opened.rule, severity=opened.severity, action=opened.action, limit=opened.limit, current=opened.current,
        unit=opened.unit, message=opened.message, session=opened.session, opened_at=opened.at,
        state=_RESOLVED if ended else _ACKNOWLEDGED if seen else _OPEN,
        acknowledged_by=seen.actor if seen else "", acknowledged_at=seen.at if seen else None,
        resolved_by=ended.actor if ended else "", resolved_at=ended.at if ended else None, note="; ".join(notes),
    )  # fmt: skip


def calendar(desk: Desk, now: datetime) -> schemas.ReleaseCalendarView:
    """The releases that news windows look at."""
    known = desk.state.risk.news
    events = known.events if known is not None else ()
    return schemas.ReleaseCalendarView(
        now=desk.market.market_time or now, quiet=_quiet(desk, now),
        events=[schemas.ScheduledRelease(at=one.at, title=one.title, instruments=list(one.instruments)) for one in events],
        source=known.source if known else "", set_at=known.at if known else None, actor=known.actor if known else "",
    )  # fmt: skip


def _quiet(desk: Desk, now: datetime) -> list[schemas.QuietView]:
    found = []
    for account in desk.state.accounts.values():
        limits, _ = views.limits_of(desk.state, desk.state.scopes_of(account.id, None), desk.market, now)
        before, after = limits.news_before or ZERO, limits.news_after or ZERO
        if before or after:
            found.append(schemas.QuietView(account=account.id, name=account.name, before=before, after=after))
    return found


def squared_accounts(desk: Desk, body: schemas.SquareOff) -> list[AccountId]:
    """The accounts that a square-off is for; a 404 problem for one that is not here."""
    state = desk.state
    if body.account is not None:
        found = [AccountId(body.account)]
    elif body.group is not None:
        group = next((one for name, one in state.groups.items() if name == body.group), None)
        if group is None:
            raise not_found("group", body.group)
        found = [member.account for member in group.members]
    else:
        found = list(state.accounts)
    for name in found:
        if name not in state.accounts:
            raise not_found("account", name)
    return found


def dry_run(desk: Desk, request: Request, now: datetime, entropy: Entropy,
            trial: tuple[Scope, Limits] | None) -> Preview:  # fmt: skip
    """What every rule would say of an order, under other limits where a trial is given; nothing is kept."""
    if trial is None:
        return preview.preview(desk, request)
    scope, limits = trial
    check_limits(desk.state, scope, limits)
    other = copy(desk.state)
    other.limits = {**desk.state.limits, scope: limits}
    other.merged = {}
    made = decisions.preview(other, desk.market, Gate(), request, now, entropy, desk.reconciled)
    return preview.view(desk, request, *made)


def narrowed(desk: Desk, body: schemas.SquareOff) -> None:
    """Refuse a square-off of an instrument or strategy that is not here."""
    if body.instrument is not None and body.instrument not in desk.state.instruments:
        raise not_found("instrument", body.instrument)
    if body.strategy is not None and body.strategy not in desk.state.strategies:
        raise not_found("strategy", body.strategy)
