"""Limits as the screen shows them, and scopes as a path names them."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from bidwell.engine import views
from bidwell.engine.definitions import check_scope
from bidwell.engine.desk import Desk
from bidwell.model import limits as model
from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.risk.catalog import CATALOG
from bidwell.risk.profiles import PROFILES, limits_of
from bidwell.risk.windows import described
from bidwell.server.fields import plain
from bidwell.server.limits import schemas
from bidwell.server.problems import ProblemError, not_found


def limits_view(limits: Limits) -> schemas.LimitsView:
    """What one scope sets."""
    values: dict[str, Any] = asdict(limits)
    contracts = values["contract_limits"]
    for one in contracts or ():
        one["weights"] = dict(one["weights"])
    return schemas.LimitsView.model_validate({name: _listed(value) for name, value in values.items()})


def _listed(value: object) -> object:
    if isinstance(value, tuple):
        return [_listed(one) for one in value]
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return value


def told(value: object) -> str:
    """A limit's value in one line: exact figures, words for the rest."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal | int):
        return plain(Decimal(value))
    if isinstance(value, model.Drawdown):
        lock = "" if value.lock is None else f", locks at {plain(value.lock)}"
        return f"{plain(value.amount)} {value.basis.replace('_', ' ')}{lock}"
    if isinstance(value, model.ContractLimit):
        return plain(value.limit)
    if isinstance(value, model.Hours):
        return described(value)
    if isinstance(value, tuple):
        return ", ".join(told(one) for one in value)
    return str(value).replace("_", " ") if isinstance(value, model.BreachAction | model.LockUntil) else str(value)


def limits_from(body: schemas.Limits) -> Limits:
    """The engine's limits from a request."""
    plain = {name: getattr(body, name) for name in schemas.Limits.model_fields}
    lists: dict[str, Any] = {
        "allowed_instruments": _names(body.allowed_instruments), "denied_instruments": _names(body.denied_instruments),
        "warn_at": None if body.warn_at is None else tuple(sorted(body.warn_at)),
        "drawdowns": None if body.drawdowns is None else tuple(
            model.Drawdown(one.amount, one.basis, one.lock) for one in body.drawdowns),
        "contract_limits": None if body.contract_limits is None else tuple(
            model.ContractLimit(one.limit, tuple(one.weights.items()), one.other) for one in body.contract_limits),
        "trading_hours": None if body.trading_hours is None else tuple(
            model.Hours(tuple(model.Window(each.start, each.end, each.zone, tuple(sorted(set(each.days))))
                              for each in one.windows)) for one in body.trading_hours),
    }  # fmt: skip
    return Limits(**{**plain, **lists})


def _names(names: list[str] | None) -> tuple[InstrumentId, ...] | None:
    return None if names is None else tuple(InstrumentId(name) for name in names)


def scope_of(desk: Desk, kind: ScopeType, name: str | None) -> Scope:
    """The scope of this workspace; raises a 404 problem for an object that is not in it."""
    if kind is ScopeType.WORKSPACE:
        if name:
            raise ProblemError(422, "scope.id_unexpected", "the workspace's scope takes no id", field="id")
        return Scope(kind)
    if not name:
        raise ProblemError(422, "scope.id_missing", f"name the {kind}", field="id")
    scope = Scope(kind, name)
    try:
        check_scope(desk.state, scope)
    except InvalidInput as error:
        raise not_found(str(kind), name) from error
    return scope


def history(desk: Desk, scope: Scope) -> schemas.LimitsHistory:
    """Every change of a scope's limits, what is planned first."""
    risk = desk.state.risk
    planned = [schemas.LimitsEntry(
        at=one.at, effective_from=one.effective_from, actor=one.actor, note=one.note, profile="", planned=True,
        current=False, limits=limits_view(one.limits)) for one in reversed(risk.planned) if one.scope == scope]  # fmt: skip
    past = []
    events = risk.history.get(scope, [])
    for number, event in enumerate(events, 1):
        noted = risk.notes.get((scope, number))
        past.append(schemas.LimitsEntry(
            at=event.at, effective_from=event.at, actor=event.actor, note=noted.note if noted else "",
            profile=noted.profile if noted else "", planned=False, current=number == len(events),
            limits=limits_view(event.limits)))  # fmt: skip
    return schemas.LimitsHistory(items=[*planned, *reversed(past)])


def catalog(desk: Desk, account: str | None) -> schemas.LimitsCatalog:
    """What can be limited and where; profiles are reckoned from an account's equity, or from 100,000 without one."""
    state, equity, currency = desk.state, Decimal(100_000), ""
    if account is not None:
        found = state.accounts.get(AccountId(account))
        if found is None:
            raise not_found("account", account)
        worth = views.valuation_or_none(state, desk.market, found)
        equity, currency = (worth.equity if worth is not None else equity), found.currency
    named = [
        (Scope(ScopeType.WORKSPACE), state.workspace.name if state.workspace else "Workspace"),
        *((Scope(ScopeType.GROUP, name), group.name) for name, group in state.groups.items()),
        *((Scope(ScopeType.ACCOUNT, name), one.name) for name, one in state.accounts.items()),
        *((Scope(ScopeType.STRATEGY, name), one.name) for name, one in state.strategies.items()),
    ]  # fmt: skip
    return schemas.LimitsCatalog(
        entries=[schemas.CatalogEntry(name=one.name, rule=one.rule, label=one.label, kind=one.kind, unit=one.unit,
                                      section=one.section) for one in CATALOG],
        scopes=[schemas.ScopeOf(type=scope.type, id=scope.id, name=name, sets=_count(state.limits.get(scope)))
                for scope, name in named],
        profiles=[schemas.ProfileView(name=one.name, title=one.title, description=one.description,
                                      limits=limits_view(limits_of(one, equity, currency))) for one in PROFILES],
    )  # fmt: skip


def _count(limits: Limits | None) -> int:
    if limits is None:
        return 0
    return sum(1 for entry in CATALOG if getattr(limits, entry.name) is not None)
