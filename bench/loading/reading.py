"""Readers of the stream in a process of their own: raw sockets, frames told apart by hand, delays by the desk's stamp.

Both ends read the same machine's wall clock. A delay is from the moment at which the desk numbered a message to the
moment at which this process saw it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from typing import cast

import uvloop

TOPICS = '{"op":"subscribe","topics":["orders","fills","intents"]}'
_STAMP = b'"at":"'
_STAMP_LENGTH = 27


def masked(text: str) -> bytes:
    """A client's text frame; the mask of zeros leaves the text as it is."""
    body = text.encode()
    if len(body) > 125:
        raise ValueError("longer than a short frame")
    return bytes([0x81, 0x80 | len(body), 0, 0, 0, 0]) + body


class Delays:
    """Milliseconds of every delivery, for all readers of the process."""

    def __init__(self) -> None:
        self.counting = False
        self.took: list[float] = []
        self._known: dict[bytes, float] = {}

    def note(self, data: bytes, place: int, now: float) -> None:
        """One message, which begins at `place`."""
        at = data.find(_STAMP, place) + len(_STAMP)
        stamp = data[at : at + _STAMP_LENGTH]
        sent = self._known.get(stamp)
        if sent is None:
            sent = self._known[stamp] = datetime.fromisoformat(stamp.decode()).timestamp()
        self.took.append((now - sent) * 1000)


class Reader(asyncio.Protocol):
    """One stream; a stalled one never reads after its first words."""

    def __init__(self, request: bytes, delays: Delays, *, stalled: bool) -> None:
        self._request = request
        self._delays = delays
        self._stalled = stalled
        self._rest = b""
        self._shaken = False
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's transports are no subclasses
        self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.subscribed.done():
            self.subscribed.set_exception(ConnectionError(f"the stream was refused: {self._rest[:200]!r}"))
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self._shaken:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found or not head.startswith(b"HTTP/1.1 101"):
                self._rest = head
                return
            self._shaken = True
            self._begin()
        self._rest = self._frames(data)

    def _begin(self) -> None:
        if self.transport is not None:
            self.transport.write(masked(TOPICS))
            if self._stalled:
                self.transport.pause_reading()
        self.subscribed.set_result(None)

    def _frames(self, data: bytes) -> bytes:
        now, place, end = time.time(), 0, len(data)  # noqa: TID251 - the desk's stamps are in wall time
        counting = self._delays.counting
        while end - place >= 2:
            length, head = data[place + 1], 2
            if length == 126:
                length, head = int.from_bytes(data[place + 2 : place + 4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(data[place + 2 : place + 10], "big"), 10
            if end - place < head + length:
                break
            if counting and data[place] == 0x81:
                self._messages(data, place + head, place + head + length, now)
            place += head + length
        return data[place:]

    def _messages(self, data: bytes, place: int, end: int, now: float) -> None:
        """A frame's messages, one to a line."""
        while place < end:
            if data.find(b'"type":"patch"', place, place + 110) > 0:
                self._delays.note(data, place, now)
            line = data.find(b"\n", place, end)
            place = end if line < 0 else line + 1


async def _open(port: int, ticket: str, delays: Delays, *, stalled: bool) -> Reader:
    request = (
        f"GET /api/v1/stream?ticket={ticket} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
    one = socket.socket()
    if stalled:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(one, ("127.0.0.1", port))
    _, reader = await loop.create_connection(lambda: Reader(request, delays, stalled=stalled), sock=one)
    await reader.subscribed
    return reader


async def _serve(pipe: Pipe, port: int, count: int, stalled: int) -> None:
    loop, delays = asyncio.get_running_loop(), Delays()
    readers: list[Reader] = []
    while len(readers) < count:
        ticket = await loop.run_in_executor(None, pipe.recv)
        readers.append(await _open(port, ticket, delays, stalled=len(readers) < stalled))
        pipe.send("open")
    began = 0.0
    while True:
        word = await loop.run_in_executor(None, pipe.recv)
        if word == "count":
            delays.counting, delays.took, began = True, [], loop.time()
        elif word == "report":
            delays.counting = False
            pipe.send((delays.took, loop.time() - began, sum(one.lost.done() for one in readers[stalled:])))
        else:
            break
    for reader in readers:
        if reader.transport is not None:
            reader.transport.abort()


def readers(pipe: Pipe, port: int, count: int, stalled: int) -> None:
    """The process: opens so many streams, the first `stalled` of which never read; obeys the pipe's words.

    A ticket opens a stream, which is answered with `open`: tickets are good for seconds only. `count` begins to measure, `report` answers (delays in ms, seconds, readers that were lost), `end` ends.
    """
    uvloop.run(_serve(pipe, port, count, stalled))
