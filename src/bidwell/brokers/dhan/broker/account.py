"""One account at Dhan: orders over REST, what becomes of them over the order stream."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

import structlog

from bidwell.brokers.dhan import parse
from bidwell.brokers.dhan.broker.reading import Reading
from bidwell.brokers.dhan.broker.ticket import changes_of, question_of, ticket_of
from bidwell.brokers.dhan.broker.updates import Updates
from bidwell.brokers.dhan.client import DhanClient
from bidwell.brokers.dhan.config import LOGIN_URL, DhanConfig
from bidwell.brokers.dhan.login import Login
from bidwell.brokers.dhan.symbols import Key, SymbolBook
from bidwell.brokers.transport import Stream, TellsMargin, Unworkable
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.transport.tokens import keep_token
from bidwell.engine.ports import Capabilities, Clock, DedupeScope, Entropy, Margin
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, Refused
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Terms, TimeInForce

log = structlog.get_logger("bidwell")
SWITCHED_OFF = "ACTIVATE"


def capabilities(config: DhanConfig) -> Capabilities:
    """What Dhan can do: orders of a day, whose tag is not held to be unique."""
    rate = config.rates.orders
    return Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}),
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC}),
        dedupe_scope=DedupeScope.NONE,
        attached_exits=False,
        replace=True,
        lists_the_day=True,
        orders_per_second=rate.per_second,
        burst=rate.burst,
        reserved=rate.reserved,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class DhanBroker(TellsMargin):
    """The BrokerSession port over one login; `symbols` and `login` may be shared by what uses one credential."""

    _client: DhanClient
    _reading: Reading
    _updates: Updates
    _stream: Stream

    def __init__(
        self, config: DhanConfig, login: Login, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Dhan", account, clock, capabilities(config), patience=config.patience,
                         login_url=LOGIN_URL)  # fmt: skip
        self._config = config
        self._login = login
        self._book = symbols
        self._client = DhanClient(config, login, self._health, asyncio.get_running_loop().time)
        self._client.on_login_lost = self._token_refused
        self._updates = Updates(self, account.id, config, self._client, login, symbols, clock)
        self._stream = Stream(self._client.http, config.updates_url, self._updates, entropy, config.stream)
        self._reading = Reading(self._client, symbols, account.id, clock)

    async def probe(self) -> None:
        """Prove the token, read the list of instruments, and see whether orders may pass."""
        await self.prove()
        await self._reading.prepare()
        await self._see_kill_switch()

    async def prove(self) -> None:
        """The read that proves the token; raises Refused where it is not taken or is another account's."""
        await self._login.token()
        found = await self._client.profile()
        if found.dhan_client_id != self._config.client_id:
            raise Refused(f"this token is client {found.dhan_client_id}'s, not {self._config.client_id}'s")
        self._login.ends_at = self._login.ends_at or parse.valid_until(found.token_validity)
        self._health.login = self._login.day()

    async def turn_kill_switch(self, *, on: bool) -> str:
        """Let no order of the account pass at Dhan for the rest of the day, or let them pass again; what Dhan says."""
        self._client.open()
        return (await self._client.turn_kill_switch(on=on)).kill_switch_status

    async def _see_kill_switch(self) -> None:
        try:
            found = await self._client.kill_switch()
        except Denied as no:
            self._health.trouble("the kill switch", no.verdict.message, no.verdict.code)
            return
        if found.kill_switch_status == SWITCHED_OFF:
            self._health.trouble("the kill switch", "Dhan's kill switch is on: no order passes until it is off")

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, order: Order) -> None:
        answer = await self._client.submit(ticket_of(order, self._key(order), self._config.product))
        at, name = self._clock.now(), order.client_order_id
        if answer.order_status and parse.status(answer.order_status) is OrderStatus.REJECTED:
            self.tell(ev.OrderRejected(at, name, "rejected", "Dhan rejected it on arrival"))
            return
        self.tell(ev.OrderAccepted(at, name, BrokerOrderId(answer.order_id), None, None))
        self._watch(answer.order_id)

    def _key(self, order: Order) -> Key:
        key = self._book.key_of(order.instrument)
        if key is None:
            raise Unworkable("instrument.unlisted", f"Dhan does not list {order.instrument} today")
        return key

    async def _withdraw(self, _order: Order, order_id: str) -> None:
        await self._client.cancel(order_id)

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """Dhan works the order on under its id, and the stream or a read tells."""
        body = {"legName": "", "disclosedQuantity": 0, **changes_of(quantity, terms)}
        self._updates.changing(order_id)
        await self._client.replace(order_id, body)
        await self._see_change(order.client_order_id, order_id, parse.Working(quantity, terms))

    async def _see_change(self, name: ClientOrderId, order_id: str, wanted: parse.Working) -> None:
        """Look whether the change stands already; where it does not, the stream tells of it."""
        try:
            now = await self._client.by_id(order_id)
            if now is None or parse.status(now.order_status) is not OrderStatus.WORKING:
                return
            asks = parse.working(now)
        except BrokerError as problem:
            self._health.trouble("a change", problem)
            return
        if self._updates.changed(order_id, asks, now.update_time or "", wanted):
            at = self._clock.now()
            self.tell(ev.OrderReplaced(at, name, asks.quantity, asks.terms, BrokerOrderId(order_id)))

    async def _look_up(self, order: Order) -> str | None:
        found = await self._reading.row(order.client_order_id)
        return None if found is None else found.order_id

    # --- what orders would take ---------------------------------------------------------------------

    async def _margin(self, orders: Sequence[Order]) -> Margin:
        questions = [question_of(order, self._key(order), self._config.product) for order in orders]
        if len(questions) == 1:
            return parse.margin(await self._client.order_margin(questions[0]), None, orders)
        return parse.margin(await self._client.basket_margin(questions), await self._client.free_funds(), orders)

    # --- reading ----------------------------------------------------------------------------------

    async def held(self) -> list[str]:
        """Everything that is held or worked, by our ids."""
        self._client.open()
        await self._reading.prepare()
        found, _ = parse.held(await self._client.positions(), await self._client.holdings(), self._book)
        names = {str(each) for each in found}
        for row in await self._client.orders():
            if parse.STATUSES.get(row.order_status) is OrderStatus.WORKING:
                names.add(str(self._book.id_of(row.exchange_segment, row.security_id)))
        return sorted(names)

    # --- inside -----------------------------------------------------------------------------------

    def _token_refused(self) -> None:
        """REST does not take the token: the stream begins anew, with another or with a word to a person."""
        if self._stream.is_up:
            self._stream.drop("Dhan does not take the access token any more")

    def _chores(self) -> Iterable[Coroutine[None, None, None]]:
        yield keep_token(self._login, self._config.look_every, self._health, self._stream)
