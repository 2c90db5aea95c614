"""An answer of Schwab's, and how it says no in each of its three ways."""

from __future__ import annotations

import msgspec
from aiohttp import web

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encoded(value: object) -> bytes:
    """JSON with figures as numbers."""
    return _ENCODER.encode(value)


def reply(value: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(body=encoded(value), status=status, content_type="application/json")


def bad(message: str, status: int = 400) -> web.Response:
    """An error of trading."""
    return reply({"message": message, "errors": [message]}, status)


def fault(status: int, title: str, detail: str) -> web.Response:
    """An error of the gateway and of market data."""
    return reply({"errors": [{"id": "7f6d1a52-04c2-4f6e-8d4c-6ab8a7c7b111", "status": status, "title": title,
                              "detail": detail}]}, status)  # fmt: skip


def denied(error: str, description: str, status: int = 400) -> web.Response:
    """An error of the login."""
    return reply({"error": error, "error_description": description}, status)


def unauthorized() -> web.HTTPUnauthorized:
    """401, to raise."""
    body = encoded({"errors": [{"id": "7f6d1a52-04c2-4f6e-8d4c-6ab8a7c7b111", "status": 401, "title": "Unauthorized",
                                "detail": "Client not authorized"}]})  # fmt: skip
    return web.HTTPUnauthorized(text=body.decode(), content_type="application/json")
