"""One account at Angel One: orders over REST, what becomes of them over the order stream."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.broker.library import Library
from bidwell.brokers.angelone.broker.reading import Reading
from bidwell.brokers.angelone.broker.ticket import changes_of, product_for, question_of, ticket_of, variety_of
from bidwell.brokers.angelone.broker.updates import Updates
from bidwell.brokers.angelone.client import AngelClient, Login
from bidwell.brokers.angelone.client.login import Session
from bidwell.brokers.angelone.config import LOGIN_PAGE, ORDERS_PER_SECOND, AngelConfig
from bidwell.brokers.angelone.errors import UNKNOWN_SYMBOL
from bidwell.brokers.angelone.parse import orders as parse
from bidwell.brokers.angelone.parse.figures import margin
from bidwell.brokers.angelone.symbols import Handle
from bidwell.brokers.transport import Recent, Stream, TellsMargin, Unworkable
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import BrokerEvent, Capabilities, Clock, DedupeScope, Entropy, Margin
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, Refused
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms, TimeInForce


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


class AngelBroker(TellsMargin):
    """The BrokerSession port over one credential.

    `library` may be shared by the accounts of one environment, `login` by everybody who calls with the credential.
    """

    _client: AngelClient
    _reading: Reading
    _updates: Updates

    def __init__(
        self, config: AngelConfig, account: Account, library: Library, login: Login, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Angel One", account, clock, capabilities(config), patience=config.patience,
                         login_url=LOGIN_PAGE)  # fmt: skip
        self._config = config
        self._library = library
        self._login = login
        self._client = AngelClient(config, login, self._health, asyncio.get_running_loop().time)
        self._reading = Reading(self._client, library, account.id, config, clock)
        self._updates = Updates(self, self._reading, clock)
        self._stream = Stream(self._client.http, self._updates_url, self._updates, entropy, config.stream)
        self._ids: Recent[ClientOrderId, str] = Recent()
        self._kinds: Recent[str, tuple[str, str]] = Recent()
        self._session: Session | None = None

    async def _shut(self) -> None:
        await self._reading.close()
        await super()._shut()

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

    async def _learn(self, order: Order) -> None:
        await self._library.handle(self._client, self._clock.now(), order.instrument)

    async def _place(self, order: Order) -> None:
        handle, product = self._route(order)
        answer = await self._client.place(ticket_of(order, handle, product))
        name = order.client_order_id
        self._know(name, answer.orderid, variety_of(order.terms), product)
        self._updates.know(answer.orderid, order.quantity, order.terms)
        if self._accepted.add(answer.orderid):
            self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(answer.orderid)))
        self._watch(answer.orderid)

    def _route(self, order: Order) -> tuple[Handle, str]:
        """By what Angel One knows an order's instrument, and the product type it goes under."""
        book = self._library.book
        handle = book.handle_of(order.instrument)
        if handle is None or book.is_watched(order.instrument):
            raise Unworkable("instrument.unlisted", f"Angel One does not trade {order.instrument}")
        held = self._reading.by_product(order.instrument)
        return handle, product_for(order, handle.exchange, self._config.product, held)

    async def _place_denied(self, order: Order, no: Denied) -> None:
        if no.verdict.code == UNKNOWN_SYMBOL and self._decides(no):
            self._library.book.forget(order.instrument)
        await super()._place_denied(order, no)

    async def _withdraw(self, order: Order, order_id: str) -> None:
        heard = self._updates.mentions(order_id)
        await self._client.cancel(self._kind_of(order_id, order)[0], order_id)
        self._watch(order_id, heard + 1)

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """Angel One works the same order on other terms."""
        handle = await self._library.handle(self._client, self._clock.now(), order.instrument)
        if handle is None:
            raise Unworkable("instrument.unlisted", "Angel One has no such order")
        variety, product = self._kind_of(order_id, order)
        # The stream may tell of it before the answer is here.
        self._updates.know(order_id, order.quantity, order.terms)
        self._updates.expect(order_id, quantity, terms)
        heard = self._updates.mentions(order_id)
        try:
            await self._client.modify(changes_of(order, order_id, variety, product, handle, quantity, terms))
        except Denied:
            self._updates.expect_not(order_id)
            raise
        self._watch(order_id, heard + 1)

    async def _look_up(self, order: Order) -> str | None:
        known = self._ids.get(order.client_order_id)
        if known is None:
            row = await self._reading.row(order.client_order_id)
            if row is not None:
                self.accept(row)
                return row.orderid
        return known

    # --- what orders would take ---------------------------------------------------------------------

    async def _margin(self, orders: Sequence[Order]) -> Margin:
        told = await self._client.margin([question_of(order, *self._route(order)) for order in orders])
        return margin(told, await self._client.free_funds(), orders)

    # --- reading ----------------------------------------------------------------------------------

    async def held(self) -> list[str]:
        """Angel One's symbols of everything that is held or worked."""
        self._client.open()
        return await self._reading.names()

    # --- what the stream tells ----------------------------------------------------------------------

    def _is_news(self, event: BrokerEvent) -> bool:  # noqa: ARG002 - who tells of an acceptance asked `accept` first
        return True

    def accept(self, row: wire.Order) -> bool:
        """Note an order that the stream tells of; whether the desk was not told yet that Angel One works it."""
        self._know(parse.event_name(row), row.orderid, row.variety or "", row.producttype or "")
        return self._accepted.add(row.orderid)

    def lost(self, problem: BrokerError) -> None:
        """The session cannot go on by itself; a token that opens nothing is renewed at the next attempt."""
        refused = isinstance(problem, Refused)
        if refused:
            self._login.spoil(self._login.session)
        if self._health.state.reason != str(problem):
            # The same refusal comes at each attempt.
            super().lost(problem)

    # --- inside -----------------------------------------------------------------------------------

    async def _updates_url(self) -> str:
        self._session = await self._client.session()
        return self._config.updates_url

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

    def _chores(self) -> Iterable[Coroutine[None, None, None]]:
        yield self._mind_the_day()

    async def _mind_the_day(self) -> None:
        """At the end of the day's login log in anew, before anything is refused for it."""
        while True:
            await asyncio.sleep(self._config.minding)
            if self._stream.is_up and self._session is not None and self._clock.now() >= self._session.ends_at:
                self._stream.drop("the day's login ended: logging in anew")
