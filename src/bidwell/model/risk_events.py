"""What the journal holds of risk: planned limits, calendars, marks, violations, locks, square-offs, funded accounts.

They belong to `events.KINDS` like every other kind, from the moment this module is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bidwell.model.events import KINDS, Event
from bidwell.model.funded import Progress, Rulebook, Stage
from bidwell.model.ids import AccountId, InstrumentId, StrategyId
from bidwell.model.limits import BreachAction, Limits, LockUntil, NewsEvent, Scope


@dataclass(frozen=True, slots=True)
class LimitsPlanned(Event):
    """The limits of a scope will be replaced as a whole at `effective_from` (wall clock)."""

    scope: Scope
    limits: Limits
    effective_from: datetime
    actor: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LimitsNoted(Event):
    """Why the limits of a scope were set, in words, and from which profile; it follows the LimitsSet it is about."""

    scope: Scope
    note: str
    profile: str = ""


@dataclass(frozen=True, slots=True)
class LimitsPlanDropped(Event):
    """A planned change of limits will not come."""

    scope: Scope
    effective_from: datetime
    actor: str = ""


@dataclass(frozen=True, slots=True)
class NewsCalendarSet(Event):
    """The scheduled releases that news windows look at, replaced as a whole."""

    events: tuple[NewsEvent, ...]
    source: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class EquityMarked(Event):
    """A new highest equity of an account, in its currency without what was paid in or out since measuring began.

    With a `session` it is the equity at which that session opened, the basis of end-of-day drawdowns.
    """

    account: AccountId
    high: Decimal
    session: date | None = None


class Severity(StrEnum):
    """How bad a violation is."""

    WARNING = "warning"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class ViolationOpened(Event):
    """A limit was neared or reached: `current` against `limit`, both exact texts in `unit`, and what was done."""

    id: str
    account: AccountId
    rule: str
    severity: Severity
    action: BreachAction
    limit: str
    current: str
    unit: str
    message: str
    session: date | None = None


@dataclass(frozen=True, slots=True)
class ViolationAcknowledged(Event):
    """Somebody has seen a violation."""

    id: str
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ViolationResolved(Event):
    """A violation is dealt with; by a person, or by the desk when what it was about is over."""

    id: str
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountLocked(Event):
    """Nothing that adds risk leaves an account any more; `reduce_only` is its milder form."""

    account: AccountId
    rule: str
    reason: str
    until: LockUntil
    session: date | None = None
    violation: str = ""
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class AccountUnlocked(Event):
    """A lock ended: with its session, or by a person; `rule` is empty where all of the account's locks ended."""

    account: AccountId
    actor: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class SquareOffOrdered(Event):
    """Positions are to be closed until none is left; `instrument` and `strategy` narrow it (empty: all)."""

    id: str
    account: AccountId
    reason: str
    actor: str = ""
    instrument: InstrumentId | None = None
    strategy: StrategyId | None = None
    violation: str = ""


@dataclass(frozen=True, slots=True)
class SquareOffEnded(Event):
    """Nothing is left of what was to be closed, or a person called it off."""

    id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RulebookAttached(Event):
    """An account is held to a rulebook from now on; the whole of it is kept, so that a changed file changes nothing.

    `base` is the account's equity that stands for the rulebook's starting balance, in the currency of both.
    """

    account: AccountId
    rulebook: Rulebook
    progress: Progress
    base: Decimal
    actor: str = ""


@dataclass(frozen=True, slots=True)
class RulebookRevised(Event):
    """A later version of the attached plan came into force; progress goes on."""

    account: AccountId
    rulebook: Rulebook


@dataclass(frozen=True, slots=True)
class RulebookFaulted(Event):
    """The attached plan cannot be read (or, with an empty reason, can be again): until then the account is locked."""

    account: AccountId
    reason: str


@dataclass(frozen=True, slots=True)
class RulebookDetached(Event):
    """An account is no longer held to a rulebook."""

    account: AccountId
    actor: str = ""


@dataclass(frozen=True, slots=True)
class FundedProgressed(Event):
    """An account came further under its rulebook: a day closed, a new high, a stage reached."""

    account: AccountId
    progress: Progress


@dataclass(frozen=True, slots=True)
class FundedStageReached(Event):
    """An account passed, failed, was funded or paid out, with the reason."""

    account: AccountId
    stage: Stage
    reason: str
    actor: str = ""
    paid_out: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class FundedDayClosed(Event):
    """A trading day under a rulebook ended with this balance, profit and floor."""

    account: AccountId
    day: date
    balance: Decimal
    profit: Decimal
    floor: Decimal
    fills: bool


@dataclass(frozen=True, slots=True)
class ReadinessChecked(Event):
    """What the check before a session found of an account: `failed` names the checks that make it a NO-GO."""

    account: AccountId
    session: date
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrillStep:
    """One step of a fire drill: what was tried, whether it came out, and what was seen."""

    name: str
    passed: bool
    said: str


@dataclass(frozen=True, slots=True)
class FireDrillRun(Event):
    """A drill at a broker's twin, by this version of the desk: through to the end, or up to the step that failed."""

    broker: str
    version: str
    steps: tuple[DrillStep, ...]
    actor: str = ""

    @property
    def passed(self) -> bool:
        """Whether every step came out."""
        return bool(self.steps) and all(step.passed for step in self.steps)


RISK_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        LimitsPlanned, LimitsNoted, LimitsPlanDropped, NewsCalendarSet, EquityMarked, ViolationOpened,
        ViolationAcknowledged, ViolationResolved, AccountLocked, AccountUnlocked, SquareOffOrdered, SquareOffEnded,
        RulebookAttached, RulebookRevised, RulebookFaulted, RulebookDetached, FundedProgressed, FundedStageReached,
        FundedDayClosed, ReadinessChecked, FireDrillRun,
    )
}  # fmt: skip
KINDS.update(RISK_KINDS)
