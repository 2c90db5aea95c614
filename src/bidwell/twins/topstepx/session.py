"""Logins, and how a route asks who calls, about which account, with what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from aiohttp import web

from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Person
from bidwell.twins.topstepx.answers import bad, good
from bidwell.twins.topstepx.records import Records, token_of

INVALID_CREDENTIALS, SESSION_NOT_FOUND, ACCOUNT_NOT_FOUND = 3, 2, 1

Body = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class SessionRoutes:
    """/api/Auth and /api/Status."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/api/Auth/loginKey", self.log_in),
            web.post("/api/Auth/validate", self.validate),
            web.post("/api/Auth/logout", self.log_out),
            web.get("/api/Status/ping", self.ping),
        ]

    async def log_in(self, request: web.Request) -> web.Response:
        """POST /api/Auth/loginKey."""
        body = await body_of(request)
        token = self._records.log_in(str(body.get("userName")), str(body.get("apiKey")))
        return bad(INVALID_CREDENTIALS, token=None) if token is None else good(token=token)

    async def validate(self, request: web.Request) -> web.Response:
        """POST /api/Auth/validate."""
        self._records.callers(request)
        token = self._records.renewed(token_of(request))
        return bad(SESSION_NOT_FOUND, newToken=None) if token is None else good(newToken=token)

    async def log_out(self, request: web.Request) -> web.Response:
        """POST /api/Auth/logout."""
        return good() if self._records.log_out(token_of(request)) else bad(1)

    async def ping(self, _request: web.Request) -> web.Response:
        """GET /api/Status/ping."""
        return web.Response(text="pong")


def reading(records: Records, work: Callable[[Body, str], web.Response]) -> Handler:
    """A read about one of the caller's accounts."""

    async def handle(request: web.Request) -> web.Response:
        people, body = records.callers(request), await body_of(request)
        account = account_of(people, body)
        if account is None:
            return bad(ACCOUNT_NOT_FOUND)
        return await records.stage.play(request, On.READ, account, lambda _refusal, _first: (work(body, account), ()))

    return handle


def account_of(people: Sequence[Person], body: Body) -> str | None:
    """The account that a call is about, where the caller has it; its first one for a call that names none."""
    # The order query has it in its filter.
    inner = body.get("filter")
    wanted = body.get("accountId", (inner if isinstance(inner, dict) else {}).get("accountId", people[0].account))
    return next((each.account for each in people if each.account == str(wanted)), None)


async def body_of(request: web.Request) -> Body:
    """The body; answers 400 for one that is no object."""
    try:
        found = msgspec.json.decode(await request.read() or b"{}")
    except msgspec.MsgspecError:
        found = None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text='{"title":"One or more validation errors occurred.","status":400}',
                                 content_type="application/problem+json")  # fmt: skip
    return found
