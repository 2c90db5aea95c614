"""The outermost layer of the TWS protocol: a length of four bytes, then fields that each end with a NUL."""

from __future__ import annotations

import asyncio
import contextlib
import struct

from bidwell.brokers.transport import Ear, KeptOpen, Socket, StreamSettings
from bidwell.engine.ports import Entropy
from bidwell.model.errors import InDoubt, ProtocolError, Unavailable

GREETING = b"API\0"
_LENGTH = struct.Struct(">I")
_GOODBYE = 1.0


def framed(body: bytes) -> bytes:
    """A message with its length before it."""
    return _LENGTH.pack(len(body)) + body


def fields(body: bytes) -> list[str]:
    """A message's fields; raises ProtocolError for a message that does not end with one."""
    if not body.endswith(b"\0"):
        raise ProtocolError(f"a message of the Gateway is cut short: {body[:40]!r}")
    return body[:-1].decode("utf-8", "backslashreplace").split("\0")


class TcpSocket:
    """`transport.Socket` over TCP: a frame is one message."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, largest: int) -> None:
        self._reader = reader
        self._writer = writer
        self._largest = largest

    async def say(self, text: str | bytes) -> None:
        """Send a message.

        Raises Unavailable where the connection is known to be gone, InDoubt where it broke with bytes on their way.
        """
        if self._writer.is_closing():
            raise Unavailable("the connection to the Gateway is gone")
        self._writer.write(framed(text.encode() if isinstance(text, str) else text))
        try:
            await self._writer.drain()
        except ConnectionError as problem:
            raise InDoubt(f"the connection to the Gateway broke while a message was on its way: {problem}") from problem

    async def hear(self) -> bytes:
        """The next message; raises Unavailable when the connection ends, ProtocolError for a message too long."""
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            if length > self._largest:
                raise ProtocolError(f"the Gateway began a message of {length} bytes")
            return await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as problem:
            raise Unavailable("the Gateway closed the connection") from problem

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self._writer.wait_closed()


class TcpStream(KeptOpen):
    """Keeps the connection to a Gateway open."""

    def __init__(
        self, host: str, port: int, connect_timeout: float, ear: Ear, entropy: Entropy, settings: StreamSettings
    ) -> None:
        super().__init__(ear, entropy, settings)
        self._host = host
        self._port = port
        self._connect_timeout = connect_timeout

    async def _reach(self) -> Socket:
        try:
            async with asyncio.timeout(self._connect_timeout):
                reader, writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError) as problem:
            raise Unavailable(
                f"nothing answers at {self._host}:{self._port}: start IB Gateway or TWS there, log in, and allow API "
                "clients in its settings (Enable ActiveX and Socket Clients)"
            ) from problem
        writer.write(GREETING)
        return TcpSocket(reader, writer, self._settings.largest)
