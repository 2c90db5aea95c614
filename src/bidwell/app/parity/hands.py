"""The strategy's side of a desk: what it decides becomes intents by the adapter of live runs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from bidwell.app.parity.records import Key, Refusal
from bidwell.app.parity.setting import Setting
from bidwell.app.parity.worlds import ACCOUNT
from bidwell.engine.desk import Desk
from bidwell.jobs.live.hearing import Hearing
from bidwell.jobs.live.messages import Act, Decided, Filled, Linked, Moment, Placed, Row, Withdrawn
from bidwell.jobs.live.orders import Sender, request_of
from bidwell.jobs.live.player import Player
from bidwell.jobs.live.surroundings import facts
from bidwell.model.errors import InvalidInput
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, StrategyId
from bidwell.strategy.strategy import Strategy

RUN = "parity"


class Hands:
    """One strategy on one desk."""

    def __init__(self, setting: Setting, desk: Desk) -> None:
        strategy = setting.made()
        self.hears = type(strategy).on_fill is not Strategy.on_fill
        self.symbol = setting.bars.symbol
        self.sender = Sender(RUN, type(strategy).__name__, StrategyId(RUN), None, AccountId(ACCOUNT),
                             {self.symbol: setting.instrument})  # fmt: skip
        self.desk = desk
        self.player = Player(strategy, [self.symbol])
        self.hearing = Hearing(desk, RUN, self.sender.strategy)
        self.keys: dict[int, Key] = {}
        self.refusals: dict[Key, Refusal] = {}
        self.links: list[tuple[int, int]] = []
        self._bar = 0
        self._first = 0

    async def bar(self, place: int, row: Row) -> None:
        """A bar is over: let the strategy decide, and send what it decided."""
        self._bar, self._first = place, self.player.number
        told = Moment({self.symbol: row}, facts(self.desk, self.sender, self.hearing))
        await self._carry_out(self.player.moment(told), row[0], told.facts.equity)

    def held(self) -> float:
        """The strategy's position."""
        return facts(self.desk, self.sender, self.hearing).positions[self.symbol]

    async def fill(self, place: int, at: int, fill: Fill, number: int, position: float) -> None:
        """Tell the strategy of a fill, after the bar in which it happened; `position` is what it led to."""
        if not self.hears:
            return
        self._bar, self._first = place, self.player.number
        seen = structs.replace(facts(self.desk, self.sender, self.hearing), positions={self.symbol: position})
        told = Filled(number, self.symbol, float(fill.signed_quantity), float(fill.price), float(fill.fee), seen)
        await self._carry_out(self.player.filled(told), at, seen.equity)

    async def filled(self, number: int) -> None:
        """A fill of one of two linked orders takes off the other."""
        for pair in self.links:
            if number in pair:
                await self._withdraw({pair[0] + pair[1] - number})

    async def _carry_out(self, decided: Decided, at: int, equity: float) -> None:
        place = sum(1 for key in self.keys.values() if key.bar == self._bar)
        for number in range(self._first, self.player.number):
            self.keys[number] = Key(self._bar, place + number - self._first)
        await self._send(decided.acts, at, equity)

    async def _send(self, acts: Sequence[Act], at: int, equity: float) -> None:
        for act in acts:
            if isinstance(act, Placed):
                try:
                    await self.desk.receive(request_of(act, self.sender, at // 1_000_000, equity))
                except InvalidInput as error:
                    self.refusals[self.keys[act.number]] = Refusal("refused_by_desk", f"{error} [{error.code}]")
            elif isinstance(act, Linked):
                self.links.append((act.first, act.second))
            elif isinstance(act, Withdrawn):
                await self._withdraw(None if act.symbol else {act.number})

    async def _withdraw(self, numbers: set[int] | None) -> None:
        for order in list(self.desk.state.open_orders(AccountId(ACCOUNT))):
            if numbers is None or self.hearing.order_number(order) in numbers:
                await self.desk.cancel(order.client_order_id, f"strategy:{self.sender.name}", "by the strategy")
