"""An answer of TopstepX's: status 200 whether the call succeeded or not."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

_ENCODER = msgspec.json.Encoder(decimal_format="number")
END = "\x1e"


def good(**more: Any) -> web.Response:  # noqa: ANN401 - JSON
    """What was asked for."""
    return _reply(more | {"success": True, "errorCode": 0, "errorMessage": None})


def bad(number: int, message: str | None = None, **more: Any) -> web.Response:  # noqa: ANN401 - JSON
    """A failure by its number, which means something else for each call."""
    return _reply(more | {"success": False, "errorCode": number, "errorMessage": message})


def record(value: object) -> str:
    """A message of a hub."""
    return _ENCODER.encode(value).decode() + END


def event(target: str, *arguments: object) -> str:
    """An event of a hub."""
    return record({"type": 1, "target": target, "arguments": arguments})


def _reply(value: object) -> web.Response:
    return web.Response(body=_ENCODER.encode(value), content_type="application/json")
