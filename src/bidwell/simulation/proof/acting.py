"""Carries out a schedule's acts against the desk, the venue and the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bidwell.engine import resolving
from bidwell.engine.intake import Receipt, Request
from bidwell.model import events as ev
from bidwell.model.errors import BidwellError, Conflict
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.simulation.proof import translation
from bidwell.simulation.proof.acts import Act, Planned
from bidwell.simulation.proof.stage import GROUPS, MENDED, TREND, Stage
from bidwell.simulation.proof.weather import Fault


class Actor:
    """Users, brokers' own hands and the machine's troubles."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._asked: list[Request] = []
        self.acknowledged: dict[str, Receipt] = {}
        self._does: dict[Act, Callable[[Random], Awaitable[None]]] = {
            Act.ENTER: self._enter, Act.ENTER_GROUP: self._enter_group, Act.BRACKET: self._bracket,
            Act.SIGNAL: self._signal, Act.SIGNAL_EXIT: self._signal_exit, Act.SIGNAL_TARGET: self._signal_target,
            Act.CLOSE: self._close, Act.CLOSE_ALL: self._close_all, Act.REPEAT: self._repeat,
            Act.CONFLICT: self._conflict, Act.BURST: self._burst, Act.CANCEL: self._cancel,
            Act.CANCEL_ALL: self._cancel_all, Act.REPLACE: self._replace, Act.RAISE: self._raise, Act.PRESS: self._press, Act.HALT: self._halt,
            Act.RELEASE: self._release, Act.REDEFINE: self._redefine, Act.CRASH: self._crash, Act.CUT: self._cut,
            Act.STEP_CLOCK: self._step_clock, Act.STALL_FEED: self._stall_feed, Act.RESTATE: self._restate,
            Act.LIE: self._lie, Act.BY_HAND: self._by_hand, Act.DEPOSIT: self._deposit, Act.LEAD: self._lead,
            Act.ENTER_MENDED: self._enter_mended, Act.HOLD: self._hold, Act.GUARD: self._guard,
            Act.RESOLVE: self._resolve,
        }  # fmt: skip

    async def perform(self, planned: Planned) -> None:
        """Wait for the act's time and do it."""
        stage = self._stage
        await asyncio.sleep(max(planned.at - asyncio.get_running_loop().time(), 0.0))
        stage.tell(f"ACT {planned.act}")
        stage.counts[f"act_{planned.act}"] += 1
        try:
            await self._does[planned.act](Random(planned.seed))  # noqa: S311 - a schedule must be repeatable
        except BidwellError as error:
            stage.counts["refused"] += 1
            stage.tell(f"{planned.act} refused: {error}")
        except Exception as error:  # noqa: BLE001 - a bug that this schedule found
            stage.judge.break_(0, f"{planned.act} raised {error!r}")

    # --- intents ----------------------------------------------------------------------------------

    async def _send(self, request: Request) -> None:
        stage, desk = self._stage, self._stage.desk
        if stage.down:
            return
        self._asked.append(request)
        receipt = await desk.receive(request)
        durable = stage.journal.intents.get(receipt.intent)
        stage.tell(f"acknowledged {receipt.intent} for {request.key}")
        if durable is None:
            stage.judge.break_(2, f"{receipt.intent} was acknowledged and is not durable")
        known = self.acknowledged.setdefault(request.key, receipt)
        if known.intent != receipt.intent:
            stage.judge.break_(2, f"{request.key} was answered with {known.intent} and {receipt.intent}")

    def _request(self, random: Random, source: Source, side: Side | None, sizing: Sizing, **more: Any) -> Request:  # noqa: ANN401 - the request's own fields
        stage = self._stage
        instrument = random.choice(stage.instruments).id
        return Request(
            f"key_{random.getrandbits(40):x}", source, instrument, side, sizing, more.pop("terms", Terms()),
            valid_for=timedelta(seconds=random.choice((2, 4))), **more,
        )  # fmt: skip

    def _terms(self, random: Random, side: Side) -> Terms:
        away = Decimal(random.randint(-40, 60)) / 100 * side.sign
        price = Decimal(100) + away
        return random.choice((
            Terms(), Terms(), Terms(OrderType.LIMIT, limit_price=price, time_in_force=TimeInForce.GTC),
            Terms(OrderType.LIMIT, limit_price=price, time_in_force=TimeInForce.DAY),
            Terms(OrderType.LIMIT, limit_price=price, time_in_force=TimeInForce.IOC),
            Terms(OrderType.LIMIT, limit_price=price, time_in_force=TimeInForce.GTD,
                  expires_at=self._stage.listing.now() + timedelta(seconds=2)),
            Terms(OrderType.STOP, stop_price=Decimal(100) + Decimal("0.2") * side.sign, time_in_force=TimeInForce.GTC),
        ))  # fmt: skip

    @staticmethod
    def _side(random: Random) -> Side:
        return random.choice((Side.BUY, Side.BUY, Side.SELL))

    async def _enter(self, random: Random) -> None:
        side = self._side(random)
        sizing = Sizing(SizingBy.QUANTITY, Decimal(random.randint(1, 14)))
        await self._send(self._request(random, Source.TICKET, side, sizing, account=random.choice(self._stage.accounts),
                                       terms=self._terms(random, side)))  # fmt: skip

    async def _enter_group(self, random: Random) -> None:
        side = self._side(random)
        sizing = random.choice((
            Sizing(SizingBy.QUANTITY, Decimal(random.randint(1, 25))), Sizing(SizingBy.NOTIONAL, Decimal(1500)),
            Sizing(SizingBy.PERCENT_OF_EQUITY, Decimal(1)),
        ))  # fmt: skip
        await self._send(self._request(random, Source.API, side, sizing, group=random.choice(GROUPS),
                                       terms=self._terms(random, side)))  # fmt: skip

    async def _lead(self, random: Random) -> None:
        """The account that others follow trades."""
        side = self._side(random)
        leader = self._stage.accounts[0]
        if random.random() < 0.25:
            sizing = Sizing(SizingBy.CLOSE, Decimal(random.choice((100, 50))))
            await self._send(self._request(random, Source.TICKET, None, sizing, account=leader))
            return
        sizing = Sizing(SizingBy.QUANTITY, Decimal(random.randint(1, 9)))
        await self._send(self._request(random, Source.TICKET, side, sizing, account=leader))

    async def _enter_mended(self, random: Random) -> None:
        side = self._side(random)
        sizing = Sizing(SizingBy.QUANTITY, Decimal(random.randint(1, 20)))
        await self._send(self._request(random, Source.API, side, sizing, group=MENDED, terms=self._terms(random, side)))

    async def _bracket(self, random: Random) -> None:
        side = self._side(random)
        near = Decimal(random.randint(20, 80)) / 100
        protection = random.choice((
            Protection(stop_price=100 - near * side.sign, take_profit_price=100 + near * side.sign),
            Protection(stop_price=100 - near * side.sign), Protection(take_profit_price=100 + near * side.sign),
        ))  # fmt: skip
        sizing = Sizing(SizingBy.QUANTITY, Decimal(random.randint(1, 14)))
        await self._send(self._request(random, Source.TICKET, side, sizing, account=random.choice(self._stage.accounts),
                                       protection=protection))  # fmt: skip

    async def _guard(self, random: Random) -> None:
        """An entry with exits near the price, some of which fill in parts."""
        side = self._side(random)
        near, far = (Decimal(random.randint(5, 70)) / 100 for _ in range(2))
        stop = random.choice(({"stop_price": 100 - near * side.sign}, {"trail_amount": near}))
        target = random.choice(
            ({"take_profit_price": 100 + far * side.sign}, {"take_profit_price": 100 + far * side.sign}, {})
        )
        price = Decimal(100) + Decimal(random.randint(-5, 20)) / 100 * side.sign
        terms = random.choice((Terms(), Terms(OrderType.LIMIT, limit_price=price, time_in_force=TimeInForce.GTC)))
        sizing = Sizing(SizingBy.QUANTITY, Decimal(random.randint(2, 11)))
        account = random.choice(self._stage.accounts)
        exits = Protection(**stop, **target)
        first = self._request(random, Source.TICKET, side, sizing, account=account, terms=terms, protection=exits)
        await self._send(first)
        if random.random() < 0.3:
            await asyncio.sleep(random.uniform(0.1, 0.9))
            again = self._request(random, Source.TICKET, None, Sizing(SizingBy.CLOSE, Decimal(random.choice((100, 50)))),
                                  account=account, protection=exits, protects=True)  # fmt: skip
            await self._send(replace(again, instrument=first.instrument))

    async def _hold(self, random: Random) -> None:
        """Orders that some brokers lack: stops, trailing ones, and ends of validity."""
        side = self._side(random)
        at = Decimal(100) + Decimal(random.randint(5, 40)) / 100 * side.sign
        terms = random.choice((
            Terms(OrderType.STOP, stop_price=at, time_in_force=TimeInForce.GTC),
            Terms(OrderType.STOP_LIMIT, stop_price=at, limit_price=at + Decimal("0.1") * side.sign),
            Terms(OrderType.TRAILING_STOP, trail_amount=abs(at - 100), time_in_force=TimeInForce.GTC),
            Terms(OrderType.LIMIT, limit_price=Decimal(100) - Decimal("0.2") * side.sign, time_in_force=TimeInForce.GTD,
                  expires_at=self._stage.listing.now() + timedelta(seconds=random.choice((1, 3)))),
        ))  # fmt: skip
        sizing = Sizing(SizingBy.QUANTITY, Decimal(random.randint(1, 9)))
        await self._send(self._request(random, Source.TICKET, side, sizing, account=random.choice(self._stage.accounts),
                                       terms=terms))  # fmt: skip

    async def _signal(self, random: Random) -> None:
        side = self._side(random)
        sizing = Sizing(SizingBy.QUANTITY, Decimal(random.randint(1, 20)))
        await self._send(self._request(random, Source.ALERT, side, sizing, group=GROUPS[0], strategy=TREND,
                                       terms=self._terms(random, side)))  # fmt: skip

    async def _signal_exit(self, random: Random) -> None:
        sizing = Sizing(SizingBy.CLOSE, Decimal(random.choice((100, 100, 50))))
        await self._send(self._request(random, Source.ALERT, None, sizing, group=GROUPS[0], strategy=TREND))

    async def _signal_target(self, random: Random) -> None:
        sizing = Sizing(SizingBy.TARGET, Decimal(random.randint(-10, 10)))
        await self._send(self._request(random, Source.ALERT, None, sizing, group=GROUPS[0], strategy=TREND))

    async def _close(self, random: Random) -> None:
        sizing = Sizing(SizingBy.CLOSE, Decimal(random.choice((100, 40))))
        await self._send(
            self._request(random, Source.TICKET, None, sizing, account=random.choice(self._stage.accounts))
        )

    async def _close_all(self, random: Random) -> None:
        sizing = Sizing(SizingBy.CLOSE, Decimal(100))
        await self._send(self._request(random, Source.TICKET, None, sizing, group=GROUPS[1], close_all=True))

    async def _repeat(self, random: Random) -> None:
        if self._asked:
            await self._send(random.choice(self._asked[-4:]))

    async def _conflict(self, random: Random) -> None:
        if not self._asked:
            return
        request = random.choice(self._asked)
        other = replace(request, sizing=replace(request.sizing, value=Decimal("7.5")))
        if other == request:
            return
        known = request.key in self.acknowledged and not self._stage.down
        try:
            await self._send(other)
        except Conflict:
            return
        except BidwellError:
            known = False
        if known:
            self._stage.judge.break_(2, f"{request.key} was taken with two bodies")

    async def _burst(self, random: Random) -> None:
        """Many alerts at one instant against one limit."""
        seeds = [random.getrandbits(32) for _ in range(random.randint(3, 8))]
        account = random.choice(self._stage.accounts)
        side = self._side(random)
        requests = [self._request(Random(seed), Source.API, side, Sizing(SizingBy.QUANTITY, Decimal(1 + seed % 9)),  # noqa: S311
                                  account=account) for seed in seeds]  # fmt: skip
        for result in await asyncio.gather(*(self._send(one) for one in requests), return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(result, BidwellError):
                raise result

    async def _resolve(self, _random: Random) -> None:
        await self.resolve()

    async def resolve(self) -> None:
        """A person looks at the brokers' own screens and says of every order in doubt which it is, or that it is none."""
        stage = self._stage
        for account in stage.nameless:
            for one in [] if stage.down else resolving.doubtful(stage.desk, account):
                await self._resolve_one(account, one.order.client_order_id)

    async def _resolve_one(self, account: AccountId, name: ClientOrderId) -> None:
        stage, desk = self._stage, self._stage.desk
        theirs = stage.venue.state.find(account, name)
        travels = any(line.under_way for line in stage.lines)
        if theirs is None and travels:
            # It may arrive yet: nobody could know that it never will.
            return
        try:
            if theirs is not None:
                await resolving.identify(
                    desk, name, BrokerOrderId(theirs.broker_order_id), actor="trader", reason="seen"
                )
            else:
                await resolving.confirm_dead(desk, name, actor="trader", reason="not there")
        except BidwellError as error:
            stage.tell(f"{name} is not resolved: {error}")
        else:
            stage.counts["identified" if theirs is not None else "never_there"] += 1

    # --- changes ----------------------------------------------------------------------------------

    def _some_order(self, random: Random, *, working: bool = False) -> ClientOrderId | None:
        stage = self._stage
        able = [order.client_order_id for order in stage.desk.state.all_open_orders()
                if not working or order.status in {OrderStatus.WORKING, OrderStatus.HELD}]  # fmt: skip
        return random.choice(able) if able and not stage.down else None

    async def _cancel(self, random: Random) -> None:
        name = self._some_order(random)
        if name is not None:
            await self._stage.desk.cancel(name, "trader")

    async def _cancel_all(self, random: Random) -> None:
        if not self._stage.down:
            await self._stage.desk.cancel_all(random.choice([None, *self._stage.accounts]), actor="trader")

    async def _replace(self, random: Random) -> None:
        name = self._some_order(random, working=True)
        if name is None:
            return
        order = self._stage.desk.state.orders[name]
        quantity = Decimal(random.randint(1, 20)) if not order.leg else None
        terms = None
        if order.terms.limit_price is not None and random.random() < 0.5:
            terms = replace(order.terms, limit_price=Decimal(100) + Decimal(random.randint(-50, 50)) / 100)
        await self._stage.desk.replace(name, quantity, terms, "trader")

    async def _raise(self, random: Random) -> None:
        """An order is made larger, and others try at once for what room is left beside it."""
        name = self._some_order(random, working=True)
        desk = self._stage.desk
        if name is None or desk.state.orders[name].leg:
            return
        order = desk.state.orders[name]
        await desk.replace(name, order.quantity + random.randint(2, 12), None, "trader")
        for _ in range(3):
            request = self._request(random, Source.API, order.side, Sizing(SizingBy.QUANTITY, Decimal(4)),
                                    account=order.account)  # fmt: skip
            await self._send(replace(request, instrument=order.instrument))

    async def _press(self, random: Random) -> None:
        """An order takes most of the room under the limit, and later others ask for the same room."""
        side, account = self._side(random), random.choice(self._stage.accounts)
        far = Terms(
            OrderType.LIMIT, limit_price=Decimal(100) - Decimal(5) * side.sign, time_in_force=TimeInForce.GTC
        )  # fmt: skip
        first = self._request(
            random, Source.API, side, Sizing(SizingBy.QUANTITY, Decimal(self._stage.plan.max_position - 2)),
            account=account, terms=far,
        )  # fmt: skip
        await self._send(first)
        await asyncio.sleep(random.uniform(0.5, 2.4))
        for _ in range(3):
            request = self._request(
                random, Source.API, side, Sizing(SizingBy.QUANTITY, Decimal(4)), account=account, terms=far
            )
            await self._send(replace(request, instrument=first.instrument))

    def _scope(self, random: Random) -> Scope:
        return random.choice((
            Scope(ScopeType.WORKSPACE), Scope(ScopeType.ACCOUNT, random.choice(self._stage.accounts)),
            Scope(ScopeType.GROUP, GROUPS[0]), Scope(ScopeType.STRATEGY, TREND),
        ))  # fmt: skip

    async def _halt(self, random: Random) -> None:
        scope = self._scope(random)
        state = random.choice((TradingState.HALTED, TradingState.REDUCE_ONLY))
        if self._stage.down:
            return
        await self._stage.desk.set_trading_state(scope, state, "proof", "owner", cancel_working=random.random() < 0.7)
        self._stage.judge.halts[scope] = state

    async def _release(self, random: Random) -> None:
        if self._stage.down or not self._stage.judge.halts:
            return
        scope = random.choice(list(self._stage.judge.halts))
        # From the moment it is asked for, either state is right.
        del self._stage.judge.halts[scope]
        await self._stage.desk.set_trading_state(scope, TradingState.ACTIVE, "proof", "owner")

    async def _redefine(self, random: Random) -> None:
        """A group or the strategy changes while its intents are under way."""
        stage = self._stage
        if stage.down:
            return
        now = stage.clock.now()
        event = random.choice((
            ev.GroupDefined(now, stage.group(0, fewer=1)), ev.StrategyDefined(now, stage.strategy(enabled=False)),
            ev.StrategyRemoved(now, TREND), ev.GroupRemoved(now, GROUPS[1]),
        ))  # fmt: skip
        await stage.desk.define(event)
        await asyncio.sleep(random.uniform(0.05, 0.5))
        if not stage.down:
            for number in range(len(GROUPS)):
                await stage.desk.define(ev.GroupDefined(stage.clock.now(), stage.group(number)))
            await stage.desk.define(ev.StrategyDefined(stage.clock.now(), stage.strategy()))

    # --- troubles ---------------------------------------------------------------------------------

    async def _crash(self, _random: Random) -> None:
        self._stage.weather.note(Fault.CRASH_AFTER, "any moment")
        self._stage.crash()

    async def _cut(self, random: Random) -> None:
        line = self._stage.exchange.lines.get(random.choice(self._stage.accounts))
        if line is not None:
            self._stage.weather.note(Fault.DISCONNECT, "any moment")
            line.cut("cut")

    async def _step_clock(self, random: Random) -> None:
        self._stage.judge.steps = True
        self._stage.weather.note(Fault.CLOCK_STEP, "any moment")
        self._stage.clock.step(random.choice((-3600.0, -30.0, -2.0, 1.0, 30.0, 3600.0)))

    async def _stall_feed(self, random: Random) -> None:
        self._stage.weather.note(Fault.FEED_STALLED, "any moment")
        self._stage.stalled_until = asyncio.get_running_loop().time() + random.uniform(2.0, 4.0)

    async def _deposit(self, random: Random) -> None:
        account = random.choice(self._stage.accounts)
        amount = Decimal(random.choice((-500, 1000, 25)))
        self._stage.exchange.publish(self._stage.venue.move_cash(account, "USD", amount))

    def _some_venue_order(self, random: Random, *, filled: bool) -> VenueOrder | None:
        orders = self._stage.venue.state.orders.values()
        able = [one for one in orders if one.client_order_id and (one.fills if filled else one.is_open)]
        return random.choice(able) if able else None

    async def _restate(self, random: Random) -> None:
        """The venue corrects the price of an execution and says so under the same execution id."""
        stage, order = self._stage, self._some_venue_order(random, filled=True)
        if order is None:
            return
        stage.weather.note(Fault.RESTATED, "fill")
        old, change = order.fills[-1], Decimal(random.choice((-5, 5))) / 100
        order.fills[-1] = type(old)(
            old.execution_id, old.quantity, old.price + change, old.fee, old.fee_currency, old.at
        )
        paid = -change * old.quantity * order.side.sign
        stage.exchange.publish(stage.venue.move_cash(order.account, "USD", paid))
        fill = translation.fill_of(order, order.fills[-1], stage.clock.now())
        stage.exchange.lines[order.account].hear([ev.OrderFilled(stage.clock.now(), fill.client_order_id, fill)])

    async def _lie(self, random: Random) -> None:
        """The broker says canceled, and the order goes on working and may fill."""
        stage, order = self._stage, self._some_venue_order(random, filled=False)
        if order is None:
            return
        stage.weather.note(Fault.CANCELED_THOUGH_FILLED, "order")
        stage.judge.tainted.add(order.account)
        stage.exchange.lines[order.account].hear([ev.OrderCanceled(
            stage.clock.now(), translation.name_of(order), "a lie", order.filled)])  # fmt: skip

    async def _by_hand(self, random: Random) -> None:
        """Somebody trades or cancels at the broker's own screen."""
        stage = self._stage
        stage.weather.note(Fault.MANUAL_ORDER, "account")
        account = random.choice(stage.accounts)
        ours = self._some_venue_order(random, filled=False)
        if ours is not None and random.random() < 0.3:
            stage.exchange.publish(stage.venue.cancel(ours.account, ours.client_order_id))
            return
        stage.judge.tainted.add(account)
        side = random.choice(tuple(Side))
        limit = random.choice((None, Decimal("99.5"), Decimal("100.4")))
        ticket = Ticket(
            random.choice(stage.instruments).id, side, Decimal(random.randint(1, 9)),
            OrderType.MARKET if limit is None else OrderType.LIMIT, TimeInForce.GTC, limit_price=limit,
        )  # fmt: skip
        stage.exchange.publish(stage.venue.submit(account, [ticket]))
