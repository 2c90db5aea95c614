"""The composition root: everything that one desk process consists of, built by plain constructor calls."""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bidwell.app import demo, projector, venue
from bidwell.app.clock import SystemEntropy, WallClock
from bidwell.app.connections import BrokerConnections, Sealed
from bidwell.app.crash import CrashingJournal
from bidwell.app.guardian import keeper, local, record
from bidwell.app.guardian.fence import Fence
from bidwell.app.guardian.pulse import Charge
from bidwell.app.leadership import Leadership, holder_of, home_of
from bidwell.app.rulebooks import RulebookFolder, revise_all
from bidwell.brokers.paper.broker.account import PaperBroker
from bidwell.brokers.paper.broker.admin import PaperAdmin
from bidwell.brokers.paper.broker.feed import PaperFeed
from bidwell.brokers.paper.broker.venue import PaperVenue
from bidwell.engine.desk import Desk, World
from bidwell.engine.market import Market
from bidwell.engine.state import State
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.model.errors import ProtocolError
from bidwell.risk.gate import Gate
from bidwell.storage.archive import PostgresArchive
from bidwell.storage.checkpoints import Checkpoints
from bidwell.storage.database import Database, open_database
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.identity.store import IdentityStore
from bidwell.storage.journal import PostgresJournal
from bidwell.storage.lease import Lease
from bidwell.storage.pool import Pool
from bidwell.storage.watch import keep_running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bidwell.app.ahead import Ahead
    from bidwell.app.claim import DataFolder
    from bidwell.app.settings import Settings
    from bidwell.brokers.paper.config import PaperConfig
    from bidwell.engine.ports import Broker, Journal
    from bidwell.model.account import Account
    from bidwell.model.market import Quote
    from bidwell.storage.errors import LeaseHeld

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
    leadership: Leadership
    stopping: asyncio.Event
    demo_token: str
    connections: BrokerConnections
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    before_close: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    projector: subprocess.Popen[bytes] | None = None

    @property
    def rulebooks(self) -> RulebookFolder:
        """The rulebook files: those shipped, and a person's own."""
        return RulebookFolder(self.folder.path / "rulebooks")

    @property
    def fenced(self) -> bool:
        """Whether another desk has taken over."""
        return self.leadership.lost is not None

    async def close(self) -> None:
        """Take nothing new in, let out what was taken in, and hand the lease back."""
        if not self.fenced:
            await self.desk.drain()
        for finish in self.before_close:
            await finish()
        await self.desk.stop()
        for task in self.tasks:
            task.cancel()
        if self.projector is not None:
            await asyncio.to_thread(projector.stop, self.projector)
        await self.feed.close()
        await self.connections.close()
        await self.history.close()
        await self.journal.close()
        if not self.fenced:
            await self.leadership.release()
        await self.leadership.close()
        await self.pool.close()


async def install(settings: Settings, folder: DataFolder, ahead: Ahead, stopping: asyncio.Event,
                  waiting: Callable[[LeaseHeld], None]) -> Installation:  # fmt: skip
    """Start or adopt database and paper venue, take the workspace's lease, fold its journal and open its sessions.

    A standby waits for the lease first, and `waiting` hears by whom it is held.
    """
    clock, entropy = WallClock(), SystemEntropy()
    fence = Fence(folder.path / record.FOLDER)
    if settings.standby:
        database = await asyncio.to_thread(_open, settings, folder)
        leadership = await _lead(settings, folder, database, stopping, waiting, fence)
        await asyncio.to_thread(keeper.stop, folder)
        paper = await venue.ensure(folder, settings.feed, settings.speed)
    else:
        # The guardian of a desk that is gone hands over what it is about.
        await asyncio.to_thread(keeper.stop, folder)
        await asyncio.to_thread(ahead.wait)
        database, paper = await asyncio.gather(
            asyncio.to_thread(_open, settings, folder),
            venue.ensure(folder, settings.feed, settings.speed, begun=ahead.venue),
        )
        leadership = await _lead(settings, folder, database, stopping, waiting, fence)
    pool = Pool(database.app)
    identity = IdentityStore(pool)
    await identity.users.ensure_workspace(demo.WORKSPACE, demo.NAME, "USD", clock.now())
    journal = PostgresJournal(database.app, demo.WORKSPACE, leadership.token)
    connections = BrokerConnections(Sealed(pool, settings.vault_key_file, folder.path), clock, entropy, settings.feed,
                                    twins=settings.twins)  # fmt: skip
    await connections.load()
    archive = PostgresArchive(pool, demo.WORKSPACE)
    desk = _desk(
        folder, journal, archive, Checkpoints(pool, demo.WORKSPACE), paper, connections, clock, entropy, leadership
    )
    history, feed = PaperVenue(paper, entropy), PaperFeed(paper, clock, entropy, _label(settings))
    fan = Fan(desk)
    built = Installation(settings, folder, clock, entropy, database, pool, identity, journal, paper, history, feed, desk, fan,
                         leadership, stopping, demo_token(folder), connections)  # fmt: skip
    connections.desk, connections.prices = desk, fan
    built.tasks.append(asyncio.create_task(leadership.keep()))
    await history.connect()
    await _start(desk, folder, fence, leadership)
    library = await asyncio.to_thread(built.rulebooks.library)
    await desk.act_on_risk(lambda guard: revise_all(guard, library))
    await _furnish(built)
    built.tasks.append(asyncio.create_task(feed.connect(fan)))
    built.tasks.append(asyncio.create_task(connections.follow_all()))
    if database.cluster is not None:
        built.tasks.append(asyncio.create_task(keep_running(database.cluster, _say)))
    watch = venue.keep_running(folder, settings.feed, settings.speed, paper.port, _say)
    built.tasks.append(asyncio.create_task(watch))
    built.projector = projector.start(folder)
    if settings.guardian:
        _guard(built)
    return built


async def _start(desk: Desk, folder: DataFolder, fence: Fence, leadership: Leadership) -> None:
    """Start the desk with what a guardian did without the database, and let it send from then on."""
    files = local.pending(folder.path / record.FOLDER)
    await desk.start(adopted=[local.read(file) for file in files])
    for file in files:
        local.settle(file)
        _say(f"adopted what the guardian did without the database: {file.name}")
    fence.set(leadership.token - 1)


def _guard(built: Installation) -> None:
    """Keep a guardian beside the desk."""
    settings = built.settings
    charge = Charge(built.database.app, settings.feed, str(settings.vault_key_file), settings.twins,
                    settings.guardian_after, settings.guardian_data_age)  # fmt: skip
    kept = keeper.Keeper(built.folder, charge, built.desk, built.leadership)
    built.tasks.append(asyncio.create_task(kept.run()))
    built.before_close.append(kept.farewell)


def _open(settings: Settings, folder: DataFolder) -> Database:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    return open_database(folder.path, url)


async def _lead(settings: Settings, folder: DataFolder, database: Database, stopping: asyncio.Event,
                waiting: Callable[[LeaseHeld], None], fence: Fence) -> Leadership:  # fmt: skip
    """Hold the workspace's lease, over a connection that nothing else can keep busy."""
    pool = Pool(database.app, size=1)
    holder = holder_of(folder, standby=settings.standby)
    leadership = Leadership(Lease(pool, demo.WORKSPACE), holder, pool.close, stopping, fence.bars)
    if settings.standby:
        await leadership.stand_by(home_of(folder), waiting, lambda: _open(settings, folder))
    else:
        await leadership.take_soon()
    return leadership


def _say(what: str) -> None:
    log.warning("restarted", what=what)


def _label(settings: Settings) -> str:
    return "Replay" if settings.feed == "replay" else settings.feed


def _desk(folder: DataFolder, journal: PostgresJournal, archive: PostgresArchive, checkpoints: Checkpoints, paper: PaperConfig,
          connections: BrokerConnections, clock: WallClock, entropy: SystemEntropy, leadership: Leadership) -> Desk:  # fmt: skip
    def connect(account: Account) -> Broker | None:
        if account.broker == "paper":
            return PaperBroker(paper, account, clock, entropy)
        return connections.session(account)

    def alarm(what: str, facts: dict[str, object]) -> None:
        log.warning(what, **facts)

    async def checkpoint() -> State | None:
        try:
            return await checkpoints.newest()
        except (ProtocolError, StorageUnavailable) as error:  # the journal says the same, and takes longer
            alarm("checkpoint_unusable", {"error": str(error)})
            return None

    point = os.environ.get("CRASH_AT")
    writer: Journal = CrashingJournal(journal, point) if point else journal
    calendars = CompiledCalendars(folder.cache)
    return Desk(World(writer, Market(calendars), Gate(), clock, entropy, calendars, connect, alarm, leadership.lose,
                      leads=leadership.leads, archive=archive, checkpoint=checkpoint))  # fmt: skip


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
