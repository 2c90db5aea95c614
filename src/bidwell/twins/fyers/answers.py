"""An answer of Fyers', and how it says no."""

from __future__ import annotations

import msgspec
from aiohttp import web

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encoded(value: object) -> bytes:
    """JSON with figures as numbers."""
    return _ENCODER.encode(value)


def good(code: int = 200, message: str = "", **more: object) -> web.Response:
    """A good answer."""
    return web.Response(body=encoded({"s": "ok", "code": code, "message": message, **more}),
                        content_type="application/json")  # fmt: skip


def bad(code: int, message: str, status: int = 200) -> web.Response:
    """An error."""
    return web.Response(body=encoded({"s": "error", "code": code, "message": message}), status=status,
                        content_type="application/json")  # fmt: skip
