"""The thin routes: plain Starlette endpoints beside FastAPI, for what must be fast, each with its action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from bidwell.server.access.permissions import Action
from bidwell.server.problems import ProblemError

Endpoint = Callable[[Request], Awaitable[Response]]


class ThinRoute(Route):
    """A route outside FastAPI; `operation` is its part of the OpenAPI document."""

    def __init__(
        self, path: str, endpoint: Endpoint, *, method: str, action: Action, operation: dict[str, Any]
    ) -> None:
        super().__init__(path, endpoint, methods=[method], include_in_schema=False)
        self.action = action
        self.method = method
        self.operation = operation

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As a route does, and says in the scope which one it was, as FastAPI's do."""
        match, found = super().matches(scope)
        return match, {**found, "route": self} if match is Match.FULL else found


async def read_body(request: Request, limit: int) -> bytes:
    """The body, read piece by piece; raises a 413 problem once it is above `limit`, without reading on."""
    length = request.headers.get("content-length")
    if length is not None and (not length.isdecimal() or int(length) > limit):
        raise _too_large(limit)
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > limit:
            raise _too_large(limit)
    return bytes(found)


def _too_large(limit: int) -> ProblemError:
    return ProblemError(413, "body.too_large", f"the body has at most {limit} bytes here")
