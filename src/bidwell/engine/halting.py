"""Taking off what a halt reached: a few orders in the halt's own commit, the rest in slices after it.

The halt itself is what stops orders: from the moment it is folded no lane lets anything leave that adds risk. So its
commit and its answer need not wait until a thousand cancels are written down. What is left to ask for is known from the
halts in force, and a process that starts, or folds the journal anew, goes on with it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from bidwell.model import events as ev
from bidwell.model.limits import ScopeType, TradingState
from bidwell.model.order import OrderStatus, Pending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bidwell.engine.state import State
    from bidwell.model.ids import ClientOrderId
    from bidwell.model.limits import Scope
    from bidwell.model.order import Order

AT_ONCE: Final = 20
"""How many orders one slice asks for: a millisecond or two of work, between which the desk looks at everything else."""


class Deciding(Protocol):
    """What halting asks of the deciding core."""

    state: State

    def now(self) -> datetime:
        """The wall clock."""
        ...

    def emit(self, event: ev.Event) -> None:
        """Fold an event and queue it for the journal."""
        ...

    def request_cancel(self, name: ClientOrderId, *, actor: str, reason: str) -> None:
        """Ask for an order to be taken off; one that never left is denied."""
        ...


class Halting:
    """One workspace's halts, and the orders that they still have to take off."""

    def __init__(self, core: Deciding) -> None:
        self._core = core
        self._waiting: deque[tuple[ClientOrderId, ev.TradingStateSet]] = deque(self._owed())

    @property
    def under_way(self) -> bool:
        """Whether orders are left to ask for."""
        return bool(self._waiting)

    def begin(self, scope: Scope, to: TradingState, reason: str, actor: str, *, cancel_working: bool) -> int:
        """Halt, make reduce-only or release a scope; gives how many working orders are taken off."""
        core = self._core
        held = to is not TradingState.ACTIVE
        halt = ev.TradingStateSet(core.now(), scope, to, reason, actor, cancels=held and cancel_working)
        core.emit(halt)
        if not held:
            return 0
        hit = list(self._hit(scope))
        working = [order for order in hit if order.status is not OrderStatus.CREATED] if cancel_working else []
        unsent = [order for order in hit if order.status is OrderStatus.CREATED]
        self._waiting.extend((order.client_order_id, halt) for order in working + unsent)
        self.step()
        return len(working)

    def step(self) -> None:
        """Ask for the next few orders to be taken off, as long as the halt that reached them is in force."""
        state = self._core.state
        for _ in range(min(AT_ONCE, len(self._waiting))):
            name, halt = self._waiting.popleft()
            order = state.orders.get(name)
            if order is None or not order.is_open or state.trading_states.get(halt.scope) is not halt:
                continue
            self._core.request_cancel(name, actor=halt.actor, reason=f"{halt.scope} is {halt.state}: {halt.reason}")

    def _hit(self, scope: Scope) -> Iterator[Order]:
        return (
            order
            for order in self._core.state.all_open_orders()
            if not order.reduces and reaches(self._core.state, scope, order)
        )

    def _owed(self) -> Iterator[tuple[ClientOrderId, ev.TradingStateSet]]:
        """What the journal's halts reached and nobody has been asked for yet."""
        for scope, halt in self._core.state.trading_states.items():
            if halt.state is TradingState.ACTIVE or not halt.cancels:
                continue
            for order in self._hit(scope):
                if order.created_at <= halt.at and order.pending is not Pending.CANCEL:
                    yield order.client_order_id, halt


def reaches(state: State, scope: Scope, order: Order) -> bool:
    """Whether a scope's halt is about an order."""
    match scope.type:
        case ScopeType.WORKSPACE:
            return True
        case ScopeType.ACCOUNT:
            return order.account == scope.id
        case ScopeType.STRATEGY:
            return order.strategy == scope.id
        case ScopeType.GROUP:
            return order.intent is not None and state.intents[order.intent].intent.group == scope.id
