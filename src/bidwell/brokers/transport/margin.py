"""What a broker would block for orders, as far as no broker differs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from bidwell.brokers.transport.broker import RemoteBroker, Unworkable
from bidwell.engine.ports import Margin
from bidwell.model.errors import Refused
from bidwell.model.order import Order

MOST = 20
"""Orders of one question; brokers take more (Angel One 50), a hedged position has fewer."""


class TellsMargin(RemoteBroker):
    """A session that is `engine.ports.MarginSource` too: an adapter says in `_margin` how its broker is asked."""

    async def margin(self, orders: Sequence[Order]) -> Margin:
        """What the broker would block for the orders taken together; raises Unavailable, Refused, ProtocolError."""
        self._check_question(orders)
        self._must_be_up()
        try:
            for order in orders:
                await self._learn(order)
            return await self._margin(orders)
        except Unworkable as cannot:
            raise Refused(str(cannot)) from cannot

    @abstractmethod
    async def _margin(self, orders: Sequence[Order]) -> Margin:
        """Ask; raises Unworkable for an order that the broker does not take."""

    def _check_question(self, orders: Sequence[Order]) -> None:
        if not orders or len(orders) > MOST:
            raise Refused(f"margin is asked for 1 to {MOST} orders at once, not for {len(orders)}")
        for order in orders:
            if not order.quantity > 0:
                raise Refused(f"margin is asked for a quantity above zero, not for {order.quantity}")
            terms = order.terms
            if terms.order_type not in self.capabilities.order_types:
                raise Refused(
                    f"{self._title} takes no {terms.order_type.value} order: the desk holds it until its turn"
                )
            if terms.time_in_force not in self.capabilities.times_in_force:
                raise Refused(f"{self._title} takes no {terms.time_in_force.value} order")
