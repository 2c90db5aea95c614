"""One twin listening on loopback: the vendor's routes, and under /_twin/ its page and the hand that moves it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from bidwell.model.errors import BidwellError, ConfigError
from bidwell.model.order import OrderStatus
from bidwell.twins.dialect import Dialect
from bidwell.twins.mishaps import Script
from bidwell.twins.stage import Stage

PAGE = Path(__file__).parent / "page"
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
_TYPES = {"index.html": "text/html", "page.js": "text/javascript", "page.css": "text/css"}
_ENDINGS = {"reject": OrderStatus.REJECTED, "cancel": OrderStatus.CANCELED, "expire": OrderStatus.EXPIRED}
_STEP = 1.0

Act = Callable[[dict[str, Any]], object]


class TwinServer:
    """A stage with its dialect on a port of 127.0.0.1 (0 for any), between `start` and `stop`.

    `middlewares` see every request, for whoever records a conversation.
    """

    def __init__(self, stage: Stage, dialect: Dialect, port: int = 0, middlewares: Sequence[Middleware] = ()) -> None:
        self._middlewares = middlewares
        stage.dialect = dialect
        self.stage = stage
        self._dialect = dialect
        self._wanted = port
        self._runner: web.AppRunner | None = None
        self._walker: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; raises ConfigError where the port is taken."""
        app = web.Application(client_max_size=1 << 20, middlewares=self._middlewares)
        app.add_routes([*self._control(), *self._dialect.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        await self._runner.setup()
        try:
            self.port = await self._listen(self._runner)
        except OSError as problem:
            await self._runner.cleanup()
            raise ConfigError(f"the twin cannot listen on port {self._wanted}: {problem.strerror}") from problem
        if self.stage.scenario.walk:
            self._walker = asyncio.get_running_loop().create_task(self._walk())

    async def _listen(self, runner: web.AppRunner) -> int:
        """Begin to listen; the port."""
        await web.TCPSite(runner, "127.0.0.1", self._wanted).start()
        port: int = runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """End everything."""
        if self._walker is not None:
            self._walker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._walker
        await self.stage.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _walk(self) -> None:
        while True:
            await asyncio.sleep(_STEP)
            self.stage.walk()

    # --- control ----------------------------------------------------------------------------------

    def _control(self) -> list[web.AbstractRouteDef]:
        acts: dict[str, Act] = {
            "mishaps": lambda body: self.stage.set_script(msgspec.convert(body, Script, strict=False)),
            "quote": lambda body: self.stage.quote(body["symbol"], _number(body["bid"]), _number(body["ask"]),
                                                   _number(body.get("quantity", "100000"))),
            "fill": lambda body: self.stage.fill(body["order"], *(
                _number(body[name]) if body.get(name) else None for name in ("quantity", "price"))),
            "end": lambda body: self.stage.end(body["order"], _ENDINGS[body["how"]], "by hand at the twin"),
            "disconnect": lambda body: self.stage.disconnect(body.get("account", "")),
            "mute": lambda body: self.stage.mute(float(body["seconds"]), body.get("account", "")),
            "kill": lambda body: self.stage.kill(body.get("account", ""), float(body["seconds"])),
            "revive": lambda _body: self.stage.revive(),
            "clock": lambda body: self.stage.put_forward(timedelta(seconds=float(body["seconds"]))),
        }  # fmt: skip
        return [
            web.get("/_twin/books", self._books),
            *(web.get(f"/_twin/{name}", _file(name)) for name in _TYPES if name != "index.html"),
            web.get("/_twin/", _file("index.html")),
            web.get("/_twin", _to_page),
            *(web.post(f"/_twin/{name}", _acting(act)) for name, act in acts.items()),
        ]

    async def _books(self, _request: web.Request) -> web.Response:
        quotes = {self.stage.market.symbols[name]: {"bid": f"{quote.bid:f}", "ask": f"{quote.ask:f}"}
                  for name, quote in self.stage.venue.quotes.items()}  # fmt: skip
        return _json({"twin": self._dialect.name, "accounts": self.stage.books(), "quotes": quotes})


def _acting(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            body = await request.json() if request.can_read_body else {}
            act(body)
        except BidwellError as problem:
            return _json({"error": str(problem)}, 409)
        except (KeyError, ValueError, TypeError, AttributeError, msgspec.MsgspecError) as problem:
            return _json({"error": f"not understood: {problem}"}, 400)
        return _json({"done": True})

    return handle


def _file(name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(_request: web.Request) -> web.Response:
        body = await asyncio.to_thread((PAGE / name).read_bytes)
        return web.Response(body=body, content_type=_TYPES[name], charset="utf-8",
                            headers={"Content-Security-Policy": _POLICY})  # fmt: skip

    return handle


async def _to_page(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/_twin/")


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def _number(text: object) -> Decimal:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not (number.is_finite() and number > 0):
        raise ValueError(f"{text!r} is not above zero")
    return number
