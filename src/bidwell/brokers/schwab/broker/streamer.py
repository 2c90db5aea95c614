"""The one stream that Schwab allows a user, shared by all accounts and the prices of a login."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from bidwell.brokers.schwab import wire
from bidwell.brokers.schwab.client import SchwabClient
from bidwell.brokers.schwab.config import STREAM_HOST, SchwabConfig
from bidwell.brokers.schwab.errors import STREAM_ERRORS, STREAM_GOOD
from bidwell.brokers.schwab.login import Login
from bidwell.brokers.transport import Health, Kind, Socket, Stream, decoder, read
from bidwell.engine.lane import TokenBucket
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import BrokerError, ProtocolError, Refused, Unavailable

WHAT = "the stream"
ACTIVITY, EQUITIES, OPTIONS = "ACCT_ACTIVITY", "LEVELONE_EQUITIES", "LEVELONE_OPTIONS"
FIELDS = {ACTIVITY: "0,1,2,3", EQUITIES: "0,1,2,3,4,5,8,12,17,34,35", OPTIONS: "0,2,3,4,7,8,15,16,17,38,39"}

_MESSAGE = decoder(wire.Message)


class Member(Protocol):
    """Who hears the stream: an account or the prices; the calls are synchronous and must not block."""

    @property
    def wants(self) -> Mapping[str, Collection[str]]:
        """The keys it follows by service; an account's activity has none."""
        ...

    def told(self, service: str, rows: list[msgspec.Raw]) -> None:
        """A service said something; raises ProtocolError."""
        ...

    def alive(self) -> None:
        """Something came."""
        ...

    def up(self) -> None:
        """What was missed has to be read."""
        ...

    def down(self, reason: str) -> None:
        """The connection is gone and is being mended."""
        ...

    def refused(self, problem: Refused) -> None:
        """The login opens the stream no more."""
        ...


class Streamer:
    """`transport.Ear` with a member for each account in session and for the prices.

    The connection is opened by the first member and ended by the last. Commands go one after the other: Schwab fails one
    of two that it works at once.
    """

    def __init__(
        self, config: SchwabConfig, login: Login, bucket: TokenBucket, clock: Clock, entropy: Entropy
    ) -> None:  # fmt: skip
        self._config = config
        self._login = login
        self._client = SchwabClient(config, login, Health(clock), asyncio.get_running_loop().time, bucket)
        self._stream = Stream(self._client.http, self._url, self, entropy, config.stream)
        self._members: list[Member] = []
        self._joining = asyncio.Lock()
        self._commanding = asyncio.Lock()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._early: list[wire.Batch] = []
        self._info = wire.StreamPlace("", "", "")
        self._number = 0

    @property
    def is_up(self) -> bool:
        """Whether the stream is open."""
        return self._stream.is_up

    async def join(self, member: Member) -> None:
        """Hear the stream; raises Unavailable, Refused or ProtocolError, and the member is none then."""
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
                    for service, keys in member.wants.items():
                        await self._follow(service, keys)
                    member.up()
            except BaseException:
                await self._part(member)
                raise

    async def leave(self, member: Member) -> None:
        """Hear the stream no more."""
        async with self._joining:
            if member in self._members:
                await self._part(member)

    async def follow(self, service: str, keys: Collection[str]) -> None:
        """Add keys to a service on an open stream; one that is being mended asks its members when it is back."""
        async with self._joining:
            if self.is_up:
                await self._follow(service, keys)

    def drop(self, reason: str) -> None:
        """Give the connection up: it is open and says nothing that it should, or nothing that can be understood."""
        self._stream.drop(reason)

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Log in and follow everything that a member wants."""
        self._early.clear()
        token, info = await self._login.token(), self._info
        login = {"Authorization": token, "SchwabClientChannel": info.schwab_client_channel,
                 "SchwabClientFunctionId": info.schwab_client_function_id}  # fmt: skip
        try:
            await self._ask(socket, "ADMIN", "LOGIN", login)
        except Refused:
            # The next attempt logs in with another token, as Schwab advises.
            self._login.refused(token)
            raise
        for service, keys in self._wanted().items():
            await self._ask(socket, service, "SUBS", self._keys(service, keys))

    def hear(self, frame: bytes | str) -> None:
        """A frame: answers, heartbeats or what services tell."""
        message = read(_MESSAGE, frame, f"a frame of {WHAT}")
        if message.response is None and message.notify is None and message.data is None:
            raise ProtocolError(f"a frame of {WHAT} is none of those that Schwab documents")
        for member in self._members:
            member.alive()
        for answer in message.response or ():
            self._answered(answer)
        for notice in message.notify or ():
            if notice.content is not None:
                raise_bad(notice.content)
        for batch in message.data or ():
            self._tell(batch)

    def up(self) -> None:
        """Every member is to read what was missed; what came in answer to the subscriptions follows."""
        for member in list(self._members):
            member.up()
        early, self._early = self._early, []
        for batch in early:
            self._tell(batch)

    def down(self, reason: str) -> None:
        """The connection is gone."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Unavailable(reason))
        self._waiting.clear()
        for member in list(self._members):
            member.down(reason)

    def refused(self, problem: Refused) -> None:
        """The login opens nothing any more."""
        for member in list(self._members):
            member.refused(problem)

    # --- inside -----------------------------------------------------------------------------------

    async def _url(self) -> str:
        """Where the user's stream is, asked before each attempt."""
        self._info = await self._client.preference()
        url = self._info.streamer_socket_url
        host = urlsplit(url).hostname or ""
        if host != STREAM_HOST and not (self._config.twin and host == urlsplit(self._config.twin).hostname):
            raise ProtocolError(f"Schwab names {host[:80]!r} as its stream, which the desk does not know as Schwab's")
        return url

    def _wanted(self) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {}
        for member in self._members:
            for service, keys in member.wants.items():
                found.setdefault(service, {}).update(dict.fromkeys(keys))
        return {service: list(keys) for service, keys in found.items() if keys or service == ACTIVITY}

    def _keys(self, service: str, keys: Collection[str]) -> dict[str, str]:
        followed = [self._info.schwab_client_correl_id] if service == ACTIVITY else sorted(keys)
        return {"keys": ",".join(followed), "fields": FIELDS[service]}

    def _command(self, service: str, command: str, parameters: Mapping[str, str]) -> tuple[str, str]:
        """A command and the number under which it is answered."""
        self._number += 1
        number = str(self._number)
        request = {"service": service, "requestid": number, "command": command,
                   "SchwabClientCustomerId": self._info.schwab_client_customer_id,
                   "SchwabClientCorrelId": self._info.schwab_client_correl_id, "parameters": parameters}  # fmt: skip
        return number, msgspec.json.encode({"requests": [request]}).decode()

    async def _ask(self, socket: Socket, service: str, command: str, parameters: Mapping[str, str]) -> None:
        """Say a command on a connection that is being opened, and hear its answer."""
        number, text = self._command(service, command, parameters)
        await socket.say(text)
        while True:
            message = read(_MESSAGE, await socket.hear(), f"an answer of {WHAT}")
            self._early += message.data or []
            for notice in message.notify or ():
                if notice.content is not None:
                    raise_bad(notice.content)
            for answer in message.response or ():
                raise_bad(answer.content)
                if str(answer.requestid) == number:
                    return

    async def _follow(self, service: str, keys: Collection[str]) -> None:
        """Say a command on the open connection, and wait for its answer."""
        if self._config.stream.off or (service != ACTIVITY and not keys):
            return
        async with self._commanding:
            number, text = self._command(service, "SUBS" if service == ACTIVITY else "ADD", self._keys(service, keys))
            waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
            try:
                await self._stream.say(text)
                async with asyncio.timeout(self._config.stream.login):
                    await waiting
            except TimeoutError as late:
                raise Unavailable(f"{WHAT} did not answer a subscription in time") from late
            finally:
                self._waiting.pop(number, None)

    def _answered(self, answer: wire.Response) -> None:
        waiting = self._waiting.get(str(answer.requestid))
        if waiting is None or waiting.done():
            raise_bad(answer.content)
            return
        try:
            raise_bad(answer.content)
        except BrokerError as problem:
            waiting.set_exception(problem)
        else:
            waiting.set_result(None)

    def _tell(self, batch: wire.Batch) -> None:
        for member in list(self._members):
            if batch.service in member.wants:
                member.told(batch.service, batch.content)

    async def _part(self, member: Member) -> None:
        self._members.remove(member)
        if not self._members:
            await self._stream.close()
            await self._client.close()
            return
        gone = {service: set(keys) for service, keys in member.wants.items() if service != ACTIVITY}
        for service, wanted in self._wanted().items():
            gone.get(service, set()).difference_update(wanted)
        for service, left in gone.items():
            if left and self.is_up:
                with contextlib.suppress(Unavailable):  # then nothing is followed any more
                    await self._stream.say(self._command(service, "UNSUBS", {"keys": ",".join(sorted(left))})[1])


class Seat:
    """`transport.Channel` of one member: its place at the stream that all of a login share."""

    def __init__(self, streamer: Streamer, member: Member) -> None:
        self._streamer = streamer
        self._member = member
        self._joined = False

    @property
    def is_up(self) -> bool:
        """Whether the member hears the stream."""
        return self._joined and self._streamer.is_up

    async def open(self) -> None:
        """Join; raises Unavailable, Refused or ProtocolError."""
        self._joined = True
        try:
            await self._streamer.join(self._member)
        except BaseException:
            self._joined = False
            raise

    async def close(self) -> None:
        """Leave."""
        self._joined = False
        await self._streamer.leave(self._member)

    def drop(self, reason: str) -> None:
        """Have the stream begin anew, for every member."""
        self._streamer.drop(reason)


def raise_bad(said: wire.Said) -> None:
    """Raise what a code of the stream means, nothing for a good one."""
    if said.code in STREAM_GOOD:
        return
    verdict = STREAM_ERRORS.get(said.code)
    if verdict is None:
        raise ProtocolError(f"Schwab's stream answered {said.code} {said.msg[:200]!r}")
    refused = verdict.kind in {Kind.LOGIN, Kind.PERMISSION}
    raise (Refused if refused else Unavailable)(f"{verdict.sentence} ({said.msg[:200]})")
