"""Brokers' option chains: contracts remembered for minutes and prices for seconds, one read of each at a time."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from bidwell.app.brokerage import Brokerage, Chaining, ChainMarket, Chains, Quoting
from bidwell.model.errors import BrokerError, DataError, InvalidInput, Missing, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Option, Right
from bidwell.server.limiting import Buckets
from bidwell.server.ports import ChainOption, ChainRow, OptionChain, OptionExpiries

if TYPE_CHECKING:
    from bidwell.app.brokerage import Access, Means
    from bidwell.engine.ports import Clock
    from bidwell.model.ids import AccountId
    from bidwell.model.market import Quote

LISTED_FOR = timedelta(minutes=5)
"""Contracts and expiries are listed once a day; a new strike is seen within this."""
QUOTED_FOR = timedelta(seconds=3)
"""A page that is open in five places asks the broker once. A failure is kept as long, and a slow answer as long as it took."""
SERVED_FOR = timedelta(minutes=1)
"""An answer that is no older stands in while a slow broker is asked anew; it says when it was read."""
MOST_QUOTED = 100
"""Contracts whose prices are asked for at the most, those nearest to the money."""
MOST_KEPT = 64
READS = 60
"""Reads of an account's broker at once and then a minute, at the most: who looks at chains leaves the broker's limit to orders."""
LONGEST_ANSWER = 4.0
"""Seconds for one part of an answer; the first read of a whole list takes longer, and goes on while it is asked for again."""
_ID = re.compile(r"[A-Z0-9][A-Z0-9&_-]{0,39}\.[A-Z0-9]{3,12}")
T = TypeVar("T")
log = structlog.get_logger("bidwell")


class StillReading(Unavailable):
    """The broker's list is being read still: ask again in a moment."""

    code = "options_reading"


class AskedTooOften(Unavailable):
    """An account's chains were read as often as may be."""

    code = "options_busy"


class ChainBroker(Brokerage, Chaining, Protocol):
    """A brokerage with chains."""


@dataclass(frozen=True, slots=True)
class ChainSource:
    """Whose chains are read, and as whom; `listed` is what the workspace lists."""

    account: AccountId
    broker: ChainBroker
    access: Access
    means: Means
    listed: Mapping[InstrumentId, Instrument]

    @property
    def title(self) -> str:
        """What a person calls the broker."""
        return self.broker.guide.title

    async def find(self, text: str) -> InstrumentId:
        """The underlying that a person means by an id or a symbol; raises InvalidInput, BrokerError."""
        wanted = text.strip().upper()
        of_ours = [each for each in self.listed.values() if wanted in {each.id, each.symbol}]
        found = of_ours[0] if len(of_ours) == 1 else await self._asked(wanted)
        if found is None and _ID.fullmatch(wanted):
            # A list may have the contracts without what they are on.
            return InstrumentId(wanted)
        if found is None:
            raise InvalidInput("instrument.unlisted", f"{self.title} does not trade {wanted}", field="underlying",
                               hint="name the underlying by its symbol or id, as AAPL or NIFTY.XNSE")  # fmt: skip
        if isinstance(found.contract, Option):
            raise InvalidInput("options.underlying", f"{found.id} is an option itself", field="underlying",
                               hint=f"ask for {found.contract.underlying}")  # fmt: skip
        return found.id

    async def _asked(self, wanted: str) -> Instrument | None:
        """What the broker lists under a symbol, or under the symbol of an id of ours."""
        rows = await self.broker.listing(self.access, [wanted], self.means)
        if rows:
            return rows[0]
        symbol, dot, _ = wanted.rpartition(".")
        rows = await self.broker.listing(self.access, [symbol], self.means) if dot else []
        return next((each for each in rows if each.id == wanted), None)


@dataclass(slots=True)
class _Kept:
    task: asyncio.Task[Any]
    asked_at: datetime
    told_at: datetime
    before: _Kept | None = None

    @property
    def is_good(self) -> bool:
        """Whether it was answered."""
        return self.task.done() and not self.task.cancelled() and self.task.exception() is None

    def serves(self, now: datetime, fresh: timedelta) -> bool:
        """Whether it is on its way, or new enough for who asks now."""
        took = self.told_at - self.asked_at
        age = now - self.told_at
        return not self.task.done() or age < max(fresh if self.is_good else min(fresh, QUOTED_FOR), took)


@dataclass(slots=True)
class OptionChains:
    """The chains of all accounts; a read serves everybody who asks while it lasts and for a while after."""

    clock: Clock
    _kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    _budget: Buckets = field(default_factory=lambda: Buckets(READS / 60, READS))
    _turns: defaultdict[AccountId, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def expiries(self, source: ChainSource, text: str) -> OptionExpiries:
        """When options of an underlying expire; raises InvalidInput, BrokerError."""
        underlying = await self._find(source, text)
        return OptionExpiries(underlying, await self._expiries(source, underlying))

    async def chain(self, source: ChainSource, text: str, expiry: date | None, strikes: int) -> OptionChain:
        """The strikes of one expiry nearest to the money, of the nearest when None; raises InvalidInput, BrokerError."""
        underlying = await self._find(source, text)
        known = await self._expiries(source, underlying)
        if not known:
            raise InvalidInput("options.none", f"{source.title} lists no options on {underlying}", field="underlying")
        day = expiry or known[0]
        if day not in known:
            shown = ", ".join(each.isoformat() for each in known[:4])
            raise InvalidInput("options.expiry", f"no options on {underlying} expire on {day}", field="expiry",
                               hint=f"{source.title} lists {shown}" + (", …" if len(known) > 4 else ""))  # fmt: skip
        key = ("chain", source.account, underlying, day, strikes)
        return await self._shared(key, QUOTED_FOR, source, lambda: self._read(source, underlying, day, strikes))

    async def close(self) -> None:
        """Stop reading."""
        tasks = [each.task for each in self._kept.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what is remembered -----------------------------------------------------------------------

    async def _find(self, source: ChainSource, text: str) -> InstrumentId:
        key = ("name", source.account, text.strip().upper())
        return await self._shared(key, LISTED_FOR, source, lambda: source.find(text))

    async def _expiries(self, source: ChainSource, underlying: InstrumentId) -> tuple[date, ...]:
        async def read() -> tuple[date, ...]:
            async with self._opened(source) as chains:
                return tuple(sorted(set(await chains.market.expiries(underlying))))

        return await self._shared(("expiries", source.account, underlying), LISTED_FOR, source, read)

    async def _contracts(self, source: ChainSource, underlying: InstrumentId, expiry: date) -> Sequence[Instrument]:
        async def read() -> Sequence[Instrument]:
            async with self._opened(source) as chains:
                return await chains.market.options(underlying, expiry)

        return await self._shared(("contracts", source.account, underlying, expiry), LISTED_FOR, source, read)

    async def _shared(
        self, key: Hashable, fresh: timedelta, source: ChainSource, read: Callable[[], Coroutine[Any, Any, T]]
    ) -> T:
        now, known = self.clock.now(), self._kept.get(key)
        if known is None or not known.serves(now, fresh):
            wait = self._budget.take(source.account, asyncio.get_running_loop().time())
            if wait > 0:
                raise AskedTooOften(f"the option chains of this account were read {READS} times within a minute: "
                                    f"ask again in {wait:.0f} s")  # fmt: skip
            before = None if known is None or not known.is_good else replace(known, before=None)
            known = self._kept[key] = _Kept(asyncio.create_task(read()), now, now, before)
            known.task.add_done_callback(partial(self._told, known))
        self._kept.move_to_end(key)
        self._let_go()
        done, _ = await asyncio.wait([known.task], timeout=LONGEST_ANSWER)
        if not done and known.before is not None and self.clock.now() - known.before.told_at < SERVED_FOR:
            known = known.before
        elif not done:
            raise StillReading(f"{source.title} has not answered yet: ask again in a moment")
        found: T = known.task.result()
        return found

    def _told(self, kept: _Kept, task: asyncio.Task[Any]) -> None:
        """Nobody may have waited for a failure: who asks next hears of it."""
        kept.told_at = self.clock.now()
        if not task.cancelled() and (problem := task.exception()) is not None:
            log.info("option_chain_not_read", reason=str(problem))

    def _let_go(self) -> None:
        over = len(self._kept) - MOST_KEPT
        for key in [key for key, each in self._kept.items() if each.task.done()][: max(0, over)]:
            del self._kept[key]

    # --- what is read -----------------------------------------------------------------------------

    @asynccontextmanager
    async def _opened(self, source: ChainSource) -> AsyncIterator[Chains]:
        """The broker's chains, one reader of an account at a time; what it does not know is said as such."""
        async with self._turns[source.account]:
            chains = source.broker.chains(source.access, source.means)
            chains.market.open()
            try:
                yield chains
            except Missing as problem:
                raise InvalidInput("options.none", str(problem), field="underlying",
                                   hint=f"{source.title} has no options on it for this account") from problem  # fmt: skip
            finally:
                await chains.market.close()

    async def _read(self, source: ChainSource, underlying: InstrumentId, expiry: date, strikes: int) -> OptionChain:
        contracts = await self._contracts(source, underlying, expiry)
        if not contracts:
            raise InvalidInput("options.none", f"{source.title} lists no options on {underlying} of {expiry}",
                               field="expiry")  # fmt: skip
        async with self._opened(source) as chains:
            market, by_id = chains.market, chains.by_id
            asked, no_last = await _quotes(market, [underlying], source.title)
            last = asked[underlying].last if underlying in asked and asked[underlying].last > 0 else None
            rows, levels = _nearest(_rows(contracts), last, strikes)
            nearest = _by_distance(rows, last)
            quotes, why = await _quotes(market, [each.id for each in nearest[:MOST_QUOTED]], source.title)
        first, money = contracts[0], None if last is None else min(levels, key=lambda level: abs(level - last))
        return OptionChain(
            underlying, expiry, first.currency, first.tick_size, first.lot_size, first.multiplier, last, money,
            tuple(ChainRow(strike, _option(call, quotes, by_id=by_id), _option(put, quotes, by_id=by_id))
                  for strike, call, put in rows),
            len(levels), self.clock.now(), _reason(underlying, last, no_last, why, len(nearest)),
        )  # fmt: skip


_Row = tuple[Decimal, Instrument | None, Instrument | None]


async def _quotes(
    market: ChainMarket, wanted: Sequence[InstrumentId], title: str
) -> tuple[dict[InstrumentId, Quote], str]:
    """Prices by instrument, and why there are none: strikes are worth showing without."""
    if not isinstance(market, Quoting):
        return {}, f"{title} tells no prices of a chain"
    try:
        found = {each.instrument: each for each in await market.quotes(wanted)}
    except (BrokerError, DataError) as problem:
        return {}, f"prices could not be read: {problem}"
    return found, "" if found else f"{title} has no prices of these now"


def _reason(underlying: InstrumentId, last: Decimal | None, no_last: str, why: str, contracts: int) -> str:
    """What of a chain has no price, and why."""
    reasons = [why]
    if last is None:
        reasons.append(f"the price of {underlying} is not known, so that these are the strikes in the middle"
                       + (f": {no_last}" if no_last and no_last != why else ""))  # fmt: skip
    if contracts > MOST_QUOTED and not why:
        reasons.append(f"prices are of the {MOST_QUOTED} contracts nearest to the money")
    return "; ".join(each for each in reasons if each)


def _rows(contracts: Iterable[Instrument]) -> list[_Row]:
    """Calls and puts by strike, lowest first; a strike that has two of a right has two rows."""
    sides: dict[Decimal, dict[Right, list[Instrument]]] = {}
    for each in sorted(contracts, key=lambda each: each.symbol):
        terms = each.contract
        if isinstance(terms, Option):
            strike = Decimal(f"{terms.strike.normalize():f}")
            sides.setdefault(strike, {Right.CALL: [], Right.PUT: []})[terms.right].append(each)
    return [(strike, call, put) for strike in sorted(sides)
            for call, put in zip_longest(sides[strike][Right.CALL], sides[strike][Right.PUT])]  # fmt: skip


def _nearest(rows: list[_Row], last: Decimal | None, strikes: int) -> tuple[list[_Row], list[Decimal]]:
    """The rows of so many strikes around a price, around the middle one where it is not known, and all strikes."""
    levels = sorted({strike for strike, _, _ in rows})
    middle = len(levels) // 2
    if last is not None:
        # Of an even number as many lie below as above; of an odd one the nearest stands in the middle.
        below, near = sum(level < last for level in levels), min(levels, key=lambda level: abs(level - last))
        middle = levels.index(near) if strikes % 2 else below
    start = max(0, min(middle - strikes // 2, len(levels) - strikes))
    kept = set(levels[start : start + strikes])
    return [row for row in rows if row[0] in kept], levels


def _by_distance(rows: list[_Row], last: Decimal | None) -> list[Instrument]:
    """The contracts of rows, those nearest to a price first."""
    center = last if last is not None else rows[len(rows) // 2][0]
    near = sorted(rows, key=lambda row: abs(row[0] - center))
    return [each for _, call, put in near for each in (call, put) if each is not None]


def _option(found: Instrument | None, quotes: Mapping[InstrumentId, Quote], *, by_id: bool) -> ChainOption | None:
    if found is None:
        return None
    pick, quote = found.id if by_id else found.symbol, quotes.get(found.id)
    if quote is None:
        return ChainOption(found.id, found.symbol, pick)
    bid, ask, last = (price if price > 0 else None for price in (quote.bid, quote.ask, quote.last))
    return ChainOption(found.id, found.symbol, pick, bid, ask, last)
