"""An account's book put together: orders with their fills, coins as positions, money as cash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.brokers.ccxt_exchanges import parse
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.ccxt_exchanges.wire import Balances, Order
from bidwell.brokers.transport import finite
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.errors import ProtocolError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO

Traded = Callable[[], Mapping[ClientOrderId, InstrumentId]]
"""The desk's own open orders of the account with their instruments: exchanges look an order up by its pair."""

_FIRST_LOOK = timedelta(days=7)
_OVERLAP = timedelta(minutes=1)
_MOST_ASKED = 60
"""So many pairs are looked through for an order whose pair nobody remembers."""


class Reading:
    """The reads of one account.

    Closed orders and fills are asked for where anything can have happened since the last report: in pairs that were sent
    to, worked, heard of on the stream, or whose coin changed; or in all of them, where the exchange tells them at once.
    """

    def __init__(
        self, client: ExchangeClient, book: PairBook, account: AccountId, clock: Clock, traded: Traded
    ) -> None:
        self._client = client
        self._book = book
        self._account = account
        self._clock = clock
        self._traded = traded
        self._pairs: dict[ClientOrderId, str] = {}
        self._dirty: set[str] = set()
        self._open_before: dict[str, str] = {}
        self._held_before: dict[str, Decimal] | None = None

    # --- pairs ------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Learn the exchange's pairs, once for all accounts at it."""
        await self._client.prepare(self._book)

    def touched(self, symbol: str) -> None:
        """Something happened in a pair: the next report looks at it."""
        self._dirty.add(symbol)

    def sent(self, name: ClientOrderId, symbol: str) -> None:
        """An order of ours goes into a pair."""
        self._pairs[name] = symbol
        self._dirty.add(symbol)

    async def listing(self, names: Sequence[str]) -> list[Instrument]:
        """The instruments behind names; what the exchange does not trade is left out."""
        await self._client.open()
        await self.prepare()
        found = (self._book.instrument(name) for name in names)
        return [each for each in found if each is not None]

    # --- orders -----------------------------------------------------------------------------------

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its fills."""
        await self.prepare()
        row, symbol = await self._row(name)
        if row is None:
            return None
        self._pairs[name] = symbol
        context = self._context()
        rows = await self._client.executions_of(row, symbol) if (row.filled or ZERO) > ZERO else []
        return parse.order(row, [parse.fill(each, name, context) for each in rows], context)

    async def _row(self, name: ClientOrderId) -> tuple[Order | None, str]:
        known = self._pairs.get(name) or self._symbol(self._traded().get(name))
        if known is not None:
            return await self._client.by_name(name, known), known
        for row in await self._client.open_orders():
            if row.clientOrderId == name and row.symbol:
                return row, row.symbol
        for symbol in sorted(await self._candidates())[:_MOST_ASKED]:
            found = await self._client.by_name(name, symbol)
            if found is not None:
                return found, symbol
        return None, ""

    async def row_of(self, name: ClientOrderId, instrument: InstrumentId) -> Order | None:
        """An order of ours in a pair that is known."""
        symbol = self._symbol(instrument)
        return None if symbol is None else await self._client.by_name(name, symbol)

    # --- everything -------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """Open orders, those closed since (all of a week when None), fills, coins and money."""
        await self.prepare()
        taken_at = self._clock.now()
        reach = since or taken_at - _FIRST_LOOK
        balances = await self._client.balances()
        open_rows = await self._client.open_orders()
        stirred = self._note_changes(balances, open_rows)
        asked, self._dirty = set(self._dirty), set()
        profile = self._client.profile
        start = reach - _OVERLAP if profile.reach is None else max(reach - _OVERLAP, taken_at - profile.reach)
        try:
            pairs: Iterable[str | None] = sorted(asked) if profile.by_symbol else [None] if stirred or asked else []
            rows, fills = await self._history(open_rows, pairs, int(start.timestamp() * 1000))
        except BaseException:
            self._dirty |= asked
            self._held_before = None
            raise
        orders, complete = [], profile.open_page is None or len(open_rows) < profile.open_page
        for row in rows.values():
            done = fills.get(row.id, ())
            if not _belongs(row, done, since):
                continue
            try:
                orders.append(parse.order(row, done, self._context()))
            except ProtocolError:
                complete = False
        self._open_before = {row.id: row.symbol or "" for row in open_rows}
        return Snapshot(
            self._account, taken_at, tuple(orders), self._positions(balances), self._cash(balances), complete
        )

    async def _history(
        self, open_rows: list[Order], pairs: Iterable[str | None], since: int
    ) -> tuple[dict[str, Order], dict[str, list[Fill]]]:
        """Orders by id and fills by order: of the pairs, of which None is all at once."""
        closed: list[Order] = []
        executions = []
        for symbol in pairs:
            closed += await self._client.closed_orders(symbol, since)
            executions += await self._client.executions(symbol, since)
        rows = {row.id: row for row in (*closed, *open_rows)}
        for order_id, symbol in self._open_before.items():
            # What was open in the last report and is in no list now: lists of closed orders go by when they were made.
            if order_id not in rows and symbol:
                gone = await self._client.by_id(order_id, symbol)
                rows |= {gone.id: gone} if gone is not None else {}
        context, fills = self._context(), defaultdict(list)
        for each in executions:
            row = rows.get(each.order)
            if row is not None:
                fills[each.order].append(parse.fill(each, parse.event_name(row), context))
        return rows, fills

    # --- what can have happened -------------------------------------------------------------------

    def _note_changes(self, balances: Balances, open_rows: list[Order]) -> bool:
        """Note the pairs in which something happened since the last report, and whether anything did anywhere."""
        held = {coin: amount for coin, amount in balances.total.items() if amount}
        first = self._held_before is None
        if first:
            self._dirty |= {symbol for symbol in map(self._symbol, self._traded().values()) if symbol}
        before = self._held_before or {}
        changed = {coin for coin in {*held, *before} if held.get(coin) != before.get(coin)}
        self._dirty |= {symbol for symbol in map(self._pair, changed) if symbol}
        self._dirty |= {row.symbol for row in open_rows if row.symbol and (row.filled or ZERO) > ZERO}
        self._dirty |= {symbol for order_id, symbol in self._open_before.items()
                        if symbol and order_id not in {row.id for row in open_rows}}  # fmt: skip
        self._held_before = held
        return first or bool(changed or self._dirty)

    async def _candidates(self) -> set[str]:
        balances = await self._client.balances()
        coins = (self._pair(coin) for coin, amount in balances.total.items() if amount)
        return {*self._pairs.values(), *(each for each in coins if each is not None)}

    def _pair(self, coin: str) -> str | None:
        found = self._book.pair(coin, self._client.config.currency)
        return None if found is None else self._symbol(found)

    def _symbol(self, instrument: InstrumentId | None) -> str | None:
        return None if instrument is None else self._book.symbol_of(instrument)

    # --- what is held -----------------------------------------------------------------------------

    def _positions(self, balances: Balances) -> dict[InstrumentId, Decimal]:
        """Coins as positions in their pair against the account's money; a coin without such a pair is left out."""
        found = {}
        for coin, amount in balances.total.items():
            instrument = self._book.pair(coin, self._client.config.currency)
            if amount and instrument is not None:
                found[instrument] = finite(amount, f"the balance of {coin}")
        return found

    def _cash(self, balances: Balances) -> dict[str, Decimal]:
        currency = self._client.config.currency
        return {currency: finite(balances.total.get(currency) or ZERO, f"the balance of {currency}")}

    async def held(self) -> list[str]:
        """Pairs of everything that is held or worked, against the account's money."""
        await self.prepare()
        balances = await self._client.balances()
        names = {self._book.symbol_of(each) for each in self._positions(balances)}
        names |= {row.symbol for row in await self._client.open_orders()}
        return sorted(each for each in names if each)

    def _context(self) -> parse.Context:
        return parse.Context(self._account, self._book, self._clock.now())


def _belongs(row: Order, done: Sequence[Fill], since: datetime | None) -> bool:
    """Whether an order is in the report: open, or closed since; where no end is told, its last fill is it."""
    if since is None or row.status in {"open", "canceling"}:
        return True
    told = row.lastUpdateTimestamp or row.lastTradeTimestamp
    if told is not None:
        return parse.moment(told, "the time of its end") >= since
    return not (row.status == "closed" and done) or max(each.occurred_at for each in done) >= since
