"""What research keeps: rows of one workspace are not seen or changed from another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.role import Role
from bidwell.storage.database import Database
from bidwell.storage.pool import Pool
from bidwell.storage.research.backtest_runs import BacktestRun, BacktestRuns, Status
from bidwell.storage.research.strategy_files import StrategyFiles, digest

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    made = Pool(database.app)
    yield made
    await made.close()


async def test_a_workspaces_files_runs_and_settings_are_its_own(pool: Pool) -> None:
    files, runs = StrategyFiles(pool), BacktestRuns(pool)
    await files.create("one", "f", "cross", "print()", "", NOW, "user:a")
    await runs.add("one", BacktestRun("r", "backtest", "f", Status.QUEUED, {"cash": 1.5}, NOW, "user:a"))
    await files.set_run_role("one", Role.OWNER)
    assert await files.all("two") == []
    assert await files.find("two", "f") is None
    assert await files.version("two", "f", 1) is None
    assert await runs.find("two", "r") is None
    assert await files.run_role("two") is Role.TRADER
    await files.remove("two", "f")
    await runs.remove("two", "r")
    await runs.interrupt("two", NOW)
    with pytest.raises(Missing):
        await files.add("two", "f", 1, "1", "", NOW, "user:b")
    assert [one.hash for one in await files.all("one")] == [digest("print()")]
    kept = await runs.find("one", "r")
    assert kept is not None
    assert (kept.status, kept.request) == (Status.QUEUED, {"cash": 1.5})
    assert await files.run_role("one") is Role.OWNER


async def test_a_removed_file_takes_its_versions_along_and_leaves_its_runs(pool: Pool) -> None:
    files, runs = StrategyFiles(pool), BacktestRuns(pool)
    await files.create("one", "f", "cross", "1", "", NOW, "user:a")
    assert await files.add("one", "f", 1, "2", "note", NOW, "user:a") == 2
    assert await files.add("one", "f", 1, "3", "", NOW, "user:b") is None
    with pytest.raises(InvalidInput, match="called"):
        await files.create("one", "g", "Cross", "1", "", NOW, "user:a")
    await runs.add("one", BacktestRun("r", "backtest", "f", Status.RUNNING, {}, NOW, "user:a"))
    await files.remove("one", "f")
    assert await files.versions("one", "f") == []
    assert await runs.interrupt("one", NOW) == ["r"]


async def test_what_a_strategy_printed_is_kept_whatever_bytes_it_has(pool: Pool) -> None:
    runs = BacktestRuns(pool)
    run = BacktestRun("r", "backtest", "f", Status.RUNNING, {}, NOW, "user:a")
    await runs.add("one", run)
    await runs.change(
        "one", replace(run, status=Status.FAILED, reason="a\x00b", output="\x00\x1b[0m", summary={"x": "\x00"})
    )
    kept = await runs.find("one", "r")
    assert kept is not None
    assert (kept.reason, kept.output[1:]) == ("a\N{SYMBOL FOR NULL}b", "\x1b[0m")
