"""Strategies at work over the API, and their orders: nothing twice, nothing late, pairs that cancel each other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bidwell.jobs.live.hearing import OwnFill
from bidwell.jobs.live.messages import Begin, Cursor, Decided, Linked, Placed, Row, Withdrawn
from bidwell.jobs.live.orders import Sender
from bidwell.jobs.live.process import StrategyProcess
from bidwell.jobs.live.running import LiveRun, Surroundings
from bidwell.jobs.live.supervisor import StrategyRuns
from bidwell.model.ids import AccountId, StrategyId
from bidwell.model.order import Order
from bidwell.model.role import Role
from bidwell.server.stream.hub import Hub
from bidwell.server.stream.topics import Name
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.research.strategy_runs import RunStatus, StrategyRun, StrategyRunRows
from bidwell.strategy import sizing
from tests.server.house import ACME, MAIN, OTHER, START, House, Person, until
from tests.server.test_backtests import Reader

RUNS = "/api/v1/w/main/strategy-runs"
SAYS = """from bidwell import Bar, Param, Quote, Strategy

class Says(Strategy):
    size = Param(2, 1, 10)

    def on_start(self) -> None:
        self.bought = 0

    def on_bar(self, bar: Bar) -> None:
        pass

    def on_quote(self, quote: Quote) -> None:
        if not self.bought:
            self.bought = 1
            print("prints too")
            self.log(f"sees {quote.bid:g}")
"""


@pytest.fixture
async def trader(home: House) -> Person:
    return await home.member(MAIN, Role.TRADER)


async def asked(person: Person, **changes: Any) -> Any:  # noqa: ANN401 - fields of the body
    body = {"source": SAYS, "instruments": ["ACME.TEST"], "account": "main-plain", **changes}
    return await person.ask("POST", RUNS, json={name: value for name, value in body.items() if value is not None})


async def eventually(person: Person, path: str, holds: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - whatever JSON
    async with asyncio.timeout(30.0):
        while True:
            answer = await person.ask("GET", path)
            assert answer.status_code == 200, answer.text
            if holds(answer.json()):
                return answer.json()
            await asyncio.sleep(0.02)


async def test_a_strategy_is_put_to_work_seen_stopped_resumed_and_forgotten(home: House, trader: Person) -> None:
    started = await asked(trader, parameters={"size": "3"}, name="Saying")
    assert started.status_code == 201, started.text
    run = started.json()
    assert (run["name"], run["status"], run["parameters"], run["receiver_name"]) == (
        "Saying", "running", {"size": "3"}, "plain of main",
    )  # fmt: skip
    assert home.desk.state.strategies[StrategyId(run["id"])].account == "main-plain"
    await eventually(
        trader, f"{RUNS}/{run['id']}/log", lambda log: any("begins" in one["text"] for one in log["items"])
    )
    await home.quote("101", "101.02")
    runs = home.context.strategy_runs[MAIN]
    assert isinstance(runs, StrategyRuns)
    runs.on_quotes([home.desk.market.quotes[ACME]])
    told = await eventually(trader, f"{RUNS}/{run['id']}/log", lambda log: {"sees 101", "prints too"} <= {
        one["text"] for one in log["items"]})  # fmt: skip
    assert [one["number"] for one in told["items"]] == list(range(len(told["items"])))
    assert (await trader.ask("DELETE", f"{RUNS}/{run['id']}")).status_code == 422
    stopped = await trader.ask("POST", f"{RUNS}/{run['id']}/stop", json={"flatten": True})
    assert stopped.json()["status"] == "stopped"
    resumed = await trader.ask("POST", f"{RUNS}/{run['id']}/resume")
    assert resumed.json()["status"] == "running"
    await trader.ask("POST", f"{RUNS}/{run['id']}/stop", json={})
    detail = (await trader.ask("GET", f"{RUNS}/{run['id']}")).json()
    assert detail["source"] == SAYS
    assert len((await trader.ask("GET", RUNS)).json()["items"]) == 1
    assert (await trader.ask("DELETE", f"{RUNS}/{run['id']}")).status_code == 204
    assert (await trader.ask("GET", f"{RUNS}/{run['id']}")).status_code == 404


async def at_quote(home: House, trader: Person, deed: str) -> tuple[StrategyRuns, str]:
    """A run that does something at the first quote, which it has seen."""
    started = await asked(trader, source=SAYS.replace('self.log(f"sees {quote.bid:g}")', deed))
    assert started.status_code == 201, started.text
    name = str(started.json()["id"])
    await eventually(trader, f"{RUNS}/{name}/log", lambda log: any("begins" in one["text"] for one in log["items"]))
    await home.quote("101", "101.02")
    runs = home.context.strategy_runs[MAIN]
    assert isinstance(runs, StrategyRuns)
    runs.on_quotes([home.desk.market.quotes[ACME]])
    return runs, name


async def test_a_run_that_failed_while_the_database_was_away_is_failed_once_it_is_back(
    home: House, trader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, tried = asyncio.Event(), 0
    kept = StrategyRunRows.change

    async def change(self: StrategyRunRows, workspace: str, run: StrategyRun, lease: int = 0) -> bool:
        nonlocal tried
        tried += 1
        if away.is_set():
            raise StorageUnavailable("the database is away")
        return await kept(self, workspace, run, lease)

    monkeypatch.setattr(StrategyRunRows, "change", change)
    monkeypatch.setattr("bidwell.jobs.live.supervisor.AGAIN", 0.01)
    away.set()
    runs, name = await at_quote(home, trader, "1 / 0")
    await until(lambda: tried >= 3, 30)
    assert (await runs.find(name)).status is RunStatus.RUNNING
    away.clear()
    failed = await eventually(trader, f"{RUNS}/{name}", lambda run: run["status"] != "running")
    assert (failed["status"], failed["code"], failed["line"]) == ("failed", "strategy.raised", 16)
    resumed = await trader.ask("POST", f"{RUNS}/{name}/resume")
    assert resumed.json()["status"] == "running", "the failed run is not in the way of its own resumption"


async def test_the_stream_tells_what_a_strategy_does_to_its_own_workspace_alone(
    home: House, trader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, Any]] = []
    foreign: list[str] = []
    hubs = [Hub(home.context, workspace, home.context.desks[workspace]) for workspace in (MAIN, OTHER)]
    for hub, take in zip(hubs, (lambda text: heard.append(json.loads(text)), foreign.append), strict=True):
        reader = Reader(take)
        hub.join(reader)  # type: ignore[arg-type]
        hub.subscribe(reader, [Name.STRATEGY_RUNS], {})  # type: ignore[arg-type]

    def told(holds: Callable[[Any], bool]) -> bool:
        return any(one["type"] == "patch" and holds(one["data"]) for one in heard)

    async def one_bar(*_: object) -> dict[str, list[Row]]:
        return {"ACME": [(int(START.timestamp() * 1e9), 100.0, 101.0, 99.0, 100.0, 1e6)]}

    monkeypatch.setattr("bidwell.jobs.live.running.finished_bars", one_bar)
    _, name = await at_quote(home, trader, "self.buy(2)")
    await until(lambda: told(lambda data: data["run"] and data["run"]["positions"] == {"ACME": "2"}), 30)
    assert {one["data"]["id"] for one in heard if one["type"] == "patch"} == {name}
    lines = [line for one in heard if one["type"] == "patch" for line in one["data"]["lines"]]
    log = (await trader.get(f"{RUNS}/{name}/log")).json()["items"]
    assert [line["number"] for line in lines] == list(range(len(lines)))
    assert log[: len(lines)] == lines, "a log that is fetched holds what the stream has told already"
    assert {"order", "fill"} <= {line["level"] for line in lines}
    heard.clear()
    await trader.ask("POST", f"{RUNS}/{name}/stop", json={"flatten": True})
    await until(lambda: told(lambda data: data["run"] and data["run"]["status"] == "stopped"), 30)
    await until(lambda: told(lambda data: data["run"] and data["run"]["positions"] == {}), 30)
    await trader.ask("DELETE", f"{RUNS}/{name}")
    await until(lambda: told(lambda data: data["removed"] and data["run"] is None), 30)
    assert [json.loads(text)["type"] for text in foreign if json.loads(text)["topic"] != "heartbeat"] == ["snapshot"]
    for hub in hubs:
        for client in list(hub._clients):
            hub.leave(client)
        hub.close()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"source": "import os\n" + SAYS}, "forbidden.import"),
    ({"source": "x = 1"}, "strategy.class"),
    ({"source": SAYS + "\n1 / 0\n"}, "strategy.raised"),
    ({"source": None}, "strategy_run.source"),
    ({"parameters": {"size": "99"}}, "strategy.parameter"),
    ({"parameters": {"other": "1"}}, "strategy.parameter_unknown"),
    ({"instruments": ["NONE.TEST"]}, "instrument.unknown"),
    ({"instruments": ["ACME.TEST", "ACME.TEST"]}, "strategy_run.instruments"),
    ({"timeframe": "7m"}, "bars.timeframe"),
    ({"timeframe": "soon"}, "strategy.timeframe"),
    ({"account": "nobody"}, "account.unknown"),
    ({"group": "main-all"}, "strategy.receiver"),
    ({"class_name": "Other"}, "strategy.class"),
]


async def test_what_cannot_be_put_to_work_is_refused(trader: Person) -> None:
    for changes, code in REFUSED:
        answer = await asked(trader, **changes)
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == code
    assert (await trader.ask("GET", RUNS)).json()["items"] == []


class Deaf(StrategyProcess):
    """A process that is never started and decides nothing."""

    def __init__(self) -> None:
        super().__init__(["true"], Begin("", None, {}, []), None)  # type: ignore[arg-type] # it has no folder

    async def call(self, told: object) -> Decided:
        return Decided()


def placed(number: int, **changes: Any) -> Placed:  # noqa: ANN401 - fields of an order
    terms = {"symbol": "ACME", "side": 1.0, "by": sizing.BY_QUANTITY, "amount": 2.0, "price": 100.0, **changes}
    return Placed(number, **terms)


class Working:
    """A run on the house's desk, without a process."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.desk = home.desk
        instrument = self.desk.state.instruments[ACME]
        sender = Sender("srn_1", "Test", StrategyId("main-cross"), None, AccountId("main-plain"), {"ACME": instrument})
        row = StrategyRun("srn_1", "Test", "T", "", "", "{}", '["ACME.TEST"]', 60, 1, None, "main-plain",
                          RunStatus.RUNNING, home.clock.now(), "t")  # fmt: skip
        world = Surroundings(MAIN, self.desk, home.journals[MAIN], home.context.history, home.strategy_runs, home.clock)
        self.run = LiveRun(
            world, row, sender, Deaf(), 0, Cursor(decided_at=home.clock.now().timestamp(), equity=10_000.0)
        )

    @property
    def orders(self) -> list[Order]:
        return [order for order in self.desk.state.orders.values() if order.strategy == "main-cross"]

    @property
    def said(self) -> list[str]:
        return [line.text for line in self.run._lines]

    async def send(self, *acts: Placed | Linked | Withdrawn) -> None:
        await self.run._send(acts)


async def test_what_was_decided_is_sent_once_however_often_it_is_tried(home: House) -> None:
    working = Working(home)
    for _ in range(3):
        await working.send(placed(1))
    await working.send(placed(2, amount=3.0))
    await until(lambda: len(working.orders) == 2)
    assert sorted(order.quantity for order in working.orders) == [Decimal(2), Decimal(3)]
    assert sum("as int_" in text for text in working.said) == 2
    # The cursor is what a restart has: what was pending in it is known to the desk by its key.
    again = Working(home)
    again.run.cursor = msgspec.json.decode(msgspec.json.encode(working.run.cursor), type=Cursor)
    await again.send(placed(1), placed(2, amount=3.0))
    assert again.said == []


async def test_what_was_decided_too_long_ago_is_not_sent(home: House) -> None:
    working = Working(home)
    working.run.cursor.decided_at -= timedelta(minutes=1).total_seconds()
    await working.send(placed(1))
    assert working.orders == []
    assert "too long ago" in working.said[0]


async def test_a_fill_of_one_of_a_pair_cancels_the_other(home: House) -> None:
    working = Working(home)
    await working.send(placed(1, limit=90.0), placed(2, limit=80.0), Linked(1, 2))
    await until(lambda: len([order for order in working.orders if order.broker_order_ids]) == 2)
    first, second = sorted(working.orders, key=lambda order: -(order.terms.limit_price or 0))
    assert working.run.hearing.order_number(first) == 1
    fill = next(iter(first.fills), None)
    assert fill is None
    await home.quote("85", "85.02")
    await until(lambda: any(order.fills for order in working.orders))
    filled = working.desk.state.orders[first.client_order_id].fills[0]
    await working.run._fill(OwnFill(1, 1, filled))
    await until(lambda: not working.desk.state.orders[second.client_order_id].is_open)
    assert working.run.cursor.heard == 1


async def test_a_cancel_reaches_the_order_of_that_number_alone(home: House) -> None:
    working = Working(home)
    await working.send(placed(1, limit=90.0), placed(2, limit=80.0), placed(3, limit=70.0))
    await until(lambda: len([order for order in working.orders if order.broker_order_ids]) == 3)
    await working.send(Withdrawn(2))
    await until(lambda: len([order for order in working.orders if order.is_open]) == 2)
    assert {order.terms.limit_price for order in working.orders if order.is_open} == {Decimal(90), Decimal(70)}
    await working.send(Withdrawn(symbol="ACME"))
    await until(lambda: not any(order.is_open for order in working.orders))


async def test_orders_that_make_no_sense_are_refused_in_the_log(home: House) -> None:
    working = Working(home)
    await working.send(placed(1, amount=1e30), placed(2, trail=1.0, limit=90.0), placed(3, by=sizing.BY_RISK))
    assert all("was refused" in text or "was denied" in text for text in working.said)
    assert len(working.said) >= 2
