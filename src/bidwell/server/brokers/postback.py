"""POST /hooks/postback: a broker says that something changed. It is a hint to look at the broker, and never a fact."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bidwell.model.ids import AccountId
from bidwell.server.access.guards import context_of
from bidwell.server.access.permissions import Action
from bidwell.server.problems import ProblemError
from bidwell.server.thin import ThinRoute, read_body

LARGEST = 8192


async def take_postback(request: Request) -> Response:
    """204 for one that proves itself; the same 401 for whatever else, whether or not there is such an account."""
    body = await read_body(request, LARGEST)
    account = AccountId(request.path_params["account"])
    if not any(connections.hinted(account, body) for connections in context_of(request).connections.values()):
        raise ProblemError(401, "postback.unproved", "this message does not prove to be the broker's")
    return Response(status_code=204)


def postback_route(path: str) -> ThinRoute:
    """The route, below the account's id."""
    operation: dict[str, Any] = {
        "tags": ["brokers"], "summary": "Take Postback", "operationId": "take_postback",
        "description": "A broker's message that an order changed: one that proves itself has the account compared with its "
                       "broker at once; nothing else of it is believed.",
        "parameters": [{"name": "account", "in": "path", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {"204": {"description": "Heard"}},
    }  # fmt: skip
    return ThinRoute(path, take_postback, method="POST", action=Action.ALERT_POST, operation=operation)
