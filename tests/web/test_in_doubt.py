"""Orders in doubt at a broker that keeps no id of ours, resolved on the screen; the command line sees the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bidwell.twins.schwab.words import order_id
from tests.story.running import PASSWORD, RunningDesk
from tests.story.twins import RunningTwin
from tests.web.playing import Stage

pytestmark = pytest.mark.browser
W = "/api/v1/w/main"
FIELDS = {"app_key": "TWINAPPKEY0001", "app_secret": "TWINSECRET1", "callback_url": "https://127.0.0.1", "account": "10000001",
          "auth_code": "twin-auth-code-0001"}
SCENARIO = {"accounts": [{"account": "one", "cash": "100000", "fields": FIELDS}],
            "instruments": [{"symbol": "AAPL", "bid": "449.90", "ask": "450.00", "name": "APPLE INC", "exchange": "NASDAQ"}]}  # fmt: skip


def connected(desk: RunningDesk, twin: RunningTwin) -> str:
    made = desk.browser.call("POST", f"{W}/brokers/schwab/accounts", {
        "environment": "twin", "twin": twin.url, "fields": FIELDS, "name": "Schwab one"})  # fmt: skip
    assert made.status == 201, made
    ident = str(made.body["id"])
    desk.until(f"{W}/accounts/{ident}", lambda account: account["reconciled"])
    return ident


def sent(desk: RunningDesk, account: str, limit: str) -> str:
    """The order of an intent whose answer is lost."""
    answer = desk.browser.call("POST", f"{W}/intents", {
        "instrument": "AAPL.XNAS", "side": "BUY", "account": account, "sizing": {"by": "quantity", "value": "10"},
        "terms": {"order_type": "LIMIT", "limit_price": limit, "time_in_force": "GTC"},
    }, **{"Idempotency-Key": f"doubt-{limit}-{len(desk.browser.get(f'{W}/orders')['items'])}"})  # fmt: skip
    assert answer.status == 202, answer
    path = f"{W}/intents/{answer.body['id']}"
    desk.until(path, lambda intent: any(row["status"] == "SUBMITTED" and row["reason"] for row in intent["orders"]))
    return str(desk.browser.get(path)["orders"][0]["client_order_id"])


def bidwell(desk: RunningDesk, *words: str, told: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bidwell.app", *words, "--data", str(desk.data)]
    return subprocess.run(command, capture_output=True, text=True, input=told, check=False, timeout=120,
                          env={**os.environ, "COLUMNS": "300"})  # fmt: skip


def spoken(desk: RunningDesk, *words: str) -> Any:  # noqa: ANN401 - whatever the command prints
    """What the command line prints as JSON."""
    done = bidwell(desk, *words, "--json")
    return json.loads(done.stdout or done.stderr)


def test_a_person_resolves_orders_in_doubt_on_the_screen(stage: Stage, connecting: RunningDesk, tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.json"
    scenario.write_text(json.dumps(SCENARIO))
    with RunningTwin("schwab", scenario) as twin:
        account, names = connected(connecting, twin), []
        wide = {"max_open_orders": "100", "duplicate_window": "0", "price_collar": "0.5"}
        assert connecting.browser.call("PUT", f"{W}/limits/account/{account}", wide).status == 200

        def lose(_: object) -> dict[str, Any]:
            twin.ask("mishaps", {"mishaps": [
                {"mishap": "timeout", "silent": True, "count": 2},
                {"mishap": "error", "processed": False, "status": 502}]})  # fmt: skip
            names.extend([sent(connecting, account, "430"), sent(connecting, account, "430"), sent(connecting, account, "420")])
            early = connecting.browser.call("GET", f"{W}/orders/{names[2]}/candidates")
            assert early.body["code"] == "doubt.not_yet", early
            (book,) = twin.accounts().values()
            assert len(book["orders"]) == 2
            return {"first": names[0], "numbers": numbers(twin)}

        def peek(_: object) -> str:
            shown = bidwell(connecting, "doubt", "show", names[0])
            assert all(number in shown.stdout for number in numbers(twin)), shown
            assert f"bidwell doubt show {names[0]}" in bidwell(connecting, "reconciliation").stdout.replace("\n", " ")
            asked = bidwell(connecting, "doubt", "identify", names[0], numbers(twin)[0], "--reason", "seen", told="n\n")
            assert (asked.returncode, "Is the broker's order" in asked.stdout) == (1, True), asked
            listed = spoken(connecting, "doubt", "identify", names[0], numbers(twin)[0], "--reason", "seen")
            assert [row["broker_order_id"] for row in listed["items"]] == numbers(twin)
            return "peeked"

        def judge(_: object) -> str:
            orders = {row["client_order_id"]: row for row in connecting.browser.get(f"{W}/orders")["items"]}
            assert [orders[name]["status"] for name in names] == ["WORKING", "WORKING", "REJECTED"]
            assert {orders[name]["broker_order_id"] for name in names[:2]} == set(numbers(twin))
            over = spoken(connecting, "doubt", "identify", names[2], "1", "--reason", "it is not", "--yes")
            assert over["error"]["code"] == "doubt.over", over
            late = bidwell(connecting, "doubt", "absent", names[0], "--reason", "it is not", "--email", "ada@example.test",
                           told=PASSWORD + "\n")  # fmt: skip
            assert "doubt.over" in late.stderr, late
            (row,) = spoken(connecting, "reconciliation", "--account", account)["items"]
            assert row["in_doubt"] == []
            return "judged"

        stage.play("doubt", connecting, {"lose": lose, "peek": peek, "judge": judge})


def numbers(twin: RunningTwin) -> list[str]:
    """Schwab's numbers of the orders at the twin, oldest first."""
    (book,) = twin.accounts().values()
    return sorted((str(order_id(row["id"])) for row in book["orders"]), key=int)
