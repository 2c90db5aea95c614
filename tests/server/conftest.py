"""Every test of this folder may have a whole house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bidwell.storage.database import Database
from bidwell.storage.pool import Pool
from tests.server.house import House, house
from tests.storage.cluster_fixture import cluster, database, template

__all__ = ["cluster", "database", "template"]


@pytest.fixture
async def home(tmp_path: Path, database: Database) -> AsyncIterator[House]:
    pool = Pool(database.app)
    async with house(tmp_path, pool) as built:
        yield built
    await pool.close()
