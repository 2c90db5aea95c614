"""What the desk's journal says about one strategy: its fills in order, and what became of its orders, in words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bidwell.engine import codec
from bidwell.engine.desk import Desk
from bidwell.engine.ports import Entry, Journal
from bidwell.engine.writer import Numbered
from bidwell.jobs.live.orders import number_in
from bidwell.model import events as ev
from bidwell.model.fill import Fill
from bidwell.model.ids import ClientOrderId, StrategyId
from bidwell.model.order import Order

_FILLING = frozenset({ev.OrderFilled.__name__, ev.OrderIdentified.__name__})


def _fills(event: ev.Event) -> tuple[Fill, ...]:
    """What an event books to one order: an execution, or those of an EXTERNAL order that turned out to be it."""
    match event:
        case ev.OrderFilled(fill=fill):
            return (fill,)
        case ev.OrderIdentified(fills=fills):
            return fills
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class OwnFill:
    """A fill of the run's: its place in the journal, and the number of the order that it belongs to."""

    sequence: int
    order: int
    fill: Fill


@dataclass(frozen=True, slots=True)
class Word:
    """A line for the log."""

    level: str
    text: str


class Hearing:
    """Listens to a desk for one run, from a place in its journal on; nothing is missed and nothing comes twice."""

    def __init__(self, desk: Desk, run: str, strategy: StrategyId) -> None:
        self._desk = desk
        self._run = run
        self._strategy = strategy
        self.news: asyncio.Queue[OwnFill | Word] = asyncio.Queue()
        self._heard = 0
        self._end = desk.subscribe(self._listen)

    def close(self) -> None:
        """Stop listening."""
        self._end()

    async def catch_up(self, journal: Journal, after: int) -> list[OwnFill]:
        """The run's fills after a place in the journal; what comes later arrives in `news`."""
        found: list[OwnFill] = []
        async for entries in journal.read(after):
            for entry in entries:
                if entry.kind in _FILLING:
                    found += self._own(entry.seq, codec.decode(entry.kind, entry.body))
                self._heard = max(self._heard, entry.seq)
            found += await self._retired(entries)
        return sorted(found, key=lambda one: one.sequence)

    def order_number(self, order: Order) -> int | None:
        """The number by which the strategy knows an order, None for one that is not of this run."""
        record = self._desk.state.intents.get(order.intent) if order.intent is not None else None
        return None if record is None else number_in(record.intent.key, self._run)

    def _listen(self, written: Sequence[Numbered]) -> None:
        for sequence, event in written:
            own = self._own(sequence, event)
            for each in own:
                self.news.put_nowait(each)
            if not own and (word := self._word(event)) is not None:
                self.news.put_nowait(word)

    def fresh(self, own: OwnFill) -> bool:
        """Whether a fill has not been given by `catch_up` already."""
        return own.sequence > self._heard

    def _own(self, sequence: int, event: ev.Event) -> list[OwnFill]:
        fills = _fills(event)
        order = self._order(fills[0].client_order_id) if fills else None
        number = self.order_number(order) if order is not None else None
        return [OwnFill(sequence, number, fill) for fill in fills] if number is not None else []

    async def _retired(self, entries: Sequence[Entry]) -> list[OwnFill]:
        """The run's fills of intents that left the desk's memory while the strategy did not listen."""
        orders = self._desk.state.orders
        told = [(entry.seq, fill) for entry in entries if entry.kind in _FILLING
                for fill in _fills(codec.decode(entry.kind, entry.body)) if fill.client_order_id not in orders]  # fmt: skip
        known = await self._desk.archivist.of_orders({fill.client_order_id for _, fill in told})
        found = []
        for sequence, fill in told:
            one = known.get(fill.client_order_id)
            number = (
                number_in(one.intent.key, self._run)
                if one is not None and one.intent.strategy == self._strategy
                else None
            )
            found += [OwnFill(sequence, number, fill)] if number is not None else []
        return found

    def _order(self, name: ClientOrderId) -> Order | None:
        order = self._desk.state.orders.get(name)
        return order if order is not None and order.strategy == self._strategy else None

    def _word(self, event: ev.Event) -> Word | None:
        if isinstance(event, ev.OrderDenied):
            if event.order.strategy != self._strategy:
                return None
            what = f"{event.order.side} {event.order.quantity:f} {event.order.instrument} in {event.order.account}"
            return Word("error", f"{what} was denied by {event.denial.rule}: {event.denial.message}")
        if isinstance(event, ev.OrderRejected) and (order := self._order(event.client_order_id)) is not None:
            return Word("error", f"{order.side} {order.quantity:f} {order.instrument} in {order.account} was rejected by "
                        f"the broker: {event.reason or event.code}")  # fmt: skip
        if isinstance(event, ev.IntentAllocated):
            record = self._desk.state.intents.get(event.intent)
            if record is None or record.intent.strategy != self._strategy:
                return None
            idle = [part for part in event.allocations if part.quantity == 0 and part.note]
            if idle and len(idle) == len(event.allocations):
                return Word("error", f"nothing to send: {', '.join(f'{part.account} {part.note}' for part in idle)}")
        return None
