"""An account's day put together from a broker's lists: what is not understood is told, and the report is then not whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import structlog

from bidwell.brokers.transport.exact import finite
from bidwell.engine.ports import BrokerOrder, Snapshot
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.money import ZERO

K = TypeVar("K")
T = TypeVar("T")

log = structlog.get_logger("bidwell")


@dataclass(frozen=True, slots=True)
class Held:
    """Everything of one instrument: signed quantity, and what it cost."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO

    def plus(self, quantity: Decimal, price: Decimal | None) -> Held:
        """With so many more at a price."""
        return Held(self.quantity + quantity, self.cost + quantity * finite(price or ZERO, "a price"))


def held_of(
    rows: Iterable[tuple[K, Decimal | None, Decimal | None]], ident_of: Callable[[K], InstrumentId]
) -> tuple[dict[InstrumentId, Held], list[str]]:
    """Rows of a broker's name, a quantity and its price added up by instrument, and why others could not be."""
    found: dict[InstrumentId, Held] = {}
    unknown = []
    for name, quantity, price in rows:
        if not quantity:
            continue
        try:
            ident = ident_of(name)
            found[ident] = found.get(ident, Held()).plus(finite(quantity, "a quantity"), price)
        except ProtocolError as problem:
            unknown.append(str(problem))
    return {ident: each for ident, each in found.items() if each.quantity}, unknown


def fills_by_order(
    trades: Iterable[T], names: Mapping[str, ClientOrderId], order_of: Callable[[T], str],
    fill: Callable[[T, ClientOrderId], Fill],
) -> Mapping[str, list[Fill]]:  # fmt: skip
    """The executions of the orders that `names` has, by the broker's id of their order."""
    found: defaultdict[str, list[Fill]] = defaultdict(list)
    for each in trades:
        order_id = order_of(each)
        if order_id in names:
            found[order_id].append(fill(each, names[order_id]))
    return found


@dataclass
class Report:
    """A snapshot in the making, of what `broker` says at `taken_at`; `currency` is that of the cash."""

    broker: str
    account: AccountId
    taken_at: datetime
    currency: str
    orders: list[BrokerOrder] = field(default_factory=list)
    held: Mapping[InstrumentId, Held] = field(default_factory=dict)
    cash: Decimal = ZERO
    whole: bool = True

    def add_order(self, order_id: str, made: Callable[[], BrokerOrder]) -> None:
        """An order, unless it is not understood."""
        try:
            self.orders.append(made())
        except ProtocolError as problem:
            self._miss("order_not_understood", problem, order=order_id)

    def add_held(self, held: Mapping[InstrumentId, Held], unknown: Iterable[str]) -> None:
        """What is held, and why there is more that is not known."""
        self.held = held
        for reason in unknown:
            self._miss("position_not_understood", reason)

    def add_cash(self, counted: Callable[[], Decimal], otherwise: Callable[[], Decimal]) -> None:
        """The cash as it is counted, or what stands for it where that is not understood."""
        try:
            self.cash = counted()
        except (ProtocolError, ConfigError) as problem:
            self._miss("cash_not_understood", problem)
            self.cash = otherwise()

    def snapshot(self) -> Snapshot:
        """The whole of it."""
        average = {name: each.cost / each.quantity for name, each in self.held.items()}
        return Snapshot(
            self.account, self.taken_at, tuple(self.orders), {name: each.quantity for name, each in self.held.items()},
            {self.currency: self.cash}, self.whole, {name: price for name, price in average.items() if price > 0},
        )  # fmt: skip

    def _miss(self, event: str, reason: object, **of: str) -> None:
        log.warning(event, broker=self.broker, reason=str(reason), **of)
        self.whole = False
