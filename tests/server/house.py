"""A whole desk in the tests' hands: paper venue, engine, database and server, two workspaces, every role."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx2
from starlette.types import ASGIApp

from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.research import READER, WORKER
from bidwell.app.rulebooks import RulebookFolder
from bidwell.app.strategy_runs import WORKER as RUNNER
from bidwell.brokers.paper import PaperAdmin, PaperBroker, PaperConfig
from bidwell.brokers.paper.broker.feed import PaperFeed
from bidwell.brokers.paper.broker.venue import PaperVenue
from bidwell.engine.desk import Desk, World
from bidwell.engine.market import Market
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.engine.ports import Broker, Entry
from bidwell.jobs.backtests.queue import BacktestQueue
from bidwell.jobs.backtests.reading import SourceReader
from bidwell.jobs.backtests.results import Results
from bidwell.jobs.live.running import Surroundings
from bidwell.jobs.live.supervisor import StrategyRuns
from bidwell.model.account import Account, Group, Member, OnFailure, Policy, Strategy
from bidwell.model.events import (
    AccountDefined,
    CashAdjusted,
    Event,
    GroupDefined,
    InstrumentListed,
    LimitsSet,
    StrategyDefined,
    WorkspaceNamed,
)
from bidwell.model.ids import AccountId, GroupId, InstrumentId, StrategyId, WorkspaceId
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.model.role import Role
from bidwell.risk.gate import Gate
from bidwell.server.alerts import tokens
from bidwell.server.app import create_alert_app, create_app
from bidwell.server.context import ServerContext, ServerSettings
from bidwell.server.ports import AlertRecord
from bidwell.server.research import Research
from bidwell.simulation.orders import AccountSpec
from bidwell.simulation.scripted import ScriptedMarket, coin, share
from bidwell.simulation.server import VenueServer
from bidwell.storage.alert_log import AlertLog
from bidwell.storage.archive import PostgresArchive
from bidwell.storage.identity.store import IdentityStore
from bidwell.storage.pool import Pool
from bidwell.storage.research.backtest_runs import BacktestRun, BacktestRuns, Status
from bidwell.storage.research.strategy_files import StrategyFiles
from bidwell.storage.research.strategy_runs import StrategyRunRows

MAIN, OTHER = WorkspaceId("main"), WorkspaceId("other")
ACME, COIN = InstrumentId("ACME.TEST"), InstrumentId("BTC.TEST")
PASSWORD = "correct horse battery staple"
ORIGIN = "http://localhost:8600"
TOKEN = {MAIN: "bwt_main_token_0123456789abcdef", OTHER: "bwt_other_token_0123456789abcdef"}
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OF_ITS_OWN = frozenset({"SessionOpened", "EquityMarked", "AccountReconciled"})
"""What a desk notes by itself, whenever its clock or a broker gives it cause to."""
_numbers = itertools.count(1)


class SteppedClock:
    """The wall clock, which a test can put forward."""

    def __init__(self) -> None:
        self._wall = WallClock()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return self._wall.now() + self.ahead


class Speed:
    """A replay's speed."""

    def __init__(self) -> None:
        self.speed = Decimal(1)

    async def set_speed(self, speed: Decimal) -> Decimal:
        self.speed = speed
        return speed


class PaperAccounts:
    def __init__(self, admin: PaperAdmin) -> None:
        self._admin = admin

    async def open_account(self, account: Account, cash: Decimal) -> None:
        await self._admin.open_account(account.broker_account, account.currency, cash)


class CrashlessJournal(MemoryJournal):
    """A journal in memory that can be taken away and given back."""

    def __init__(self) -> None:
        super().__init__()
        self.away: Exception | None = None

    async def append(self, entries: Sequence[Entry]) -> None:
        if self.away is not None:
            raise self.away
        await super().append(entries)


@dataclass
class Person:
    """Somebody with a browser: a client that keeps its cookie and knows its CSRF token."""

    client: httpx2.AsyncClient
    email: str
    csrf: str = ""

    async def sign_in(self, password: str = PASSWORD) -> httpx2.Response:
        answer = await self.client.post("/api/v1/session", json={"email": self.email, "password": password})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    async def ask(
        self, method: str, path: str, *, json: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        return await self.client.request(
            method, path, json=json, headers={"X-CSRF-Token": self.csrf, **(headers or {})}
        )

    async def get(self, path: str) -> httpx2.Response:
        return await self.ask("GET", path)

    async def post(
        self, path: str, *, json: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        return await self.ask("POST", path, json=json, headers=headers)


@dataclass
class House:
    """Everything behind and before one server."""

    context: ServerContext
    app: ASGIApp
    alert_app: ASGIApp
    market: ScriptedMarket
    admin: PaperAdmin
    clock: SteppedClock
    journals: dict[WorkspaceId, CrashlessJournal]
    strategy_runs: StrategyRunRows
    people: dict[tuple[WorkspaceId, Role], Person] = field(default_factory=dict)
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return self.context.desks[MAIN]

    def client(self, address: str = "127.0.0.1", app: ASGIApp | None = None, **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=app or self.app, client=(address, 50_000), raise_app_exceptions=False)
        made = httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)
        self.clients.append(made)
        return made

    async def member(self, workspace: WorkspaceId, role: Role) -> Person:
        """A person with that role, signed in."""
        known = self.people.get((workspace, role))
        if known is not None:
            return known
        email = f"{role}@{workspace}.test"
        links, now = self.context.identity.setup_links, self.clock.now()
        await links.redeem(await links.create(workspace, role, now), email, f"{role} of {workspace}", PASSWORD, now)
        person = Person(self.client(), email)
        answer = await person.sign_in()
        assert answer.status_code == 200, answer.text
        self.people[workspace, role] = person
        return person

    async def quote(self, bid: str, ask: str, instrument: InstrumentId = ACME) -> None:
        """Say a price and wait until the desks have it."""
        at = self.market.now() + timedelta(seconds=1)
        self.market.push([self.market.quote(instrument, bid, ask, at=at)])
        await until(lambda: all(self._heard(desk, instrument, at) for desk in self.context.desks.values()))

    def _heard(self, desk: Desk, instrument: InstrumentId, at: datetime) -> bool:
        known = desk.market.quotes.get(instrument)
        return known is not None and known.occurred_at >= at

    def alert(self, **fields: str) -> dict[str, str]:
        """An alert's body, unique unless it says otherwise."""
        body = {"token": TOKEN[MAIN], "action": "buy", "symbol": "ACME", "quantity": "10", "id": f"a{next(_numbers)}"}
        return {name: value for name, value in {**body, **fields}.items() if value != ""}

    def intents(self) -> int:
        return len(self.desk.state.intents)

    def noted(self) -> int:
        """How many entries the journals hold because somebody asked for something."""
        entries = (entry for journal in self.journals.values() for entry in journal.entries)
        return sum(entry.kind not in OF_ITS_OWN for entry in entries)


async def until(fact: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for a fact, and fail when it does not come about."""
    async with asyncio.timeout(seconds):
        while not fact():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def house(folder: Path, pool: Pool) -> AsyncIterator[House]:
    """Build everything, and tear it down."""
    market = ScriptedMarket(START, [share("ACME"), coin("BTC")])
    specs = [AccountSpec(f"{workspace}-{name}", "USD", Decimal(100_000)) for workspace in (MAIN, OTHER)
             for name in ("plain", "second", "tight")]  # fmt: skip
    server = VenueServer(folder, market, WallClock(), specs)
    task = asyncio.create_task(server.run())
    await server.ready.wait()
    config = PaperConfig(port=server.port, token=server.token)
    clock, entropy = SteppedClock(), SystemEntropy()
    journals = {MAIN: CrashlessJournal(), OTHER: CrashlessJournal()}
    desks = {name: await _desk(name, journal, PostgresArchive(pool, name), config, clock, market)
             for name, journal in journals.items()}  # fmt: skip
    feeds = [PaperFeed(config, clock, entropy, "Scripted") for _ in desks]
    feeding = [asyncio.create_task(feed.connect(desk)) for feed, desk in zip(feeds, desks.values(), strict=True)]
    admin, history = PaperAdmin(config, entropy), PaperVenue(config, entropy)
    await admin.connect()
    await history.connect()
    identity = IdentityStore(pool)
    for name in desks:
        await identity.users.ensure_workspace(name, f"{name} desk", "USD", clock.now())
    queue, reader, research = await _research(folder, pool, clock)
    at_work = {
        name: StrategyRuns(Surroundings(name, desk, journals[name], history, StrategyRunRows(pool), clock), entropy,
                           RUNNER, folder / "strategy_runs")
        for name, desk in desks.items()
    }  # fmt: skip
    wanted = ServerSettings(version="1", signing_key=b"k" * 32, requests_per_s=100_000, burst=100_000)
    context = ServerContext(desks=desks, journals=journals, identity=identity, alerts=AlertLog(pool, AlertRecord),
                            history=history, clock=clock, entropy=entropy, settings=wanted, speeds={MAIN: Speed()},
                            paper=PaperAccounts(admin), research=research, strategy_runs=at_work,
                            rulebooks=RulebookFolder(folder / "rulebooks"))  # fmt: skip
    built = House(
        context, create_app(context), create_alert_app(context), market, admin, clock, journals, StrategyRunRows(pool)
    )
    try:
        await built.quote("99.99", "100.01")
        await built.quote("50000", "50010", COIN)
        await until(lambda: all(desk.ready()["accounts"][0] for desk in desks.values()))
        yield built
    finally:
        await queue.close()
        await reader.close()
        for runs_of_one in at_work.values():
            await runs_of_one.close()
        for client in built.clients:
            await client.aclose()
        for desk in desks.values():
            await desk.stop()
        for feed in feeds:
            await feed.close()
        for one in feeding:
            one.cancel()
        await asyncio.gather(*feeding, return_exceptions=True)
        await admin.close()
        await history.close()
        server.stop()
        await task


async def _research(folder: Path, pool: Pool, clock: SteppedClock) -> tuple[BacktestQueue, SourceReader, Research]:
    """Strategy files, runs in workers and what they left, and the two that are to be closed."""
    runs, kept, catalog = BacktestRuns(pool), folder / "backtests", folder / "catalog"
    queue = BacktestQueue(runs, kept, catalog, WORKER, clock, SystemEntropy())
    await queue.start((MAIN, OTHER))
    reader = SourceReader(READER)
    return queue, reader, Research(StrategyFiles(pool), runs, queue, Results(kept, catalog), reader)


async def _desk(name: WorkspaceId, journal: CrashlessJournal, archive: PostgresArchive, config: PaperConfig,
                clock: SteppedClock, calendars: ScriptedMarket) -> Desk:  # fmt: skip
    entropy = SystemEntropy()

    def connect(account: Account) -> Broker | None:
        return PaperBroker(config, account, clock, entropy)

    desk = Desk(World(journal, Market(calendars), Gate(), clock, entropy, calendars, connect,
                      lambda _what, _facts: None, lambda _error: None, archive=archive))  # fmt: skip
    await desk.start()
    for event in _furniture(name, clock.now()):
        await desk.define(event)
    return desk


def _furniture(name: WorkspaceId, now: datetime) -> list[Event]:
    accounts = [Account(AccountId(f"{name}-{one}"), f"{one} of {name}", "paper", f"{name}-{one}", "USD")
                for one in ("plain", "second", "tight")]  # fmt: skip
    group = Group(GroupId(f"{name}-all"), "all of them", Policy.RATIO, tuple(Member(one.id) for one in accounts),
                  OnFailure.CONTINUE)  # fmt: skip
    strategy = Strategy(StrategyId(f"{name}-cross"), "cross", tokens.hash_of(TOKEN[name]), TOKEN[name][-4:], group.id)
    tight = Limits(max_order_quantity=Decimal(5))
    wide = Limits(max_data_age=Decimal(3600), duplicate_window=Decimal(0), price_collar=Decimal("0.2"),
                  max_order_rate=100_000, max_open_orders=10_000)  # fmt: skip
    return [
        WorkspaceNamed(now, name, f"{name} desk", "USD"),
        *(InstrumentListed(now, one) for one in (share("ACME"), coin("BTC"))),
        *(AccountDefined(now, one) for one in accounts),
        *(CashAdjusted(now, one.id, "USD", Decimal(100_000), "opening") for one in accounts),
        GroupDefined(now, group),
        StrategyDefined(now, strategy),
        LimitsSet(now, Scope(ScopeType.WORKSPACE), wide),
        LimitsSet(now, Scope(ScopeType.ACCOUNT, accounts[2].id), tight),
    ]


def queued(name: str, now: datetime) -> BacktestRun:
    """A run as it is kept before it begins."""
    asked: dict[str, object] = {
        "version": 1, "class_name": None, "data": ["ACME.TEST@1D"], "start": None, "end": None, "cash": 1.0, "fee": "0",
        "slippage": 0.0, "fill": "next_open", "leverage": 1.0, "shorting": True, "participation": None, "lot_size": 0.0,
        "compile": "auto", "seed": 0, "parameters": {}, "grid": {}, "time_limit": 1.0, "memory": 1.0,
        "strategy_name": "s",
    }  # fmt: skip
    return BacktestRun(name, "backtest", "file", Status.QUEUED, asked, now, "user:t")


def wish(**changes: object) -> dict[str, object]:
    """An intent's body."""
    return {"instrument": ACME, "side": "BUY", "sizing": {"by": "quantity", "value": "10"},
            "terms": {"order_type": "MARKET"}, "account": "main-plain", **changes}  # fmt: skip
