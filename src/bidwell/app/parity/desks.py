"""A run on the production desk: each bar's prices are passed, the strategy decides, its orders meet the next bar."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from bidwell.app.parity.hands import RUN, Hands
from bidwell.app.parity.records import Deal, Key, Ordered, Record, Refusal
from bidwell.app.parity.setting import CURRENCY, Setting
from bidwell.app.parity.worlds import ACCOUNT, OneTable, SimulatedWorld, World, paper_world, until
from bidwell.engine.desk import Desk
from bidwell.engine.desk import World as Around
from bidwell.engine.market import Market
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.engine.writer import Numbered
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.account import Strategy as Sending
from bidwell.model.errors import DataError
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, StrategyId, WorkspaceId
from bidwell.model.market import Quote
from bidwell.model.order import Order, OrderStatus, Pending
from bidwell.model.terms import OrderType, Side
from bidwell.risk.gate import Gate
from bidwell.simulation.exits import active_quantity
from bidwell.simulation.matching import STOPS, stop_level
from bidwell.simulation.proof.loop import run_virtually

SIZE = Decimal(10) ** 12
_STEP = timedelta(microseconds=100)
_HOME = AccountId(ACCOUNT)
_LEGS = {OrderType.LIMIT: "target", OrderType.STOP: "stop", OrderType.TRAILING_STOP: "trail"}


def run_simulated(setting: Setting) -> Record:
    """Run on the engine in simulation: virtual time, the venue in memory."""

    async def play() -> Record:
        return await _Run("simulation", setting, SimulatedWorld(setting)).go()

    return run_virtually(play())


def run_paper(setting: Setting, folder: Path) -> Record:
    """Run on the paper broker: a real socket, as fast as both ends answer; the venue's state is in `folder`."""

    async def play() -> Record:
        async with paper_world(setting, folder) as world:
            return await _Run("paper", setting, world).go()

    return asyncio.run(play())


class _Run:
    """One desk from its start to the last bar."""

    def __init__(self, name: str, setting: Setting, world: World) -> None:
        self.setting = setting
        self.world = world
        self.record = Record(name, {}, np.zeros(len(setting.bars)))
        self.alarms: list[str] = []
        calendars = OneTable(setting.table)
        self.desk = Desk(Around(MemoryJournal(), Market(calendars), Gate(), world.clock, world.entropy, calendars,
                                world.connect, self._alarm, lambda _error: None))  # fmt: skip
        self.place = 0
        self.fills: list[tuple[int, Fill, int]] = []
        self.heard = 0
        self._at = setting.span(0)[0]
        self._here = Decimal(0)

    async def go(self) -> Record:
        """Play every bar."""
        await self.desk.start()
        try:
            for event in self._definitions():
                await self.desk.define(event)
            await until(lambda: self.desk.reconciled(_HOME), self.world.pause, "the desk does not know its account")
            self.hands = Hands(self.setting, self.desk)
            self.desk.subscribe(self._listen)
            for place in range(len(self.setting.bars)):
                await self._bar(place)
        except TimeoutError as error:
            raise DataError(
                f"{self.record.name}: {error} at bar {self.place}: {'; '.join(self.alarms[-3:])}"
            ) from error
        finally:
            await self.desk.stop()
        self._collect()
        return self.record

    def _definitions(self) -> list[ev.Event]:
        now = self.world.clock.now()
        account = Account(_HOME, "Parity", "paper", ACCOUNT, CURRENCY, leverage=self.setting.leverage)
        sender = Sending(StrategyId(RUN), "Parity", account=_HOME, instruments=(self.setting.instrument.id,),
                         valid_seconds=30)  # fmt: skip
        return [ev.WorkspaceNamed(now, WorkspaceId("parity"), "Parity", CURRENCY),
                ev.InstrumentListed(now, self.setting.instrument), ev.AccountDefined(now, account),
                ev.StrategyDefined(now, sender)]  # fmt: skip

    def _alarm(self, what: str, said: dict[str, object]) -> None:
        self.alarms.append(f"{what} {said}")

    # --- one bar ----------------------------------------------------------------------------------

    async def _bar(self, place: int) -> None:
        self.place = place
        bars = self.setting.bars
        self._at, over = self.setting.span(place)
        first = len(self.fills)
        opening, high, low, close = (
            self._price(getattr(bars, name)[place]) for name in ("open", "high", "low", "close")
        )
        await self._stand(opening)
        for price in (low, high, close) if self._low_first(opening, high, low) else (high, low, close):
            await self._walk(price)
        await self.world.turn(over)
        # The close is what the market shows when the bar is over; a feed says it again, so that it is not old.
        self.desk.on_quotes([self._quote(over)])
        # In the venue's order: two reports that travel at once may arrive either way round.
        heard = sorted(self.fills[first:], key=lambda told: told[1].execution_id)
        worth = self.desk.valuation(_HOME)
        self.record.equity[place] = float(worth.equity) if worth is not None else np.nan
        at = int(bars.time[place])
        after = self.hands.held() - sum(float(fill.signed_quantity) for _, fill, _ in heard)
        for _, fill, number in heard:
            after += float(fill.signed_quantity)
            await self.hands.fill(place, at, fill, number, after)
        row = (at, float(bars.open[place]), float(bars.high[place]), float(bars.low[place]),
               float(bars.close[place]), float(bars.volume[place]))  # fmt: skip
        await self.hands.bar(place, row)
        await self._settle()

    def _price(self, value: float) -> Decimal:
        tick = self.setting.instrument.tick_size
        return round(value / float(tick)) * tick

    def _low_first(self, opening: Decimal, high: Decimal, low: Decimal) -> bool:
        """Which extreme comes first: the one at which a stop waits, as the kernel has it; else the nearer one."""
        sides = {order.side for order in self._stops()}
        if len(sides) == 1:
            return Side.SELL in sides
        if len(sides) > 1:
            self.record.ambiguous.add(self.place)
        return opening - low <= high - opening

    def _stops(self) -> list[Any]:
        state = self.world.venue.state
        return [order for order in state.books.get(self.setting.instrument.id, {}).values()
                if order.order_type in STOPS and not order.triggered
                and active_quantity(order, state.members(order)) > 0]  # fmt: skip

    async def _walk(self, target: Decimal) -> None:
        """Move to a price, standing at every stop's level on the way: a market does not jump over them."""
        while True:
            falling = target < self._here
            levels = []
            for order in self._stops():
                level = stop_level(order, self.setting.instrument)
                meets = (order.side is Side.SELL) is falling
                if level is not None and meets and min(target, self._here) <= level <= max(target, self._here):
                    levels.append(level)
            if not levels:
                break
            await self._stand(max(levels) if falling else min(levels))
        if target != self._here:
            await self._stand(target)

    async def _stand(self, price: Decimal) -> None:
        self._here = price
        self._at += _STEP
        quote = self._quote(self._at)
        before = self.world.venue.state.executions
        await self.world.push(quote)
        self.desk.on_quotes([quote])
        if self.world.venue.state.executions != before or not self._quiet():
            await self._settle()

    def _quote(self, received: datetime) -> Quote:
        here = self._here
        return Quote(self.setting.instrument.id, here, here, here, SIZE, SIZE, self._at, received)

    # --- coming to rest ---------------------------------------------------------------------------

    async def _settle(self) -> None:
        while True:
            await until(self._quiet, self.world.pause, "the desk and the venue do not come to rest")
            fresh, self.heard = self.fills[self.heard :], len(self.fills)
            for _, _, number in fresh:
                await self.hands.filled(number)
            if self._quiet():
                return

    def _quiet(self) -> bool:
        """Whether everything decided is at the venue, and everything that happened there is known here."""
        state, venue = self.desk.state, self.world.venue.state
        if state.undecided or len(self.fills) != venue.executions:
            return False
        ours = list(state.open_orders(_HOME))
        if any(order.pending is not Pending.NONE or order.status in {OrderStatus.CREATED, OrderStatus.SUBMITTED}
               for order in ours):  # fmt: skip
            return False
        return {str(order.client_order_id) for order in ours} == {
            order.client_order_id for order in venue.open.get(ACCOUNT, {}).values()
        }

    # --- what happened ----------------------------------------------------------------------------

    def _listen(self, written: Sequence[Numbered]) -> None:
        for _, event in written:
            if isinstance(event, ev.OrderFilled):
                order = self.desk.state.orders[event.client_order_id]
                number = self.hands.hearing.order_number(order)
                self.fills.append((self.place, event.fill, -1 if number is None else number))
            elif isinstance(event, ev.OrderDenied):
                self._refuse(event.order, "denied_by_rule", f"{event.denial.rule}: {event.denial.message}")
            elif isinstance(event, ev.OrderRejected):
                rejected = self.desk.state.orders[event.client_order_id]
                self._refuse(rejected, "refused_by_venue", f"{event.code}: {event.reason}")
            elif isinstance(event, ev.IntentAllocated):
                self._idle(event)

    def _idle(self, event: ev.IntentAllocated) -> None:
        notes = [part.note for part in event.allocations if part.quantity == 0 and part.note]
        record = self.desk.state.intents.get(event.intent)
        if notes and record is not None:
            number = int(record.intent.key.rpartition(":")[2])
            self.record.refusals[self.hands.keys[number]] = Refusal("nothing_to_do", notes[0])

    def _refuse(self, order: Order, code: str, text: str) -> None:
        key = self._key(order)
        if key is not None:
            self.record.refusals[key] = Refusal(code, text)

    def _key(self, order: Order) -> Key | None:
        number = self.hands.hearing.order_number(order)
        key = self.hands.keys.get(number) if number is not None else None
        if key is None:
            return None
        return key if order.entry is None else key._replace(leg=_LEGS[order.terms.order_type])

    def _collect(self) -> None:
        instrument = self.setting.instrument
        self.record.refusals.update(self.hands.refusals)
        for order in self.desk.state.orders.values():
            key = self._key(order)
            if key is not None:
                self.record.orders[key] = Ordered(order.terms.order_type.value, order.status.value)
        for place, fill, _ in self.fills:
            key = self._key(self.desk.state.orders[fill.client_order_id])
            if key is not None:
                self.record.orders[key].deals.append(
                    Deal(place, int(fill.signed_quantity / instrument.lot_size), int(fill.price / instrument.tick_size))
                )
                self.record.orders[key].fee += float(fill.fee)
