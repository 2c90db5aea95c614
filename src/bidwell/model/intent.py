"""What somebody wants: the one thing that every source of orders turns into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import AccountId, GroupId, InstrumentId, IntentId, StrategyId
from bidwell.model.money import LARGEST, MOST_DIGITS, bearable
from bidwell.model.terms import Protection, Side, Terms


class Source(StrEnum):
    """Where an intent came from."""

    TICKET = "ticket"
    API = "api"
    CLI = "cli"
    ALERT = "alert"
    STRATEGY = "strategy"
    SCHEDULE = "schedule"
    REPAIR = "repair"
    GUARDIAN = "guardian"
    COPY = "copy"
    REPLAY = "replay"


class SizingBy(StrEnum):
    """In what an intent's size is stated.

    quantity: units. notional: money, in the instrument's currency. percent_of_equity: percent of each
    account's equity. risk_amount: money lost at the stop, in the instrument's currency. target: the signed
    position wanted afterwards. close: percent of the sender's own share of the position (100 is all of it).
    """

    QUANTITY = "quantity"
    NOTIONAL = "notional"
    PERCENT_OF_EQUITY = "percent_of_equity"
    RISK_AMOUNT = "risk_amount"
    TARGET = "target"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Sizing:
    """How much: `value` in the unit that `by` names. Raises InvalidInput for a figure out of its domain."""

    by: SizingBy
    value: Decimal

    def __post_init__(self) -> None:
        """Refuse figures that no account could hold, so that nothing downstream meets them."""
        value = self.value
        if not value.is_finite():
            raise InvalidInput("sizing.not_finite", "the size must be a finite number", field="value")
        if not bearable(value):
            raise InvalidInput("sizing.too_large", f"the size has more than {MOST_DIGITS} digits or is above {LARGEST}",
                               field="value")  # fmt: skip
        if self.by is not SizingBy.TARGET and value <= 0:
            raise InvalidInput("sizing.not_positive", "the size must be above zero", field="value",
                               hint="use side SELL rather than a negative size")  # fmt: skip
        if self.by is SizingBy.CLOSE and value > 100:
            raise InvalidInput("sizing.close_above_100", "at most 100 percent can be closed", field="value")


@dataclass(frozen=True, slots=True)
class Intent:
    """One wish, durable before it is acknowledged.

    Exactly one of `group` and `account` is set. `side` is None where the size says it (target, close).
    `close_all` lets a close take the whole position rather than the strategy's own share. Nothing of it
    leaves after `valid_until`. `protects` makes a close wait: instead of an order of its own, its `protection` becomes a pair
    of exits for that part of what is held. `key` is the sender's idempotency key, unique in the workspace. `replay_of` names
    the intent, of whatever workspace, whose recording this one repeats.
    """

    id: IntentId
    key: str
    source: Source
    instrument: InstrumentId
    side: Side | None
    sizing: Sizing
    terms: Terms
    received_at: datetime
    valid_until: datetime
    group: GroupId | None = None
    account: AccountId | None = None
    strategy: StrategyId | None = None
    protection: Protection | None = None
    close_all: bool = False
    actor: str = ""
    note: str = ""
    replay_of: str = ""
    protects: bool = False

    def __post_init__(self) -> None:
        """Refuse an intent that names no receiver, or two, or no direction."""
        if (self.group is None) == (self.account is None):
            raise InvalidInput("intent.receiver", "name a group or an account, not both", field="account")
        directed = self.sizing.by not in {SizingBy.TARGET, SizingBy.CLOSE}
        if directed and self.side is None:
            raise InvalidInput("intent.side_missing", "side is BUY or SELL", field="side")
        if self.protects and (self.protection is None or self.sizing.by is not SizingBy.CLOSE):
            raise InvalidInput("intent.protects", "what is held is protected by a stop or a target for a percentage of it",
                               field="protection", hint="size it by close, and give a stop or a target")  # fmt: skip
