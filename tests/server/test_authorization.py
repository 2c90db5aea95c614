"""The authorisation matrix: every route x every role, key scope and stranger x own, foreign and missing objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route, WebSocketRoute

from bidwell.model.ids import WorkspaceId
from bidwell.model.role import Role
from bidwell.server.access.guards import InWorkspace, Open, Outside
from bidwell.server.access.permissions import PERMISSIONS, Action, Permission, Reach
from bidwell.server.access.roles import KeyScope
from bidwell.server.app import STREAM_PATH
from bidwell.server.door import Door
from bidwell.server.thin import ThinRoute
from bidwell.storage.research.strategy_runs import RunStatus, StrategyRun
from tests.server.house import MAIN, OTHER, PASSWORD, House, Person, queued, until, wish

MISSING = "nothing-of-the-kind"
REFUSALS = {"session.missing", "role.insufficient", "key.scope", "key.not_allowed", "key.invalid", "workspace.unknown",
            "csrf.missing", "step_up.needed"}  # fmt: skip
# Found by no route of ours: the document and the page itself, whose actions are public.
UNGUARDED = {"/api/v1/openapi.json", "/{path:path}"}


@dataclass(frozen=True)
class Row:
    """How to call a route: its body, the objects that `{id}` can be, and what the address must ask for."""

    body: Any = None
    own: str = ""
    foreign: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""


LIMITS = {"max_open_orders": "10000", "max_data_age": "3600", "duplicate_window": "0", "price_collar": "0.2"}
CREDENTIAL = {"environment": "paper", "fields": {"key_id": "PK0001", "secret_key": "x"}}
GROUP = {"name": "g", "policy": "ratio", "members": [{"account": "main-plain", "weight": "1"}]}
STRATEGY = {"name": "s", "account": "main-plain"}
SCOPE = {"type": "account", "id": "main-second"}
REPLAY = {"account": "main-plain", "bundle": {"events": []}}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/health/live"): Row(),
    ("GET", "/health/ready"): Row(),
    ("GET", "/metrics"): Row(),
    ("GET", "/api/v1/setup"): Row(),
    ("POST", "/api/v1/setup"): Row({"token": "x", "name": "n", "email": "n@n.test", "password": PASSWORD}),
    ("GET", "/api/v1/session"): Row(),
    ("POST", "/api/v1/session"): Row({"email": "nobody@nowhere.test", "password": "x"}),
    ("DELETE", "/api/v1/session"): Row(),
    ("GET", "/api/v1/sessions"): Row(),
    ("DELETE", "/api/v1/sessions/{id}"): Row(own=MISSING, foreign="ses_of_other"),
    ("POST", "/api/v1/session/password"): Row({"current": PASSWORD, "new": PASSWORD}),
    ("POST", "/api/v1/session/step-up"): Row({"password": PASSWORD}),
    ("GET", "/api/v1/api-keys"): Row(),
    ("POST", "/api/v1/api-keys"): Row({"name": "k", "scopes": ["read"]}),
    ("DELETE", "/api/v1/api-keys/{id}"): Row(own=MISSING, foreign="key_of_other"),
    ("GET", "/api/v1/audit"): Row(),
    ("POST", "/api/v1/stream/ticket"): Row({"workspace": "main"}),
    ("POST", "/api/v1/hooks/alert"): Row({"token": "bwt_wrong_wrong_wrong_wrong", "action": "buy", "id": "1"}),
    ("POST", "/api/v1/hooks/signal/{strategy}"): Row({"action": "buy", "id": "1"}),
    ("POST", "/api/v1/hooks/postback/{account}"): Row({"order_id": "1", "order_timestamp": "1", "checksum": "forged"}),
    ("GET", "/api/v1/hooks/check"): Row(),
    ("GET", "/api/v1/w/{workspace}/users"): Row(),
    ("POST", "/api/v1/w/{workspace}/users"): Row({"email": "not an address", "name": "n", "role": "viewer", "password": "x"}),
    ("PATCH", "/api/v1/w/{workspace}/users/{id}"): Row({"role": "viewer"}, "spare-main", "spare-other"),
    ("DELETE", "/api/v1/w/{workspace}/users/{id}"): Row(None, MISSING, "spare-other"),
    ("GET", "/api/v1/w/{workspace}/overview"): Row(),
    ("GET", "/api/v1/w/{workspace}/accounts"): Row(),
    ("GET", "/api/v1/w/{workspace}/accounts/{id}"): Row(None, "main-plain", "other-plain"),
    ("PATCH", "/api/v1/w/{workspace}/accounts/{id}"): Row({"name": "renamed"}, "main-plain", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/accounts"): Row({"name": "n", "currency": "USD", "cash": "0"}),
    ("GET", "/api/v1/w/{workspace}/risk"): Row(),
    ("GET", "/api/v1/w/{workspace}/risk/violations"): Row(),
    ("POST", "/api/v1/w/{workspace}/risk/violations/{id}/acknowledge"): Row({"note": "seen"}, MISSING, "other-violation"),
    ("POST", "/api/v1/w/{workspace}/risk/violations/{id}/resolve"): Row({"note": "done"}, MISSING, "other-violation"),
    ("POST", "/api/v1/w/{workspace}/risk/square-off"): Row({"account": "main-second"}),
    ("POST", "/api/v1/w/{workspace}/risk/square-off/{id}/stop"): Row(None, MISSING, "other-square"),
    ("GET", "/api/v1/w/{workspace}/risk/releases"): Row(),
    ("GET", "/api/v1/w/{workspace}/risk/greeks"): Row(),
    ("PUT", "/api/v1/w/{workspace}/risk/releases"): Row({"events": []}),
    ("PUT", "/api/v1/w/{workspace}/risk/releases/text"): Row({"text": ""}),
    ("POST", "/api/v1/w/{workspace}/risk/dry-run"): Row({"intent": wish()}),
    ("POST", "/api/v1/w/{workspace}/risk/size"): Row(
        {"account": "main-plain", "instrument": "ACME.TEST", "side": "BUY", "stop": "90", "risk_amount": "50"}),
    ("POST", "/api/v1/w/{workspace}/risk/edge"): Row({"results": ["1"]}),
    ("GET", "/api/v1/w/{workspace}/risk/portfolio"): Row(),
    ("POST", "/api/v1/w/{workspace}/risk/stress"): Row({"market": "-0.1"}),
    ("GET", "/api/v1/w/{workspace}/funded"): Row(),
    ("GET", "/api/v1/w/{workspace}/funded/rulebooks"): Row(),
    ("PUT", "/api/v1/w/{workspace}/funded/rulebooks"): Row({"name": "mine.toml", "text": "x"}),
    ("GET", "/api/v1/w/{workspace}/funded/rulebooks/{id}"): Row(None, MISSING, "other.toml"),
    ("GET", "/api/v1/w/{workspace}/funded/{id}"): Row(None, MISSING, "other-plain"),
    ("POST", "/api/v1/w/{workspace}/funded/{id}/attach"): Row({"rulebook": "nothing"}, "main-second", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/funded/{id}/detach"): Row(None, MISSING, "other-plain"),
    ("POST", "/api/v1/w/{workspace}/funded/{id}/payout"): Row({"amount": "1"}, MISSING, "other-plain"),
    ("GET", "/api/v1/w/{workspace}/limits/catalog"): Row(),
    ("GET", "/api/v1/w/{workspace}/limits/workspace/history"): Row(),
    ("POST", "/api/v1/w/{workspace}/limits/workspace/drop-plan"): Row({"effective_from": "2099-01-01T00:00:00Z"}),
    ("GET", "/api/v1/w/{workspace}/limits/{scope_type}/{id}/history"): Row(None, "main-plain", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/limits/{scope_type}/{id}/drop-plan"): Row(
        {"effective_from": "2099-01-01T00:00:00Z"}, "main-plain", "other-plain"),
    ("GET", "/api/v1/w/{workspace}/brokers"): Row(),
    ("POST", "/api/v1/w/{workspace}/brokers/{broker}/probe"): Row(CREDENTIAL),
    ("POST", "/api/v1/w/{workspace}/brokers/{broker}/accounts"): Row(CREDENTIAL | {"name": "n"}),
    ("GET", "/api/v1/w/{workspace}/logins"): Row(),
    ("POST", "/api/v1/w/{workspace}/logins/{id}"): Row({"fields": {"code": "x"}}, "main-plain", "other-plain"),
    ("GET", "/api/v1/w/{workspace}/accounts/{id}/connection"): Row(None, "main-plain", "other-plain"),
    ("PUT", "/api/v1/w/{workspace}/accounts/{id}/connection"): Row(CREDENTIAL, "main-plain", "other-plain"),
    ("DELETE", "/api/v1/w/{workspace}/accounts/{id}/connection"): Row(None, "main-plain", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/accounts/{id}/connection/reconnect"): Row(None, "main-plain", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/accounts/{id}/connection/kill-switch"): Row({"on": True}, "main-plain", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/accounts/{id}/arm"): Row({"number": "1"}, "main-plain", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/accounts/{id}/instruments"): Row({"symbols": ["AAPL"]}, "main-plain", "other-plain"),
    ("GET", "/api/v1/w/{workspace}/accounts/{id}/instruments/search"): Row(None, "main-plain", "other-plain"),
    ("GET", "/api/v1/w/{workspace}/accounts/{id}/options/expiries"): Row(
        None, "main-plain", "other-plain", query="?underlying=ACME"),
    ("GET", "/api/v1/w/{workspace}/accounts/{id}/options/chain"): Row(
        None, "main-plain", "other-plain", query="?underlying=ACME"),
    ("GET", "/api/v1/w/{workspace}/limits/workspace"): Row(),
    ("PUT", "/api/v1/w/{workspace}/limits/workspace"): Row(LIMITS),
    ("GET", "/api/v1/w/{workspace}/limits/{scope_type}/{id}"): Row(None, "main-plain", "other-plain"),
    ("PUT", "/api/v1/w/{workspace}/limits/{scope_type}/{id}"): Row(LIMITS, "main-plain", "other-plain"),
    ("POST", "/api/v1/w/{workspace}/halt"): Row({"scope": SCOPE}),
    ("POST", "/api/v1/w/{workspace}/release"): Row({"scope": SCOPE, "password": PASSWORD}),
    ("GET", "/api/v1/w/{workspace}/groups"): Row(),
    ("POST", "/api/v1/w/{workspace}/groups"): Row(GROUP),
    ("POST", "/api/v1/w/{workspace}/groups/preview"): Row(
        {"group": {"policy": "ratio", "members": GROUP["members"]}, "intent": wish(account=None)}),
    ("GET", "/api/v1/w/{workspace}/groups/{id}"): Row(None, "main-all", "other-all"),
    ("PUT", "/api/v1/w/{workspace}/groups/{id}"): Row(GROUP, "main-all", "other-all"),
    ("DELETE", "/api/v1/w/{workspace}/groups/{id}"): Row(None, "main-all", "other-all"),
    ("GET", "/api/v1/w/{workspace}/strategies"): Row(),
    ("POST", "/api/v1/w/{workspace}/strategies"): Row(STRATEGY),
    ("GET", "/api/v1/w/{workspace}/strategies/{id}"): Row(None, "main-cross", "other-cross"),
    ("PATCH", "/api/v1/w/{workspace}/strategies/{id}"): Row({"name": "t"}, "main-cross", "other-cross"),
    ("DELETE", "/api/v1/w/{workspace}/strategies/{id}"): Row(None, MISSING, "other-cross"),
    ("POST", "/api/v1/w/{workspace}/strategies/{id}/rotate"): Row(None, "main-cross", "other-cross"),
    ("GET", "/api/v1/w/{workspace}/strategies/{id}/alerts"): Row(None, "main-cross", "other-cross"),
    ("POST", "/api/v1/w/{workspace}/alerts/test"): Row({"strategy": "main-cross", "body": "buy ACME 1 id 1"}),
    ("GET", "/api/v1/w/{workspace}/instruments"): Row(),
    ("GET", "/api/v1/w/{workspace}/quotes"): Row(),
    ("GET", "/api/v1/w/{workspace}/instruments/{id}/bars"): Row(None, "ACME.TEST", "NOT.HERE"),
    ("POST", "/api/v1/w/{workspace}/preview"): Row(wish()),
    ("POST", "/api/v1/w/{workspace}/preview/margin"): Row({"intents": [wish()]}),
    ("GET", "/api/v1/w/{workspace}/intents"): Row(),
    ("POST", "/api/v1/w/{workspace}/intents"): Row(wish(), headers={"Idempotency-Key": "matrix"}),
    ("GET", "/api/v1/w/{workspace}/intents/{id}"): Row(None, "main-intent", "other-intent"),
    ("GET", "/api/v1/w/{workspace}/export/intents/{id}.json"): Row(None, "main-intent", "other-intent"),
    ("GET", "/api/v1/w/{workspace}/export/intents/{id}.txt"): Row(None, "main-intent", "other-intent"),
    ("POST", "/api/v1/w/{workspace}/intents/replay"): Row(REPLAY, headers={"Idempotency-Key": "matrix"}),
    ("POST", "/api/v1/w/{workspace}/intents/replay/preview"): Row(REPLAY),
    ("GET", "/api/v1/w/{workspace}/reconciliation"): Row(),
    ("GET", "/api/v1/w/{workspace}/reconciliation/history"): Row(),
    ("POST", "/api/v1/w/{workspace}/reconciliation/now"): Row({}),
    ("GET", "/api/v1/w/{workspace}/guardian"): Row(),
    ("GET", "/api/v1/w/{workspace}/readiness"): Row(),
    ("POST", "/api/v1/w/{workspace}/readiness/{id}/repair"): Row({"check": "book"}, "main-plain", "other-plain"),
    ("GET", "/api/v1/w/{workspace}/groups/standing"): Row(),
    ("GET", "/api/v1/w/{workspace}/groups/{id}/standing"): Row(None, "main-all", "other-all"),
    ("GET", "/api/v1/w/{workspace}/orders"): Row(),
    ("GET", "/api/v1/w/{workspace}/orders/{id}"): Row(None, "main-order", "other-order"),
    ("POST", "/api/v1/w/{workspace}/orders/cancel-all"): Row({"account": "main-second"}),
    ("POST", "/api/v1/w/{workspace}/orders/{id}/cancel"): Row(None, "main-order", "other-order"),
    ("POST", "/api/v1/w/{workspace}/orders/{id}/replace"): Row({"quantity": "1"}, "main-order", "other-order"),
    ("POST", "/api/v1/w/{workspace}/orders/{id}/confirm-dead"): Row({"reason": "looked"}, "main-order", "other-order"),
    ("GET", "/api/v1/w/{workspace}/orders/{id}/candidates"): Row(None, "main-order", "other-order"),
    ("POST", "/api/v1/w/{workspace}/orders/{id}/identify"): Row(
        {"broker_order_id": "1", "reason": "looked"}, "main-order", "other-order"),
    ("GET", "/api/v1/w/{workspace}/fills"): Row(),
    ("GET", "/api/v1/w/{workspace}/positions"): Row(),
    ("GET", "/api/v1/w/{workspace}/journal"): Row(),
    ("POST", "/api/v1/w/{workspace}/market/speed"): Row({"speed": "1"}),
    ("GET", "/api/v1/w/{workspace}/strategy-files"): Row(),
    ("POST", "/api/v1/w/{workspace}/strategy-files"): Row({"name": "named twice is refused", "source": "1"}),
    ("GET", "/api/v1/w/{workspace}/strategy-files/templates"): Row(),
    ("POST", "/api/v1/w/{workspace}/strategy-files/check"): Row({"source": "1"}),
    ("GET", "/api/v1/w/{workspace}/strategy-files/{id}"): Row(None, "main-file", "other-file"),
    ("PATCH", "/api/v1/w/{workspace}/strategy-files/{id}"): Row({"name": "f"}, "main-file", "other-file"),
    ("DELETE", "/api/v1/w/{workspace}/strategy-files/{id}"): Row(None, MISSING, "other-file"),
    ("GET", "/api/v1/w/{workspace}/strategy-files/{id}/versions"): Row(None, "main-file", "other-file"),
    ("POST", "/api/v1/w/{workspace}/strategy-files/{id}/versions"): Row(
        {"source": "2", "after": 1}, "main-file", "other-file"),
    ("GET", "/api/v1/w/{workspace}/strategy-files/{id}/versions/{version}"): Row(None, "main-file", "other-file"),
    ("GET", "/api/v1/w/{workspace}/strategy-files/{id}/file.py"): Row(None, "main-file", "other-file"),
    ("GET", "/api/v1/w/{workspace}/strategy-runs"): Row(),
    ("POST", "/api/v1/w/{workspace}/strategy-runs"): Row(
        {"source": "1", "instruments": ["ACME.TEST"], "account": "main-plain"}),
    ("GET", "/api/v1/w/{workspace}/strategy-runs/{id}"): Row(None, "main-at-work", "other-at-work"),
    ("POST", "/api/v1/w/{workspace}/strategy-runs/{id}/stop"): Row({}, "main-at-work", "other-at-work"),
    ("POST", "/api/v1/w/{workspace}/strategy-runs/{id}/resume"): Row(None, MISSING, "other-at-work"),
    ("DELETE", "/api/v1/w/{workspace}/strategy-runs/{id}"): Row(None, MISSING, "other-at-work"),
    ("GET", "/api/v1/w/{workspace}/strategy-runs/{id}/log"): Row(None, "main-at-work", "other-at-work"),
    ("GET", "/api/v1/w/{workspace}/backtests"): Row(),
    ("POST", "/api/v1/w/{workspace}/backtests"): Row({"strategy": MISSING, "data": ["ACME.TEST@1D"]}),
    ("GET", "/api/v1/w/{workspace}/backtests/data"): Row(),
    ("GET", "/api/v1/w/{workspace}/backtests/settings"): Row(),
    ("PUT", "/api/v1/w/{workspace}/backtests/settings"): Row({"run_role": "trader"}),
    ("GET", "/api/v1/w/{workspace}/backtests/compare"): Row(),
    ("GET", "/api/v1/w/{workspace}/backtests/{id}"): Row(None, "main-run", "other-run"),
    ("DELETE", "/api/v1/w/{workspace}/backtests/{id}"): Row(None, MISSING, "other-run"),
    ("POST", "/api/v1/w/{workspace}/backtests/{id}/cancel"): Row(None, "main-run", "other-run"),
    ("GET", "/api/v1/w/{workspace}/backtests/{id}/result"): Row(None, "main-run", "other-run"),
    ("GET", "/api/v1/w/{workspace}/backtests/{id}/sweep"): Row(None, "main-run", "other-run"),
    ("GET", "/api/v1/w/{workspace}/backtests/{id}/round-trips"): Row(None, "main-run", "other-run"),
    ("GET", "/api/v1/w/{workspace}/backtests/{id}/survival"): Row(None, "main-run", "other-run"),
    ("GET", "/api/v1/w/{workspace}/backtests/{id}/bars"): Row(None, "main-run", "other-run"),
    ("GET", "/api/v1/w/{workspace}/backtests/{id}/files/{file}"): Row(None, "main-run", "other-run"),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A route as the application has it."""

    method: str
    path: str
    action: Action


def routes_of(app: object) -> Iterator[BaseRoute]:
    assert isinstance(app, Door)
    inner = app._app.full  # type: ignore[attr-defined]
    assert isinstance(inner, FastAPI)
    for route in inner.router.routes:
        included = getattr(route, "original_router", None)
        yield from [route] if included is None else included.routes


def found_in(app: object) -> list[Found]:
    """Every route with the one action it names; a route that names none, or two, fails."""
    found = []
    for route in routes_of(app):
        if isinstance(route, ThinRoute):
            found.append(Found(route.method, route.path, route.action))
        elif isinstance(route, APIRoute):
            guards = [
                one.call for one in route.dependant.dependencies if isinstance(one.call, InWorkspace | Outside | Open)
            ]
            assert len(guards) == 1, f"{route.path} names {len(guards)} actions"
            found += [Found(method, route.path, guards[0].action) for method in sorted(route.methods or ())]
        elif isinstance(route, WebSocketRoute):
            assert route.path == STREAM_PATH
        else:
            assert isinstance(route, Route), route
            assert route.path in UNGUARDED, route.path
    return found


def test_every_action_has_a_permission_and_every_permission_an_action() -> None:
    assert set(PERMISSIONS) == set(Action)


async def test_every_route_names_an_action_and_has_a_row_in_the_matrix(home: House) -> None:
    found = {(one.method, one.path) for one in found_in(home.app)}
    assert found == set(ROWS)
    for one in found_in(home.app):
        workspace = PERMISSIONS[one.action].reach is Reach.WORKSPACE
        assert workspace == ("{workspace}" in one.path), one.path


class Stage:
    """Objects to point at in both workspaces, and everybody who may ask."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.names: dict[str, str] = {MISSING: MISSING}
        self.keys: dict[KeyScope, str] = {}

    async def set_up(self) -> None:
        for workspace in (MAIN, OTHER):
            owner = await self.home.member(workspace, Role.OWNER)
            made = await owner.post(
                f"/api/v1/w/{workspace}/intents",
                json=wish(account=f"{workspace}-plain", terms={"order_type": "LIMIT", "limit_price": "90"}),
                headers={"Idempotency-Key": "stage"},
            )
            intent = made.json()["id"]
            self.names[f"{workspace}-intent"] = intent
            await self._order(workspace, intent)
            await self._research(workspace)
            self.names[f"spare-{workspace}"] = await self._spare(workspace)
        owner = await self.home.member(MAIN, Role.OWNER)
        for scope in KeyScope:
            made = await owner.post("/api/v1/api-keys", json={"name": str(scope), "scopes": [scope]})
            self.keys[scope] = made.json()["key"]

    async def _order(self, workspace: WorkspaceId, intent: str) -> None:
        state = self.home.context.desks[workspace].state
        await until(lambda: any(order.intent == intent for order in state.orders.values()))
        self.names[f"{workspace}-order"] = next(name for name, order in state.orders.items() if order.intent == intent)

    async def _research(self, workspace: WorkspaceId) -> None:
        research, now = self.home.context.research, self.home.clock.now()
        assert research is not None
        await research.files.create(workspace, f"{workspace}-file", "named twice is refused", "1", "", now, "t")
        await research.runs.add(workspace, queued(f"{workspace}-run", now))
        await self.home.strategy_runs.add(workspace, StrategyRun(
            f"{workspace}-at-work", "at work", "Idle", "1", "", "{}", '["ACME.TEST"]', 60, 1, None,
            f"{workspace}-plain", RunStatus.STOPPED, now, "t"))  # fmt: skip

    async def _spare(self, workspace: WorkspaceId) -> str:
        identity, now = self.home.context.identity, self.home.clock.now()
        link = await identity.setup_links.create(workspace, Role.VIEWER, now)
        user = await identity.setup_links.redeem(link, f"spare@{workspace}.test", "spare", PASSWORD, now)
        return user.id

    def path(self, route: Found, workspace: str, name: str) -> str:
        return (
            route.path.replace("{workspace}", workspace)
            .replace("{scope_type}", "account")
            .replace("{strategy}", "main-cross")
            .replace("{broker}", "alpaca")
            .replace("{version}", "1")
            .replace("{file}", "result.json")
            .replace("{id}", self.names.get(name, name))
        )


@pytest.fixture
async def stage(home: House) -> Stage:
    made = Stage(home)
    await made.set_up()
    return made


def refused(answer: httpx2.Response) -> str | None:
    """The code of a refusal; None for an answer that let the request in."""
    assert answer.status_code < 500, f"{answer.request.method} {answer.request.url}: {answer.text}"
    if answer.status_code < 400:
        return None
    code = answer.json()["code"]
    return code if code in REFUSALS else None


async def call(
    person: Person, stage: Stage, route: Found, workspace: str, name: str, **headers: str
) -> httpx2.Response:
    row = ROWS[route.method, route.path]
    return await person.ask(route.method, stage.path(route, workspace, name) + row.query, json=row.body,
                            headers={**row.headers, **headers})  # fmt: skip


def expected(permission: Permission, role: Role) -> str | None:
    if permission.reach is Reach.WORKSPACE or permission.roles:
        return None if role in permission.roles else "role.insufficient"
    return None


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_may_do_what_the_table_says_and_nothing_in_another_workspace(stage: Stage, role: Role) -> None:
    person = await stage.home.member(MAIN, role)
    for route in found_in(stage.home.app):
        permission, row = PERMISSIONS[route.action], ROWS[route.method, route.path]
        if permission.reach is Reach.TOKEN:
            assert (await call(person, stage, route, MAIN, "")).status_code == 401
            continue
        answer = await call(person, stage, route, MAIN, row.own)
        assert refused(answer) == expected(permission, role), f"{route} as {role}: {answer.text}"
        if permission.reach is Reach.WORKSPACE:
            foreign = await call(person, stage, route, OTHER, row.foreign)
            assert (foreign.status_code, foreign.json()["code"]) == (404, "workspace.unknown"), route
            missing = await call(person, stage, route, MISSING, row.own)
            assert missing.json()["code"] == "workspace.unknown", route
        if "{id}" in route.path and expected(permission, role) is None:
            for name in (row.foreign, MISSING):
                unknown = await call(person, stage, route, MAIN, name)
                assert unknown.status_code == 404, f"{route} with {name}: {unknown.text}"
        if route.action in {Action.SESSION_END, Action.PASSWORD_CHANGE, Action.SESSION_OPEN}:
            assert (await person.sign_in()).status_code == 200


async def test_a_stranger_gets_nothing_but_the_public_routes(stage: Stage) -> None:
    stranger = Person(stage.home.client(), "stranger@nowhere.test")
    before = stage.home.noted()
    for route in found_in(stage.home.app):
        row = ROWS[route.method, route.path]
        answer = await call(stranger, stage, route, MAIN, row.own)
        reach = PERMISSIONS[route.action].reach
        if reach is Reach.PUBLIC:
            assert refused(answer) is None, f"{route}: {answer.text}"
        else:
            assert answer.status_code == 401, f"{route}: {answer.text}"
    assert stage.home.noted() == before


@pytest.mark.parametrize("scope", list(KeyScope))
async def test_a_key_may_do_what_its_scope_says(stage: Stage, scope: KeyScope) -> None:
    program = Person(stage.home.client(), "")
    headers = {"Authorization": f"Bearer {stage.keys[scope]}"}
    for route in found_in(stage.home.app):
        permission, row = PERMISSIONS[route.action], ROWS[route.method, route.path]
        if permission.reach in {Reach.PUBLIC, Reach.TOKEN}:
            continue
        answer = await call(program, stage, route, MAIN, row.own, **headers)
        wanted = (
            "key.not_allowed" if permission.scope is None else "key.scope" if permission.scope is not scope else None
        )
        assert refused(answer) == wanted, f"{route} with {scope}: {answer.text}"
        if permission.reach is Reach.WORKSPACE:
            foreign = await call(program, stage, route, OTHER, row.foreign, **headers)
            assert foreign.status_code == 404, route


async def test_what_is_denied_has_no_effect(stage: Stage) -> None:
    viewer = await stage.home.member(MAIN, Role.VIEWER)
    before = stage.home.noted()
    for route in found_in(stage.home.app):
        if expected(PERMISSIONS[route.action], Role.VIEWER) is not None:
            await call(viewer, stage, route, MAIN, ROWS[route.method, route.path].own)
    assert stage.home.noted() == before


async def test_the_password_is_asked_again_where_the_table_says_so(stage: Stage) -> None:
    owner = await stage.home.member(MAIN, Role.OWNER)
    stage.home.clock.ahead += stage.home.context.settings.step_up * 2
    path = "/api/v1/w/main/limits/account/main-plain"
    assert (await owner.ask("PUT", path, json=LIMITS)).json()["code"] == "step_up.needed"
    wrong = await owner.post("/api/v1/session/step-up", json={"password": "wrong wrong wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password.wrong")
    assert (await owner.post("/api/v1/session/step-up", json={"password": PASSWORD})).status_code == 204
    assert (await owner.ask("PUT", path, json=LIMITS)).status_code == 200
