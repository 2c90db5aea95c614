"""The last counter before the wire: it knows what was allotted and what has left, and trusts nobody else.

It hears of allotments from the durable journal alone, so that a mistake in the order manager cannot send more
than the parent intent gave to this account, nor send anything twice that was not looked up in between.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.model.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.model.ids import ClientOrderId, IntentId
    from bidwell.model.order import Order

_MOST = 50_000


class LastHop:
    """Quantities of one account by intent: allotted, and left for the broker."""

    def __init__(self) -> None:
        self._allotted: dict[IntentId, Decimal] = {}
        self._left: dict[IntentId, dict[ClientOrderId, Decimal]] = {}
        self._sends: dict[ClientOrderId, int] = {}
        self._asked: dict[ClientOrderId, Decimal] = {}
        self._exits: dict[ClientOrderId, Decimal] = {}

    def allot_exit(self, name: ClientOrderId, quantity: Decimal) -> None:
        """A durable trigger let an exit of the desk's own go over so much."""
        self._exits[name] = quantity
        if len(self._exits) > _MOST:
            del self._exits[next(iter(self._exits))]

    def allot(self, intent: IntentId, quantity: Decimal) -> None:
        """A durable allocation, or a durable change of it by a person, gave this account so much of an intent."""
        self._allotted[intent] = max(self._allotted.get(intent, ZERO), quantity)
        if len(self._allotted) > _MOST:
            # What is forgotten is refused, never let through.
            oldest = next(iter(self._allotted))
            del self._allotted[oldest]
            for name in self._left.pop(oldest, {}):
                self._sends.pop(name, None)
                self._asked.pop(name, None)

    def forget(self, order: Order) -> None:
        """The order's intent was retired: what is forgotten is refused, never let through."""
        name = order.client_order_id
        if order.intent is not None:
            self._allotted.pop(order.intent, None)
            self._left.pop(order.intent, None)
        for known in (self._sends, self._asked, self._exits):
            known.pop(name, None)

    def has_left(self, name: ClientOrderId) -> bool:
        """Whether bytes of this order left through this lane."""
        return self._sends.get(name, 0) > 0

    def refuse(self, order: Order, attached: Sequence[Order], attempts: int) -> str:
        """Why the order must not leave, or nothing; `attempts` is how many durable SENT entries it has."""
        if self._sends.get(order.client_order_id, 0) >= attempts:
            return "this order has already left"
        if order.intent is None:
            return "no intent asked for this order"
        if order.entry is not None:
            return self._refuse_exit(order)
        others = {
            name: gone for name, gone in self._left.get(order.intent, {}).items() if name != order.client_order_id
        }
        allotted = self._allotted.get(order.intent, ZERO)
        if sum(others.values(), ZERO) + order.quantity > allotted:
            return f"{order.quantity} would be more than the {allotted} that the intent gave this account"
        if any(one.quantity > order.quantity or one.side is order.side for one in attached):
            return "an attached exit is larger than its entry or on its side"
        return ""

    def _refuse_exit(self, order: Order) -> str:
        """An exit that leaves by itself does so over what its trigger allowed, and never over more than its parent had."""
        allowed = self._exits.get(order.client_order_id, ZERO)
        whole = self._allotted.get(order.intent, ZERO) if order.intent is not None else ZERO
        if order.quantity > min(allowed, whole):
            return f"an exit over {order.quantity} leaves where {min(allowed, whole)} was allowed"
        return ""

    def leave(self, order: Order) -> None:
        """The order is about to leave."""
        name = order.client_order_id
        self._sends[name] = self._sends.get(name, 0) + 1
        if order.intent is not None and order.entry is None:
            self._left.setdefault(order.intent, {})[name] = order.quantity

    def take_back(self, order: Order) -> None:
        """It did not leave after all."""
        name = order.client_order_id
        self._sends[name] -= 1
        if not self._sends[name] and order.intent is not None and order.entry is None:
            self._left[order.intent].pop(name, None)

    def has_asked(self, name: ClientOrderId, quantity: Decimal) -> bool:
        """Whether this change was asked for before."""
        return self._asked.get(name) == quantity

    def refuse_change(self, order: Order, quantity: Decimal) -> str:
        """Why a change of the order's quantity must not leave, or nothing."""
        if order.intent is None or quantity <= order.quantity:
            return ""
        allotted = self._allotted.get(order.intent, ZERO)
        return "" if quantity <= allotted else f"{quantity} would be more than the {allotted} that was given"

    def ask(self, name: ClientOrderId, quantity: Decimal) -> None:
        """A change is about to leave."""
        self._asked[name] = quantity

    def forget_asking(self, name: ClientOrderId) -> None:
        """The change did not leave."""
        self._asked.pop(name, None)
