"""What the guardian does when it must: it becomes the desk for as long as it takes to be flat, and lets nothing in.

With the database it takes the lease, goes on from the journal's last entry, and leaves a journal that the next desk simply
goes on from. Without it, it goes on from its last snapshot and writes into a local journal.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

import structlog

from bidwell.app import demo
from bidwell.app.guardian import local
from bidwell.app.guardian.fence import EVERYBODY, Fence
from bidwell.app.guardian.record import FOLDER
from bidwell.app.guardian.seeing import at_risk
from bidwell.app.leadership import Leadership, home_of
from bidwell.brokers.paper.broker.account import PaperBroker
from bidwell.brokers.paper.config import read_config
from bidwell.engine.desk import Desk, World
from bidwell.model import risk_events as rev
from bidwell.model.errors import Fenced, JournalError
from bidwell.model.limits import BreachAction, LockUntil
from bidwell.risk.gate import Gate
from bidwell.storage.archive import PostgresArchive
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.journal import PostgresJournal
from bidwell.storage.lease import Lease
from bidwell.storage.pool import Pool

if TYPE_CHECKING:
    from bidwell.app.claim import DataFolder
    from bidwell.app.clock import SystemEntropy, WallClock
    from bidwell.app.connections import BrokerConnections
    from bidwell.app.guardian.watch import Trigger
    from bidwell.engine.guarding import Guard
    from bidwell.engine.market import Market
    from bidwell.engine.ports import Archive, Broker, Calendars, Journal
    from bidwell.engine.state import State
    from bidwell.model.account import Account
    from bidwell.model.events import Event

RULE = "guardian"
_LOOK = 0.02
_PATIENCE = 1.5
_READ_OUTCOMES = 10.0
# Where a broker has no stream for a second session, what becomes of an order is read.
_RECONCILE = timedelta(seconds=1)
log = structlog.get_logger("bidwell")


@dataclass(slots=True)
class Means:
    """What a guardian acts with; `stop` asks it to hand over, `lead` tells where prices are to go meanwhile."""

    folder: DataFolder
    conninfo: str
    clock: WallClock
    entropy: SystemEntropy
    calendars: Calendars
    market: Market
    connections: BrokerConnections
    fence: Fence
    stop: asyncio.Event
    lead: Callable[[Desk | None], None]

    @property
    def holder(self) -> str:
        """Its name in the lease, which no desk has: one of this folder that starts meanwhile waits to be handed over to."""
        return f"{home_of(self.folder)}@guardian/{os.getpid()}"

    @property
    def place(self) -> Path:
        """The guardian's own folder."""
        return self.folder.path / FOLDER


class Interrupted(Exception):
    """The guardian could not go on; it begins anew from what is known then."""


async def with_journal(means: Means, trigger: Trigger, state: State, over: int) -> bool:
    """Take the lease from the desk that had it as `over`, journal, flatten and lock; whether everything is flat.

    Raises StorageUnavailable where the database is gone, LeaseHeld where another desk leads already, Interrupted.
    """
    means.fence.set(max(over, means.fence.mark))
    async with _Turn(means, over) as turn:
        desk = await turn.start(state, [])
        return await _flatten(means, desk, trigger, anew=False)


async def adopt(means: Means, over: int) -> None:
    """Make the local journals part of the workspace's, and read what became of their orders; raises as `with_journal`."""
    files = local.pending(means.place)
    async with _Turn(means, over) as turn:
        await turn.start(None, [local.read(file) for file in files])
        for file in files:
            local.settle(file)
        means.fence.set(turn.leadership.token - 1)
        await turn.read_outcomes()


async def without_database(means: Means, trigger: Trigger, state: State) -> bool:
    """Flatten and lock from a snapshot into a local journal; whether everything is flat. Raises Interrupted."""
    means.fence.set(EVERYBODY)
    journal = local.LocalJournal(means.place, f"{means.clock.now():%Y%m%dT%H%M%S%f}", state.sequence)
    desk = _desk(means, journal, lambda: True)
    try:
        await desk.start(state)
        return await _flatten(means, desk, trigger, anew=True)
    finally:
        means.lead(None)
        await desk.stop()
        journal.close()


class _Turn:
    """The time in which the guardian leads the workspace."""

    def __init__(self, means: Means, over: int) -> None:
        self._means = means
        self._over = over
        self._keeping: asyncio.Task[None] | None = None
        pool = Pool(means.conninfo, size=1)
        self._archived = Pool(means.conninfo, size=1)
        lost = asyncio.Event()
        self.leadership = Leadership(Lease(pool, demo.WORKSPACE), means.holder, pool.close, lost)
        self._journal: PostgresJournal | None = None
        self._desk: Desk | None = None

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.leadership.seize(self._over)
        except TimeoutError as error:
            await self.leadership.close()
            raise StorageUnavailable("the database does not answer") from error
        except BaseException:
            await self.leadership.close()
            raise
        self._keeping = asyncio.create_task(self.leadership.keep())
        return self

    async def start(self, state: State | None, adopted: Sequence[Sequence[Event]]) -> Desk:
        """Become the desk; raises StorageUnavailable where the database goes away before anything is written."""
        self._journal = PostgresJournal(self._means.conninfo, demo.WORKSPACE, self.leadership.token)
        self._desk = _desk(self._means, self._journal, self.leadership.leads, self.leadership.lose,
                           PostgresArchive(self._archived, demo.WORKSPACE))  # fmt: skip
        try:
            await self._desk.start(state, adopted)
        except JournalError as error:
            raise StorageUnavailable(str(error)) from error
        return self._desk

    async def read_outcomes(self) -> None:
        """Wait until every account that can be reached agrees with its broker, so that what was done is known."""
        desk = self._desk
        if desk is None:
            return
        end = asyncio.get_running_loop().time() + _READ_OUTCOMES
        while asyncio.get_running_loop().time() < end and not self._means.stop.is_set():
            if all(session.reconciled for session in desk.sessions.values()):
                return
            await asyncio.sleep(_LOOK)

    async def __aexit__(self, *_: object) -> None:
        self._means.lead(None)
        if self._desk is not None:
            if self._desk.recovering is None:
                await self._desk.drain()
            await self._desk.stop()
        if self._keeping is not None:
            self._keeping.cancel()
        if self._journal is not None:
            await self._journal.close()
        await self._archived.close()
        if self.leadership.lost is None:
            await self.leadership.release()
        await self.leadership.close()


def _nobody(_: Fenced) -> None:
    """Without the database there is nobody to be fenced by."""


def _desk(means: Means, journal: Journal, leads: Callable[[], bool],
          fenced: Callable[[Fenced], None] = _nobody, archive: Archive | None = None) -> Desk:  # fmt: skip
    def connect(account: Account) -> Broker | None:
        if account.broker == "paper":
            return PaperBroker(read_config(means.folder.venue), account, means.clock, means.entropy)
        return means.connections.session(account)

    def alarm(what: str, facts: dict[str, object]) -> None:
        log.warning(what, **facts)

    made = Desk(World(journal, means.market, Gate(), means.clock, means.entropy, means.calendars, connect, alarm, fenced,
                      _RECONCILE, leads, archive))  # fmt: skip
    means.connections.desk = made
    return made


async def _flatten(means: Means, desk: Desk, trigger: Trigger, *, anew: bool) -> bool:
    """Lock first, in one commit with the orders to close; nothing has left this desk before it."""
    try:
        await desk.act_on_risk(lambda guard: _order(guard, trigger, anew=anew))
        means.lead(desk)
        while not means.stop.is_set():
            if desk.recovering is not None or not desk.sending.leads():
                raise Interrupted(desk.recovering or "the lease was lost")
            if is_flat(desk.state, trigger):
                return True
            await asyncio.sleep(_LOOK)
    except JournalError as error:
        raise Interrupted(str(error)) from error
    return False


def _order(guard: Guard, trigger: Trigger, *, anew: bool) -> None:
    """Lock every account and order it closed, unless that is under way; `anew` where nobody will know of what is."""
    core = guard.core
    now = core.now()
    log.error("guardian_flattens", cause=str(trigger.cause), reason=trigger.reason, accounts=list(trigger.accounts))
    for name in trigger.accounts:
        if name not in core.state.accounts:
            continue
        under_way = [one for one in core.state.risk.squares.values()
                     if one.account == name and one.instrument is None and one.strategy is None]  # fmt: skip
        if under_way and not anew:
            continue
        for square in under_way:
            core.emit(rev.SquareOffEnded(now, square.id, "the guardian goes on without the database"))
        opened = core.state.sessions.get(name)
        session = opened.session if opened is not None else None
        ident = f"{name}.{RULE}.{trigger.cause}.{int(now.timestamp() * 1000)}"
        said = f"The guardian flattened: {trigger.reason}"
        core.emit(rev.ViolationOpened(now, ident, name, RULE, rev.Severity.BREACH, BreachAction.FLATTEN_AND_LOCK,
                                      "", "", "", said, session))  # fmt: skip
        core.emit(rev.AccountLocked(now, name, RULE, trigger.reason, LockUntil.RELEASED, session, ident))
        guard.cancel_entries(name, trigger.reason)
        guard.squaring.order(rev.SquareOffOrdered(now, f"{ident}.flatten", name, trigger.reason, RULE, violation=ident))


def is_flat(state: State, trigger: Trigger) -> bool:
    """Whether nothing of the trigger's accounts is at risk any more."""
    squared = {one.account for one in state.risk.squares.values()}
    return not any(name in squared or at_risk(state, name) for name in trigger.accounts if name in state.accounts)
