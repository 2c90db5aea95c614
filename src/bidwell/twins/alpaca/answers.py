"""An answer of Alpaca's."""

from __future__ import annotations

import msgspec
from aiohttp import web


def reply(value: object, status: int = 200) -> web.Response:
    """JSON with the headers that every answer of Alpaca carries."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json",
                        headers={"X-Ratelimit-Limit": "200", "X-Ratelimit-Remaining": "199",
                                 "X-Ratelimit-Reset": "1700000000"})  # fmt: skip
