"""One account at Fyers: orders over REST, what becomes of them over the order stream."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from decimal import Decimal

import structlog

from bidwell.brokers.fyers import parse
from bidwell.brokers.fyers.broker.reading import Reading
from bidwell.brokers.fyers.broker.ticket import SIDES, changes_of, ticket_of
from bidwell.brokers.fyers.broker.updates import Updates
from bidwell.brokers.fyers.client import FyersClient
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.login import Login
from bidwell.brokers.fyers.symbols import SymbolBook
from bidwell.brokers.transport import RemoteBroker, Stream, Unworkable
from bidwell.brokers.transport.tokens import keep_token
from bidwell.engine.ports import Capabilities, Clock, DedupeScope, Entropy
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, ProtocolError, Refused
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Terms, TimeInForce

log = structlog.get_logger("bidwell")
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


class FyersBroker(RemoteBroker):
    """The BrokerSession port over one login; `symbols` and `login` may be shared by what uses one credential."""

    _client: FyersClient
    _reading: Reading
    _updates: Updates
    _stream: Stream

    def __init__(
        self, config: FyersConfig, login: Login, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Fyers", account, clock, capabilities(config), patience=config.patience,
                         login_url=config.login_url)  # fmt: skip
        self._config = config
        self._login = login
        self._book = symbols
        self._client = FyersClient(config, login, self._health, asyncio.get_running_loop().time)
        self._client.on_login_lost = self._token_refused
        self._reading = Reading(self._client, symbols, account.id, clock)
        self._updates = Updates(self, config, self._client, self._reading, clock)
        self._stream = Stream(self._client.http, self._orders_url, self._updates, entropy, config.orders)

    async def probe(self) -> None:
        """Prove the token and read the lists of instruments."""
        await self.prove()
        await self._reading.prepare()

    async def prove(self) -> None:
        """The read that proves the token; raises Refused where it is not taken or is another account's."""
        found = await self._client.profile()
        if self._account.broker_account not in {found.fy_id, NOBODY}:
            raise Refused(f"this login is client {found.fy_id}'s, not {self._account.broker_account}'s")
        self._health.login = self._login.day()

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, order: Order) -> None:
        row = self._book.row_of(order.instrument)
        if row is None:
            raise Unworkable("instrument.unlisted", f"Fyers does not list {order.instrument} today")
        answer = await self._client.submit(ticket_of(order, row, self._config.product))
        if not answer.id:
            raise ProtocolError("Fyers took an order in and did not say under which id")
        order_id = str(answer.id)
        self.tell(ev.OrderAccepted(self._clock.now(), order.client_order_id, BrokerOrderId(order_id), None, None))
        self._watch(order_id)

    async def _withdraw(self, _order: Order, order_id: str) -> None:
        await self._client.cancel(order_id)

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """Fyers works the order on under its id, and the stream or a read tells."""
        self._updates.changing(order_id)
        await self._client.replace({"id": order_id, "side": SIDES[order.side], **changes_of(quantity, terms)})
        await self._see_change(order.client_order_id, order_id, parse.Working(quantity, terms))

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

    async def _look_up(self, order: Order) -> str | None:
        found = await self._reading.row(order.client_order_id)
        return None if found is None else str(found.id)

    # --- reading ----------------------------------------------------------------------------------

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

    # --- inside -----------------------------------------------------------------------------------

    async def _orders_url(self) -> str:
        """Where the order stream is, which takes the token in use in its header."""
        await self._client.carry()
        return self._config.orders_url

    def _token_refused(self) -> None:
        """REST does not take the token: the stream begins anew, with another or with a word to a person."""
        if self._stream.is_up:
            self._stream.drop("Fyers does not take the access token any more")

    def _chores(self) -> Iterable[Coroutine[None, None, None]]:
        yield keep_token(self._login, self._config.look_every, self._health, self._stream)
