"""An account's book at Zerodha put together: orders with their trades, positions with holdings, money."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bidwell.brokers.transport import Recent
from bidwell.brokers.transport.indian import CURRENCY, VENUES
from bidwell.brokers.zerodha import parse, wire
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.brokers.zerodha.client import ZerodhaClient
from bidwell.brokers.zerodha.symbols import EXCHANGES, Row, SymbolBook, instrument
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.errors import ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED

_LOOKS = 5


class Reading:
    """The reads of one account; `held` is what the newest report showed of each instrument, by product."""

    def __init__(
        self, client: ZerodhaClient, masters: Masters, account: AccountId, clock: Clock, settling: float
    ) -> None:
        self._client = client
        self._masters = masters
        self._account = account
        self._clock = clock
        self._settling = settling
        self.held: Mapping[InstrumentId, parse.Held] = {}
        self._varieties: Recent[str, str] = Recent()

    @property
    def book(self) -> SymbolBook:
        """The names."""
        return self._masters.book

    def context(self) -> parse.Context:
        """Whose payloads are read, and when."""
        return parse.Context(self._account, self.book, self._clock.now())

    # --- names ------------------------------------------------------------------------------------

    async def learn(self, exchanges: Iterable[str]) -> None:
        """Make sure that the lists of these exchanges are known."""
        await self._masters.learn(self._client, sorted(set(exchanges)), self._clock.now())

    async def row(self, ident: InstrumentId) -> Row | None:
        """Kite's row of an instrument; None where it trades no such thing."""
        venue = ident.rpartition(".")[2]
        await self.learn(exchange for exchange, at in VENUES.items() if at == venue)
        return self.book.row(ident)

    async def listing(self, names: Sequence[str]) -> list[Instrument]:
        """The instruments behind Kite's names, or behind ours; what it does not list is left out."""
        found = []
        for name in names:
            exchange = name.rpartition(":")[0]
            await self.learn((exchange,) if exchange else EXCHANGES)
            row = self.book.named(name) or self._of_ours(name)
            if row is not None:
                found.append(instrument(row))
        return found

    def _of_ours(self, name: str) -> Row | None:
        symbol = name.replace(".", "_")
        tried = (name, f"{symbol}.XNSE", f"{symbol}.XBOM")
        return next((row for each in tried if (row := self.book.row(InstrumentId(each)))), None)

    # --- orders -----------------------------------------------------------------------------------

    def note(self, row: wire.Order) -> None:
        """Remember what changes to an order have to name."""
        if row.variety != "regular":
            self._varieties[row.order_id] = row.variety

    def variety(self, order_id: str) -> str:
        """The variety of an order."""
        return self._varieties.get(order_id, "regular")

    async def by_name(self, name: ClientOrderId) -> wire.Order | None:
        """The order with our tag, the newest where somebody used it twice; None where the day has none."""
        found = [row for row in await self._client.orders() if parse.own_name(row) == name]
        return max(found, key=lambda row: (row.order_timestamp or "", row.order_id)) if found else None

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its fills."""
        row = await self.by_name(name)
        if row is None:
            return None
        await self.learn((row.exchange,))
        return parse.order(row, await self.fills(row), self.context())

    async def fills(self, row: wire.Order) -> list[Fill]:
        """The trades of an order, once the list has as many as the order says that it filled; raises ProtocolError."""
        wanted = parse.filled_quantity(row)
        if wanted <= 0:
            return []
        name, found = parse.event_name(row), []
        for look in range(_LOOKS):
            if look:
                await asyncio.sleep(self._settling * look)
            context = self.context()
            trades = [each for each in await self._client.trades(row.order_id) if each.order_id == row.order_id]
            found = [parse.trade(each, name, context) for each in trades]
            if sum((fill.quantity for fill in found), ZERO) >= wanted:
                return found
        raise ProtocolError(f"order {row.order_id} filled {wanted}, and Zerodha lists trades of less")

    # --- everything -------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """The day's orders (those closed since), trades, positions, holdings and money."""
        taken_at = self._clock.now()
        rows = [row for row in await self._client.orders() if _belongs(row, since)]
        for row in rows:
            self.note(row)
        trades, positions = await self._client.trades(), await self._client.positions()
        holdings, margins = await self._client.holdings(), await self._client.margins()
        named: list[wire.Order | wire.Trade | wire.Position | wire.Holding] = [*rows, *trades, *positions, *holdings]
        await self.learn(each.exchange for each in named)
        orders, complete = self._orders(rows, trades)
        held, whole = self._held(positions, holdings)
        self.held = held
        return Snapshot(
            self._account, taken_at, tuple(orders), {name: each.quantity for name, each in held.items() if each.quantity},
            {CURRENCY: parse.cash(margins.equity)}, complete and whole,
            {name: each.average for name, each in held.items() if each.average is not None},
        )  # fmt: skip

    def _orders(self, rows: Sequence[wire.Order], trades: Iterable[wire.Trade]) -> tuple[list[BrokerOrder], bool]:
        by_order: dict[str, list[wire.Trade]] = defaultdict(list)
        for each in trades:
            by_order[each.order_id].append(each)
        context, complete, found = self.context(), True, []
        for row in rows:
            try:
                name = parse.event_name(row)
                made = parse.order(row, [parse.trade(each, name, context) for each in by_order[row.order_id]], context)
            except ProtocolError:
                complete = False
                continue
            traded = sum((fill.quantity for fill in made.fills), ZERO)
            complete = complete and traded >= made.filled_quantity
            # The trades were read after the orders, and may know more.
            found.append(replace(made, filled_quantity=max(made.filled_quantity, traded)))
        return found, complete

    def _held(
        self, positions: Sequence[wire.Position], holdings: Sequence[wire.Holding]
    ) -> tuple[dict[InstrumentId, parse.Held], bool]:
        try:
            return parse.held(positions, holdings, self.book), True
        except ProtocolError:
            return {}, False

    def by_product(self, ident: InstrumentId) -> Mapping[str, Decimal]:
        """Signed quantities of an instrument by product, as of the newest report."""
        known = self.held.get(ident)
        return known.by_product if known is not None else {}


def _belongs(row: wire.Order, since: datetime | None) -> bool:
    """Whether an order is in the report: open, or closed since; times are whole seconds."""
    if since is None or parse.STATUSES.get(row.status) not in CLOSED:
        return True
    ended = parse.ended_at(row)
    return ended is None or ended > since
