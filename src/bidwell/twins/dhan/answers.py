"""An answer of Dhan's, and how it says no."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_TYPES = {
    "DH-901": "Invalid_Authentication", "DH-902": "Invalid_Access", "DH-904": "Rate_Limit", "DH-905": "Input_Exception",
    "DH-906": "Order_Error", "DH-907": "Data_Error", "DH-908": "Internal_Server_Error", "DH-1111": "Holding_Error",
}  # fmt: skip


def encoded(value: object) -> bytes:
    """JSON with figures as numbers."""
    return _ENCODER.encode(value)


def reply(value: object, status: int = 200) -> web.Response:
    """A good answer: never wrapped."""
    return web.Response(body=encoded(value), status=status, content_type="application/json")


def problem(status: int, code: str, message: str) -> web.Response:
    """An error."""
    body: dict[str, Any] = {"errorType": _TYPES.get(code, "Other"), "errorCode": code, "errorMessage": message}
    return reply(body, status)


def data_problem(status: int, code: str, message: str) -> web.Response:
    """An error of market data."""
    return reply({"data": {code: message}, "status": "failed"}, status)
