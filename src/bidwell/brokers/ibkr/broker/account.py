"""One account at Interactive Brokers: everything over the one connection to its Gateway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bidwell.brokers.ibkr import parse, wire
from bidwell.brokers.ibkr.broker.memory import Memory
from bidwell.brokers.ibkr.broker.reading import Reading
from bidwell.brokers.ibkr.broker.ticket import FORCES, TYPES, ticket_of
from bidwell.brokers.ibkr.broker.updates import Updates
from bidwell.brokers.ibkr.client import Link, Seat
from bidwell.brokers.ibkr.client.library import contract as written
from bidwell.brokers.ibkr.client.seat import Hearing
from bidwell.brokers.ibkr.config import IbkrConfig
from bidwell.brokers.ibkr.errors import READ_ONLY_SETTING
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.brokers.transport import TellsMargin, Unworkable
from bidwell.engine.ports import (
    Capabilities,
    Clock,
    DedupeScope,
    Entropy,
    Margin,
    SessionLife,
    SessionReport,
    SessionState,
)
from bidwell.model.account import Account
from bidwell.model.errors import Refused
from bidwell.model.order import Order
from bidwell.model.terms import Terms


def capabilities(config: IbkrConfig) -> Capabilities:
    """What Interactive Brokers can do for an account.

    It holds no reference against a second order, so nothing is ever sent twice. Attached exits stay with the engine: a
    parent's children are three messages, of which one may be lost.
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
        lists_the_day=True,
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class IbkrBroker(TellsMargin):
    """The BrokerSession port; `link` is shared by the accounts of a Gateway, `symbols` by those of an environment."""

    _client: Seat
    _reading: Reading
    _updates: Updates

    def __init__(
        self, config: IbkrConfig, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy,
        link: Link | None = None,
    ) -> None:  # fmt: skip
        super().__init__("Interactive Brokers", account, clock, capabilities(config), patience=config.patience,
                         channel="connection to the Gateway")  # fmt: skip
        self._config = config
        self._link = link or Link(config, clock, entropy)
        self._memory = Memory()
        self._client = Seat(self._link)
        self._reading = Reading(self._client, symbols, self._memory, config.account, account.id, clock)
        self._updates = Updates(self, account, config, self._link, self._reading, self._memory, symbols, clock)
        self._stream = Hearing(self._client, self._updates)

    def report(self) -> SessionReport:
        """State, data age and last errors; a Gateway that lets nobody trade has to be set otherwise by a person."""
        told = replace(self._health.report(), skew=self._link.skew, heard_at=self._link.heard_at)
        if self._link.read_only and told.state.life is SessionLife.ACTIVE:
            return replace(told, state=SessionState(SessionLife.NEEDS_LOGIN, READ_ONLY_SETTING))
        return told

    async def probe(self) -> None:
        """The read-only test: the account is one of the Gateway's login, and of the environment.

        Raises Refused where it is not, Unavailable where no Gateway answers.
        """
        self._client.open()
        if not self._config.belongs(self._config.account):
            raise Refused(f"{self._config.account} is no account for {self._config.environment} trading")
        await self._reading.open_for(self._config.account)

    async def funds(self) -> tuple[str, dict[str, Decimal]]:
        """The account's base currency, with equity, cash and free funds in it."""
        return await self._reading.funds()

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, order: Order) -> None:
        contract = await self._contract(order, order.quantity)
        ticket = ticket_of(order, self._config.account)
        await self._link.admit(writes=True)
        number = self._link.number()
        self._memory.send(self._link.client_id, number, order.client_order_id, order.terms)
        await self._link.write("placeOrder", number, written(contract), ticket)
        self._watch(number)

    async def _contract(self, order: Order, quantity: Decimal) -> wire.Contract:
        contract = await self._reading.contract(order.instrument)
        if contract is None:
            raise Unworkable("instrument.unlisted", f"Interactive Brokers does not trade {order.instrument}")
        if quantity % 1:
            raise Unworkable("quantity.lot", "the Gateway takes whole units")
        return contract

    async def _withdraw(self, order: Order, order_id: str) -> None:
        number = await self._number(order, order_id)
        self._updates.withdraw(number)
        # A cancel that is asked for twice is one.
        await self._link.send("cancelOrder", number, urgent=True)
        self._watch(number, self._updates.mentions(number) + 1)

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """The order goes again under its number, with other terms."""
        contract = await self._contract(order, quantity)
        ticket = ticket_of(order, self._config.account, quantity, terms)
        await self._link.admit(writes=True)
        number = await self._number(order, order_id)
        self._updates.change(number, quantity, terms)
        await self._link.write("placeOrder", number, written(contract), ticket)
        self._watch(number, self._updates.mentions(number) + 1)

    async def _number(self, order: Order, order_id: str) -> int:
        """Under which number this connection may speak of an order; raises Unworkable for another connection's."""
        row = self._memory.row(int(order_id)) if order_id.isdecimal() else None
        if row is None:
            await self._reading.row_of(order.client_order_id)
            row = self._memory.row(int(order_id)) if order_id.isdecimal() else None
        if row is None:
            raise Unworkable("order.unknown", "Interactive Brokers has no such order")
        if row.filled is not None:
            raise Unworkable("order.closed", f"the order is over: {row.ended or row.status}")
        if row.client_id != self._link.client_id or not row.order_id:
            raise Unworkable("order.other_client", f"the order belongs to client id {row.client_id} of the Gateway, and only "
                             "that one, or TWS, can change it; client id 0 can cancel what was placed by hand")  # fmt: skip
        if self._memory.permanent(row.client_id, row.order_id) != row.perm_id:
            raise Unworkable("order.unknown", f"another order has the number of {order_id} by now: change it in TWS")
        return row.order_id

    async def _look_up(self, order: Order) -> str | None:
        known = self._memory.number_of(order.client_order_id)
        if not known:
            row = await self._reading.row_of(order.client_order_id)
            known = row.perm_id if row is not None else 0
        return str(known) if known else None

    # --- what an order would take -------------------------------------------------------------------

    async def _margin(self, orders: Sequence[Order]) -> Margin:
        """A question is an order that says of itself that it is none: `Writer.write_question` sees to that."""
        if len(orders) > 1:
            raise Refused("Interactive Brokers reckons one order at a time: ask for each by itself")
        order = orders[0]
        contract = await self._contract(order, order.quantity)
        told = await self._link.reckon(written(contract), ticket_of(order, self._config.account))
        return parse.margin(told, order.client_order_id, self._account.currency)

    # --- reading ----------------------------------------------------------------------------------

    async def held(self) -> list[str]:
        """The symbols of everything that is held or worked."""
        self._client.open()
        taken = await self._reading.snapshot(self._clock.now())
        return self._reading.symbols_of({*taken.positions, *(order.instrument for order in taken.orders)})
