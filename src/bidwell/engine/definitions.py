"""What may be set up in a workspace: refused with a reason before it reaches the journal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.engine.following import check_following, senders_to
from bidwell.engine.limit_checks import check_limits, check_plan
from bidwell.model import events as ev
from bidwell.model.account import Policy
from bidwell.model.errors import InvalidInput
from bidwell.model.limits import ScopeType
from bidwell.model.risk_events import LimitsPlanned

if TYPE_CHECKING:
    from bidwell.engine.state import State
    from bidwell.model.account import Account, Group, Strategy
    from bidwell.model.limits import Scope

_LONGEST_NAME = 80
_LARGEST = Decimal("1e15")


def check_definition(state: State, event: ev.Event) -> None:
    """Refuse a definition that refers to what does not exist or cannot work; raises InvalidInput."""
    match event:
        case ev.AccountDefined(account=account):
            _account(account)
        case ev.GroupDefined(group=group):
            _group(state, group)
        case ev.GroupRemoved(id=name):
            _known("group", name, name in state.groups)
            senders = senders_to(state, name)
            if senders:
                raise InvalidInput("group.in_use", f"{senders} still sends to this group", field="group",
                                   hint="move or remove that strategy first")  # fmt: skip
        case ev.StrategyDefined(strategy=strategy):
            _strategy(state, strategy)
        case ev.StrategyRemoved(id=name):
            _known("strategy", name, name in state.strategies)
        case ev.LimitsSet(scope=scope, limits=limits):
            check_scope(state, scope)
            check_limits(state, scope, limits)
        case LimitsPlanned(scope=scope, limits=limits, effective_from=start, at=now):
            check_scope(state, scope)
            check_limits(state, scope, limits)
            check_plan(start, now)
        case _:
            return


def check_scope(state: State, scope: Scope) -> None:
    """Raise InvalidInput where a scope names something that does not exist."""
    known: dict[ScopeType, object] = {
        ScopeType.GROUP: state.groups, ScopeType.ACCOUNT: state.accounts, ScopeType.STRATEGY: state.strategies,
    }  # fmt: skip
    if scope.type is ScopeType.WORKSPACE:
        return
    names = known[scope.type]
    _known(str(scope.type), scope.id, isinstance(names, dict) and scope.id in names)


def _known(kind: str, name: str, exists: bool) -> None:  # noqa: FBT001 - a private test of one fact
    if not exists:
        raise InvalidInput(f"{kind}.unknown", f"{kind} {name!r} does not exist", field=kind)


def _name(kind: str, name: str) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"{kind}.name", f"a name of 1 to {_LONGEST_NAME} printable characters is needed", field="name"
        )


def _account(account: Account) -> None:
    _name("account", account.name)
    if len(account.currency) < 3 or not account.currency.isalnum() or not account.currency.isupper():
        raise InvalidInput("account.currency", "the currency is a code such as USD", field="currency")
    if not (account.leverage.is_finite() and Decimal(0) < account.leverage <= Decimal(100)):
        raise InvalidInput("account.leverage", "leverage is above 0 and at most 100", field="leverage")
    step = account.quantity_step
    if step is not None and not (step.is_finite() and step > 0):
        raise InvalidInput("account.quantity_step", "the quantity step must be above zero", field="quantity_step")


def _group(state: State, group: Group) -> None:
    _name("group", group.name)
    if not group.members:
        raise InvalidInput("group.empty", "a group needs at least one account", field="members")
    accounts = [member.account for member in group.members]
    for account in accounts:
        _known("account", account, account in state.accounts)
    if len(set(accounts)) != len(accounts):
        raise InvalidInput("group.repeated", "an account can be in a group once", field="members")
    for member in group.members:
        if not (member.weight.is_finite() and Decimal(0) <= member.weight <= _LARGEST):
            raise InvalidInput("group.weight", "a weight is zero or above", field="members")
        if member.cap is not None and not (member.cap.is_finite() and Decimal(0) < member.cap <= _LARGEST):
            raise InvalidInput("group.cap", "a cap is above zero", field="members")
        for instrument in member.instruments.values():
            _known("instrument", instrument, instrument in state.instruments)
    if group.policy is not Policy.EQUAL and not any(member.weight for member in group.members):
        raise InvalidInput("group.weight", "at least one account needs a weight", field="members")
    check_following(state, group)


def _strategy(state: State, strategy: Strategy) -> None:
    _name("strategy", strategy.name)
    if (strategy.group is None) == (strategy.account is None):
        raise InvalidInput("strategy.receiver", "name a group or an account, not both", field="group")
    if strategy.group is not None:
        _known("group", strategy.group, strategy.group in state.groups)
        if state.groups[strategy.group].leader is not None:
            raise InvalidInput("group.follows", "that group copies its leader and takes no orders of its own",
                               field="group", hint="send to the leader's account")  # fmt: skip
    if strategy.account is not None:
        _known("account", strategy.account, strategy.account in state.accounts)
    for instrument in strategy.instruments:
        _known("instrument", instrument, instrument in state.instruments)
    if not 1 <= strategy.valid_seconds <= 86_400:
        raise InvalidInput("strategy.valid_seconds", "signals stay valid for 1 to 86400 seconds", field="valid_seconds")
