"""One account at Tradovate: orders over REST, what becomes of them over the user socket."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog

from bidwell.brokers.tradovate import wire
from bidwell.brokers.tradovate.broker.entities import Entities
from bidwell.brokers.tradovate.broker.line import Line
from bidwell.brokers.tradovate.broker.reading import Reading
from bidwell.brokers.tradovate.broker.ticket import FORCES, TYPES, cancel_of, change_of, ticket_of
from bidwell.brokers.tradovate.broker.updates import Updates
from bidwell.brokers.tradovate.client.rest import TradovateClient
from bidwell.brokers.tradovate.config import TradovateConfig
from bidwell.brokers.tradovate.errors import BUSY, CODES, LOGIN_URL
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.brokers.transport import Health, Kind, Throttled
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
from bidwell.model.terms import OrderType, Terms
from bidwell.risk.approved import Approved

log = structlog.get_logger("bidwell")
_REMEMBERED = 5000
_TROUBLES = 20
_CLOSING = (ev.OrderRejected, ev.OrderCanceled, ev.OrderExpired)


def capabilities(config: TradovateConfig) -> Capabilities:
    """What Tradovate can do for an account.

    It does not refuse an id that was used before, so nothing is ever sent twice. Trailing stops are not sent: what their
    `pegDifference` counts is documented nowhere. OCO and OSO legs carry no ids of ours, by which a leg whose answer was
    lost could not be told from a stranger's order.
    """
    return Capabilities(
        order_types=frozenset(TYPES),
        times_in_force=frozenset(FORCES),
        dedupe_scope=DedupeScope.NONE,
        attached_exits=False,
        replace=True,
        orders_per_second=config.rate.per_second,
        burst=config.rate.burst - config.rate.reserved,
        reserved=10,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class TradovateBroker:
    """The BrokerSession port over one account of a login.

    `client` is shared by the accounts of the login, `symbols` by those of an environment. `connect` finds the account
    first, so that a wrong password or name is told at once; it raises Unavailable or Refused then and leaves nothing
    running.
    """

    def __init__(
        self, config: TradovateConfig, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy,
        client: TradovateClient | None = None,
    ) -> None:  # fmt: skip
        self._config = config
        self._account = account
        self._book = symbols
        self._clock = clock
        self._capabilities = capabilities(config)
        self._listener: BrokerListener | None = None
        self._health = Health(clock)
        self._monotonic = asyncio.get_running_loop().time
        self._client = client or TradovateClient(config, clock, self._monotonic)
        self._reading = Reading(self._client, symbols, account.id, config.account, clock)
        self._updates = Updates(self, account.id, self._reading, self._client, symbols, clock)
        self._line = Line(config.user_url, self._updates, self._client, config, entropy)
        self._accepted: dict[str, None] = {}
        self._ended: dict[str, None] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._taken: set[int] = set()
        self._opened = False
        self._gap = ""
        self._reread_at = 0.0
        self._warned_on: date | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age and last errors, those of the login's session among them."""
        own, shared = self._health.report(), self._client.health.report()
        state = own.state
        if state.life is SessionLife.ACTIVE:
            state = self._client.login.warning() or state
        troubles = sorted((*own.troubles, *shared.troubles), key=lambda each: each.at)[-_TROUBLES:]
        heard = max((at for at in (own.heard_at, shared.heard_at) if at is not None), default=None)
        return replace(own, state=state, heard_at=heard, skew=shared.skew, troubles=tuple(troubles))

    async def connect(self, listener: BrokerListener) -> None:
        """Find the account, open the user socket and keep it open until `close`."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError(f"the session of {self._account.id} has another listener already")
        self._open()
        try:
            await self.probe()
            self._listener = listener
            await self._line.stream.open()
        except BaseException as problem:
            self._listener = None
            await self._leave()
            if isinstance(problem, BrokerError):
                self.lost(problem)
            raise

    async def close(self) -> None:
        """End the session; orders stay as they are at Tradovate."""
        for task in list(self._watching):
            task.cancel()
        await self._updates.close()
        await self._line.stream.close()
        await self._leave()
        self._health.turn(SessionLife.DEAD, "closed")

    async def probe(self) -> wire.Account:
        """The read-only test: the account of that name; raises Refused where it may not trade or the login is wrong."""
        self._open()
        return await self._reading.account(anew=True)

    async def money(self) -> wire.CashSnapshot:
        """Cash, equity and margin of the account."""
        return await self._client.money((await self.probe()).id)

    def _open(self) -> None:
        if not self._opened:
            self._opened = True
            self._client.open()

    async def _leave(self) -> None:
        if self._opened:
            self._opened = False
            await self._client.close()

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError("Tradovate is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        name = order.client_order_id
        try:
            contract = await self._reading.contract(order.instrument)
            if contract is None or order.quantity % 1:
                unlisted = "instrument.unlisted", f"Tradovate does not trade {order.instrument}"
                code, why = unlisted if contract is None else ("quantity.lot", "contracts are whole")
                self.tell(ev.OrderRejected(self._clock.now(), name, code, why))
                return
            account = await self._reading.account()
            answer = await self._client.place(ticket_of(order, contract.name, account.name, account.id))
        except Denied as no:
            if not _answers(no):
                raise
            self.tell(ev.OrderRejected(self._clock.now(), name, no.verdict.code, no.verdict.message))
        else:
            self._took(answer, name)

    def _took(self, answer: wire.Placed, name: ClientOrderId) -> None:
        if answer.order_id is None:
            raise InDoubt("Tradovate took the order and does not say under which number: it is looked up")
        self._updates.own(answer.order_id, name)
        self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(str(answer.order_id))))
        self._watch(answer.order_id)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the stream."""
        name = order.client_order_id
        try:
            number = await self._number_of(order)
            if number is None:
                self.tell(ev.CancelRejected(self._clock.now(), name, "Tradovate has no such order"))
                return
            answer = await self._client.cancel(cancel_of(number))
        except Denied as no:
            if no.verdict.code == BUSY:
                # The desk asks again; a rejection would end its asking.
                raise Throttled(no.verdict.message, 1.0) from no
            if not _answers(no):
                raise
            self.tell(ev.CancelRejected(self._clock.now(), name, no.verdict.message))
        else:
            self._watch(answer.command_id)

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms: Tradovate keeps the order's number."""
        self._must_be_up()
        name = order.client_order_id
        trailing = terms.order_type is OrderType.TRAILING_STOP
        if trailing or quantity % 1:
            why = "trailing stops are not changed at Tradovate from here" if trailing else "contracts are whole"
            self.tell(ev.ReplaceRejected(self._clock.now(), name, why))
            return
        try:
            number = await self._number_of(order)
            if number is None:
                self.tell(ev.ReplaceRejected(self._clock.now(), name, "Tradovate has no such order"))
                return
            answer = await self._client.modify(change_of(number, quantity, terms))
        except Denied as no:
            if not _answers(no):
                raise
            self.tell(ev.ReplaceRejected(self._clock.now(), name, no.verdict.message))
        else:
            self._watch(answer.command_id)

    async def _number_of(self, order: Order) -> int | None:
        known = order.broker_order_ids[-1] if order.broker_order_ids else ""
        if known.isdecimal():
            return int(known)
        world = self._updates.world
        told = world.number_of(order.client_order_id) if world is not None else None
        return told if told is not None else await self._reading.order_id(order.client_order_id)

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id, with its fills; None means that Tradovate answered that it has none."""
        return await self._reading.find(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Orders, fills, positions and cash: as the stream told them, and by REST every `recheck` seconds.

        A report of six reads every few seconds would spend the hour's requests of the whole login.
        """
        world = self._updates.world
        if world is not None and self._is_current():
            found = await self._reading.snapshot(world, since)
        else:
            found = await self._read_anew(world, since)
        if self._reading.gap and self._reading.gap != self._gap:
            self._health.trouble("reading the account", f"the report is incomplete: {self._reading.gap}", "incomplete")
        self._gap = self._reading.gap
        return found

    async def _read_anew(self, world: Entities | None, since: datetime | None) -> Snapshot:
        before = world.held() if world is not None else None
        shown = await self._reading.read()
        found = await self._reading.snapshot(shown, since)
        self._reread_at = self._monotonic()
        if world is not None and before is not None and world is self._updates.world and world.correct(shown, before):
            log.info("tradovate_stream_corrected", account=self._account.id)
        await self._warn_of_rolls(shown)
        return found

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind Tradovate's symbols, for the workspace's list."""
        self._open()
        return await self._reading.listing(symbols)

    async def held(self) -> list[str]:
        """Tradovate's symbols of everything that is held or worked."""
        self._open()
        world = await self._reading.read()
        taken = await self._reading.snapshot(world, self._clock.now())
        names = {*taken.positions, *(order.instrument for order in taken.orders)}
        found = (self._book.contract_of(name) for name in names)
        return sorted(contract.name for contract in found if contract is not None)

    def _is_current(self) -> bool:
        """Whether the stream has told everything that REST is known to have taken, and was checked lately."""
        self._taken = {number for number in self._taken if not self._updates.mentioned(number)}
        lately = self._monotonic() - self._reread_at < self._config.recheck
        return lately and self._line.stream.is_up and not self._taken

    async def _warn_of_rolls(self, world: Entities) -> None:
        """Tell once a day of the contracts that are held and end soon."""
        today = self._clock.now().date()
        if self._warned_on == today:
            return
        self._warned_on = today
        held = [row.contract_id for row in world.positions.values() if row.net_pos]
        try:
            for sentence in await self._reading.rolls(held):
                self._health.trouble("positions", sentence, "roll")
        except BrokerError as problem:
            # The report itself was read: it does not wait for this.
            self._health.trouble("looking for contracts that end", problem)

    # --- what the stream tells ----------------------------------------------------------------------

    def tell(self, event: BrokerEvent) -> None:
        """Hand an event to the desk; an acceptance and an end once, whichever of REST and stream was first."""
        if isinstance(event, ev.OrderAccepted) and event.broker_order_id is not None:
            if _known(self._accepted, event.broker_order_id):
                return
        elif isinstance(event, _CLOSING) and _known(self._ended, event.client_order_id):
            return
        if self._listener is not None:
            self._listener.on_broker_event(self._account.id, event)

    def accepted_before(self, order_id: str) -> bool:
        """Whether the desk was told that Tradovate works this order."""
        return order_id in self._accepted

    def came_up(self) -> None:
        """The user socket is up: the desk reads what was missed, which the socket has just told."""
        self._reread_at = self._monotonic()
        self._taken.clear()
        self._health.turn(SessionLife.ACTIVE)
        if self._listener is not None:
            self._listener.on_connected(self._account.id)

    def went_down(self, reason: str) -> None:
        """The user socket is gone and is being mended."""
        self._health.turn(SessionLife.DEAD, f"reconnecting: {reason}")
        self._health.trouble("user stream", reason, "stream")
        if self._listener is not None:
            self._listener.on_disconnected(self._account.id, reason)

    def lost(self, problem: BrokerError) -> None:
        """The session cannot go on by itself."""
        refused = isinstance(problem, Refused)
        life = SessionLife.NEEDS_LOGIN if refused else SessionLife.DEAD
        self._health.turn(life, str(problem), login_url=LOGIN_URL if refused else "")
        self._health.trouble("connecting", problem)

    def heard(self) -> None:
        """Something came over the stream."""
        self._health.heard()

    def trouble(self, what: str, problem: BrokerError | str, code: str = "") -> None:
        """Something came that a person should know of."""
        self._health.trouble(what, problem, code)

    def reread(self, reason: str) -> None:
        """What came cannot be made sense of: the stream begins anew, and with it the desk's reading."""
        self._line.stream.drop(reason)

    # --- inside -----------------------------------------------------------------------------------

    def _must_be_up(self) -> None:
        if not self._line.stream.is_up:
            raise Unavailable("the session with Tradovate is down: nothing was sent")

    def _watch(self, number: int | None) -> None:
        """What REST took must show on the stream; a stream that keeps silent of it is mute."""

        async def look(wanted: int) -> None:
            await asyncio.sleep(self._config.patience)
            if self._line.stream.is_up and not self._updates.mentioned(wanted):
                self._line.stream.drop("the user stream is open and says nothing of an order that was taken in")

        if number is not None and not self._updates.mentioned(number):
            self._taken.add(number)
            task = asyncio.get_running_loop().create_task(look(number))
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)


def _answers(no: Denied) -> bool:
    """Whether a refusal is about this order, rather than about the login."""
    return no.verdict.kind.rejects or no.verdict.kind is Kind.NOT_FOUND or no.verdict.code in CODES


def _known(names: dict[str, None], name: str) -> bool:
    """Whether a name came before; it is remembered for a while."""
    before = name in names
    names[name] = None
    if len(names) > _REMEMBERED:
        del names[next(iter(names))]
    return before
