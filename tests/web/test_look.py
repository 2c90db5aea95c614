"""How every page looks and can be used: accessible, by day and night, at a desk and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.story.running import Answer, RunningDesk
from tests.web.playing import Stage
from tests.web.test_research import BUYER, DATA, FILES, RUNS, keep, start, template

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"
LARGEST = 250_000


def order(desk: RunningDesk, key: str, **changes: Any) -> Answer:  # noqa: ANN401 - any part of an order
    """Send one order through the API, as a second person at the desk would."""
    body = {"instrument": "AAPL.XNAS", "side": "BUY", "account": "growth",
            "sizing": {"by": "quantity", "value": "5"}, "terms": {"order_type": "MARKET", "time_in_force": "DAY"}}  # fmt: skip
    answer = desk.browser.call("POST", "/api/v1/w/main/intents", {**body, **changes}, **{"Idempotency-Key": key})
    assert answer.status == 202, answer
    return answer


def limit(price: str) -> dict[str, str]:
    return {"order_type": "LIMIT", "limit_price": price, "time_in_force": "GTC"}


@pytest.fixture
def busy_desk(desk: RunningDesk) -> RunningDesk:
    """A desk on which something has happened: an alert, orders by hand, fills, positions, and what still works."""
    if desk.browser.get("/api/v1/w/main/intents")["items"]:
        return desk
    quotes = {row["instrument"]: row for row in desk.browser.get("/api/v1/w/main/quotes")["items"]}
    bid = float(quotes["AAPL.XNAS"]["bid"])
    assert desk.alert("look-1").status == 202
    order(desk, "look-2", instrument="MSFT.XNAS", sizing={"by": "quantity", "value": "120"}, account="income")
    order(desk, "look-3", instrument="GOOG.XNAS", sizing={"by": "quantity", "value": "4"}, account="funded")
    order(desk, "look-4", terms=limit(f"{bid * 0.992:.2f}"), sizing={"by": "quantity", "value": "15"})
    order(desk, "look-5", terms=limit(f"{bid * 0.985:.2f}"), account="india")
    order(desk, "look-6", side="SELL", sizing={"by": "quantity", "value": "2"}, terms=limit(f"{bid * 1.012:.2f}"))
    desk.until("/api/v1/w/main/overview", lambda found: sum(row["open_orders"] for row in found["accounts"]) == 3)
    return desk


def researched(desk: RunningDesk) -> dict[str, Any]:
    """A strategy with two versions, two runs to compare and a sweep, made once."""
    files = desk.browser.get(FILES)["items"]
    if not files:
        desk.until(f"{RUNS}/data", lambda found: DATA in {one["name"] for one in found["items"]})
        strategy = keep(desk, "Trend", template())
        saved = desk.browser.call("POST", f"{FILES}/{strategy}/versions",
                                  {"source": template().replace("10.0, 0.5", "8.0, 0.5"), "after": 1, "note": "a tighter stop"})  # fmt: skip
        assert saved.status == 201, saved
        grid = {"fast": [str(each) for each in range(5, 50, 5)], "slow": [str(each) for each in range(40, 180, 20)]}
        more = {"start": "2004-01-01", "fee": "0.05"}
        made = [start(desk, strategy, **more), start(desk, strategy, parameters={"slow": "120"}, **more),
                start(desk, strategy, grid=grid, **more)]  # fmt: skip
        for name in made:
            desk.until(f"{RUNS}/{name}", lambda found: found["status"] == "done", patience=120.0)
        files = desk.browser.get(FILES)["items"]
    runs = desk.browser.get(RUNS)["items"]
    of_kind = {
        kind: [row["id"] for row in runs if row["kind"] == kind and row["status"] == "done"]
        for kind in ("backtest", "sweep")
    }
    return {"strategy": files[0]["id"], "runs": of_kind["backtest"], "sweep": of_kind["sweep"][0]}


def newest_alert(desk: RunningDesk) -> str:
    found = desk.browser.get("/api/v1/w/main/intents")["items"]
    return next(str(row["id"]) for row in found if row["source"] == "alert")


def test_every_page_is_accessible_by_day_and_night_at_a_desk(stage: Stage, busy_desk: RunningDesk) -> None:
    stage.play("look", busy_desk, intent=newest_alert(busy_desk), research=researched(busy_desk), only="wide")


def test_every_page_is_accessible_and_in_reach_of_a_thumb_on_a_phone(stage: Stage, busy_desk: RunningDesk) -> None:
    stage.play("look", busy_desk, intent=newest_alert(busy_desk), research=researched(busy_desk), only="phone")


def test_hostile_names_are_shown_as_the_text_that_they_are(stage: Stage, busy_desk: RunningDesk) -> None:
    call = busy_desk.browser.call
    account = call("POST", "/api/v1/w/main/accounts", {"name": HOSTILE, "currency": "USD", "cash": "1000"})
    member: dict[str, Any] = {"account": "growth", "weight": "1", "cap": None, "instruments": {}}
    group = call("POST", "/api/v1/w/main/groups", {
        "name": HOSTILE, "policy": "equal", "members": [member], "on_failure": "continue"})  # fmt: skip
    strategy = call("POST", "/api/v1/w/main/strategies", {
        "name": HOSTILE, "account": "growth", "group": None, "instruments": [], "valid_seconds": 30})  # fmt: skip
    assert [answer.status for answer in (account, group, strategy)] == [201, 201, 201], (account, group, strategy)
    source = BUYER.replace(
        "        if not", f"        print({HOSTILE!r})\n        raise ValueError({HOSTILE!r})\n        if not"
    )
    file = keep(busy_desk, HOSTILE, source)
    run = start(busy_desk, file)
    busy_desk.until(f"{RUNS}/{run}", lambda found: found["status"] == "failed")
    ids = {"account": account.body["id"], "group": group.body["id"], "strategy": strategy.body["id"],
           "file": file, "run": run}  # fmt: skip
    stage.play("look", busy_desk, only="names", intent="", hostile=ids)


def test_the_screenshots_in_the_documentation_stay_small() -> None:
    pictures = list((Path(__file__).parents[2] / "docs" / "screenshots").glob("*.png"))
    assert {picture.name for picture in pictures if picture.stat().st_size > LARGEST} == set()
    assert "desk-dark.png" in {picture.name for picture in pictures}
