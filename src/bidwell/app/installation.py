"""The composition root: everything that one desk process consists of, built by plain constructor calls."""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bidwell.app import demo, projector, venue
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.crash import CrashingJournal
from bidwell.brokers.paper.broker.account import PaperBroker
from bidwell.brokers.paper.broker.admin import PaperAdmin
from bidwell.brokers.paper.broker.feed import PaperFeed
from bidwell.brokers.paper.broker.venue import PaperVenue
from bidwell.engine.desk import Desk, World
from bidwell.engine.market import Market
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.model.errors import Fenced
from bidwell.risk.gate import Gate
from bidwell.storage.database import Database, open_database
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.identity.store import IdentityStore
from bidwell.storage.journal import PostgresJournal
from bidwell.storage.lease import Lease
from bidwell.storage.pool import Pool
from bidwell.storage.watch import keep_running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bidwell.app.claim import DataFolder
    from bidwell.app.settings import Settings
    from bidwell.brokers.paper.config import PaperConfig
    from bidwell.engine.ports import Broker, Journal
    from bidwell.model.account import Account
    from bidwell.model.market import Quote

LEASE = timedelta(seconds=8)
_RENEW = 2.0
log = structlog.get_logger("bidwell")


class Fan:
    """One feed, several listeners."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.quotes: list[Callable[[Sequence[Quote]], None]] = []

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """The desk first, then whoever watches."""
        self._desk.on_quotes(quotes)
        for listener in self.quotes:
            listener(quotes)

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        """The desk keeps it for everyone."""
        self._desk.on_feed_state(name, connected=connected, detail=detail)


@dataclass(slots=True)
class Installation:
    """A running desk with its database, venue and market; `closing` undoes what was opened, last first."""

    settings: Settings
    folder: DataFolder
    clock: WallClock
    entropy: SystemEntropy
    database: Database
    pool: Pool
    identity: IdentityStore
    journal: PostgresJournal
    paper: PaperConfig
    history: PaperVenue
    feed: PaperFeed
    desk: Desk
    fan: Fan
    stopping: asyncio.Event
    demo_token: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    before_close: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    projector: subprocess.Popen[bytes] | None = None
    fenced: bool = False

    async def close(self) -> None:
        """Take nothing new in, let out what was taken in, and hand the lease back."""
        await self.desk.drain()
        for finish in self.before_close:
            await finish()
        await self.desk.stop()
        for task in self.tasks:
            task.cancel()
        if self.projector is not None:
            await asyncio.to_thread(projector.stop, self.projector)
        await self.feed.close()
        await self.history.close()
        await self.journal.close()
        await self.pool.close()


async def install(settings: Settings, folder: DataFolder) -> Installation:
    """Start or adopt database and paper venue, take the workspace's lease, fold its journal and open its sessions."""
    clock, entropy = WallClock(), SystemEntropy()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    database, paper = await asyncio.gather(
        asyncio.to_thread(open_database, folder.path, url), venue.ensure(folder, settings.feed, settings.speed)
    )
    pool = Pool(database.app)
    identity = IdentityStore(pool)
    await identity.users.ensure_workspace(demo.WORKSPACE, demo.NAME, "USD", clock.now())
    lease = Lease(pool, demo.WORKSPACE)
    token = await lease.acquire(folder.secret("holder").hex(), LEASE)
    journal = PostgresJournal(database.app, demo.WORKSPACE, token)
    stopping = asyncio.Event()
    desk = _desk(folder, journal, paper, clock, entropy, stopping)
    history, feed = PaperVenue(paper, entropy), PaperFeed(paper, clock, entropy, _label(settings))
    fan = Fan(desk)
    built = Installation(settings, folder, clock, entropy, database, pool, identity, journal, paper, history, feed, desk, fan,
                         stopping, demo_token(folder))  # fmt: skip
    await history.connect()
    await desk.start()
    await _furnish(built)
    built.tasks.append(asyncio.create_task(feed.connect(fan)))
    built.tasks.append(asyncio.create_task(_keep_lease(lease, token, built)))
    if database.cluster is not None:
        built.tasks.append(asyncio.create_task(keep_running(database.cluster, _say)))
    watch = venue.keep_running(folder, settings.feed, settings.speed, paper.port, _say)
    built.tasks.append(asyncio.create_task(watch))
    built.projector = projector.start(folder)
    return built


def _say(what: str) -> None:
    log.warning("restarted", what=what)


def _label(settings: Settings) -> str:
    return f"Replay {settings.speed}×" if settings.feed == "replay" else settings.feed


def _desk(folder: DataFolder, journal: PostgresJournal, paper: PaperConfig, clock: WallClock, entropy: SystemEntropy,
          stopping: asyncio.Event) -> Desk:  # fmt: skip
    def connect(account: Account) -> Broker | None:
        return PaperBroker(paper, account, clock, entropy) if account.broker == "paper" else None

    def alarm(what: str, facts: dict[str, object]) -> None:
        log.warning(what, **facts)

    def fenced(error: Fenced) -> None:
        log.error("fenced", reason=str(error))
        stopping.set()

    point = os.environ.get("CRASH_AT")
    writer: Journal = CrashingJournal(journal, point) if point else journal
    calendars = CompiledCalendars(folder.cache)
    return Desk(World(writer, Market(calendars), Gate(), clock, entropy, calendars, connect, alarm, fenced))


def demo_token(folder: DataFolder) -> str:
    """The signal token of the demonstration's strategy: the same for as long as the data folder lives."""
    return "bwt_" + folder.secret("demo-token").hex()[:40]


async def _furnish(built: Installation) -> None:
    admin = PaperAdmin(built.paper, built.entropy)
    await admin.connect()
    try:
        await demo.open_accounts(admin)
    finally:
        await admin.close()
    instruments = await built.history.instruments()
    await demo.furnish(built.desk, instruments, built.demo_token, built.clock.now())


async def _keep_lease(lease: Lease, token: int, built: Installation) -> None:
    """Renew the lease; when it has passed to another desk this one stops at once, having sent nothing since."""
    while True:
        await asyncio.sleep(_RENEW)
        try:
            await lease.renew(token, LEASE)
        except Fenced as error:
            log.error("fenced", reason=str(error))  # noqa: TRY400 - it is news, not a fault
            built.fenced = True
            built.stopping.set()
            return
        except StorageUnavailable as error:
            log.warning("lease_not_renewed", reason=str(error))
