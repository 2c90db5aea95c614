"""Reconciliation, followers and replays on the screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.story.running import RunningDesk
from tests.web.playing import Stage

pytestmark = pytest.mark.browser


def test_reconciliation_followers_and_replays_are_reached_from_the_screen(stage: Stage, desk: RunningDesk) -> None:
    def lead(_asked: dict[str, Any]) -> dict[str, str]:
        sent = desk.browser.call("POST", "/api/v1/w/main/intents", {
            "instrument": "AAPL.XNAS", "side": "BUY", "account": "growth",
            "sizing": {"by": "quantity", "value": "4"}, "terms": {"order_type": "MARKET", "time_in_force": "DAY"},
        }, **{"Idempotency-Key": "lead"})  # fmt: skip
        desk.until("/api/v1/w/main/groups/standing", lambda found: any(
            one["following"] == "in_line" for group in found["items"] for one in group["followers"]))  # fmt: skip
        return {"intent": str(sent.body["id"])}

    stage.play("repairs", desk, {"lead": lead})
