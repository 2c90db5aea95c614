"""Risk and funded accounts on the screen, in a real browser against a real desk."""

from __future__ import annotations

import pytest

from tests.story.running import PASSWORD, RunningDesk
from tests.web.playing import Stage

pytestmark = pytest.mark.browser
W = "/api/v1/w/main"


@pytest.fixture
def slow_desk(desk: RunningDesk) -> RunningDesk:
    """The desk in a market at the speed of life, so that its session does not end under a story."""
    desk.browser.call("POST", f"{W}/market/speed", {"speed": "1"})
    return desk


def test_the_board_tells_go_from_no_go_as_it_changes(stage: Stage, slow_desk: RunningDesk) -> None:
    scope = {"type": "account", "id": "growth"}

    def halt(_: object) -> object:
        answer = slow_desk.browser.call("POST", f"{W}/halt", {"scope": scope, "reason": "lunch"})
        assert answer.status == 202, answer
        return {}

    def release(_: object) -> object:
        answer = slow_desk.browser.call("POST", f"{W}/release", {"scope": scope, "password": PASSWORD})
        assert answer.status == 202, answer
        return {}

    stage.play("readiness", slow_desk, {"halt": halt, "release": release})


def test_limits_are_set_with_a_reason_breached_seen_and_closed(stage: Stage, slow_desk: RunningDesk) -> None:
    def market(side: str, quantity: int) -> None:
        body = {"instrument": "AAPL.XNAS", "side": side, "account": "growth", "terms": {"order_type": "MARKET"},
                "sizing": {"by": "quantity", "value": str(quantity)}}  # fmt: skip
        answer = slow_desk.browser.call("POST", f"{W}/intents", body, **{"Idempotency-Key": f"{side}-{quantity}"})
        assert answer.status == 202, answer

    def locked() -> bool:
        found = slow_desk.browser.get(f"{W}/risk")["accounts"]
        return any(row["account"] == "growth" and row["locks"] for row in found)

    def holds(quantity: int) -> None:
        slow_desk.until(f"{W}/positions", lambda found: locked() or any(
            row["account"] == "growth" and float(row["quantity"]) == quantity for row in found["items"]))  # fmt: skip

    def buy(_: object) -> object:
        market("BUY", 8)
        holds(8)
        # A price that rises after it is no loss: each way there and back pays the spread, whatever the market does.
        for quantity in range(7, 0, -1):
            for side, then in (("BUY", 8 + quantity), ("SELL", 8)):
                if locked():
                    return {}
                market(side, quantity)
                holds(then)
        return {}

    def flat(_: object) -> object:
        slow_desk.until(f"{W}/positions", lambda found: not any(
            row["account"] == "growth" and float(row["quantity"]) for row in found["items"]))  # fmt: skip
        return {}

    stage.play("risk", slow_desk, {"buy": buy, "flat": flat})


def test_a_plan_is_written_attached_shown_and_denies(stage: Stage, slow_desk: RunningDesk) -> None:
    def denied(_: object) -> object:
        body = {
            "instrument": "AAPL.XNAS",
            "side": "BUY",
            "account": "funded",
            "sizing": {"by": "quantity", "value": "101"},
        }
        answer = slow_desk.browser.call("POST", f"{W}/preview", body)
        checks = {check["rule"]: check for check in answer.body["allocations"][0]["checks"]}
        assert not checks["max_contracts"]["passed"], answer
        return {}

    stage.play("funded", slow_desk, {"denied": denied})
