"""What a broker lacks is said before it is sent, shown while the desk holds it, and changed and canceled like any order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bidwell.model.ids import AccountId
from bidwell.model.role import Role
from bidwell.model.terms import OrderType, TimeInForce
from tests.server.house import ACME, MAIN, House, Person, until, wish

PLAIN = AccountId("main-plain")
EXITS = {"stop_price": "90", "take_profit_price": "120"}


def impoverish(home: House, *, stops: bool) -> None:
    """The account's broker holds no exits from now on, and with `stops` knows neither stops nor ends of validity."""
    broker = home.desk.sessions[PLAIN].broker
    able = replace(broker.capabilities, attached_exits=False)
    if stops:
        able = replace(able, order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
                       times_in_force=frozenset(TimeInForce) - {TimeInForce.GTD})  # fmt: skip
    vars(broker)["_capabilities"] = able


@pytest.fixture
async def trader(home: House) -> Person:
    return await home.member(MAIN, Role.TRADER)


async def previewed(trader: Person, **changes: object) -> Any:  # noqa: ANN401 - JSON
    return (await trader.post("/api/v1/w/main/preview", json=wish(**changes))).json()


async def test_a_preview_says_which_parts_the_desk_does_and_what_they_rest_on(home: House, trader: Person) -> None:
    assert (await previewed(trader, protection=EXITS))["warnings"] == []
    impoverish(home, stops=False)
    shown = await previewed(trader, protection=EXITS)
    (line,) = shown["allocations"]
    assert [(part["part"], part["stop"]) for part in line["emulated"]] == [("exits", False), ("target", False)]
    assert "works at the broker" in line["emulated"][0]["text"]
    assert any("rests on this machine being up" in warning for warning in shown["warnings"])
    assert (await previewed(trader))["allocations"][0]["emulated"] == []


async def test_an_emulated_stop_is_warned_of_by_its_name(home: House, trader: Person) -> None:
    impoverish(home, stops=True)
    shown = await previewed(trader, protection=EXITS)
    parts = [part["part"] for part in shown["allocations"][0]["emulated"]]
    assert parts == ["exits", "target", "stop_loss"]
    assert any(warning.startswith("An emulated stop rests on this machine") for warning in shown["warnings"])
    stop = await previewed(trader, terms={"order_type": "STOP", "stop_price": "120"})
    assert [part["part"] for part in stop["allocations"][0]["emulated"]] == ["stop"]


async def test_what_neither_broker_nor_desk_can_do_is_denied_in_the_preview_too(home: House, trader: Person) -> None:
    impoverish(home, stops=True)
    broker = home.desk.sessions[PLAIN].broker
    vars(broker)["_capabilities"] = replace(broker.capabilities, order_types=frozenset({OrderType.LIMIT}))
    shown = await previewed(trader, terms={"order_type": "STOP", "stop_price": "120"})
    line = shown["allocations"][0]
    assert (line["allowed"], line["denial"]["rule"], line["emulated"]) == (False, "broker_capability", [])


async def test_a_held_order_is_listed_changed_and_canceled(home: House, trader: Person) -> None:
    impoverish(home, stops=True)
    sent = await trader.post("/api/v1/w/main/intents", headers={"Idempotency-Key": "held"},
                             json=wish(terms={"order_type": "STOP", "stop_price": "120", "time_in_force": "GTC"}))  # fmt: skip
    assert sent.status_code == 202, sent.text
    await until(lambda: bool(home.desk.state.held))
    (order,) = (await trader.get("/api/v1/w/main/orders?state=open")).json()["items"]
    assert (order["status"], order["asked"]["stop_price"], order["level"]) == ("HELD", "120", "120")
    path = f"/api/v1/w/main/orders/{order['client_order_id']}"
    changed = await trader.post(f"{path}/replace", json={"stop_price": "125"})
    assert changed.status_code == 202, changed.text
    assert (await trader.get(path)).json()["level"] == "125"
    assert (await trader.post(f"{path}/cancel", json={})).status_code == 202
    assert (await trader.get(path)).json()["status"] == "CANCELED"


async def test_what_is_held_can_be_protected_by_a_pair_of_exits(home: House, trader: Person) -> None:
    bought = await trader.post("/api/v1/w/main/intents", headers={"Idempotency-Key": "bought"}, json=wish())
    assert bought.status_code == 202, bought.text
    await until(lambda: home.desk.state.portfolios[PLAIN].position(ACME).quantity == 10)
    pair = {"side": None, "sizing": {"by": "close", "value": "100"}, "protection": EXITS, "protects": True}
    shown = await previewed(trader, **pair)
    assert shown["button"] == "Protect 10 ACME"
    (line,) = shown["allocations"]
    assert (line["allowed"], [part["part"] for part in line["emulated"]]) == (True, ["target"])
    sent = await trader.post("/api/v1/w/main/intents", headers={"Idempotency-Key": "pair"}, json=wish(**pair))
    assert sent.status_code == 202, sent.text

    def statuses() -> list[str]:
        return sorted(f"{order.leg} {order.status}" for order in home.desk.state.orders.values() if order.entry)

    await until(lambda: statuses() == ["1 HELD", "2 WORKING"])
    refused = await trader.post("/api/v1/w/main/intents", headers={"Idempotency-Key": "none"},
                                json=wish(**(pair | {"protection": None})))  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (422, "intent.protects")
