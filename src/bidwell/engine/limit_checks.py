"""Which limits may be set: nonsense is refused with a reason before it reaches the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfoNotFoundError

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId
from bidwell.model.limits import ContractLimit, Drawdown, Hours, Limits, Scope, ScopeType
from bidwell.model.money import LARGEST, bearable
from bidwell.risk.limits import MONEY
from bidwell.risk.windows import zone_of

if TYPE_CHECKING:
    from bidwell.engine.state import State

_ONE: Final = Decimal(1)
_PARTS: Final = frozenset({"price_collar", "margin_buffer"})
_LISTS: Final = frozenset({"allowed_instruments", "denied_instruments"})
_FURTHEST: Final = timedelta(days=366)
_PAIRS: Final = (
    ("max_order_quantity", "max_position", "an order could never be that large"),
    ("max_order_notional", "max_position_notional", "an order could never be that large"),
    ("max_position_notional", "max_gross_exposure", "a position could never be that large"),
    ("max_net_exposure", "max_gross_exposure", "net exposure is never above gross"),
)
"""The first of each pair above the second would never be reached."""


def check_plan(start: datetime, now: datetime) -> None:
    """Refuse a change of limits that would begin in the past, or further away than a year; raises InvalidInput."""
    if start <= now:
        raise InvalidInput("limits.in_the_past", f"{start:%Y-%m-%d %H:%M} UTC has passed: limits begin in the future",
                           field="effective_from", hint="leave it out to set the limits now")  # fmt: skip
    if start - now > _FURTHEST:
        raise InvalidInput("limits.too_far", "limits can be planned for a year ahead", field="effective_from")


def check_limits(state: State, scope: Scope, limits: Limits) -> None:
    """Refuse limits that are negative, contradictory, in the wrong currency or about nothing; raises InvalidInput."""
    for name in Limits.__dataclass_fields__:
        value = getattr(limits, name)
        if value is None:
            continue
        if name in _LISTS:
            _instruments(state, name, value)
        elif isinstance(value, Decimal | int) and not isinstance(value, bool):
            _figure(name, Decimal(value))
    _fractions(limits.warn_at)
    for drawdown in limits.drawdowns or ():
        _drawdown(drawdown)
    for contracts in limits.contract_limits or ():
        _contracts(contracts)
    for hours in limits.trading_hours or ():
        _hours(hours)
    _contradictions(limits)
    _currency(state, scope, limits)


def _refuse(name: str, reason: str, code: str = "limits.value", hint: str | None = None) -> InvalidInput:
    return InvalidInput(code, f"{name} {reason}", field=name, hint=hint)


def _instruments(state: State, name: str, values: tuple[Any, ...]) -> None:
    for value in values:
        if value not in state.instruments:
            raise InvalidInput("instrument.unknown", f"instrument {value!r} does not exist", field=name)


def _figure(name: str, value: Decimal) -> None:
    if not bearable(value) or value < 0:
        raise _refuse(name, f"must be zero or a positive number of at most {LARGEST:f}, not {value}")
    if name in _PARTS and value > _ONE:
        raise _refuse(name, f"is a part of one and cannot be {value}")


def _fractions(values: tuple[Decimal, ...] | None) -> None:
    for value in values or ():
        if not bearable(value) or not 0 < value < 1:
            raise _refuse("warn_at", f"are parts of one between 0 and 1, not {value}")


def _drawdown(rule: Drawdown) -> None:
    if not bearable(rule.amount) or rule.amount <= 0:
        raise _refuse("drawdowns", "need an amount above zero")
    if rule.lock is not None and (not bearable(rule.lock) or rule.lock < 0):
        raise _refuse("drawdowns", "lock at an equity of zero or above")
    if rule.lock is not None and rule.basis == "static":
        raise _refuse("drawdowns", "that are static do not move, so they cannot be locked", "limits.contradictory")


def _contracts(rule: ContractLimit) -> None:
    figures = (rule.limit, *(weight for _, weight in rule.weights), *(() if rule.other is None else (rule.other,)))
    if any(not bearable(one) or one < 0 for one in figures):
        raise _refuse("contract_limits", "need limits and weights of zero or above")
    names = [name for name, _ in rule.weights]
    if len(set(names)) != len(names):
        raise _refuse("contract_limits", "name an underlying twice", "limits.contradictory")


def _hours(hours: Hours) -> None:
    if not hours.windows:
        raise _refuse("trading_hours", "without a window would never open; halt the scope instead",
                      "limits.contradictory")  # fmt: skip
    for window in hours.windows:
        try:
            zone_of(window.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _refuse("trading_hours", f"name a zone that is not known: {window.zone!r}") from error
        if (
            not window.days
            or any(day not in range(7) for day in window.days)
            or window.start.tzinfo
            or window.end.tzinfo
        ):
            raise _refuse("trading_hours", "need days from 0 (Monday) to 6 and local times")


def _contradictions(limits: Limits) -> None:
    for smaller, larger, why in _PAIRS:
        one, other = getattr(limits, smaller), getattr(limits, larger)
        if one is not None and other is not None and one > other:
            raise _refuse(smaller, f"of {one} is above {larger} of {other}: {why}", "limits.contradictory")
    both = set(limits.allowed_instruments or ()) & set(limits.denied_instruments or ())
    if both:
        raise _refuse("denied_instruments", f"and allowed_instruments both name {min(both)}", "limits.contradictory")
    if limits.lock_until is not None and limits.on_breach is None:
        raise _refuse("lock_until", "says when a lock ends, and on_breach sets none", "limits.contradictory")


def _currency(state: State, scope: Scope, limits: Limits) -> None:
    if not limits.currency:
        return
    known = {account.currency for account in state.accounts.values()}
    account = state.accounts.get(AccountId(scope.id)) if scope.type is ScopeType.ACCOUNT else None
    if account is not None and account.currency != limits.currency:
        raise _refuse("currency", f"of {account.name} is {account.currency}, not {limits.currency}",
                      "limits.currency", hint=f"state the limits in {account.currency}")  # fmt: skip
    named = [name for name in (*MONEY, "drawdowns") if getattr(limits, name) is not None]
    if account is None and known and limits.currency not in known and named:
        raise _refuse("currency", f"{limits.currency} is that of no account here", "limits.currency",
                      hint=f"state the limits in {', '.join(sorted(known))}")  # fmt: skip
