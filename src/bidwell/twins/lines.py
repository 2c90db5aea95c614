"""A twin's open streams: who listens for which account, in order, and what can be done to a line."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence

from aiohttp import WSMsgType, web

from bidwell.twins.mishaps import MishapType

GARBAGE = '{"stream":'


class Line(ABC):
    """One stream of one account, and of those in `also`, that listens to the topics it `wants`."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.also: set[str] = set()
        self.wants: set[str] = set()
        self._quiet_until = 0.0

    def put(self, frame: str | bytes) -> None:
        """Say something, unless the line is mute: then it is lost, as on a line that broke unseen."""
        if asyncio.get_running_loop().time() >= self._quiet_until:
            self._say(frame)

    def mute(self, seconds: float) -> None:
        """Stay open and say nothing for a while."""
        self._quiet_until = asyncio.get_running_loop().time() + seconds

    @abstractmethod
    def _say(self, frame: str | bytes) -> None:
        """Let a frame leave behind those before it."""

    @abstractmethod
    def cut(self) -> None:
        """Break the connection without a goodbye."""

    @abstractmethod
    async def close(self) -> None:
        """End the line politely."""


class WebLine(Line):
    """A websocket; frames leave in the order in which they were put."""

    def __init__(self, account: str, socket: web.WebSocketResponse, request: web.Request) -> None:
        super().__init__(account)
        self._socket = socket
        self._request = request
        self._queue: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._writer = asyncio.get_running_loop().create_task(self._write())

    def _say(self, frame: str | bytes) -> None:
        self._queue.put_nowait(frame)

    def cut(self) -> None:
        """Break the connection without a goodbye."""
        transport = self._request.transport
        if transport is not None:
            transport.abort()

    async def close(self) -> None:
        """End the line politely."""
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._socket.close()

    async def frames(self) -> AsyncIterator[str | bytes]:
        """What the client says, until the line ends."""
        async for message in self._socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                yield message.data

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                frame = await self._queue.get()
                await (self._socket.send_bytes(frame) if isinstance(frame, bytes) else self._socket.send_str(frame))


class Lines:
    """Every open stream."""

    def __init__(self) -> None:
        self._open: set[Line] = set()

    @contextlib.asynccontextmanager
    async def opened(self, request: web.Request) -> AsyncIterator[tuple[WebLine, web.WebSocketResponse]]:
        """A stream for as long as the client holds it; it has no account until it logged in."""
        socket = web.WebSocketResponse(heartbeat=30.0, max_msg_size=1 << 20)
        await socket.prepare(request)
        line = WebLine("", socket, request)
        self.join(line)
        try:
            yield line, socket
        finally:
            self.leave(line)
            await line.close()

    def join(self, line: Line) -> None:
        """A stream is there."""
        self._open.add(line)

    def leave(self, line: Line) -> None:
        """It is gone."""
        self._open.discard(line)

    def of(self, account: str) -> list[Line]:
        """The streams of an account; all of them for an empty name."""
        return [each for each in self._open if account in {"", each.account} or account in each.also]

    def tell(self, account: str, frames: Sequence[str | bytes], topic: str, how: MishapType | None = None) -> None:
        """Say frames to the account's streams that listen to `topic`, in the way that a mishap has it."""
        said = list(frames)
        if how is MishapType.DUPLICATE:
            said = [frame for frame in said for _ in range(2)]
        if how is MishapType.REORDER:
            said.reverse()
        if how is MishapType.MALFORMED:
            said = [GARBAGE]
        for line in self.of(account):
            if topic in line.wants:
                for frame in said:
                    line.put(frame)

    async def close(self) -> None:
        """End every stream."""
        for line in list(self._open):
            await line.close()
