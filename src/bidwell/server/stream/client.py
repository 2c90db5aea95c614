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
    """Frames go in at once and out as fast as the reader takes them; one that stalls is closed."""

    def __init__(self, socket: WebSocket, actor: Actor) -> None:
        self.actor = actor
        self.topics: set[Name] = set()
        self.code: int | None = None
        self._socket = socket
        self._queue: deque[str] = deque()
        self._wake = asyncio.Event()

    def put(self, message: str) -> None:
        """Queue a frame; a reader whose queue is full is told to go."""
        if self.code is not None:
            return
        if len(self._queue) >= LONGEST:
            self.close(STALLED)
            return
        self._queue.append(message)
        self._wake.set()

    def close(self, code: int) -> None:
        """End the stream with this code, whatever is still queued."""
        if self.code is None:
            self.code = code
            self._queue.clear()
        self._wake.set()

    async def write(self) -> int:
        """Send until told to stop; gives the closing code. A send that takes 10 s is a stalled reader."""
        loop = asyncio.get_running_loop()
        while self.code is None:
            await self._wake.wait()
            self._wake.clear()
            try:
                async with asyncio.timeout(STALL_S) as limit:
                    while self._queue and self.code is None:
                        await self._socket.send_text(self._queue.popleft())
                        limit.reschedule(loop.time() + STALL_S)
            except TimeoutError:
                self.close(STALLED)
        return self.code

    async def goodbye(self) -> None:
        """Say why, unless the reader does not even take that."""
        with suppress(TimeoutError, RuntimeError, OSError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._socket.close(self.code or 1000)
