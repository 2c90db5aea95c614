"""The outermost layer of the server: who calls, may they, how big is it; ids, headers, log and time around it all."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bidwell.engine.ports import Entropy
from bidwell.model.ids import base32
from bidwell.server.access.gatekeeper import SAFE
from bidwell.server.addresses import Callers
from bidwell.server.limiting import Buckets
from bidwell.server.metrics import Metrics
from bidwell.server.problems import ProblemError, answer

LARGEST_BODY = 262_144
BODY_S = 10.0
_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_log = structlog.get_logger("bidwell.server")


class TooLarge(ProblemError):
    """413: raised while the body is read, so that no more of it is."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, "body.too_large", f"a request's body has at most {limit} bytes")


class _Body:
    """A request's body on its way in: bounded in size, and in time until it is complete."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = 0
        self._complete = False
        self._until: float | None = None

    async def receive(self) -> Message:
        """The next piece; raises a 413 or 408 problem. Once the body is complete there is no hurry any more."""
        if self._complete:
            return await self._receive()
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + BODY_S
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise ProblemError(408, "body.slow", f"the body did not come within {BODY_S:.0f} s") from None
        self._read += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._read > LARGEST_BODY:
            raise TooLarge(LARGEST_BODY)
        return message


@dataclass(frozen=True, slots=True)
class Rules:
    """What the door lets in.

    `senders` bounds the routes that take alerts, where a burst is ordinary and what is turned away is lost.
    Empty `hosts` lets any Host header in (the alert-only listener, whose public name a tunnel makes up).
    `origins` are those of our own pages; None turns the check off where no cookie counts. `hooks` is where alerts
    come in, None where everything does.
    """

    callers: Callers
    buckets: Buckets
    senders: Buckets
    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] | None = None
    secure: bool = False
    public: tuple[str, ...] = field(default=("/health/",))
    hooks: str | None = "/api/v1/hooks/"


BRAKES = ("/halt", "/orders/cancel-all", "/risk/square-off")
"""What stops trading is counted by itself: who floods the desk with orders can still brake it."""


def _counted_as(scope: Scope, address: str) -> str:
    """The name under which a request takes from its address' bucket."""
    path = scope["path"]
    return f"brake {address}" if path.startswith("/api/v1/w/") and path.endswith(BRAKES) else address


class Door:
    """ASGI middleware; pure, so that the hot routes pay little for it."""

    def __init__(self, app: ASGIApp, rules: Rules, entropy: Entropy, metrics: Metrics) -> None:
        self._app = app
        self._rules = rules
        self._entropy = entropy
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or socket through, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller = self._rules.callers.of(scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else "req_" + base32(self._entropy.bits(80), 16)
        state = scope.setdefault("state", {})
        state.update(request_id=request_id, address=caller.address, caller=caller)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                self._check(scope, headers, caller.address)
            except ProblemError as problem:
                await self._refuse(scope, receive, send, problem)
                return
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
                return
            await self._serve(scope, receive, send, request_id)

    # --- may it come in --------------------------------------------------------------------------

    def _check(self, scope: Scope, headers: Headers, address: str) -> None:
        self._check_host(headers)
        hook = self._rules.hooks is None or scope["path"].startswith(self._rules.hooks)
        wait = (self._rules.senders if hook else self._rules.buckets).take(
            _counted_as(scope, address), time.monotonic()
        )
        if wait and not scope["path"].startswith(self._rules.public):
            raise ProblemError(429, "rate.exceeded", "too many requests from this address",
                               headers={"Retry-After": str(int(wait) + 1)})  # fmt: skip
        self._check_origin(scope, headers)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise TooLarge(LARGEST_BODY)

    def _check_host(self, headers: Headers) -> None:
        """Only names of ours: a foreign name that resolves to this machine (DNS rebinding) is refused."""
        if not self._rules.hosts:
            return
        found = _HOST.fullmatch(headers.get("host", ""))
        name = found.group(1).lower() if found is not None else ""
        if name not in self._rules.hosts:
            raise ProblemError(421, "host.unknown", f"this desk does not answer to the name {name[:80]!r}",
                               hint="open it by the address that `bidwell up` printed")  # fmt: skip

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        """Unsafe requests and sockets of browsers come from our own pages; programs send no Origin."""
        allowed = self._rules.origins
        if allowed is None or scope["path"].startswith("/api/v1/hooks/"):
            return
        socket = scope["type"] == "websocket"
        if not socket and scope["method"] in SAFE:
            return
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "none")
        if socket and origin is None:
            raise ProblemError(403, "origin.missing", "a stream is opened by one of our own pages or with its Origin")
        if (origin is not None and not _same(origin, allowed)) or (not socket and site not in {"same-origin", "none"}):
            raise ProblemError(403, "origin.foreign", "the request comes from a page that is not this desk's")

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, problem: ProblemError) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": problem.code})
            return
        self._metrics.refused(problem.code)
        response = answer(HTTPConnection(scope), problem)
        self._finish(MutableHeaders(scope=None, raw=response.raw_headers), scope["state"]["request_id"], scope["path"])
        await response(scope, receive, send)

    # --- around the answer -----------------------------------------------------------------------

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status = 500
        done = False
        body = _Body(receive)

        async def finished(message: Message) -> None:
            nonlocal status, done
            if message["type"] == "http.response.start":
                status = message["status"]
                self._finish(MutableHeaders(scope=message), request_id, scope["path"])
            else:
                done = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, body.receive, finished)
        except Exception:
            # An unexpected error was logged and answered by the application's own handler, which passes it on.
            if not done:
                raise
        seconds = time.perf_counter() - started
        route = scope.get("route")
        self._metrics.answered(scope["method"], getattr(route, "path", "other"), status, seconds)
        level = _log.warning if status >= 500 else _log.debug
        level("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 2),
              address=scope["state"]["address"])  # fmt: skip

    def _finish(self, headers: MutableHeaders, request_id: str, path: str) -> None:
        headers["x-request-id"] = request_id
        for name, value in _EVERYWHERE.items():
            headers.setdefault(name, value)
        if path.startswith(("/api/", "/health/", "/metrics")):
            headers.setdefault("cache-control", "no-store")
            headers.setdefault("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        if self._rules.secure:
            headers.setdefault("strict-transport-security", "max-age=31536000")


def _same(origin: str, allowed: frozenset[str]) -> bool:
    """Whether an Origin header is one of ours, in scheme, name and port."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return f"{parts.scheme}://{parts.netloc}" == origin and origin in allowed
