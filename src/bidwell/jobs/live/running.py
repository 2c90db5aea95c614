"""One run from start to end: bars and fills in, decisions kept, orders out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from bidwell.engine.desk import Desk
from bidwell.engine.ports import Clock, HistorySource, Journal
from bidwell.jobs.live.hearing import Hearing, OwnFill, Word
from bidwell.jobs.live.messages import (
    Act,
    Cursor,
    Decided,
    Facts,
    Failed,
    Filled,
    History,
    Linked,
    Moment,
    Placed,
    Quoted,
    Ready,
    Row,
)
from bidwell.jobs.live.orders import Sender, key_of, request_of
from bidwell.jobs.live.process import StrategyProcess
from bidwell.jobs.live.surroundings import accounts_of, facts, finished_bars, moments_of
from bidwell.model.errors import BidwellError, BrokerError, Conflict, Fenced, InvalidInput, JournalUnavailable
from bidwell.model.ids import ClientOrderId
from bidwell.model.market import Quote
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.research.strategy_runs import RunLine, StrategyRun, StrategyRunRows

BEAT = 0.1
KEEP_EVERY = 2.0
AGAIN = 0.5
BEHIND = 20
MOST_ASKED = 5_000
LOOK_EVERY = timedelta(seconds=300)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run works on; `strategy_seconds` is for how long a signal may wait before it must no longer leave.

    `lease` is the token under which this desk leads: what a later desk has written, an earlier one leaves alone.
    """

    workspace: str
    desk: Desk
    journal: Journal
    history: HistorySource
    rows: StrategyRunRows
    clock: Clock
    strategy_seconds: int = 30
    lease: int = 0


@dataclass(slots=True)
class LiveRun:
    """A run at work; `go` ends when the strategy fails, and is cancelled to stop it."""

    world: Surroundings
    run: StrategyRun
    sender: Sender
    process: StrategyProcess
    number: int
    cursor: Cursor
    ready: Ready | None = None
    _hearing: Hearing | None = None
    _lines: list[RunLine] = field(default_factory=list)
    _kept: float = 0.0
    _dirty: bool = False
    _looked: datetime | None = None
    _quotes: dict[str, Quote] = field(default_factory=dict)
    told: Callable[[RunLine], None] | None = None

    @property
    def hearing(self) -> Hearing:
        """Its ear at the desk, once it runs."""
        if self._hearing is None:
            self._hearing = Hearing(self.world.desk, self.run.id, self.sender.strategy)
        return self._hearing

    @property
    def unkept(self) -> list[RunLine]:
        """The newest lines of its log, which are kept a moment later."""
        return list(self._lines)

    async def load(self) -> Ready | Failed:
        """Start the process and load the strategy."""
        answer = await self.process.start()
        if isinstance(answer, Ready):
            self.ready = answer
        return answer

    async def go(self) -> Failed:
        """Work until the strategy fails."""
        hearing = self.hearing
        try:
            await self._settled()
            await self._warm_up()
            missed = await hearing.catch_up(self.world.journal, self.cursor.heard)
            await self._send(self.cursor.pending)
            for own in missed:
                if (failed := await self._fill(own)) is not None:
                    return failed
            while True:
                failed = await self._beat()
                if failed is not None:
                    return failed
        finally:
            hearing.close()

    async def close(self) -> None:
        """End the process and keep what is known."""
        self._take_output()
        await self.process.end()
        with contextlib.suppress(Fenced):
            await self._keep(always=True)

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """The feed has news; only the newest of each instrument is told."""
        if self.ready is not None and self.ready.quotes:
            wanted = {instrument.id: symbol for symbol, instrument in self.sender.instruments.items()}
            self._quotes.update({wanted[quote.instrument]: quote for quote in quotes if quote.instrument in wanted})

    def log(self, level: str, text: str) -> None:
        """Write a line to the run's log."""
        line = RunLine(self.number, self.world.clock.now(), level, text[:2000])
        self._lines.append(line)
        self.number += 1
        if self.told is not None:
            self.told(line)

    # --- the start ---------------------------------------------------------------------------------

    async def _settled(self) -> None:
        """Wait until the desk knows its accounts and the market: before that nothing may be traded."""
        while not self._ready_to_trade():  # noqa: ASYNC110 - several conditions
            await asyncio.sleep(BEAT)

    def _ready_to_trade(self) -> bool:
        desk = self.world.desk
        if desk.recovering is not None or desk.market.market_time is None:
            return False
        return all(desk.reconciled(name) for name in accounts_of(desk, self.sender))

    async def _warm_up(self) -> None:
        """Tell the bars since the anchor; those of the time in which nobody listened are among them."""
        now = self._market_time()
        count = self.run.history
        if self.cursor.anchor:
            span = now.timestamp() - self.cursor.anchor / 1e9
            count = max(count, int(span // self.run.seconds) + 1)
        bars = await self._asked(now, count)
        known = [rows for rows in bars.values() if rows]
        if not self.cursor.anchor:
            self.cursor.anchor = min((rows[0][0] for rows in known), default=0)
            self.cursor.heard = self.world.desk.state.sequence
            self.log("info", f"begins with {sum(map(len, known)):,} bars of history")
        newest = max((rows[-1][0] for rows in known), default=0)
        if self.cursor.last and newest > self.cursor.last:
            missed = len(moments_of(bars, self.cursor.last))
            self.log("info", f"{missed} bars passed while it did not run; they are history")
        for symbol, rows in bars.items():
            await self.process.history(History(symbol, [row for row in rows if row[0] >= self.cursor.anchor]))
        self.cursor.last = max(self.cursor.last, newest)
        self._dirty = True

    async def _asked(self, now: datetime, count: int) -> dict[str, list[Row]]:
        """Finished bars; asked again while their source cannot be reached."""
        while True:
            try:
                return await finished_bars(self.world.history, self.sender, self.run.seconds, now, count)
            except BrokerError as error:
                self.log("error", f"bars cannot be read: {error}")
                await self._keep()
                await asyncio.sleep(AGAIN)

    def _market_time(self) -> datetime:
        return self.world.desk.market.market_time or self.world.clock.now()

    # --- the work ----------------------------------------------------------------------------------

    async def _beat(self) -> Failed | None:
        """One turn: what the journal says, quotes, bars that are over, what is to be kept."""
        news = await self._next_news()
        if isinstance(news, Word):
            self.log(news.level, news.text)
        elif news is not None and self.hearing.fresh(news):
            return await self._fill(news)
        quotes, self._quotes = self._quotes, {}
        for symbol, quote in quotes.items():
            if (failed := await self._quote(symbol, quote)) is not None:
                return failed
        failed = await self._bars()
        self._take_output()
        await self._keep()
        return failed

    async def _next_news(self) -> OwnFill | Word | None:
        try:
            async with asyncio.timeout(BEAT):
                return await self.hearing.news.get()
        except TimeoutError:
            return None

    async def _bars(self) -> Failed | None:
        now = self._market_time()
        step = min(timedelta(seconds=self.run.seconds), LOOK_EVERY).total_seconds()
        begun = datetime.fromtimestamp(now.timestamp() // step * step, now.tzinfo)
        if self._looked is not None and begun <= self._looked:
            return None
        since = (now.timestamp() - self.cursor.last / 1e9) // self.run.seconds
        moments = moments_of(await self._asked(now, min(max(int(since) + 1, 2), MOST_ASKED)), self.cursor.last)
        self._looked = begun
        late = max(len(moments) - BEHIND, 0)
        if late:
            await self._skip(moments[:late])
        for rows in moments[late:]:
            told = Moment(rows, self._facts())
            self.cursor.last = next(iter(rows.values()))[0]
            self._dirty = True
            if (failed := await self._decide(told)) is not None:
                return failed
        return None

    async def _skip(self, moments: Sequence[dict[str, Row]]) -> None:
        """Bars that are too late to be traded on are history."""
        self.log("error", f"{len(moments)} bars came too late to be traded on")
        for rows in moments:
            for symbol, row in rows.items():
                await self.process.history(History(symbol, [row]))

    async def _quote(self, symbol: str, quote: Quote) -> Failed | None:
        at = int(quote.occurred_at.timestamp() * 1e6) * 1000
        told = Quoted(symbol, at, float(quote.bid), float(quote.ask), float(quote.last), float(quote.bid_quantity),
                      float(quote.ask_quantity), self._facts())  # fmt: skip
        return await self._decide(told)

    async def _fill(self, own: OwnFill) -> Failed | None:
        """Tell a fill, and cancel what is linked to its order."""
        self.cursor.heard = own.sequence
        self._dirty = True
        fill = own.fill
        symbol = next((name for name, one in self.sender.instruments.items() if one.id == fill.instrument), None)
        self.log("fill", f"order {own.order}: {fill.side} {fill.quantity:f} {fill.instrument} at {fill.price:f} in "
                 f"{fill.account}, fee {fill.fee:f}")  # fmt: skip
        for pair in self.cursor.links:
            if own.order in pair:
                await self._withdraw({pair[0] + pair[1] - own.order}, "its pair filled")
        if symbol is None:
            return None
        return await self._decide(Filled(own.order, symbol, float(fill.signed_quantity), float(fill.price),
                                         float(fill.fee), self._facts()))  # fmt: skip

    def _facts(self) -> Facts:
        return facts(self.world.desk, self.sender, self.hearing)

    async def _decide(self, told: Moment | Filled | Quoted) -> Failed | None:
        """Have the strategy called; what it decided is durable before any of it is sent."""
        answer = await self.process.call(told)
        if isinstance(answer, Failed):
            self._take_output()
            return answer
        self._dirty = self._dirty or answer.state != self.cursor.state
        self.cursor.state, self.cursor.number = answer.state, answer.number
        for text in answer.log:
            self.log("info", text)
        if answer.acts:
            await self._carry_out(answer, told)
        return None

    async def _carry_out(self, answer: Decided, told: Moment | Filled | Quoted) -> None:
        self.cursor.pending = list(answer.acts)
        self.cursor.decided_at = self.world.clock.now().timestamp()
        self.cursor.equity = told.facts.equity
        await self._keep(always=True)
        await self._send(answer.acts)
        self.cursor.pending = []
        self._dirty = True

    # --- orders ------------------------------------------------------------------------------------

    async def _send(self, acts: Sequence[Act]) -> None:
        """Carry out what was decided; what the desk knows already it answers as before."""
        for act in acts:
            if isinstance(act, Placed):
                await self._place(act)
            elif isinstance(act, Linked):
                self.cursor.links.append((act.first, act.second))
            elif act.symbol:
                await self._withdraw(None, "by the strategy", act.symbol)
            else:
                await self._withdraw({act.number}, "by the strategy")

    async def _place(self, act: Placed) -> None:
        at = int(self.cursor.decided_at * 1000)
        text = f"order {act.number} in {act.symbol}"
        try:
            request = request_of(act, self.sender, at, self.cursor.equity)
            while True:
                late = self.world.clock.now().timestamp() - self.cursor.decided_at > self.world.strategy_seconds
                try:
                    if late and await self.world.desk.archivist.received(key_of(self.run.id, at, act.number)) is None:
                        self.log("error", f"{text} was not sent: it was decided too long ago")
                        return
                    receipt = await self.world.desk.receive(request)
                except JournalUnavailable:
                    await asyncio.sleep(AGAIN)
                    continue
                break
        except (InvalidInput, Conflict) as error:
            self.log("error", f"{text} was refused: {error}")
            return
        what = f"{request.side or request.sizing.by} {request.sizing.value:f}"
        if not receipt.duplicate:
            self.log("order", f"{text}: {what}, {request.terms.order_type}, as {receipt.intent}")

    async def _withdraw(self, numbers: set[int] | None, reason: str, symbol: str = "") -> None:
        """Cancel open orders by their numbers, or all of the strategy's in an instrument."""
        desk = self.world.desk
        hit: list[ClientOrderId] = []
        for name in accounts_of(desk, self.sender):
            for order in desk.state.open_orders(name):
                if order.strategy != self.sender.strategy or order.is_open is False:
                    continue
                if numbers is None:
                    wanted = order.instrument == self.sender.instruments[symbol].id
                else:
                    wanted = self.hearing.order_number(order) in numbers
                hit += [order.client_order_id] if wanted else []
        for one in hit:
            try:
                await desk.cancel(one, f"strategy:{self.sender.name}", reason)
            except BidwellError as error:
                self.log("error", f"{one} was not canceled: {error}")

    # --- keeping -----------------------------------------------------------------------------------

    def _take_output(self) -> None:
        for text in self.process.printed():
            self.log("info", text)

    async def _keep(self, *, always: bool = False) -> None:
        """Keep how far it is: at once where orders depend on it, else now and then; until the database is there."""
        loop = asyncio.get_running_loop()
        if not always and (loop.time() - self._kept < KEEP_EVERY or not (self._dirty or self._lines)):
            return
        cursor = msgspec.json.encode(self.cursor).decode() if self._dirty or always else None
        while True:
            try:
                kept = await self.world.rows.keep(
                    self.world.workspace, self.run.id, cursor, self._lines, self.world.lease
                )
            except StorageUnavailable:
                await asyncio.sleep(AGAIN)
                continue
            if not kept:
                raise Fenced("the run has been taken over, or forgotten")
            break
        self._lines = []
        self._dirty = False
        self._kept = loop.time()
