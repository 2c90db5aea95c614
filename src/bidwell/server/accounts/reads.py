"""Accounts put together from state, market and sessions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bidwell.engine import views
from bidwell.engine.desk import Desk
from bidwell.model.account import Account
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import AccountId
from bidwell.model.limits import Limits, Scope, ScopeType, TradingState
from bidwell.model.money import ZERO
from bidwell.server.accounts import schemas
from bidwell.server.breaks import handling_of, title_of
from bidwell.server.limits.reads import limits_view, told
from bidwell.server.problems import not_found

_WARN_AT = [Decimal("0.7"), Decimal("0.9")]
_FRACTION = Decimal("0.0001")
_CENT = Decimal("0.01")


def find(desk: Desk, name: str) -> Account:
    """The account of this workspace, or a 404 problem."""
    account = desk.state.accounts.get(AccountId(name))
    if account is None:
        raise not_found("account", name)
    return account


def state_of(desk: Desk, account: AccountId) -> schemas.StateView:
    """The strictest halt that reaches the account: its own, its groups' or the workspace's."""
    scopes = [Scope(ScopeType.WORKSPACE), Scope(ScopeType.ACCOUNT, account)]
    scopes += [Scope(ScopeType.GROUP, group) for group in desk.state.groups_of(account)]
    halt = desk.state.trading_state(scopes)
    if halt is None:
        return schemas.StateView(state=TradingState.ACTIVE)
    scope = schemas.ScopeView(type=halt.scope.type, id=halt.scope.id)
    return schemas.StateView(state=halt.state, reason=halt.reason, scope=scope)


def meters(desk: Desk, account: Account) -> list[schemas.LimitMeter]:
    """How far the account is into each of its limits."""
    found = []
    for meter in views.meters(desk.state, desk.market, account):
        fraction = (meter.used / meter.limit).quantize(_FRACTION) if meter.limit else Decimal(1)
        found.append(schemas.LimitMeter(
            rule=meter.rule, label=meter.label, limit=meter.limit, used=_money(meter.used),
            left=_money(meter.limit - meter.used), unit=meter.unit, fraction=fraction, warn_at=_WARN_AT,
        ))  # fmt: skip
    return found


def _money(amount: Decimal) -> Decimal:
    """An amount for the eye: half-even to the cent; the exact figure stays in the engine."""
    return amount.quantize(_CENT)


def summary(desk: Desk, account: Account) -> schemas.AccountSummary:
    """One account at a glance."""
    return schemas.AccountSummary(**_summary(desk, account))


def _summary(desk: Desk, account: Account) -> dict[str, Any]:
    session = desk.sessions.get(account.id)
    halt = state_of(desk, account.id)
    return {
        "id": account.id, "name": account.name, "broker": account.broker, "currency": account.currency,
        "mode": account.mode, "program": account.program, "enabled": account.enabled,
        "fractional": account.quantity_step is not None,
        "connected": session is not None and session.connected, "reconciled": desk.reconciled(account.id),
        "session_state": halt.state, "state": halt, **_worth(desk, account),
        "open_orders": len(desk.state.open.get(account.id, ())), "limits": meters(desk, account),
    }  # fmt: skip


def _worth(desk: Desk, account: Account) -> dict[str, Decimal | None]:
    """The account's money; None throughout while a rate that it needs is unknown."""
    worth = views.valuation_or_none(desk.state, desk.market, account)
    if worth is None:
        return dict.fromkeys(("equity", "cash", "buying_power", "day_pnl", "unrealized_pnl", "gross_exposure"))
    opened = desk.state.sessions.get(account.id)
    free = worth.equity - worth.gross_exposure / account.leverage - desk.state.reserved(account.id)
    return {
        "equity": _money(worth.equity), "cash": _money(worth.cash), "buying_power": _money(max(free, ZERO)),
        "day_pnl": _money(worth.equity - opened.equity) if opened is not None else None,
        "unrealized_pnl": _money(worth.unrealized_pnl), "gross_exposure": _money(worth.gross_exposure),
    }  # fmt: skip


def summaries(desk: Desk) -> list[schemas.AccountSummary]:
    """Every account at a glance."""
    return [summary(desk, account) for account in desk.state.accounts.values()]


def detail(desk: Desk, account: Account) -> schemas.AccountDetail:
    """One account in full."""
    state = desk.state
    scope = Scope(ScopeType.ACCOUNT, account.id)
    effective, origins = views.limits_of(state, state.scopes_of(account.id, None), desk.market)
    reconciled = state.reconciliations.get(account.id)
    session = desk.sessions.get(account.id)
    breaks = reconciled.breaks if reconciled is not None else ()
    return schemas.AccountDetail(
        **_summary(desk, account),
        connection_detail=session.detail if session is not None else "no broker session",
        balances=_balances(desk, account), limits_set=limits_view(state.limits.get(scope) or Limits()),
        limits_effective=_effective(effective, origins),
        breaks=[schemas.BreakView(type=one.type, subject=one.subject, ours=one.ours, theirs=one.theirs,
                                  repair=one.repair, title=title_of(one), handling=handling_of(one))
                for one in breaks],
        last_reconciled_at=reconciled.at if reconciled is not None else None,
    )  # fmt: skip


def _effective(limits: Limits, origins: dict[str, str]) -> list[schemas.EffectiveLimit]:
    found = []
    for field in Limits.__dataclass_fields__:
        value = getattr(limits, field)
        if value is None or field == "currency":
            continue
        found.append(schemas.EffectiveLimit(field=field, value=told(value), origin=origins.get(field, "")))
    return found


def _balances(desk: Desk, account: Account) -> list[schemas.Balance]:
    found = []
    for currency, amount in sorted(desk.state.portfolios[account.id].cash.items()):
        try:
            rate = desk.market.rates.rate(currency, account.currency)
        except CurrencyMismatch:
            rate = None
        value = None if rate is None else _money(amount * rate)
        found.append(schemas.Balance(currency=currency, amount=amount, rate=rate, value=value))
    return found
