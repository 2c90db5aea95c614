"""Orders in doubt over HTTP: who sees them, what they may be, and whose word resolves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from bidwell.engine.ports import BrokerOrder
from bidwell.model.errors import InDoubt
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
from bidwell.model.order import OrderStatus
from bidwell.model.role import Role
from bidwell.model.terms import OrderType, Side, Terms
from tests.server.house import ACME, MAIN, PASSWORD, House, Person, until, wish

ACCOUNT = AccountId("main-plain")
ORDERS = "/api/v1/w/main/orders"
THEIRS = BrokerOrder(BrokerOrderId("9001"), None, ACME, Side.BUY, Decimal(10), Terms(OrderType.LIMIT, Decimal(90)),
                     OrderStatus.WORKING, Decimal(0))  # fmt: skip
REASON = {"reason": "seen on the broker's own screen"}


@dataclass
class Lost:
    """An order whose answer was lost, at a broker that keeps no id of ours."""

    home: House
    name: ClientOrderId

    @property
    def status(self) -> OrderStatus:
        return self.home.desk.state.orders[self.name].status

    def rest(self) -> None:
        """The quarantine is over."""
        self.home.desk.sessions[ACCOUNT].doubts[self.name].since -= 1000


@pytest.fixture
async def trader(home: House) -> Person:
    return await home.member(MAIN, Role.TRADER)


@pytest.fixture
async def lost(home: House, trader: Person, monkeypatch: pytest.MonkeyPatch) -> Lost:
    session = home.desk.sessions[ACCOUNT]

    async def cannot_tell(*_: object) -> None:
        msg = "more than one may be it"
        raise InDoubt(msg)

    async def candidates(_: ClientOrderId) -> Sequence[BrokerOrder]:
        return [THEIRS]

    monkeypatch.setattr(session.broker, "submit", cannot_tell)
    monkeypatch.setattr(session.broker, "find", cannot_tell)
    monkeypatch.setattr(session.broker, "candidates", candidates)
    terms = {"order_type": "LIMIT", "limit_price": "90"}
    sent = await trader.post("/api/v1/w/main/intents", json=wish(terms=terms), headers={"Idempotency-Key": "lost"})
    assert sent.status_code == 202, sent.text
    orders = home.desk.state.orders
    await until(lambda: any(one.status is OrderStatus.SUBMITTED and one.reason for one in orders.values()))
    made = Lost(home, next(name for name, one in orders.items() if one.status is OrderStatus.SUBMITTED))
    await until(lambda: made.name in session.doubts)
    return made


async def shown(person: Person) -> dict[str, Any]:
    found = (await person.get("/api/v1/w/main/reconciliation")).json()
    (row,) = [one for one in found["items"] if one["account"] == ACCOUNT]
    return dict(row)


async def test_an_order_in_doubt_is_listed_with_why_it_waits_and_then_needs_a_person(
    trader: Person, lost: Lost
) -> None:
    row = await shown(trader)
    (one,) = row["in_doubt"]
    assert (one["client_order_id"], one["symbol"], one["side"], one["quantity"]) == (lost.name, "ACME", "BUY", "10")
    assert "still being looked for" in one["obstacle"]
    assert row["needs_person"] == 0
    early = await trader.post(f"{ORDERS}/{lost.name}/identify", json={"broker_order_id": "9001", **REASON})
    assert (early.status_code, early.json()["code"]) == (409, "doubt.not_yet")
    lost.rest()
    row = await shown(trader)
    assert row["in_doubt"][0]["obstacle"] == ""
    assert row["needs_person"] == 1


async def test_a_trader_names_the_order_and_the_journal_keeps_who_and_why(
    home: House, trader: Person, lost: Lost
) -> None:
    lost.rest()
    seen = (await trader.get(f"{ORDERS}/{lost.name}/candidates")).json()
    assert seen["order"]["client_order_id"] == lost.name
    assert [(one["broker_order_id"], one["status"], one["external"]) for one in seen["items"]] == [
        ("9001", "WORKING", None)
    ]
    wrong = await trader.post(f"{ORDERS}/{lost.name}/identify", json={"broker_order_id": "9002", **REASON})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
        422,
        "doubt.candidate",
        "broker_order_id",
    )
    done = await trader.post(f"{ORDERS}/{lost.name}/identify", json={"broker_order_id": "9001", **REASON})
    assert done.status_code == 202, done.text
    assert lost.status is OrderStatus.WORKING
    entry = next(one for one in home.journals[MAIN].entries if one.kind == "OrderIdentified")
    assert REASON["reason"].encode() in entry.body
    assert b"trader" in entry.body
    again = await trader.post(f"{ORDERS}/{lost.name}/identify", json={"broker_order_id": "9001", **REASON})
    assert (again.status_code, again.json()["code"]) == (409, "doubt.over")
    assert (await shown(trader))["in_doubt"] == []
    owner = await home.member(MAIN, Role.OWNER)
    assert "order.identified" in [one["action"] for one in (await owner.get("/api/v1/audit")).json()["items"]]


async def test_that_it_never_got_there_is_said_with_the_password_and_frees_what_it_reserved(
    home: House, trader: Person, lost: Lost
) -> None:
    lost.rest()
    home.clock.ahead = home.context.settings.step_up * 2
    refused = await trader.post(f"{ORDERS}/{lost.name}/confirm-dead", json=REASON)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up.needed")
    assert lost.status is OrderStatus.SUBMITTED
    assert home.desk.state.reserved(ACCOUNT) > 0
    stepped = await trader.post("/api/v1/session/step-up", json={"password": PASSWORD})
    assert stepped.status_code < 300, stepped.text
    done = await trader.post(f"{ORDERS}/{lost.name}/confirm-dead", json=REASON)
    assert done.status_code == 202, done.text
    assert home.desk.state.reserved(ACCOUNT) == 0
    assert [one.status for one in home.desk.state.orders.values()] == [OrderStatus.REJECTED]


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "a\x00bc"}, {"reason": 7}, None, []]
)
async def test_a_word_without_a_reason_is_refused(trader: Person, lost: Lost, body: object) -> None:
    lost.rest()
    given = {"broker_order_id": "9001", **body} if isinstance(body, dict) else body
    assert (await trader.post(f"{ORDERS}/{lost.name}/identify", json=given)).status_code == 422
    assert (await trader.post(f"{ORDERS}/{lost.name}/confirm-dead", json=body)).status_code == 422
    assert lost.status is OrderStatus.SUBMITTED


async def test_a_viewer_sees_the_doubt_and_resolves_nothing(home: House, lost: Lost) -> None:
    lost.rest()
    viewer = await home.member(MAIN, Role.VIEWER)
    assert len((await shown(viewer))["in_doubt"]) == 1
    for answer in (
        await viewer.get(f"{ORDERS}/{lost.name}/candidates"),
        await viewer.post(f"{ORDERS}/{lost.name}/identify", json={"broker_order_id": "9001", **REASON}),
        await viewer.post(f"{ORDERS}/{lost.name}/confirm-dead", json=REASON),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "role.insufficient")
    assert lost.status is OrderStatus.SUBMITTED
