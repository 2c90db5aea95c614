"""The OpenAPI document: FastAPI's own, with the thin routes and the problem answers added."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bidwell.server.alerts.schemas import AlertReceipt, CallerView
from bidwell.server.fields import Problem, ProblemPart
from bidwell.server.intents.schemas import IntentReceipt, IntentRequest
from bidwell.server.problems import MEDIA_TYPE
from bidwell.server.thin import ThinRoute

_MODELS: tuple[type[BaseModel], ...] = (IntentRequest, IntentReceipt, AlertReceipt, CallerView, Problem, ProblemPart)
_REF = "#/components/schemas/{model}"
_PROBLEM = {"description": "What is wrong, with a stable code", "content": {
    MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}  # fmt: skip
_SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "bidwell_session"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
    "key": {"type": "http", "scheme": "bearer"},
}


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    found = FastAPI.openapi(app)
    _, extra = models_json_schema([(model, "serialization") for model in _MODELS], ref_template=_REF)
    schemas: dict[str, Any] = found.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for name, schema in extra.get("$defs", {}).items():
        schemas.setdefault(name, schema)
    for route in app.router.routes:
        if isinstance(route, ThinRoute):
            operation = {**route.operation, "responses": dict(route.operation["responses"])}
            found["paths"].setdefault(route.path, {})[route.method.lower()] = operation
    for methods in found["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _PROBLEM
    found["components"]["securitySchemes"] = _SECURITY
    found["security"] = [{"session": [], "csrf": []}, {"key": []}]
    app.openapi_schema = found
    return found


def route(app: FastAPI) -> Route:
    """GET /api/v1/openapi.json."""

    async def serve(_request: Request) -> Response:
        return Response(msgspec.json.encode(document(app)), media_type="application/json")

    return Route("/api/v1/openapi.json", serve, methods=["GET"])
