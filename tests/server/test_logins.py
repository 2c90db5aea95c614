"""The logins that brokers want each day: who needs one, what is brought back, and what is kept of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bidwell.app import brokerage
from bidwell.app.clock import SystemEntropy
from bidwell.app.connections import BrokerConnections, Sealed
from bidwell.model.ids import AccountId
from bidwell.model.role import Role
from bidwell.storage.database import Database
from bidwell.storage.pool import Pool
from tests.server.daily_broker import LOGIN
from tests.server.house import MAIN, House, Person

W = f"/api/v1/w/{MAIN}"
Offering = Callable[[], BrokerConnections]


@pytest.fixture
async def offering(
    home: House, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Offering]:
    """A house whose desk connects accounts at a broker that wants a login each day."""
    monkeypatch.setitem(brokerage.BROKERS, "daily", "tests.server.daily_broker")
    pool = Pool(database.app)

    def make() -> BrokerConnections:
        sealed = Sealed(pool, tmp_path / "key" / "vault.key", tmp_path / "data")
        made = BrokerConnections(sealed, home.clock, SystemEntropy(), "brokers", twins=False)
        made.desk = home.desk
        home.context.connections = {MAIN: made}
        return made

    yield make
    await pool.close()


async def owner(house: House) -> Person:
    return await house.member(MAIN, Role.OWNER)


async def post(house: House, path: str, body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    answer = await (await owner(house)).post(f"{W}{path}", json=body)
    return answer.status_code, answer.json()


async def logins(house: House) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await (await owner(house)).get(f"{W}/logins")).json()["items"]
    return found


async def connected(house: House, offering: Offering, key: str = "k1") -> tuple[BrokerConnections, AccountId]:
    """An account whose login of yesterday is over."""
    connections = offering()
    body = {"environment": "paper", "name": "Mine", "fields": {"key": key, "code": "evening"}}
    status, made = await post(house, "/brokers/daily/accounts", body)
    assert status == 201, made
    connections.session(house.desk.state.accounts[made["id"]])
    return connections, AccountId(made["id"])


async def test_an_account_that_needs_a_login_is_told_with_the_place_and_what_to_bring(
    home: House, offering: Offering
) -> None:
    assert await logins(home) == []
    _, ident = await connected(home, offering)
    (row,) = await logins(home)
    assert (row["account"], row["name"], row["broker"], row["number"]) == (ident, "Mine", "daily", "D-1")
    assert (row["life"], row["login_url"]) == ("needs_login", LOGIN)
    assert [each["name"] for each in row["fields"]] == ["code"]


async def test_a_login_brings_the_code_alone_and_what_it_opens_is_kept(home: House, offering: Offering) -> None:
    _, ident = await connected(home, offering)
    status, row = await post(home, f"/logins/{ident}", {"fields": {"code": "morning"}})
    assert (status, row["life"]) == (200, "active"), row
    assert "morning" not in str(row)
    reopened = offering()
    await reopened.load()
    assert reopened._access[ident][1].fields == {
        "key": "k1",
        "token": "token of morning",
    }


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"code": "guessed"}, 422, "broker_refused"),
        ({"code": "noon"}, 422, "connection.other_account"),
        ({"key": "k2"}, 422, "login.unknown"),
        ({"code": ""}, 422, "credential.code"),
        ({}, 422, "fields"),
    ],
)
async def test_what_is_no_login_of_the_account_changes_nothing(
    home: House, offering: Offering, fields: dict[str, str], status: int, code: str
) -> None:
    connections, ident = await connected(home, offering)
    found, said = await post(home, f"/logins/{ident}", {"fields": fields})
    assert found == status, said
    assert code in str(said)
    kept = connections._access[ident][1].fields
    assert kept == {"key": "k1", "token": "token of evening"}


async def test_an_account_of_another_broker_wants_no_login_and_a_trader_may_not_log_in(
    home: House, offering: Offering
) -> None:
    _, ident = await connected(home, offering)
    assert (await post(home, "/logins/main-plain", {"fields": {"code": "morning"}}))[0] == 404
    trader = await home.member(MAIN, Role.TRADER)
    answer = await trader.post(f"{W}/logins/{ident}", json={"fields": {"code": "morning"}})
    assert answer.json()["code"] == "role.insufficient"


async def test_a_postback_is_a_hint_to_look_and_a_forged_one_changes_nothing(
    home: House, offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ident = await connected(home, offering)
    looked: list[AccountId | None] = []
    monkeypatch.setattr(home.desk, "reconcile_now", looked.append)
    before = dict(home.desk.state.orders)
    for account, body in (
        (ident, b"forged"),
        (ident, b""),
        (ident, b"\xff" * 100),
        ("main-plain", b"changed k1"),
        ("nobody", b"changed k1"),
    ):
        answer = await home.client().post(f"/api/v1/hooks/postback/{account}", content=body)
        assert (answer.status_code, answer.json()["code"]) == (401, "postback.unproved")
    assert looked == []
    answer = await home.client().post(f"/api/v1/hooks/postback/{ident}", content=b"changed k1")
    assert (answer.status_code, looked) == (204, [ident])
    assert home.desk.state.orders == before
    assert (await home.client().post(f"/api/v1/hooks/postback/{ident}", content=b"x" * 9000)).status_code == 413


async def test_a_brokers_own_kill_switch_is_turned_where_it_has_one(home: House, offering: Offering) -> None:
    _, ident = await connected(home, offering, "switched")
    path = f"/accounts/{ident}/connection/kill-switch"
    assert await post(home, path, {"on": True}) == (200, {"on": True, "said": "switched on"})
    status, said = await post(home, path, {"on": False})
    assert (status, "not before tomorrow" in str(said)) == (422, True)
    assert (await post(home, path, {}))[0] == 422


async def test_a_broker_without_a_kill_switch_says_so(home: House, offering: Offering) -> None:
    _, ident = await connected(home, offering)
    status, said = await post(home, f"/accounts/{ident}/connection/kill-switch", {"on": True})
    assert (status, said["code"]) == (422, "connection.no_kill_switch")
