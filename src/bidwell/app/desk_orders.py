"""What the desk's state remembers of one account's orders, for a broker that keeps no id of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidwell.model.order import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
    from bidwell.model.order import Order

_LEFT = frozenset({OrderStatus.SUBMITTED, OrderStatus.WORKING, OrderStatus.ABSENT})


class DeskOrders:
    """Over restarts too; `state` gives the newest one."""

    def __init__(self, state: Callable[[], State], account: AccountId) -> None:
        self._state = state
        self._account = account

    def sent(self) -> Sequence[tuple[Order, datetime]]:
        """The desk's own orders that left it and are not closed, each with when it was sent."""
        state = self._state()
        own = [each for each in state.open_orders(self._account) if each.status in _LEFT and not each.external]
        traces = ((each, state.traces.get(each.client_order_id)) for each in own)
        return [(each, (trace.sent_at if trace is not None else None) or each.created_at) for each, trace in traces]

    def owner(self, order_id: BrokerOrderId) -> ClientOrderId | None:
        """Under which of the desk's ids an order of the broker's is kept, those placed by hand too."""
        return self._state().by_broker_id.get((self._account, order_id))
