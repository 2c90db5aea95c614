"""What the server asks of a desk's surroundings: the journal, the log of alerts, the market's speed, the paper venue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bidwell.engine.ports import Entry
from bidwell.model.account import Account


class JournalReader(Protocol):
    """One workspace's journal for reading."""

    def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        """Entries with a sequence above `after`, in order, in batches."""
        ...

    async def head(self) -> int:
        """The last durable sequence."""
        ...


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One message that came for a strategy: what became of it; `body` has no token in it."""

    at: datetime
    outcome: str
    code: str
    detail: str
    intent: str | None
    body: str


class AlertLog(Protocol):
    """The history of messages by strategy."""

    async def add(self, workspace: str, strategy: str, record: AlertRecord) -> None:
        """Keep one message."""
        ...

    async def read(self, workspace: str, strategy: str) -> Sequence[AlertRecord]:
        """What is kept, newest first."""
        ...


class SpeedControl(Protocol):
    """A feed whose market clock can run faster than the wall clock."""

    async def set_speed(self, speed: Decimal) -> Decimal:
        """Market seconds per second from now on (zero pauses); gives the speed in force."""
        ...

    @property
    def speed(self) -> Decimal:
        """The speed in force."""
        ...


class PaperVenue(Protocol):
    """Where paper accounts are held."""

    async def open_account(self, account: Account, cash: Decimal) -> None:
        """Open an account there with cash in its currency; opening it again changes nothing."""
        ...


Probe = Callable[[], Awaitable[tuple[bool, str]]]
Probes = Mapping[str, Probe]
