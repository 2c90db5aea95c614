"""One account at the paper venue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from bidwell.brokers.paper import parse, wire
from bidwell.brokers.paper.client import Line
from bidwell.brokers.paper.config import PaperConfig
from bidwell.brokers.paper.symbols import to_wire
from bidwell.engine.ports import (
    BrokerListener,
    BrokerOrder,
    Capabilities,
    Clock,
    DedupeScope,
    Entropy,
    Snapshot,
)
from bidwell.model.account import Account
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import ClientOrderId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms, TimeInForce
from bidwell.risk.approved import Approved

_DECODER: msgspec.json.Decoder[wire.AccountReport] = msgspec.json.Decoder(wire.AccountReport)


def capabilities(account: Account) -> Capabilities:
    """What the paper venue can do for an account."""
    return Capabilities(
        order_types=frozenset(OrderType),
        times_in_force=frozenset(TimeInForce),
        dedupe_scope=DedupeScope.FOREVER,
        attached_exits=True,
        replace=True,
        fractional=account.quantity_step is not None,
        orders_per_second=Decimal(2000),
        burst=2000,
        reserved=50,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=2),
        wall_times=False,
    )


class PaperBroker:
    """The Broker port over one session of one account.

    `account.broker_account` is the account's name at the venue. `connect` raises Unavailable or Refused when
    its first attempt fails and leaves nothing running; later losses are mended in the background.
    """

    def __init__(self, config: PaperConfig, account: Account, clock: Clock, entropy: Entropy) -> None:
        self._account = account
        self._clock = clock
        self._capabilities = capabilities(account)
        self._listener: BrokerListener | None = None
        login = wire.Login(config.token, "account", account.broker_account)
        self._line: Line[wire.AccountReport] = Line(config, login, _DECODER, self, entropy)

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    async def connect(self, listener: BrokerListener) -> None:
        """Open the session and keep it open until `close`."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError(f"the session of {self._account.id} has another listener already")
        self._listener = listener
        await self._line.open()

    async def close(self) -> None:
        """End the session; orders stay as they are at the venue."""
        await self._line.close()

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Send an order; exits attached to an entry wait for its fills, exits attached to an exit are its OCO."""
        order = approved.order
        tickets = (_ticket(order), *(_ticket(each.order) for each in attached))
        link = "none" if not attached else "oco" if order.leg else "bracket"
        self._line.send(wire.Submit(tickets, link))

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book."""
        name, broker_order_id = _names(order)
        self._line.send(wire.Cancel(name, broker_order_id))

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask to work the order with another total quantity and other terms."""
        name, broker_order_id = _names(order)
        self._line.send(
            wire.Replace(
                client_order_id=name,
                broker_order_id=broker_order_id,
                quantity=quantity,
                order_type=terms.order_type,
                time_in_force=terms.time_in_force,
                limit_price=terms.limit_price,
                stop_price=terms.stop_price,
                trail_amount=terms.trail_amount,
                trail_percent=terms.trail_percent,
                expires_at=terms.expires_at,
            )
        )

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our id; None means that the venue answered that it has none."""
        answer = await self._line.ask(lambda number: wire.Find(number, client_order_id))
        if not isinstance(answer, wire.Found):
            raise ProtocolError(f"find was answered with {type(answer).__name__}")
        return parse.broker_order(answer.order, self._account.id, self._clock.now()) if answer.order else None

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        """The order under our id, or none."""
        found = await self.find(client_order_id)
        return () if found is None else (found,)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions and cash."""
        answer = await self._line.ask(lambda number: wire.TakeSnapshot(number, since))
        if not isinstance(answer, wire.Book):
            raise ProtocolError(f"snapshot was answered with {type(answer).__name__}")
        return parse.snapshot(answer, self._account.id, self._clock.now())

    # what the line tells

    def on_up(self, _welcome: wire.Welcome) -> None:
        """The session is up."""
        if self._listener is not None:
            self._listener.on_connected(self._account.id)

    def on_down(self, reason: str) -> None:
        """The session is down."""
        if self._listener is not None:
            self._listener.on_disconnected(self._account.id, reason)

    def on_report(self, report: wire.AccountReport) -> None:
        """Something happened to an order."""
        listener = self._listener
        if listener is None:
            return
        account = self._account.id
        for event in parse.events(report, account, self._clock.now()):
            listener.on_broker_event(account, event)


def _names(order: Order) -> tuple[str, str]:
    """Our id and the venue's newest: an order that was placed by hand there is known by the latter alone."""
    return order.client_order_id, (order.broker_order_ids[-1] if order.broker_order_ids else "")


def _ticket(order: Order) -> wire.Ticket:
    terms = order.terms
    return wire.Ticket(
        client_order_id=order.client_order_id,
        instrument=to_wire(order.instrument),
        side=order.side,
        quantity=order.quantity,
        order_type=terms.order_type,
        time_in_force=terms.time_in_force,
        limit_price=terms.limit_price,
        stop_price=terms.stop_price,
        trail_amount=terms.trail_amount,
        trail_percent=terms.trail_percent,
        expires_at=terms.expires_at,
    )
