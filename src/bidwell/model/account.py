"""Who holds and who asks: accounts, execution groups over them, and strategies that send signals."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, GroupId, InstrumentId, StrategyId
from bidwell.model.instrument import FINEST_STEP
from bidwell.model.money import bearable


class Mode(StrEnum):
    """Whether an account's orders move real money."""

    PAPER = "paper"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one broker.

    `currency` is the base currency in which equity and limits are reckoned. `quantity_step` overrides
    the instrument's lot where the broker takes fractions. `leverage` bounds gross exposure against
    equity (1 is a cash account). `program` names a funded-account plan, empty for a plain account.
    """

    id: AccountId
    name: str
    broker: str
    broker_account: str
    currency: str
    mode: Mode = Mode.PAPER
    quantity_step: Decimal | None = None
    leverage: Decimal = Decimal(1)
    program: str = ""
    enabled: bool = True

    def __post_init__(self) -> None:
        """Refuse figures that could not divide; raises InvalidInput."""
        if not bearable(self.leverage) or self.leverage <= 0:
            raise InvalidInput("account.leverage", "leverage must be a positive number", field="leverage")
        step = self.quantity_step
        if step is not None and (not bearable(step) or step <= 0 or step % FINEST_STEP):
            raise InvalidInput("account.quantity_step", "quantity_step must be positive, with at most 12 decimals",
                               field="quantity_step")  # fmt: skip


class Policy(StrEnum):
    """How a group's intent becomes its members' quantities.

    equal, weighted, proportional: the total is split evenly, by weight, by equity.
    fixed: each member's own quantity. ratio: the intent's quantity times each member's ratio.
    percent_of_equity, risk_amount: each member is sized by its own equity or by its own risk.
    """

    EQUAL = "equal"
    FIXED = "fixed"
    RATIO = "ratio"
    WEIGHTED = "weighted"
    PROPORTIONAL = "proportional"
    PERCENT_OF_EQUITY = "percent_of_equity"
    RISK_AMOUNT = "risk_amount"


class OnFailure(StrEnum):
    """What a group does when some of its children cannot go out, or are closed short by the broker.

    continue: what got through stays. unwind: what got through is undone. repair: what is missing is sent again,
    through the gate, until the group's time for it is over.
    """

    CONTINUE = "continue"
    UNWIND = "unwind"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Member:
    """An account in a group.

    `weight` is its share (weighted), factor (ratio), quantity (fixed), percent (percent_of_equity) or
    amount in the account's currency (risk_amount). `cap` bounds its quantity. `instruments` maps the
    intent's instrument onto what this account trades instead (NQ to MNQ).
    """

    account: AccountId
    weight: Decimal = Decimal(1)
    cap: Decimal | None = None
    instruments: dict[InstrumentId, InstrumentId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """An execution group: one intent, many accounts.

    With a `leader` it takes no orders of its own: its members follow the leader's fills, entries only within
    `lag_seconds` of the fill. `repair_seconds` is how long after its receipt an intent of a group that repairs
    is still brought to its target.
    """

    id: GroupId
    name: str
    policy: Policy
    members: tuple[Member, ...]
    on_failure: OnFailure = OnFailure.CONTINUE
    leader: AccountId | None = None
    lag_seconds: int = 5
    repair_seconds: int = 30


@dataclass(frozen=True, slots=True)
class Strategy:
    """A sender of signals, known by the hash (SHA-256, hex) of its token.

    Its alerts go to `group` or `account`. `instruments` limits what it may trade (empty: anything listed).
    `valid_seconds` is how long a signal may wait before it must no longer leave.
    """

    id: StrategyId
    name: str
    token_hash: str = ""
    token_hint: str = ""
    group: GroupId | None = None
    account: AccountId | None = None
    instruments: tuple[InstrumentId, ...] = ()
    valid_seconds: int = 30
    enabled: bool = True
