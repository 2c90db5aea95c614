"""What every journal promises. A test class inherits it and gives a fixture `journal` over an empty workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bidwell.engine.ports import Entry, Journal
from bidwell.model.errors import Fenced

START = datetime(2026, 3, 2, 14, 30, 0, 123456, tzinfo=UTC)


def entries(first: int, count: int, body: str = "{}") -> list[Entry]:
    """Entries with sequences `first …`, some of which belong to an intent."""
    return [
        Entry(
            seq, START + timedelta(microseconds=seq), "OrderSubmitted", body.encode(), f"int_{seq}" if seq % 2 else None
        )
        for seq in range(first, first + count)
    ]


async def everything(journal: Journal, after: int = 0, limit: int | None = None) -> list[Entry]:
    """All that `read` gives, in one list."""
    return [entry async for batch in journal.read(after, limit) for entry in batch]


class JournalContract:
    """The cards of the contract."""

    async def test_an_empty_journal_has_head_zero_and_nothing_to_read(self, journal: Journal) -> None:
        assert await journal.head() == 0
        assert await everything(journal) == []

    async def test_what_was_appended_is_read_back_unchanged_and_in_order(self, journal: Journal) -> None:
        first, second = entries(1, 3), entries(4, 60, '{"symbol": "MÜNCHEN 株 \\u0000"}')
        await journal.append(first)
        await journal.append(second)
        assert await everything(journal) == [*first, *second]
        assert await journal.head() == 63

    async def test_appending_nothing_changes_nothing(self, journal: Journal) -> None:
        await journal.append([])
        assert await journal.head() == 0

    async def test_a_read_starts_after_a_sequence_and_stops_at_a_limit(self, journal: Journal) -> None:
        written = entries(1, 10)
        await journal.append(written)
        assert await everything(journal, after=4) == written[4:]
        assert await everything(journal, after=4, limit=3) == written[4:7]
        assert await everything(journal, limit=0) == []
        assert await everything(journal, after=10) == []

    async def test_many_entries_come_in_batches(self, journal: Journal) -> None:
        for first in range(1, 5001, 500):
            await journal.append(entries(first, 500))
        sizes = [len(batch) async for batch in journal.read()]
        assert sum(sizes) == 5000
        assert len(sizes) > 1

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param(entries(3, 1), id="a gap after the head"),
            pytest.param(entries(1, 1), id="a sequence that is taken"),
            pytest.param([*entries(2, 1), *entries(4, 1)], id="a gap within"),
            pytest.param([*entries(2, 1), *entries(2, 1)], id="the same twice"),
        ],
    )
    async def test_a_sequence_that_does_not_follow_is_fenced_and_writes_nothing(
        self, journal: Journal, wrong: Sequence[Entry]
    ) -> None:
        await journal.append(entries(1, 1))
        with pytest.raises(Fenced):
            await journal.append(wrong)
        assert await journal.head() == 1
        assert await everything(journal) == entries(1, 1)
