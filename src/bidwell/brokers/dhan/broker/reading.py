"""An account's day at Dhan put together: orders with their executions, positions and holdings, cash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bidwell.brokers.dhan import parse, wire
from bidwell.brokers.dhan.client import DhanClient
from bidwell.brokers.dhan.symbols import Key, Row, SymbolBook, read_master
from bidwell.brokers.transport.indian import CURRENCY
from bidwell.brokers.transport.master import MasterBook
from bidwell.brokers.transport.report import Report, fills_by_order
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId
from bidwell.model.instrument import Instrument
from bidwell.model.order import CLOSED


async def bring_master(client: DhanClient, book: MasterBook[Key, Row], clock: Clock) -> None:
    """Read the list of instruments where the book's is not of today; raises Unavailable where none can be used."""
    await book.renew(clock, client.master, read_master)


class Reading:
    """The reads of one account."""

    def __init__(self, client: DhanClient, book: SymbolBook, account: AccountId, clock: Clock) -> None:
        self._client = client
        self._book = book
        self._account = account
        self._clock = clock

    async def prepare(self) -> None:
        """Know today's instruments."""
        await bring_master(self._client, self._book, self._clock)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind symbols; what Dhan does not list, or the desk does not trade, is left out."""
        await self.prepare()
        return self._book.named(symbols)

    # --- orders -----------------------------------------------------------------------------------

    async def row(self, name: ClientOrderId) -> wire.Order | None:
        """An order by our tag; None once the whole day's list was read too and has none."""
        found = await self._client.by_name(name)
        if found is not None:
            return found
        return next((each for each in await self._client.orders() if each.correlation_id == name), None)

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its executions."""
        found = await self.row(name)
        return None if found is None else parse.order(found, await self.fills(found, name), self.context())

    async def fills(self, row: wire.Order, name: ClientOrderId) -> list[Fill]:
        """The executions of an order."""
        if not parse.filled_of(row) > 0:
            return []
        context = self.context()
        return [parse.fill(each, name, context) for each in await self._client.trades_of(row.order_id)]

    # --- everything -------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """The day's orders (open ones, and those closed since), executions, positions, holdings and cash."""
        await self.prepare()
        taken_at = self._clock.now()
        funds, positions = await self._client.funds(), await self._client.positions()
        holdings = await self._client.holdings()
        rows, trades = await self._client.orders(), await self._client.trades()
        context = self.context()
        names = {row.order_id: parse.event_name(row.order_id, row.correlation_id) for row in rows}
        fills = fills_by_order(trades, names, lambda each: each.order_id, partial(parse.fill, context=context))
        report = Report("Dhan", self._account, taken_at, CURRENCY)
        for row in rows:
            if _belongs(row, since):
                report.add_order(row.order_id, partial(parse.order, row, fills.get(row.order_id, ()), context))
        report.add_held(*parse.held(positions, holdings, self._book))
        report.add_cash(lambda: parse.cash(funds, positions, self._book), lambda: funds.sod_limit)
        return report.snapshot()

    def context(self) -> parse.Context:
        """Whose payload is read, and when."""
        return parse.Context(self._account, self._book, self._clock.now())


def _belongs(row: wire.Order, since: datetime | None) -> bool:
    """Whether an order is in the report: open, or closed since."""
    if since is None or parse.STATUSES.get(row.order_status) not in CLOSED:
        return True
    ended = parse.when(row.update_time) or parse.when(row.create_time)
    # Dhan's times are cut to the second.
    return ended is None or ended >= since.replace(microsecond=0)
