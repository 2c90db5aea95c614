"""Accounts as the screen shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bidwell.model.account import Mode
from bidwell.model.limits import ScopeType, TradingState
from bidwell.server.fields import Body, CurrencyCode, Flag, Instant, Name, Number, View, Whole
from bidwell.server.limits.schemas import LimitsView


class ScopeView(View):
    """Where a limit or a halt applies; `id` is empty for the workspace."""

    type: ScopeType
    id: str = ""


class StateView(View):
    """What may leave: everything, only what reduces, or only cancels; `scope` is the one that says so."""

    state: TradingState
    reason: str = ""
    scope: ScopeView | None = None


class LimitMeter(View):
    """How far an account is from one of its limits; `fraction` is 0 to 1, or above when it is exceeded."""

    rule: str
    label: str
    limit: Number
    used: Number
    left: Number
    unit: str
    fraction: Number
    warn_at: list[Number]


class AccountSummary(View):
    """One account at a glance; money in its own currency, null while a rate that it needs is unknown."""

    id: str
    name: str
    broker: str
    currency: str
    mode: Mode
    program: str
    enabled: bool
    fractional: bool
    connected: bool
    reconciled: bool
    session_state: TradingState
    state: StateView
    equity: Number | None
    cash: Number | None
    buying_power: Number | None
    day_pnl: Number | None
    unrealized_pnl: Number | None
    gross_exposure: Number | None
    open_orders: Whole
    limits: list[LimitMeter]


class AccountList(View):
    """The workspace's accounts."""

    items: list[AccountSummary]
    next_cursor: str | None = None


class Balance(View):
    """Cash in one currency; `value` is in the account's currency, null where no rate is known."""

    currency: str
    amount: Number
    rate: Number | None
    value: Number | None


class EffectiveLimit(View):
    """The limit in force for one field, and the scope that sets it."""

    field: str
    value: str
    origin: str


class BreakView(View):
    """One difference between our state and the broker's, and what was done about it."""

    type: str
    subject: str
    ours: str
    theirs: str
    repair: str
    title: str = ""
    handling: str = ""


class AccountDetail(AccountSummary):
    """One account in full."""

    connection_detail: str
    balances: list[Balance]
    limits_set: LimitsView
    limits_effective: list[EffectiveLimit]
    breaks: list[BreakView]
    last_reconciled_at: Instant | None


class AccountChange(Body):
    """What to change of an account."""

    name: Name | None = None
    enabled: Flag | None = None


class NewAccount(Body):
    """A paper account; `fractional` accounts trade down to a millionth of a unit."""

    name: Name
    currency: CurrencyCode
    cash: Number
    fractional: Flag = False
    leverage: Annotated[Number, Field(ge=1, le=100)] = Decimal(1)
