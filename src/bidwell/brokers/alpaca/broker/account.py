"""One account at Alpaca: orders over REST, what becomes of them over the order stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.broker.reading import Reading
from bidwell.brokers.alpaca.broker.ticket import ticket_of
from bidwell.brokers.alpaca.broker.updates import Updates
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.config import AlpacaConfig
from bidwell.brokers.alpaca.symbols import SymbolBook
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
from bidwell.model.errors import BrokerError, ConfigError, InDoubt, Refused, Unavailable
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.instrument import Instrument
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms, TimeInForce
from bidwell.risk.approved import Approved

log = structlog.get_logger("bidwell")
_REMEMBERED = 5000
_FIRST_LOOK = timedelta(days=7)


def capabilities(account: Account, config: AlpacaConfig) -> Capabilities:
    """What Alpaca can do for an account.

    Brackets stay with the engine: their legs get ids of Alpaca's making, by which a leg whose answer was lost could not
    be told from a stranger's order.
    """
    return Capabilities(
        order_types=frozenset(OrderType),
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}),
        dedupe_scope=DedupeScope.FOREVER,
        attached_exits=False,
        replace=True,
        fractional=account.quantity_step is not None,
        orders_per_second=config.rate.per_second,
        burst=config.rate.burst - config.rate.reserved,
        reserved=10,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class AlpacaBroker:
    """The BrokerSession port over one key pair.

    `symbols` may be shared by the accounts of one environment. `connect` reads the account first, so that a key that is
    wrong is told at once; it raises Unavailable or Refused then and leaves nothing running.
    """

    def __init__(
        self, config: AlpacaConfig, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        self._config = config
        self._account = account
        self._book = symbols
        self._clock = clock
        self._capabilities = capabilities(account, config)
        self._listener: BrokerListener | None = None
        self._health = Health(clock)
        loop_time = asyncio.get_running_loop().time
        self._client = AlpacaClient(config, self._health, loop_time)
        self._updates = Updates(self, account.id, config, self._client, symbols, clock)
        self._stream = Stream(self._client.http, config.updates_url, self._updates, entropy, config.stream)
        self._reading = Reading(self._client, symbols, account.id, clock)
        self._accepted: dict[str, None] = {}
        self._watching: set[asyncio.Task[None]] = set()

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        return self._health.report()

    async def connect(self, listener: BrokerListener) -> None:
        """Prove the key by a read, open the order stream and keep it open until `close`."""
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

    async def close(self) -> None:
        """End the session; orders stay as they are at Alpaca."""
        for task in list(self._watching):
            task.cancel()
        await self._updates.close()
        await self._stream.close()
        await self._client.close()
        self._health.turn(SessionLife.DEAD, "closed")

    async def probe(self) -> wire.Account:
        """The read-only test: the account behind the key; raises Refused where it is blocked or the key is wrong."""
        self._client.open()
        found = await self._client.account()
        if found.account_blocked or found.trading_blocked or found.trade_suspended_by_user:
            raise Refused(f"account {found.account_number} may not trade: Alpaca has it blocked or suspended")
        return found

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError("Alpaca is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        name = order.client_order_id
        try:
            symbol = await self._reading.symbol(order.instrument)
            if symbol is None:
                why = f"Alpaca does not trade {order.instrument}"
                self.tell(ev.OrderRejected(self._clock.now(), name, "instrument.unlisted", why))
                return
            answer = await self._client.submit(ticket_of(order, symbol))
        except Denied as no:
            await self._denied(name, no)
        else:
            self._took(answer, name)

    async def _denied(self, name: ClientOrderId, no: Denied) -> None:
        if no.verdict.kind is Kind.DUPLICATE:
            await self._tell_first(name)
        elif no.verdict.kind.rejects or no.verdict.kind is Kind.NOT_FOUND:
            self.tell(ev.OrderRejected(self._clock.now(), name, no.verdict.code, no.verdict.message))
        else:
            raise no

    def _took(self, answer: wire.Order, name: ClientOrderId) -> None:
        at = self._clock.now()
        if answer.status == "rejected":
            self.tell(ev.OrderRejected(at, name, "rejected", answer.reject_reason or "rejected on arrival"))
            return
        self.tell(ev.OrderAccepted(at, name, BrokerOrderId(answer.id), None, self._updates.created(answer)))
        self._watch(answer.id)

    async def _tell_first(self, name: ClientOrderId) -> None:
        """The id was used before: what became of the order under it is the answer to this one too."""
        theirs = await self.find(name)
        if theirs is None:
            raise InDoubt("Alpaca says it has had this order, and does not show it")
        for event in parse.state(theirs, name, self._clock.now()):
            self.tell(event, again=True)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the stream."""
        name = order.client_order_id
        try:
            newest = await self._id_of(order)
            if newest is None:
                self.tell(ev.CancelRejected(self._clock.now(), name, "Alpaca has no such order"))
                return
            await self._client.cancel(newest)
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            if order.broker_order_ids and await self._moved_on(order):
                return
            self.tell(ev.CancelRejected(self._clock.now(), name, no.verdict.message))

    async def _moved_on(self, order: Order) -> bool:
        """Cancel what replaced the order that we know, where there is such; an order of ours can be found so."""
        theirs = await self._client.by_id(order.broker_order_ids[-1])
        newest = (await self._client.chain(theirs))[-1]
        if newest.id == theirs.id:
            return False
        await self._client.cancel(newest.id)
        return True

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms: Alpaca works a new order then, whose id joins the chain."""
        self._must_be_up()
        name = order.client_order_id
        try:
            known = await self._id_of(order)
            if known is None:
                self.tell(ev.ReplaceRejected(self._clock.now(), name, "Alpaca has no such order"))
                return
            answer = await self._client.replace(known, _changes(order, quantity, terms, known))
        except Denied as no:
            if no.verdict.kind is Kind.DUPLICATE:
                raise InDoubt("this change was asked for before: its outcome is looked up") from no
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.ReplaceRejected(self._clock.now(), name, no.verdict.message))
        else:
            self._watch(answer.id)

    async def _id_of(self, order: Order) -> str | None:
        if order.broker_order_ids:
            return str(order.broker_order_ids[-1])
        found = await self._client.by_name(order.client_order_id)
        return None if found is None else found.id

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id, with its fills; None means that Alpaca answered that it has none."""
        return await self._reading.find(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions and cash."""
        return await self._reading.snapshot(since, since or self._clock.now() - _FIRST_LOOK)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind Alpaca's symbols, for the workspace's list."""
        self._client.open()
        return await self._reading.listing(symbols)

    async def held(self) -> list[str]:
        """Alpaca's symbols of everything that is held or worked."""
        self._client.open()
        names = [row.symbol for row in await self._client.positions()]
        return sorted({*names, *(row.symbol for row in await self._client.orders("open"))})

    # --- what the stream tells ----------------------------------------------------------------------

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None:
        """Hand an event to the desk; an acceptance once, whichever of REST and stream was first."""
        if isinstance(event, ev.OrderAccepted | ev.OrderReplaced) and event.broker_order_id is not None:
            known = event.broker_order_id in self._accepted
            self._accepted[event.broker_order_id] = None
            if len(self._accepted) > _REMEMBERED:
                del self._accepted[next(iter(self._accepted))]
            if known and not again and isinstance(event, ev.OrderAccepted):
                return
        if self._listener is not None:
            self._listener.on_broker_event(self._account.id, event)

    def accepted_before(self, order_id: str) -> bool:
        """Whether the desk was told that Alpaca works this order."""
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
        self._health.turn(life, str(problem), login_url="https://app.alpaca.markets" if refused else "")
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

    def _must_be_up(self) -> None:
        if not self._stream.is_up:
            raise Unavailable("the session with Alpaca is down: nothing was sent")

    def _watch(self, order_id: str) -> None:
        """An order that REST took must show on the stream; a stream that keeps silent of it is mute."""

        async def look() -> None:
            await asyncio.sleep(self._config.patience)
            if self._stream.is_up and not self._updates.mentioned(order_id):
                self._stream.drop("the order stream is open and says nothing of an order that was taken in")

        if not self._updates.mentioned(order_id):
            task = asyncio.get_running_loop().create_task(look())
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)


def _changes(order: Order, quantity: Decimal, terms: Terms, replaced: str) -> dict[str, object]:
    wanted: dict[str, object] = {
        "qty": f"{quantity:f}", "time_in_force": terms.time_in_force.lower(),
        "client_order_id": parse.replacement_name(order.client_order_id, replaced),
    }  # fmt: skip
    trail = terms.trail_amount if terms.trail_amount is not None else terms.trail_percent
    for name, price in (("limit_price", terms.limit_price), ("stop_price", terms.stop_price), ("trail", trail)):
        if price is not None:
            wanted[name] = f"{price:f}"
    return wanted
