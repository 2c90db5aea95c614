"""An account's book at Alpaca put together: orders with their chains and fills, positions, cash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.symbols import OPTION, SymbolBook, guess, is_option
from bidwell.brokers.transport import finite, moment
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.errors import ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED

_FIRST_LOOK = timedelta(days=7)
_ROUND = timedelta(seconds=5)
_OVERLAP = timedelta(minutes=1)
# More than so many orders that left both lists at once are left to the desk's own lookups.
_MOST_GONE = 40


class Reading:
    """The reads of one account."""

    def __init__(self, client: AlpacaClient, book: SymbolBook, account: AccountId, clock: Clock) -> None:
        self._client = client
        self._book = book
        self._account = account
        self._clock = clock
        self._open_before: set[str] = set()

    # --- symbols ----------------------------------------------------------------------------------

    async def symbol(self, instrument: InstrumentId) -> str | None:
        """Alpaca's name of an instrument, looked up once; None where it trades no such thing at that venue."""
        known = self._book.symbol_of(instrument)
        if known is not None:
            return known
        await self._learn([guess(instrument)])
        return self._book.symbol_of(instrument)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind symbols; what Alpaca does not list is left out."""
        found: list[Instrument] = []
        for symbol in symbols:
            if is_option(symbol):
                row = await self._client.option(symbol)
                await self._learn([row.underlying_symbol] if row is not None else [])
                found += self._book.learn_options([row] if row is not None else [])
                continue
            asset = await self._client.asset(symbol)
            if asset is not None and asset.asset_class != OPTION:
                found += self._book.learn([asset])
        return found

    async def _learn(self, symbols: Iterable[str]) -> None:
        for symbol in sorted({each for each in symbols if not self._book.knows(each)}):
            asset = await self._client.asset(symbol)
            if asset is not None:
                self._book.learn([asset])

    # --- orders -----------------------------------------------------------------------------------

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its fills."""
        newest = await self._client.by_name(name)
        if newest is None:
            return None
        await self._learn([newest.symbol])
        chain = await self._back(newest)
        filled = any((each.filled_qty or ZERO) > 0 for each in chain)
        rows = await self._client.fills(_before(chain[0]), _after(newest)) if filled else []
        ids = {each.id for each in chain}
        context = self._context()
        fills = [parse.activity(each, name, context) for each in rows if each.order_id in ids]
        return parse.order(newest, fills, context)

    async def _back(self, newest: wire.Order) -> list[wire.Order]:
        """The chain that led to an order, oldest first."""
        chain = [newest]
        while chain[0].replaces:
            chain.insert(0, await self._client.by_id(chain[0].replaces))
            if len(chain) > 50:
                raise ProtocolError(f"order {newest.id} replaces itself in a circle")
        return chain

    # --- everything -------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """Open orders, those closed since (all of a week when None), fills, positions and cash."""
        taken_at = self._clock.now()
        reach = since or taken_at - _FIRST_LOOK
        account = await self._client.account()
        positions = await self._client.positions()
        after = _stamp(reach - _OVERLAP)
        open_rows = await self._client.orders("open", None)
        closed_rows = await self._client.orders("closed", after)
        closed_rows += await self._gone({row.id for row in (*open_rows, *closed_rows)})
        activities = await self._client.fills(after)
        await self._learn({row.symbol for row in (*open_rows, *closed_rows)} | {row.symbol for row in positions})
        rows = {row.id: row for row in (*closed_rows, *open_rows)}
        context, complete = self._context(), True
        fills = self._fills(activities, rows, context)
        orders = []
        for row in rows.values():
            if not _belongs(row, since):
                continue
            try:
                orders.append(parse.order(row, _of_chain(row, rows, fills), context))
            except ProtocolError:
                complete = False
        held = {}
        for position in positions:
            try:
                held[self._book.id_of(position.symbol)] = position
            except ProtocolError:
                complete = False
        self._open_before = {row.id for row in open_rows}
        return Snapshot(
            self._account, taken_at, tuple(orders), {name: parse.signed(each) for name, each in held.items()},
            {account.currency: finite(account.cash, "cash")}, complete,
            {name: each.avg_entry_price for name, each in held.items() if each.avg_entry_price is not None},
        )  # fmt: skip

    async def _gone(self, listed: set[str]) -> list[wire.Order]:
        """What was open in the last report and is in no list now: the list of closed orders goes by submission."""
        return [await self._client.by_id(each) for each in sorted(self._open_before - listed)[:_MOST_GONE]]

    def _fills(
        self, activities: Iterable[wire.Activity], rows: dict[str, wire.Order], context: parse.Context
    ) -> dict[str, list[Fill]]:
        found: dict[str, list[Fill]] = defaultdict(list)
        for each in activities:
            row = rows.get(each.order_id)
            if row is not None:
                found[each.order_id].append(parse.activity(each, parse.event_name(row), context))
        return found

    def _context(self) -> parse.Context:
        return parse.Context(self._account, self._book, self._clock.now())


def _belongs(row: wire.Order, since: datetime | None) -> bool:
    """Whether an order is in the report: the newest of its chain, and open or closed since."""
    if row.status == parse.REPLACED and row.replaced_by:
        return False
    if since is None or parse.STATUSES.get(row.status) not in CLOSED:
        return True
    ended = parse.closed_at(row)
    return ended is None or ended >= since


def _of_chain(row: wire.Order, rows: dict[str, wire.Order], fills: dict[str, list[Fill]]) -> list[Fill]:
    found = list(fills.get(row.id, ()))
    seen = {row.id}
    before = row.replaces
    while before and before not in seen:
        seen.add(before)
        found = [*fills.get(before, ()), *found]
        earlier = rows.get(before)
        before = earlier.replaces if earlier is not None else None
    return found


def _before(row: wire.Order) -> str:
    """A moment before anything of the order could fill."""
    text = row.submitted_at or row.created_at
    return _stamp(moment(text, "submitted_at") - _ROUND)


def _after(row: wire.Order) -> str | None:
    """A moment after everything of the order, where it is closed."""
    if parse.STATUSES.get(row.status) not in CLOSED:
        return None
    ended = parse.closed_at(row)
    return None if ended is None else _stamp(ended + _ROUND)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
