"""The history of messages by strategy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bidwell.storage import alert_log
from bidwell.storage.alert_log import AlertLog
from bidwell.storage.pool import Pool


@dataclass(frozen=True, slots=True)
class Record:
    at: datetime
    outcome: str
    code: str
    detail: str
    intent: str | None
    body: str


async def test_messages_come_back_newest_first_and_only_the_newest_are_kept(
    pool: Pool, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_log, "KEPT", 3)
    log = AlertLog(pool, Record)
    written = [
        Record(now + timedelta(seconds=n), "accepted", "", f"message {n}", f"int_{n}" if n % 2 else None, "{}")
        for n in range(5)
    ]
    for record in written:
        await log.add("main", "breakout", record)
    await log.add("main", "other", written[0])
    assert await log.read("main", "breakout") == written[:1:-1]
    assert await log.read("main", "other") == written[:1]
    assert await log.read("elsewhere", "breakout") == []


async def test_a_hostile_body_is_kept_as_far_as_text_can_be(pool: Pool, now: datetime) -> None:
    log = AlertLog(pool, Record)
    await log.add("main", "breakout", Record(now, "refused", "malformed", "", None, "a\x00'; DROP TABLE alerts; --"))
    assert [one.body for one in await log.read("main", "breakout")] == ["a␀'; DROP TABLE alerts; --"]
