"""A fire drill: the desk's own engine and adapter at a broker's twin, through what must work when it matters.

`python -m bidwell.app.drill BROKER` prints the steps as JSON; a desk runs it as a process of its own, so that it costs no
order its time. Each step stands on the one before, and the first that fails ends the drill.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from bidwell.app.brokerage import BROKERS, Access, Brokerage, Means, Redeeming, brokerage
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.engine.desk import Desk, World
from bidwell.engine.intake import Request
from bidwell.engine.market import Market
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.account import Account
from bidwell.model.errors import BidwellError, InvalidInput
from bidwell.model.ids import AccountId, ClientOrderId, WorkspaceId
from bidwell.model.instrument import Rounding
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType, TradingState
from bidwell.model.market import Quote
from bidwell.model.order import Order, OrderStatus
from bidwell.model.session import SessionTable
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.risk.gate import Gate
from bidwell.twins.mishaps import Mishap, MishapType, Script
from bidwell.twins.registry import TWINS, make

if TYPE_CHECKING:
    from bidwell.model.instrument import Instrument
    from bidwell.twins.scenario import Listed, Person
    from bidwell.twins.server import TwinServer

STEP: Final = 15.0
"""Seconds that one step may take."""

_QUOTE_EVERY = 1.0
_LOOK = 0.02
_ACCOUNT = AccountId("drill")
_WIDE = Limits(price_collar=Decimal("0.9"), duplicate_window=Decimal(0), max_data_age=Decimal(60))


class Failed(Exception):
    """A step did not come out as it must."""


class _Open:
    """A market that is always open."""

    def table(self, calendar: str) -> SessionTable:
        """Any calendar."""
        return SessionTable(calendar, (), always_open=True)


class Drill:
    """One broker's twin and a desk of its own beside it."""

    def __init__(self, broker: Brokerage, server: TwinServer, person: Person, listed: Listed) -> None:
        self._broker = broker
        self._server = server
        self._person = person
        self._listed = listed
        self._count = 0
        clock, entropy = WallClock(), SystemEntropy()
        self._clock = clock
        self._means = Means(clock, entropy, self._traded)
        asked = {field.name for field in broker.guide.fields}
        brought = {name: value for name, value in person.fields.items() if name in asked}
        self._access = Access(brought, "twin", server.url)
        self._instrument: Instrument | None = None
        calendars = _Open()
        world = World(MemoryJournal(), Market(calendars), Gate(), clock, entropy, calendars, self._session,
                      lambda _what, _facts: None, lambda _error: None)  # fmt: skip
        self.desk = Desk(world)

    def _session(self, account: Account) -> Any:  # noqa: ANN401 - a session of whichever broker
        return self._broker.session(self._access, account, self._means)

    def _traded(self, account: AccountId) -> dict[ClientOrderId, Any]:
        state = self.desk.state
        return {one.client_order_id: one.instrument for one in state.open_orders(account)}

    # --- what the steps do ------------------------------------------------------------------------

    async def connects(self) -> str:
        """The session comes up, and the book agrees with the broker's."""
        self._broker.check(self._access)
        if isinstance(self._broker, Redeeming):
            self._access = replace(self._access, fields=await self._broker.redeem(self._access, self._means))
        found = await self._broker.listing(self._access, [self._listed.symbol], self._means)
        if not found:
            raise Failed(f"the twin does not list {self._listed.symbol}")
        self._instrument = found[0]
        number = (await self._broker.probe(self._access, self._means)).number
        await self.desk.start()
        now = self._clock.now()
        await self.desk.define(ev.WorkspaceNamed(now, WorkspaceId("drill"), "Drill", self._person.currency))
        await self.desk.define(ev.InstrumentListed(now, self._instrument))
        await self.desk.define(ev.LimitsSet(now, Scope(ScopeType.WORKSPACE), _WIDE))
        account = Account(_ACCOUNT, "Drill", self._broker.guide.broker, number, self._person.currency,
                          leverage=Decimal(100))  # fmt: skip
        await self.desk.define(ev.AccountDefined(now, account))
        await self._until(lambda: self.desk.reconciled(_ACCOUNT), lambda: self.desk.sessions[_ACCOUNT].detail)
        self.quote()
        return f"account {number} agrees with the broker's book"

    async def rests_and_is_canceled(self) -> str:
        """A limit order rests, and a cancel takes it off."""
        order = await self._rest()
        await self.desk.cancel(order.client_order_id, "drill")
        await self._until(lambda: self._order(order).status is OrderStatus.CANCELED)
        return "an order rested and was canceled"

    async def found_after_a_lost_answer(self) -> str:
        """An order whose acknowledgement is lost is found under its id, and is there once."""
        self._server.stage.set_script(Script((Mishap(MishapType.TIMEOUT, silent=True),)))
        order = await self._rest()
        theirs = [row for row in self._theirs()["orders"] if row["client_order_id"] == order.client_order_id]
        rows = [row for row in self._theirs()["orders"] if row["status"] == "WORKING"]
        if len(theirs) > 1 or len(rows) != 1:
            raise Failed(f"the twin has {len(rows)} working orders where one was sent")
        return "an order whose answer was lost was found, once"

    async def halts(self) -> str:
        """A halt takes working orders off and lets no entry leave."""
        scope = Scope(ScopeType.ACCOUNT, _ACCOUNT)
        await self.desk.set_trading_state(scope, TradingState.HALTED, "fire drill", "drill")
        await self._until(lambda: not list(self.desk.state.open_orders(_ACCOUNT)))
        denied = await self._send(Side.BUY, self._far())
        await self._until(lambda: self._order(denied).status is OrderStatus.DENIED)
        await self.desk.set_trading_state(scope, TradingState.ACTIVE, "fire drill", "drill")
        return "a halt took the working order off and denied an entry"

    async def fills_and_flattens(self) -> str:
        """An entry fills, and a square-off leaves nothing."""
        order = await self._send(Side.BUY, Terms(time_in_force=self._force()))
        await self._until(lambda: self._order(order).status is OrderStatus.FILLED)
        square = rev.SquareOffOrdered(self._clock.now(), "drill.flatten", _ACCOUNT, "fire drill", "drill")
        await self.desk.act_on_risk(lambda guard: guard.squaring.order(square))
        await self._until(lambda: not self.desk.state.risk.squares)
        return "an entry filled and was squared off"

    async def agrees_at_the_end(self) -> str:
        """Orders and positions are the broker's, to the last."""
        self.desk.reconcile_now(_ACCOUNT)
        await self._until(lambda: self.desk.reconciled(_ACCOUNT) and not self._held())
        working = [row for row in self._theirs()["orders"] if row["status"] == "WORKING"]
        if working:
            raise Failed(f"{len(working)} orders are left at the twin")
        return "the book agrees with the broker's, and nothing is left"

    # --- inside -----------------------------------------------------------------------------------

    def quote(self) -> None:
        """Let the desk know the twin's price."""
        now, one = self._clock.now(), self._listed
        if self._instrument is not None:
            self.desk.on_quotes(
                [Quote(self._instrument.id, one.bid, one.ask, one.bid, one.quantity, one.quantity, now, now)]
            )

    def _far(self) -> Terms:
        one = self._known()
        return Terms(OrderType.LIMIT, limit_price=one.round_price(self._listed.bid * Decimal("0.9"), Rounding.DOWN),
                     time_in_force=self._force())  # fmt: skip

    def _force(self) -> TimeInForce:
        able = self.desk.sessions[_ACCOUNT].broker.capabilities.times_in_force
        return TimeInForce.DAY if TimeInForce.DAY in able else TimeInForce.GTC

    def _known(self) -> Instrument:
        if self._instrument is None:
            raise Failed("nothing is listed")
        return self._instrument

    async def _rest(self) -> Order:
        order = await self._send(Side.BUY, self._far())
        await self._until(lambda: self._order(order).status is OrderStatus.WORKING, lambda: self._stands(order))
        return order

    def _stands(self, order: Order) -> str:
        denial = self.desk.state.traces[order.client_order_id].denial
        return denial.message if denial is not None else f"the order is {self._order(order).status}"

    async def _send(self, side: Side, terms: Terms) -> Order:
        self._count += 1
        request = Request(key=f"drill-{self._count}", source=Source.TICKET, instrument=self._known().id, side=side,
                          sizing=Sizing(SizingBy.QUANTITY, self._quantity()), terms=terms, account=_ACCOUNT)  # fmt: skip
        receipt = await self.desk.receive(request)
        await self._until(lambda: bool(self.desk.state.intents[receipt.intent].orders))
        return self.desk.state.orders[self.desk.state.intents[receipt.intent].orders[0]]

    def _quantity(self) -> Decimal:
        one = self._known()
        least = max(one.min_notional / self._listed.bid, one.lot_size)
        return one.round_quantity(least * 2) or one.lot_size

    def _order(self, order: Order) -> Order:
        return self.desk.state.orders[order.client_order_id]

    def _held(self) -> bool:
        return any(one.quantity for one in self.desk.state.portfolios[_ACCOUNT].positions.values())

    def _theirs(self) -> dict[str, Any]:
        book: dict[str, Any] = self._server.stage.books()[self._person.account]
        return book

    async def _until(self, holds: Callable[[], bool], seen: Callable[[], str] = lambda: "it never came") -> None:
        end = asyncio.get_running_loop().time() + STEP
        while not holds():
            if asyncio.get_running_loop().time() > end:
                raise Failed(seen())
            await asyncio.sleep(_LOOK)


def offered(broker: str) -> bool:
    """Whether there is a twin to drill at whose scenario brings what a person enters at a login of the day."""
    if broker not in TWINS or broker not in BROKERS:
        return False
    brought = TWINS[broker].scenario.accounts[0].fields
    return all(field.name in brought for field in brokerage(broker).guide.fields if field.daily and not field.optional)


def must_be_offered(broker: str) -> None:
    """Raise InvalidInput for a broker that cannot be drilled at."""
    if not offered(broker):
        raise InvalidInput("drill.no_twin", f"there is no twin of {broker!r} to drill at without a person", field="broker",
                           hint=", ".join(name for name in TWINS if offered(name)))  # fmt: skip


async def run(broker: str) -> list[rev.DrillStep]:
    """Drill at a broker's twin; raises InvalidInput for one that has none."""
    must_be_offered(broker)
    server = make(broker, WallClock(), 0)
    await server.start()
    scenario = server.stage.scenario
    drill = Drill(brokerage(broker), server, scenario.accounts[0], scenario.instruments[0])
    quoting = asyncio.create_task(_quote(drill))
    try:
        return await _steps(drill)
    finally:
        quoting.cancel()
        await drill.desk.stop()
        await server.stop()


async def _quote(drill: Drill) -> None:
    while True:
        await asyncio.sleep(_QUOTE_EVERY)
        drill.quote()


async def _steps(drill: Drill) -> list[rev.DrillStep]:
    found: list[rev.DrillStep] = []
    steps: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("connect", drill.connects), ("rest_and_cancel", drill.rests_and_is_canceled),
        ("lost_answer", drill.found_after_a_lost_answer), ("halt", drill.halts),
        ("flatten", drill.fills_and_flattens), ("agree", drill.agrees_at_the_end),
    ]  # fmt: skip
    for name, step in steps:
        try:
            async with asyncio.timeout(2 * STEP):
                found.append(rev.DrillStep(name, passed=True, said=await step()))
        except (Failed, BidwellError, TimeoutError) as error:
            found.append(rev.DrillStep(name, passed=False, said=str(error) or "it took too long"))
            break
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(step) for step in asyncio.run(run(sys.argv[1]))]))
