"""One numbered topic: encodes each message once for everybody, and keeps the last ones for those who come back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from bidwell.server.fields import instant

KEPT = 2000


class Name(StrEnum):
    """The topics there are."""

    QUOTES = "quotes"
    ORDERS = "orders"
    FILLS = "fills"
    POSITIONS = "positions"
    ACCOUNTS = "accounts"
    INTENTS = "intents"
    FEED = "feed"
    STATE = "state"
    BREAKS = "breaks"
    RISK = "risk"
    FUNDED = "funded"
    VIOLATIONS = "violations"
    BACKTESTS = "backtests"
    STRATEGY_RUNS = "strategy_runs"
    READINESS = "readiness"
    GUARDIAN = "guardian"


# Topics whose message says all there is to know now, so that a reader who missed some needs only the newest.
WHOLE = frozenset({
    Name.QUOTES, Name.POSITIONS, Name.ACCOUNTS, Name.FEED, Name.STATE, Name.RISK, Name.FUNDED, Name.READINESS, Name.GUARDIAN,
})  # fmt: skip


def encode(data: BaseModel | Sequence[BaseModel]) -> str:
    """A view or a list of views as JSON, decimals as exact text."""
    if isinstance(data, BaseModel):
        return data.model_dump_json()
    return "[" + ",".join(one.model_dump_json() for one in data) + "]"


def line(topic: str, seq: int, kind: str, at: datetime, data: str | None = None) -> str:
    """One message, a line of a frame; every part but `data` is of our own making and needs no escaping."""
    tail = "" if data is None else f',"data":{data}'
    return f'{{"topic":"{topic}","seq":{seq},"type":"{kind}","at":"{instant(at)}"{tail}}}'


class Topic:
    """Numbers its messages without holes, from a start that no earlier run of the desk has reached."""

    def __init__(self, name: Name, start: int) -> None:
        self.name = name
        self.seq = start
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT)

    def next(self, data: str, at: datetime) -> str:
        """Number a patch, keep it, and give its line."""
        self.seq += 1
        message = line(self.name, self.seq, "patch", at, data)
        self._kept.append((self.seq, message))
        return message

    def skip(self) -> None:
        """Something happened that nobody was there to hear: whoever comes back from before must fetch."""
        self.seq += 1
        self._kept.clear()

    def since(self, last: int) -> list[str] | None:
        """The lines after `last`; None where they are no longer, or never were, known."""
        if last == self.seq:
            return []
        if not self._kept or last > self.seq or last < self._kept[0][0] - 1:
            return None
        return [message for seq, message in self._kept if seq > last]
