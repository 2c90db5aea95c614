"""One connection of an API client: the greeting, then messages as they come."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Protocol

from bidwell.twins.ibkr import words
from bidwell.twins.lines import Line
from bidwell.twins.stage import ORDERS, Stage

GREETING = b"API\0"
_LENGTH = struct.Struct(">I")
_LARGEST = 1 << 20
START = 71
IN_USE = 326


class TcpLine(Line):
    """`lines.Line` over a plain connection; text is no message, and goes out as it is said."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__("")
        self._transport = transport

    def _say(self, frame: str | bytes) -> None:
        body = frame.encode() if isinstance(frame, str) else frame
        if not self._transport.is_closing():
            self._transport.write(_LENGTH.pack(len(body)) + body)

    def cut(self) -> None:
        """Break the connection without a goodbye."""
        self._transport.abort()

    def hang_up(self) -> None:
        """End the connection behind what was said."""
        self._transport.close()

    async def close(self) -> None:
        """End the connection."""
        self.hang_up()


class Desk(Protocol):
    """Who carries messages out."""

    stage: Stage

    def accounts(self) -> list[str]: ...

    def first_number(self) -> int: ...

    def version(self) -> int: ...

    def handle(self, session: Session, fields: list[str]) -> None: ...

    def leave(self, session: Session) -> None: ...


class Session(asyncio.Protocol):
    """A connection from its greeting on; `clients` are the ids that are taken."""

    def __init__(self, desk: Desk, clients: dict[int, Session]) -> None:
        self._desk = desk
        self._clients = clients
        self._buffer = b""
        self._step: Callable[[bytes], None] = self._greeted
        self.client = -1
        self.line: TcpLine

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a server's is one
        self.line = TcpLine(transport)
        self._desk.stage.lines.join(self.line)

    def data_received(self, data: bytes) -> None:
        """Bytes came: the messages that are whole are read."""
        self._buffer += data
        if self._step == self._greeted:
            self._buffer = self._buffer.removeprefix(GREETING)
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > _LARGEST:
                self.line.cut()
                return
            if len(self._buffer) < _LENGTH.size + length:
                return
            body, self._buffer = (
                self._buffer[_LENGTH.size : _LENGTH.size + length],
                self._buffer[_LENGTH.size + length :],
            )
            self._step(body)

    def connection_lost(self, _exc: Exception | None) -> None:
        """The connection is gone, and its client id is free."""
        if self._clients.get(self.client) is self:
            del self._clients[self.client]
        self._desk.stage.lines.leave(self.line)
        self._desk.leave(self)

    def _greeted(self, body: bytes) -> None:
        """`v157..178`: agree on a version. A Gateway that nobody is logged in to ends the conversation."""
        lowest, _, highest = body.decode("ascii", "replace").removeprefix("v").partition(" ")[0].partition("..")
        wanted = self._desk.version()
        if not self._desk.accounts() or not (lowest.isdecimal() and highest.isdecimal()) or int(highest) < wanted:
            self.line.cut()
            return
        self._step = self._started
        self.line.put(words.message(wanted, "20261121 18:00:00 UTC"))

    def _started(self, body: bytes) -> None:
        fields = _fields(body)
        if fields[:1] != [str(START)] or not fields[2].isdecimal():
            self.line.cut()
            return
        client = int(fields[2])
        if client in self._clients:
            self.line.put(words.error(-1, IN_USE, "Unable to connect as the client id is already in use. Retry with a unique "
                                                  "client id."))  # fmt: skip
            self.line.hang_up()
            return
        self.client = client
        self._clients[client] = self
        self.line.also = {*self._desk.accounts(), owner(client)}
        self.line.wants.add(ORDERS)
        self._step = self._asked
        self.line.put(words.message(15, 1, ",".join(self._desk.accounts()) + ","))
        self.line.put(words.message(9, 1, self._desk.first_number()))
        for code, text in ((2104, "Market data farm connection is OK:usfarm"), (2106, "HMDS data farm connection is OK:ushmds"),
                           (2158, "Sec-def data farm connection is OK:secdefnj")):  # fmt: skip
            self.line.put(words.error(-1, code, text))

    def _asked(self, body: bytes) -> None:
        self._desk.handle(self, _fields(body))


def owner(client: int) -> str:
    """The name under which a client's own orders are told."""
    return f"client {client}"


def _fields(body: bytes) -> list[str]:
    return body.decode("utf-8", "replace").removesuffix("\0").split("\0")
