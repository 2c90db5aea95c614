"""An account's book at Schwab put together: orders with their chains and executions, positions, cash."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog

from bidwell.brokers.schwab import parse, wire
from bidwell.brokers.schwab.broker.matching import Findings, Ledger
from bidwell.brokers.schwab.client import SYMBOLS_AT_ONCE, SchwabClient
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.schwab.symbols import (
    OPTION,
    SHARES,
    SymbolBook,
    chained,
    guess,
    is_option,
    option,
    other_id,
    root_of,
)
from bidwell.engine.ports import BrokerOrder, Clock, Snapshot
from bidwell.model.errors import ConfigError, InDoubt, ProtocolError, Refused
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument, Option
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED

log = structlog.get_logger("bidwell")
CURRENCY = "USD"
REACH = timedelta(days=59)
"""How far back orders are read the first time, for those that rest until they are canceled: Schwab lists 60 days."""
_AHEAD = timedelta(hours=1)
_OVERLAP = timedelta(minutes=1)
# More than so many orders that the list does not reach are left to the desk's own lookups.
_MOST_OLD = 20


@dataclass
class View:
    """Schwab's orders put together: `orders` with what is known of each, and why others are left out.

    `held` are those, by their numbers, that may be one of ours and are in no report for that.
    """

    orders: list[BrokerOrder] = field(default_factory=list)
    ended: dict[str, datetime | None] = field(default_factory=dict)
    refused_changes: dict[ClientOrderId, tuple[str, str]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    lagging: bool = False
    unclear: bool = False
    foreign: list[str] = field(default_factory=list)
    held: dict[str, BrokerOrder] = field(default_factory=dict)


class Reading:
    """The reads of one account; `number` and `hash` are Schwab's, known once the account was looked at."""

    def __init__(
        self, config: SchwabConfig, client: SchwabClient, book: SymbolBook, ledger: Ledger, account: AccountId,
        wanted: str, clock: Clock,
    ) -> None:  # fmt: skip
        self._config = config
        self._client = client
        self._book = book
        self._ledger = ledger
        self._account = account
        self._wanted = wanted
        self._clock = clock
        self._since: datetime | None = None
        self._positions: dict[InstrumentId, Decimal] | None = None
        self._touched: set[InstrumentId] = set()
        self._unclear_at: float | None = None
        self._began = False
        self._told: set[str] = set()
        self.on_doubt: Callable[[str], None] = lambda _sentence: None
        self.number = ""
        self.others: frozenset[str] = frozenset()
        self._hash = ""

    async def identify(self) -> str:
        """Find the account of the login, the only one where none is said; raises Refused where it is not one."""
        wanted, found = self._wanted, await self._client.numbers()
        fitting = [each for each in found if wanted in {"", each.account_number}]
        if len(fitting) != 1:
            known = ", ".join(each.account_number for each in found) or "none"
            if not wanted and found:
                raise Refused(f"this login has {len(found)} accounts at Schwab, say which one: {known}")
            raise Refused(f"Schwab shows no account {wanted} to this login; it shows {known}")
        self.number, self._hash = fitting[0].account_number, fitting[0].hash_value
        self.others = frozenset(each.account_number for each in found) - {self.number}
        return self.number

    async def key(self) -> str:
        """Under what the account's calls go."""
        if not self._hash:
            await self.identify()
        return self._hash

    async def account(self) -> wire.SecuritiesAccount:
        """Money and positions."""
        return await self._client.account(await self.key())

    # --- symbols ----------------------------------------------------------------------------------

    async def symbol(self, instrument: InstrumentId) -> str | None:
        """Schwab's name of an instrument, looked up once; None where it trades no such thing at that venue."""
        if self._book.symbol_of(instrument) is None and not instrument.endswith(".SCHWAB"):
            await self.learn([guess(instrument)])
        return self._book.symbol_of(instrument)

    async def learn(self, symbols: Iterable[str]) -> None:
        """Look symbols up that the book does not know."""
        await learn(self._client, self._book, symbols)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind symbols; what Schwab does not list, or the desk does not trade, is left out."""
        return await listing(self._client, self._book, symbols)

    # --- orders -----------------------------------------------------------------------------------

    async def find(self, name: ClientOrderId) -> BrokerOrder | None:
        """One order by our id, with its executions; raises InDoubt where more than one may be it."""
        view = await self.view(self._clock.now())
        found = next((each for each in view.orders if each.client_order_id == name), None)
        if found is not None:
            return found
        doubt = view.findings.doubts.get(name) or view.findings.awaited.get(name)
        if doubt is not None:
            raise InDoubt(doubt)
        chain = self._ledger.chain(name)
        if not chain:
            return None
        rows = [row for row in await self._by_number(chain) if row is not None]
        await self._learn_of(rows)
        return parse.order(rows, name, self.context()) if rows else None

    async def candidates(self, name: ClientOrderId) -> list[BrokerOrder]:
        """Schwab's orders that may be one of ours; the one that is known to be it stands alone."""
        view = await self.view(self._clock.now())
        known = [each for each in view.orders if each.client_order_id == name]
        fitting = view.findings.fitting.get(name, frozenset())
        return known or [view.held[number] for number in sorted(fitting, key=int) if number in view.held]

    async def filled(self, order_ids: Sequence[str]) -> Decimal:
        """How much of an order is filled by now, over all of its chain."""
        rows = await self._by_number(order_ids)
        return sum((parse.filled(row) for row in rows if row is not None), ZERO)

    async def view(self, since: datetime) -> View:
        """The orders that were taken in since, those that are looked for and those that were open before."""
        now = self._clock.now()
        start = max(min(self._ledger.reach(since), self._since or since), now - REACH)
        rows = list(parse.flat(await self._client.orders(await self.key(), start, now + _AHEAD)))
        rows += await self._older({parse.order_id(row) for row in rows})
        await self._learn_of(rows)
        return self._assembled(rows)

    async def _older(self, listed: set[str]) -> list[wire.Order]:
        """The desk's open orders, and all of every order's chain, that the list did not reach."""
        names = {self._ledger.name(number) for number in listed}
        chains = [
            *self._ledger.remembered().values(),
            *(self._ledger.chain(name) for name in names if name is not None),
        ]
        missing = {number: None for chain in chains for number in chain if number not in listed}
        return [row for row in await self._by_number(list(missing)[:_MOST_OLD]) if row is not None]

    async def _by_number(self, order_ids: Sequence[str]) -> list[wire.Order | None]:
        key = await self.key()
        return [await self._client.order(key, each) for each in order_ids]

    async def _learn_of(self, rows: Iterable[wire.Order]) -> None:
        symbols = {each.instrument.symbol for row in rows for each in row.order_leg_collection or ()
                   if each.instrument.asset_type in SHARES}  # fmt: skip
        await self.learn(symbols)

    def _assembled(self, rows: Sequence[wire.Order]) -> View:
        view, by_number = View(), {parse.order_id(row): row for row in rows}
        view.findings = self._ledger.settle(by_number.values())
        for sentence in set(view.findings.doubts.values()) - self._told:
            self._told.add(sentence)
            self.on_doubt(sentence)
        named: defaultdict[ClientOrderId | str, dict[str, wire.Order]] = defaultdict(dict)
        for number, row in by_number.items():
            if number not in view.findings.held:
                named[self._ledger.name(number) or number][number] = row
        for owner, found in named.items():
            self._assemble(view, None if owner in found else ClientOrderId(owner), found)
        held = [by_number[each] for each in view.findings.held]
        view.held = self._readable(held)
        view.unclear |= view.lagging or any(_moved(row) for row in held)
        self._since = min((each.created_at for each in view.orders
                           if each.status not in CLOSED and each.created_at is not None), default=None)  # fmt: skip
        return view

    def _readable(self, rows: Iterable[wire.Order]) -> dict[str, BrokerOrder]:
        """Orders that are in no report yet, each by itself; one that cannot be read is none to choose."""
        found = {}
        for row in rows:
            try:
                found[parse.order_id(row)] = parse.order([row], None, self.context())
            except (ProtocolError, parse.Foreign, parse.Lagging) as problem:
                log.info("schwab_order_not_understood", order=parse.order_id(row), reason=str(problem))
        return found

    def _assemble(self, view: View, name: ClientOrderId | None, found: dict[str, wire.Order]) -> None:
        """One order: the rows of its chain, oldest first, without changes that were refused after all."""
        chain = [each for each in (self._ledger.chain(name) if name else ()) if each in found] or list(found)
        rows = [found[each] for each in chain]
        while name and len(rows) > 1 and rows[-1].status == "REJECTED":
            refused = rows.pop()
            view.refused_changes[name] = (
                parse.order_id(refused),
                refused.status_description or "Schwab did not change it",
            )
        if name is None and rows[-1].status == parse.REPLACED and not parse.filled(rows[-1]):
            return
        try:
            made = parse.order(rows, name, self.context())
            view.ended[str(made.broker_order_id)] = parse.closed_at(rows[-1])
        except parse.Foreign as problem:
            view.foreign.append(str(problem))
            return
        except parse.Lagging:
            view.lagging = True
            return
        except ProtocolError as problem:
            log.warning("schwab_order_not_understood", order=chain[-1], reason=str(problem))
            view.unclear = True
            return
        view.orders.append(made)

    # --- everything -------------------------------------------------------------------------------

    async def snapshot(self, since: datetime | None) -> Snapshot:
        """Open orders, those closed since (all of a week when None), executions, positions and cash."""
        moment = asyncio.get_running_loop().time
        if self._unclear_at is not None:
            # The desk asks again at once after an incomplete report: that would spend the minute's budget.
            await asyncio.sleep(max(self._unclear_at + self._config.again - moment(), 0))
        found = await self._read(since)
        self._unclear_at = None if found.complete else moment()
        return found

    async def _read(self, since: datetime | None) -> Snapshot:
        taken_at = self._clock.now()
        account = await self.account()
        reach = since - _OVERLAP if self._began and since is not None else taken_at - REACH
        view = await self.view(reach)
        self._began = True
        for reason in view.foreign:
            log.info("schwab_order_left_out", reason=reason)
        held, complete = await self._held(account.positions or ())
        self._positions = {name: parse.signed(each) for name, each in held.items()}
        self._touched.clear()
        return Snapshot(
            self._account, taken_at, tuple(each for each in view.orders if _belongs(each, view, since)),
            {name: quantity for name, quantity in self._positions.items() if quantity},
            {CURRENCY: parse.cash(account.current_balances)}, complete and not view.unclear,
            {name: each.average_price for name, each in held.items() if each.average_price},
        )  # fmt: skip

    async def _held(self, rows: Sequence[wire.Position]) -> tuple[dict[InstrumentId, wire.Position], bool]:
        """Positions by our ids, funds and bonds under names of their own; whether all could be named."""
        await self.learn(each.instrument.symbol for each in rows if each.instrument.asset_type in SHARES)
        found: dict[InstrumentId, wire.Position] = {}
        for each in rows:
            symbol, kind = each.instrument.symbol, each.instrument.asset_type
            traded = is_option(symbol) if kind == OPTION else kind in SHARES and self._book.lists(symbol)
            found[self._book.id_of(symbol) if traded else other_id(symbol)] = each
        return found, len(found) == len(rows)

    # --- what is held -----------------------------------------------------------------------------

    def touch(self, instrument: InstrumentId) -> None:
        """An order for an instrument left, or was filled: what was read of its position is old."""
        self._touched.add(instrument)

    async def position(self, instrument: InstrumentId) -> Decimal:
        """The signed quantity that is held now: Schwab wants to be told whether an order opens or closes."""
        if self._positions is None or instrument in self._touched:
            # What an earlier order of the same instrument did may not have been heard yet.
            self._touched.discard(instrument)
            held, _ = await self._held((await self.account()).positions or ())
            self._positions = {name: parse.signed(each) for name, each in held.items()}
        return self._positions.get(instrument, ZERO)

    def context(self) -> parse.Context:
        """What a payload of this moment is read with."""
        return parse.Context(self._account, self._book, self._clock.now())


async def learn(client: SchwabClient, book: SymbolBook, symbols: Iterable[str]) -> None:
    """Look symbols of shares up in Schwab's list, those that the book does not know."""
    unknown = sorted({each for each in symbols if not book.knows(each)})
    for start in range(0, len(unknown), SYMBOLS_AT_ONCE):
        asked = unknown[start : start + SYMBOLS_AT_ONCE]
        rows = await client.instruments(",".join(asked))
        book.learn(rows)
        for each in set(asked) - {row.symbol for row in rows}:
            book.miss(each)


async def listing(client: SchwabClient, book: SymbolBook, symbols: Sequence[str]) -> list[Instrument]:
    """The instruments behind symbols: shares as Schwab lists them, options by their names."""
    asked = [each.strip().upper() for each in symbols]
    shares = {root_of(each) if is_option(each) else each for each in asked}
    rows = {row.symbol: row for row in await client.instruments(",".join(sorted(shares)))} if shares else {}
    made = {each.symbol: each for each in book.learn(rows.values())}
    found = []
    for each in asked:
        if not is_option(each):
            if each in made:
                found.append(made[each])
            continue
        underlying = made.get(root_of(each))
        try:
            found += [option(each, underlying.id)] if underlying is not None else []
        except ConfigError as problem:
            log.info("schwab_instrument_left_out", symbol=each, reason=str(problem))
    return found


def chain_of(told: wire.Chain, underlying: InstrumentId, symbol: str, days: Iterable[date]) -> list[Instrument]:
    """The options of a chain that expire on these days; one that is no standard option, or contradicts itself, is left out.

    Raises ProtocolError for a chain that cannot be read.
    """
    wanted, found, odd = set(days), [], []
    for place, row in parse.chain(told):
        if place.expiry not in wanted:
            continue
        try:
            made = chained(row, underlying, symbol)
        except ConfigError as problem:
            odd.append(str(problem))
            continue
        if made.contract == Option(underlying, place.expiry, place.strike, place.right):
            found.append(made)
        else:
            odd.append(f"{row.symbol} is listed as {place.right} {place.strike} until {place.expiry}")
    if odd:
        log.info("schwab_options_left_out", underlying=underlying, count=len(odd), reason=odd[0])
    return found


def _moved(row: wire.Order) -> bool:
    """Whether anything of an order may be filled."""
    try:
        return bool(parse.filled(row))
    except ProtocolError:
        return True


def _belongs(order: BrokerOrder, view: View, since: datetime | None) -> bool:
    """Whether an order is in the report: open, or closed since."""
    if since is None or order.status not in CLOSED:
        return True
    ended = view.ended.get(str(order.broker_order_id))
    # Schwab's times are cut to the second.
    return ended is None or ended >= since.replace(microsecond=0)
