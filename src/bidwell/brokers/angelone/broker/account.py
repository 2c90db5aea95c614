"""One account at Angel One: orders over REST, what becomes of them over the order stream."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.broker.library import Library
from bidwell.brokers.angelone.broker.reading import Reading
from bidwell.brokers.angelone.broker.ticket import changes_of, product_for, ticket_of, variety_of
from bidwell.brokers.angelone.broker.updates import Updates
from bidwell.brokers.angelone.client import AngelClient, Login
from bidwell.brokers.angelone.client.login import Session
from bidwell.brokers.angelone.config import LOGIN_PAGE, ORDERS_PER_SECOND, AngelConfig
from bidwell.brokers.angelone.errors import UNKNOWN_SYMBOL
from bidwell.brokers.angelone.parse import orders as parse
from bidwell.brokers.transport import Health, Kind, Stream
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import (
    BrokerEvent,
    BrokerListener,
    BrokerOrder,
    Capabilities,
    Clock,
    DedupeScope,
    Entropy,
    SessionLife,
    SessionReport,
    Snapshot,
)
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, ConfigError, Refused, Unavailable
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.instrument import Instrument
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms, TimeInForce
from bidwell.risk.approved import Approved

_REMEMBERED = 5000


def capabilities(config: AngelConfig) -> Capabilities:
    """What Angel One can do for an account; tags are not checked for being unique, so nothing is sent twice."""
    return Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}),
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC}),
        dedupe_scope=DedupeScope.NONE,
        client_order_id_length=20,
        attached_exits=False,
        replace=True,
        orders_per_second=Decimal(ORDERS_PER_SECOND),
        burst=ORDERS_PER_SECOND,
        reserved=2,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class AngelBroker:
    """The BrokerSession port over one credential.

    `library` may be shared by the accounts of one environment, `login` by everybody who calls with the credential.
    `connect` reads the profile first, so that a login that is wrong is told at once; it raises Unavailable or Refused
    then and leaves nothing running.
    """

    def __init__(
        self, config: AngelConfig, account: Account, library: Library, login: Login, clock: Clock, entropy: Entropy
    ) -> None:
        self._config = config
        self._account = account
        self._library = library
        self._login = login
        self._clock = clock
        self._capabilities = capabilities(config)
        self._listener: BrokerListener | None = None
        self._health = Health(clock)
        self._client = AngelClient(config, login, self._health, asyncio.get_running_loop().time)
        self._reading = Reading(self._client, library, account.id, config, clock)
        self._updates = Updates(self, self._reading, clock)
        self._stream = Stream(self._client.http, self._updates_url, self._updates, entropy, config.stream)
        self._accepted: dict[str, None] = {}
        self._ids: dict[ClientOrderId, str] = {}
        self._kinds: dict[str, tuple[str, str]] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._session: Session | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        return self._health.report()

    async def connect(self, listener: BrokerListener) -> None:
        """Prove the login by a read, open the order stream and keep it open until `close`."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError(f"the session of {self._account.id} has another listener already")
        self._client.open()
        try:
            await self.probe()
            self._listener = listener
            await self._stream.open()
        except BaseException as problem:
            self._listener = None
            await self._client.close()
            if isinstance(problem, BrokerError):
                self.lost(problem)
            raise
        self._keep(self._mind_the_day())

    async def close(self) -> None:
        """End the session; orders stay as they are at Angel One."""
        for task in list(self._watching):
            task.cancel()
        await self._updates.close()
        await self._reading.close()
        await self._stream.close()
        await self._client.close()
        self._health.turn(SessionLife.DEAD, "closed")

    async def probe(self) -> wire.Profile:
        """The read-only test: the client behind the login; raises Refused where it is another's."""
        self._client.open()
        found = await self._client.profile()
        if found.clientcode.upper() != self._config.client_code.upper():
            raise Refused(f"this login opens {found.clientcode}, not {self._config.client_code}")
        return found

    async def funds(self) -> wire.Funds:
        """Its money."""
        self._client.open()
        return await self._client.funds()

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError("Angel One is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        name = order.client_order_id
        handle = await self._library.handle(self._client, self._clock.now(), order.instrument)
        if handle is None or self._library.book.is_watched(order.instrument):
            why = f"Angel One does not trade {order.instrument}"
            self.tell(ev.OrderRejected(self._clock.now(), name, "instrument.unlisted", why))
            return
        product = product_for(order, handle.exchange, self._config.product, self._reading.by_product(order.instrument))
        try:
            answer = await self._client.place(ticket_of(order, handle, product))
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            if no.verdict.code == UNKNOWN_SYMBOL:
                self._library.book.forget(order.instrument)
            self.tell(ev.OrderRejected(self._clock.now(), name, no.verdict.code, no.verdict.message))
            return
        self._know(name, answer.orderid, variety_of(order.terms), product)
        self._updates.know(answer.orderid, order.quantity, order.terms)
        if self._first(answer.orderid):
            self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(answer.orderid)))
        self._watch(answer.orderid, 1)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the stream."""
        name = order.client_order_id
        try:
            order_id = await self._id_of(order)
            if order_id is None:
                self.tell(ev.CancelRejected(self._clock.now(), name, "Angel One has no such order"))
                return
            heard = self._updates.mentions(order_id)
            await self._client.cancel(self._kind_of(order_id, order)[0], order_id)
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.CancelRejected(self._clock.now(), name, no.verdict.message))
        else:
            self._watch(order_id, heard + 1)

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms: Angel One works the same order on them, and says so over the stream."""
        self._must_be_up()
        name = order.client_order_id
        order_id = await self._id_of(order)
        handle = await self._library.handle(self._client, self._clock.now(), order.instrument)
        if order_id is None or handle is None:
            self.tell(ev.ReplaceRejected(self._clock.now(), name, "Angel One has no such order"))
            return
        variety, product = self._kind_of(order_id, order)
        # The stream may tell of it before the answer is here.
        self._updates.know(order_id, order.quantity, order.terms)
        self._updates.expect(order_id, quantity, terms)
        heard = self._updates.mentions(order_id)
        try:
            await self._client.modify(changes_of(order, order_id, variety, product, handle, quantity, terms))
        except Denied as no:
            self._updates.expect_not(order_id)
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.ReplaceRejected(self._clock.now(), name, no.verdict.message))
        else:
            self._watch(order_id, heard + 1)

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our tag among today's, with its fills; None means that Angel One answered without it."""
        return await self._reading.find(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions, holdings and cash."""
        return await self._reading.snapshot(since)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind Angel One's symbols or ours, for the workspace's list."""
        self._client.open()
        return await self._library.listing(self._client, self._clock.now(), symbols)

    async def held(self) -> list[str]:
        """Angel One's symbols of everything that is held or worked."""
        self._client.open()
        return await self._reading.names()

    # --- what the stream tells ----------------------------------------------------------------------

    def tell(self, event: BrokerEvent) -> None:
        """Hand an event to the desk."""
        if self._listener is not None:
            self._listener.on_broker_event(self._account.id, event)

    def accept(self, row: wire.Order) -> bool:
        """Note an order that the stream tells of; whether the desk was not told yet that Angel One works it."""
        self._know(parse.event_name(row), row.orderid, row.variety or "", row.producttype or "")
        return self._first(row.orderid)

    def came_up(self) -> None:
        """The order stream is up: the desk reads what was missed."""
        self._health.turn(SessionLife.ACTIVE)
        if self._listener is not None:
            self._listener.on_connected(self._account.id)

    def went_down(self, reason: str) -> None:
        """The order stream is gone and is being mended."""
        self._health.turn(SessionLife.DEAD, f"reconnecting: {reason}")
        self._health.trouble("order stream", reason, "stream")
        if self._listener is not None:
            self._listener.on_disconnected(self._account.id, reason)

    def lost(self, problem: BrokerError) -> None:
        """The session cannot go on by itself; a token that opens nothing is renewed at the next attempt."""
        refused = isinstance(problem, Refused)
        if refused:
            self._login.spoil(self._login.session)
        if self._health.state.reason != str(problem):
            # The same refusal comes at each attempt.
            self._health.trouble("connecting", problem)
        life = SessionLife.NEEDS_LOGIN if refused else SessionLife.DEAD
        self._health.turn(life, str(problem), login_url=LOGIN_PAGE if refused else "")

    def heard(self) -> None:
        """Something came over the stream."""
        self._health.heard()

    def trouble(self, what: str, problem: BrokerError | str) -> None:
        """Something came that a person should know of."""
        self._health.trouble(what, problem)

    def reread(self, reason: str) -> None:
        """What came cannot be made sense of: the stream begins anew, and with it the desk's reading."""
        self._stream.drop(reason)

    # --- inside -----------------------------------------------------------------------------------

    async def _updates_url(self) -> str:
        self._session = await self._client.session()
        return self._config.updates_url

    def _must_be_up(self) -> None:
        if not self._stream.is_up:
            raise Unavailable("the session with Angel One is down: nothing was sent")

    async def _id_of(self, order: Order) -> str | None:
        if order.broker_order_ids:
            return str(order.broker_order_ids[-1])
        known = self._ids.get(order.client_order_id)
        if known is None:
            row = await self._reading.row(order.client_order_id)
            if row is not None:
                self.accept(row)
                return row.orderid
        return known

    def _kind_of(self, order_id: str, order: Order) -> tuple[str, str]:
        """Variety and product type, which a change has to name; as they were told, else as this order would have them."""
        known = self._kinds.get(order_id) or self._reading.kinds.get(order_id)
        if known is not None:
            return known
        handle = self._library.book.handle_of(order.instrument)
        product = product_for(order, handle.exchange if handle is not None else "", self._config.product, {})
        return variety_of(order.terms), product

    def _know(self, name: ClientOrderId, order_id: str, variety: str, product: str) -> None:
        self._ids[name], self._kinds[order_id] = order_id, (variety, product)
        if len(self._ids) > _REMEMBERED:
            del self._ids[next(iter(self._ids))]
        if len(self._kinds) > _REMEMBERED:
            del self._kinds[next(iter(self._kinds))]

    def _first(self, order_id: str) -> bool:
        known = order_id in self._accepted
        self._accepted[order_id] = None
        if len(self._accepted) > _REMEMBERED:
            del self._accepted[next(iter(self._accepted))]
        return not known

    def _watch(self, order_id: str, mentions: int) -> None:
        """What REST took in must show on the stream; a stream that keeps silent of it is mute."""

        async def look() -> None:
            await asyncio.sleep(self._config.patience)
            if self._stream.is_up and self._updates.mentions(order_id) < mentions:
                self._stream.drop("the order stream is open and says nothing of an order that was taken in")

        if self._updates.mentions(order_id) < mentions:
            self._keep(look())

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _mind_the_day(self) -> None:
        """At the end of the day's login log in anew, before anything is refused for it."""
        while True:
            await asyncio.sleep(self._config.minding)
            if self._stream.is_up and self._session is not None and self._clock.now() >= self._session.ends_at:
                self._stream.drop("the day's login ended: logging in anew")
