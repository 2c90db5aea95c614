"""One account at Tradovate: orders over REST, what becomes of them over the user socket."""

from __future__ import annotations

import asyncio
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
from bidwell.brokers.transport import RemoteBroker, Seen, Throttled, Unworkable
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import (
    BrokerEvent,
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
from bidwell.model.errors import BrokerError, InDoubt
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms

log = structlog.get_logger("bidwell")
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


class TradovateBroker(RemoteBroker):
    """The BrokerSession port over one account of a login.

    `client` is shared by the accounts of the login, `symbols` by those of an environment.
    """

    _client: TradovateClient
    _reading: Reading
    _updates: Updates

    def __init__(
        self, config: TradovateConfig, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy,
        client: TradovateClient | None = None,
    ) -> None:  # fmt: skip
        super().__init__("Tradovate", account, clock, capabilities(config), patience=config.patience,
                         login_url=LOGIN_URL, channel="user stream")  # fmt: skip
        self._config = config
        self._book = symbols
        self._monotonic = asyncio.get_running_loop().time
        self._client = client or TradovateClient(config, clock, self._monotonic)
        self._reading = Reading(self._client, symbols, account.id, config.account, clock)
        self._updates = Updates(self, account.id, self._reading, self._client, symbols, clock)
        self._stream = Line(config.user_url, self._updates, self._client, config, entropy).stream
        self._ended: Seen[ClientOrderId] = Seen()
        self._taken: set[int] = set()
        self._opened = False
        self._gap = ""
        self._reread_at = 0.0
        self._warned_on: date | None = None

    def report(self) -> SessionReport:
        """State, data age and last errors, those of the login's session among them."""
        own, shared = self._health.report(), self._client.health.report()
        state = own.state
        if state.life is SessionLife.ACTIVE:
            state = self._client.login.warning() or state
        troubles = sorted((*own.troubles, *shared.troubles), key=lambda each: each.at)[-_TROUBLES:]
        heard = max((at for at in (own.heard_at, shared.heard_at) if at is not None), default=None)
        return replace(own, state=state, heard_at=heard, skew=shared.skew, troubles=tuple(troubles))

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

    async def _shut(self) -> None:
        if self._opened:
            self._opened = False
            await self._client.close()

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, order: Order) -> None:
        contract = await self._reading.contract(order.instrument)
        if contract is None:
            raise Unworkable("instrument.unlisted", f"Tradovate does not trade {order.instrument}")
        if order.quantity % 1:
            raise Unworkable("quantity.lot", "contracts are whole")
        account = await self._reading.account()
        answer = await self._client.place(ticket_of(order, contract.name, account.name, account.id))
        if answer.order_id is None:
            raise InDoubt("Tradovate took the order and does not say under which number: it is looked up")
        name = order.client_order_id
        self._updates.own(answer.order_id, name)
        self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(str(answer.order_id))))
        self._expect(answer.order_id)

    async def _withdraw(self, _order: Order, order_id: str) -> None:
        self._expect((await self._client.cancel(cancel_of(int(order_id)))).command_id)

    async def _withdraw_denied(self, order: Order, no: Denied) -> None:
        if no.verdict.code == BUSY:
            # The desk asks again; a rejection would end its asking.
            raise Throttled(no.verdict.message, 1.0) from no
        await super()._withdraw_denied(order, no)

    async def _amend(self, _order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """Tradovate keeps the order's number."""
        if terms.order_type is OrderType.TRAILING_STOP:
            raise Unworkable("order.type", "trailing stops are not changed at Tradovate from here")
        if quantity % 1:
            raise Unworkable("quantity.lot", "contracts are whole")
        self._expect((await self._client.modify(change_of(int(order_id), quantity, terms))).command_id)

    async def _id_of(self, order: Order) -> str | None:
        known = order.broker_order_ids[-1] if order.broker_order_ids else ""
        return str(known) if known.isdecimal() else await self._look_up(order)

    async def _look_up(self, order: Order) -> str | None:
        world = self._updates.world
        told = world.number_of(order.client_order_id) if world is not None else None
        found = told if told is not None else await self._reading.order_id(order.client_order_id)
        return None if found is None else str(found)

    def _decides(self, no: Denied) -> bool:
        return super()._decides(no) or no.verdict.code in CODES

    # --- reading ----------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Orders, fills, positions and cash: as the stream told them, and by REST every `recheck` seconds.

        A report of six reads every few seconds would spend the hour's requests of the whole login.
        """
        world = self._updates.world
        if world is not None and self._is_current():
            found = await self._reading.assemble(world, since)
        else:
            found = await self._read_anew(world, since)
        if self._reading.gap and self._reading.gap != self._gap:
            self._health.trouble("reading the account", f"the report is incomplete: {self._reading.gap}", "incomplete")
        self._gap = self._reading.gap
        return found

    async def _read_anew(self, world: Entities | None, since: datetime | None) -> Snapshot:
        before = world.held() if world is not None else None
        shown = await self._reading.read()
        found = await self._reading.assemble(shown, since)
        self._reread_at = self._monotonic()
        if world is not None and before is not None and world is self._updates.world and world.correct(shown, before):
            log.info("tradovate_stream_corrected", account=self._account.id)
        await self._warn_of_rolls(shown)
        return found

    async def held(self) -> list[str]:
        """Tradovate's symbols of everything that is held or worked."""
        self._open()
        taken = await self._reading.snapshot(self._clock.now())
        names = {*taken.positions, *(order.instrument for order in taken.orders)}
        found = (self._book.contract_of(name) for name in names)
        return sorted(contract.name for contract in found if contract is not None)

    def _is_current(self) -> bool:
        """Whether the stream has told everything that REST is known to have taken, and was checked lately."""
        self._taken = {number for number in self._taken if not self._updates.mentioned(number)}
        lately = self._monotonic() - self._reread_at < self._config.recheck
        return lately and self._stream.is_up and not self._taken

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

    def _is_news(self, event: BrokerEvent) -> bool:
        """An end is told once too, whichever of REST and stream was first."""
        if isinstance(event, _CLOSING):
            return self._ended.add(event.client_order_id)
        return super()._is_news(event)

    def came_up(self) -> None:
        """The user socket is up: the desk reads what was missed, which the socket has just told."""
        self._reread_at = self._monotonic()
        self._taken.clear()
        super().came_up()

    def _expect(self, number: int | None) -> None:
        """What REST took has to show on the stream, and until then the stream does not know all."""
        if number is not None and not self._updates.mentioned(number):
            self._taken.add(number)
            self._watch(number)
