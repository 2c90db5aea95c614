"""An answer of Kite's: JSON in its envelope."""

from __future__ import annotations

import msgspec
from aiohttp import web

# The type that Kite names with a status, where nothing more is said.
_TYPES = {400: "InputException", 403: "TokenException", 404: "GeneralException", 429: "NetworkException",
          502: "NetworkException", 503: "NetworkException", 504: "NetworkException"}  # fmt: skip


def reply(data: object, status: int = 200) -> web.Response:
    """A good answer."""
    return web.Response(body=msgspec.json.encode({"status": "success", "data": data}), status=status,
                        content_type="application/json")  # fmt: skip


def refuse(status: int, message: str, error_type: str = "") -> web.Response:
    """An error."""
    return web.Response(body=problem(status, message, error_type), status=status, content_type="application/json")


def problem(status: int, message: str, error_type: str = "") -> bytes:
    """An error's body."""
    kind = error_type or _TYPES.get(status, "GeneralException")
    return msgspec.json.encode({"status": "error", "message": message, "data": None, "error_type": kind})
