"""Connecting accounts through the API: what is refused, what is kept and where, and how a live account begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bidwell.app import brokerage, instrument_lists
from bidwell.app.clock import SystemEntropy
from bidwell.app.connections import BrokerConnections, Sealed
from bidwell.model.role import Role
from bidwell.storage.database import Database
from bidwell.storage.pool import Pool
from tests.server import stub_broker
from tests.server.house import MAIN, House, Person
from tests.server.stub_broker import Stub

W = f"/api/v1/w/{MAIN}"
GOOD = {"environment": "paper", "fields": {"key": "good"}}
Offering = Callable[..., BrokerConnections]


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    made = Pool(database.app)
    yield made
    await made.close()


@pytest.fixture
def offering(home: House, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offering:
    """A house whose desk connects accounts at the stub, on the feed that is said."""
    monkeypatch.setitem(brokerage.BROKERS, "stub", "tests.server.stub_broker")

    def make(feed: str = "brokers", *, twins: bool = False) -> BrokerConnections:
        sealed = Sealed(pool, tmp_path / "key" / "vault.key", tmp_path / "data")
        made = BrokerConnections(sealed, home.clock, SystemEntropy(), feed, twins=twins)
        made.desk = home.desk
        home.context.connections = {MAIN: made}
        return made

    return make


async def owner(house: House) -> Person:
    return await house.member(MAIN, Role.OWNER)


async def post(house: House, path: str, body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    answer = await (await owner(house)).post(f"{W}{path}", json=body)
    return answer.status_code, answer.json()


async def test_the_wizard_says_what_each_broker_asks_for(home: House, offering: Offering) -> None:
    offering()
    rows = {row["broker"]: row for row in (await (await owner(home)).get(f"{W}/brokers")).json()["items"]}
    assert {"alpaca", "stub"} <= set(rows)
    assert all(each["where"] for row in rows.values() for each in row["fields"])
    assert [each["name"] for each in rows["alpaca"]["environments"]] == ["paper", "live"]
    assert [each["choices"] for each in rows["zerodha"]["fields"] if each["name"] == "product"] == [
        ["delivery", "intraday"]
    ]
    offering(twins=True)
    rows = {row["broker"]: row for row in (await (await owner(home)).get(f"{W}/brokers")).json()["items"]}
    assert [each["name"] for each in rows["alpaca"]["environments"]] == ["paper", "live", "twin"]


@pytest.mark.parametrize(("said", "leverage"), [({}, 20), ({"leverage": "3"}, 3)])
async def test_an_account_has_its_brokers_usual_leverage_unless_one_is_said(
    home: House, offering: Offering, monkeypatch: pytest.MonkeyPatch, said: dict[str, str], leverage: int
) -> None:
    monkeypatch.setattr(Stub, "guide", replace(Stub.guide, leverage=Decimal(20)))
    offering()
    rows = {row["broker"]: row for row in (await (await owner(home)).get(f"{W}/brokers")).json()["items"]}
    assert (rows["stub"]["leverage"], rows["alpaca"]["leverage"], rows["topstepx"]["leverage"]) == ("20", "1", "100")
    status, made = await post(home, "/brokers/stub/accounts", GOOD | {"name": "Mine"} | said)
    assert status == 201, made
    assert home.desk.state.accounts[made["id"]].leverage == leverage


@pytest.mark.parametrize(
    ("broker", "body", "code"),
    [
        ("nobody", GOOD, "broker.unknown"),
        ("stub", GOOD | {"environment": "moon"}, "broker.environment"),
        ("stub", GOOD | {"environment": "twin", "twin": "http://127.0.0.1:1"}, "connection.twins_off"),
        ("stub", GOOD | {"fields": {}}, "credential.key"),
        ("stub", GOOD | {"fields": {"key": "good", "more": "x"}}, "credential.unknown"),
        ("stub", GOOD | {"fields": {"key": "bad"}}, "broker_refused"),
        ("stub", GOOD | {"surprise": 1}, "field.unknown"),
    ],
)
async def test_what_cannot_be_a_connection_is_refused_with_a_code(
    home: House, offering: Offering, broker: str, body: dict[str, Any], code: str
) -> None:
    offering()
    status, said = await post(home, f"/brokers/{broker}/probe", body)
    assert (status, said["code"]) == (422, code)
    assert "good" not in str(said)


@pytest.mark.parametrize("address", ["http://10.0.0.1:80", "https://127.0.0.1:1", "http://localhost", "http://127.0.0.1:1/x",
                                     "http://a@127.0.0.1:1", "http://[::1", "http://twin.test:80", ""])  # fmt: skip
async def test_a_twin_lies_on_this_machine_alone(home: House, offering: Offering, address: str) -> None:
    offering(twins=True)
    status, said = await post(home, "/brokers/stub/probe", GOOD | {"environment": "twin", "twin": address})
    assert (status, said["code"]) == (422, "connection.twin")


async def test_a_replayed_market_takes_no_real_account(home: House, offering: Offering) -> None:
    offering("replay")
    status, said = await post(home, "/brokers/stub/accounts", GOOD | {"name": "Mine"})
    assert (status, said["code"]) == (422, "connection.replayed_market")
    assert "--feed brokers" in said["hint"]


async def test_a_connected_account_is_kept_sealed_and_listed_with_what_it_holds(
    home: House, offering: Offering, tmp_path: Path
) -> None:
    connections = offering()
    status, made = await post(home, "/brokers/stub/accounts", GOOD | {"name": "Mine"})
    assert (status, made["mode"], made["enabled"], made["state"]["state"]) == (201, "paper", True, "active"), made
    assert "HELD.TEST" in home.desk.state.instruments
    assert "good" not in str(made)
    again, said = await post(home, "/brokers/stub/accounts", GOOD | {"name": "Twice"})
    assert (again, said["code"]) == (422, "connection.twice")
    assert (tmp_path / "key" / "vault.key").stat().st_mode & 0o077 == 0
    reopened = offering()
    await reopened.load()
    assert reopened._access[made["id"]][1].fields == {"key": "good"}
    assert connections is not reopened
    for row in (await (await owner(home)).get("/api/v1/audit")).json().get("items", []):
        assert "good" not in str(row)


async def test_a_live_account_begins_halted_and_is_armed_by_a_person_with_its_number(
    home: House, offering: Offering
) -> None:
    offering()
    status, made = await post(home, "/brokers/stub/accounts", GOOD | {"environment": "live", "name": "Real"})
    assert (status, made["mode"], made["state"]["state"]) == (201, "live", "halted"), made
    arm = f"/accounts/{made['id']}/arm"
    status, said = await post(home, arm, {"number": "S-PAPER"})
    assert (status, said["code"]) == (422, "account.number")
    trader = await home.member(MAIN, Role.TRADER)
    assert (await trader.post(f"{W}{arm}", json={"number": "S-LIVE"})).json()["code"] == "role.insufficient"
    # The stub opens no session, so that the account is no GO.
    status, said = await post(home, arm, {"number": "S-LIVE"})
    assert (status, said["code"]) == (409, "readiness.no_go")
    status, said = await post(home, "/accounts/main-plain/arm", {"number": "x"})
    assert (status, said["code"]) == (422, "account.not_live")


async def test_instruments_are_listed_by_the_brokers_symbols(home: House, offering: Offering) -> None:
    offering()
    _, made = await post(home, "/brokers/stub/accounts", GOOD | {"name": "Mine"})
    found = (await post(home, f"/accounts/{made['id']}/connection/reconnect", None))[0]
    assert found == 404  # the stub has no session, and a connection is one
    status, said = await post(home, f"/accounts/{made['id']}/instruments", {"symbols": ["x y\n"]})
    assert status == 422
    assert said["code"]


async def test_a_brokers_whole_list_is_searched_and_says_how_it_is(
    home: House, offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections, who = offering(), await owner(home)
    _, made = await post(home, "/brokers/stub/accounts", GOOD | {"name": "Mine"})
    path = f"{W}/accounts/{made['id']}/instruments/search"

    async def search(**query: str) -> Any:  # noqa: ANN401 - JSON
        async with asyncio.timeout(20):
            while (said := (await who.get(f"{path}?{urlencode(query)}")).json()).get("state") == "loading":
                await asyncio.sleep(0.01)
        return said

    said = await search(q="hel")
    assert (said["state"], said["items"], said["reason"]) == ("failed", [], "Stub does not answer.")
    monkeypatch.setattr(Stub, "lists", ["HELD", "HELP", "OTHER", "TWICE", "TWICE"])
    assert (await search(q="hel"))["state"] == "failed"  # it is not asked again at once
    home.clock.ahead += timedelta(minutes=1)
    said = await search(q="hel")
    assert [(each["symbol"], each["pick"], each["listed"]) for each in said["items"]] == [
        ("HELD", "HELD", True), ("HELP", "HELP", False)]  # fmt: skip
    assert (said["state"], said["rows"], said["reason"], said["note"], said["left_out"]) == (
        "ready", 3, "", "no options", 3)  # fmt: skip
    assert said["colliding"] == ["A and B both stand for AB.TEST", "2 rows share an id with another row"]
    assert len((await search(q="hel", limit="1"))["items"]) == 1

    monkeypatch.setattr(Stub, "lists", [])
    monkeypatch.setattr(instrument_lists, "FRESH", timedelta(minutes=2))
    home.clock.ahead += timedelta(minutes=3)
    async with asyncio.timeout(20):
        while "Stub does not answer" not in (said := await search(q="other"))["reason"]:
            await asyncio.sleep(0.01)
    assert (said["state"], len(said["items"])) == ("ready", 1)  # an old list serves, and says that it is old
    for query in ({"q": "a", "limit": "0"}, {"q": "a" * 81}):
        assert (await who.get(f"{path}?{urlencode(query)}")).status_code == 422
    await connections.close()


async def test_a_broker_without_a_list_takes_exact_symbols(
    home: House, offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering()
    _, made = await post(home, "/brokers/stub/accounts", GOOD | {"name": "Mine"})
    monkeypatch.setattr(stub_broker, "make", type("Silent", (Stub,), {"directory": None}))
    said = (await (await owner(home)).get(f"{W}/accounts/{made['id']}/instruments/search?q=A")).json()
    assert (said["state"], said["reason"]) == ("exact_only", "Stub tells no list: give its exact symbols")
