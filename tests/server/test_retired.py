"""What left the desk's memory reads, answers and refuses as it did before."""

from __future__ import annotations

from typing import Any

import pytest

from bidwell.engine.retirement import Retention
from bidwell.model.events import OrderFilled
from bidwell.model.ids import ClientOrderId
from bidwell.model.order import OrderStatus
from bidwell.model.role import Role
from tests.server.house import MAIN, OTHER, House, Person, until, wish

BASE = "/api/v1/w/main"
LISTS = {
    "intents": "id", "orders": "client_order_id", "orders?state=closed": "client_order_id", "fills": "execution_id",
    "orders?account=main-second": "client_order_id", "intents?source=alert": "id", "fills?account=main-second": "execution_id",
}  # fmt: skip


@pytest.fixture
async def trader(home: House) -> Person:
    return await home.member(MAIN, Role.TRADER)


async def ask(trader: Person, path: str) -> Any:  # noqa: ANN401 - whatever the answer holds
    answer = await trader.get(f"{BASE}/{path}")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    found.pop("exported_at", None)
    return found


async def pages(trader: Person, path: str, limit: int) -> list[dict[str, Any]]:
    """A whole list, part by part."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        more = f"{'&' if '?' in path else '?'}limit={limit}{cursor}"
        part = await ask(trader, path + more)
        found += part["items"]
        if part["next_cursor"] is None:
            return found
        cursor = f"&cursor={part['next_cursor']}"


async def work(home: House, trader: Person) -> list[str]:
    """Intents of every kind that are finished, the last of them by an alert."""
    names = []
    for key in ("one", "two", "three"):
        answer = await trader.post(
            f"{BASE}/intents", json=wish(account=None, group="main-all"), headers={"Idempotency-Key": key}
        )
        names.append(answer.json()["id"])
    answer = await home.client().post("/api/v1/hooks/alert", json=home.alert(id="told once"))
    assert answer.status_code == 202, answer.text
    names.append(answer.json()["intent"])
    orders = home.desk.state.orders
    await until(lambda: sum(order.status is OrderStatus.FILLED for order in orders.values()) == 8)
    await until(lambda: all(home.desk.state.intents[name].stages for name in home.desk.state.intents))
    return names


async def retire(home: House) -> None:
    home.desk.archivist.retention = Retention(0, 0.0, reported=False)
    await until(lambda: not home.desk.state.intents and not home.desk.state.orders, 10)


async def test_a_retired_intent_reads_as_before_wherever_it_is_shown(home: House, trader: Person) -> None:
    names = await work(home, trader)
    orders = list(home.desk.state.orders)
    asked = [
        *(f"intents/{name}" for name in names), *(f"export/intents/{name}.json" for name in names),
        *(f"orders/{name}" for name in orders), "groups/standing", "groups/main-all/standing", "positions", "overview",
    ]  # fmt: skip
    before = {path: await ask(trader, path) for path in asked}
    lists = {path: await pages(trader, path, 3) for path in LISTS}
    await retire(home)
    after = {path: await ask(trader, path) for path in asked}
    for path in asked:
        if path not in {"positions", "overview"}:
            assert after[path] == before[path], path
    assert [one["quantity"] for one in after["positions"]["items"]] == [
        one["quantity"] for one in before["positions"]["items"]
    ]
    for path, key in LISTS.items():
        again = await pages(trader, path, 3)
        assert {one[key]: one for one in again} == {one[key]: one for one in lists[path]}
        at = [one.get("received_at") or one["created_at"] for one in again]
        assert at == sorted(at, reverse=True)
        assert len(again) == len(lists[path]), path
    assert len(lists["fills"]) == len(lists["orders"]) - 4 == 8
    other = await (await home.member(OTHER, Role.TRADER)).get(f"/api/v1/w/other/intents/{names[0]}")
    assert other.status_code == 404


async def test_lists_go_on_over_what_is_in_memory_what_is_archived_and_what_was_recalled(
    home: House, trader: Person
) -> None:
    names = await work(home, trader)
    await retire(home)
    home.desk.archivist.retention = Retention()
    answer = await trader.post(f"{BASE}/intents", json=wish(), headers={"Idempotency-Key": "newest"})
    names.append(answer.json()["id"])
    await until(lambda: any(order.status is OrderStatus.FILLED for order in home.desk.state.orders.values()))
    told = next(ClientOrderId(one["client_order_id"]) for one in (await ask(trader, f"intents/{names[1]}"))["orders"]
                if one["status"] == "FILLED")  # fmt: skip
    known = (await home.desk.archivist.of_orders([told]))[told]
    order = next(one.order for one in known.orders if one.order.client_order_id == told)
    home.desk.on_broker_event(order.account, OrderFilled(home.clock.now(), told, order.fills[0]))
    await until(lambda: names[1] in home.desk.state.intents)
    for limit in (1, 2, 50):
        assert [one["id"] for one in await pages(trader, "intents", limit)] == names[::-1]
        assert len({one["client_order_id"] for one in await pages(trader, "orders", limit)}) == 13
        assert len({one["execution_id"] + one["account"] for one in await pages(trader, "fills", limit)}) == 9
    assert (await trader.get(f"{BASE}/intents?cursor=bm9uc2Vuc2U")).json()["code"] == "cursor.invalid"


async def test_a_retired_request_is_answered_again_and_its_orders_can_be_changed_no_more(
    home: House, trader: Person
) -> None:
    names = await work(home, trader)
    order = next(one.client_order_id for one in home.desk.state.orders.values() if one.status is OrderStatus.FILLED)
    await retire(home)
    body = wish(account=None, group="main-all")
    again = await trader.post(f"{BASE}/intents", json=body, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()["id"], again.json()["duplicate"]) == (202, names[0], True)
    other = await trader.post(f"{BASE}/intents", json={**body, "side": "SELL"}, headers={"Idempotency-Key": "one"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    told = await home.client().post("/api/v1/hooks/alert", json=home.alert(id="told once"))
    assert (told.status_code, told.json()["intent"], told.json()["duplicate"]) == (202, names[-1], True)
    for what in ("cancel", "replace"):
        refused = await trader.post(
            f"{BASE}/orders/{order}/{what}", json={"quantity": "1"} if what == "replace" else None
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "order.closed")
    assert not home.desk.state.intents
