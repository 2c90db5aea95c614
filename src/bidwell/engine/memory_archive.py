"""An archive in memory: for tests and simulations, with the same contract as the durable one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from bidwell.engine import codec
from bidwell.engine.ports import Place
from bidwell.engine.retired import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bidwell.model.fill import Fill
    from bidwell.model.ids import AccountId, IntentId
    from bidwell.model.order import Order
    from bidwell.model.retirement import Finished

Item = TypeVar("Item")


class MemoryArchive:
    """Archived intents as the bytes that a table would hold."""

    def __init__(self) -> None:
        self._bodies: dict[IntentId, bytes] = {}

    def all(self) -> list[Finished]:
        """Everything that is kept, in the order of receipt."""
        return sorted(map(codec.decode_finished, self._bodies.values()), key=lambda one: one.number)

    async def keep(self, finished: Sequence[Finished]) -> None:
        """Keep intents in the place of what was kept of them, unless that knows more."""
        for one in finished:
            known = self._bodies.get(one.intent.id)
            if known is None or codec.decode_finished(known).touched <= one.touched:
                self._bodies[one.intent.id] = codec.encode_finished(one)

    async def by_key(self, key: str) -> Finished | None:
        """The first intent that was received under a key."""
        return next((one for one in self.all() if one.intent.key == key), None)

    async def by_intent(self, name: IntentId) -> Finished | None:
        """One intent."""
        body = self._bodies.get(name)
        return None if body is None else codec.decode_finished(body)

    async def by_orders(self, names: Sequence[tuple[AccountId | None, str]]) -> Sequence[Finished]:
        """The intents of orders by any of their names."""
        wanted = set(names)

        def asked(order: Order) -> bool:
            return any((account, name) in wanted for name in names_of(order) for account in (order.account, None))

        return [one for one in self.all() if any(asked(each.order) for each in one.orders)]

    async def intents(self, before: Place | None, limit: int, *, source: str | None = None,
                      instrument: str | None = None, group: str | None = None) -> Sequence[Finished]:  # fmt: skip
        """Intents that match, the newest first."""
        found = [
            (Place(one.intent.received_at, one.intent.id), one) for one in self.all()
            if source in {None, one.intent.source} and instrument in {None, one.intent.instrument}
            and group in {None, one.intent.group}
        ]  # fmt: skip
        return _newest(found, before, limit)

    async def orders(self, before: Place | None, limit: int, *, account: str | None = None,
                     instrument: str | None = None) -> Sequence[tuple[Finished, Order]]:  # fmt: skip
        """Orders that match, the newest first."""
        found = [
            (Place(each.order.created_at, each.order.client_order_id), (one, each.order))
            for one in self.all() for each in one.orders
            if account in {None, each.order.account} and instrument in {None, each.order.instrument}
        ]  # fmt: skip
        return _newest(found, before, limit)

    async def fills(self, before: Place | None, limit: int, *,
                    account: str | None = None) -> Sequence[tuple[Finished, Order, Fill]]:  # fmt: skip
        """Fills that match, the newest first."""
        found = [
            (Place(fill.received_at, name_of(fill)), (one, each.order, fill))
            for one in self.all() for each in one.orders for fill in each.order.fills
            if account in {None, fill.account}
        ]  # fmt: skip
        return _newest(found, before, limit)


def name_of(fill: Fill) -> str:
    """What makes a fill one: account, order and execution id."""
    return f"{fill.account}|{fill.client_order_id}|{fill.execution_id}"


def _newest(found: Iterable[tuple[Place, Item]], before: Place | None, limit: int) -> list[Item]:
    ranked = sorted(found, key=lambda pair: (pair[0].at, pair[0].name), reverse=True)
    after = (item for place, item in ranked if before is None or (place.at, place.name) < (before.at, before.name))
    return list(islice(after, limit))
