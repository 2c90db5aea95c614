"""Crash points for proofs: kill this very process right before or after a chosen journal entry is durable.

`CRASH_AT=before:OrderSubmitted` or `after:OrderFilled:2` (the second one from then on) names the point;
`CRASH_AT=@FILE` reads it from a file before each append, so that a running desk can be told.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bidwell.model.errors import ConfigError
from bidwell.model.events import KINDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bidwell.engine.ports import Entry, Journal


class CrashingJournal:
    """A journal that ends the process with SIGKILL at one point."""

    def __init__(self, journal: Journal, point: str) -> None:
        self._journal = journal
        self._file = Path(point[1:]) if point.startswith("@") else None
        self._point = ""
        self._when, self._kind, self._count = "", "", 0
        self._seen: Counter[str] = Counter()
        if self._file is None:
            self._arm(point)

    def _arm(self, point: str) -> None:
        self._point = point
        self._seen.clear()
        when, _, rest = point.partition(":")
        kind, _, count = rest.partition(":")
        if when not in {"before", "after"} or kind not in KINDS or (count and not count.isdigit()):
            msg = f"CRASH_AT={point} is not before:KIND or after:KIND, with an optional :COUNT"
            raise ConfigError(msg)
        self._when, self._kind, self._count = when, kind, int(count or "1")

    async def append(self, entries: Sequence[Entry]) -> None:
        """Append, or die before or after it."""
        if self._file is not None and self._file.is_file() and (said := self._file.read_text("utf-8")) != self._point:
            self._arm(said)
        self._seen.update(entry.kind for entry in entries)
        due = any(entry.kind == self._kind for entry in entries) and self._seen[self._kind] >= self._count
        if due and self._when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await self._journal.append(entries)
        if due:
            os.kill(os.getpid(), signal.SIGKILL)

    def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        """Read on the journal below."""
        return self._journal.read(after, limit)

    async def head(self) -> int:
        """The head of the journal below."""
        return await self._journal.head()
