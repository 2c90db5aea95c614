"""What all accounts of one user share: the token, the rate, and one connection to the user hub."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol

from bidwell.brokers.topstepx import hub, wire
from bidwell.brokers.topstepx.client import TopstepxClient
from bidwell.brokers.topstepx.config import TopstepxConfig
from bidwell.brokers.topstepx.login import Login
from bidwell.brokers.transport import Health, Socket, Stream
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import BrokerError, Refused, Unavailable

WHAT = "the user hub"
_TOPICS = ("Orders", "Positions", "Trades")


class Member(Protocol):
    """An account's ear on the hub; the calls are synchronous and must not block."""

    is_up: bool

    @property
    def number(self) -> int:
        """TopstepX's number of the account."""
        ...

    def hear(self, message: wire.Message | None) -> None:
        """An event of any account of the user, None for a message that says nothing; raises ProtocolError."""
        ...

    def up(self) -> None:
        """The account's events come from now on: what was missed has to be read."""
        ...

    def down(self, reason: str) -> None:
        """The connection is gone and is being mended."""
        ...

    def lost(self, problem: Refused) -> None:
        """The key opens nothing any more."""
        ...


class User:
    """`transport.Ear` for the user hub, with a member for each account that is in session.

    The connection is opened by the first member and ended by the last; TopstepX allows few of them at once.
    """

    def __init__(self, config: TopstepxConfig, clock: Clock, entropy: Entropy) -> None:
        monotonic = asyncio.get_running_loop().time
        self.login = Login(config.rate, monotonic)
        self._config = config
        self._client = TopstepxClient(config, self.login, Health(clock), monotonic)
        self._stream = Stream(self._client.http, self._url, self, entropy, config.stream)
        self._members: list[Member] = []
        self._joining = asyncio.Lock()
        self._answers: dict[str, asyncio.Future[None]] = {}
        self._calls = 0
        self._turned_away = 0

    async def join(self, member: Member) -> None:
        """Hear an account's events; raises Unavailable, Refused or ProtocolError, and the member is none then."""
        async with self._joining:
            if member in self._members:
                return
            alone = not self._members
            self._members.append(member)
            try:
                if alone:
                    self._client.open()
                    await self._stream.open()
                else:
                    if not self._config.stream.off:
                        await self._subscribe(member.number)
                    member.up()
            except BaseException:
                await self._part(member)
                raise

    async def leave(self, member: Member) -> None:
        """Hear an account no more."""
        async with self._joining:
            if member in self._members:
                await self._part(member)

    def drop(self, reason: str) -> None:
        """Give the connection up: it is open and says nothing that it should, or nothing that can be understood."""
        self._stream.drop(reason)

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Shake hands and subscribe to every member's events; what comes meanwhile is in the reading that follows."""
        calls: list[tuple[str, tuple[object, ...]]] = [("SubscribeAccounts", ())]
        numbers = dict.fromkeys(each.number for each in self._members)
        calls += [(f"Subscribe{topic}", (number,)) for number in numbers for topic in _TOPICS]
        await hub.greet(socket, calls, WHAT)

    def hear(self, frame: bytes | str) -> None:
        """A frame of one or several messages."""
        for message in hub.messages(frame, f"a message of {WHAT}"):
            if message.type == hub.ANSWER:
                self._answered(self._answers.pop(message.invocationId or "", None), message)
                continue
            hub.closed_or_refused(message, WHAT)
            for member in self._members:
                member.hear(message if message.type == hub.EVENT else None)

    def up(self) -> None:
        """Every member is to read what was missed."""
        self._turned_away = 0
        for member in self._members:
            member.up()

    def down(self, reason: str) -> None:
        """The connection is gone."""
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(Unavailable(reason))
        self._answers.clear()
        for member in self._members:
            member.down(reason)

    def refused(self, problem: Refused) -> None:
        """The token opens nothing any more; a new one is made for the next attempt. The key itself may be refused."""
        self._client.drop_token()
        self._turned_away += 1
        if isinstance(problem, Denied) or self._turned_away > 1:
            for member in self._members:
                member.lost(problem)

    # --- inside -----------------------------------------------------------------------------------

    async def _url(self) -> str:
        return self._config.hub_url("user", await self._client.token())

    async def _subscribe(self, number: int) -> None:
        """Subscribe on the open connection, and wait for the answers."""
        waiting = []
        for topic in _TOPICS:
            self._calls += 1
            name = f"join-{self._calls}"
            waiting.append(self._answers.setdefault(name, asyncio.get_running_loop().create_future()))
            await self._stream.say(hub.invocation(name, f"Subscribe{topic}", number))
        try:
            async with asyncio.timeout(self._config.stream.login):
                await asyncio.gather(*waiting)
        except TimeoutError as late:
            raise Unavailable(f"{WHAT} did not answer a subscription in time") from late

    @staticmethod
    def _answered(waiting: asyncio.Future[None] | None, message: wire.Message) -> None:
        """The answer to a call; nobody waits for that to a goodbye."""
        if waiting is None or waiting.done():
            return
        try:
            hub.closed_or_refused(message, WHAT)
        except BrokerError as problem:
            waiting.set_exception(problem)
        else:
            waiting.set_result(None)

    async def _part(self, member: Member) -> None:
        self._members.remove(member)
        if not self._members:
            await self._stream.close()
            await self._client.close()
            return
        if self._stream.is_up and all(each.number != member.number for each in self._members):
            with contextlib.suppress(Unavailable):  # then it is not subscribed to any more
                for topic in _TOPICS:
                    self._calls += 1
                    await self._stream.say(hub.invocation(f"leave-{self._calls}", f"Unsubscribe{topic}", member.number))


class Seat:
    """`transport.Channel` of one member: its place at the hub that all accounts of the user share."""

    def __init__(self, user: User, member: Member) -> None:
        self._user = user
        self._member = member

    @property
    def is_up(self) -> bool:
        """Whether the account's events are heard."""
        return self._member.is_up

    async def open(self) -> None:
        """Join; raises Unavailable, Refused or ProtocolError."""
        await self._user.join(self._member)

    async def close(self) -> None:
        """Leave."""
        await self._user.leave(self._member)

    def drop(self, reason: str) -> None:
        """Have the hub begin anew, for every member."""
        self._user.drop(reason)
