"""Accounts at a broker, told through the doors that a user has: a desk's process, a twin's process, an alert between."""

from __future__ import annotations

import base64
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.story.running import PASSWORD, RunningDesk
from tests.story.twins import RunningTwin

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
SCENARIO = """{"accounts": [
  {"account": "PA0001", "cash": "100000", "fields": {"key_id": "PKTWIN0001", "secret_key": "twin-secret-0001"}},
  {"account": "PA0002", "cash": "100000", "fields": {"key_id": "PKTWIN0002", "secret_key": "twin-secret-0002"}}],
 "instruments": [{"symbol": "AAPL", "bid": "449.90", "ask": "450.00", "exchange": "NASDAQ"}]}"""
W = "/api/v1/w/main"


def credentials(twin: RunningTwin, number: int) -> dict[str, Any]:
    fields = {"key_id": f"PKTWIN000{number}", "secret_key": f"twin-secret-000{number}"}
    return {"environment": "twin", "twin": twin.url, "fields": fields}


def connected(desk: RunningDesk, twin: RunningTwin, number: int) -> str:
    body = credentials(twin, number) | {"name": f"Alpaca {number}"}
    answer = desk.browser.call("POST", f"{W}/brokers/alpaca/accounts", body)
    assert answer.status == 201, answer
    ident = str(answer.body["id"])
    desk.until(f"{W}/accounts/{ident}", lambda account: account["reconciled"])
    return ident


def strategy_over(desk: RunningDesk, accounts: list[str]) -> str:
    """A strategy that buys the alert's quantity in each account; its token."""
    group = desk.browser.call("POST", f"{W}/groups", {
        "name": "At Alpaca", "policy": "ratio", "members": [{"account": each, "weight": "1"} for each in accounts]})  # fmt: skip
    assert group.status == 201, group
    made = desk.browser.call("POST", f"{W}/strategies", {"name": "Twin story", "group": group.body["id"]})
    assert made.status == 201, made
    return str(made.body["token"])


def converged(intent: dict[str, Any]) -> bool:
    return len(intent["orders"]) == 2 and all(row["status"] == "FILLED" for row in intent["orders"])


def test_an_alert_reaches_accounts_at_a_broker_once_through_a_lost_answer_and_a_throttle(
    desk: RunningDesk, tmp_path: Path
) -> None:
    scenario = tmp_path / "scenario.json"
    scenario.write_text(SCENARIO)
    with RunningTwin("alpaca", scenario) as twin:
        desk.start("--twins", BIDWELL_VAULT_KEY=KEY).own()
        desk.wait_reconciled()
        shown = desk.browser.call("POST", f"{W}/brokers/alpaca/probe", credentials(twin, 1))
        assert (shown.status, shown.body["number"], shown.body["live"]) == (200, "PA0001", False), shown
        accounts = [connected(desk, twin, number) for number in (1, 2)]
        token = strategy_over(desk, accounts)
        twin.ask("mishaps", {"mishaps": [
            {"mishap": "timeout", "account": "PA0001", "silent": True},
            {"mishap": "throttle", "account": "PA0002", "seconds": 0.3}]})  # fmt: skip
        posted = desk.alert("twin-1", token=token, quantity="10")
        assert posted.status == 202, posted
        desk.until(f"{W}/intents/{posted.body['intent']}", converged, 90)
        for name in ("PA0001", "PA0002"):
            book = twin.accounts()[name]
            assert [(order["status"], order["filled"]) for order in book["orders"]] == [("FILLED", "10")]
            assert book["positions"] == {"AAPL": "10"}
        assert list(twin.accounts()["PA0001"]["submissions"].values()) == [1]

        desk.kill()
        desk.start("--twins", BIDWELL_VAULT_KEY=KEY).own()
        for ident in accounts:
            desk.until(f"{W}/accounts/{ident}", lambda account: account["reconciled"])
            held = desk.browser.get(f"{W}/accounts/{ident}/connection")
            assert (held["life"], held["hint"]) == ("active", f"PKTWIN000{accounts.index(ident) + 1}")
        assert "twin-secret" not in desk.log()
        assert [len(book["orders"]) for book in twin.accounts().values()] == [1, 1]


def test_an_account_is_connected_and_looked_after_from_the_command_line(desk: RunningDesk, tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.json"
    scenario.write_text(SCENARIO)

    def bidwell(*words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bidwell.app", *words, "--data", str(desk.data)]
        return subprocess.run(command, input=said, capture_output=True, text=True, timeout=60, check=False)

    with RunningTwin("alpaca", scenario) as twin:
        desk.start("--twins", BIDWELL_VAULT_KEY=KEY).own()
        wrong = bidwell("accounts", "connect", "alpaca", "--name", "Mine", "--environment", "twin", "--twin", twin.url,
                        "--email", "ada@example.test", "--field", "key_id=PKTWIN0001", "--yes",
                        said=f"{PASSWORD}\nnot-the-secret\n")  # fmt: skip
        assert wrong.returncode == 1
        assert "does not know this key" in wrong.stderr
        done = bidwell("accounts", "connect", "alpaca", "--name", "Mine", "--environment", "twin", "--twin", twin.url,
                       "--email", "ada@example.test", "--field", "key_id=PKTWIN0001",
                       said=f"{PASSWORD}\ntwin-secret-0001\ny\n")  # fmt: skip
        assert done.returncode == 0, done
        assert "account PA0001 (ACTIVE): cash 100000 USD" in done.stdout
        ident = done.stdout.rpartition("connected as ")[2].strip()
        desk.until(f"{W}/accounts/{ident}", lambda account: account["reconciled"])
        listed = bidwell("accounts", "instruments", ident, "AAPL")
        assert "AAPL.XNAS" in listed.stdout, listed
        twin.ask("kill", {"account": "PA0001", "seconds": 3600})
        desk.until(f"{W}/accounts/{ident}/connection", lambda held: held["life"] != "active")
        refused = bidwell("accounts", "reconnect", ident)
        assert "does not know this key" in refused.stderr, refused
        twin.ask("revive", {})
        again = bidwell("accounts", "reconnect", ident)
        assert "active" in again.stdout, again
        assert "twin-secret" not in again.stdout + done.stdout
        gone = bidwell("accounts", "forget", ident, "--email", "ada@example.test", said=f"{PASSWORD}\n")
        assert gone.returncode == 0, gone
        assert desk.browser.call("GET", f"{W}/accounts/{ident}/connection").status == 404
        switched = desk.browser.get(f"{W}/accounts/{ident}")
        assert (switched["enabled"], switched["connected"]) == (False, False)


def test_a_desk_on_its_brokers_prices_trades_by_them_at_the_weekend_too(desk: RunningDesk) -> None:
    with RunningTwin("alpaca") as twin:
        desk.start("--twins", "--feed", "brokers", BIDWELL_VAULT_KEY=KEY).own()
        account = connected(desk, twin, 1)
        listed = desk.browser.call("POST", f"{W}/accounts/{account}/instruments", {"symbols": ["BTC/USD", "AAPL"]})
        assert (listed.status, listed.body["instruments"]) == (200, ["BTCUSD.ALPACA", "AAPL.XNAS"]), listed
        desk.until(f"{W}/quotes", lambda found: any(row["instrument"] == "BTCUSD.ALPACA" for row in found["items"]))
        sent = desk.browser.call("POST", f"{W}/intents", {
            "instrument": "BTCUSD.ALPACA", "side": "BUY", "account": account, "sizing": {"by": "quantity", "value": "0.5"},
            "terms": {"order_type": "MARKET", "time_in_force": "GTC"}}, **{"Idempotency-Key": "coin-1"})  # fmt: skip
        assert sent.status == 202, sent
        intent = desk.until(f"{W}/intents/{sent.body['id']}", lambda found: found["orders"] and
                            found["orders"][0]["status"] in {"FILLED", "DENIED", "REJECTED"})  # fmt: skip
        assert intent["orders"][0]["status"] == "FILLED", intent["orders"][0]
        assert Decimal(twin.accounts()["PA0001"]["positions"]["BTC/USD"]) == Decimal("0.5")
        refused = desk.browser.call("POST", f"{W}/accounts/{account}/instruments", {"symbols": ["NOSUCH"]})
        assert (refused.status, refused.body["code"]) == (422, "instrument.unlisted"), refused
        assert "NOSUCH" in refused.body["detail"]
        _guarded_over_a_kill(desk, twin, account)


def _guarded_over_a_kill(desk: RunningDesk, twin: RunningTwin, account: str) -> None:
    """Exits that Alpaca is not asked to hold: the stop works there once the entry is filled, the target here."""
    bid = Decimal(twin.ask("books")["quotes"]["BTC/USD"]["bid"])
    target, stop = (bid * Decimal("1.03")).quantize(Decimal(1)), (bid * Decimal("0.9")).quantize(Decimal(1))
    wish = {
        "instrument": "BTCUSD.ALPACA", "side": "BUY", "account": account, "sizing": {"by": "quantity", "value": "0.25"},
        "terms": {"order_type": "MARKET", "time_in_force": "GTC"},
        "protection": {"stop_price": str(stop), "take_profit_price": str(target)},
    }  # fmt: skip
    shown = desk.browser.call("POST", f"{W}/preview", wish)
    assert [part["part"] for part in shown.body["allocations"][0]["emulated"]] == ["exits", "target"], shown
    sent = desk.browser.call("POST", f"{W}/intents", wish, **{"Idempotency-Key": "guarded-1"})
    assert sent.status == 202, sent

    def standing(found: dict[str, Any]) -> list[str]:
        return sorted(f"{row['leg']} {row['status']}" for row in found["orders"])

    path = f"{W}/intents/{sent.body['id']}"
    desk.until(path, lambda found: standing(found) == ["0 FILLED", "1 HELD", "2 WORKING"])
    desk.kill()
    desk.start("--twins", "--feed", "brokers", BIDWELL_VAULT_KEY=KEY).own()
    twin.ask("quote", {"symbol": "BTC/USD", "bid": str(target + 5), "ask": str(target + 10)})
    ended = desk.until(path, lambda found: "1 FILLED" in standing(found), 60)
    assert standing(ended)[:3] == ["0 FILLED", "1 FILLED", "2 CANCELED"], ended["orders"]
    desk.until(path, lambda found: not {"HELD", "WORKING"} & {row["status"] for row in found["orders"]})
    assert Decimal(twin.accounts()["PA0001"]["positions"]["BTC/USD"]) == Decimal("0.5")
