"""The venue's side of one connection: lines in, login, requests to the right place, lines out."""

from __future__ import annotations

import asyncio
import hmac
import socket
from collections.abc import Callable
from typing import Any, Protocol, cast

import msgspec
import structlog

from bidwell.simulation import wire
from bidwell.simulation.checks import Refusal
from bidwell.simulation.gateway import Trading

log = structlog.get_logger(__name__)

LONGEST_LINE = 1 << 20
MOST_UNREAD = 32 << 20
_encode = msgspec.json.Encoder().encode
_ACCOUNT: msgspec.json.Decoder[wire.AccountRequest] = msgspec.json.Decoder(wire.AccountRequest)
_OTHER: msgspec.json.Decoder[wire.OtherRequest] = msgspec.json.Decoder(wire.OtherRequest)
ROLES = frozenset({"account", "feed", "facts", "admin"})


class Desk(Protocol):
    """What a connection needs of its server."""

    @property
    def token(self) -> str:
        """What a login must show."""
        ...

    def admit(self, connection: Connection) -> wire.Report:
        """Welcome a connection whose token is good, or refuse it."""
        ...

    def enter(self, connection: Connection) -> None:
        """Know a connection, also before its login."""
        ...

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        ...

    def trade(self, account: str, request: Trading) -> None:
        """Take a trading request."""
        ...

    def decline(self, account: str, client_order_ids: list[str], refusal: Refusal) -> None:
        """Reject submissions that could not be read."""
        ...

    def read(self, connection: Connection, request: wire.Find | wire.Snapshot) -> None:
        """Answer a question about an account."""
        ...

    def answer(self, connection: Connection, request: wire.Ask | wire.Bars | wire.Speed | wire.Admin) -> None:
        """Answer a question about the market or the venue."""
        ...

    def queue(self, connection: Connection, line: bytes) -> None:
        """Write a line when everything said so far is durable."""
        ...


class Connection(asyncio.Protocol):
    """One client; `role` and `account` are empty before its login."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._decode: Callable[[bytes], Any] = _ACCOUNT.decode
        self.role = ""
        self.account = ""
        self.stale: set[str] = set()
        self.muted_until = 0.0

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)  # uvloop's transports are no subclasses
        self._transport = transport
        peer = transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._desk.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it went makes no difference here
        self._transport = None
        self._desk.leave(self)

    def data_received(self, data: bytes) -> None:
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if line:
                self._hear(line)
        if len(self._rest) > LONGEST_LINE:
            self.say(wire.Problem("too_long", f"a line has at most {LONGEST_LINE} bytes"))
            self.hang_up()

    # what the server calls

    def say(self, report: wire.Report) -> None:
        """Tell this client when everything before is durable."""
        self._desk.queue(self, _encode(report) + b"\n")

    def write(self, content: bytes) -> None:
        """Hand bytes to the transport; a client that has stopped reading is cut off."""
        transport = self._transport
        if transport is None or transport.is_closing() or self.muted:
            return
        transport.write(content)
        if transport.get_write_buffer_size() > MOST_UNREAD:
            log.warning("venue_reader_cut_off", role=self.role, account=self.account)
            transport.abort()

    @property
    def muted(self) -> bool:
        """Whether a fault keeps this connection silent."""
        return self.muted_until > 0 and self.muted_until > asyncio.get_running_loop().time()

    @property
    def behind(self) -> bool:
        """Whether the client has yet to read what was written."""
        return self._transport is None or self._transport.get_write_buffer_size() > 1 << 16

    def hang_up(self) -> None:
        """Close after what was written has left."""
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    # inside

    def _hear(self, line: bytes) -> None:
        try:
            request = self._decode(line)
        except msgspec.MsgspecError as problem:
            self._misunderstood(line, str(problem))
            return
        if not self.role:
            self._login(request)
        elif isinstance(request, wire.Submit | wire.Cancel | wire.Replace):
            self._trade(request)
        elif isinstance(request, wire.Ping):
            self.say(wire.Pong(request.request))
        elif isinstance(request, wire.Find | wire.Snapshot):
            self._desk.read(self, request)
        elif isinstance(request, wire.Login):
            self.say(wire.Problem("login", "this connection is logged in already"))
        else:
            self._desk.answer(self, request)

    def _login(self, request: object) -> None:
        if not isinstance(request, wire.Login):
            self._refuse("login", "the first line must be a login")
        elif not hmac.compare_digest(request.token.encode(), self._desk.token.encode()):
            self._refuse("token", "the token is wrong")
        elif request.role not in ROLES:
            self._refuse("role", f"there is no role {request.role!r}")
        else:
            self.role, self.account = request.role, request.account
            self._decode = _ACCOUNT.decode if request.role == "account" else _OTHER.decode
            answer = self._desk.admit(self)
            self.say(answer)
            if isinstance(answer, wire.Refused):
                self.role = ""
                self._close_soon()

    def _refuse(self, code: str, reason: str) -> None:
        self.say(wire.Refused(code, reason))
        self._close_soon()

    def _close_soon(self) -> None:
        asyncio.get_running_loop().call_later(0.05, self.hang_up)

    def _trade(self, request: Trading) -> None:
        if isinstance(request, wire.Submit):
            if not request.orders:
                self.say(wire.Problem("submit", "there is no order in it"))
                return
            if not all(each.client_order_id for each in request.orders):
                self.say(wire.Problem("client_order_id", "every order needs a client_order_id"))
                return
        elif not (request.client_order_id or request.broker_order_id):
            self.say(wire.Problem("client_order_id", "an order is named by client_order_id or broker_order_id"))
            return
        self._desk.trade(self.account, request)

    def _misunderstood(self, line: bytes, problem: str) -> None:
        try:
            said = msgspec.json.decode(line)
        except msgspec.MsgspecError:
            said = None
        fields: dict[str, Any] = said if isinstance(said, dict) else {}
        names = [
            str(each["client_order_id"])
            for each in fields.get("orders") or []
            if isinstance(each, dict) and each.get("client_order_id")
        ]
        if self.role == "account" and fields.get("type") == "submit" and names:
            self._desk.decline(self.account, names, Refusal("malformed", problem))
            return
        number = fields.get("request")
        self.say(wire.Problem("malformed", problem, number if isinstance(number, int) else 0))
        if not self.role:
            self._close_soon()
