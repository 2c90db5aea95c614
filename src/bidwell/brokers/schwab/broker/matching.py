"""Which of Schwab's orders are ours, at a broker that keeps no id of a client's.

An order is known by Schwab's number, which the answer to its placing brings. Where that answer was lost, the order is
looked for among those that nobody knows: same instrument, side, quantity, terms, and taken in when it was sent. One order
that fits nothing but one of ours is it. Anything else stays in doubt for a person, and is kept out of every report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bidwell.brokers.schwab import parse, wire
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.brokers.transport import Recent
from bidwell.engine.ports import Clock
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import Order

SLACK = timedelta(seconds=5)
"""How far Schwab's clock and ours may differ, a second that it cuts off included."""
LATEST = timedelta(minutes=2)
"""How long after it was sent an order whose answer was lost may still be taken in."""


class DeskOrders(Protocol):
    """What the desk remembers of one account's orders, over its own restarts too."""

    def sent(self) -> Sequence[tuple[Order, datetime]]:
        """The desk's own orders that left it and are not closed, each with when it was sent."""
        ...

    def owner(self, order_id: BrokerOrderId) -> ClientOrderId | None:
        """Under which of the desk's ids an order of the broker's is kept, those placed by hand too."""
        ...


class NothingKnown:
    """`DeskOrders` of a session that only reads."""

    def sent(self) -> Sequence[tuple[Order, datetime]]:
        """None."""
        return ()

    def owner(self, order_id: BrokerOrderId) -> ClientOrderId | None:  # noqa: ARG002 - the port's
        """Nobody's."""
        return None


@dataclass(slots=True)
class Sent:
    """An order whose number is not known; `settled` once its answer is known to be lost."""

    order: Order
    at: datetime
    settled: bool = False

    def fits(self, row: wire.Order, book: SymbolBook, skew: timedelta) -> bool:
        """Whether one of Schwab's orders may be this one; `skew` is its clock less ours."""
        try:
            return (
                self.at + skew - SLACK <= parse.entered_at(row) <= self.at + skew + LATEST
                and parse.instrument(row, book) == self.order.instrument
                and parse.side(row) is self.order.side
                and parse.quantity(row) == self.order.quantity
                and parse.terms(row) == self.order.terms
            )
        except ProtocolError:
            return False


@dataclass(slots=True)
class Findings:
    """What was concluded: `held` are Schwab's orders that are in no report yet, by our ids why.

    `doubts` are a person's to end, `awaited` end by themselves; `fitting` are the numbers that each may be.
    """

    held: set[str] = field(default_factory=set)
    doubts: dict[ClientOrderId, str] = field(default_factory=dict)
    awaited: dict[ClientOrderId, str] = field(default_factory=dict)
    fitting: dict[ClientOrderId, frozenset[str]] = field(default_factory=dict)


class Ledger:
    """The numbers of one account's orders, and what is looked for."""

    def __init__(
        self, book: SymbolBook, clock: Clock, desk: DeskOrders, answer_timeout: float,
        skew: Callable[[], timedelta | None] = lambda: None,
    ) -> None:  # fmt: skip
        self._skew = skew
        self._book = book
        self._clock = clock
        self._desk = desk
        self._answering = timedelta(seconds=answer_timeout)
        self._names: Recent[str, ClientOrderId] = Recent()
        self._chains: Recent[ClientOrderId, tuple[str, ...]] = Recent()
        self._sent: dict[ClientOrderId, Sent] = {}
        self._replacing: set[ClientOrderId] = set()

    # --- what is told to it -----------------------------------------------------------------------

    def sending(self, order: Order) -> None:
        """An order is about to leave."""
        self._sent[order.client_order_id] = Sent(order, self._clock.now())

    def lost(self, name: ClientOrderId) -> None:
        """The answer to a placing was lost: the order may be there."""
        if name in self._sent:
            self._sent[name].settled = True

    def dropped(self, name: ClientOrderId) -> None:
        """An order was not taken."""
        self._sent.pop(name, None)

    def numbered(self, name: ClientOrderId, order_id: str) -> None:
        """An order has a number, or another one since a change."""
        self._sent.pop(name, None)
        self._names[order_id] = name
        chain = self.chain(name)
        if order_id not in chain:
            self._chains[name] = (*chain, order_id)

    def changing(self, name: ClientOrderId, *, under_way: bool) -> None:
        """A change is on its way to Schwab, or its answer came or was lost."""
        (self._replacing.add if under_way else self._replacing.discard)(name)

    def withdraw(self, name: ClientOrderId, order_id: str) -> None:
        """A change was refused after it was taken in: its order never worked."""
        self._chains[name] = tuple(each for each in self.chain(name) if each != order_id)

    # --- what it knows ----------------------------------------------------------------------------

    def name(self, order_id: str) -> ClientOrderId | None:
        """Under which id of the desk's an order of Schwab's is kept."""
        return self._names.get(order_id) or self._desk.owner(BrokerOrderId(order_id))

    def chain(self, name: ClientOrderId) -> tuple[str, ...]:
        """The numbers of an order, newest last; what the desk remembers of it where this session knows none."""
        known = self._chains.get(name)
        if known is not None:
            return known
        for order, _ in self._desk.sent():
            if order.client_order_id == name and order.broker_order_ids:
                return tuple(str(each) for each in order.broker_order_ids)
        return ()

    def looked_for(self) -> list[Sent]:
        """The orders whose numbers are not known, those of before a restart too."""
        now, remembered = self._clock.now(), self._desk.sent()
        if not isinstance(self._desk, NothingKnown):
            # What a person closed or named at the desk is looked for no more: what else fits it is somebody else's.
            open_ones = {order.client_order_id for order, _ in remembered if not order.broker_order_ids}
            self._sent = {name: each for name, each in self._sent.items() if name in open_ones or not each.settled}
        found = dict(self._sent)
        for order, at in remembered:
            name = order.client_order_id
            if order.broker_order_ids or name in found or name in self._chains:
                continue
            found[name] = Sent(order, at, settled=now - at > self._answering)
        return list(found.values())

    def remembered(self) -> dict[ClientOrderId, tuple[str, ...]]:
        """The numbers of the desk's orders that are not closed."""
        names = [order.client_order_id for order, _ in self._desk.sent()]
        return {name: chain for name in names if (chain := self.chain(name))}

    def reach(self, at: datetime) -> datetime:
        """Since when orders have to be read so that nothing that is looked for is missed."""
        return min([at, *(each.at for each in self.looked_for())]) - SLACK - abs(self._skew() or timedelta())

    # --- concluding -------------------------------------------------------------------------------

    def settle(self, rows: Iterable[wire.Order]) -> Findings:
        """Find the numbers that are looked for among Schwab's orders, as far as there is no doubt."""
        known, skew = {parse.order_id(row): row for row in rows}, self._skew() or timedelta()
        free = {ident: row for ident, row in known.items() if self.name(ident) is None}
        wanted: list[_Wanted] = [
            _Wanted(
                each.order.client_order_id,
                each.settled,
                {i for i, row in free.items() if each.fits(row, self._book, skew)},
            )
            for each in self.looked_for()
        ]
        found = Findings()
        for name, ident, row in self._replaced(known):
            named = parse.successors(row) & free.keys()
            after = named or {other for other, one in free.items() if self._follows(row, one)}
            wanted.append(_Wanted(name, name not in self._replacing, after))
            if not after and not self._is_over(row):
                found.held.add(ident)
                found.awaited[name] = f"order {ident} was replaced at Schwab, and its successor is not listed yet"
        for each in wanted:
            rivals = [other for other in wanted if other.fitting & each.fitting]
            if each.settled and len(each.fitting) == 1 and len(rivals) == 1:
                self.numbered(each.name, next(iter(each.fitting)))
            elif each.fitting:
                self._doubt(found, each, free, len(rivals))
        return found

    def _doubt(self, found: Findings, wanted: _Wanted, free: dict[str, wire.Order], rivals: int) -> None:
        """Several orders fit: which is ours is for a person to say, unless none of them did anything."""
        left = sorted((each for each in wanted.fitting if each not in self._names), key=int)
        idle = wanted.settled and len(wanted.fitting) >= rivals and all(_did_nothing(free[i]) for i in wanted.fitting)
        if idle and left:
            self.numbered(wanted.name, left[0])
            return
        found.held |= wanted.fitting
        found.fitting[wanted.name] = frozenset(wanted.fitting)
        if not wanted.settled:
            found.awaited[wanted.name] = f"the answer to order {wanted.name} is still awaited"
            return
        named = ", ".join(sorted(wanted.fitting))
        found.doubts[wanted.name] = (
            f"the answer to order {wanted.name} was lost, and which of Schwab's it is cannot be told: {named} may be. "
            "Look at Schwab, and say on the Reconciliation page which it is, or cancel at Schwab what should not be"
        )

    def _replaced(self, known: dict[str, wire.Order]) -> list[tuple[ClientOrderId, str, wire.Order]]:
        """The orders that were replaced, by what is not known."""
        found = []
        for ident, row in known.items():
            name = self.name(ident) if row.status == parse.REPLACED else None
            if name is None:
                continue
            if not self.chain(name):
                self.numbered(name, ident)
            if self.chain(name)[-1] == ident:
                found.append((name, ident, row))
        return found

    def _is_over(self, row: wire.Order) -> bool:
        """Whether whatever replaced an order would be listed by now."""
        try:
            ended = parse.closed_at(row)
        except ProtocolError:
            return False
        return ended is not None and self._clock.now() - ended > LATEST

    def _follows(self, row: wire.Order, other: wire.Order) -> bool:
        """Whether an order may be the one that took another's place: for the same, and taken in when that ended."""
        try:
            ended = parse.closed_at(row)
            return (
                ended is not None
                and abs(parse.entered_at(other) - ended) <= SLACK
                and parse.instrument(other, self._book) == parse.instrument(row, self._book)
                and parse.side(other) is parse.side(row)
            )
        except ProtocolError:
            return False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An order of ours whose number, or newest number, is looked for, and Schwab's that fit."""

    name: ClientOrderId
    settled: bool
    fitting: set[str]


def _did_nothing(row: wire.Order) -> bool:
    """Whether an order is over for good and nothing of it was filled."""
    try:
        return row.status in _OVER and not parse.filled(row)
    except ProtocolError:
        return False


_OVER = frozenset({"CANCELED", "EXPIRED", "REJECTED"})
