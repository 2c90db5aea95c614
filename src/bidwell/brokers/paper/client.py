"""Transport to the paper venue: one TCP connection, lines in and out, login, heartbeat, correlated answers.

`Link` is one connection; `Line` keeps one open: it reconnects with backoff and jitter until it is closed.
Writes are handed to the transport once and never repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar, cast

import msgspec
import structlog

from bidwell.brokers.paper.config import PaperConfig
from bidwell.brokers.paper.wire import Login, Ping, Pong, Problem, Refused, Report, Request, Welcome
from bidwell.engine.ports import Entropy
from bidwell.model.errors import BrokerError, InDoubt, ProtocolError, Unavailable
from bidwell.model.errors import Refused as LoginRefused

log = structlog.get_logger(__name__)

R = TypeVar("R", bound=Report)
Heard_contra = TypeVar("Heard_contra", bound=Report, contravariant=True)
LONGEST_LINE = 256 * 1024 * 1024
_encode = msgspec.json.Encoder().encode


class Hearer(Protocol[Heard_contra]):
    """Who hears a line."""

    def on_up(self, welcome: Welcome) -> None:
        """The login was good."""
        ...

    def on_down(self, reason: str) -> None:
        """The connection is gone."""
        ...

    def on_report(self, report: Heard_contra) -> None:
        """The venue said something that answers no request."""
        ...


class Link(asyncio.Protocol, Generic[R]):
    """One connection; `ended` is done when it is over."""

    def __init__(self, config: PaperConfig, login: Login, decoder: msgspec.json.Decoder[R], hearer: Hearer[R]) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._config = config
        self._login = login
        self._decoder = decoder
        self._hearer = hearer
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._paused = False
        self._reason = ""
        self._asked: dict[int, asyncio.Future[Report]] = {}
        self._requests = 0
        self._heard_at = loop.time()
        self._due_at = self._heard_at
        self._pulse: asyncio.TimerHandle | None = None
        self.ready: asyncio.Future[Welcome] = loop.create_future()
        self.ended: asyncio.Future[str] = loop.create_future()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)  # uvloop's transports are no subclasses
        self._transport = transport
        peer = transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.set_write_buffer_limits(high=1 << 20)
        transport.write(_encode(self._login) + b"\n")

    def connection_lost(self, exc: Exception | None) -> None:
        reason = self._reason or (str(exc) if exc else "the venue closed the connection")
        self._transport = None
        if self._pulse:
            self._pulse.cancel()
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(Unavailable(f"no answer from the paper venue: {reason}"))
        self._asked.clear()
        was_up = self.ready.done() and self.ready.exception() is None
        if not self.ready.done():
            self.ready.set_exception(Unavailable(f"the paper venue did not let us in: {reason}"))
        if not self.ended.done():
            self.ended.set_result(reason)
        if was_up:
            self._hearer.on_down(reason)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_LINE:
            self.drop("the venue sent a line without end")
            return
        for line in lines:
            try:
                report = self._decoder.decode(line)
                self._hear(report)
            except (msgspec.MsgspecError, ProtocolError) as problem:
                log.exception("paper_venue_not_understood", line=line[:200])
                self.drop(f"not understood: {problem}")
                return

    # what the owner calls

    @property
    def up(self) -> bool:
        """Whether a request could leave now."""
        return self._transport is not None and not self._transport.is_closing() and self.ready.done()

    def send(self, request: Request) -> None:
        """Hand a request to the transport; raises Unavailable (no byte left) or InDoubt (some may have)."""
        transport = self._transport
        if transport is None or transport.is_closing() or not self.ready.done():
            raise Unavailable("the session with the paper venue is down")
        if self._paused:
            raise Unavailable("the paper venue does not read: nothing was sent")
        transport.write(_encode(request) + b"\n")
        if transport.is_closing():
            raise InDoubt("the connection broke while the request was written")

    async def ask(self, make: Callable[[int], Request]) -> Report:
        """Send a read and wait for its answer; raises Unavailable, Refused."""
        self._requests += 1
        number = self._requests
        asked: asyncio.Future[Report] = self._loop.create_future()
        self._asked[number] = asked
        try:
            self.send(make(number))
            async with asyncio.timeout(self._config.answer_timeout):
                return await asked
        except TimeoutError as late:
            raise Unavailable(f"the paper venue did not answer within {self._config.answer_timeout} s") from late
        finally:
            self._asked.pop(number, None)

    def drop(self, reason: str) -> None:
        """End the connection at once; one that was never made has ended then."""
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.abort()
        elif not self.ended.done():
            self.ended.set_result(self._reason)

    # inside

    def _hear(self, report: R) -> None:
        request = getattr(report, "request", 0)
        if request:
            asked = self._asked.get(request)
            if asked is None or asked.done():
                return
            if isinstance(report, Problem):
                asked.set_exception(LoginRefused(f"{report.code}: {report.reason}"))
            else:
                asked.set_result(report)
        elif isinstance(report, Welcome):
            self._begin(report)
        elif isinstance(report, Refused):
            self._reason = f"{report.code}: {report.reason}"
            if not self.ready.done():
                self.ready.set_exception(LoginRefused(self._reason))
        elif isinstance(report, Problem):
            raise ProtocolError(f"{report.code}: {report.reason}")
        elif not isinstance(report, Pong):
            self._hearer.on_report(report)

    def _begin(self, welcome: Welcome) -> None:
        if self.ready.done():
            raise ProtocolError("a second welcome on one connection")
        self.ready.set_result(welcome)
        self._schedule_beat()
        self._hearer.on_up(welcome)

    def _schedule_beat(self) -> None:
        self._due_at = self._loop.time() + self._config.heartbeat
        self._pulse = self._loop.call_at(self._due_at, self._beat)

    def _beat(self) -> None:
        now = self._loop.time()
        # While this process itself was held up it could hear nothing: that time is not the other side's silence.
        self._heard_at += max(0.0, now - self._due_at)
        quiet = now - self._heard_at
        if quiet > self._config.silence:
            self.drop(f"silent for {quiet:.1f} s")
            return
        self._schedule_beat()
        with contextlib.suppress(BrokerError):  # a session that cannot take a ping is about to be found dead
            self.send(Ping())


class Line(Generic[R]):
    """A connection that is kept open from `open` to `close`."""

    def __init__(
        self,
        config: PaperConfig,
        login: Login,
        decoder: msgspec.json.Decoder[R],
        hearer: Hearer[R],
        entropy: Entropy,
    ) -> None:
        self._config = config
        self._login = login
        self._decoder = decoder
        self._hearer = hearer
        self._entropy = entropy
        self._link: Link[R] | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        """Whether a request could leave now."""
        return self._link is not None and self._link.up

    async def open(self) -> None:
        """Connect and log in once; later losses are mended in the background.

        Raises Unavailable where nobody listens, Refused where the login is not good; nothing is left running then.
        """
        if self._keeper is not None:
            return
        link = await self._dial()
        self._keeper = asyncio.get_running_loop().create_task(self._keep(link))

    async def close(self) -> None:
        """End the connection and stop mending it."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        link, self._link = self._link, None
        if link is not None:
            link.drop("closed by us")
            await asyncio.wait({link.ended})

    def send(self, request: Request) -> None:
        """Hand a request to the transport; raises Unavailable or InDoubt."""
        if self._link is None:
            raise Unavailable("the session with the paper venue is down")
        self._link.send(request)

    async def ask(self, make: Callable[[int], Request]) -> Report:
        """Send a read and wait for its answer; raises Unavailable, Refused."""
        if self._link is None:
            raise Unavailable("the session with the paper venue is down")
        return await self._link.ask(make)

    async def _dial(self) -> Link[R]:
        link = Link(self._config, self._login, self._decoder, self._hearer)
        self._link = link
        try:
            async with asyncio.timeout(self._config.connect_timeout):
                await asyncio.get_running_loop().create_connection(lambda: link, self._config.host, self._config.port)
                await link.ready
        except OSError as problem:  # TimeoutError is one
            link.ready.cancel()
            link.drop("not connected in time")
            where = f"{self._config.host}:{self._config.port}"
            raise Unavailable(f"the paper venue is not reached at {where}: {str(problem) or 'timed out'}") from problem
        except BaseException:
            link.drop("not let in")
            raise
        return link

    async def _keep(self, link: Link[R]) -> None:
        wait = self._config.backoff_first
        while True:
            await asyncio.shield(link.ended)  # the end of this task must not end the link
            while True:
                await asyncio.sleep(wait * (0.5 + self._entropy.bits(16) / 65536))
                wait = min(wait * 2, self._config.backoff_most)
                try:
                    link = await self._dial()
                except BrokerError as problem:
                    log.info("paper_venue_still_down", problem=str(problem))
                else:
                    wait = self._config.backoff_first
                    break
