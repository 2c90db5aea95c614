"""What the brokers would block, asked through the API: beside the preview, account by account, with the reason where not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import pytest

from bidwell.brokers.transport import Throttled
from bidwell.engine.ports import Margin, MarginPart, MarginSource
from bidwell.model.errors import ProtocolError, Refused, Unavailable
from bidwell.model.ids import AccountId
from bidwell.model.order import Order
from bidwell.model.role import Role
from bidwell.server.intents import margin
from bidwell.server.ports import Connections
from tests.server.house import ACME, MAIN, House, until, wish

W = f"/api/v1/w/{MAIN}"
PLAIN = AccountId("main-plain")


@dataclass
class Source:
    """A session whose broker blocks a fifth of a price of 100, or fails."""

    problem: Exception | None = None
    wait: float = 0.0
    asked: list[list[Order]] = field(default_factory=list)

    async def margin(self, orders: Sequence[Order]) -> Margin:
        self.asked.append(list(orders))
        await asyncio.sleep(self.wait)
        if self.problem is not None:
            raise self.problem
        parts = tuple(MarginPart(order.client_order_id, order.quantity * 20) for order in orders)
        whole = max(part.required for part in parts)
        return Margin(whole, "INR", Decimal("96426.33"), parts)


@dataclass
class Linked:
    """Those of `server.ports.Connections` that matter here."""

    sources: Mapping[AccountId, Source]

    def margin_source(self, account: AccountId) -> MarginSource | None:
        return self.sources.get(account)


def link(home: House, **sources: Source) -> None:
    named = {AccountId(f"main-{name}"): source for name, source in sources.items()}
    home.context.connections = {MAIN: cast("Connections", Linked(named))}


async def ask(home: House, *intents: Any, role: Role = Role.TRADER) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    person = await home.member(MAIN, role)
    answer = await person.post(f"{W}/preview/margin", json={"intents": list(intents)})
    return answer.status_code, answer.json()


async def test_a_broker_says_what_it_would_block_and_what_is_free(home: House) -> None:
    source = Source()
    link(home, plain=source)
    status, told = await ask(home, wish())
    assert status == 200, told
    (line,) = told["accounts"]
    assert line == {
        "account": "main-plain", "name": "plain of main", "told": "told", "currency": "INR", "required": "200",
        "available": "96426.33", "code": "", "reason": "",
        "orders": [{"instrument": "ACME.TEST", "side": "BUY", "quantity": "10", "required": "200"}],
    }  # fmt: skip
    assert [order.quantity for order in source.asked[0]] == [10]
    assert home.intents() == 0
    assert not home.desk.state.orders


async def test_several_wishes_are_one_question_to_each_account(home: House) -> None:
    plain, second = Source(), Source()
    link(home, plain=plain, second=second)
    call = wish(instrument="BTC.TEST", side="SELL", sizing={"by": "quantity", "value": "1"})
    status, told = await ask(home, wish(), call, wish(account="main-second"))
    assert status == 200, told
    assert {line["account"]: len(line["orders"]) for line in told["accounts"]} == {"main-plain": 2, "main-second": 1}
    assert [len(orders) for orders in plain.asked + second.asked] == [2, 1]


async def test_each_account_of_a_group_is_asked_at_its_own_broker(home: House) -> None:
    link(home, plain=Source(), second=Source(problem=Unavailable("the session is down: nothing was sent")))
    status, told = await ask(home, wish(account=None, group="main-all", sizing={"by": "quantity", "value": "12"}))
    assert status == 200, told
    found = {line["account"]: (line["told"], line["code"]) for line in told["accounts"]}
    assert found == {
        "main-plain": ("told", ""), "main-second": ("not_told", "broker_unavailable"),
        "main-tight": ("not_offered", "margin.not_offered"),
    }  # fmt: skip
    second = next(line for line in told["accounts"] if line["account"] == "main-second")
    assert (second["required"], second["reason"]) == (None, "the session is down: nothing was sent")


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Unavailable("x"), "broker_unavailable"),
        (Throttled("x", 1.0), "broker_throttled"),
        (Refused("x"), "broker_refused"),
        (ProtocolError("x"), "broker_protocol"),
    ],
)
async def test_what_a_broker_does_not_tell_has_a_reason(home: House, problem: Exception, code: str) -> None:
    link(home, plain=Source(problem))
    _, told = await ask(home, wish())
    assert [(line["told"], line["code"], line["reason"]) for line in told["accounts"]] == [("not_told", code, "x")]


async def test_a_broker_that_does_not_answer_is_not_waited_for(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(margin, "PATIENCE", 0.05)
    link(home, plain=Source(wait=30))
    _, told = await ask(home, wish())
    assert [(line["told"], line["code"]) for line in told["accounts"]] == [("not_told", "broker_unavailable")]


async def test_an_order_that_our_gate_denies_is_asked_for_all_the_same(home: House) -> None:
    source = Source()
    link(home, tight=source)
    _, told = await ask(home, wish(account="main-tight"))
    assert [line["told"] for line in told["accounts"]] == ["told"]


async def test_where_nothing_is_to_be_ordered_nobody_is_asked(home: House) -> None:
    source = Source()
    link(home, plain=source)
    _, told = await ask(home, wish(side=None, sizing={"by": "close", "value": "100"}))
    assert [(line["told"], line["orders"]) for line in told["accounts"]] == [("no_order", [])]
    assert not source.asked


async def test_exits_of_what_is_held_are_no_question(home: House) -> None:
    source = Source()
    link(home, plain=source)
    person = await home.member(MAIN, Role.TRADER)
    await person.post(f"{W}/intents", json=wish(), headers={"Idempotency-Key": "held"})
    await until(lambda: home.desk.state.portfolios[PLAIN].position(ACME).quantity == 10)
    exits = wish(side=None, sizing={"by": "close", "value": "100"}, protects=True,
                 protection={"stop_price": "90", "take_profit_price": "120"})  # fmt: skip
    shown = (await person.post(f"{W}/preview", json=exits)).json()["allocations"]
    assert [(line["allowed"], line["tells_margin"]) for line in shown] == [(True, False)], shown
    _, told = await ask(home, exits)
    assert [line["told"] for line in told["accounts"]] == ["no_order"]
    assert not source.asked


@pytest.mark.parametrize(
    ("intents", "code"),
    [
        ([], "field"),
        ([wish()] * 21, "field"),
        ([wish(sizing={"by": "quantity", "value": "0"})], ""),
        ([wish(sizing={"by": "quantity", "value": "NaN"})], ""),
        ([wish(instrument="NOSUCH.TEST")], "instrument"),
        ([wish(account="nobody")], ""),
        ([wish(surprise=1)], "field.unknown"),
        ([{}], "request.invalid"),
    ],
)
async def test_what_is_no_question_is_refused_with_a_code(home: House, intents: list[Any], code: str) -> None:
    source = Source()
    link(home, plain=source)
    status, said = await ask(home, *intents)
    assert 400 <= status < 500, said
    assert said["code"].startswith(code)
    assert not source.asked


async def test_a_desk_without_brokers_says_that_none_offers_it(home: House) -> None:
    _, told = await ask(home, wish(), role=Role.VIEWER)
    assert [line["told"] for line in told["accounts"]] == ["not_offered"]


async def test_the_preview_says_whose_broker_can_be_asked(home: House) -> None:
    link(home, plain=Source())
    person = await home.member(MAIN, Role.TRADER)
    body = wish(account=None, group="main-all", sizing={"by": "quantity", "value": "12"})
    lines = (await person.post(f"{W}/preview", json=body)).json()["allocations"]
    assert {line["account"]: line["tells_margin"] for line in lines} == {
        "main-plain": True, "main-second": False, "main-tight": False}  # fmt: skip
