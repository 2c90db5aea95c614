"""One account at an exchange: orders over REST, what becomes of them over the private stream."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

from bidwell.brokers.ccxt_exchanges import parse
from bidwell.brokers.ccxt_exchanges.broker import rights
from bidwell.brokers.ccxt_exchanges.broker.reading import Reading, Traded
from bidwell.brokers.ccxt_exchanges.broker.ticket import check_exact, ticket_of
from bidwell.brokers.ccxt_exchanges.broker.updates import Updates
from bidwell.brokers.ccxt_exchanges.broker.words import WORDS
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.client.calls import Ticket
from bidwell.brokers.ccxt_exchanges.config import ExchangeConfig
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.ccxt_exchanges.wire import Balances
from bidwell.brokers.transport import RemoteBroker, Stream, Unworkable
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import BrokerOrder, Capabilities, Clock, Entropy
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.ids import BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import Terms


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


class ExchangeBroker(RemoteBroker):
    """The BrokerSession port over one key, which may not withdraw.

    `book` may be shared by the accounts of one exchange and environment.
    """

    _client: ExchangeClient
    _reading: Reading
    _updates: Updates

    def __init__(
        self, config: ExchangeConfig, account: Account, book: PairBook, clock: Clock, entropy: Entropy,
        traded: Traded = nothing_traded,
    ) -> None:  # fmt: skip
        super().__init__(config.profile.title, account, clock, capabilities(account, config),
                         patience=config.patience, login_url=config.profile.login_url)  # fmt: skip
        self._config = config
        self._book = book
        self._client = ExchangeClient(config, self._health, asyncio.get_running_loop().time)
        self._reading = Reading(self._client, book, account.id, clock, traded)
        self._updates = Updates(self, account.id, self._client, book, clock)
        settings = WORDS[config.profile.id].settings(config.stream)
        self._stream = Stream(self._client.http, self._stream_url, self._updates, entropy, settings)

    def _open(self) -> None:
        """Whoever asks opens the client, which takes a moment."""

    async def probe(self) -> tuple[str, Balances]:
        """The read-only test: whose account it is and what is held; raises Refused where the key may withdraw."""
        await self._client.open()
        await self._reading.prepare()
        return await rights.read(self._client), await self._client.balances()

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, order: Order) -> None:
        name, ticket = order.client_order_id, self._ticket(order)
        self._reading.sent(name, ticket.symbol)
        answer = await self._client.submit(ticket)
        self._updates.know(answer.id, name)
        self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(answer.id), None, parse.created(answer)))
        self._watch(answer.id)

    def _ticket(self, order: Order, quantity: Decimal | None = None, terms: Terms | None = None) -> Ticket:
        """The call for an order; raises Unworkable where the exchange cannot work it to the letter."""
        symbol = self._book.symbol_of(order.instrument)
        if symbol is None:
            raise Unworkable("instrument.unlisted", f"{self._title} does not trade {order.instrument}")
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

    def _tell_story(self, theirs: BrokerOrder, name: ClientOrderId) -> None:
        for event in parse.state(theirs, name, self._clock.now()):
            self.tell(event, again=True)

    async def _withdraw(self, order: Order, order_id: str) -> None:
        symbol = self._book.symbol_of(order.instrument)
        if symbol is None:
            raise Unworkable("instrument.unlisted", f"{self._title} has no such order")
        await self._client.cancel(symbol, order_id, order.client_order_id)

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """The exchange works the same order on."""
        if not self._capabilities.replace:
            raise Unworkable("replace", f"{self._title} changes no orders: cancel and send anew")
        number = order_id or await self._number_of(order)
        if number is None:
            raise Unworkable("order.unknown", f"{self._title} has no such order")
        answer = await self._client.replace(number, self._ticket(order, quantity, terms))
        at, broker_id = self._clock.now(), BrokerOrderId(answer.id or number)
        self.tell(ev.OrderReplaced(at, order.client_order_id, quantity, terms, broker_id))

    async def _look_up(self, order: Order) -> str | None:
        """Nothing has to be known where the exchange cancels by our own id, or changes no orders."""
        return "" if self._config.profile.cancel else await self._number_of(order)

    async def _number_of(self, order: Order) -> str | None:
        found = await self._reading.row_of(order.client_order_id, order.instrument)
        return None if found is None else found.id

    # --- reading ----------------------------------------------------------------------------------

    async def held(self) -> list[str]:
        """Pairs of everything that is held or worked."""
        await self._client.open()
        return await self._reading.held()

    # --- what the stream tells ----------------------------------------------------------------------

    def touched(self, symbol: str) -> None:
        """Something happened in a pair."""
        self._reading.touched(symbol)

    async def _stream_url(self) -> str:
        return self._config.place(WORDS[self._config.profile.id].url(self._client))
