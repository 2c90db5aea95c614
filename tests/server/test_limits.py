from __future__ import annotations

from datetime import timedelta
from typing import Any

from bidwell.model.role import Role
from tests.server.house import MAIN, PASSWORD, House, Person, until, wish

W = "/api/v1/w/main"
PLAIN = f"{W}/limits/account/main-plain"


async def owner(home: House) -> Person:
    person = await home.member(MAIN, Role.OWNER)
    assert (await person.post("/api/v1/session/step-up", json={"password": PASSWORD})).status_code == 204
    return person


async def checks(person: Person, **changes: object) -> dict[str, dict[str, Any]]:
    answer = await person.post(f"{W}/preview", json=wish(**changes))
    assert answer.status_code == 200, answer.text
    return {check["rule"]: check for check in answer.json()["allocations"][0]["checks"]}


async def test_every_kind_of_limit_comes_back_as_it_was_set_and_denies(home: House) -> None:
    person = await owner(home)
    body = {
        "max_net_exposure": "5000", "margin_buffer": "0.2", "max_daily_realized_loss": "300", "max_trades_per_day": 4,
        "drawdowns": [{"amount": "2000", "basis": "trailing_intraday", "lock": "100100"}],
        "contract_limits": [{"limit": "8", "weights": {"MES": "0.1"}, "other": "1"}],
        "trading_hours": [{"windows": [{"start": "00:00", "end": "00:00", "zone": "America/Chicago",
                                        "days": [0, 1, 2, 3, 4, 5, 6]}]}],
        "news_before": "60", "news_after": "120", "require_stop": True, "flat_before_close": "300",
        "on_breach": "flatten_and_lock", "lock_until": "released", "warn_at": ["0.9", "0.5"], "currency": "USD",
        "note": "from the book", "profile": "funded",
    }  # fmt: skip
    answer = await person.ask("PUT", PLAIN, json=body)
    assert answer.status_code == 200, answer.text
    shown = (await person.get(PLAIN)).json()
    assert shown["warn_at"] == ["0.5", "0.9"]
    assert shown["trading_hours"][0]["windows"][0]["end"] == "00:00:00"
    again = await person.ask("PUT", PLAIN, json=shown)
    assert again.json() == shown
    found = await checks(person)
    assert {name for name, check in found.items() if not check["passed"]} == {"protective_stop", "max_contracts"}
    assert found["max_contracts"]["would_pass"] == "8"
    held = await checks(person, sizing={"by": "quantity", "value": "60"}, protection={"stop_price": "95"})
    assert {"max_net_exposure", "max_contracts"} <= {name for name, check in held.items() if not check["passed"]}
    history = (await person.get(f"{PLAIN}/history")).json()["items"]
    assert [(one["note"], one["profile"], one["current"]) for one in history] == [
        ("", "", True), ("from the book", "funded", False)]  # fmt: skip
    assert history[0]["actor"]
    effective = {
        row["field"]: row["value"] for row in (await person.get(f"{W}/accounts/main-plain")).json()["limits_effective"]
    }
    assert (effective["drawdowns"], effective["on_breach"]) == ("2000 trailing intraday, locks at 100100",
                                                               "flatten and lock")  # fmt: skip


async def test_nonsense_is_refused_with_a_reason(home: House) -> None:
    person = await owner(home)
    soon = (home.clock.now() - timedelta(minutes=1)).isoformat()
    refused: list[tuple[dict[str, object], str, str]] = [
        ({"max_position": "-1"}, "greater_than", "max_position"),
        ({"max_order_quantity": "9", "max_position": "5"}, "limits.contradictory", "max_order_quantity"),
        ({"allowed_instruments": ["ACME.TEST"], "denied_instruments": ["ACME.TEST"]}, "limits.contradictory",
         "denied_instruments"),
        ({"max_daily_loss": "5", "currency": "INR"}, "limits.currency", "currency"),
        ({"max_daily_loss": "5", "effective_from": soon}, "limits.in_the_past", "effective_from"),
        ({"drawdowns": [{"amount": "5", "basis": "static", "lock": "7"}]}, "limits.contradictory", "drawdowns"),
        ({"lock_until": "released"}, "limits.contradictory", "lock_until"),
        ({"warn_at": ["1.5"]}, "limits.value", "warn_at"),
        ({"trading_hours": [{"windows": [{"start": "09:00", "end": "10:00", "zone": "Mars/Olympus", "days": [1]}]}]},
         "limits.value", "trading_hours"),
    ]  # fmt: skip
    for body, code, field in refused:
        answer = await person.ask("PUT", PLAIN, json=body)
        said = answer.json()
        assert answer.status_code == 422, (body, said)
        assert (said["code"] == code or code == "greater_than", said["field"]) == (True, field), said
        assert said["detail"]


async def test_a_planned_change_holds_from_its_moment_on_and_can_be_taken_back(home: House) -> None:
    person = await owner(home)
    start = home.clock.now() + timedelta(hours=1)
    body = {"max_order_quantity": "3", "effective_from": start.isoformat(), "note": "smaller from then"}
    assert (await person.ask("PUT", PLAIN, json=body)).json()["max_order_quantity"] is None
    planned = (await person.get(f"{PLAIN}/history")).json()["items"]
    assert [(one["planned"], one["note"]) for one in planned] == [(True, "smaller from then")]
    assert (await checks(person))["max_order_quantity"]["passed"]
    dropped = await person.post(f"{PLAIN}/drop-plan", json={"effective_from": start.isoformat()})
    assert dropped.json()["items"] == []
    assert (await person.post(f"{PLAIN}/drop-plan", json={"effective_from": start.isoformat()})).status_code == 404
    await person.ask("PUT", PLAIN, json=body)
    home.clock.ahead = timedelta(hours=1)
    await home.quote("99.99", "100.01")
    assert not (await checks(person))["max_order_quantity"]["passed"]
    await until(lambda: not home.desk.state.risk.planned, 10)
    history = (await person.get(f"{PLAIN}/history")).json()["items"]
    assert [(one["planned"], one["current"], one["note"]) for one in history] == [(False, True, "smaller from then")]


async def test_the_catalog_names_limits_scopes_and_profiles_that_fit_the_account(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    found = (await viewer.get(f"{W}/limits/catalog?account=main-plain")).json()
    assert {one["type"] for one in found["scopes"]} == {"workspace", "group", "account", "strategy"}
    profiles = {one["name"]: one["limits"] for one in found["profiles"]}
    assert list(profiles) == ["careful", "standard", "active", "funded"]
    assert (profiles["careful"]["max_daily_loss"], profiles["careful"]["currency"]) == ("1000", "USD")
    assert (await viewer.get(f"{W}/limits/catalog?account=nobody")).status_code == 404
    person = await owner(home)
    for limits in profiles.values():
        answer = await person.ask("PUT", f"{W}/limits/account/main-second", json=limits)
        assert answer.status_code == 200, answer.text
