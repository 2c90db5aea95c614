"""What is kept of a finished intent once it is retired from memory, and the events that retire and recall it.

They belong to `events.KINDS` like every other kind, from the moment this module is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bidwell.model.account import Group
from bidwell.model.events import KINDS, Allocation, Check, Event, FillsCopied, Stage
from bidwell.model.ids import AccountId, IntentId
from bidwell.model.intent import Intent
from bidwell.model.order import Order


@dataclass(frozen=True, slots=True)
class FinishedOrder:
    """A closed order with what the gate said of it and when it was decided, sent and answered.

    `trail` is the best price that it trailed. `lapsed` names the session among whose entries it was not counted because
    it closed without a fill (`-` for a time before any session), and is empty otherwise.
    """

    order: Order
    decided_at: datetime
    checks: tuple[Check, ...] = ()
    denial: Check | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    answered_at: datetime | None = None
    filled_at: datetime | None = None
    asked_off: str | None = None
    trail: Decimal | None = None
    lapsed: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything that the state knew of an intent; `number` is its place among all that was ever received.

    `touched` is the journal's sequence when it last changed: of two that tell of one intent the higher knows more.
    """

    intent: Intent
    body_hash: str
    number: int
    touched: int
    group: Group | None = None
    receivers: tuple[AccountId, ...] = ()
    decided: tuple[AccountId, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    policy: str = ""
    reference: Decimal | None = None
    allocated_at: datetime | None = None
    orders: tuple[FinishedOrder, ...] = ()
    unwound: bool = False
    repaired: bool = False
    stages: tuple[Stage, ...] = ()
    copied: FillsCopied | None = None


@dataclass(frozen=True, slots=True)
class IntentsRetired(Event):
    """Intents with which nothing more is to be done were archived, and leave the memory of whoever folds this."""

    intents: tuple[IntentId, ...]


@dataclass(frozen=True, slots=True)
class IntentRecalled(Event):
    """Something was heard of an order of a retired intent: it is in memory again, as it was archived."""

    finished: Finished


RETIREMENT_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (IntentsRetired, IntentRecalled)}
KINDS.update(RETIREMENT_KINDS)
