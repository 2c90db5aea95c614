"""Intents of the desk's own for one child order, numbered by their keys: each is taken in once, also after a restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bidwell.engine.state import State
    from bidwell.model.ids import IntentId
    from bidwell.model.order import Order


@dataclass(frozen=True, slots=True)
class Tries:
    """At most `most` intents of one purpose for a child order."""

    purpose: str
    most: int

    def key(self, order: Order, number: int) -> str:
        """The key of a try, the first of which has number 1."""
        return f"{self.purpose}:{order.client_order_id}:{number}"

    def next_key(self, state: State, order: Order) -> str:
        """The key of the try that follows those taken in."""
        return self.key(order, len(self.intents(state, order)) + 1)

    def intents(self, state: State, order: Order) -> list[IntentId]:
        """The tries taken in so far."""
        keys = (self.key(order, number) for number in range(1, self.most + 1))
        return [state.keys[key][0] for key in keys if key in state.keys]

    def orders(self, state: State, order: Order) -> list[Order]:
        """Their orders, without the exits attached to them."""
        made = (state.orders[name] for intent in self.intents(state, order) for name in state.intents[intent].orders)
        return [one for one in made if one.leg == 0]
