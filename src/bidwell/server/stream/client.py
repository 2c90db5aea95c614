"""One reader of a stream: a bounded queue, and what happens when it does not keep up."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from starlette.websockets import WebSocket

from bidwell.server.access.actor import Actor
from bidwell.server.stream.topics import Name

LONGEST = 1000
STALL_S = 10.0
_GOODBYE_S = 1.0

STALLED = 4008
REVOKED = 4401
REOPEN = 4409
MALFORMED = 4400


class Client:
    """Messages go in at once and out as fast as the reader takes them; one that stalls is closed.

    What waits goes out together as one frame, a message to a line: a frame costs the same whatever it holds.
    """

    def __init__(self, socket: WebSocket, actor: Actor) -> None:
        self.actor = actor
        self.topics: set[Name] = set()
        self.code: int | None = None
        self._socket = socket
        self._queue: deque[str] = deque()
        self._idle: asyncio.Future[None] | None = None
        self._sending: float | None = None

    def put(self, message: str) -> None:
        """Queue a message; a reader whose queue is full is told to go."""
        if self.code is not None:
            return
        if len(self._queue) >= LONGEST:
            self.close(STALLED)
            return
        self._queue.append(message)
        self._wake()

    def close(self, code: int) -> None:
        """End the stream with this code, whatever is still queued."""
        if self.code is None:
            self.code = code
            self._queue.clear()
        self._wake()

    def _wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def write(self) -> int:
        """Send until told to stop; gives the closing code."""
        loop = asyncio.get_running_loop()
        while self.code is None:
            if not self._queue:
                self._idle = loop.create_future()
                await self._idle
                continue
            text = "\n".join(self._queue)
            self._queue.clear()
            self._sending = loop.time()
            await self._socket.send_text(text)
            self._sending = None
        return self.code

    async def watch(self) -> None:
        """Wait until a send has taken 10 s, which is a stalled reader: it is told to go."""
        loop = asyncio.get_running_loop()
        while self.code is None:
            began = self._sending
            await asyncio.sleep(STALL_S if began is None else began + STALL_S - loop.time())
            if began is not None and self._sending == began:
                self.close(STALLED)

    async def goodbye(self) -> None:
        """Say why, unless the reader does not even take that."""
        with suppress(TimeoutError, RuntimeError, OSError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._socket.close(self.code or 1000)
