"""What the state holds of an intent and of an order beside the order itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bidwell.model import events as ev
from bidwell.model.account import Group
from bidwell.model.ids import AccountId, ClientOrderId
from bidwell.model.intent import Intent


@dataclass(slots=True)
class IntentRecord:
    """An intent with what became of it: one allocation per account, its orders and its timed stages.

    `unwound` is whether undoing it has ended, `repaired` whether bringing it to its target has. `group` and `receivers` are those of the moment at which it was received: a group that changes or goes
    meanwhile changes nothing for what is under way. `decided` holds the accounts whose part is settled. `number` is its
    place in the order of receipt, `touched` the sequence of the last event that changed one of its orders.
    """

    intent: Intent
    body_hash: str
    group: Group | None = None
    receivers: tuple[AccountId, ...] = ()
    decided: dict[AccountId, None] = field(default_factory=dict)
    allocations: dict[AccountId, ev.Allocation] = field(default_factory=dict)
    policy: str = ""
    reference: Decimal | None = None
    allocated_at: datetime | None = None
    orders: list[ClientOrderId] = field(default_factory=list)
    unwound: bool = False
    repaired: bool = False
    stages: list[ev.Stage] = field(default_factory=list)
    number: int = 0
    touched: int = 0


@dataclass(slots=True)
class Trace:
    """What the gate said of an order, and when it was decided, sent and answered; `asked_off`: who asked to cancel."""

    decided_at: datetime
    checks: tuple[ev.Check, ...] = ()
    denial: ev.Check | None = None
    sent_at: datetime | None = None
    attempts: int = 0
    answered_at: datetime | None = None
    filled_at: datetime | None = None
    asked_off: str | None = None
