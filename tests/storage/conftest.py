"""Every test of this folder may have a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bidwell.storage.database import Database
from bidwell.storage.pool import Pool
from tests.storage.cluster_fixture import cluster, database, template

__all__ = ["cluster", "database", "template"]

START = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return START


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    made = Pool(database.app)
    yield made
    await made.close()
