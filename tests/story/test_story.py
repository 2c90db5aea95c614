"""The first release's story, told through the doors that a user has: two commands, a browser's calls, a curl line."""

from __future__ import annotations

import shutil
import socket
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.story.books import books, faults
from tests.story.running import RunningDesk


def settled(found: dict[str, Any]) -> bool:
    rows = found["orders"]
    return bool(rows) and all(row["status"] in {"FILLED", "DENIED", "REJECTED"} for row in rows)


def doubled(data: Path) -> list[str]:
    """Client ids that the venue has more than one order for."""
    names = [order["client_order_id"] for book in books(data).values() for order in book["orders"]]
    return sorted({name for name in names if names.count(name) > 1})


def test_one_alert_becomes_four_fills_and_one_denial_with_its_reason(desk: RunningDesk) -> None:
    desk.start().own()
    desk.wait_reconciled()
    posted = desk.alert("story-1")
    assert posted.status == 202, posted
    intent = posted.body["intent"]
    found = desk.until(f"/api/v1/w/main/intents/{intent}", settled)
    rows = {row["account"]: row for row in found["orders"]}
    assert len(rows) == 5
    assert {name for name, row in rows.items() if row["status"] == "FILLED"} == {
        "growth", "income", "india", "fractional"}  # fmt: skip
    denial = rows["funded"]["denial"]
    assert denial["rule"] == "max_order_notional"
    assert denial["limit"] == "1000"
    assert Decimal(denial["current"]) > 1000
    assert Decimal(denial["would_pass"]) == 1
    names = [stage["name"] for stage in found["stages"]]
    assert names[:2] == ["received", "durable"]
    assert {"rules", "outbox", "sent", "acknowledged", "filled"} <= set(names)
    again = desk.alert("story-1")
    assert again.status == 202
    assert again.body["duplicate"] is True
    assert again.body["intent"] == intent


def test_the_ready_curl_line_posts_a_fresh_alert_each_time(desk: RunningDesk) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this machine has no curl")
    desk.start().own()
    desk.wait_reconciled()
    for _ in range(2):
        done = subprocess.run(["sh", "-c", desk.told["curl"]], capture_output=True, text=True, check=True)
        assert '"duplicate":false' in done.stdout.replace(" ", ""), done


def test_a_killed_desk_comes_back_with_everything_and_sends_nothing_twice(desk: RunningDesk) -> None:
    desk.start().own()
    desk.wait_reconciled()
    faults(desk.data, {"faults": [{"fault": "late_accept", "seconds": 0.4, "count": None}]})
    acknowledged = [
        answer.body["intent"]
        for number in range(5)
        if (answer := desk.alert(f"kill-{number}", symbol="MSFT", quantity=str(10 + 15 * number))).status == 202
    ]
    working = desk.browser.call("POST", "/api/v1/w/main/intents", {
        "instrument": "IBM.XNYS", "side": "BUY", "account": "growth", "sizing": {"by": "quantity", "value": "1"},
        "terms": {"order_type": "LIMIT", "limit_price": "190.00", "time_in_force": "GTC"}}, **{"Idempotency-Key": "w1"})  # fmt: skip
    assert working.status == 202, working
    desk.kill()
    faults(desk.data, {})
    desk.start().own()
    desk.wait_reconciled()
    for intent in acknowledged:
        desk.until(f"/api/v1/w/main/intents/{intent}", settled)
    assert doubled(desk.data) == []
    row = desk.until(
        f"/api/v1/w/main/intents/{working.body['id']}",
        lambda found: found["orders"] and found["orders"][0]["status"] == "WORKING",
    )["orders"][0]
    canceled = desk.browser.call("POST", f"/api/v1/w/main/orders/{row['client_order_id']}/cancel", {})
    assert canceled.status == 202, canceled
    desk.until(f"/api/v1/w/main/orders/{row['client_order_id']}", lambda order: order["status"] == "CANCELED")
    same_as_venue(desk)


def same_as_venue(desk: RunningDesk) -> None:
    """Our positions are the venue's, account by account."""
    venue = books(desk.data)
    ours = desk.browser.get("/api/v1/w/main/positions")["items"]
    held = {(row["account"], row["instrument"]): Decimal(row["quantity"]) for row in ours if Decimal(row["quantity"])}
    theirs = {(name, instrument): Decimal(quantity) for name, book in venue.items()
              for instrument, quantity in book["positions"].items() if Decimal(quantity)}  # fmt: skip
    assert held == theirs


KINDS = (
    "IntentReceived", "IntentAllocated", "OrderApproved", "OrderSubmitted", "OrderAccepted", "OrderFilled",
    "StagesRecorded",
)  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_every_journal_point_of_the_story_loses_and_doubles_nothing(
    desk: RunningDesk, tmp_path: Path, when: str
) -> None:
    told = tmp_path / "point"
    desk.start(CRASH_AT=f"@{told}").own()
    desk.wait_reconciled()
    for number, point in enumerate(f"{when}:{kind}" for kind in KINDS):
        before = books(desk.data)
        arm(told, point)
        acknowledged = None
        try:
            posted = desk.alert(f"crash-{number}", symbol="GOOG", quantity=str(10 + 15 * number))
            acknowledged = posted.body["intent"] if posted.status == 202 else None
        except OSError:
            pass
        assert desk.wait_dead() == -9, point
        told.unlink()
        desk.start(CRASH_AT=f"@{told}").own()
        desk.wait_reconciled()
        assert doubled(desk.data) == [], point
        if acknowledged is not None:
            rows = desk.until(f"/api/v1/w/main/intents/{acknowledged}", settled)["orders"]
            filled = {row["account"]: Decimal(row["filled_quantity"]) for row in rows if row["status"] == "FILLED"}
            grown = {name: gain for name, book in books(desk.data).items() if (gain := gained(before, book, name))}
            assert filled == grown, point
            assert len(filled) >= 4, (point, [(row["account"], row["status"], row["reason"]) for row in rows])
        # What was durable though nobody was told is through, too, before the next one.
        for one in desk.browser.get("/api/v1/w/main/intents")["items"]:
            desk.until(f"/api/v1/w/main/intents/{one['id']}", settled)
        same_as_venue(desk)
    assert desk.stop() == 0


def arm(told: Path, point: str) -> None:
    """Tell a running desk where to die; a file that is there is whole."""
    whole = told.with_suffix(".new")
    whole.write_text(point, "utf-8")
    whole.replace(told)


def gained(before: dict[str, Any], book: dict[str, Any], account: str) -> Decimal:
    instrument = "GOOG.XNAS"
    was = Decimal(before[account]["positions"].get(instrument, "0"))
    return Decimal(book["positions"].get(instrument, "0")) - was


def test_a_second_desk_on_the_same_folder_points_to_the_first(desk: RunningDesk) -> None:
    desk.start()
    second = subprocess.run(desk.command(), capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 3
    assert desk.told["url"] in second.stdout


def test_a_port_in_use_is_told_before_anything_is_started(desk: RunningDesk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", desk.port))
        taken.listen()
        done = subprocess.run(desk.command(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "choose another with --port" in done.stderr
    assert not (desk.data / "venue" / "address.json").exists()
