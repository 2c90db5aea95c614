"""Journal entries for a reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from bidwell.engine.ports import Entry
from bidwell.server.journal import schemas
from bidwell.server.ports import JournalReader

_HIDDEN = frozenset({"token_hash"})
_SCAN = 2000


def view(entry: Entry) -> schemas.JournalEntry:
    """One event, without the hashes of tokens."""
    body: dict[str, Any] = _redacted(msgspec.json.decode(entry.body))
    return schemas.JournalEntry(seq=entry.seq, occurred_at=entry.occurred_at, kind=entry.kind, intent=entry.intent_id,
                                body=body)  # fmt: skip


def _redacted(value: Any) -> Any:  # noqa: ANN401 - the shape of JSON
    if isinstance(value, dict):
        return {name: "…" if name in _HIDDEN and one else _redacted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_redacted(one) for one in value]
    return value


async def forward(journal: JournalReader, after: int, limit: int, keep: Callable[[Entry], bool]) -> list[Entry]:
    """At most `limit` entries above `after` that match, oldest first."""
    found: list[Entry] = []
    async for batch in journal.read(after):
        for entry in batch:
            if keep(entry):
                found.append(entry)
            if len(found) == limit:
                return found
    return found


async def backward(journal: JournalReader, before: int, limit: int, keep: Callable[[Entry], bool]) -> list[Entry]:
    """At most `limit` entries below `before` that match, newest first."""
    found: list[Entry] = []
    top = before
    while top > 1 and len(found) < limit:
        bottom = max(top - 1 - _SCAN, 0)
        part: list[Entry] = []
        async for batch in journal.read(bottom, top - 1 - bottom):
            part += [entry for entry in batch if keep(entry)]
        found += part[::-1]
        top = bottom + 1
    return found[:limit]
