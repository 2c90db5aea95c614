"""Limits of one scope."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field

from bidwell.model.limits import Basis, BreachAction, LockUntil, ScopeType
from bidwell.risk.catalog import Kind
from bidwell.server.fields import Body, Flag, Identifier, Instant, Note, Number, View, Whole

_Positive = Annotated[Number, Field(gt=0)]
_Part = Annotated[Number, Field(gt=0, le=1)]


def _count(value: object) -> object:
    """A count may come as its text, as every other limit does."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 9 else value


_Count = Annotated[Whole, Field(ge=1, le=1_000_000), BeforeValidator(_count)]
_Instruments = Annotated[list[Identifier], Field(max_length=1000)]
_Seconds = Annotated[Number, Field(ge=0, le=86_400)]
_Zone = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_+/-]+$", examples=["America/Chicago"])]


class Drawdown(Body):
    """How far equity may fall below a basis; the floor rises with it, but never above `lock`."""

    amount: _Positive
    basis: Basis
    lock: Annotated[Number, Field(ge=0)] | None = None


class Window(Body):
    """A stretch of the week in local time; `days` from 0 (Monday), `end` on the next day where it is not later."""

    start: time
    end: time
    zone: _Zone
    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]


class Hours(Body):
    """Entries may leave inside any of the windows."""

    windows: Annotated[list[Window], Field(min_length=1, max_length=20)]


class ContractLimit(Body):
    """The largest sum of contracts, each counted with the weight of its underlying; `other` null: nothing else."""

    limit: Annotated[Number, Field(ge=0)]
    weights: Annotated[dict[Identifier, Number], Field(max_length=200)] = Field(default_factory=dict)
    other: Number | None = None


class Limits(Body):
    """Limits of one scope as a whole; null sets none there, and the tightest of all scopes wins.

    Money is in `currency`, or in each account's own where that is empty; `price_collar`, `margin_buffer` and
    `warn_at` are parts of one, ages and windows seconds, `max_order_rate` orders per minute.
    """

    max_order_quantity: _Positive | None = None
    max_order_notional: _Positive | None = None
    max_position: _Positive | None = None
    max_position_notional: _Positive | None = None
    max_gross_exposure: _Positive | None = None
    max_open_orders: _Count | None = None
    max_daily_loss: _Positive | None = None
    price_collar: _Part | None = None
    max_data_age: _Positive | None = None
    duplicate_window: Annotated[Number, Field(ge=0, le=3600)] | None = None
    max_order_rate: _Count | None = None
    allowed_instruments: _Instruments | None = None
    denied_instruments: _Instruments | None = None
    max_net_exposure: _Positive | None = None
    margin_buffer: _Part | None = None
    max_daily_realized_loss: _Positive | None = None
    drawdowns: Annotated[list[Drawdown], Field(max_length=10)] | None = None
    max_trades_per_day: _Count | None = None
    contract_limits: Annotated[list[ContractLimit], Field(max_length=10)] | None = None
    trading_hours: Annotated[list[Hours], Field(max_length=10)] | None = None
    news_before: _Seconds | None = None
    news_after: _Seconds | None = None
    require_stop: Flag | None = None
    flat_before_close: _Seconds | None = None
    on_breach: BreachAction | None = None
    lock_until: LockUntil | None = None
    warn_at: Annotated[list[Number], Field(max_length=10)] | None = None
    currency: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{2,9})?$")] = ""


class LimitsChange(Limits):
    """New limits of one scope as a whole; with `effective_from` they begin then, and until then the old ones hold."""

    effective_from: Instant | None = None
    note: Note = ""
    profile: Identifier | None = None


class LimitsView(Limits):
    """Limits that one scope sets; null where it sets none."""


class LimitsEntry(View):
    """One change of a scope's limits: since when they hold (or will), who set them, and why."""

    at: Instant
    effective_from: Instant
    actor: str
    note: str
    profile: str
    planned: bool
    current: bool
    limits: LimitsView


class LimitsHistory(View):
    """Every change of a scope's limits, newest first; planned ones lead."""

    items: list[LimitsEntry]


class ScopeOf(View):
    """A scope in which limits can be set, with its name for people and whether it sets any."""

    type: ScopeType
    id: str
    name: str
    sets: Whole


class CatalogEntry(View):
    """One limit there is: what it is called, its kind and unit (empty: the account's currency), and its rule."""

    name: str
    rule: str
    label: str
    kind: Kind
    unit: str
    section: str


class ProfileView(View):
    """A named preset, reckoned for an account's equity where one was named."""

    name: str
    title: str
    description: str
    limits: LimitsView


class LimitsCatalog(View):
    """What can be limited, where, and from which presets."""

    entries: list[CatalogEntry]
    scopes: list[ScopeOf]
    profiles: list[ProfileView]


class PlanDrop(Body):
    """A planned change that shall not come."""

    effective_from: Instant
