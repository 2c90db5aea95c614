"""The paper venue's own process: a market, accounts and their orders behind a TCP socket, with a durable state."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from bidwell.engine.ports import Clock
from bidwell.model.errors import ConfigError, DataError
from bidwell.model.ids import InstrumentId
from bidwell.simulation import reports, wire
from bidwell.simulation.administration import Administration, Refusable, set_speed
from bidwell.simulation.checks import Refusal
from bidwell.simulation.faults import FaultScript
from bidwell.simulation.floor import Outcome, VenueSettings
from bidwell.simulation.gateway import Gateway, Trading
from bidwell.simulation.market import Market
from bidwell.simulation.orders import AccountSpec, Models
from bidwell.simulation.sessions import Connection
from bidwell.simulation.store import ROTATE_AFTER, Store
from bidwell.simulation.venue import Venue

log = structlog.get_logger(__name__)

_encode = msgspec.json.Encoder().encode
_GARBAGE = b'{"type":"filled","fill":{"quantity":\n'
TICK = 0.05
QUIET_TICKS = 20
RETIRED_PER_TICK = 200
LONGEST_HISTORY = 100_000


class VenueServer:
    """Serve the accounts in `data_dir` on 127.0.0.1.

    `run` returns after `stop`; it raises ConfigError when the folder or the port is taken, and OSError when
    the log cannot be written any more: nothing unwritten has been told to anybody then. `accounts` are opened
    where they are not there yet; `models` hold for accounts that come without their own.
    """

    def __init__(
        self,
        data_dir: Path,
        market: Market,
        clock: Clock,
        accounts: Sequence[AccountSpec] = (),
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        settings: VenueSettings | None = None,
        models: Models | None = None,
        faults: FaultScript | None = None,
        rotate_after: int = ROTATE_AFTER,
    ) -> None:
        self._market = market
        self._clock = clock
        self._accounts = accounts
        self._host = host
        self._wanted_port = port
        self._store = Store(data_dir, rotate_after=rotate_after)
        try:
            state = self._store.recover()
        except BaseException:
            self._store.close()
            raise
        self.venue = Venue(state, market, clock, settings)
        self.gateway = Gateway(self.venue, self, faults)
        self._administration = Administration(
            self.gateway, market, self._publish, lambda seconds: self.mute("", seconds), models or Models()
        )
        self.token = _token(data_dir / "token")
        self.port = 0
        self.ready = asyncio.Event()
        self._connections: set[Connection] = set()
        self._sessions: dict[str, list[Connection]] = {}
        self._feeds: set[Connection] = set()
        self._outbox: dict[Connection, list[bytes]] = {}
        self._commit_due = False
        self._timer: asyncio.TimerHandle | None = None
        # When the timer is due is kept here: not every loop's handle can tell.
        self._timer_due = 0.0
        self._answers: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Future[None] | None = None

    # lifecycle

    async def run(self) -> None:
        """Serve until `stop`."""
        loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        try:
            server = await loop.create_server(lambda: Connection(self), self._host, self._wanted_port)
        except OSError as problem:
            self._store.close()
            raise ConfigError(f"port {self._wanted_port} cannot be used for the paper venue: {problem}") from problem
        self.port = server.sockets[0].getsockname()[1]
        for spec in self._accounts:
            self._store.append(self.venue.open_account(spec))
        self._store.commit()
        self._leave_address()
        log.info("venue_listens", host=self._host, port=self.port, accounts=len(self.venue.state.accounts))
        running = [loop.create_task(self._trade_on_quotes()), loop.create_task(self._tick())]
        for task in running:
            task.add_done_callback(self._task_ended)
        self.ready.set()
        try:
            await self._ended
        finally:
            server.close()
            for task in (*running, *self._answers):
                task.cancel()
            await asyncio.gather(*running, *self._answers, return_exceptions=True)
            self._shut()

    def stop(self) -> None:
        """End `run`; what was told is durable, orders stay."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    def _shut(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with contextlib.suppress(OSError):  # a log that could not be written is why we are here
            self._commit()
        for connection in list(self._connections):
            connection.hang_up()
        self._store.close()

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (problem := task.exception()) is not None:
            self._fail(problem)

    def _fail(self, problem: BaseException) -> None:
        log.error("venue_failed", problem=repr(problem))
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(problem)

    def _leave_address(self) -> None:
        path = self._store.folder / "address.json"
        draft = path.with_suffix(".draft")
        draft.write_bytes(_encode({"host": self._host, "port": self.port, "pid": os.getpid()}))
        draft.replace(path)

    # the market

    async def _trade_on_quotes(self) -> None:
        async for batch in self._market.quotes():
            self._publish(self.venue.on_quotes(batch))
            names = {quote.instrument for quote in batch}
            for feed in self._feeds:
                feed.stale |= names

    async def _tick(self) -> None:
        quiet = 0
        while True:
            await asyncio.sleep(TICK)
            self._publish(self.venue.on_clock())
            self._store.retire(self.venue.state, RETIRED_PER_TICK)
            quiet += 1
            cache: dict[frozenset[str], bytes] = {}
            for feed in self._feeds:
                if (feed.stale or quiet >= QUIET_TICKS) and not feed.behind:
                    stale, feed.stale = frozenset(feed.stale), set()
                    if stale not in cache:
                        cache[stale] = self._batch(stale)
                    feed.write(cache[stale])
            if cache or quiet >= QUIET_TICKS:
                quiet = 0

    def _batch(self, names: frozenset[str]) -> bytes:
        quotes = self.venue.quotes
        rows = [reports.quote_row(quotes[name]) for name in sorted(names)]
        return _encode(wire.Quotes(self._market.now(), self._market.speed, rows)) + b"\n"

    def _publish(self, outcomes: list[Outcome]) -> None:
        self.gateway.publish(outcomes, self._now())
        self._arm()

    # what connections call (sessions.Desk)

    def enter(self, connection: Connection) -> None:
        """Know a connection, also before its login."""
        self._connections.add(connection)

    def admit(self, connection: Connection) -> wire.Report:
        """Welcome a connection, or refuse it."""
        if connection.role == "account":
            if connection.account not in self.venue.state.accounts:
                return wire.Refused("account.unknown", f"there is no account {connection.account!r}")
            self._sessions.setdefault(connection.account, []).append(connection)
        elif connection.role == "feed":
            self._feeds.add(connection)
            connection.stale = set(self.venue.quotes)
        return wire.Welcome(self._market.now(), wire.VERSION, self._market.speed)

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self._connections.discard(connection)
        self._feeds.discard(connection)
        self._outbox.pop(connection, None)
        sessions = self._sessions.get(connection.account)
        if sessions and connection in sessions:
            sessions.remove(connection)

    def trade(self, account: str, request: Trading) -> None:
        """Take a trading request."""
        self.gateway.request(account, request, self._now())
        self._arm()

    def decline(self, account: str, client_order_ids: list[str], refusal: Refusal) -> None:
        """Reject submissions that could not be read; their ids are taken from now on."""
        self._publish(self.venue.decline_unread(account, client_order_ids, refusal))

    def read(self, connection: Connection, request: wire.Find | wire.Snapshot) -> None:
        """Answer a question about an account."""
        state, account = self.venue.state, connection.account
        if isinstance(request, wire.Find):
            order = state.find(account, request.client_order_id)
            connection.say(wire.Found(request.request, reports.order_view(order) if order else None))
        else:
            orders = [*state.closed_since(account, request.since), *state.open_orders(account)]
            held = state.accounts[account]
            connection.say(reports.book(request.request, self._clock.now(), held, orders))

    def answer(self, connection: Connection, request: wire.Ask | wire.Bars | wire.Speed | wire.Admin) -> None:
        """Answer a question about the market or the venue."""
        if isinstance(request, wire.Bars):
            task = asyncio.get_running_loop().create_task(self._answer_bars(connection, request))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)
            return
        try:
            value = self._value(connection, request)
        except Refusable as problem:
            connection.say(wire.Problem(problem.code, str(problem), request.request))
        except msgspec.MsgspecError as problem:
            connection.say(wire.Problem("arguments", str(problem), request.request))
        else:
            connection.say(wire.Answer(request.request, value))

    def queue(self, connection: Connection, line: bytes) -> None:
        """Write a line when everything said so far is durable."""
        if connection.muted:
            return
        waiting = self._outbox.get(connection)
        if waiting is None:
            self._outbox[connection] = [line]
        else:
            waiting.append(line)
        self._commit_soon()

    # what the gateway calls (gateway.Outlet)

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Make facts durable before anything told after this call leaves."""
        self._store.append(outcomes)
        self._commit_soon()

    def tell(self, account: str, said: wire.Report) -> None:
        """Tell every session of an account."""
        sessions = self._sessions.get(account)
        if sessions:
            line = _encode(said) + b"\n"
            for connection in sessions:
                self.queue(connection, line)

    def garble(self, account: str) -> None:
        """Send the account's sessions a line that is no message."""
        for connection in self._sessions.get(account, ()):
            self.queue(connection, _GARBAGE)

    def cut(self, account: str) -> None:
        """Break the account's connections."""
        for connection in list(self._sessions.get(account, ())):
            connection.cut()

    def mute(self, account: str, seconds: float) -> None:
        """Keep connections open and silent: an account's, or the feed's where no account is named."""
        for connection in self._sessions.get(account, ()) if account else self._feeds:
            connection.muted_until = self._now() + seconds

    # durability

    def _commit_soon(self) -> None:
        if not self._commit_due:
            self._commit_due = True
            asyncio.get_running_loop().call_soon(self._commit_and_write)

    def _commit_and_write(self) -> None:
        try:
            self._commit()
            if self._store.full:
                self._store.rotate(self.venue.state)
        except OSError as problem:
            self._outbox.clear()
            for connection in list(self._connections):
                connection.cut()
            self._fail(problem)

    def _commit(self) -> None:
        self._commit_due = False
        self._store.commit()
        outbox, self._outbox = self._outbox, {}
        for connection, lines in outbox.items():
            connection.write(b"".join(lines))

    # inside

    def _value(self, connection: Connection, request: wire.Ask | wire.Speed | wire.Admin) -> object:
        if isinstance(request, wire.Admin):
            if connection.role != "admin":
                raise Refusable("role", "this is for the admin role")
            return self._administration.carry_out(request.what, request.arguments)
        if isinstance(request, wire.Speed):
            return set_speed(self._market, request.speed)
        if request.what == "instruments":
            return [reports.instrument_view(each) for each in self._market.instruments()]
        if request.what == "rates":
            return reports.rate_rows(self._market.rates())
        if request.what == "clock":
            return {"at": self._market.now(), "speed": self._market.speed}
        raise Refusable("ask.unknown", f"there is no fact {request.what!r}")

    async def _answer_bars(self, connection: Connection, request: wire.Bars) -> None:
        if not (0 < request.count <= LONGEST_HISTORY and request.seconds > 0):
            connection.say(wire.Problem("bars", f"count is 1 to {LONGEST_HISTORY}, seconds above 0", request.request))
            return
        try:
            found = await self._market.bars(
                InstrumentId(request.instrument), request.seconds, request.until, request.count
            )
        except DataError as problem:
            connection.say(wire.Problem(problem.code, str(problem), request.request))
        else:
            connection.say(wire.Answer(request.request, [reports.bar_row(bar) for bar in found]))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _arm(self) -> None:
        due = self.gateway.next_due
        if due is None:
            return
        if self._timer is not None:
            if self._now() < self._timer_due <= due:
                return
            self._timer.cancel()
        self._timer, self._timer_due = asyncio.get_running_loop().call_at(due, self._due), due

    def _due(self) -> None:
        self._timer = None
        self.gateway.advance(self._now())
        self._arm()


def _token(path: Path) -> str:
    """The token of the folder, made at the first start; readable by its owner alone."""
    if path.exists():
        return path.read_text().strip()
    token = secrets.token_urlsafe(32)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(token)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return token
