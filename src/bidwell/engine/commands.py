"""What the deciding core asks of the world: commands to carry out once they are durable, and questions about lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from decimal import Decimal

    from bidwell.engine.ports import Capabilities
    from bidwell.model.ids import AccountId, ClientOrderId
    from bidwell.model.terms import Terms


@dataclass(frozen=True, slots=True)
class Submit:
    """Send an approved order; `sent` when SENT is in the same transaction, so that the lane need not ask."""

    account: AccountId
    order: ClientOrderId
    attached: tuple[ClientOrderId, ...]
    sent: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask the broker to take an order off its book; `closed_here` for one that must not be there any more."""

    account: AccountId
    order: ClientOrderId
    closed_here: bool = False


@dataclass(frozen=True, slots=True)
class Replace:
    """Ask the broker to work an order on new terms."""

    account: AccountId
    order: ClientOrderId
    quantity: Decimal
    terms: Terms


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Read the broker's view of an account soon."""

    account: AccountId
    reason: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the broker for one order now."""

    account: AccountId
    order: ClientOrderId


Command = Submit | Cancel | Replace | Reconcile | LookUp


class Lanes(Protocol):
    """What the core may ask of the accounts' lanes and sessions."""

    def take(self, account: AccountId, *, urgent: bool) -> bool:
        """Claim the lane for one immediate send, if nothing waits in it and its rate allows."""
        ...

    def reconciled(self, account: AccountId) -> bool:
        """Whether the account has had a clean pass since it was last connected."""
        ...

    def capabilities(self, account: AccountId) -> Capabilities | None:
        """What the account's broker can do, None while it has no session."""
        ...

    def queued(self, account: AccountId, name: ClientOrderId) -> bool:
        """Whether the order waits in its lane or is on its way through it."""
        ...
