"""One connection to a Gateway under one client id, which the accounts of a login, their prices and looks share."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from bidwell.brokers.ibkr import wire
from bidwell.brokers.ibkr.client import frames, library
from bidwell.brokers.ibkr.client.asked import Asked, error_of, sentence_of, unheard
from bidwell.brokers.ibkr.client.reader import Reader, UnknownMessage
from bidwell.brokers.ibkr.config import IbkrConfig
from bidwell.brokers.ibkr.errors import (
    AWAY,
    BACK,
    IN_USE,
    INFORMING,
    MUTE_GATEWAY,
    NO_GATEWAY,
    READ_ONLY,
    TAKEN_NUMBER,
    UNREAD,
    judge,
)
from bidwell.brokers.ibkr.wire import Told
from bidwell.brokers.transport import Recent, Seen, Socket, Throttled
from bidwell.brokers.transport.spare import spare_token
from bidwell.engine.ports import Clock, Entropy
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable

R = TypeVar("R", bound=wire.Message)
_LONGEST_WAIT = 5.0
SETTLING = 0.3
"""Seconds in which what still comes of an answer that is settled is taken along."""
_WINDOWS = {
    Told.OPEN_ORDERS_END: (wire.OpenOrder, wire.Status), Told.COMPLETED_ORDERS_END: (wire.OpenOrder,),
    Told.POSITIONS_END: (wire.Position,),
}  # fmt: skip


class User(Protocol):
    """Who hears a link; the calls must not block."""

    def on_message(self, message: wire.Message, *, listed: bool) -> None:
        """Something came that nobody else asked for, or `listed` what is being asked for."""
        ...

    def up(self) -> None:
        """The Gateway answers and is connected to Interactive Brokers."""
        ...

    def down(self, reason: str) -> None:
        """It does not."""
        ...

    def refused(self, problem: Refused) -> None:
        """The Gateway lets us in no more."""
        ...


class Link:
    """`transport.Ear` for the connection; open while somebody has joined.

    An answer that does not come in time ends the connection: lists are told without a number, and what comes late of one
    would pass for the whole of the next.
    """

    def __init__(self, config: IbkrConfig, clock: Clock, entropy: Entropy) -> None:
        self._config = config
        self._clock = clock
        self._monotonic = asyncio.get_running_loop().time
        self._bucket = config.rate.bucket(self._monotonic)
        self._history = config.history_rate.bucket(self._monotonic)
        self.stream = frames.TcpStream(config.host, config.port, config.connect_timeout, self, entropy, config.stream)
        self._seats: set[object] = set()
        self._users: list[User] = []
        self._opening = asyncio.Lock()
        self._asked: dict[int, Asked] = {}
        self._windows: dict[Told, Asked] = {}
        self._turns: defaultdict[Told, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._numbers: Iterator[int] = itertools.count(1)
        self._reckoned: Seen[int] = Seen()
        self._reckoning = asyncio.Lock()
        self._early: list[wire.Message] = []
        self._away = ""
        self._away_since = 0.0
        self._told_up = False
        self._writer: library.Writer | None = None
        self._reader: Reader | None = None
        self.client_id = config.client_id
        self.accounts: tuple[str, ...] = ()
        self.logins = 0
        self.read_only = False
        self.commissions: Recent[str, wire.Commission] = Recent()
        self.heard_at: datetime | None = None
        self.skew: timedelta | None = None

    # --- who uses it ----------------------------------------------------------------------------------

    @property
    def is_up(self) -> bool:
        """Whether the Gateway answers and is connected to Interactive Brokers."""
        return self.stream.is_up and not self._away

    async def join(self, seat: object) -> None:
        """Open the connection for another one; raises Unavailable or Refused."""
        self._seats.add(seat)
        try:
            async with self._opening:
                if self._writer is None:
                    await asyncio.to_thread(library.load)
                await self._open()
        except BaseException:
            self._seats.discard(seat)
            raise

    async def _open(self) -> None:
        asked_as = self.client_id
        try:
            await self.stream.open()
        except Refused:
            if self.client_id == asked_as:
                raise
            await self.stream.open()

    async def leave(self, seat: object) -> None:
        """Close it behind the last one."""
        self._seats.discard(seat)
        if not self._seats:
            async with self._opening:
                if not self._seats:
                    self._told_up = False
                    await self.stream.close()
                    self._forget("the connection was closed")

    def listen(self, user: User) -> None:
        """Hear everything from now on."""
        if user not in self._users:
            self._users.append(user)

    def unlisten(self, user: User) -> None:
        """Hear nothing any more."""
        if user in self._users:
            self._users.remove(user)

    def drop(self, reason: str) -> None:
        """Begin anew: what is open does not say what it should."""
        self.stream.drop(reason)

    # --- asking ---------------------------------------------------------------------------------------

    def number(self) -> int:
        """A number for an order or a request, which no other of this connection has."""
        return next(self._numbers)

    async def admit(self, *, writes: bool = False, urgent: bool = False) -> None:
        """Wait until a message may leave.

        What `writes` may use the rate's reserve, and what is `urgent` goes whatever the rate. Raises Unavailable.
        """
        self._must_be_up()
        if urgent:
            self._bucket.take(urgent=True)
            return
        wait = self._bucket.wait(urgent=writes)
        if wait > _LONGEST_WAIT:
            raise Throttled(f"our own rate limit has room in {wait:.1f} s: nothing was sent", wait)
        while not self._bucket.take(urgent=writes):  # noqa: ASYNC110 - time refills it, nobody sets an event
            await asyncio.sleep(self._bucket.wait(urgent=writes))

    async def write(self, call: str, *arguments: object) -> None:
        """Write a message that was admitted, on the connection of this moment; raises Unavailable or InDoubt.

        A number has to be taken right before: after a new login the numbers begin anew, and one that is used twice would
        change the other's order.
        """
        writer = self._must_be_up()
        await self.stream.say(writer.write(call, *arguments))

    async def send(self, call: str, *arguments: object, urgent: bool = False) -> None:
        """Write a message whose loss does no harm; raises Unavailable."""
        await self.admit(urgent=urgent)
        try:
            await self.write(call, *arguments)
        except InDoubt as problem:
            raise Unavailable(str(problem)) from problem

    async def ask(self, kind: type[R], call: str, *arguments: object, ends: str = "") -> list[R]:
        """Ask under a number, the first argument of the call, and gather what comes; `ends` stops what would go on.

        Raises Denied where the Gateway says no to it, Unavailable where it does not answer.
        """
        await self.admit()
        number = self.number()
        asked = self._asked[number] = Asked()
        try:
            await self._answered(call, (number, *arguments), asked)
            if ends:
                await self.send(ends, number)
        finally:
            self._asked.pop(number, None)
        return [row for row in asked.rows if isinstance(row, kind)]

    async def gather(
        self, kind: type[R], call: str, *arguments: object, within: float, most: int, ends: str = "",
        settled: Callable[[wire.Message], bool] | None = None,
    ) -> list[R]:  # fmt: skip
        """Ask under a number for what takes its time: an answer that does not come `within` seconds ends nothing.

        What `ends` stops by then is answered with what came; once a row has `settled` it, little more is waited for. Raises
        Denied, Unavailable, Throttled, and ProtocolError for more than `most` rows.
        """
        await self.admit()
        number = self.number()
        asked = self._asked[number] = Asked(most)
        # What is said of it too late is about no order.
        self._reckoned.add(number)
        try:
            await self.write(call, number, *arguments)
            async with asyncio.timeout(within) as limit:
                if settled is not None:
                    _hasten(limit, asked, settled)
                await asked.done
        except InDoubt as problem:
            raise Unavailable(str(problem)) from problem
        except TimeoutError as late:
            if not ends:
                raise Unavailable(f"the Gateway did not answer {call} in {within:g} s") from late
            await self.send(ends, number)
        finally:
            self._asked.pop(number, None)
        return [row for row in asked.rows if isinstance(row, kind)]

    async def reckon(self, contract: object, order: object) -> wire.WhatIf:
        """Ask what an order would change of the margin, which places nothing.

        One at a time, with a message that the rate has to spare, and an answer that does not come ends nothing. Raises
        Denied where the Gateway says no, Unavailable, Throttled.
        """
        async with self._reckoning:
            return await self._reckon(contract, order)

    async def _reckon(self, contract: object, order: object) -> wire.WhatIf:
        self._must_be_up()
        await spare_token(self._bucket, self._monotonic)
        writer, number = self._must_be_up(), self.number()
        question = writer.write_question(number, contract, order)
        asked = self._asked[number] = Asked()
        self._reckoned.add(number)
        try:
            await self.stream.say(question)
            async with asyncio.timeout(self._config.answer_timeout):
                await asked.done
        except InDoubt as problem:
            raise Unavailable(str(problem)) from problem
        except TimeoutError as late:
            raise Unavailable("the Gateway did not say in time what the order would take") from late
        finally:
            self._asked.pop(number, None)
        (told,) = (row for row in asked.rows if isinstance(row, wire.WhatIf))
        return told

    async def history(self, *arguments: object) -> list[wire.Bars]:
        """Bars, no oftener than Interactive Brokers allows; raises Throttled."""
        wait = self._history.wait(urgent=True)
        if wait:
            raise Throttled(f"history may be asked for again in {wait:.0f} s", wait)
        self._history.take(urgent=True)
        return await self.ask(wire.Bars, "reqHistoricalData", *arguments)

    async def listed(self, end: Told, call: str, *arguments: object, ends: str = "") -> list[wire.Message]:
        """A list that is told without a number, whole; one at a time. `ends` stops what would go on."""
        async with self._turns[end]:
            await self.admit()
            asked = self._windows[end] = Asked()
            try:
                await self._answered(call, arguments, asked)
                if ends:
                    await self.send(ends)
            finally:
                self._windows.pop(end, None)
            return asked.rows

    async def _answered(self, call: str, arguments: tuple[object, ...], asked: Asked) -> None:
        try:
            await self.write(call, *arguments)
            async with asyncio.timeout(self._config.answer_timeout):
                await asked.done
        except InDoubt as problem:
            raise Unavailable(str(problem)) from problem
        except TimeoutError as late:
            self.drop(f"no answer to {call}")
            raise Unavailable(f"the Gateway did not answer {call} in time") from late

    def _must_be_up(self) -> library.Writer:
        if self._writer is None or not self.is_up:
            raise Unavailable(self._away or "the Gateway is not connected: nothing was sent")
        return self._writer

    # --- transport.Ear --------------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Agree on a version, say which client we are, and wait for the accounts and the first free number."""
        try:
            async with asyncio.timeout(self._config.stream.login * 0.9):
                await self._greet(socket)
        except TimeoutError as late:
            raise Refused(MUTE_GATEWAY) from late

    async def _greet(self, socket: Socket) -> None:
        await socket.say(f"v{library.LOWEST}..{library.HIGHEST}")
        version = await self._version(socket)
        self._early, self._away = [], ""
        self.read_only = False
        self.logins += 1
        self._writer, self._reader = library.Writer(version, self.client_id), Reader(version)
        await socket.say(self._writer.write("startApi"))
        missing = {wire.NextId, wire.Accounts}
        while missing:
            try:
                message = self._reader.read(frames.fields(_bytes(await socket.hear())))
            except Unavailable as gone:
                raise Refused(NO_GATEWAY) from gone
            if message is None:
                continue
            missing.discard(type(message))
            self._open_with(message)
        if self.client_id == 0:
            # Only client 0 can take orders over that were placed by hand.
            await socket.say(self._writer.write("reqAutoOpenOrders", True))

    async def _version(self, socket: Socket) -> int:
        try:
            told = frames.fields(_bytes(await socket.hear()))
        except Unavailable as gone:
            raise Refused(NO_GATEWAY) from gone
        except ProtocolError:
            told = []
        if len(told) != 2 or not told[0].isdecimal():
            raise ProtocolError(f"what answers at {self._config.host}:{self._config.port} is no Gateway")
        version = int(told[0])
        if not library.LOWEST <= version <= library.HIGHEST:
            raise Refused(f"this Gateway speaks version {version} of the protocol: renew it")
        return version

    def _open_with(self, message: wire.Message) -> None:
        if isinstance(message, wire.NextId):
            self._numbers = itertools.count(message.number)
        elif isinstance(message, wire.Accounts):
            self.accounts = message.names
        elif isinstance(message, wire.Problem) and message.code == IN_USE:
            if self._config.second:
                self.client_id = self._config.client_id + 1
            raise Refused(judge(IN_USE, message.text).message)
        elif isinstance(message, wire.Problem) and message.code in AWAY | BACK:
            self._leave_off(sentence_of(message) if message.code in AWAY else "")
        else:
            self._early.append(message)

    def hear(self, frame: bytes | str) -> None:
        """A message of the connection that is up."""
        self.heard_at = self._clock.now()
        if self._reader is None:
            raise ProtocolError("the Gateway spoke before it was greeted")
        try:
            message = self._reader.read(frames.fields(_bytes(frame)))
        except UnknownMessage as unknown:
            message = wire.Problem(-1, UNREAD, str(unknown))
        if message is not None:
            self._take(message)

    def up(self) -> None:
        """The login was good."""
        if not self._away:
            self._told_up = True
            for user in list(self._users):
                user.up()
        early, self._early = self._early, []
        for message in early:
            self._take(message)

    def down(self, reason: str) -> None:
        """Whoever waits for an answer gets none."""
        self._lose(f"the connection to the Gateway is gone ({reason}): if it does not come back, see that IB Gateway runs "
                   "and is logged in")  # fmt: skip

    def refused(self, problem: Refused) -> None:
        """The Gateway lets us in no more."""
        for user in list(self._users):
            user.refused(problem)

    # --- inside ---------------------------------------------------------------------------------------

    def _take(self, message: wire.Message) -> None:
        if isinstance(message, wire.Commission):
            self.commissions[message.execution] = message
        if isinstance(message, wire.ServerTime):
            self._on_time(message)
        elif isinstance(message, wire.End):
            self._ended(message)
        elif isinstance(message, wire.Problem):
            self._problem(message)
        elif isinstance(message, wire.NextId):
            self._numbers = itertools.count(max(message.number, self.number()))
        elif isinstance(message, wire.Answer) and message.request in self._asked:
            self._asked[message.request].take(message)
            if isinstance(message, wire.Bars | wire.WhatIf):
                self._asked[message.request].finish()
        else:
            self._tell(message)

    def _on_time(self, message: wire.ServerTime) -> None:
        with library.understood("the Gateway's time"):
            self.skew = datetime.fromtimestamp(message.seconds, UTC) + timedelta(seconds=0.5) - self._clock.now()
        if self._away and self._monotonic() - self._away_since > self._config.away_most:
            # It answers, and never said that it is connected again: a new login tells.
            self.drop(self._away)

    def _tell(self, message: wire.Message) -> None:
        listed = False
        for end, kinds in _WINDOWS.items():
            window = self._windows.get(end)
            over = isinstance(message, wire.OpenOrder) and message.filled is not None
            if window is not None and isinstance(message, kinds) and over == (end is Told.COMPLETED_ORDERS_END):
                window.rows.append(message)
                listed = True
        for user in list(self._users):
            user.on_message(message, listed=listed)

    def _ended(self, end: wire.End) -> None:
        asked = self._windows.get(end.kind) if end.request is None else self._asked.get(end.request)
        if asked is not None:
            asked.finish()

    def _leave_off(self, why: str) -> None:
        """Note since when, and why, the Gateway is without Interactive Brokers."""
        self._away, self._away_since = why, self._monotonic()

    def _problem(self, problem: wire.Problem) -> None:
        self.read_only = self.read_only or READ_ONLY in problem.text.lower()
        if problem.code in AWAY:
            self._leave_off(sentence_of(problem))
            self._lose(self._away)
            return
        if problem.code in BACK:
            was = self._away
            self._leave_off("")
            if was:
                self.up()
            return
        asked = self._asked.get(problem.about)
        if asked is not None:
            if problem.code not in INFORMING:
                asked.fail(error_of(problem))
            return
        if problem.about in self._reckoned:
            return
        for user in list(self._users):
            user.on_message(problem, listed=False)
        if problem.code == TAKEN_NUMBER:
            # Somebody used our client id before: begin behind their numbers.
            self.drop("the numbers of orders are not ours alone")

    def _lose(self, reason: str) -> None:
        self._forget(reason)
        told, self._told_up = self._told_up, False
        for user in list(self._users) if told else ():
            user.down(reason)

    def _forget(self, reason: str) -> None:
        for asked in (*self._asked.values(), *self._windows.values()):
            asked.fail(Unavailable(reason))


def _hasten(limit: asyncio.Timeout, asked: Asked, settled: Callable[[wire.Message], bool]) -> None:
    """Bring the end of the waiting forward as soon as a row has settled the question."""

    def heard(row: wire.Message) -> None:
        soon, end = asyncio.get_running_loop().time() + SETTLING, limit.when()
        if settled(row) and end is not None and soon < end and not limit.expired():
            limit.reschedule(soon)
            asked.heard = unheard

    asked.heard = heard
    for row in list(asked.rows):
        asked.heard(row)


def _bytes(frame: bytes | str) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame
