from __future__ import annotations

import pytest

from bidwell.model.errors import JournalUnavailable
from bidwell.model.order import OrderStatus
from bidwell.model.role import Role
from tests.server.house import MAIN, House, Person, until, wish

PATH = "/api/v1/w/main/intents"


@pytest.fixture
async def trader(home: House) -> Person:
    return await home.member(MAIN, Role.TRADER)


async def test_an_intent_is_durable_when_it_is_acknowledged_and_its_orders_fill(home: House, trader: Person) -> None:
    answer = await trader.post(PATH, json=wish(account=None, group="main-all"), headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 202, answer.text
    name = answer.json()["id"]
    assert any(entry.kind == "IntentReceived" and entry.intent_id == name for entry in home.journals[MAIN].entries)
    orders = home.desk.state.orders
    await until(lambda: sum(order.status is OrderStatus.FILLED for order in orders.values()) == 2)
    shown = (await trader.get(f"{PATH}/{name}")).json()
    assert (shown["filled"], shown["denied"], shown["status"]) == (2, 1, "partly")
    stages = [stage["name"] for stage in shown["stages"]]
    assert stages == ["received", "durable", "allocated", "rules", "outbox", "sent", "acknowledged", "filled"]
    denied = next(order for order in shown["orders"] if order["status"] == "DENIED")
    assert (denied["denial"]["rule"], denied["denial"]["limit"], denied["denial"]["would_pass"]) == (
        "max_order_quantity", "5", "5",
    )  # fmt: skip


async def test_the_same_key_and_body_get_the_first_answer_and_another_body_a_conflict(
    home: House, trader: Person
) -> None:
    headers = {"Idempotency-Key": "twice"}
    first = await trader.post(PATH, json=wish(), headers=headers)
    again = await trader.post(PATH, json=wish(), headers=headers)
    other = await trader.post(PATH, json=wish(side="SELL"), headers=headers)
    assert (again.json()["id"], again.json()["duplicate"]) == (first.json()["id"], True)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert home.intents() == 1


BAD: list[tuple[object, str]] = [
    (wish(instrument="NOPE.TEST"), "instrument.unknown"),
    (wish(account="nobody"), "account.unknown"),
    (wish(account="other-plain"), "account.unknown"),
    (wish(account=None, group="nothing"), "group.unknown"),
    (wish(group="main-all"), "intent.receiver"),
    (wish(side=None), "intent.side_missing"),
    (wish(side="HOLD"), "field.choice"),
    (wish(sizing={"by": "quantity", "value": "0"}), "sizing.not_positive"),
    (wish(sizing={"by": "quantity", "value": "-1"}), "sizing.not_positive"),
    (wish(sizing={"by": "quantity", "value": "NaN"}), "number.format"),
    (wish(sizing={"by": "quantity", "value": "Infinity"}), "number.format"),
    (wish(sizing={"by": "quantity", "value": "1e30"}), "number.format"),
    (wish(sizing={"by": "quantity", "value": 1e30}), "number.float"),
    (wish(sizing={"by": "quantity", "value": 1.5}), "number.float"),
    (wish(sizing={"by": "quantity", "value": 10**30}), "number.too_large"),
    (wish(sizing={"by": "quantity", "value": "1" * 40}), "number.too_large"),
    (wish(sizing={"by": "quantity", "value": "1" * 4000}), "number.too_large"),
    (wish(sizing={"by": "quantity", "value": "0." + "1" * 40}), "number.too_large"),
    (wish(sizing={"by": "quantity", "value": True}), "number.type"),
    (wish(sizing={"by": "quantity", "value": None}), "number.type"),
    (wish(sizing={"by": "quantity", "value": [1]}), "number.type"),
    (wish(sizing={"by": "quantity", "value": ""}), "number.format"),
    (wish(sizing={"by": "luck", "value": "1"}), "field.choice"),
    (wish(terms={"order_type": "LIMIT"}), "terms.limit_price_missing"),
    (wish(terms={"order_type": "LIMIT", "limit_price": "-5"}), "terms.limit_price_invalid"),
    (wish(terms={"order_type": "MARKET", "limit_price": "5"}), "terms.limit_price_unexpected"),
    (wish(terms={"order_type": "MARKET", "time_in_force": "GTD"}), "terms.expires_at"),
    (wish(terms={"order_type": "MARKET", "time_in_force": "GTD", "expires_at": "2030-01-01"}), "time.zone"),
    (wish(surprise=1), "field.unknown"),
    (wish(valid_seconds=0), "number.too_small"),
    (wish(valid_seconds="10"), "number.whole"),
    (wish(note="\x00"), "field.format"),
    ([], "field.object"),
]


async def test_bad_input_is_refused_with_a_code_and_leaves_nothing(home: House, trader: Person) -> None:
    for body, code in BAD:
        answer = await trader.post(PATH, json=body, headers={"Idempotency-Key": "bad"})
        assert (answer.status_code, answer.json()["code"]) == (422, code), (body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        previewed = await trader.post("/api/v1/w/main/preview", json=body)
        assert (previewed.status_code, previewed.json()["code"]) == (422, code), (body, previewed.text)
    # The watch over the accounts may have written meanwhile; nothing of an intent or an order has.
    assert home.intents() == 0
    assert not [entry for entry in home.journals[MAIN].entries if entry.intent_id or entry.kind.startswith("Order")]


async def test_whole_numbers_and_texts_are_exact(home: House, trader: Person) -> None:
    for key, value in (("text", "10"), ("whole", 10), ("plus", "+10.0")):
        answer = await trader.post(
            PATH, json=wish(sizing={"by": "quantity", "value": value}), headers={"Idempotency-Key": key}
        )
        assert answer.status_code == 202, answer.text
    assert {record.intent.sizing.value for record in home.desk.state.intents.values()} == {10}


NO_JSON: list[tuple[bytes, int, str]] = [
    (b"", 400, "body.json"),
    (b"{", 400, "body.json"),
    (b"\xff\xfe", 400, "body.json"),
    (b'{"sizing":' + b"[" * 5000, 400, "body.json"),
    (b'{"sizing": NaN}', 422, "request.invalid"),
    (b'"' + b"a" * 20_000 + b'"', 413, "body.too_large"),
]


async def test_a_body_that_is_no_json_is_refused(home: House, trader: Person) -> None:
    headers = {"Idempotency-Key": "x", "X-CSRF-Token": trader.csrf}
    for content, status, code in NO_JSON:
        answer = await trader.client.post(PATH, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (content[:40], answer.text)
    assert home.intents() == 0


async def test_an_intent_needs_an_idempotency_key(trader: Person) -> None:
    missing = await trader.post(PATH, json=wish())
    long = await trader.post(PATH, json=wish(), headers={"Idempotency-Key": "k" * 121})
    assert (missing.json()["code"], long.json()["code"]) == ("idempotency_key.missing", "idempotency_key.invalid")


async def test_a_journal_that_is_away_is_said_and_nothing_is_acknowledged(home: House, trader: Person) -> None:
    home.journals[MAIN].away = JournalUnavailable("the database is away")
    answer = await trader.post(PATH, json=wish(), headers={"Idempotency-Key": "away"})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "journal_unavailable",
        "2",
    )
    ready = await trader.get("/health/ready")
    assert (ready.status_code, ready.json()["components"]["main.journal"]["ok"]) == (503, False)
    home.journals[MAIN].away = None


async def test_a_preview_says_what_each_account_would_do(trader: Person) -> None:
    shown = (await trader.post("/api/v1/w/main/preview", json=wish(account=None, group="main-all"))).json()
    assert (shown["allowed"], shown["denied"], shown["button"]) == (2, 1, "Buy 2 × 10 ACME, 1 account denied")
    assert [line["allowed"] for line in shown["allocations"]] == [True, True, False]
    assert shown["total_quantity"] == "20"
    assert shown["allocations"][0]["cost"] == "1000.10"
