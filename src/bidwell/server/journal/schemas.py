"""The journal as a page."""

from __future__ import annotations

from typing import Any

from bidwell.server.fields import Instant, Page, View, Whole


class JournalEntry(View):
    """One event; `hash` chains it to the one before."""

    seq: Whole
    occurred_at: Instant
    kind: str
    intent: str | None
    body: dict[str, Any]
    hash: str | None = None


class JournalPage(Page[JournalEntry]):
    """Events."""
