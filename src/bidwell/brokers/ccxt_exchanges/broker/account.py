"""One account at an exchange: orders over REST, what becomes of them over the private stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.brokers.ccxt_exchanges import parse
from bidwell.brokers.ccxt_exchanges.broker import rights
from bidwell.brokers.ccxt_exchanges.broker.reading import Reading, Traded
from bidwell.brokers.ccxt_exchanges.broker.ticket import Unworkable, check_exact, ticket_of
from bidwell.brokers.ccxt_exchanges.broker.updates import Updates
from bidwell.brokers.ccxt_exchanges.broker.words import WORDS
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.client.calls import Ticket
from bidwell.brokers.ccxt_exchanges.config import ExchangeConfig
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.ccxt_exchanges.wire import Balances
from bidwell.brokers.transport import Health, Kind, Stream
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import (
    BrokerEvent,
    BrokerListener,
    BrokerOrder,
    Capabilities,
    Clock,
    Entropy,
    SessionLife,
    SessionReport,
    Snapshot,
)
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, ConfigError, InDoubt, Refused, Unavailable
from bidwell.model.ids import BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.order import Order
from bidwell.model.terms import Terms
from bidwell.risk.approved import Approved

_REMEMBERED = 5000
_FIRST_LOOK = timedelta(days=7)


def capabilities(account: Account, config: ExchangeConfig) -> Capabilities:
    """What an exchange can do for an account."""
    profile, rate = config.profile, config.limits
    return Capabilities(
        order_types=profile.order_types,
        times_in_force=profile.times_in_force,
        dedupe_scope=profile.dedupe_scope,
        attached_exits=False,
        replace=profile.replace,
        fractional=account.quantity_step is not None,
        orders_per_second=rate.per_second,
        burst=max(rate.burst - rate.reserved, 1),
        reserved=min(10, rate.reserved),
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


def nothing_traded() -> dict[ClientOrderId, InstrumentId]:
    """Of an account about which the desk remembers no orders."""
    return {}


class ExchangeBroker:
    """The BrokerSession port over one key.

    `book` may be shared by the accounts of one exchange and environment. `connect` reads the account first, so that a
    key that is wrong, or that may withdraw, is told at once; it raises Unavailable or Refused then and leaves nothing
    running.
    """

    def __init__(
        self, config: ExchangeConfig, account: Account, book: PairBook, clock: Clock, entropy: Entropy,
        traded: Traded = nothing_traded,
    ) -> None:  # fmt: skip
        self._config = config
        self._account = account
        self._book = book
        self._clock = clock
        self._entropy = entropy
        self._capabilities = capabilities(account, config)
        self._listener: BrokerListener | None = None
        self._health = Health(clock)
        self._client = ExchangeClient(config, self._health, asyncio.get_running_loop().time)
        self._updates = Updates(self, account.id, self._client, book, clock)
        self._stream: Stream | None = None
        self._reading = Reading(self._client, book, account.id, clock, traded)
        self._accepted: dict[str, None] = {}
        self._watching: set[asyncio.Task[None]] = set()

    @property
    def capabilities(self) -> Capabilities:
        """What this exchange can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        return self._health.report()

    async def connect(self, listener: BrokerListener) -> None:
        """Prove the key by a read, open the order stream and keep it open until `close`."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError(f"the session of {self._account.id} has another listener already")
        try:
            await self.probe()
            self._listener = listener
            words = WORDS[self._config.profile.id]
            self._stream = Stream(self._client.http, self._config.place(words.url(self._client)), self._updates,
                                  self._entropy, words.settings(self._config.stream))  # fmt: skip
            await self._stream.open()
        except BaseException as problem:
            self._listener, self._stream = None, None
            await self._client.close()
            if isinstance(problem, BrokerError):
                self.lost(problem)
            raise

    async def close(self) -> None:
        """End the session; orders stay as they are at the exchange."""
        for task in list(self._watching):
            task.cancel()
        await self._updates.close()
        if self._stream is not None:
            await self._stream.close()
        await self._client.close()
        self._health.turn(SessionLife.DEAD, "closed")

    async def probe(self) -> tuple[str, Balances]:
        """The read-only test: whose account it is and what is held; raises Refused where the key may withdraw."""
        await self._client.open()
        await self._reading.prepare()
        return await rights.read(self._client), await self._client.balances()

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError(f"{self._config.profile.title} is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        name = order.client_order_id
        try:
            ticket = self._ticket(order)
            self._reading.sent(name, ticket.symbol)
            answer = await self._client.submit(ticket)
        except Unworkable as cannot:
            self.tell(ev.OrderRejected(self._clock.now(), name, cannot.code, str(cannot)))
        except Denied as no:
            await self._denied(order, no)
        else:
            self._updates.know(answer.id, name)
            created = parse.created(answer)
            self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(answer.id), None, created))
            self._watch(answer.id)

    def _ticket(self, order: Order, quantity: Decimal | None = None, terms: Terms | None = None) -> Ticket:
        """The call for an order; raises Unworkable where the exchange cannot work it to the letter."""
        symbol, title = self._book.symbol_of(order.instrument), self._config.profile.title
        if symbol is None:
            raise Unworkable("instrument.unlisted", f"{title} does not trade {order.instrument}")
        money = self._book.of(symbol).currency
        if money != self._config.currency:
            why = f"this account trades against {self._config.currency}: {symbol} is paid in {money}"
            raise Unworkable("instrument.currency", why)
        ticket = ticket_of(order, symbol, self._config.profile, quantity=quantity, terms=terms)
        trigger = ticket.params.get("triggerPrice")
        for price in (ticket.price, trigger):
            try:
                check_exact(ticket, self._client.rounded(symbol, ticket.amount, price), price)
            except Denied as no:
                raise Unworkable(no.verdict.code, no.verdict.message) from no
        return ticket

    async def _denied(self, order: Order, no: Denied) -> None:
        name = order.client_order_id
        if no.verdict.kind is Kind.DUPLICATE:
            await self._tell_first(name)
        elif no.verdict.kind.rejects or no.verdict.kind is Kind.NOT_FOUND:
            self.tell(ev.OrderRejected(self._clock.now(), name, no.verdict.code, no.verdict.message))
        else:
            raise no

    async def _tell_first(self, name: ClientOrderId) -> None:
        """The id was used before: what became of the order under it is the answer to this one too."""
        theirs = await self.find(name)
        if theirs is None:
            raise InDoubt("the exchange says it has had this order, and does not show it")
        for event in parse.state(theirs, name, self._clock.now()):
            self.tell(event, again=True)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the stream."""
        name = order.client_order_id
        symbol = self._book.symbol_of(order.instrument)
        order_id = str(order.broker_order_ids[-1]) if order.broker_order_ids else ""
        try:
            if not order_id and not self._config.profile.cancel:
                found = await self._reading.row_of(name, order.instrument)
                order_id = "" if found is None else found.id
            if symbol is None or not (order_id or self._config.profile.cancel):
                self.tell(ev.CancelRejected(self._clock.now(), name, "the exchange has no such order"))
                return
            await self._client.cancel(symbol, order_id, name)
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.CancelRejected(self._clock.now(), name, no.verdict.message))

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms: the exchange works the same order on."""
        self._must_be_up()
        name = order.client_order_id
        try:
            order_id = await self._changeable(order)
            answer = await self._client.replace(order_id, self._ticket(order, quantity, terms))
        except Unworkable as cannot:
            self.tell(ev.ReplaceRejected(self._clock.now(), name, str(cannot)))
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.ReplaceRejected(self._clock.now(), name, no.verdict.message))
        else:
            broker_id = BrokerOrderId(answer.id or order_id)
            self.tell(ev.OrderReplaced(self._clock.now(), name, quantity, terms, broker_id))

    async def _changeable(self, order: Order) -> str:
        """The exchange's id of an order that it can change; raises Unworkable."""
        if not self._capabilities.replace:
            raise Unworkable("replace", f"{self._config.profile.title} changes no orders: cancel and send anew")
        if order.broker_order_ids:
            return str(order.broker_order_ids[-1])
        found = await self._reading.row_of(order.client_order_id, order.instrument)
        if found is None:
            raise Unworkable("order.unknown", "the exchange has no such order")
        return found.id

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id, with its fills; None means that the exchange answered that it has none."""
        return await self._reading.find(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, coins and money."""
        return await self._reading.snapshot(since, since or self._clock.now() - _FIRST_LOOK)

    async def listing(self, names: Sequence[str]) -> list[Instrument]:
        """The instruments behind names of pairs, for the workspace's list."""
        await self._client.open()
        await self._reading.prepare()
        return self._reading.listing(names)

    async def held(self) -> list[str]:
        """Pairs of everything that is held or worked."""
        await self._client.open()
        return await self._reading.held()

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

    def touched(self, symbol: str) -> None:
        """Something happened in a pair."""
        self._reading.touched(symbol)

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
        self._health.turn(life, str(problem), login_url=self._config.profile.login_url if refused else "")
        self._health.trouble("connecting", problem)

    def heard(self) -> None:
        """Something came over the stream."""
        self._health.heard()

    def trouble(self, what: str, problem: BrokerError | str) -> None:
        """Something came that a person should know of."""
        self._health.trouble(what, problem)

    def reread(self, reason: str) -> None:
        """What came cannot be made sense of: the stream begins anew, and with it the desk's reading."""
        if self._stream is not None:
            self._stream.drop(reason)

    # --- inside -----------------------------------------------------------------------------------

    def _must_be_up(self) -> None:
        if self._stream is None or not self._stream.is_up:
            raise Unavailable(f"the session with {self._config.profile.title} is down: nothing was sent")

    def _watch(self, order_id: str) -> None:
        """An order that REST took must show on the stream; a stream that keeps silent of it is mute."""

        async def look() -> None:
            await asyncio.sleep(self._config.patience)
            if not self._updates.mentioned(order_id):
                self.reread("the order stream is open and says nothing of an order that was taken in")

        if not self._updates.mentioned(order_id):
            task = asyncio.get_running_loop().create_task(look())
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)
