"""The outermost layer: names, origins, tokens against forgery, sizes, rates, headers, and problems for every error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bidwell.model.errors import ConfigError
from bidwell.model.role import Role
from bidwell.server.app import create_alert_app, create_app
from bidwell.server.assets import POLICY
from tests.server.house import MAIN, ORIGIN, House, wish

INTENTS = "/api/v1/w/main/intents"


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8600", 200), ("127.0.0.1:9", 200), ("[::1]:8600", 200), ("LOCALHOST", 200), ("evil.test", 421),
     ("localhost.evil.test", 421), ("localhost:8600@evil.test", 421), ("", 421)],
)  # fmt: skip
async def test_only_names_of_ours_are_answered(home: House, host: str, status: int) -> None:
    answer = await home.client().get("/api/v1/setup", headers={"Host": host})
    assert answer.status_code == status, answer.text


async def test_unsafe_requests_come_from_our_own_pages_with_the_sessions_token(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    cases = [
        ({}, 202, ""),
        ({"Origin": ORIGIN}, 202, ""),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}, 202, ""),
        ({"Origin": "https://evil.test"}, 403, "origin.foreign"),
        ({"Origin": "http://localhost:8601"}, 403, "origin.foreign"),
        ({"Origin": "null"}, 403, "origin.foreign"),
        ({"Origin": ORIGIN + "/x"}, 403, "origin.foreign"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "origin.foreign"),
        ({"Sec-Fetch-Site": "same-site"}, 403, "origin.foreign"),
        ({"X-CSRF-Token": ""}, 403, "csrf.missing"),
        ({"X-CSRF-Token": "f" * 64}, 403, "csrf.missing"),
    ]
    for place, (headers, status, code) in enumerate(cases):
        answer = await trader.post(INTENTS, json=wish(), headers={"Idempotency-Key": f"k{place}", **headers})
        assert answer.status_code == status, (headers, answer.text)
        assert not code or answer.json()["code"] == code
    assert home.intents() == 3


async def test_another_persons_token_does_not_help(home: House) -> None:
    trader, admin = await home.member(MAIN, Role.TRADER), await home.member(MAIN, Role.ADMIN)
    answer = await trader.post(INTENTS, json=wish(), headers={"Idempotency-Key": "k", "X-CSRF-Token": admin.csrf})
    assert answer.json()["code"] == "csrf.missing"


async def test_reading_needs_no_token_and_alerts_no_origin(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    viewer.csrf = ""
    assert (await viewer.get("/api/v1/w/main/overview")).status_code == 200
    alert = await home.client(Origin="https://www.tradingview.com").post("/api/v1/hooks/alert", json=home.alert())
    assert alert.status_code == 202


async def test_every_error_is_a_problem_with_a_code_and_the_requests_id(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    answers = [
        await viewer.get("/nothing/here"),
        await viewer.ask("PUT", "/api/v1/session"),
        await viewer.get("/api/v1/w/main/orders?limit=0"),
        await viewer.get("/api/v1/w/main/orders?limit=201"),
        await viewer.get("/api/v1/w/main/orders?cursor=%00"),
        await viewer.get("/api/v1/w/main/orders?cursor=bm90aGluZw"),
        await viewer.get("/api/v1/w/main/journal?cursor=bm90aGluZw"),
        await viewer.get("/api/v1/w/main/journal?kind=Nothing"),
        await viewer.get("/api/v1/w/main/orders/none"),
        await viewer.get("/api/v1/w/nowhere/orders"),
        await viewer.get("/api/v1/w/main/instruments/NOPE.TEST/bars"),
        await viewer.get("/api/v1/w/main/instruments/ACME.TEST/bars?seconds=7"),
        await viewer.get("/api/v1/w/main/instruments/ACME.TEST/bars?until=2026-01-01T00:00:00"),
        await viewer.post("/api/v1/w/main/halt", json={}),
        await viewer.post("/api/v1/session", json={"email": "x", "password": ""}),
        await viewer.post("/api/v1/session", json={"email": "a@b.test", "password": "wrong"}),
        await home.client().post("/api/v1/session", content=b"{"),
        await home.client().get("/api/v1/session"),
        await home.client().get("/api/v1/session", headers={"Authorization": "Basic eA=="}),
        await home.client().get("/api/v1/session", headers={"Authorization": "Bearer bdw_x_y"}),
        await home.client().post("/api/v1/session", content=b"x" * 300_000),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        body = answer.json()
        assert body["status"] == answer.status_code
        assert body["type"] == f"urn:bidwell:problem:{body['code']}"
        assert body["request_id"] == answer.headers["x-request-id"]
        assert {"title", "detail"} <= set(body)


async def test_several_wrong_fields_are_all_named(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    body = {"name": "", "currency": "dollars", "cash": 1.5, "surprise": 1}
    problem = (await owner.post("/api/v1/w/main/accounts", json=body)).json()
    assert problem["code"] == "request.invalid"
    assert {part["field"]: part["code"] for part in problem["errors"]} == {
        "name": "field.too_short", "currency": "field.format", "cash": "number.float", "surprise": "field.unknown",
    }  # fmt: skip


async def test_a_given_request_id_is_kept_when_it_is_a_plain_one(home: House) -> None:
    client = home.client()
    assert (await client.get("/health/live", headers={"X-Request-Id": "abc-123.x"})).headers[
        "x-request-id"
    ] == "abc-123.x"
    made = (await client.get("/health/live", headers={"X-Request-Id": "<script>"})).headers["x-request-id"]
    assert made.startswith("req_")


async def test_one_address_cannot_ask_without_end_and_health_still_answers(home: House) -> None:
    settings = replace(home.context.settings, requests_per_s=1, burst=3)
    app = create_app(replace(home.context, settings=settings))
    client, other = home.client(app=app), home.client("192.0.2.1", app)
    answers = [await client.get("/api/v1/setup") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["code"] == "rate.exceeded"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await client.get("/health/live")).status_code == 200
    assert (await other.get("/api/v1/setup")).status_code == 200


async def test_an_address_that_asks_too_much_can_still_brake(home: House) -> None:
    settings = replace(home.context.settings, requests_per_s=1, burst=2)
    client = home.client(app=create_app(replace(home.context, settings=settings)))
    assert [(await client.get("/api/v1/setup")).status_code for _ in range(3)] == [200, 200, 429]
    for path in ("halt", "orders/cancel-all"):
        assert (await client.post(f"/api/v1/w/main/{path}", json={})).status_code != 429
    assert (await client.post("/api/v1/w/main/risk/square-off", json={})).status_code == 429
    assert (await client.get("/api/v1/setup")).status_code == 429


async def test_a_burst_of_alerts_is_bounded_by_itself_and_takes_nothing_from_the_pages(home: House) -> None:
    settings = replace(home.context.settings, requests_per_s=1, burst=2, alerts_per_s=1, alert_burst=4)
    context = replace(home.context, settings=settings)
    client = home.client(app=create_app(context))
    answers = [await client.post("/api/v1/hooks/alert", json=home.alert()) for _ in range(5)]
    assert [one.status_code for one in answers] == [202, 202, 202, 202, 429]
    assert (await client.get("/api/v1/setup")).status_code == 200
    alone = home.client(app=create_alert_app(context))
    assert [(await alone.post("/alert", json=home.alert())).status_code for _ in range(5)] == [202, 202, 202, 202, 429]


async def test_long_reads_of_a_workspace_come_compressed_to_those_who_take_it(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    for _ in range(8):
        await home.client().post("/api/v1/hooks/alert", json=home.alert())
    long = await viewer.ask("GET", "/api/v1/w/main/orders", headers={"Accept-Encoding": "gzip"})
    assert long.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in long.headers["vary"].lower()
    assert len(long.json()["items"]) >= 8
    plain = await viewer.ask("GET", "/api/v1/w/main/orders", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    session = await viewer.ask("GET", "/api/v1/session", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in session.headers


async def test_behind_tls_cookies_are_secure_and_bound_to_the_host(home: House) -> None:
    app = create_app(replace(home.context, settings=replace(home.context.settings, secure=True)))
    await home.member(MAIN, Role.VIEWER)
    body = {"email": "viewer@main.test", "password": "correct horse battery staple"}
    answer = await home.client(app=app).post("/api/v1/session", json=body)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-bidwell_session=")
    assert all(word in cookie.lower() for word in ("secure", "httponly", "samesite=lax", "path=/"))
    assert "domain" not in cookie.lower()
    assert answer.headers["strict-transport-security"]


async def test_answers_are_not_kept_sniffed_or_framed(home: House) -> None:
    headers = (await home.client().get("/api/v1/setup")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_the_page_is_served_with_its_policy_and_its_files_for_ever(home: House, tmp_path: Path) -> None:
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Bidwell</title>")
    (folder / "assets" / "main-abc.js").write_text("console.log(1);\n" * 200)
    client = home.client(app=create_app(replace(home.context, static=folder)))
    page = await client.get("/intents/anything")
    assert (page.status_code, page.headers["content-security-policy"]) == (200, POLICY)
    assert (page.headers["cache-control"], page.headers["content-type"]) == ("no-cache", "text/html; charset=utf-8")
    script = await client.get("/assets/main-abc.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-encoding"] == "gzip"
    assert script.text.startswith("console.log(1);")
    for path in ("/assets/other.js", "/api/v1/none", "/../pyproject.toml", "/assets/..%2f..%2fetc/passwd.txt"):
        missing = await client.get(path)
        assert (missing.status_code, missing.json()["code"]) == (404, "path.unknown"), path
    with pytest.raises(ConfigError, match="the web page is missing"):
        create_app(replace(home.context, static=tmp_path / "nothing"))


async def test_a_body_that_does_not_come_in_time_is_given_up(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidwell.server.door.BODY_S", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.05)

    for path in ("/api/v1/hooks/alert", "/api/v1/session"):
        answer = await home.client().post(path, content=dripping())
        assert (answer.status_code, answer.json()["code"]) == (408, "body.slow"), answer.text


async def test_what_nobody_foresaw_is_a_problem_that_tells_the_caller_nothing(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("a secret of the house")

    viewer = await home.member(MAIN, Role.VIEWER)
    monkeypatch.setattr("bidwell.server.overview.reads.overview", broken)
    answer = await viewer.get("/api/v1/w/main/overview")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text
