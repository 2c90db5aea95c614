from __future__ import annotations

from datetime import timedelta

from bidwell.model.role import Role
from tests.server.house import MAIN, OTHER, PASSWORD, House, Person, wish


async def test_the_first_owner_comes_by_a_link_that_works_once(home: House) -> None:
    client = home.client()
    assert (await client.get("/api/v1/setup")).json() == {"needs_owner": True}
    link = await home.context.identity.setup_links.create(MAIN, Role.OWNER, home.clock.now())
    body = {"token": link, "name": "Ada", "email": "Ada@Example.test", "password": PASSWORD}
    short = await client.post("/api/v1/setup", json={**body, "password": "short"})
    assert short.json()["code"] == "field.too_short"
    made = await client.post("/api/v1/setup", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["user"]["email"] == "ada@example.test"
    assert made.json()["workspaces"] == [{"id": "main", "name": "main desk", "role": "owner", "currency": "USD"}]
    again = await home.client().post("/api/v1/setup", json=body)
    assert (again.status_code, again.json()["code"]) == (403, "setup_link_invalid")
    assert (await client.get("/api/v1/setup")).json() == {"needs_owner": False}
    assert (await client.get("/api/v1/session")).json()["csrf"] == made.json()["csrf"]


async def test_guesses_are_slowed_down_after_a_few(home: House) -> None:
    await home.member(MAIN, Role.VIEWER)
    guesser = Person(home.client("203.0.113.5"), "viewer@main.test")
    codes = [(await guesser.sign_in("wrong wrong wrong")).json()["code"] for _ in range(30)]
    assert codes.count("login_failed") <= 10
    last = await guesser.sign_in()
    assert (last.status_code, last.json()["code"]) == (429, "login_throttled")
    assert int(last.headers["retry-after"]) > 1


async def test_an_unknown_person_and_a_wrong_password_look_alike(home: House) -> None:
    await home.member(MAIN, Role.VIEWER)
    known = await Person(home.client("192.0.2.1"), "viewer@main.test").sign_in("wrong wrong wrong")
    unknown = await Person(home.client("192.0.2.2"), "nobody@main.test").sign_in("wrong wrong wrong")
    assert (known.status_code, known.json()["detail"]) == (unknown.status_code, unknown.json()["detail"])


async def test_signing_in_again_ends_the_session_before(home: House) -> None:
    person = await home.member(MAIN, Role.VIEWER)
    before = dict(person.client.cookies)
    assert (await person.sign_in()).status_code == 200
    assert dict(person.client.cookies) != before
    old = home.client()
    old.cookies.update(before)
    assert (await old.get("/api/v1/session")).status_code == 401


async def test_a_session_can_be_listed_and_ended_from_another_browser(home: House) -> None:
    first = await home.member(MAIN, Role.VIEWER)
    second = Person(home.client(), first.email)
    await second.sign_in()
    rows = (await second.get("/api/v1/sessions")).json()["items"]
    assert [row["current"] for row in rows].count(True) == 1
    other = next(row["id"] for row in rows if not row["current"])
    assert (await second.ask("DELETE", f"/api/v1/sessions/{other}")).status_code == 204
    assert (await first.get("/api/v1/w/main/overview")).status_code == 401
    assert (await second.ask("DELETE", f"/api/v1/sessions/{other}")).status_code == 404


async def test_signing_out_ends_the_session_at_once(home: House) -> None:
    person = await home.member(MAIN, Role.VIEWER)
    assert (await person.ask("DELETE", "/api/v1/session")).status_code == 204
    assert (await person.get("/api/v1/session")).status_code == 401


async def test_a_new_password_ends_every_other_session(home: House) -> None:
    first = await home.member(MAIN, Role.VIEWER)
    second = Person(home.client(), first.email)
    await second.sign_in()
    body = {"current": PASSWORD, "new": "another fine password"}
    assert (await second.post("/api/v1/session/password", json=body)).status_code == 204
    assert (await first.get("/api/v1/session")).status_code == 401
    assert (await second.get("/api/v1/session")).status_code == 200
    assert (await Person(home.client(), first.email).sign_in("another fine password")).status_code == 200


async def test_step_up_renews_the_cookie_and_keeps_the_token(home: House) -> None:
    person = await home.member(MAIN, Role.OWNER)
    before = dict(person.client.cookies)
    answer = await person.post("/api/v1/session/step-up", json={"password": PASSWORD})
    assert answer.status_code == 204
    assert dict(person.client.cookies) != before
    assert (await person.post("/api/v1/w/main/preview", json=wish())).status_code == 200


async def test_a_key_works_from_its_addresses_until_it_ends(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    ends = home.clock.now() + timedelta(hours=1)
    body = {"name": "k", "scopes": ["trade"], "addresses": ["192.0.2.0/24"], "expires_at": ends.isoformat()}
    made = (await owner.post("/api/v1/api-keys", json=body)).json()
    headers = {"Authorization": f"Bearer {made['key']}", "Idempotency-Key": "k"}
    path = "/api/v1/w/main/intents"
    assert (await home.client("192.0.2.9").post(path, json=wish(), headers=headers)).status_code == 202
    assert (await home.client("198.51.100.9").post(path, json=wish(), headers=headers)).status_code == 401
    listed = (await owner.get("/api/v1/api-keys")).json()["items"]
    assert [row["prefix"] for row in listed] == [made["prefix"]]
    assert made["key"] not in str(listed)
    home.clock.ahead += timedelta(hours=2)
    assert (await home.client("192.0.2.9").post(path, json=wish(), headers=headers)).status_code == 401


async def test_a_revoked_key_stops_at_once(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    made = (await owner.post("/api/v1/api-keys", json={"name": "k", "scopes": ["read"]})).json()
    program = home.client(Authorization=f"Bearer {made['key']}")
    assert (await program.get("/api/v1/w/main/orders")).status_code == 200
    assert (await owner.ask("DELETE", f"/api/v1/api-keys/{made['id']}")).status_code == 204
    assert (await program.get("/api/v1/w/main/orders")).status_code == 401
    assert (await owner.ask("DELETE", f"/api/v1/api-keys/{made['id']}")).status_code == 404


async def test_people_are_let_in_changed_and_shown_out(home: House) -> None:
    owner, admin = await home.member(MAIN, Role.OWNER), await home.member(MAIN, Role.ADMIN)
    body = {"email": "new@main.test", "name": "New", "role": "viewer", "password": PASSWORD}
    made = (await admin.post("/api/v1/w/main/users", json=body)).json()
    newcomer = Person(home.client(), "new@main.test")
    await newcomer.sign_in()
    path = f"/api/v1/w/main/users/{made['id']}"
    assert (await newcomer.post("/api/v1/w/main/halt", json={"scope": {"type": "workspace"}})).status_code == 403
    assert (await admin.ask("PATCH", path, json={"role": "trader"})).json()["role"] == "trader"
    assert (await newcomer.post("/api/v1/w/main/preview", json=wish())).status_code == 200
    assert (await admin.ask("PATCH", path, json={"role": "owner"})).status_code == 403
    taken = await admin.post("/api/v1/w/main/users", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    assert (await admin.ask("DELETE", path)).status_code == 204
    assert (await newcomer.get("/api/v1/w/main/overview")).status_code == 404
    people = (await owner.get("/api/v1/w/main/users")).json()["items"]
    mine = next(row["id"] for row in people if row["role"] == "owner")
    last = await owner.ask("DELETE", f"/api/v1/w/main/users/{mine}")
    assert (last.status_code, last.json()["code"]) == (409, "last_owner")


async def test_what_mattered_is_in_the_audit_without_secrets(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    await owner.post("/api/v1/w/main/halt", json={"scope": {"type": "account", "id": "main-plain"}, "reason": "lunch"})
    wrong = {"scope": {"type": "account", "id": "main-plain"}, "password": "wrong wrong wrong"}
    assert (await owner.post("/api/v1/w/main/release", json=wrong)).json()["code"] == "password.wrong"
    right = {**wrong, "password": PASSWORD}
    assert (await owner.post("/api/v1/w/main/release", json=right)).status_code == 202
    page = (await owner.get("/api/v1/audit?limit=2")).json()
    assert [(row["action"], row["outcome"]) for row in page["items"]] == [
        ("release", "done"),
        ("release", "login_failed"),
    ]
    rest = (await owner.get(f"/api/v1/audit?limit=2&cursor={page['next_cursor']}")).json()
    assert [row["action"] for row in rest["items"]] == ["halt"]
    assert PASSWORD not in str(page)
    assert "wrong wrong" not in str(page)
    foreign = await home.member(OTHER, Role.OWNER)
    assert (await foreign.get("/api/v1/audit?workspace=main")).status_code == 404
