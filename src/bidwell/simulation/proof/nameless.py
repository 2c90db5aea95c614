"""A broker that keeps no id of ours: an order whose answer was lost is known to nobody until a person says which it is.

What may be an order in doubt is kept out of every report, and no lookup can tell it. Every other one that was looked for in
vain is shown as a stranger's, so that it is adopted as EXTERNAL first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from bidwell.engine import tracking
from bidwell.engine.ports import BrokerOrder, Capabilities, Snapshot
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import InDoubt, Unavailable
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
from bidwell.model.order import Order, OrderStatus
from bidwell.risk.approved import Approved
from bidwell.simulation.proof import translation
from bidwell.simulation.proof.broker import Exchange, ProofBroker
from bidwell.simulation.proof.weather import Weather


class NamelessBroker(ProofBroker):
    """One account's line to such a broker; `state` is what the desk knows."""

    def __init__(self, account: Account, exchange: Exchange, able: Capabilities, weather: Weather, random: Random,
                 state: Callable[[], State]) -> None:  # fmt: skip
        # A change makes another order there, which could not be told either.
        super().__init__(account, exchange, replace(able, attached_exits=False, replace=False), weather, random)
        self._state = state
        self._left: dict[ClientOrderId, float] = {}

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Send an order; its answer counts for as long as it is waited for."""
        self._left[approved.order.client_order_id] = asyncio.get_running_loop().time()
        await super().submit(approved, attached)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book, by its number."""
        if not order.broker_order_ids:
            msg = "which order is meant cannot be told"
            raise InDoubt(msg)
        await super().cancel(order)

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up: by its number where that is known, by what it is elsewhere."""
        order = self._state().orders.get(client_order_id)
        listed = await self._listed()
        if order is None or order.broker_order_ids:
            return await super().find(client_order_id) if order is not None else None
        if any(self._keeps_back(one) and _fits(order, one) for one in listed):
            msg = "which order it is cannot be told"
            raise InDoubt(msg)
        return None

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        """Those of the broker's orders that may be ours."""
        order = self._state().orders.get(client_order_id)
        return [_stranger(one) for one in await self._listed()
                if order is not None and self._keeps_back(one) and _fits(order, one)]  # fmt: skip

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read the account, without what may be ours; what of that was filled makes the report incomplete."""
        taken = await super().snapshot(since)
        shown = tuple(self._named(one) for one in taken.orders if not self._keeps_back(one))
        whole = not any(one.filled_quantity for one in taken.orders if self._keeps_back(one))
        return replace(taken, orders=shown, complete=taken.complete and whole)

    async def _listed(self) -> Sequence[BrokerOrder]:
        """Every order; of a list that was not whole nothing can be concluded."""
        taken = await super().snapshot()
        if not taken.complete:
            msg = "parts of the list were missing"
            raise Unavailable(msg)
        return taken.orders

    # --- who is whose -----------------------------------------------------------------------------

    def _known(self, number: str) -> bool:
        """Whether the desk has the order under this number, as its own or as a stranger's."""
        return (AccountId(self._name), BrokerOrderId(number)) in self._state().by_broker_id

    def _named(self, one: BrokerOrder) -> BrokerOrder:
        owner = self._state().by_broker_id.get((AccountId(self._name), one.broker_order_id))
        return one if owner is not None and owner == one.client_order_id else _stranger(one)

    def _keeps_back(self, one: BrokerOrder) -> bool:
        """Whether an order may be one that is looked for; every other one is shown once ours counts as absent."""
        if self._known(one.broker_order_id) or one.client_order_id not in self._state().orders:
            return False
        odd = int(one.broker_order_id[1:]) % 2
        wanted = [order for order in self._state().open_orders(AccountId(self._name))
                  if order.in_doubt and not order.broker_order_ids and _fits(order, one)]  # fmt: skip
        return any(order.status is OrderStatus.SUBMITTED or not odd for order in wanted)

    def _deliver(self, event: ev.OrderEvent, life: int) -> None:
        """An answer counts while it is waited for; all else is told under the order's number where no name is known."""
        order = self._exchange.venue.state.find(self._name, event.client_order_id)
        if isinstance(event, ev.OrderAccepted | ev.OrderRejected):
            left = self._left.get(event.client_order_id)
            patience = self._able.answer_timeout.total_seconds()
            if left is None or asyncio.get_running_loop().time() - left > patience:
                return
        elif order is not None and not self._is_ours(translation.broker_order(order, self._now())):
            event = tracking.renamed(event, ClientOrderId(order.broker_order_id))
        super()._deliver(event, life)  # type: ignore[arg-type]

    def _is_ours(self, one: BrokerOrder) -> bool:
        return self._named(one).client_order_id is not None


def _stranger(one: BrokerOrder) -> BrokerOrder:
    return replace(one, client_order_id=None)


def _fits(order: Order, one: BrokerOrder) -> bool:
    return (one.instrument, one.side, one.quantity, one.terms) == (
        order.instrument,
        order.side,
        order.quantity,
        order.terms,
    )
