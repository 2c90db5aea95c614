"""An account's book at TopstepX put together: orders with their fills, positions, balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bidwell.brokers.topstepx import parse, wire
from bidwell.brokers.topstepx.client import TopstepxClient
from bidwell.brokers.topstepx.symbols import SymbolBook, contract_id
from bidwell.brokers.transport import finite
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model import futures
from bidwell.model.errors import ProtocolError, Refused
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.order import CLOSED

REACH = timedelta(days=7)
_OVERLAP = timedelta(minutes=1)
# More than so many orders that left both lists at once are left to the desk's own lookups.
_MOST_GONE = 40


class Reading:
    """The reads of one account; `number` is TopstepX's, known once the account was looked at."""

    def __init__(self, client: TopstepxClient, book: SymbolBook, account: AccountId, clock: Clock) -> None:
        self._client = client
        self._book = book
        self._account = account
        self._clock = clock
        self._working_before: set[int] = set()
        self.number = 0

    async def account(self, wanted: str) -> wire.Account:
        """The account by number or name, the only one where none is said; raises Refused where it is not one."""
        found = pick(await self._client.accounts(), wanted)
        self.number = found.id
        return found

    # --- contracts --------------------------------------------------------------------------------

    async def symbol(self, instrument: InstrumentId) -> str | None:
        """TopstepX's id of an instrument, looked up once; None where it trades no such thing."""
        known = self._book.symbol_of(instrument)
        if known is not None:
            return known
        guess = contract_id(instrument.rpartition(".")[0], self._clock.now().date())
        if guess is None:
            return None
        await self.learn([guess])
        return self._book.symbol_of(instrument)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind contract ids, exchange symbols (ESZ6) or roots (ES: what is traded now)."""
        found: dict[InstrumentId, Instrument] = {}
        for symbol in symbols:
            rows = await self._behind(symbol.strip().upper())
            found |= {each.id: each for each in self._book.learn(rows)}
        return list(found.values())

    async def _behind(self, symbol: str) -> list[wire.Contract]:
        if symbol in futures.PRODUCTS:
            ids = [each for each in await self._client.contracts() if each.activeContract]
            return [each for each in ids if self._names(each, symbol)]
        asked = symbol if symbol.startswith("CON.") else contract_id(symbol, self._clock.now().date())
        found = await self._client.contract(asked) if asked is not None else None
        return [] if found is None else [found]

    def _names(self, row: wire.Contract, root: str) -> bool:
        made = self._book.learn([row])
        return bool(made) and made[0].root == root

    async def learn(self, contracts: Iterable[str]) -> None:
        """Look contracts up that the book does not know."""
        for each in sorted({each for each in contracts if not self._book.knows(each)}):
            found = await self._client.contract(each)
            if found is not None:
                self._book.learn([found])

    # --- orders -----------------------------------------------------------------------------------

    async def by_tag(self, name: ClientOrderId) -> wire.Order | None:
        """The order under our tag: among the working ones, then among those of the last days."""
        for row in await self._client.working(self.number):
            if row.customTag == name:
                return row
        rows = await self._client.history(self.number, self._clock.now() - REACH)
        return next((row for row in rows if row.customTag == name), None)

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its fills."""
        row = await self.by_tag(name)
        if row is None:
            return None
        await self.learn([row.contractId])
        fills = await self._fills([row]) if parse.filled_of(row) else {}
        return parse.order(row, fills.get(row.id, ()), self.context())

    async def _fills(self, rows: Sequence[wire.Order]) -> dict[int, list[Fill]]:
        """The fills of orders by TopstepX's ids, oldest first; those that were voided are none."""
        if not rows:
            return {}
        made = [parse.made_at(row) or self._clock.now() - REACH for row in rows]
        names = {row.id: parse.event_name(row) for row in rows}
        trades = await self._client.trades(self.number, min(made) - _OVERLAP)
        context = self.context()
        found: dict[int, list[Fill]] = defaultdict(list)
        for trade in sorted(trades, key=lambda each: each.id):
            if trade.orderId in names and not trade.voided:
                found[trade.orderId].append(parse.fill(trade, names[trade.orderId], context))
        return found

    # --- everything -------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """Working orders, those closed since (all of the last days when None), fills, positions and balance."""
        taken_at = self._clock.now()
        reach = since or taken_at - REACH
        account = await self.account(str(self.number))
        positions = await self._client.positions(self.number)
        working = await self._client.working(self.number)
        rows = {row.id: row for row in await self._client.history(self.number, reach - _OVERLAP)}
        rows |= {row.id: row for row in working if row.id not in rows}
        rows |= {row.id: row for row in await self._gone(set(rows))}
        await self.learn({row.contractId for row in rows.values()} | {row.contractId for row in positions})
        filled = [row for row in rows.values() if parse.filled_of(row) and self._mapped(row.contractId)]
        fills = await self._fills(filled)
        orders, complete = self._orders(rows.values(), fills, since)
        held = {}
        for position in positions:
            if self._mapped(position.contractId):
                held[self._book.id_of(position.contractId)] = position
            else:
                complete = False
        self._working_before = {row.id for row in working}
        return Snapshot(
            self._account, taken_at, tuple(orders), {name: parse.signed(each) for name, each in held.items()},
            {parse.CURRENCY: finite(account.balance, "balance")}, complete,
            {name: each.averagePrice for name, each in held.items() if each.averagePrice is not None},
        )  # fmt: skip

    def _orders(
        self, rows: Iterable[wire.Order], fills: dict[int, list[Fill]], since: datetime | None
    ) -> tuple[list[BrokerOrder], bool]:
        found, complete, context = [], True, self.context()
        for row in rows:
            try:
                if _belongs(row, since):
                    found.append(parse.order(row, fills.get(row.id, ()), context))
            except ProtocolError:
                complete = False
        return found, complete

    async def _gone(self, listed: set[int]) -> list[wire.Order]:
        """What worked in the last report and is in no list now: the history goes by when an order was made."""
        asked = sorted(self._working_before - listed)[:_MOST_GONE]
        found = [await self._client.order(self.number, each) for each in asked]
        return [each for each in found if each is not None]

    def _mapped(self, contract: str) -> bool:
        try:
            self._book.id_of(contract)
        except ProtocolError:
            return False
        return True

    def context(self) -> parse.Context:
        """What a payload of this moment is read with."""
        return parse.Context(self._account, self._book, self._clock.now())


def pick(accounts: Sequence[wire.Account], wanted: str) -> wire.Account:
    """The account that is meant, by number or name; raises Refused with the names that there are."""
    asked = wanted.strip().casefold()
    found = [each for each in accounts if asked in {"", str(each.id), each.name.casefold()}]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.name} ({each.id})" for each in accounts) or "none"
    if not asked and accounts:
        raise Refused(f"this login has {len(accounts)} accounts at TopstepX, say which one: {known}")
    raise Refused(f"TopstepX shows no account {wanted!r} to this login; it shows {known}")


def _belongs(row: wire.Order, since: datetime | None) -> bool:
    """Whether an order is in the report: working, or closed since."""
    if since is None or parse.status_of(row) not in CLOSED:
        return True
    ended = parse.ended_at(row)
    return ended is None or ended >= since
