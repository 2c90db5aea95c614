"""Alerts at one instant, over HTTP and the real database, against one limit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import CLOSED, judge
from tests.story.books import books
from tests.story.running import PASSWORD, Browser, RunningDesk

ALERTS = 64
EACH = 3
LIMIT = 25


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path / "data")
    yield running
    running.clean()


def sender(desk: RunningDesk) -> str:
    """A sender to the account `growth` alone, which may hold so many and no more; gives its token."""
    browser = desk.own()
    assert browser.call("POST", "/api/v1/session/step-up", {"password": PASSWORD}).status == 204
    wide = {"duplicate_window": "0", "max_order_rate": 1000, "max_open_orders": 1000,
              "max_data_age": "60", "max_order_notional": "1000000", "max_gross_exposure": "1000000"}  # fmt: skip
    for scope, limits in (("workspace", wide), ("account/growth", {"max_position": str(LIMIT)})):
        answer = browser.call("PUT", f"/api/v1/w/main/limits/{scope}", limits)
        assert answer.status == 200, answer
    made = browser.call("POST", "/api/v1/w/main/strategies", {"name": "at once", "account": "growth"})
    assert made.status == 201, made
    token: str = made.body["token"]
    return token


def test_64_alerts_at_one_instant_never_pass_one_limit_together(desk: RunningDesk) -> None:
    desk.start("--speed", "1").own()
    desk.wait_reconciled()
    token = sender(desk)
    barrier = threading.Barrier(ALERTS)
    answers: list[Any] = []

    def post(number: int) -> None:
        body = {"token": token, "action": "buy", "symbol": "AAPL", "quantity": str(EACH), "id": f"once-{number}"}
        barrier.wait(30)
        answers.append(Browser(desk.told["url"]).call("POST", "/api/v1/hooks/alert", body))

    threads = [threading.Thread(target=post, args=[number]) for number in range(ALERTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [202] * ALERTS
    intents = [answer.body["intent"] for answer in answers]
    assert len(set(intents)) == ALERTS
    judge(desk, intents)
    orders = [desk.browser.get(f"/api/v1/w/main/intents/{intent}")["orders"] for intent in intents]
    rows = [row for (row,) in orders]
    assert {row["status"] for row in rows} <= CLOSED
    filled = [row for row in rows if row["status"] == "FILLED"]
    denied = [row for row in rows if row["status"] == "DENIED"]
    assert (len(filled), len(denied)) == (LIMIT // EACH, ALERTS - LIMIT // EACH)
    assert {row["denial"]["rule"] for row in denied} == {"max_position"}
    assert Decimal(books(desk.data)["growth"]["positions"]["AAPL.XNAS"]) == EACH * (LIMIT // EACH)
