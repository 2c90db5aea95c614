"""POST /intents: the thin route that takes a wish in and answers once it is durable."""

from __future__ import annotations

import time

import msgspec
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from bidwell.engine.intake import Receipt
from bidwell.model.intent import Source
from bidwell.server.access.guards import Access, enter
from bidwell.server.access.permissions import Action
from bidwell.server.fields import instant
from bidwell.server.intents.schemas import IntentRequest
from bidwell.server.invalid import parts_of, problem_of
from bidwell.server.problems import ProblemError, answer
from bidwell.server.thin import ThinRoute, read_body

LARGEST = 16_384
_CLIENTS = {"cli": Source.CLI, "api": Source.API}
_LONGEST_KEY = 120


async def take(request: Request) -> Response:
    """Authorise, read, and hand to the desk; 202 after the durable commit."""
    access = await enter(request, Action.INTENT_CREATE, request.path_params["workspace"])
    key = _key(request)
    body = await read_body(request, LARGEST)
    try:
        wish = IntentRequest.model_validate_json(body)
    except ValidationError as error:
        parts = parts_of(error.errors(include_url=False, include_context=False, include_input=False))
        return answer(request, problem_of(parts), parts if len(parts) > 1 else ())
    source = _source(request, access)
    started = time.perf_counter()
    receipt = await access.desk.receive(wish.request(f"{source}:{key}", source, access.actor.label))
    if not receipt.duplicate:
        access.context.metrics.durable(access.workspace, time.perf_counter() - started)
    return receipt_response(access.workspace, receipt)


def receipt_response(workspace: str, receipt: Receipt) -> Response:
    """202 with the intent's id and where to look at it."""
    answer_body = {
        "id": receipt.intent,
        "received_at": instant(receipt.received_at),
        "duplicate": receipt.duplicate,
        "url": f"/api/v1/w/{workspace}/intents/{receipt.intent}",
    }
    return Response(msgspec.json.encode(answer_body), 202, media_type="application/json")


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not key:
        raise ProblemError(400, "idempotency_key.missing", "the request needs an Idempotency-Key header",
                           field="Idempotency-Key", hint="make a random one for each order, and repeat it on a retry")  # fmt: skip
    if len(key) > _LONGEST_KEY or not key.isprintable() or not key.isascii():
        raise ProblemError(400, "idempotency_key.invalid", f"an Idempotency-Key has 1 to {_LONGEST_KEY} printable "
                           "ASCII characters", field="Idempotency-Key")  # fmt: skip
    return key


def _source(request: Request, access: Access) -> Source:
    """A browser's wish is a ticket; a program says what it is, and is the API otherwise."""
    if access.actor.key is None:
        return Source.TICKET
    return _CLIENTS.get(request.headers.get("x-client", ""), Source.API)


route = ThinRoute(
    "/api/v1/w/{workspace}/intents", take, method="POST", action=Action.INTENT_CREATE,
    operation={
        "tags": ["intents"],
        "summary": "Take Intent",
        "description": "Take a wish in; 202 once it is durable. The same Idempotency-Key and body give the first "
                       "answer again, the key with another body 409.",
        "operationId": "take_intent",
        "parameters": [
            {"name": "workspace", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 80}},
            {"name": "Idempotency-Key", "in": "header", "required": True,
             "schema": {"type": "string", "minLength": 1, "maxLength": _LONGEST_KEY}},
            {"name": "X-Client", "in": "header", "required": False, "schema": {"type": "string", "enum": ["api", "cli"]}},
        ],
        "requestBody": {"required": True, "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/IntentRequest"},
            "example": {"instrument": "AAPL.XNAS", "side": "BUY", "sizing": {"by": "quantity", "value": "100"},
                        "terms": {"order_type": "LIMIT", "limit_price": "98.50", "time_in_force": "DAY"},
                        "group": "all-five"}}}},
        "responses": {"202": {"description": "Durable", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/IntentReceipt"}}}}},
    },
)  # fmt: skip
