"""What every twin plays on: the simulated venue with accounts and market, mishaps, streams, and the books that judge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.engine.ports import Clock
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Placed
from bidwell.simulation.fees import NoFee, PerShareFee
from bidwell.simulation.floor import Outcome, VenueSettings
from bidwell.simulation.orders import AccountSpec, Link, Models, Ticket, VenueOrder
from bidwell.simulation.state import VenueState
from bidwell.simulation.venue import Venue
from bidwell.twins.dialect import Dialect
from bidwell.twins.lines import Lines
from bidwell.twins.market import TwinMarket
from bidwell.twins.mishaps import Mishap, Mishaps, MishapType, On, Script
from bidwell.twins.scenario import Person, Scenario

_HELD = 600.0
ORDERS = "orders"

Work = Callable[[Refusal | None, Decimal | None], tuple[web.Response, Sequence[Outcome]]]
Deed = Callable[[Refusal | None, Decimal | None], Sequence[Outcome]]
Look = Callable[[web.Request, str], web.Response]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Stage:
    """One twin's venue; `dialect` is set by the server that puts it on."""

    dialect: Dialect

    def __init__(self, scenario: Scenario, clock: Clock, *, renew_ids: bool = False) -> None:
        self.scenario = scenario
        self.clock = clock
        self.market = TwinMarket(scenario, clock)
        self.state = VenueState()
        self.venue = Venue(self.state, self.market, clock, VenueSettings(renew_ids=renew_ids))
        self.lines = Lines()
        self.people: dict[str, Person] = {person.account: person for person in scenario.accounts}
        self._mishaps = Mishaps()
        self._killed: dict[str, float] = {}
        self._under_way: set[tuple[str, str]] = set()
        self._noted: set[tuple[str, str]] = set()
        self._late: set[asyncio.Task[None]] = set()
        for person in scenario.accounts:
            models = Models(PerShareFee(person.fee) if person.fee else NoFee())
            spec = AccountSpec(
                person.account, person.currency, person.cash, person.leverage, person.quantity_step, models
            )
            self.venue.open_account(spec)
        self.venue.on_quotes(self.market.first_quotes())

    async def close(self) -> None:
        """End what is under way and every stream."""
        for task in list(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
        await self.lines.close()

    # --- who is who -------------------------------------------------------------------------------

    def who(self, **fields: str) -> Person | None:
        """The account that credentials open, unless they were killed."""
        for person in self.people.values():
            if all(person.fields.get(name) == value for name, value in fields.items()):
                alive = self._killed.get(person.account, 0.0) <= asyncio.get_running_loop().time()
                return person if alive else None
        return None

    # --- requests ---------------------------------------------------------------------------------

    async def play(self, request: web.Request, on: On, account: str, work: Work,
                   tickets: Sequence[Ticket] = ()) -> web.Response:  # fmt: skip
        """Carry a request out, in the way that the script has it.

        `work` does it with a refusal or a first fill, where there is one, and gives the answer and what came of it.
        """
        mishap = self._mishaps.strike(on, account)
        if mishap is None:
            return self._done(*work(None, None))
        kind = mishap.mishap
        if kind is MishapType.LATE:
            self._delay(account, lambda: self._done(*work(None, None)), tickets, mishap.seconds)
            return self.dialect.failed(504)
        answer = None
        if self._carries(mishap, on, account, tickets):
            answer, outcomes = work(*_bent(mishap))
            self._tell_struck(account, outcomes, mishap)
        return await self._answered(request, account, mishap, answer)

    def carry_out(self, on: On, account: str, deed: Deed, tickets: Sequence[Ticket] = ()) -> Mishap | None:
        """Carry a message out whose protocol knows no answer to it but what the streams tell; what struck it, if anything."""
        mishap = self._mishaps.strike(on, account)
        if mishap is None:
            self.publish(deed(None, None))
        elif mishap.mishap is MishapType.LATE:
            self._delay(account, lambda: self.publish(deed(None, None)), tickets, mishap.seconds)
        elif self._carries(mishap, on, account, tickets):
            self._tell_struck(account, deed(*_bent(mishap)), mishap)
        if mishap is not None and mishap.mishap is MishapType.KILLED:
            self.kill(account, mishap.seconds)
        if mishap is not None and mishap.mishap is MishapType.DISCONNECT:
            self.disconnect(account)
        return mishap

    def _carries(self, mishap: Mishap, on: On, account: str, tickets: Sequence[Ticket]) -> bool:
        """Whether a request that was struck is carried out; a submission that is not has come all the same."""
        turned_away = {MishapType.THROTTLE, MishapType.KILLED}
        carried = mishap.mishap not in turned_away and (mishap.processed or mishap.mishap not in _BROKEN)
        if not carried and on is On.SUBMIT:
            self.venue.note(account, tickets)
        return carried

    def reading(self, caller: Callable[[web.Request], Person], work: Look) -> Handler:
        """A handler for a read by whoever calls; `work` gives the answer for the account."""

        async def handle(request: web.Request) -> web.Response:
            account = caller(request).account
            return await self.play(request, On.READ, account, lambda _refusal, _first: (work(request, account), ()))

        return handle

    def under_way(self, account: str, client_order_id: str) -> bool:
        """Whether a submission under this id is on its way to the book."""
        return (account, client_order_id) in self._under_way

    def _delay(self, account: str, done: Callable[[], object], tickets: Sequence[Ticket], seconds: float) -> None:
        names = {(account, ticket.client_order_id) for ticket in tickets}
        self._under_way |= names
        self.venue.note(account, tickets)

        def arrive() -> None:
            self._under_way -= names
            self._noted |= names
            done()

        self._after(seconds, arrive)

    def _tell_struck(self, account: str, outcomes: Sequence[Outcome], mishap: Mishap) -> None:
        kind = mishap.mishap
        if kind is MishapType.MUTE:
            for line in self.lines.of(account):
                line.mute(mishap.seconds)
        if mishap.silent or kind is MishapType.DISCONNECT:
            self.dialect.on_outcomes(outcomes)
        else:
            self.publish(outcomes, mishap)
        for outcome in outcomes:
            if isinstance(outcome, Placed) and kind is MishapType.PARTIAL:
                self._resume(outcome.order.broker_order_id, mishap.seconds)
            if isinstance(outcome, Placed) and kind is MishapType.REJECTED_LATER:
                self._end_later(outcome.order.broker_order_id, mishap)

    async def _answered(self, request: web.Request, account: str, mishap: Mishap,
                        answer: web.Response | None) -> web.Response:  # fmt: skip
        kind = mishap.mishap
        if kind is MishapType.THROTTLE:
            return self.dialect.throttled(mishap.seconds)
        if kind is MishapType.ERROR:
            return self.dialect.failed(mishap.status)
        if kind is MishapType.KILLED:
            self.kill(account, mishap.seconds)
            return self.dialect.unauthorized()
        if kind is MishapType.DISCONNECT:
            self.disconnect(account)
        if kind is MishapType.TIMEOUT:
            await asyncio.sleep(_HELD)
        if kind is MishapType.DISCONNECT or answer is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=400)
        return web.Response(body=b'{"broken', content_type="application/json") if kind is MishapType.GARBAGE else answer

    def _done(self, answer: web.Response, outcomes: Sequence[Outcome]) -> web.Response:
        self.publish(outcomes)
        return answer

    def publish(self, outcomes: Sequence[Outcome], mishap: Mishap | None = None) -> None:
        """Tell the streams what happened, in the way that a mishap has it."""
        self.dialect.on_outcomes(outcomes)
        told: dict[str, list[str | bytes]] = {}
        for outcome in outcomes:
            said = self.dialect.events(outcome)
            if said is not None:
                told.setdefault(said[0], []).extend(said[1])
        for account, frames in told.items():
            self.lines.tell(account, frames, ORDERS, mishap.mishap if mishap is not None else None)

    # --- by hand ----------------------------------------------------------------------------------

    def set_script(self, script: Script) -> None:
        """Play another script from its start."""
        self._mishaps = Mishaps(script)

    def submit(self, account: str, ticket: Ticket, refusal: Refusal | None = None,
               first_fill: Decimal | None = None) -> list[Outcome]:  # fmt: skip
        """Take one order."""
        name = (account, ticket.client_order_id)
        noted = name in self._noted
        self._noted.discard(name)
        return self.venue.submit(account, [ticket], Link.NONE, noted=noted, refusal=refusal, first_fill=first_fill)

    def fill(self, broker_order_id: str, quantity: Decimal | None = None, price: Decimal | None = None) -> None:
        """Fill a working order by hand: what is left of it where no quantity is said, at its limit or the last price."""
        order = self.order(broker_order_id)
        quote = self.venue.quotes[order.instrument]
        self.publish(self.venue.fill_by_hand(broker_order_id, quantity or order.leaves,
                                             price or order.limit_price or quote.last))  # fmt: skip

    def end(self, broker_order_id: str, status: OrderStatus, reason: str) -> None:
        """Reject, cancel or expire a working order by hand."""
        self.order(broker_order_id)
        self.publish(self.venue.end_by_hand(broker_order_id, status, reason))

    def quote(self, symbol: str, bid: Decimal, ask: Decimal, quantity: Decimal = Decimal(100_000)) -> None:
        """Move the market."""
        quote = self.market.quote(symbol, bid, ask, quantity)
        self.publish(self.venue.on_quotes([quote]))
        self.dialect.prices([quote.instrument])

    def walk(self) -> None:
        """Let every price take its next step."""
        moved = self.market.step(list(self.venue.quotes.values()))
        self.publish(self.venue.on_quotes(moved))
        self.dialect.prices([each.instrument for each in moved])

    def put_forward(self, by: timedelta) -> None:
        """Run the market clock ahead: what ends by then ends."""
        self.market.put_forward(by)
        self.publish(self.venue.on_clock())

    def kill(self, account: str, seconds: float) -> None:
        """Let credentials open nothing for a while, as when they were revoked or another login took over."""
        until = asyncio.get_running_loop().time() + seconds
        for name in [account] if account else list(self.people):
            self._killed[name] = until
        self.disconnect(account)

    def revive(self) -> None:
        """Let every credential open its account again."""
        self._killed.clear()

    def disconnect(self, account: str = "") -> None:
        """Break the streams of an account, or of all."""
        for line in self.lines.of(account):
            line.cut()

    def mute(self, seconds: float, account: str = "") -> None:
        """Keep the streams open and say nothing on them for a while."""
        for line in self.lines.of(account):
            line.mute(seconds)

    def order(self, broker_order_id: str) -> VenueOrder:
        """A working order; raises Missing, InvalidInput for one that is closed."""
        order = self.state.orders.get(broker_order_id)
        if order is None:
            raise Missing(f"there is no order {broker_order_id}")
        if not order.is_open:
            raise InvalidInput("order.closed", f"order {broker_order_id} is {order.status}")
        return order

    def books(self) -> dict[str, Any]:
        """Everything that arrived and what became of it, by account: figures are text."""
        return {name: self._book(name) for name in self.people}

    def _book(self, account: str) -> dict[str, Any]:
        held = self.state.accounts[account]
        orders = sorted(
            (each for each in self.state.orders.values() if each.account == account), key=lambda one: one.number
        )
        names = {each.client_order_id for each in orders} | {
            name for owner, name in self.state.seen if owner == account
        }
        return {
            "cash": {currency: str(amount) for currency, amount in held.cash.items()},
            "positions": {self.market.symbols[name]: str(each.quantity) for name, each in held.holdings.items()},
            "submissions": {name: self.state.submissions(account, name) for name in sorted(names) if name},
            "orders": [self._order_row(each) for each in orders],
        }

    def _order_row(self, order: VenueOrder) -> dict[str, str]:
        price = order.limit_price or order.stop_price or ZERO
        return {
            "id": order.broker_order_id, "client_order_id": order.client_order_id, "side": order.side,
            "symbol": self.market.symbols.get(order.instrument, order.instrument), "quantity": f"{order.quantity:f}",
            "filled": f"{order.filled:f}", "order_type": order.order_type, "price": f"{price:f}", "status": order.status,
            "reason": order.reason,
        }  # fmt: skip

    # --- later ------------------------------------------------------------------------------------

    def _resume(self, broker_order_id: str, seconds: float) -> None:
        self._after(seconds, lambda: self.publish(self.venue.resume(broker_order_id)))

    def _end_later(self, broker_order_id: str, mishap: Mishap) -> None:
        def end() -> None:
            if broker_order_id in self.state.orders and self.state.orders[broker_order_id].is_open:
                self.end(broker_order_id, OrderStatus.REJECTED, mishap.text)

        self._after(mishap.seconds, end)

    def _after(self, seconds: float, work: Callable[[], object]) -> None:
        async def later() -> None:
            await asyncio.sleep(seconds)
            work()

        task = asyncio.get_running_loop().create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)


_BROKEN = frozenset({MishapType.TIMEOUT, MishapType.ERROR, MishapType.DISCONNECT})


def _bent(mishap: Mishap) -> tuple[Refusal | None, Decimal | None]:
    """The refusal and the first fill that a mishap has."""
    refusal = Refusal(mishap.code or "fault", mishap.text) if mishap.mishap is MishapType.REJECT else None
    return refusal, mishap.fraction if mishap.mishap is MishapType.PARTIAL else None
