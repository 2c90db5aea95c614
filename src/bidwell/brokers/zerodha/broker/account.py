"""One account at Zerodha: orders over REST, what becomes of them over the ticker's order updates."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.brokers.transport import Health, Kind, Stream
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.zerodha import parse, wire
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.brokers.zerodha.broker.reading import Reading
from bidwell.brokers.zerodha.broker.ticket import changes_of, product_for, ticket_of
from bidwell.brokers.zerodha.broker.updates import Updates
from bidwell.brokers.zerodha.client import ZerodhaClient
from bidwell.brokers.zerodha.config import ZerodhaConfig
from bidwell.brokers.zerodha.symbols import EXCHANGES
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
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Terms, TimeInForce
from bidwell.risk.approved import Approved

_LONGEST_SLEEP = 30.0
"""Seconds between looks at the clock, which may be put right meanwhile."""

NO_LOGIN = "Zerodha wants a login each day: log in and bring the request token back"


def capabilities(config: ZerodhaConfig) -> Capabilities:
    """What Kite can do: a tag is not held against a second order, so nothing in doubt is ever sent again."""
    return Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}),
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC}),
        dedupe_scope=DedupeScope.NONE,
        attached_exits=False,
        replace=True,
        fractional=False,
        orders_per_second=config.order_rate.per_second,
        burst=config.order_rate.burst,
        reserved=2,
        quarantine=timedelta(seconds=30),
        lists_the_day=True,
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class ZerodhaBroker:
    """The BrokerSession port over one day's login.

    `masters` may be shared by the accounts of one environment. `connect` reads the profile first, so that a login that
    is over is told at once; it raises Unavailable or Refused then and leaves nothing running.
    """

    def __init__(
        self, config: ZerodhaConfig, account: Account, masters: Masters, clock: Clock, entropy: Entropy
    ) -> None:
        self._config = config
        self._account = account
        self._clock = clock
        self._capabilities = capabilities(config)
        self._listener: BrokerListener | None = None
        self._health = Health(clock)
        self._health.login = config.login
        self._client = ZerodhaClient(config, self._health, asyncio.get_running_loop().time, self._logged_out)
        self._reading = Reading(self._client, masters, account.id, clock, config.settling)
        self._updates = Updates(self, self._reading)
        self._stream = Stream(self._client.http, config.ticker, self._updates, entropy, config.stream)
        self._working: set[asyncio.Task[None]] = set()

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age and last errors."""
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
            self._beside(self._prepare())
            self._beside(self._end_with_the_login())
        except BaseException as problem:
            self._listener = None
            await self._client.close()
            if isinstance(problem, BrokerError):
                self.lost(problem)
            raise

    async def close(self) -> None:
        """End the session here; the day's login and the orders stay as they are at Zerodha."""
        for task in list(self._working):
            task.cancel()
        await self._updates.close()
        await self._stream.close()
        await self._client.close()
        self._health.turn(SessionLife.DEAD, "closed")

    async def probe(self) -> wire.Profile:
        """The read-only test: whose login it is; raises Refused where it is over or another account's."""
        self._client.open()
        login = self._config.login
        if login is None:
            raise Refused(NO_LOGIN)
        if login.over(self._clock.now()):
            raise Refused(login.ended().reason)
        found = await self._client.profile()
        if found.user_id != self._account.broker_account:
            raise Refused(f"this login is of {found.user_id}, and the account is {self._account.broker_account}")
        return found

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError("Zerodha is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        name = order.client_order_id
        row = await self._reading.row(order.instrument)
        if row is None or row.is_index:
            why = f"Zerodha does not trade {order.instrument}"
            self.tell(ev.OrderRejected(self._clock.now(), name, "instrument.unlisted", why))
            return
        product = product_for(order, row, self._config.product, self._reading.by_product(order.instrument))
        try:
            order_id = await self._client.submit(ticket_of(order, row, product))
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.OrderRejected(self._clock.now(), name, no.verdict.code, no.verdict.message))
            return
        if self._updates.accepted(order_id, (order.quantity, order.terms)):
            self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(order_id)))
        self._watch(order_id, 1)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the stream."""
        name = order.client_order_id
        try:
            order_id = await self._id_of(order)
            if order_id is None:
                self.tell(ev.CancelRejected(self._clock.now(), name, "Zerodha has no such order"))
                return
            heard = self._updates.mentions(order_id)
            await self._client.cancel(self._reading.variety(order_id), order_id)
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.CancelRejected(self._clock.now(), name, no.verdict.message))
        else:
            self._watch(order_id, heard + 1)

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms: Zerodha works the same order on them, and says so over the stream."""
        self._must_be_up()
        name, order_id = order.client_order_id, await self._id_of(order)
        if order_id is None:
            self.tell(ev.ReplaceRejected(self._clock.now(), name, "Zerodha has no such order"))
            return
        heard = self._updates.mentions(order_id)
        self._updates.changing(order_id, (order.quantity, order.terms))
        try:
            await self._client.replace(self._reading.variety(order_id), order_id, changes_of(order, quantity, terms))
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self._updates.unchanged(order_id)
            self.tell(ev.ReplaceRejected(self._clock.now(), name, no.verdict.message))
        else:
            self._watch(order_id, heard + 1)

    async def _id_of(self, order: Order) -> str | None:
        if order.broker_order_ids:
            return str(order.broker_order_ids[-1])
        found = await self._reading.by_name(order.client_order_id)
        return None if found is None else found.order_id

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our tag among the day's, with its trades; None means that the day has none."""
        return await self._reading.find(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions, holdings and cash."""
        return await self._reading.snapshot(since)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind Zerodha's symbols, for the workspace's list."""
        self._client.open()
        return await self._reading.listing(symbols)

    async def held(self) -> list[str]:
        """Zerodha's symbols of everything that is held or worked."""
        self._client.open()
        held = [each for each in await self._client.positions() if each.quantity]
        worked = [
            each for each in await self._client.orders() if parse.STATUSES.get(each.status) is OrderStatus.WORKING
        ]
        rows: list[wire.Order | wire.Position | wire.Holding] = [*held, *await self._client.holdings(), *worked]
        return sorted({f"{row.exchange}:{row.tradingsymbol}" for row in rows})

    # --- what the stream tells ----------------------------------------------------------------------

    def tell(self, event: BrokerEvent) -> None:
        """Hand an event to the desk."""
        if self._listener is not None:
            self._listener.on_broker_event(self._account.id, event)

    def came_up(self) -> None:
        """The order stream is up: the desk reads what was missed."""
        self._health.turn(SessionLife.ACTIVE)
        if self._listener is not None:
            self._listener.on_connected(self._account.id)

    def went_down(self, reason: str) -> None:
        """The order stream is gone and is being mended."""
        if self._health.state.life is not SessionLife.NEEDS_LOGIN:
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

    def _logged_out(self, reason: str) -> None:
        """REST says that the login is over: so is the stream, whatever it still says."""
        self._health.turn(SessionLife.NEEDS_LOGIN, reason, login_url=self._config.login_url)
        self._stream.drop(reason)

    async def _prepare(self) -> None:
        """Have the day's instrument lists before the first order needs one."""
        try:
            await self._reading.learn(EXCHANGES)
        except BrokerError as problem:
            self.trouble("instrument lists", problem)

    async def _end_with_the_login(self) -> None:
        """Give the stream up when the token ends, whatever it still says."""
        login = self._config.login
        while login is not None and not login.over(now := self._clock.now()):  # noqa: ASYNC110 - the clock passes it
            await asyncio.sleep(min((login.ends_at - now).total_seconds(), _LONGEST_SLEEP))
        if login is not None:
            self._logged_out(login.ended().reason)

    def _must_be_up(self) -> None:
        login = self._config.login
        if login is None or login.over(self._clock.now()):
            raise Unavailable("the day's login at Zerodha is over: nothing was sent")
        if not self._stream.is_up:
            raise Unavailable("the session with Zerodha is down: nothing was sent")

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _watch(self, order_id: str, mentions: int) -> None:
        """What REST took in must show on the stream; a stream that keeps silent of it is mute."""

        async def look() -> None:
            await asyncio.sleep(self._config.patience)
            if self._stream.is_up and self._updates.mentions(order_id) < mentions:
                self._stream.drop("the order stream is open and says nothing of an order that was taken in")

        if self._updates.mentions(order_id) < mentions:
            self._beside(look())
