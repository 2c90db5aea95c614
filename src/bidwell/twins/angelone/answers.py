"""An answer of Angel One's: an envelope around what was asked for, HTTP 200 for failures too."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

_ENCODER = msgspec.json.Encoder(decimal_format="number")
RATE_TEXT = "Access denied because of exceeding access rate"


def packed(value: object) -> bytes:
    """JSON whose decimals are numbers, digit for digit."""
    return _ENCODER.encode(value)


def reply(data: object) -> web.Response:
    """What was asked for."""
    return _json({"status": True, "message": "SUCCESS", "errorcode": "", "data": data})


def refuse(message: str, code: str = "") -> web.Response:
    """No, and why."""
    return _json({"message": message, "errorcode": code, "status": False, "data": None})


def bad_login(message: str, code: str) -> web.Response:
    """A login that is refused is written in text throughout."""
    return _json({"status": "false", "message": message, "errorcode": code, "data": "null"})


def token_refused(message: str, code: str) -> web.Response:
    """A token that opens nothing: with keys of another casing."""
    return _json({"success": False, "message": message, "errorCode": code, "data": ""})


def throttled() -> web.Response:
    """Too many requests: 403, and no JSON."""
    return web.Response(status=403, text=RATE_TEXT, content_type="text/plain")


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=packed(body), status=status, content_type="application/json")


def text(value: Decimal | None) -> str:
    """A figure as text, two decimals where it is money."""
    return f"{value or Decimal(0):f}"
