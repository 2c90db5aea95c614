"""Desks for the story's tests, ended whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.running import RunningDesk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path / "data")
    yield running
    running.clean()


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """One desk with an owner, for tests that leave nothing behind."""
    running = RunningDesk(tmp_path_factory.mktemp("owned") / "data")
    running.start().own()
    running.wait_reconciled()
    yield running
    running.clean()
