"""Runs at work: rows of one workspace are its own, logs end somewhere, and a fenced desk writes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bidwell.storage.database import Database
from bidwell.storage.pool import Pool
from bidwell.storage.research.strategy_runs import MOST_LINES, RunLine, RunStatus, StrategyRun, StrategyRunRows

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
RUN = StrategyRun("srn_1", "Cross", "Cross", "source", "hash", "{}", '["A"]', 60, 500, None, "growth", RunStatus.RUNNING,
                  NOW, "user:a")  # fmt: skip


@pytest.fixture
async def rows(database: Database) -> AsyncIterator[StrategyRunRows]:
    pool = Pool(database.app)
    yield StrategyRunRows(pool)
    await pool.close()


def lines(first: int, count: int) -> list[RunLine]:
    return [RunLine(number, NOW, "info", f"line {number}\x00") for number in range(first, first + count)]


async def test_a_run_is_kept_changed_and_forgotten_in_its_workspace_alone(rows: StrategyRunRows) -> None:
    await rows.add("one", RUN)
    assert await rows.find("one", "srn_1") == RUN
    assert await rows.find("two", "srn_1") is None
    assert await rows.all("two") == []
    assert not await rows.keep("two", "srn_1", "{}", [])
    failed = replace(RUN, status=RunStatus.FAILED, code="strategy.raised", reason="no\x00", line=7, ended_at=NOW)
    assert await rows.change("one", failed)
    found = await rows.find("one", "srn_1")
    assert found is not None
    assert (found.status, found.line, found.ended_at) == (RunStatus.FAILED, 7, NOW)
    assert [one.id for one in await rows.all("one")] == ["srn_1"]
    assert await rows.all("one", running=True) == []
    await rows.remove("two", "srn_1")
    await rows.remove("one", "srn_1")
    assert await rows.find("one", "srn_1") is None


async def test_a_log_is_read_from_either_end_and_keeps_its_newest_lines(rows: StrategyRunRows) -> None:
    await rows.add("one", RUN)
    assert await rows.last_number("one", "srn_1") == -1
    await rows.keep("one", "srn_1", None, lines(0, 10))
    assert [line.number for line in await rows.lines("one", "srn_1", limit=3)] == [7, 8, 9]
    assert [line.number for line in await rows.lines("one", "srn_1", after=4, limit=3)] == [5, 6, 7]
    await rows.keep("one", "srn_1", '{"last": 5}', lines(MOST_LINES + 4, 1))
    assert [line.number for line in await rows.lines("one", "srn_1", after=0, limit=99)] == [
        5,
        6,
        7,
        8,
        9,
        MOST_LINES + 4,
    ]
    assert await rows.last_number("one", "srn_1") == MOST_LINES + 4
    found = await rows.find("one", "srn_1")
    assert found is not None
    assert found.cursor == '{"last": 5}'
    assert await rows.lines("two", "srn_1") == []


async def test_a_desk_that_was_fenced_writes_nothing(rows: StrategyRunRows) -> None:
    await rows.add("one", RUN)
    assert await rows.keep("one", "srn_1", '{"last": 1}', [], lease=4)
    assert await rows.keep("one", "srn_1", '{"last": 2}', [], lease=5)
    assert not await rows.keep("one", "srn_1", '{"last": 1}', lines(0, 1), lease=4)
    assert not await rows.change("one", replace(RUN, status=RunStatus.FAILED), lease=4)
    found = await rows.find("one", "srn_1")
    assert found is not None
    assert (found.cursor, found.status) == ('{"last": 2}', RunStatus.RUNNING)
    assert await rows.lines("one", "srn_1") == []
