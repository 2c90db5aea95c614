"""The journal in memory keeps the journal's contract."""

from __future__ import annotations

import pytest

from bidwell.engine.memory_journal import MemoryJournal
from tests.contract.journal_contract import JournalContract


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def journal(self) -> MemoryJournal:
        return MemoryJournal()
