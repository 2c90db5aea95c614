"""One alert, a group over five accounts at five brokers: an answer lost, an order refused, a throttle; all converge."""

from __future__ import annotations

import json
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.story.running import PASSWORD, RunningDesk
from tests.story.test_alpaca_twin import KEY, W
from tests.story.twins import RunningTwin

COIN = {"symbol": "BTC/USDT", "type": "crypto", "currency": "USDT", "lot": "0.0001", "bid": "449.99", "ask": "450.00"}
# A future of five points is worth five of what an alert counts: its ratio is five times its contracts.
PLACES: dict[str, dict[str, Any]] = {
    "alpaca": {
        "person": {"account": "PA0001", "fields": {"key_id": "PKTWIN0001", "secret_key": "twin-secret-0001"}},
        "listed": {"symbol": "AAPL", "exchange": "NASDAQ", "bid": "449.90", "ask": "450.00"}, "ask": "AAPL",
        "quantity": "10",
    },
    "binance": {
        "person": {"account": "100000001", "currency": "USDT", "fields": {"key": "k0001", "secret": "twin-secret-0001"}},
        "listed": COIN | {"extra": {"min_notional": "5"}}, "ask": "BTC/USDT", "quantity": "0.5",
    },
    "bybit": {
        "person": {"account": "24600001", "currency": "USDT", "fields": {"key": "k0001", "secret": "twin-secret-0001"}},
        "listed": COIN, "ask": "BTC/USDT", "quantity": "0.25",
    },
    "tradovate": {
        "person": {"account": "DEMO0001", "leverage": "25", "fields": {
            "name": "twin", "password": "twin-secret", "cid": "8", "sec": "twin-key", "account": "DEMO0001"}},
        "listed": {"symbol": "MESZ7", "type": "future", "exchange": "CME", "tick": "0.25", "multiplier": "5",
                   "underlying": "MES", "expiry": "2027-12-17", "bid": "449.75", "ask": "450.00"},
        "ask": "MESZ7", "quantity": "2", "weight": "10",
    },
    "okx": {
        "person": {"account": "44705892343619584", "currency": "USDT",
                   "fields": {"key": "k0001", "secret": "twin-secret-0001", "password": "twin-phrase"}},
        "listed": COIN | {"bid": "449.9", "tick": "0.1"}, "ask": "BTC/USDT", "quantity": "0.75",
    },
}  # fmt: skip


def scenario(folder: Path, name: str) -> Path:
    place, file = PLACES[name], folder / f"{name}.json"
    person = {"cash": "100000", **place["person"]}
    file.write_text(json.dumps({"accounts": [person], "instruments": [place["listed"]]}), "utf-8")
    return file


def connected(desk: RunningDesk, name: str, twin: RunningTwin) -> tuple[str, str]:
    """The account's id, and that of the one instrument that it trades."""
    fields = PLACES[name]["person"]["fields"]
    body = {"environment": "twin", "twin": twin.url, "fields": fields, "name": name.title()}
    answer = desk.browser.call("POST", f"{W}/brokers/{name}/accounts", body)
    assert answer.status == 201, answer
    ident = str(answer.body["id"])
    desk.until(f"{W}/accounts/{ident}", lambda account: account["reconciled"])
    listed = desk.browser.call("POST", f"{W}/accounts/{ident}/instruments", {"symbols": [PLACES[name]["ask"]]})
    assert listed.status == 200, listed
    return ident, str(listed.body["instruments"][0])


def at_twin(twin: RunningTwin) -> dict[str, Any]:
    (book,) = twin.accounts().values()
    return dict(book)


def test_one_alert_converges_over_five_brokers_through_a_lost_answer_a_refusal_and_a_throttle(
    desk: RunningDesk, tmp_path: Path
) -> None:
    with ExitStack() as running:
        twins = {name: running.enter_context(RunningTwin(name, scenario(tmp_path, name))) for name in PLACES}
        desk.start("--twins", BIDWELL_VAULT_KEY=KEY).own()
        desk.wait_reconciled()
        # The replayed market quotes one of the five instruments: the others' limit prices stand in for quotes.
        desk.browser.call("POST", "/api/v1/session/step-up", {"password": PASSWORD})
        freed = desk.browser.call("PUT", f"{W}/limits/workspace", {"max_data_age": None})
        assert freed.status in {200, 204}, freed
        places = {name: connected(desk, name, twin) for name, twin in twins.items()}
        common = places["alpaca"][1]
        members = [{"account": account, "weight": PLACES[name].get("weight", PLACES[name]["quantity"]),
                    "instruments": {common: instrument}}
                   for name, (account, instrument) in places.items()]  # fmt: skip
        group = desk.browser.call("POST", f"{W}/groups", {
            "name": "Five brokers", "policy": "ratio", "members": members, "on_failure": "repair", "repair_seconds": 120})  # fmt: skip
        assert group.status == 201, group
        made = desk.browser.call("POST", f"{W}/strategies", {"name": "Everywhere", "group": group.body["id"]})
        assert made.status == 201, made
        twins["alpaca"].ask("mishaps", {"mishaps": [{"mishap": "timeout", "silent": True}]})
        twins["tradovate"].ask("mishaps", {"mishaps": [{"mishap": "reject", "text": "not now"}]})
        twins["bybit"].ask("mishaps", {"mishaps": [{"mishap": "throttle", "seconds": 0.5}]})
        posted = desk.alert("five-1", token=made.body["token"], quantity="1", order_type="limit", limit_price="452")
        assert posted.status == 202, posted
        told = desk.until(
            f"{W}/intents/{posted.body['intent']}",
            lambda found: found["convergence"]["converged"] == 5 and found["orders"] and
            all(row["status"] in {"FILLED", "REJECTED"} for row in found["orders"]), 120)  # fmt: skip
        assert sorted(row["status"] for row in told["orders"]) == ["FILLED"] * 4 + ["REJECTED"]
        for name, twin in twins.items():
            book = at_twin(twin)
            assert list(map(Decimal, book["positions"].values())) == [Decimal(PLACES[name]["quantity"])], name
            filled = [order["client_order_id"] for order in book["orders"] if Decimal(order["filled"])]
            assert len(filled) == 1, name
        # The answer was lost, and the order was looked up instead of being sent again.
        assert list(at_twin(twins["alpaca"])["submissions"].values()) == [1]
