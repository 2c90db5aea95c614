# ruff: noqa: ANN401 - what is changed is checked by the classes that take it
"""A desk over the simulated venue in virtual time, with faults on command: what the engine's tests stand on."""

from __future__ import annotations

import asyncio
import functools
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, ParamSpec

from bidwell.engine.desk import Desk, World
from bidwell.engine.intake import Receipt, Request
from bidwell.engine.market import Market
from bidwell.engine.memory_archive import MemoryArchive
from bidwell.engine.ports import Capabilities, DedupeScope
from bidwell.engine.retirement import KEEPING, Retention
from bidwell.model import events as ev
from bidwell.model.account import Account, Group, Member, OnFailure, Policy, Strategy
from bidwell.model.ids import AccountId, ClientOrderId, GroupId, StrategyId, WorkspaceId
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.risk.gate import Gate
from bidwell.simulation.orders import AccountSpec
from bidwell.simulation.proof import nouns
from bidwell.simulation.proof.broker import Exchange, ProofBroker
from bidwell.simulation.proof.journal import ProofJournal
from bidwell.simulation.proof.loop import run_virtually
from bidwell.simulation.proof.weather import Fault, Weather
from bidwell.simulation.state import VenueState
from bidwell.simulation.venue import Venue

P = ParamSpec("P")
AAA = nouns.share("AAA")
BBB = nouns.share("BBB")
TREND = StrategyId("str_trend")
ALL = GroupId("grp_all")
MARKET = Terms()


def virtually(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on a virtual loop, where waiting takes no time."""

    @functools.wraps(test)
    def run(*given: P.args, **named: P.kwargs) -> None:
        run_virtually(test(*given, **named))

    return run


def limit(price: str, time_in_force: TimeInForce = TimeInForce.GTC) -> Terms:
    return Terms(OrderType.LIMIT, limit_price=Decimal(price), time_in_force=time_in_force)


class Script(Weather):
    """Weather on command: `at[stage]` holds the faults that the next messages of a stage meet (None: none)."""

    def __init__(self) -> None:
        super().__init__(Random(0), frozenset(Fault), 1.0)
        self.at: dict[str, deque[Fault | None]] = {}

    def plan(self, stage: str, *faults: Fault | None) -> None:
        self.at.setdefault(stage, deque()).extend(faults)

    def strike(self, among: tuple[Fault, ...], stage: str) -> Fault | None:
        waiting = self.at.get(stage)
        if not waiting:
            return None
        fault = waiting.popleft()
        assert fault is None or fault in among
        return fault


class Journal(ProofJournal):
    """A journal that asks the script at every append, whatever is in it, under the stage `journal`."""

    def __init__(self, weather: Script) -> None:
        super().__init__(weather, Random(0))
        self._script = weather

    async def append(self, entries: Any) -> None:
        waiting = self._script.at.pop("journal", None)
        if waiting:
            kinds = {entry.kind for entry in entries}
            fault = waiting.popleft()
            self._script.plan(entries[-1].kind, fault)
            self._random.random = lambda: 0.0  # type: ignore[method-assign]
            assert kinds
        if waiting:
            self._script.at["journal"] = waiting
        await super().append(entries)


@dataclass
class Bench:
    """The desk and all that is around it."""

    scope: DedupeScope = DedupeScope.FOREVER
    quarantine: float = 2.0
    timeout: float = 0.4
    weather: Script = field(default_factory=Script)
    alarms: list[str] = field(default_factory=list)
    heard: list[ev.Event] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    leading: bool = True
    archive: MemoryArchive | None = None
    retention: Retention = KEEPING

    def __post_init__(self) -> None:
        self.clock = nouns.ProofClock()
        self.listing = nouns.ProofListing([AAA, BBB])
        self.venue = Venue(VenueState(), self.listing, self.clock)
        self.exchange = Exchange(self.venue, self.clock)
        self.journal = Journal(self.weather)
        self.journal.crash = self.crash
        self.lives = 0
        self.desk = self.build()
        self.prices = {AAA.id: Decimal(100), BBB.id: Decimal(50)}

    def able(self) -> Capabilities:
        return replace(nouns.able(self.scope, self.quarantine, self.timeout), **self.changes)

    def build(self) -> Desk:
        self.lives += 1
        calendars = nouns.OpenCalendars()
        desk = Desk(World(self.journal, Market(calendars), Gate(), self.clock, nouns.SeededEntropy(Random(self.lives)),
                          calendars, self.connect, self.alarm, lambda error: self.alarms.append(f"fenced {error}"),
                          timedelta(seconds=1), lambda: self.leading, self.archive, self.retention))  # fmt: skip
        desk.subscribe(lambda events: self.heard.extend(event for _, event in events))
        return desk

    def connect(self, account: Account) -> ProofBroker | None:
        if account.broker != "proof":
            return None
        return ProofBroker(account, self.exchange, self.able(), self.weather, Random(3))

    def alarm(self, what: str, facts: dict[str, object]) -> None:
        self.alarms.append(what)
        assert facts

    # --- set up -----------------------------------------------------------------------------------

    async def open(self, accounts: int = 1, *, limits: Limits | None = None, policy: Policy = Policy.EQUAL,
                   on_failure: OnFailure = OnFailure.CONTINUE, cash: int = 100_000) -> Bench:  # fmt: skip
        names = [AccountId(f"acc_{number}") for number in range(accounts)]
        for name in names:
            self.venue.open_account(AccountSpec(name, "USD", Decimal(cash), Decimal(4)))
        await self.desk.start()
        now = self.clock.now()
        await self.desk.define(ev.WorkspaceNamed(now, WorkspaceId("wks"), "Test", "USD"))
        for one in (AAA, BBB):
            await self.desk.define(ev.InstrumentListed(now, one))
        base = limits or Limits(max_open_orders=100)
        await self.desk.define(ev.LimitsSet(now, Scope(ScopeType.WORKSPACE), base))
        for name in names:
            account = Account(name, name, "proof", name, "USD", leverage=Decimal(4))
            await self.desk.define(ev.AccountDefined(now, account))
        members = tuple(Member(name) for name in names)
        await self.desk.define(ev.GroupDefined(now, Group(ALL, "All", policy, members, on_failure)))
        await self.desk.define(ev.StrategyDefined(now, Strategy(TREND, "Trend", group=ALL, valid_seconds=4)))
        await self.until(lambda: all(map(self.desk.reconciled, names)))
        self.quote()
        await self.settle(0.01)
        return self

    def quote(self, price: str | None = None, size: int = 1000, instrument: Any = AAA) -> None:
        if price is not None:
            self.prices[instrument.id] = Decimal(price)
        quotes = [nouns.quote(name, at, size, self.listing.now(), self.clock.now()) for name, at in self.prices.items()]
        self.exchange.publish(self.venue.on_quotes(quotes))
        self.desk.on_quotes(quotes)

    def quote_at(self, price: str, **times: Any) -> Any:
        """A quote as the feed would tell it at another time."""
        told = nouns.quote(AAA.id, Decimal(price), 1000, self.listing.now(), self.clock.now())
        return replace(told, **times)

    @property
    def line(self) -> ProofBroker:
        return self.exchange.lines["acc_0"]

    async def lose(self, account: str = "acc_0") -> None:
        """The account's connection breaks and does not come back."""
        line = self.exchange.lines[account]
        line.cut("gone")
        await asyncio.sleep(0.01)
        line.kill()

    # --- asking -----------------------------------------------------------------------------------

    def request(self, key: str, side: Side | None = Side.BUY, quantity: str = "10", **more: Any) -> Request:
        by = more.pop("by", SizingBy.QUANTITY)
        if "group" not in more and "account" not in more:
            more["account"] = AccountId("acc_0")
        more.setdefault("terms", MARKET)
        more.setdefault("source", Source.TICKET)
        return Request(key=key, instrument=more.pop("instrument", AAA.id), side=side,
                       sizing=Sizing(by, Decimal(quantity)), **more)  # fmt: skip

    async def send(self, key: str, side: Side | None = Side.BUY, quantity: str = "10", **more: Any) -> Receipt:
        return await self.desk.receive(self.request(key, side, quantity, **more))

    async def settle(self, seconds: float = 0.2) -> None:
        await asyncio.sleep(seconds)

    async def until(self, met: Callable[[], bool], longest: float = 30.0) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + longest
        while not met():
            assert loop.time() < end, "it never came"
            await asyncio.sleep(0.01)

    def orders(self, receipt: Receipt) -> list[Order]:
        state = self.desk.state
        return [state.orders[name] for name in state.intents[receipt.intent].orders]

    def order(self, receipt: Receipt) -> Order:
        (only,) = self.orders(receipt)
        return only

    def denial(self, order: Order) -> ev.Check:
        found = self.desk.state.traces[order.client_order_id].denial
        assert found is not None
        return found

    def position(self, account: str = "acc_0", instrument: Any = AAA) -> Decimal:
        return self.desk.state.portfolios[AccountId(account)].position(instrument.id).quantity

    def truth(self, account: str = "acc_0", instrument: Any = AAA) -> Decimal:
        holding = self.venue.state.accounts[account].holdings.get(instrument.id)
        return holding.quantity if holding is not None else Decimal(0)

    def live(self, account: str = "acc_0") -> list[str]:
        return [order.client_order_id for order in self.venue.state.open_orders(account)]

    # --- lives ------------------------------------------------------------------------------------

    def crash(self) -> None:
        self.desk.abandon()
        for line in self.exchange.lines.values():
            line.kill()

    async def restart(self) -> None:
        self.crash()
        self.desk = self.build()
        await self.desk.start()
        await self.until(lambda: all(session.reconciled for session in self.desk.sessions.values()))
        self.quote()


async def opened(accounts: int = 1, **more: Any) -> Bench:
    """A bench with its workspace set up; `scope`, `quarantine`, `timeout` and capabilities in `changes` shape it."""
    names = ("scope", "quarantine", "timeout", "changes", "archive", "retention")
    shape = {name: more.pop(name) for name in names if name in more}
    return await Bench(**shape).open(accounts, **more)


def name(text: str) -> ClientOrderId:
    return ClientOrderId(text)


def gather(*work: Awaitable[Any]) -> Awaitable[list[Any]]:
    return asyncio.gather(*work, return_exceptions=True)
