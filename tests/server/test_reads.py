from __future__ import annotations

from decimal import Decimal

from bidwell.model.role import Role
from tests.server.house import MAIN, House, Person, until, wish

W = "/api/v1/w/main"


async def bought(home: House, person: Person, count: int, **changes: object) -> list[str]:
    """Send so many intents; their ids, oldest first."""
    names = []
    for place in range(count):
        answer = await person.post(
            f"{W}/intents", json=wish(**changes), headers={"Idempotency-Key": f"{len(changes)}-{place}"}
        )
        assert answer.status_code == 202, answer.text
        names.append(answer.json()["id"])
    await until(lambda: all(name not in home.desk.state.undecided for name in names))
    return names


async def test_lists_come_in_parts_that_join_without_gap_or_repeat(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    names = await bought(home, trader, 7)
    await until(lambda: sum(len(order.fills) for order in home.desk.state.orders.values()) == 7)
    for path, key in (("intents", "id"), ("orders", "client_order_id"), ("fills", "execution_id"), ("journal", "seq")):
        whole = (await trader.get(f"{W}/{path}?limit=200")).json()["items"]
        found, cursor = [], ""
        for _ in range(100):
            page = (await trader.get(f"{W}/{path}?limit=3{cursor}")).json()
            assert len(page["items"]) <= 3
            found += [item[key] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found[: len(whole)] == [item[key] for item in whole], path
        assert len(set(found)) == len(found), path
    assert [one["id"] for one in (await trader.get(f"{W}/intents")).json()["items"]] == names[::-1]


async def test_positions_fills_and_accounts_agree(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    await bought(home, trader, 2)
    await until(lambda: sum(len(order.fills) for order in home.desk.state.orders.values()) == 2)
    positions = (await trader.get(f"{W}/positions")).json()["items"]
    assert [(one["account"], one["quantity"], one["shares"]) for one in positions] == [
        ("main-plain", "20", [{"strategy": None, "quantity": "20"}])
    ]
    fills = (await trader.get(f"{W}/fills?account=main-plain")).json()["items"]
    assert sum(Decimal(one["quantity"]) for one in fills) == 20
    account = (await trader.get(f"{W}/accounts/main-plain")).json()
    assert Decimal(account["gross_exposure"]) == Decimal(positions[0]["market_value"])
    assert {row["field"]: row["origin"] for row in account["limits_effective"]}["max_open_orders"] == "workspace"
    overview = (await trader.get(f"{W}/overview")).json()
    assert Decimal(overview["equity"]) == sum(Decimal(one["equity"]) for one in overview["accounts"])
    assert (overview["workspace"]["mode"], overview["feed"]["state"]) == ("paper", "ok")
    assert overview["order_path"]["count"] == 2


async def test_a_working_order_is_replaced_and_canceled(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    await bought(home, trader, 1, terms={"order_type": "LIMIT", "limit_price": "90", "time_in_force": "GTC"})
    await until(lambda: any(order.status == "WORKING" for order in home.desk.state.orders.values()))
    working = (await trader.get(f"{W}/orders?state=open")).json()["items"][0]
    path = f"{W}/orders/{working['client_order_id']}"
    empty = await trader.post(f"{path}/replace", json={})
    assert empty.json()["code"] == "replace.empty"
    wrong = await trader.post(f"{path}/replace", json={"stop_price": "5"})
    assert wrong.json()["code"] == "terms.stop_price_unexpected"
    denied = await trader.post(f"{path}/replace", json={"limit_price": "90.001"})
    assert denied.status_code == 422, denied.text
    assert (await trader.post(f"{path}/replace", json={"quantity": "5", "limit_price": "91"})).status_code == 202
    await until(lambda: next(iter(home.desk.state.orders.values())).quantity == 5)
    shown = (await trader.get(path)).json()
    assert (shown["quantity"], shown["terms"]["limit_price"]) == ("5", "91")
    assert (await trader.post(f"{path}/cancel")).status_code == 202
    await until(lambda: not home.desk.state.all_open_orders())
    late = await trader.post(f"{path}/cancel")
    assert (late.status_code, late.json()["code"]) == (409, "order.closed")


async def test_halting_cancels_and_denies_until_it_is_released(home: House) -> None:
    trader, owner = await home.member(MAIN, Role.TRADER), await home.member(MAIN, Role.OWNER)
    await bought(home, trader, 2, terms={"order_type": "LIMIT", "limit_price": "90"})
    await until(lambda: sum(order.status == "WORKING" for order in home.desk.state.orders.values()) == 2)
    halted = await trader.post(f"{W}/halt", json={"scope": {"type": "workspace"}, "reason": "news"})
    assert (halted.status_code, halted.json()["canceled"]) == (202, 2)
    await until(lambda: not home.desk.state.all_open_orders())
    preview = (await trader.post(f"{W}/preview", json=wish())).json()
    assert preview["allocations"][0]["denial"]["rule"] == "halt"
    released = await owner.post(
        f"{W}/release", json={"scope": {"type": "workspace"}, "password": "correct horse battery staple"}
    )
    assert released.status_code == 202
    assert (await trader.post(f"{W}/preview", json=wish())).json()["allowed"] == 1


async def test_groups_strategies_limits_and_accounts_are_set_up_over_the_api(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    members = [{"account": "main-plain", "weight": "2"}, {"account": "main-second", "weight": "1", "cap": "50"}]
    group = (await owner.post(f"{W}/groups", json={"name": "two", "policy": "weighted", "members": members})).json()
    draft = {
        "group": {"policy": "weighted", "members": members},
        "intent": wish(account=None, sizing={"by": "quantity", "value": "9"}),
    }
    preview = (await owner.post(f"{W}/groups/preview", json=draft)).json()
    assert [line["quantity"] for line in preview["allocations"]] == ["6", "3"]
    assert "draft" not in home.desk.state.groups
    made = (await owner.post(f"{W}/strategies", json={"name": "mine", "group": group["id"]})).json()
    assert made["token"] in made["curl"]
    assert made["token"] in made["templates"][0]["body"]
    assert made["token"] not in (await owner.get(f"{W}/strategies/{made['id']}")).text
    in_use = await owner.ask("DELETE", f"{W}/groups/{group['id']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "group.in_use")
    moved = (await owner.ask("PATCH", f"{W}/strategies/{made['id']}", json={"account": "main-plain"})).json()
    assert (moved["group"], moved["account"]) == (None, "main-plain")
    assert (await owner.ask("DELETE", f"{W}/groups/{group['id']}")).status_code == 204
    limits = {"max_order_quantity": "7", "max_open_orders": "3", "denied_instruments": ["BTC.TEST"]}
    assert (await owner.ask("PUT", f"{W}/limits/account/main-plain", json=limits)).status_code == 200
    stored = (await owner.get(f"{W}/limits/account/main-plain")).json()
    assert (stored["max_order_quantity"], stored["max_open_orders"], stored["denied_instruments"]) == (
        "7",
        3,
        ["BTC.TEST"],
    )
    account = await owner.post(
        f"{W}/accounts", json={"name": "Fresh", "currency": "USD", "cash": "5000", "fractional": True}
    )
    assert (account.status_code, account.json()["equity"]) == (201, "5000.00")
    await until(lambda: all(home.desk.reconciled(name) for name in home.desk.state.accounts))


async def test_the_journal_hides_token_hashes_and_finds_an_intents_events(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    (name,) = await bought(home, trader, 1)
    await until(lambda: any(entry.kind == "StagesRecorded" for entry in home.journals[MAIN].entries))
    page = (await trader.get(f"{W}/journal?kind=StrategyDefined")).json()["items"]
    assert page[0]["body"]["strategy"]["token_hash"] == "…"
    events = (await trader.get(f"{W}/journal?intent={name}&order=asc")).json()["items"]
    assert [one["kind"] for one in events][:3] == ["IntentReceived", "IntentAllocated", "OrderApproved"]
    export = await trader.get(f"{W}/export/intents/{name}.json")
    assert export.headers["content-disposition"] == f'attachment; filename="{name}.json"'
    told = {one["seq"]: one["kind"] for one in export.json()["events"]}
    assert {one["seq"] for one in events} < set(told)
    assert {"OrderSubmitted", "OrderAccepted", "OrderFilled"} <= set(told.values())


async def test_instruments_quotes_and_speed(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    found = (await trader.get(f"{W}/instruments?q=acm")).json()["items"]
    assert [one["id"] for one in found] == ["ACME.TEST"]
    quotes = {one["instrument"]: one for one in (await trader.get(f"{W}/quotes")).json()["items"]}
    assert (quotes["ACME.TEST"]["bid"], quotes["ACME.TEST"]["ask"]) == ("99.99", "100.01")
    assert (await trader.get(f"{W}/instruments/ACME.TEST/bars?seconds=60&count=5")).json()["items"] == []
    assert (await trader.post(f"{W}/market/speed", json={"speed": "60"})).json() == {"speed": "60"}
    assert (await trader.post(f"{W}/market/speed", json={"speed": "-1"})).json()["code"] == "number.too_small"
