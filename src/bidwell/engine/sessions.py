"""The accounts' broker sessions: connecting, reconciling, looking up what is in doubt."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bidwell.engine import reconciliation, tracking
from bidwell.engine.commands import Cancel, Replace
from bidwell.engine.ports import DedupeScope
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, InDoubt, JournalUnavailable
from bidwell.model.order import OrderStatus, Pending
from bidwell.model.terms import TimeInForce

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bidwell.engine.decider import Core
    from bidwell.engine.lane import Lane
    from bidwell.engine.ports import Broker, BrokerEvent, BrokerOrder, Clock, Snapshot
    from bidwell.model.ids import AccountId, ClientOrderId
    from bidwell.model.order import Order

RECONCILE_EVERY = timedelta(seconds=5)
WATCH_EVERY = 0.25
_AGAIN = 0.3
# So many times as long as a pass took, nothing is reported unless somebody asks.
_REST = 4.0
# The first report of a process reaches far back; later ones back to the last that agreed, with room for clocks.
_LOOK_BACK = timedelta(days=2)
_OVERLAP = timedelta(minutes=2)
_FEWEST_LOOKUPS = 2
_REMEMBERED = 5000
_LATE_LIST = timedelta(hours=6)


@dataclass(slots=True)
class Doubt:
    """An order that is being looked up: since when, since when it was missed, how often, and when last asked; loop seconds."""

    since: float
    missed_since: float | None = None
    lookups: int = 0
    asked_at: float | None = None


class Heard:
    """When which order was last heard of, in counts, so that an answer can be told from a newer word.

    Several questions may be under way at once: each takes a `mark` when it is put.
    """

    def __init__(self) -> None:
        self._count = 0
        self._last: dict[ClientOrderId, int] = {}

    def note(self, name: ClientOrderId) -> None:
        """Something was heard of an order just now."""
        self._count += 1
        self._last.pop(name, None)
        self._last[name] = self._count
        if len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]

    def mark(self) -> int:
        """The count before a question is put."""
        return self._count

    def anything(self, mark: int) -> bool:
        """Whether anything was heard since."""
        return self._count > mark

    def since(self, mark: int) -> set[ClientOrderId]:
        """The orders of which something was heard since."""
        return {name for name, count in self._last.items() if count > mark} if self._count > mark else set()


@dataclass(slots=True)
class Session:
    """One account's broker session, as of now; none of it is journalled.

    `epoch` rises with every change of the connection, so that an answer from before it is not taken for one
    from after it. `recalls` are messages that wait for the archive to tell whose order they are about, and `agreed_up_to`
    the journal's sequence when the last report was asked for whose orders agreed with the book, taken at `told_at` by the
    broker's clock. What is held is compared only in a moment without news, which an account that never rests does not
    have: `agreed_at` is the last report that agreed in both.
    """

    account: AccountId
    broker: Broker
    lane: Lane
    connected: bool = False
    reconciled: bool = False
    detail: str = "connecting"
    since: datetime | None = None
    epoch: int = 0
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    asked: dict[ClientOrderId, None] = field(default_factory=dict)
    asking: asyncio.Event = field(default_factory=asyncio.Event)
    gaps: reconciliation.Differences = field(default_factory=reconciliation.Differences)
    doubts: dict[ClientOrderId, Doubt] = field(default_factory=dict)
    heard: Heard = field(default_factory=Heard)
    journalled: bool = False
    unclear: bool = False
    recalls: deque[BrokerEvent] = field(default_factory=deque)
    agreed_up_to: int = -1
    told_at: datetime | None = None
    agreed_at: datetime | None = None
    passed_at: datetime | None = None
    next_at: datetime | None = None
    failure: str = ""

    def ask(self, name: ClientOrderId) -> None:
        """Look an order up at once."""
        self.asked[name] = None
        self.asking.set()

    def turn(self, *, connected: bool, detail: str, now: datetime) -> None:
        """The connection changed: what was concluded over the old one holds no longer."""
        self.epoch += 1
        self.connected, self.reconciled, self.journalled, self.unclear = connected, False, False, False
        self.agreed_up_to = -1
        self.detail, self.since = detail, now
        self.gaps = reconciliation.Differences()
        self.doubts.clear()
        self.asked.clear()
        self.wanted.set()


class Recalling(Protocol):
    """Who knows retired orders."""

    async def without_retired(self, snapshot: Snapshot) -> Snapshot:
        """A report without those of which it tells nothing new; raises JournalUnavailable while nobody can tell."""
        ...


class DeskPart(Protocol):
    """What the sessions need of the desk."""

    core: Core
    recovering: str | None

    @property
    def archivist(self) -> Recalling:
        """Who knows retired orders."""
        ...

    def flush(self) -> None:
        """Make what the core decided durable, then let it out."""
        ...


class _Overtaken(Exception):
    """What was asked was asked of a connection, or for a book, that is no more."""


class Reconciler:
    """Compares one session's account with its broker: at once after a connect, then every few seconds."""

    def __init__(self, desk: DeskPart, session: Session, clock: Clock,
                 alarm: Callable[[str, dict[str, object]], None], every: timedelta = RECONCILE_EVERY) -> None:  # fmt: skip
        self._every = every.total_seconds()
        self._desk = desk
        self._session = session
        self._clock = clock
        self._alarm = alarm
        self._unclear_in_a_row = 0
        self._took = 0.0

    async def run(self) -> None:
        """Reconcile until canceled."""
        session, loop = self._session, asyncio.get_running_loop()
        while True:
            pause = self._pause()
            session.next_at = self._clock.now() + timedelta(seconds=pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await session.wanted.wait()
            session.wanted.clear()
            if session.connected and self._desk.recovering is None:
                began = loop.time()
                await self._guarded("reconciling", self.once)
                self._took = loop.time() - began

    def _pause(self) -> float:
        """Seconds to the next pass: soon after one that was not clear, but never so soon that reports are most of the work.

        An account that never rests is unclear every time, and its reports are long.
        """
        session = self._session
        unclear = session.connected and session.reconciled and session.unclear
        self._unclear_in_a_row = self._unclear_in_a_row + 1 if unclear else 0
        if not session.connected or (session.reconciled and not unclear):
            pause = self._every
        else:
            pause = min(_AGAIN * 2 ** min(max(self._unclear_in_a_row - 1, 0), 10), self._every)
        return max(pause, _REST * self._took)

    async def watch(self) -> None:
        """Look up what waits too long for an answer, until canceled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_EVERY):
                    await self._session.asking.wait()
            self._session.asking.clear()
            if self._session.connected and self._desk.recovering is None:
                await self._guarded("lookup", self.chase)

    async def _guarded(self, what: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """One failing pass must not end the watch over the account."""
        session = self._session
        try:
            await work()
        except _Overtaken:
            session.wanted.set()
        except (BrokerError, JournalUnavailable) as error:
            session.detail = session.failure = f"{what} failed: {error}"
            self._desk.flush()
        except Exception as error:  # noqa: BLE001 - told as an alarm, and tried again
            session.detail = session.failure = f"{what} failed: {error!r}"
            self._alarm("session_failed", {"account": session.account, "what": what, "error": repr(error)})

    # --- asking -----------------------------------------------------------------------------------

    def _stamp(self) -> tuple[int, Core]:
        return self._session.epoch, self._desk.core

    def _check(self, stamp: tuple[int, Core]) -> None:
        """Raise _Overtaken unless connection and book are still those that the question was put for."""
        if stamp != self._stamp() or self._desk.recovering is not None:
            raise _Overtaken

    async def _snapshot(self) -> tuple[Snapshot, int]:
        """A report, and the mark before which everything heard is older than it."""
        stamp, mark = self._stamp(), self._session.heard.mark()
        told, now = self._session.told_at, self._clock.now()
        # A clock that was set back says that the last report is yet to come: orders that closed since would be in none.
        since = now - _LOOK_BACK if told is None or told > now else told - _OVERLAP
        snapshot = await self._session.broker.snapshot(since)
        self._check(stamp)
        return snapshot, mark

    async def _find(self, name: ClientOrderId) -> bool:
        """Look one order up and conclude from the answer; True when it moved."""
        stamp, mark = self._stamp(), self._session.heard.mark()
        try:
            found = await self._session.broker.find(name)
        except InDoubt:
            # Not told which it is: it is neither found nor missed, and the others are looked up all the same.
            return False
        self._check(stamp)
        return self.on_lookup(name, found, overtaken=name in self._session.heard.since(mark))

    # --- a pass -----------------------------------------------------------------------------------

    async def once(self) -> None:
        """One pass; a report that cannot be read leaves everything as it is."""
        asked, stamp = self._desk.core.state.sequence, self._stamp()
        snapshot, mark = await self._snapshot()
        snapshot = await self._desk.archivist.without_retired(snapshot)
        self._check(stamp)
        state, fresh = self._desk.core.state, self._session.heard.since(mark)
        findings = reconciliation.compare_orders(state, snapshot, self._clock.now(), fresh)
        for event in findings.events:
            self._fold(event)
        for name in findings.cancels:
            self._alarm("closed_order_works_at_broker", {"account": self._session.account, "order": name})
            self._desk.core.commands.append(Cancel(self._session.account, name, closed_here=True))
        self._desk.core.decide_waiting()
        self._desk.flush()
        looked_up = await self._look_up(findings.lookups)
        if looked_up or findings.events:
            asked = state.sequence
            snapshot, mark = await self._snapshot()
        nothing_new = not looked_up and not findings.events
        quiet = not self._session.heard.anything(mark) and not self._session.recalls
        self._conclude(snapshot, findings, asked, quiet=quiet)
        orders_agree = (quiet or (nothing_new and not self._session.recalls)) and not findings.cancels
        if snapshot.complete and self._session.reconciled and orders_agree:
            self._session.agreed_up_to, self._session.told_at = asked, snapshot.taken_at

    def _conclude(self, snapshot: Snapshot, findings: reconciliation.Findings, asked: int, *, quiet: bool) -> None:
        """Compare cash and positions, repair what two snapshots agree on, and say whether the pass was clean."""
        session, state = self._session, self._desk.core.state
        session.passed_at, session.failure = self._clock.now(), ""
        breaks = tuple(findings.breaks)
        if not snapshot.complete or not quiet:
            # Nothing can be said of what is held: the last conclusion stands until a report can be compared.
            self._journal(breaks, clean=session.reconciled)
            session.unclear = True
            self._desk.flush()
            return
        gaps = reconciliation.compare_holdings(state, snapshot)
        agreed = not gaps and not findings.events
        opening = session.account not in state.reconciliations
        if gaps and (opening or gaps == session.gaps):
            fixed = reconciliation.repairs(snapshot, gaps, self._clock.now(), self._desk.core.market.price,
                                           opening=opening)  # fmt: skip
            for event in fixed.events:
                self._desk.core.emit(event)
            breaks += tuple(fixed.breaks)
            gaps = reconciliation.compare_holdings(state, snapshot)
        session.gaps, session.unclear = gaps, False
        self._desk.core.mending.on_report(session.account, agreed=agreed, matches=not gaps, asked=asked)
        if not gaps:
            session.agreed_at = snapshot.taken_at
        self._journal(breaks + reconciliation.open_breaks(gaps, snapshot), clean=not gaps)
        first = not gaps and not session.reconciled
        session.reconciled = not gaps
        session.detail = "differs from the broker; looking again" if gaps else "reconciled"
        if first:
            self._resume()
        self._desk.flush()

    def _journal(self, breaks: tuple[ev.Break, ...], *, clean: bool) -> None:
        """Write a pass down where it says something new."""
        session, core = self._session, self._desk.core
        last = core.state.reconciliations.get(session.account)
        told = last is not None and session.journalled and last.clean is clean and last.breaks == breaks
        if not told and (clean or breaks):
            core.emit(ev.AccountReconciled(self._clock.now(), session.account, clean, breaks))
            session.journalled = True

    def _resume(self) -> None:
        """The book agrees: what was approved but never left may leave now, if it is still valid."""
        core, account = self._desk.core, self._session.account
        core.expire_waiting()
        core.dispatch_again(account)
        for order in core.state.open_orders(account):
            if order.pending is Pending.CANCEL:
                core.commands.append(Cancel(account, order.client_order_id))
        core.decide_waiting()
        self._session.lane.wake()

    def _fold(self, event: ev.Event) -> None:
        core = self._desk.core
        if isinstance(event, ev.OrderEvent) and event.client_order_id in core.state.orders:
            core.fold(event)
        else:
            core.emit(event)

    # --- what is in doubt -------------------------------------------------------------------------

    async def _look_up(self, names: list[ClientOrderId]) -> bool:
        """Ask for each order by our id; True when anything changed."""
        changed = False
        for name in names:
            order = self._desk.core.state.orders.get(name)
            if (
                order is None
                or not order.is_open
                or order.external
                or self._just_sent(order)
                or self._session.lane.queued(name)
            ):
                continue
            changed |= await self._find(name)
            self._desk.flush()
        return changed

    def _just_sent(self, order: Order) -> bool:
        """Whether an answer may still be on its ordinary way."""
        if order.status is not OrderStatus.SUBMITTED or not self._session.reconciled:
            return False
        sent_at = self._desk.core.state.traces[order.client_order_id].sent_at
        return sent_at is not None and self._clock.now() - sent_at < self._session.broker.capabilities.answer_timeout

    def on_lookup(self, name: ClientOrderId, theirs: BrokerOrder | None, *, overtaken: bool = False) -> bool:
        """Conclude from one answered lookup, which a newer word may have overtaken; True when the order moved."""
        core, now = self._desk.core, self._clock.now()
        order = core.state.orders.get(name)
        if order is None or not order.is_open:
            return False
        if theirs is not None:
            self._session.doubts.pop(name, None)
            events = tracking.from_report(self._session.account, order, theirs, now, overtaken=overtaken)
            for event in events:
                self._fold(event)
            if not overtaken:
                self._ask_again(name)
            core.decide_waiting()
            return bool(events)
        if overtaken:
            return False
        return self._missed(order, now)

    def _missed(self, order: Order, now: datetime) -> bool:
        """The broker answered that it has no such order."""
        core, limits, name = self._desk.core, self._session.broker.capabilities, order.client_order_id
        moment = asyncio.get_running_loop().time()
        doubt = self._session.doubts.setdefault(name, Doubt(moment))
        doubt.missed_since = moment if doubt.missed_since is None else doubt.missed_since
        doubt.lookups += 1
        if order.status is OrderStatus.WORKING:
            if limits.lists_the_day and self._day_is_over(order, now):
                core.emit(ev.OrderExpired(now, name, "its day is over, and the broker lists the day's orders only"))
                return True
            if doubt.lookups == 1:
                self._alarm("working_order_not_at_broker", {"account": order.account, "order": name})
            return False
        entry = core.state.orders[order.entry] if order.entry is not None and order.attached else None
        if entry is not None and entry.status is OrderStatus.SUBMITTED:
            return False
        if entry is not None and entry.status is OrderStatus.ABSENT and order.status is OrderStatus.SUBMITTED:
            core.emit(ev.OrderAbsent(now, name, doubt.lookups))
            return True
        if entry is not None and not entry.is_open and not entry.filled_quantity:
            core.emit(ev.OrderCanceled(now, name, "its entry closed without a fill"))
            return True
        if self._past_validity(order):
            core.emit(ev.OrderExpired(now, name, "its validity ended at the venue, which never had it"))
            return True
        if limits.dedupe_scope is DedupeScope.FOREVER and core.resend(name):
            return False
        long_enough = moment - doubt.missed_since >= limits.quarantine.total_seconds()
        if order.status is OrderStatus.SUBMITTED and long_enough and doubt.lookups >= _FEWEST_LOOKUPS:
            core.emit(ev.OrderAbsent(now, name, doubt.lookups))
            return True
        return False

    def _past_validity(self, order: Order) -> bool:
        """Whether a venue that never had the order must refuse it from now on: its own terms name an end that is past.

        A DAY order proves nothing by the day's end: one that arrives late may be taken for the next session.
        """
        ends, market_time = order.terms.expires_at, self._desk.core.market.market_time
        return ends is not None and market_time is not None and market_time > ends

    def _day_is_over(self, order: Order, now: datetime) -> bool:
        """Whether a DAY order is of an earlier session, with hours to spare for a list that is late at the close."""
        core = self._desk.core
        instrument = core.state.instruments.get(order.instrument)
        if (
            instrument is None
            or order.terms.time_in_force is not TimeInForce.DAY
            or now - order.created_at < _LATE_LIST
        ):
            return False
        day, today = (core.market.session_date(instrument.calendar, at) for at in (order.created_at, now))
        return day < today

    def _ask_again(self, name: ClientOrderId) -> None:
        """A cancel or replace whose answer was lost is asked again: asking twice for one result changes nothing."""
        core = self._desk.core
        order = core.state.orders[name]
        asked = core.state.replacing.get(name)
        if not order.is_open:
            return
        if order.pending is Pending.CANCEL:
            core.commands.append(Cancel(order.account, name))
        elif asked is not None:
            core.commands.append(Replace(order.account, name, asked.quantity, asked.terms))

    async def chase(self) -> None:
        """Look up what has waited for an answer longer than this broker ever takes."""
        session, state = self._session, self._desk.core.state
        timeout = session.broker.capabilities.answer_timeout.total_seconds()
        while session.asked:
            name = next(iter(session.asked))
            await self._find(name)
            session.asked.pop(name, None)
            self._desk.flush()
        waiting = list(state.unanswered.get(session.account, ()))
        for name in [name for name in session.doubts if name not in state.orders or not state.orders[name].is_open]:
            del session.doubts[name]
        for name in waiting:
            order = self._desk.core.state.orders.get(name)
            if order is None or not self._unanswered(order) or session.lane.queued(name):
                continue
            moment = asyncio.get_running_loop().time()
            doubt = session.doubts.setdefault(name, Doubt(moment))
            if doubt.asked_at is None:
                doubt.asked_at = moment
            if moment - doubt.asked_at < timeout:
                continue
            doubt.asked_at = moment
            if order.external:
                # Nobody knows it by our id: the next report tells how it stands, and asking again changes nothing.
                self._ask_again(name)
                session.wanted.set()
                self._desk.flush()
                continue
            await self._find(name)
            self._desk.flush()

    def _unanswered(self, order: Order) -> bool:
        entry = self._desk.core.state.orders[order.entry] if order.entry is not None and order.attached else None
        if entry is not None and entry.status is OrderStatus.SUBMITTED:
            return False
        return order.client_order_id in self._desk.core.state.unanswered.get(order.account, ())
