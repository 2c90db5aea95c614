"""An account's ear on the stream: what it says is a hint, and the orders are read then.

What a message of the activity service holds is unconfirmed, so nothing of it is believed but that something happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import msgspec

from bidwell.brokers.schwab import wire
from bidwell.brokers.schwab.broker.matching import Ledger
from bidwell.brokers.schwab.broker.reading import Reading, View
from bidwell.brokers.schwab.broker.streamer import ACTIVITY
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.transport import OrderUpdates, Owner, Recent, decoder, read
from bidwell.engine.ports import BrokerOrder, Clock
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError
from bidwell.model.ids import BrokerOrderId, ClientOrderId, ExecutionId
from bidwell.model.order import CLOSED, OrderStatus
from bidwell.model.terms import Terms

QUIET = frozenset({"SUBSCRIBED", "ExecutionRequested", "ExecutionRequestCreated", "ExecutionRequestCompleted"})
"""Unconfirmed: messages about an order's way to a venue, after which it shows nothing new."""
LATELY = timedelta(minutes=2)
"""How far back the orders are read at a hint; those that were open before are read in any case."""

_WORKED = frozenset({OrderStatus.WORKING, OrderStatus.FILLED})
_ACTIVITY = decoder(wire.Activity)


@dataclass
class _Known:
    """What was told of an order."""

    asks: tuple[Decimal, Terms] | None = None
    number: BrokerOrderId | None = None
    executions: set[ExecutionId] = field(default_factory=set)
    closed: bool = False


class Updates(OrderUpdates[str]):
    """`streamer.Member` for one account; hints that come together are one reading."""

    def __init__(self, owner: Owner, config: SchwabConfig, reading: Reading, ledger: Ledger, clock: Clock) -> None:
        super().__init__(owner)
        self._config = config
        self._reading = reading
        self._ledger = ledger
        self._clock = clock
        self._known: Recent[ClientOrderId, _Known] = Recent()

    def know(self, name: ClientOrderId, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """An order of ours with the terms under which it was taken, unless a reading said more already."""
        known = self._of(name)
        if known.asks is None:
            known.asks, known.number = (quantity, terms), BrokerOrderId(order_id)

    # --- streamer.Member --------------------------------------------------------------------------

    @property
    def wants(self) -> Mapping[str, Collection[str]]:
        """The account's activity."""
        return {ACTIVITY: ()}

    def alive(self) -> None:
        """Something came."""
        self._owner.heard()

    def told(self, service: str, rows: list[msgspec.Raw]) -> None:
        """Something happened in an account of the user's."""
        for row in rows:
            said = read(_ACTIVITY, bytes(row), f"a message of {service}")
            if said.type not in QUIET and (said.account or "") not in self._reading.others:
                self._take(said.type or "")

    # --- reading ----------------------------------------------------------------------------------

    async def _look(self, piece: str) -> None:
        """Read the orders and tell what changed."""
        await asyncio.sleep(self._config.gather)
        for pause in (*self._config.lag, 0.0):
            while len(self._waiting) > 1:
                self._waiting.pop()  # it is in what is read now
            view = await self._reading.view(self._clock.now() - LATELY)
            self._tell_all(view)
            if not view.lagging:
                return
            await asyncio.sleep(pause)
        self._owner.trouble(
            self.channel, f"executions behind a message {piece!r} are not listed: the next report has them"
        )

    def _not_completed(self, piece: str, problem: BrokerError) -> None:  # noqa: ARG002 - the hook's
        """A reading failed: the desk's next report has what changed."""
        self._owner.trouble("reading the orders", problem)
        self._waiting.clear()

    def _tell_all(self, view: View) -> None:
        for name, (number, why) in view.refused_changes.items():
            self._ledger.withdraw(name, number)
            self._owner.tell(ev.ReplaceRejected(self._clock.now(), name, why))
        for order in view.orders:
            number = str(order.broker_order_id)
            self._mention(number)
            ended = view.ended.get(number)
            # What is over for longer is in the desk's reports, and what was over before the desk knew the account is not told.
            if order.status not in CLOSED or ended is None or self._clock.now() - ended < LATELY:
                self._tell(order)

    def _tell(self, order: BrokerOrder) -> None:
        """The events that lead from what was told of an order to how it stands."""
        name = order.client_order_id or ClientOrderId(order.broker_order_id)
        known, at = self._of(name), self._clock.now()
        if known.closed:
            return
        if order.status is OrderStatus.REJECTED and not order.filled_quantity:
            known.closed = True
            self._owner.tell(ev.OrderRejected(at, name, "rejected", order.reason or "Schwab rejected it"))
            return
        asks = (order.quantity, order.terms)
        renewed = known.number is not None and known.number != order.broker_order_id
        if not renewed and not self._owner.accepted_before(order.broker_order_id):
            self._owner.tell(ev.OrderAccepted(at, name, order.broker_order_id, None, order.created_at))
        if (renewed or known.asks not in {None, asks}) and order.status in _WORKED:
            self._owner.tell(ev.OrderReplaced(at, name, *asks, order.broker_order_id))
        known.asks, known.number = asks, order.broker_order_id
        for fill in order.fills:
            if fill.execution_id not in known.executions:
                known.executions.add(fill.execution_id)
                self._reading.touch(fill.instrument)
                self._owner.tell(ev.OrderFilled(at, name, fill))
        if order.status in {OrderStatus.CANCELED, OrderStatus.REJECTED}:
            self._owner.tell(ev.OrderCanceled(at, name, order.reason, order.filled_quantity))
        elif order.status is OrderStatus.EXPIRED:
            self._owner.tell(ev.OrderExpired(at, name, order.reason, order.filled_quantity))
        known.closed = order.status in CLOSED

    def _of(self, name: ClientOrderId) -> _Known:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = _Known()
        return known
