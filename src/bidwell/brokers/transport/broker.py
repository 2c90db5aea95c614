"""A broker's account in session: orders over REST, what becomes of them over a stream that is kept open."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.transport.health import Health
from bidwell.brokers.transport.memory import Seen
from bidwell.brokers.transport.vendor import Kind
from bidwell.engine.ports import (
    BrokerEvent,
    BrokerListener,
    BrokerOrder,
    Capabilities,
    Clock,
    SessionLife,
    SessionReport,
    Snapshot,
)
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, ConfigError, InDoubt, Refused, Unavailable
from bidwell.model.ids import ClientOrderId
from bidwell.model.instrument import Instrument
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import Terms
from bidwell.risk.approved import Approved


class Connection(Protocol):
    """A broker's REST client, as far as it begins and ends."""

    def open(self) -> object: ...

    async def close(self) -> None: ...


class Reads(Protocol):
    """The reads of one account."""

    async def find(self, name: ClientOrderId, /) -> BrokerOrder | None: ...

    async def snapshot(self, since: datetime | None, /) -> Snapshot: ...

    async def listing(self, symbols: Sequence[str], /) -> list[Instrument]: ...


class Told(Protocol):
    """What the stream has said; `OrderUpdates` is one."""

    def mentions(self, order_id: str | int) -> int: ...

    async def close(self) -> None: ...


class Channel(Protocol):
    """What is kept open for the account's events; `Stream` is one."""

    @property
    def is_up(self) -> bool: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def drop(self, reason: str) -> None: ...


class Unworkable(Exception):
    """The broker cannot work this order, so that it is not asked; `code` is ours."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RemoteBroker(ABC):
    """The BrokerSession port, as far as no broker differs.

    An adapter sets `_client`, `_reading`, `_updates` and `_stream` in its constructor and says how its broker is asked:
    `probe`, `_place`, `_withdraw`, `_amend`, `_look_up`. Those that speak of an order raise Unworkable or Denied where
    the answer is no, which is told as an event; every other error leaves what they did in doubt, or undone, as it says.
    The other methods with one underscore are hooks with a sensible default.
    """

    _client: Connection
    _reading: Reads
    _updates: Told
    _stream: Channel

    def __init__(
        self, title: str, account: Account, clock: Clock, capabilities: Capabilities, *, patience: float,
        login_url: str = "", channel: str = "order stream",
    ) -> None:  # fmt: skip
        self._title = title
        self._account = account
        self._clock = clock
        self._capabilities = capabilities
        self._patience = patience
        self._login_url = login_url
        self._channel = channel
        self._health = Health(clock)
        self._listener: BrokerListener | None = None
        self._accepted: Seen[str] = Seen()
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_work = False

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        return self._health.report()

    # --- life -------------------------------------------------------------------------------------

    async def connect(self, listener: BrokerListener) -> None:
        """Prove the credential by a read, open the stream and keep it open until `close`.

        Raises Unavailable or Refused, and leaves nothing running then.
        """
        if self._listener is not None and self._listener is not listener:
            raise ConfigError(f"the session of {self._account.id} has another listener already")
        self._open()
        try:
            await self.probe()
            self._listener = listener
            await self._stream.open()
        except BaseException as problem:
            self._listener = None
            await self._shut()
            if isinstance(problem, BrokerError):
                self.lost(problem)
            raise
        if not self._at_work:
            self._at_work = True
            for work in self._chores():
                self._beside(work)

    async def close(self) -> None:
        """End the session; orders stay as they are at the broker."""
        self._at_work = False
        for task in list(self._tasks):
            task.cancel()
        await self._stream.close()
        await self._updates.close()
        await self._shut()
        self._health.turn(SessionLife.DEAD, "closed")

    @abstractmethod
    async def probe(self) -> object:
        """The read-only test, with what has to be read before the stream; raises Refused where the login is no good."""

    def _open(self) -> None:
        """Be ready to ask over REST; a client whose opening is awaited is opened by the reads themselves."""
        self._client.open()

    async def _shut(self) -> None:
        """Close the connections for REST."""
        await self._client.close()

    def _chores(self) -> Iterable[Coroutine[None, None, None]]:
        """What is done beside an open session until it is closed."""
        return ()

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError(f"{self._title} is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        await self._learn(order)
        try:
            await self._place(order)
        except Unworkable as cannot:
            self.tell(ev.OrderRejected(self._clock.now(), order.client_order_id, cannot.code, str(cannot)))
        except Denied as no:
            await self._place_denied(order, no)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the stream."""
        try:
            order_id = await self._id_of(order)
            if order_id is None:
                self._cancel_rejected(order, f"{self._title} has no such order")
                return
            await self._withdraw(order, order_id)
        except Unworkable as cannot:
            self._cancel_rejected(order, str(cannot))
        except Denied as no:
            await self._withdraw_denied(order, no)

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms; that the order works on them comes over the stream."""
        self._must_be_up()
        try:
            order_id = await self._id_of(order)
            if order_id is None:
                self._replace_rejected(order, f"{self._title} has no such order")
                return
            await self._amend(order, order_id, quantity, terms)
        except Unworkable as cannot:
            self._replace_rejected(order, str(cannot))
        except Denied as no:
            if not self._decides(no):
                raise
            self._replace_rejected(order, no.verdict.message)

    async def _learn(self, order: Order) -> None:  # noqa: B027 - most need nothing
        """Know what has to be known before an order is written; its errors say nothing about the order."""

    @abstractmethod
    async def _place(self, order: Order) -> None:
        """Write an order once, and tell that it was taken."""

    @abstractmethod
    async def _withdraw(self, order: Order, order_id: str, /) -> None:
        """Ask to cancel."""

    @abstractmethod
    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms, /) -> None:
        """Ask for other terms."""

    @abstractmethod
    async def _look_up(self, order: Order) -> str | None:
        """The broker's id of an order whose acceptance was not heard, by our own id; None where it has none."""

    async def _id_of(self, order: Order) -> str | None:
        if order.broker_order_ids:
            return str(order.broker_order_ids[-1])
        return await self._look_up(order)

    def _decides(self, no: Denied) -> bool:
        """Whether a refusal is about this order, rather than about the login."""
        return no.verdict.kind.rejects or no.verdict.kind is Kind.NOT_FOUND

    async def _place_denied(self, order: Order, no: Denied) -> None:
        """The broker did not take an order, or had it before."""
        if no.verdict.kind is Kind.DUPLICATE:
            await self._tell_first(order.client_order_id)
            return
        if not self._decides(no):
            raise no
        self.tell(ev.OrderRejected(self._clock.now(), order.client_order_id, no.verdict.code, no.verdict.message))

    async def _withdraw_denied(self, order: Order, no: Denied) -> None:
        """The broker did not cancel an order."""
        if not self._decides(no):
            raise no
        self._cancel_rejected(order, no.verdict.message)

    def _cancel_rejected(self, order: Order, why: str) -> None:
        self.tell(ev.CancelRejected(self._clock.now(), order.client_order_id, why))

    def _replace_rejected(self, order: Order, why: str) -> None:
        self.tell(ev.ReplaceRejected(self._clock.now(), order.client_order_id, why))

    async def _tell_first(self, name: ClientOrderId) -> None:
        """The id was used before: what became of the order under it is the answer to this one too."""
        theirs = await self.find(name)
        if theirs is None:
            raise InDoubt(f"{self._title} says it has had this order, and does not show it")
        self._tell_story(theirs, name)

    def _tell_story(self, theirs: BrokerOrder, name: ClientOrderId) -> None:
        """Tell an order as it stands by the events that lead there."""
        for event in story(theirs, name, self._clock.now()):
            self.tell(event, again=True)

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id, with its fills; None means that the broker answered that it has none."""
        return await self._reading.find(client_order_id)

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        """The order under our id, or none: a broker that keeps no id of ours has a choice to offer."""
        found = await self.find(client_order_id)
        return () if found is None else (found,)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions and cash."""
        return await self._reading.snapshot(since)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind the broker's symbols, for the workspace's list."""
        self._open()
        return await self._reading.listing(symbols)

    # --- what the stream tells ----------------------------------------------------------------------

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None:
        """Hand an event to the desk, an acceptance once unless it is told `again`."""
        if (self._is_news(event) or again) and self._listener is not None:
            self._listener.on_broker_event(self._account.id, event)

    def _is_news(self, event: BrokerEvent) -> bool:
        """Note an event; False for an acceptance that REST or the stream told before."""
        if isinstance(event, ev.OrderAccepted) and event.broker_order_id is not None:
            return self._accepted.add(event.broker_order_id)
        return True

    def accepted_before(self, order_id: str) -> bool:
        """Whether the desk was told that the broker works this order."""
        return order_id in self._accepted

    def came_up(self) -> None:
        """The stream is up: the desk reads what was missed."""
        self._active()
        if self._listener is not None:
            self._listener.on_connected(self._account.id)

    def _active(self) -> None:
        """Show that the session is up."""
        self._health.turn(SessionLife.ACTIVE)

    def went_down(self, reason: str) -> None:
        """The stream is gone and is being mended; a login that is over stays what has to be seen to."""
        if self._health.state.life is not SessionLife.NEEDS_LOGIN:
            self._health.turn(SessionLife.DEAD, f"reconnecting: {reason}")
        self._health.trouble(self._channel, reason, "stream")
        if self._listener is not None:
            self._listener.on_disconnected(self._account.id, reason)

    def lost(self, problem: BrokerError) -> None:
        """The session cannot go on by itself."""
        refused = isinstance(problem, Refused)
        life = SessionLife.NEEDS_LOGIN if refused else SessionLife.DEAD
        self._health.turn(life, str(problem), login_url=self._login_url if refused else "")
        self._health.trouble("connecting", problem)

    def heard(self) -> None:
        """Something came over the stream."""
        self._health.heard()

    def trouble(self, what: str, problem: BrokerError | str, code: str = "") -> None:
        """Something came that a person should know of."""
        self._health.trouble(what, problem, code)

    def reread(self, reason: str) -> None:
        """What came cannot be made sense of: the stream begins anew, and with it the desk's reading."""
        self._stream.drop(reason)

    # --- beside it ----------------------------------------------------------------------------------

    def _must_be_up(self) -> None:
        """Raise Unavailable where the account's events are not heard."""
        if not self._stream.is_up:
            raise Unavailable(f"the session with {self._title} is down: nothing was sent")

    def _watch(self, order_id: str | int, mentions: int = 1) -> None:
        """What REST took in must show on the stream; a stream that keeps silent of it is mute."""

        async def look() -> None:
            await asyncio.sleep(self._patience)
            if self._stream.is_up and self._updates.mentions(order_id) < mentions:
                self._stream.drop(f"the {self._channel} is open and says nothing of an order that was taken in")

        if self._updates.mentions(order_id) < mentions:
            self._beside(look())

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        """Do something until it is done or the session is closed."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def story(theirs: BrokerOrder, name: ClientOrderId, at: datetime, code: str = "rejected") -> tuple[BrokerEvent, ...]:
    """An order as it stands, told as the events that lead there; a rejection with `code`."""
    if theirs.status is OrderStatus.REJECTED and not theirs.filled_quantity:
        return (ev.OrderRejected(at, name, code, theirs.reason),)
    told: list[BrokerEvent] = [ev.OrderAccepted(at, name, theirs.broker_order_id, None, theirs.created_at)]
    told += [ev.OrderFilled(at, name, fill) for fill in theirs.fills]
    if theirs.status is OrderStatus.CANCELED:
        told.append(ev.OrderCanceled(at, name, theirs.reason, theirs.filled_quantity))
    elif theirs.status is OrderStatus.EXPIRED:
        told.append(ev.OrderExpired(at, name, theirs.reason, theirs.filled_quantity))
    return tuple(told)
