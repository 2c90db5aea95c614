from __future__ import annotations

from pathlib import Path

import pytest

from bidwell.marketdata.calendars import CompiledCalendars


@pytest.fixture(scope="session")
def calendars(tmp_path_factory: pytest.TempPathFactory) -> CompiledCalendars:
    return CompiledCalendars(tmp_path_factory.mktemp("calendars"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalog"
