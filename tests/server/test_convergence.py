"""Reconciliation, convergence, leaders and replays as the API tells them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from bidwell.model import events as ev
from bidwell.model.ids import AccountId
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.role import Role
from tests.server.house import MAIN, House, Person, until, wish

W = "/api/v1/w/main"
LEADING = {"name": "Copiers", "policy": "ratio", "leader": "main-plain",
           "members": [{"account": "main-second", "weight": "0.5"}]}  # fmt: skip


async def sent(trader: Person, key: str, **changes: object) -> str:
    answer = await trader.post(f"{W}/intents", json=wish(**changes), headers={"Idempotency-Key": key})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def told(person: Person, path: str) -> Any:  # noqa: ANN401 - whatever JSON the route answers
    answer = await person.get(f"{W}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def at_rest(home: House, name: str) -> bool:
    record = next(one for one in home.desk.state.intents.values() if one.intent.id == name)
    return bool(record.orders) and not any(home.desk.state.orders[order].is_open for order in record.orders)


# --- reconciliation ------------------------------------------------------------------------------


async def test_reconciliation_says_for_each_account_when_it_was_compared_and_whether_it_agrees(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    await until(lambda: all(one.passed_at for one in home.desk.sessions.values()))
    found = await told(viewer, "/reconciliation")
    assert (found["agreeing"], found["accounts"]) == (3, 3)
    for row in found["items"]:
        assert row["standing"] == "agrees"
        assert row["passed_at"] < row["next_at"]
        assert row["differences"] == []


async def test_a_difference_has_a_name_both_sides_values_and_what_was_done(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    now, account = home.clock.now(), AccountId("main-second")
    breaks = (
        ev.Break(ev.BreakType.POSITION, "ACME.TEST", "10", "12", "booked as a correction", ev.Handling.REPAIRED),
        ev.Break(ev.BreakType.ORDER_UNKNOWN_HERE, "B1", "", "WORKING filled 0", "adopted as EXTERNAL"),
    )
    before = home.desk.state.sequence
    home.desk.core.emit(ev.AccountReconciled(now, account, clean=True, breaks=breaks))
    home.desk.flush()
    await until(lambda: len(home.journals[MAIN].entries) > before)
    page = await told(trader, "/reconciliation/history?account=main-second&type=position")
    first = page["items"][0]
    assert (first["account_name"], first["clean"], first["differences"][0]) == ("second of main", True, {
        "type": "position", "title": "The position differs", "subject": "ACME.TEST", "ours": "10", "theirs": "12",
        "repair": "booked as a correction", "handling": "repaired", "handling_label": "Repaired",
    })  # fmt: skip
    # What an older journal left unsaid is read from its words.
    assert first["differences"][1]["handling"] == "adopted"
    assert (await told(trader, "/reconciliation/history?handling=person"))["items"] == []
    assert (await told(trader, "/reconciliation/history?account=main-plain&type=cash"))["items"] == []


async def test_the_history_goes_on_where_its_part_before_ended(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    first = await told(viewer, "/reconciliation/history?limit=1")
    second = await told(viewer, f"/reconciliation/history?limit=1&cursor={first['next_cursor']}")
    assert second["items"][0]["seq"] < first["items"][0]["seq"]
    wrong = await viewer.get(f"{W}/reconciliation/history?cursor=bm9uZQ")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor.invalid")


async def test_an_account_is_compared_on_demand(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    session = home.desk.sessions[AccountId("main-plain")]
    await until(lambda: session.passed_at is not None)
    before = session.passed_at
    assert before is not None
    answer = await trader.post(f"{W}/reconciliation/now", json={"account": "main-plain"})
    assert (answer.status_code, answer.json()) == (202, {"requested": 1})
    await until(lambda: session.passed_at is not None and session.passed_at > before, 10)
    assert (await trader.post(f"{W}/reconciliation/now", json={})).json() == {"requested": 3}
    assert (await trader.post(f"{W}/reconciliation/now", json={"account": "nobody"})).status_code == 404


# --- convergence ---------------------------------------------------------------------------------


async def test_an_intent_tells_target_and_actual_for_each_account(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    name = await sent(trader, "c1", account=None, group="main-all")
    await until(lambda: at_rest(home, name))
    detail = await told(trader, f"/intents/{name}")
    standing = detail["convergence"]
    assert (standing["converged"], standing["accounts"], standing["orphans"]) == (2, 3, 0)
    rows = {row["account"]: (row["standing"], row["target"], row["actual"]) for row in standing["parts"]}
    assert rows == {"main-plain": ("converged", "10", "10"), "main-second": ("converged", "10", "10"),
                    "main-tight": ("denied", "10", "0")}  # fmt: skip
    assert detail["status"] == "partly"
    page = await told(trader, "/intents?limit=1")
    assert (page["items"][0]["converged"], page["items"][0]["accounts"]) == (2, 3)
    group = await told(trader, "/groups/main-all/standing")
    assert (group["last_intent"], group["convergence"]["converged"], group["unfinished"]) == (name, 2, 0)
    assert "bidwell_intents_mending" in (await trader.get("/metrics")).text


async def test_a_group_keeps_how_it_repairs(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    body = {"name": "Mends", "policy": "equal", "on_failure": "repair", "repair_seconds": 45,
            "members": [{"account": "main-plain", "weight": "1"}]}  # fmt: skip
    made = (await owner.post(f"{W}/groups", json=body)).json()
    assert (made["on_failure"], made["repair_seconds"], made["leader"]) == ("repair", 45, None)
    wrong = await owner.post(f"{W}/groups", json={**body, "repair_seconds": 0})
    assert wrong.status_code == 422


# --- leaders -------------------------------------------------------------------------------------


async def test_followers_copy_a_leader_and_the_group_shows_their_drift(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    made = (await owner.post(f"{W}/groups", json=LEADING)).json()
    assert (made["leader_name"], made["lag_seconds"]) == ("plain of main", 5)
    await sent(owner, "lead", sizing={"by": "quantity", "value": "8"})
    desk = home.desk
    held = desk.state.portfolios[AccountId("main-second")]
    before = held.position(wish_instrument()).quantity
    await until(lambda: held.position(wish_instrument()).quantity == before + 4, 10)
    rows = (await told(owner, f"/groups/{made['id']}/standing"))["followers"]
    assert [row["account"] for row in rows] == ["main-second"]
    assert rows[0]["reason"] == "" or rows[0]["drift"] != "0"
    listed = (await told(owner, "/groups/standing"))["items"]
    assert any(one["group"] == made["id"] and one["followers"] for one in listed)
    copies = (await told(owner, "/intents?source=copy"))["items"]
    assert copies[0]["note"].startswith("plain of main went from ")
    assert "bidwell_followers_adrift" in (await owner.get("/metrics")).text
    refused = await owner.post(f"{W}/intents", json=wish(account=None, group=made["id"]),
                               headers={"Idempotency-Key": "to-followers"})  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (422, "group.follows")
    circle = {**LEADING, "leader": "main-second", "members": [{"account": "main-plain", "weight": "1"}]}
    answer = await owner.post(f"{W}/groups", json=circle)
    assert (answer.status_code, answer.json()["code"]) == (422, "group.circle")
    tried = await owner.post(f"{W}/groups/preview", json={"group": LEADING, "intent": {
        "instrument": "ACME.TEST", "side": "BUY", "sizing": {"by": "quantity", "value": "8"}}})  # fmt: skip
    assert [row["quantity"] for row in tried.json()["allocations"]] == ["4"]
    assert (await owner.ask("DELETE", f"{W}/groups/{made['id']}")).status_code == 204


def wish_instrument() -> Any:  # noqa: ANN401 - an instrument id
    return wish()["instrument"]


async def test_a_group_in_use_names_the_strategy_that_uses_it(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    answer = await owner.ask("DELETE", f"{W}/groups/main-all")
    assert answer.json()["code"] == "group.in_use"
    assert "cross" in answer.json()["detail"]


# --- the flight recorder -------------------------------------------------------------------------


async def test_a_bundle_holds_every_event_of_the_intent_and_its_orders_and_reads_well(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    name = await sent(trader, "b1")
    await until(lambda: at_rest(home, name))
    export = await trader.get(f"{W}/export/intents/{name}.json")
    kinds = {one["kind"] for one in export.json()["events"]}
    assert {
        "IntentReceived",
        "IntentAllocated",
        "OrderApproved",
        "OrderSubmitted",
        "OrderAccepted",
        "OrderFilled",
    } <= kinds
    assert export.json()["format"] == "bidwell.intent/1"
    text = await trader.get(f"{W}/export/intents/{name}.txt")
    assert text.headers["content-type"].startswith("text/plain")
    assert f"Intent {name} in workspace main" in text.text
    assert "plain of main: converged, 10 of 10 ACME" in text.text
    assert "passed max_position" in text.text


async def test_a_bundle_is_replayed_into_a_paper_account_as_a_new_intent(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    name = await sent(trader, "r1", account=None, group="main-all", sizing={"by": "quantity", "value": "6"})
    await until(lambda: at_rest(home, name))
    bundle = (await trader.get(f"{W}/export/intents/{name}.json")).json()
    before = home.intents()
    body = {"account": "main-plain", "bundle": json.loads(json.dumps(bundle))}
    shown = await trader.post(f"{W}/intents/replay/preview", json=body)
    assert (shown.json()["button"], home.intents()) == ("Buy 6 ACME", before)
    answer = await trader.post(f"{W}/intents/replay", json=body, headers={"Idempotency-Key": "again"})
    assert answer.status_code == 202, answer.text
    again = await told(trader, f"/intents/{answer.json()['id']}")
    assert (again["source"], again["replay_of"], again["account"]) == ("replay", name, "main-plain")
    assert again["note"].startswith(f"replay of {name}")
    repeated = await trader.post(f"{W}/intents/replay", json=body, headers={"Idempotency-Key": "again"})
    assert repeated.json() == {**answer.json(), "duplicate": True}
    part = {"account": "main-plain", "intent": name, "part": "main-second"}
    assert (await trader.post(f"{W}/intents/replay/preview", json=part)).json()["button"] == "Buy 6 ACME"


async def test_what_is_no_recording_is_refused_with_its_reason(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    wrong: tuple[tuple[dict[str, object], str], ...] = (
        ({"bundle": {}}, "bundle.invalid"), ({"bundle": {"events": [1]}}, "bundle.invalid"),
        ({"bundle": {"events": []}}, "bundle.invalid"),
        ({"bundle": {"events": [{"kind": "IntentReceived", "body": {"intent": 1}}]}}, "bundle.invalid"),
        ({}, "replay.recording"), ({"intent": "int_none"}, "intent.unknown"),
    )  # fmt: skip
    for body, code in wrong:
        answer = await trader.post(f"{W}/intents/replay/preview", json={"account": "main-plain", **body})
        assert answer.json()["code"] == code, body
    name = await sent(trader, "p1")
    part = await trader.post(f"{W}/intents/replay/preview", json={"account": "main-plain", "intent": name, "part": "x"})
    assert part.json()["code"] == "replay.part"


# --- the preview ---------------------------------------------------------------------------------


async def test_a_preview_right_after_sending_says_so_instead_of_refusing(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    account = AccountId("main-second")
    scope = Scope(ScopeType.ACCOUNT, account)
    await home.desk.define(ev.LimitsSet(home.clock.now(), scope, Limits(duplicate_window=Decimal(30))))
    body = wish(account=account, sizing={"by": "quantity", "value": "3"})
    await sent(trader, "twice", **body)
    await until(lambda: any(order.quantity == 3 for order in home.desk.state.orders.values()))
    shown = (await trader.post(f"{W}/preview", json=body)).json()
    (line,) = shown["allocations"]
    assert (line["allowed"], shown["denied"], line["denial"]["rule"]) == (False, 0, "duplicate")
    assert Decimal(line["sent_ago"]) < 30
    assert line["note"] == f"Identical to the order sent {line['sent_ago']} s ago."
    assert shown["button"].startswith("Identical to the order sent ")
    # Beside another refusal it is one.
    too_much = wish(account="main-tight", sizing={"by": "quantity", "value": "9"})
    refused = (await trader.post(f"{W}/preview", json=too_much)).json()
    assert (refused["denied"], refused["allocations"][0]["sent_ago"]) == (1, None)
