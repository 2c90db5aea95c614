"""An account's book at Angel One put together: orders with their fills, positions and holdings, cash."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.broker.joint import Joint
from bidwell.brokers.angelone.broker.library import Library
from bidwell.brokers.angelone.client import AngelClient
from bidwell.brokers.angelone.config import AngelConfig
from bidwell.brokers.angelone.parse import orders as parse
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.errors import ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus

HELD_PRODUCT = "DELIVERY"
"""Under which product type shares of earlier days are sold."""

HOLDINGS_KEEP_WHAT_IS_SOLD = True
"""Unconfirmed: what is sold of a holding stays in it until the next day and is a short position meanwhile, so that the
sum of both is what is held."""

_Row = wire.Order | wire.Position | wire.Holding
_LOOKS = 4
_CLOSED_LAST = {OrderStatus.WORKING: 0, OrderStatus.FILLED: 1, OrderStatus.CANCELED: 2, OrderStatus.REJECTED: 3}


@dataclass(slots=True)
class Held:
    """One instrument: signed quantities by product type, and what they cost."""

    by_product: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    paid: Decimal = ZERO
    priced: bool = True

    def add(self, product: str, quantity: Decimal, average: Decimal | None) -> None:
        """Another position or holding of it."""
        self.by_product[product] += quantity
        self.paid += quantity * (average or ZERO)
        self.priced = self.priced and average is not None

    @property
    def quantity(self) -> Decimal:
        """All of it."""
        return sum(self.by_product.values(), ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """What one cost; None where that cannot be told."""
        if not self.priced or not self.quantity:
            return None
        average = self.paid / self.quantity
        return average if average > 0 else None


class Reading:
    """The reads of one account; lists that several want at once are asked for once.

    `kinds` are variety and product type by order, as of the newest list of orders.
    """

    def __init__(
        self, client: AngelClient, library: Library, account: AccountId, config: AngelConfig, clock: Clock
    ) -> None:
        self._client = client
        self._library = library
        self._account = account
        self._config = config
        self._clock = clock
        self._orders = Joint(self._ask_orders)
        self._trades = Joint(client.trades)
        self._held: dict[InstrumentId, Held] = {}
        self.kinds: dict[str, tuple[str, str]] = {}

    async def close(self) -> None:
        """Read no more."""
        await self._orders.close()
        await self._trades.close()

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind Angel One's symbols or ours; what it does not list is left out."""
        return await self._library.listing(self._client, self._clock.now(), symbols)

    def context(self) -> parse.Context:
        """Whose payloads these are, as of now."""
        return parse.Context(self._account, self._library.book, self._clock.now())

    def by_product(self, instrument: InstrumentId) -> Mapping[str, Decimal]:
        """Signed quantities of an instrument by product type, as of the newest report."""
        known = self._held.get(instrument)
        return known.by_product if known is not None else {}

    # --- orders -----------------------------------------------------------------------------------

    async def _ask_orders(self) -> list[wire.Order]:
        rows = await self._client.orders()
        self.kinds = {row.orderid: (row.variety or "", row.producttype or "") for row in rows}
        return rows

    async def row(self, name: ClientOrderId) -> wire.Order | None:
        """The order under our tag; None where today has none.

        Angel One does not see to it that a tag is there once: of several the one that works, or filled, is meant.
        """
        rows = [each for each in await self._orders.read() if each.ordertag == name]
        return min(reversed(rows), key=lambda row: _CLOSED_LAST[parse.status(row)], default=None)

    async def by_id(self, order_id: str) -> wire.Order | None:
        """The order under Angel One's id; None where today has none."""
        return next((each for each in await self._orders.read() if each.orderid == order_id), None)

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our tag, with its fills."""
        row = await self.row(name)
        if row is None:
            return None
        await self.identify(row)
        return parse.order(row, await self.fills(row), self.context())

    async def fills(self, row: wire.Order) -> list[Fill]:
        """An order's fills; raises ProtocolError where the list of fills stays behind the order."""
        if not parse.filled(row):
            return []
        for look in range(_LOOKS):
            if look:
                await asyncio.sleep(self._config.lag)
            found = self._of(row, await self._trades.read())
            if _sum(found) >= parse.filled(row):
                return found
        raise ProtocolError(
            f"Angel One lists {_sum(found)} filled of order {row.orderid}, which has {parse.filled(row)}"
        )

    async def identify(self, row: _Row) -> InstrumentId:
        """What a row is of."""
        return await self._library.identify(self._client, self._clock.now(), row.exchange or "", row.symboltoken or "",
                                            row.tradingsymbol or "")  # fmt: skip

    def _of(self, row: wire.Order, trades: Iterable[wire.Trade]) -> list[Fill]:
        context = self.context()
        found = {each.fillid: each for each in trades if each.orderid == row.orderid}
        return [parse.fill(each, row, context) for each in found.values()]

    # --- everything -------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """Open orders and those of today closed since, fills, positions with holdings, and cash.

        Angel One lists the orders of today only.
        """
        taken_at = self._clock.now()
        funds = await self._client.funds()
        held, whole = await self._holdings()
        rows = [row for row in await self._orders.read() if since is None or not self._before(row, since)]
        orders = []
        for row in rows:
            try:
                await self.identify(row)
                orders.append(parse.order(row, await self.fills(row), self.context()))
            except ProtocolError:
                whole = False
        self._held = held
        return Snapshot(
            self._account, taken_at, tuple(orders),
            {name: each.quantity for name, each in held.items() if each.quantity},
            {CURRENCY: parse.cash(funds)}, whole,
            {name: each.average_price for name, each in held.items() if each.average_price is not None},
        )  # fmt: skip

    async def _holdings(self) -> tuple[dict[InstrumentId, Held], bool]:
        held: defaultdict[InstrumentId, Held] = defaultdict(Held)
        whole = True
        positions = [(row, row.producttype or "", *parse.position(row)) for row in await self._client.positions()]
        holdings = [(row, HELD_PRODUCT, *parse.holding(row)) for row in await self._client.holdings()]
        found: list[tuple[_Row, str, Decimal, Decimal | None]] = [*positions, *holdings]
        for row, product, quantity, average in found:
            sold = product == HELD_PRODUCT and quantity < 0
            if not quantity or (sold and not HOLDINGS_KEEP_WHAT_IS_SOLD):
                continue
            try:
                held[await self.identify(row)].add(product, quantity, average)
            except ProtocolError:
                whole = False
        return dict(held), whole

    async def names(self) -> list[str]:
        """Angel One's names of everything that is held or worked, as its list is asked for them."""
        positions = [row for row in await self._client.positions() if parse.position(row)[0]]
        holdings = [row for row in await self._client.holdings() if parse.holding(row)[0]]
        working = [row for row in await self._orders.read() if not parse.has_ended(row)]
        rows: list[_Row] = [*positions, *holdings, *working]
        return sorted({f"{row.exchange}:{row.tradingsymbol}" for row in rows})

    @staticmethod
    def _before(row: wire.Order, since: datetime) -> bool:
        try:
            return parse.closed_before(row, since)
        except ProtocolError:
            return False


def _sum(fills: Iterable[Fill]) -> Decimal:
    return sum((each.quantity for each in fills), ZERO)
