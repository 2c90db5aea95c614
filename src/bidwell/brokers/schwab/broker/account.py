"""One account at Schwab: orders over REST, what becomes of them read as soon as the stream hints at it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bidwell.brokers.schwab import wire
from bidwell.brokers.schwab.broker.matching import DeskOrders, Ledger, NothingKnown
from bidwell.brokers.schwab.broker.reading import Reading
from bidwell.brokers.schwab.broker.streamer import Seat
from bidwell.brokers.schwab.broker.ticket import FORCES, TYPES, ticket_of
from bidwell.brokers.schwab.broker.updates import Updates
from bidwell.brokers.schwab.broker.user import User
from bidwell.brokers.schwab.client import SchwabClient
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.brokers.transport import RemoteBroker, Unworkable
from bidwell.engine.ports import BrokerEvent, BrokerOrder, Capabilities, Clock, DedupeScope, SessionReport
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import Refused, Unavailable
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import CLOSED, Order
from bidwell.model.terms import Terms

NOBODY = "reader"
"""The account of a session that only reads for the list of instruments."""


def capabilities(config: SchwabConfig) -> Capabilities:
    """What Schwab can do for an account.

    It keeps no id of a client's: nothing is ever sent twice, and an order whose answer was lost is found by what it is.
    Brackets stay with the engine: a leg whose answer was lost could not be told from another order.
    """
    return Capabilities(
        order_types=frozenset(TYPES),
        times_in_force=frozenset(FORCES),
        dedupe_scope=DedupeScope.NONE,
        attached_exits=False,
        replace=True,
        fractional=False,
        orders_per_second=config.rate.per_second,
        burst=config.rate.burst - config.rate.reserved,
        reserved=4,
        quarantine=timedelta(seconds=config.quarantine),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class SchwabBroker(RemoteBroker):
    """The BrokerSession port over one account of a login.

    `user` is shared by the accounts of the login, `symbols` by all; `desk` is what the desk remembers of the account.
    """

    _client: SchwabClient
    _reading: Reading
    _updates: Updates

    def __init__(
        self, config: SchwabConfig, account: Account, user: User, symbols: SymbolBook, clock: Clock,
        desk: DeskOrders | None = None,
    ) -> None:  # fmt: skip
        super().__init__("Schwab", account, clock, capabilities(config), patience=config.patience,
                         login_url=config.login_url, channel="stream")  # fmt: skip
        self._login = user.login
        self._client = SchwabClient(config, user.login, self._health, asyncio.get_running_loop().time, user.bucket)
        self._client.on_login_lost = self._login_lost
        self._ledger = Ledger(symbols, clock, desk or NothingKnown(), config.answer_timeout,
                              lambda: self._health.skew)  # fmt: skip
        wanted = config.account if account.broker_account == NOBODY else account.broker_account
        self._reading = Reading(config, self._client, symbols, self._ledger, account.id, wanted, clock)
        self._reading.on_doubt = lambda sentence: self.trouble("orders", sentence, "in_doubt")
        self._updates = Updates(self, config, self._reading, self._ledger, clock)
        self._stream = Seat(user.streamer, self._updates)

    def report(self) -> SessionReport:
        """State, data age and last errors; that the week's login ends, or has ended."""
        found = self._health.report()
        return replace(found, state=self._login.state(found.state))

    async def probe(self) -> wire.SecuritiesAccount:
        """The read-only test: the account behind the login; raises Refused where that does not show it."""
        self._client.open()
        await self._reading.identify()
        found = await self._reading.account()
        if found.is_closing_only_restricted:
            self.trouble("account", "Schwab lets this account close positions only", "closing_only")
        return found

    # --- orders -----------------------------------------------------------------------------------

    async def _learn(self, order: Order) -> None:
        """Know the symbol and what is held of it."""
        if await self._reading.symbol(order.instrument) is not None:
            await self._reading.position(order.instrument)

    async def _place(self, order: Order) -> None:
        name, key = order.client_order_id, await self._reading.key()
        body = await self._body(order, order.quantity, order.terms)
        self._ledger.sending(order)
        self._reading.touch(order.instrument)
        try:
            number = await self._client.submit(key, body)
        except (Refused, Unavailable):
            self._ledger.dropped(name)
            raise
        except BaseException:
            # Whatever else it was, the order may be there.
            self._ledger.lost(name)
            raise
        self._ledger.numbered(name, number)
        self._updates.know(name, number, order.quantity, order.terms)
        self.tell(ev.OrderAccepted(self._clock.now(), name, BrokerOrderId(number)))
        self._watch(number)

    async def _body(self, order: Order, quantity: Decimal, terms: Terms) -> dict[str, object]:
        symbol = await self._reading.symbol(order.instrument)
        if symbol is None:
            raise Unworkable("instrument.unlisted", f"Schwab does not trade {order.instrument}")
        return ticket_of(order.side, quantity, terms, symbol, await self._reading.position(order.instrument))

    async def _withdraw(self, _order: Order, order_id: str) -> None:
        await self._client.cancel(await self._reading.key(), order_id)

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """Schwab works a new order for what is left then, whose number joins the chain."""
        name, key = order.client_order_id, await self._reading.key()
        chain = self._ledger.chain(name) or (order_id,)
        if chain == (order_id,):
            self._ledger.numbered(name, order_id)
        left = quantity - await self._reading.filled(chain)
        if left <= 0:
            raise Unworkable("quantity.filled", "as many or more are filled already")
        body = await self._body(order, left, terms)
        self._ledger.changing(name, under_way=True)
        try:
            number = await self._client.replace(key, order_id, body)
        finally:
            self._ledger.changing(name, under_way=False)
        self._ledger.numbered(name, number)
        self._watch(number)

    async def _id_of(self, order: Order) -> str | None:
        known = self._ledger.chain(order.client_order_id)
        return known[-1] if known else await super()._id_of(order)

    async def _look_up(self, order: Order) -> str | None:
        found = await self._reading.find(order.client_order_id)
        return None if found is None else str(found.broker_order_id)

    def _is_news(self, event: BrokerEvent) -> bool:
        if isinstance(event, ev.OrderReplaced) and event.broker_order_id is not None:
            self._accepted.add(event.broker_order_id)
        return super()._is_news(event)

    # --- reading ----------------------------------------------------------------------------------

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        """Schwab's orders that may be one of ours: those that what it is leaves a choice of."""
        return await self._reading.candidates(client_order_id)

    async def held(self) -> list[str]:
        """Schwab's symbols of everything that is held or worked, as they are listed."""
        self._client.open()
        await self._reading.identify()
        found = await self._reading.snapshot(self._clock.now())
        names = {*found.positions, *(each.instrument for each in found.orders if each.status not in CLOSED)}
        symbols = {await self._reading.symbol(each) for each in names}
        return sorted(each.replace(" ", "") for each in symbols if each is not None)

    # --- inside -----------------------------------------------------------------------------------

    def _login_lost(self) -> None:
        """REST is not let in any more: the stream begins anew, with another token or with a word to a person."""
        if self._stream.is_up:
            self._stream.drop("Schwab does not renew the login")
