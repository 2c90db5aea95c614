"""One socket at Tradovate: opening, authorization, requests under numbers, and events for who speaks on it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from bidwell.brokers.tradovate import wire
from bidwell.brokers.tradovate.client import frames
from bidwell.brokers.tradovate.client.rest import TradovateClient
from bidwell.brokers.tradovate.config import HEARTBEAT, TradovateConfig
from bidwell.brokers.tradovate.errors import BAD_TOKEN, CAPTCHA, NO_MARKET_DATA, TICKET, VENDOR
from bidwell.brokers.transport import Socket, Stream, Throttled, read
from bidwell.engine.ports import Entropy
from bidwell.model.errors import BrokerError, ProtocolError, Refused, Unavailable

Ask = Callable[[str, Mapping[str, object]], Awaitable[bytes]]
_PROBLEM = wire.decoder(wire.Problem)
_LONGEST_PENALTY = 5.0


class Speaker(Protocol):
    """Who uses a line; the synchronous calls must not block."""

    async def begin(self, ask: Ask) -> None:
        """The line is authorized: subscribe to everything that is wanted."""
        ...

    def on_event(self, kind: str, payload: bytes) -> None:
        """An event came."""
        ...

    def heard(self) -> None:
        """Something came, a heartbeat at least."""
        ...

    def up(self) -> None:
        """The line is up."""
        ...

    def down(self, reason: str) -> None:
        """The line is gone and is being mended."""
        ...

    def refused(self, problem: Refused) -> None:
        """The login does not open the line any more."""
        ...


class Line:
    """`transport.Ear` for either socket; `market` opens it with the market data token."""

    def __init__(
        self, url: str, speaker: Speaker, client: TradovateClient, config: TradovateConfig, entropy: Entropy, *,
        market: bool = False,
    ) -> None:  # fmt: skip
        self._speaker = speaker
        self._client = client
        self._config = config
        self._market = market
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[wire.Message]] = {}
        self._early: list[wire.Message] = []
        self.stream = Stream(client.http, url, self, entropy, config.stream)

    async def ask(self, operation: str, body: Mapping[str, object]) -> bytes:
        """Ask on the line that is up and wait for the reply; raises Unavailable, Refused or ProtocolError."""
        number, done = next(self._numbers), asyncio.get_running_loop().create_future()
        self._asked[number] = done
        try:
            await self.stream.say(frames.request(operation, number, msgspec.json.encode(body).decode()))
            async with asyncio.timeout(self._config.answer_timeout):
                return _good(operation, await done)
        except TimeoutError as late:
            raise Unavailable(f"Tradovate did not answer {operation} in time") from late
        finally:
            self._asked.pop(number, None)

    # --- transport.Ear ------------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Wait for the opening, authorize, and let the speaker begin; what comes meanwhile is told after it."""
        self._early = []
        first = await socket.hear()
        if first != frames.OPEN:
            raise ProtocolError(f"Tradovate's stream began with {first[:40]!r}")
        await self._authorize(socket)

        async def ask(operation: str, body: Mapping[str, object]) -> bytes:
            return await self._ask_early(socket, operation, body)

        await self._speaker.begin(ask)

    def hear(self, frame: bytes | str) -> None:
        """A frame of the line that is up."""
        self._speaker.heard()
        for message in frames.messages(frame):
            self._take(message)

    def up(self) -> None:
        """The line is up: what came during the login follows."""
        self._speaker.up()
        early, self._early = self._early, []
        for message in early:
            self._take(message)

    def down(self, reason: str) -> None:
        """Whoever waits for a reply gets none."""
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(Unavailable(f"the stream is gone: {reason}"))
        self._speaker.down(reason)

    def refused(self, problem: Refused) -> None:
        """The login opens nothing any more."""
        self._speaker.refused(problem)

    # --- inside -------------------------------------------------------------------------------------

    def _take(self, message: wire.Message) -> None:
        if message.i is not None:
            waiting = self._asked.get(message.i)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        elif message.e is not None:
            self._speaker.on_event(message.e, bytes(message.d))

    async def _authorize(self, socket: Socket) -> None:
        """Twice at most: a token that ended unseen is exchanged for a new one."""
        for _ in range(2):
            login = self._client.login
            token = await (login.market_token() if self._market else login.token())
            reply = await self._reply(socket, frames.AUTHORIZE, token)
            if reply.s == 200:
                return
            if reply.s != 401:
                raise Unavailable(VENDOR.judge(reply.s or 0, "", "").message)
            if self._market:
                # It may be the licence that is missing: that is no reason to open another session.
                raise Refused(NO_MARKET_DATA.sentence)
            login.rejected(token)
        self._client.login.refuse(BAD_TOKEN.sentence)
        raise Refused(BAD_TOKEN.sentence)

    async def _ask_early(self, socket: Socket, operation: str, body: Mapping[str, object]) -> bytes:
        encoded = msgspec.json.encode(body).decode()
        reply = await self._reply(socket, operation, encoded)
        ticket = _penalty(bytes(reply.d))
        if ticket is not None and ticket.wait <= _LONGEST_PENALTY:
            await asyncio.sleep(ticket.wait)
            more = msgspec.json.encode({TICKET: ticket.ticket}).decode()
            reply = await self._reply(socket, operation, f"{encoded[:-1]},{more[1:]}")
        return _good(operation, reply)

    async def _reply(self, socket: Socket, operation: str, body: str) -> wire.Message:
        """Ask while nobody listens yet: what else comes is kept, and the line is kept alive meanwhile."""
        number = next(self._numbers)
        await socket.say(frames.request(operation, number, body))
        beat = self._config.stream.ping_every
        while True:
            try:
                async with asyncio.timeout(beat):
                    frame = await socket.hear()
            except TimeoutError:
                await socket.say(HEARTBEAT)
                continue
            found = frames.messages(frame)
            self._early += [each for each in found if each.i != number]
            for each in found:
                if each.i == number:
                    return each


def _good(operation: str, reply: wire.Message) -> bytes:
    """What a reply holds; raises what a bad one means."""
    body = bytes(reply.d)
    ticket = _penalty(body)
    if ticket is not None:
        if ticket.captcha:
            raise Refused(CAPTCHA.sentence)
        raise Throttled(f"Tradovate has {operation} wait {ticket.wait:g} s", ticket.wait)
    if reply.s == 200:
        return body
    verdict = VENDOR.judge(reply.s or 0, "", body[:200].decode("utf-8", "replace"))
    raise _ERRORS.get(reply.s or 0, ProtocolError if (reply.s or 0) < 500 else Unavailable)(verdict.message)


def _penalty(body: bytes) -> wire.Problem | None:
    if not body.startswith(b"{"):
        return None
    found = read(_PROBLEM, body, "a reply of Tradovate's stream")
    return found if found.ticket else None


_ERRORS: dict[int, type[BrokerError]] = {401: Refused, 403: Refused, 429: Unavailable}
