"""A websocket that is kept open: login, silence, reconnects with backoff and jitter, and a login anew each time.

No broker replays what was missed: whoever listens re-reads after every `up`.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import structlog

from bidwell.brokers.transport.http import Http
from bidwell.engine.ports import Entropy
from bidwell.model.errors import BrokerError, InDoubt, ProtocolError, Refused, Unavailable

log = structlog.get_logger("bidwell")
LARGEST_FRAME = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Times in seconds. `heartbeat` is between pings; `login` is how long the login may take.

    Reconnects wait `backoff_first`, doubling up to `backoff_most`, each with jitter; a connection that held for
    `steady` begins again at the first. `ping` is said every `ping_every` to servers that want to hear a text of their
    own; a stream on which nothing came for `silence` is given up. One that is `off` makes no connection and counts as up:
    what it would have told is read, for a second session at a broker that allows one stream.
    """

    heartbeat: float = 10.0
    login: float = 10.0
    backoff_first: float = 0.5
    backoff_most: float = 30.0
    steady: float = 10.0
    largest: int = LARGEST_FRAME
    ping: str | bytes = ""
    ping_every: float = 10.0
    silence: float | None = None
    off: bool = False


class Socket(Protocol):
    """One connection, as the login sees it."""

    async def say(self, text: str | bytes) -> None:
        """Send a frame; raises Unavailable when the connection is gone."""
        ...

    async def hear(self) -> bytes | str:
        """The next frame; raises Unavailable when the connection ends, ProtocolError for a frame too long."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


class WebSocket:
    """`Socket` over a websocket."""

    def __init__(self, inner: aiohttp.ClientWebSocketResponse) -> None:
        self._inner = inner

    async def say(self, text: str | bytes) -> None:
        """Send a frame; raises Unavailable when the connection is gone."""
        try:
            await (self._inner.send_bytes(text) if isinstance(text, bytes) else self._inner.send_str(text))
        except (ConnectionError, aiohttp.ClientError, RuntimeError) as problem:
            raise Unavailable(f"the stream is gone: {problem}") from problem

    async def hear(self) -> bytes | str:
        """The next frame; raises Unavailable when the connection ends, ProtocolError for a frame too long."""
        message = await self._inner.receive()
        if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            frame: bytes | str = message.data
            return frame
        if message.type is aiohttp.WSMsgType.ERROR:
            raise ProtocolError(f"the stream broke: {message.data}")
        said = f" ({message.data} {message.extra or ''})".rstrip() if message.data else ""
        raise Unavailable(f"the stream was closed{said}")

    async def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._inner.close()


class Ear(Protocol):
    """Who speaks a stream's language; the synchronous calls must not block."""

    async def greet(self, socket: Socket) -> None:
        """Log in and subscribe to everything that is wanted; raises Refused, Unavailable or ProtocolError."""
        ...

    def hear(self, frame: bytes | str) -> None:
        """A frame came; ProtocolError ends the connection, and a new one begins."""
        ...

    def up(self) -> None:
        """The login was good: what was missed meanwhile has to be read."""
        ...

    def down(self, reason: str) -> None:
        """The connection is gone and is being mended."""
        ...

    def refused(self, problem: Refused) -> None:
        """A login that once was good is refused: somebody has to act, though it is tried again meanwhile."""
        ...


class KeptOpen(ABC):
    """Keeps a connection open from `open` to `close`; how one is made is the subclass's."""

    def __init__(self, ear: Ear, entropy: Entropy, settings: StreamSettings) -> None:
        self._ear = ear
        self._entropy = entropy
        self._settings = settings
        self._socket: Socket | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._reason = ""
        self._dropping: asyncio.Task[None] | None = None
        self.is_up = False

    async def open(self) -> None:
        """Connect and log in once; later losses are mended in the background.

        Raises Unavailable, Refused or ProtocolError when the first attempt fails; nothing is left running then.
        """
        if self._keeper is not None:
            return
        if self._settings.off:
            self.is_up = True
            self._ear.up()
            return
        socket = await self._dial()
        self._keeper = asyncio.get_running_loop().create_task(self._keep(socket))

    async def close(self) -> None:
        """End the connection and stop mending it."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        socket, self._socket = self._socket, None
        self.is_up = False
        if socket is not None:
            await socket.close()

    async def say(self, text: str | bytes) -> None:
        """Send a frame on the connection that is up; raises Unavailable."""
        if self._socket is None or not self.is_up:
            raise Unavailable("the stream is down")
        await self._socket.say(text)

    def drop(self, reason: str) -> None:
        """Give the connection up: it is open and says nothing that it should."""
        self._reason = reason
        if self._socket is not None and self.is_up:
            self._dropping = asyncio.get_running_loop().create_task(self._socket.close())

    @abstractmethod
    async def _reach(self) -> Socket:
        """A new connection, before its login; raises Unavailable or Refused."""

    async def _dial(self) -> Socket:
        kept = self._settings
        socket = await self._reach()
        try:
            async with asyncio.timeout(kept.login):
                await self._ear.greet(socket)
        except TimeoutError as late:
            await socket.close()
            raise Unavailable(f"the stream's login was not answered within {kept.login:g} s") from late
        except BaseException:
            await socket.close()
            raise
        self._socket, self._reason, self.is_up = socket, "", True
        self._ear.up()
        return socket

    async def _keep(self, socket: Socket) -> None:
        kept = self._settings
        wait = kept.backoff_first
        loop = asyncio.get_running_loop()
        while True:
            since = loop.time()
            reason = await self._listen(socket)
            self.is_up, self._socket = False, None
            await socket.close()
            self._ear.down(self._reason or reason)
            if loop.time() - since >= kept.steady:
                wait = kept.backoff_first
            while True:
                await asyncio.sleep(wait * (0.5 + self._entropy.bits(16) / 65536))
                wait = min(wait * 2, kept.backoff_most)
                try:
                    socket = await self._dial()
                    break
                except Refused as problem:
                    self._ear.refused(problem)
                except BrokerError as problem:
                    log.info("broker_stream_still_down", problem=str(problem))

    async def _listen(self, socket: Socket) -> str:
        """Hand frames on until the connection ends; the reason."""
        pinging = asyncio.get_running_loop().create_task(self._ping(socket)) if self._settings.ping else None
        try:
            while True:
                async with asyncio.timeout(self._settings.silence):
                    frame = await socket.hear()
                self._ear.hear(frame)
        except TimeoutError:
            return f"nothing came for {self._settings.silence:g} s"
        except ProtocolError as problem:
            log.warning("broker_stream_not_understood", problem=str(problem))
            return f"not understood: {problem}"
        except BrokerError as problem:
            return str(problem)
        finally:
            if pinging is not None:
                pinging.cancel()

    async def _ping(self, socket: Socket) -> None:
        # A connection that is gone is noticed by who listens on it.
        with contextlib.suppress(Unavailable, InDoubt):
            while True:
                await asyncio.sleep(self._settings.ping_every)
                await socket.say(self._settings.ping)


class Stream(KeptOpen):
    """Keeps a websocket open; `url` may be asked for before each attempt, where a token that is renewed is a part of it."""

    def __init__(
        self, http: Http, url: str | Callable[[], Awaitable[str]], ear: Ear, entropy: Entropy, settings: StreamSettings
    ) -> None:
        super().__init__(ear, entropy, settings)
        self._http = http
        self._url = url

    async def _reach(self) -> Socket:
        kept = self._settings
        url = self._url if isinstance(self._url, str) else await self._url()
        return WebSocket(await self._http.websocket(url, heartbeat=kept.heartbeat, largest=kept.largest))
