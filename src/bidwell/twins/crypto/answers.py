"""What every exchange's twin does with JSON and figures."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from aiohttp import web


def reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(
        body=msgspec.json.encode(value), status=status, content_type="application/json", headers=headers
    )


def say(value: object) -> str:
    """A JSON frame."""
    return msgspec.json.encode(value).decode()


def heard(frame: bytes | str) -> dict[str, Any] | None:
    """An object that a client said, None for anything else."""
    try:
        found = msgspec.json.decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


def figure(text: object) -> Decimal | None:
    """A figure above zero, None for none; raises ValueError for what is no such thing."""
    if text is None or text == "":
        return None
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        raise ValueError(f"{text!r} is no figure") from None
    if not found.is_finite() or found <= 0:
        raise ValueError(f"{text!r} is not above zero")
    return found


def same(good: str, given: str) -> bool:
    """Whether a signature is the right one."""
    return hmac.compare_digest(good.encode(), given.encode())
