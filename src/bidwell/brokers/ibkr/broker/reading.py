"""An account's book at Interactive Brokers put together: orders, executions, positions, cash.

A report asks for the open orders first, then for the completed ones and the executions: what ends in between is in the
second list. Both reach back to the beginning of the day only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bidwell.brokers.ibkr import parse, symbols, wire
from bidwell.brokers.ibkr.broker.memory import Memory
from bidwell.brokers.ibkr.client import Seat, library
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.brokers.ibkr.wire import Told
from bidwell.brokers.transport import Kind
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.errors import ProtocolError, Refused, Unavailable
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument

CASH = "CashBalance"
EVERY_CURRENCY = "$LEDGER:ALL"
"""Unconfirmed: under this tag the summary tells CashBalance by currency, and BASE for all together."""
BASE = "BASE"
ALL = "All"
MOST_CONTRACTS = 10_000
"""No share has more options of one expiry, and none more classes of options at exchanges."""
_SECOND = timedelta(seconds=1)
FUNDS = ("NetLiquidation", "TotalCashValue", "AvailableFunds")


class Reading:
    """The reads of one account."""

    def __init__(
        self, seat: Seat, book: SymbolBook, memory: Memory, number: str, account: AccountId, clock: Clock
    ) -> None:
        self._seat = seat
        self._book = book
        self._memory = memory
        self._number = number
        self._account = account
        self._clock = clock

    async def open_for(self, number: str) -> None:
        """Prove that the Gateway's login has an account; raises Refused."""
        link = await self._seat.ready()
        if number not in link.accounts:
            shown = ", ".join(link.accounts) or "none"
            raise Refused(
                f"this Gateway is logged in for {shown}, not for {number}: log it in as the user of that account"
            )

    async def funds(self) -> tuple[str, dict[str, Decimal]]:
        """The account's base currency, with equity, cash and free funds in it."""
        link = await self._seat.ready()
        rows = await link.ask(wire.Figure, "reqAccountSummary", ALL, ",".join(FUNDS), ends="cancelAccountSummary")
        found = {tag: parse.figures(rows, self._number, tag) for tag in FUNDS}
        currency = next((name for told in found.values() for name in told if name), "USD")
        return currency, {tag: next(iter(told.values())) for tag, told in found.items() if told}

    # --- instruments ----------------------------------------------------------------------------------

    async def contract(self, instrument: InstrumentId) -> wire.Contract | None:
        """The contract behind an instrument, looked up once; None where it trades no such thing at that venue."""
        known = self._book.route(instrument)
        if known is not None:
            return known
        asked = symbols.guess(instrument, self._clock.now().date())
        if asked is not None:
            await self._ask(asked)
        return self._book.route(instrument)

    async def listing(self, names: Sequence[str]) -> list[Instrument]:
        """The instruments behind symbols; what Interactive Brokers does not list is left out."""
        found = []
        for name in names:
            known = self._book.instruments.get(name)
            asked = symbols.question(name, self._clock.now().date()) if known is None else None
            made = known or (await self._ask(asked) if asked is not None else None)
            if made is not None:
                found.append(made)
        return found

    def symbols_of(self, instruments: Iterable[InstrumentId]) -> list[str]:
        """What a person calls instruments that were looked up."""
        wanted = set(instruments)
        return sorted(name for name, made in self._book.instruments.items() if made.id in wanted)

    async def learn(self, contracts: Iterable[wire.Contract]) -> None:
        """Look those up that the book does not know; what is refused stays so."""
        for each in {row.con_id: row for row in contracts if not self._book.knows(row)}.values():
            if not symbols.is_foreign(each) and await self._ask(wire.Contract(con_id=each.con_id)) is None:
                self._book.refuse(each, f"Interactive Brokers shows no contract {each.con_id} that can be traded here")

    async def every(self, asked: wire.Contract, within: float = 0.0) -> list[Instrument]:
        """Everything that fits a question, such as all months of a future; `within` seconds where that may be very much."""
        link = await self._seat.ready()
        question = library.contract(asked)
        try:
            if within:
                rows = await link.gather(
                    wire.Details, "reqContractDetails", question, within=within, most=MOST_CONTRACTS
                )
            else:
                rows = await link.ask(wire.Details, "reqContractDetails", question)
        except Denied as no:
            if no.verdict.kind is not Kind.NOT_FOUND:
                raise
            return []
        shares: dict[wire.Contract, Instrument | None] = {}
        made = [await self._learn(row, shares) for row in rows]
        return [each for each in made if each is not None]

    async def expiries(self, share: wire.Contract, within: float) -> list[wire.OptionParameters]:
        """On which days options of a share expire, by class and exchange; none where it has no options."""
        link = await self._seat.ready()
        try:
            return await link.gather(wire.OptionParameters, "reqSecDefOptParams", share.symbol, "", share.sec_type,
                                     share.con_id, within=within, most=MOST_CONTRACTS)  # fmt: skip
        except Denied as no:
            if no.verdict.kind is not Kind.NOT_FOUND:
                raise
            return []

    async def _ask(self, asked: wire.Contract) -> Instrument | None:
        """What a question means; several answers to a name that is not exact leave it open."""
        made = await self.every(asked)
        return made[0] if len(made) == 1 else None

    async def _learn(self, row: wire.Details, shares: dict[wire.Contract, Instrument | None]) -> Instrument | None:
        """An instrument out of its details; `shares` are those below options that were looked up for the same answer."""
        below = symbols.underlying_of(row)
        if below is not None and below not in shares:
            shares[below] = await self._ask(below)
        underlying = shares[below] if below is not None else None
        return self._book.learn(row, underlying.id if underlying is not None else None)

    # --- orders ---------------------------------------------------------------------------------------

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its fills."""
        rows, statuses, executions = await self._orders()
        mine = [row for row in rows.values() if row.ref == name]
        if not mine:
            if any(each.ref == name for each in executions):
                raise Unavailable("Interactive Brokers tells executions of an order that it does not list yet")
            return None
        row = mine[-1]
        await self.learn([row.contract])
        context = self._context()
        return parse.order(
            row,
            self._fills(executions, context).get(row.perm_id, ()),
            context,
            self._memory.known(row.perm_id, statuses.get(row.perm_id)),
        )

    async def row_of(self, name: ClientOrderId) -> wire.OpenOrder | None:
        """An order as it is listed, by our id."""
        rows, _, _ = await self._orders()
        return next((row for row in rows.values() if row.ref == name), None)

    async def _orders(self) -> tuple[dict[int, wire.OpenOrder], dict[int, wire.Status], list[wire.Execution]]:
        """The account's orders by their permanent number, how far the open ones are, and its executions."""
        link = await self._seat.ready()
        told = await link.listed(Told.OPEN_ORDERS_END, "reqAllOpenOrders")
        told += await link.listed(Told.COMPLETED_ORDERS_END, "reqCompletedOrders", False)
        executions = await link.ask(wire.Execution, "reqExecutions", library.execution_filter(self._number))
        rows: dict[int, wire.OpenOrder] = {}
        for row in told:
            if isinstance(row, wire.OpenOrder) and row.account == self._number:
                # One that has no number yet is there all the same.
                rows[row.perm_id or -1 - len(rows)] = row
                self._memory.keep(row)
        mine = [each for each in executions if each.account == self._number]
        self._memory.count(mine)
        return rows, {each.perm_id: each for each in told if isinstance(each, wire.Status)}, mine

    # --- everything -----------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """Open orders, those closed since (all of the day when None), fills, positions and cash."""
        taken_at = self._clock.now()
        link = await self._seat.ready()
        rows, statuses, executions = await self._orders()
        told = await link.listed(Told.POSITIONS_END, "reqPositions", ends="cancelPositions")
        positions = [each for each in told if isinstance(each, wire.Position) and each.account == self._number
                     and each.quantity and not symbols.is_foreign(each.contract)]  # fmt: skip
        cash = await self._cash()
        await self.learn([*(row.contract for row in rows.values()), *(row.contract for row in positions)])
        context = self._context()
        fills = self._fills(executions, context)
        complete = all(each.perm_id in rows for each in executions if parse.own_name(each.ref))
        orders = []
        for row in rows.values():
            if symbols.is_foreign(row.contract) or _ended_before(row, since):
                continue
            try:
                orders.append(
                    parse.order(
                        row,
                        fills.get(row.perm_id, ()),
                        context,
                        self._memory.known(row.perm_id, statuses.get(row.perm_id)),
                    )
                )
            except ProtocolError:
                complete = False
        held = {}
        for position in positions:
            try:
                held[self._book.id_of(position.contract)] = position
            except ProtocolError:
                complete = False
        return Snapshot(
            self._account, taken_at, tuple(orders), {name: each.quantity for name, each in held.items()}, cash, complete,
            {name: parse.average_price(each, self._book.multiplier(name)) for name, each in held.items()},
        )  # fmt: skip

    async def _cash(self) -> dict[str, Decimal]:
        link = await self._seat.ready()
        rows = await link.ask(wire.Figure, "reqAccountSummary", ALL, EVERY_CURRENCY, ends="cancelAccountSummary")
        return {name: amount for name, amount in parse.figures(rows, self._number, CASH).items() if name != BASE}

    def _fills(self, executions: Sequence[wire.Execution], context: parse.Context) -> dict[int, list[Fill]]:
        """By order; of an execution and its corrections the last counts, under their common name."""
        newest = {parse.execution_name(each): each for each in sorted(executions, key=lambda one: one.id)}
        found: dict[int, list[Fill]] = defaultdict(list)
        for each in sorted(newest.values(), key=lambda one: (one.at, one.id)):
            if self._book.knows(each.contract):
                found[each.perm_id].append(parse.fill(each, self._seat.link.commissions.get(each.id), context))
        return found

    def _context(self) -> parse.Context:
        return parse.Context(self._account, self._book, self._clock.now())


def _ended_before(row: wire.OpenOrder, since: datetime | None) -> bool:
    ended = parse.ended_at(row) if row.filled is not None else None
    # Told to the second.
    return since is not None and ended is not None and ended + _SECOND < since
