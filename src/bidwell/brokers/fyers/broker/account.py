"""One account at Fyers: orders over REST, what becomes of them over the order stream."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bidwell.brokers.fyers import parse, wire
from bidwell.brokers.fyers.broker.reading import Reading
from bidwell.brokers.fyers.broker.ticket import SIDES, changes_of, ticket_of
from bidwell.brokers.fyers.broker.updates import Updates
from bidwell.brokers.fyers.client import FyersClient
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.login import Login
from bidwell.brokers.fyers.symbols import SymbolBook
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
from bidwell.model.errors import BrokerError, ConfigError, ProtocolError, Refused, Unavailable
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.instrument import Instrument
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Terms, TimeInForce
from bidwell.risk.approved import Approved

log = structlog.get_logger("bidwell")
_REMEMBERED = 5000
NOBODY = "reader"
"""The account of a session that only reads for the list of instruments."""


def capabilities(config: FyersConfig) -> Capabilities:
    """What Fyers can do: orders of a day, whose tag is not held to be unique."""
    rate = config.rate
    return Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}),
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC}),
        dedupe_scope=DedupeScope.NONE,
        attached_exits=False,
        replace=True,
        lists_the_day=True,
        orders_per_second=rate.per_second,
        burst=rate.burst - rate.reserved,
        reserved=2,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class FyersBroker:
    """The BrokerSession port over one login.

    `symbols` and `login` may be shared by what uses one credential. `connect` proves the token and reads the list of
    instruments first; it raises Unavailable or Refused then and leaves nothing running.
    """

    def __init__(
        self, config: FyersConfig, login: Login, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        self._config = config
        self._login = login
        self._account = account
        self._book = symbols
        self._clock = clock
        self._capabilities = capabilities(config)
        self._listener: BrokerListener | None = None
        self._health = Health(clock)
        self._client = FyersClient(config, login, self._health, asyncio.get_running_loop().time)
        self._client.on_login_lost = self._token_refused
        self._reading = Reading(self._client, symbols, account.id, clock)
        self._updates = Updates(self, config, self._client, self._reading, clock)
        self._stream = Stream(self._client.http, self._orders_url, self._updates, entropy, config.orders)
        self._accepted: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        return self._health.report()

    async def connect(self, listener: BrokerListener) -> None:
        """Prove the token, open the order stream and keep both until `close`."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError(f"the session of {self._account.id} has another listener already")
        self._client.open()
        try:
            await self.prove()
            await self._reading.prepare()
            self._listener = listener
            await self._stream.open()
        except BaseException as problem:
            self._listener = None
            await self._client.close()
            if isinstance(problem, BrokerError):
                self.lost(problem)
            raise
        self._begin(self._keep_token())

    async def close(self) -> None:
        """End the session; orders stay as they are at Fyers."""
        for task in list(self._tasks):
            task.cancel()
        await self._updates.close()
        await self._stream.close()
        await self._client.close()
        self._health.turn(SessionLife.DEAD, "closed")

    async def prove(self) -> None:
        """The read that proves the token; raises Refused where it is not taken or is another account's."""
        found = await self._client.profile()
        if self._account.broker_account not in {found.fy_id, NOBODY}:
            raise Refused(f"this login is client {found.fy_id}'s, not {self._account.broker_account}'s")
        self._health.login = self._login.day()

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError("Fyers is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        name = order.client_order_id
        row = self._book.row_of(order.instrument)
        if row is None:
            why = f"Fyers does not list {order.instrument} today"
            self.tell(ev.OrderRejected(self._clock.now(), name, "instrument.unlisted", why))
            return
        try:
            answer = await self._client.submit(ticket_of(order, row, self._config.product))
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.OrderRejected(self._clock.now(), name, no.verdict.code, no.verdict.message))
        else:
            self._took(answer, name)

    def _took(self, answer: wire.Placed, name: ClientOrderId) -> None:
        at = self._clock.now()
        if not answer.id:
            raise ProtocolError("Fyers took an order in and did not say under which id")
        self.tell(ev.OrderAccepted(at, name, BrokerOrderId(str(answer.id)), None, None))
        self._watch(str(answer.id))

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the stream."""
        name = order.client_order_id
        try:
            known = await self._id_of(order)
            if known is None:
                self.tell(ev.CancelRejected(self._clock.now(), name, "Fyers has no such order"))
                return
            await self._client.cancel(known)
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.CancelRejected(self._clock.now(), name, no.verdict.message))

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms; Fyers works the order on under its id, and the stream or a read tells."""
        self._must_be_up()
        name = order.client_order_id
        try:
            known = await self._id_of(order)
            if known is None:
                self.tell(ev.ReplaceRejected(self._clock.now(), name, "Fyers has no such order"))
                return
            self._updates.changing(known)
            await self._client.replace({"id": known, "side": SIDES[order.side], **changes_of(quantity, terms)})
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.ReplaceRejected(self._clock.now(), name, no.verdict.message))
            return
        await self._see_change(name, known, parse.Working(quantity, terms))

    async def _see_change(self, name: ClientOrderId, order_id: str, wanted: parse.Working) -> None:
        """Look whether the change stands already; where it does not, the stream tells of it."""
        try:
            now = await self._client.by_id(order_id)
            if now is None or parse.status(now) is not OrderStatus.WORKING:
                return
            asks = parse.working(now)
        except BrokerError as problem:
            self._health.trouble("a change", problem)
            return
        if self._updates.changed(order_id, asks, wanted):
            at = self._clock.now()
            self.tell(ev.OrderReplaced(at, name, asks.quantity, asks.terms, BrokerOrderId(order_id)))

    async def _id_of(self, order: Order) -> str | None:
        if order.broker_order_ids:
            return str(order.broker_order_ids[-1])
        found = await self._reading.row(order.client_order_id)
        return None if found is None else str(found.id)

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id, with its executions; None means that neither tag nor list shows one."""
        return await self._reading.find(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, executions, positions, holdings and cash."""
        return await self._reading.snapshot(since)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind names at Fyers, for the workspace's list."""
        self._client.open()
        return await self._reading.listing(symbols)

    async def held(self) -> list[str]:
        """Everything that is held or worked, by our ids."""
        self._client.open()
        await self._reading.prepare()
        found, _ = parse.held(await self._client.positions(), await self._client.holdings(), self._book)
        names = {str(each) for each in found}
        for row in await self._client.orders():
            if parse.STATUSES.get(row.status) is OrderStatus.WORKING:
                names.add(str(self._book.id_of(row.symbol)))
        return sorted(names)

    # --- what the stream tells ----------------------------------------------------------------------

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None:
        """Hand an event to the desk; an acceptance once, whichever of REST and stream was first."""
        if isinstance(event, ev.OrderAccepted) and event.broker_order_id is not None:
            known = event.broker_order_id in self._accepted
            self._accepted[event.broker_order_id] = None
            if len(self._accepted) > _REMEMBERED:
                del self._accepted[next(iter(self._accepted))]
            if known and not again:
                return
        if self._listener is not None:
            self._listener.on_broker_event(self._account.id, event)

    def accepted_before(self, order_id: str) -> bool:
        """Whether the desk was told that Fyers works this order."""
        return order_id in self._accepted

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
        """The session cannot go on by itself."""
        refused = isinstance(problem, Refused)
        life = SessionLife.NEEDS_LOGIN if refused else SessionLife.DEAD
        self._health.turn(life, str(problem), login_url=self._config.login_url if refused else "")
        self._health.trouble("connecting", problem)

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

    async def _orders_url(self) -> str:
        """Where the order stream is, which takes the token in use in its header."""
        await self._client.carry()
        return self._config.orders_url

    def _must_be_up(self) -> None:
        if not self._stream.is_up:
            raise Unavailable("the session with Fyers is down: nothing was sent")

    def _token_refused(self) -> None:
        """REST does not take the token: the stream begins anew, with another or with a word to a person."""
        if self._stream.is_up:
            self._stream.drop("Fyers does not take the access token any more")

    async def _keep_token(self) -> None:
        """Make another token before the present one ends, where the desk can."""
        while True:
            await asyncio.sleep(self._config.look_every)
            if not self._login.is_due():
                continue
            try:
                await self._login.renew()
            except BrokerError as problem:
                self._health.trouble("a new access token", problem)
            else:
                self._stream.drop("a new access token")

    def _watch(self, order_id: str) -> None:
        """An order that REST took must show on the stream; a stream that keeps silent of it is mute."""

        async def look() -> None:
            await asyncio.sleep(self._config.patience)
            if self._stream.is_up and not self._updates.mentioned(order_id):
                self._stream.drop("the order stream is open and says nothing of an order that was taken in")

        if not self._updates.mentioned(order_id):
            self._begin(look())

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
