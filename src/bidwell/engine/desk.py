"""The async shell of one workspace: journals first, then lets effects out; owns lanes, sessions and recovery."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from bidwell.engine import adoption, allotting, codec, decisions, recorder, views
from bidwell.engine.archiving import Archivist
from bidwell.engine.commands import Cancel, LookUp, Reconcile, Replace, Submit
from bidwell.engine.decider import Core
from bidwell.engine.definitions import check_definition, check_scope
from bidwell.engine.guarding import Guard
from bidwell.engine.lane import Lane
from bidwell.engine.reading import Reading
from bidwell.engine.recorder import Recorder
from bidwell.engine.retirement import KEEPING, Retention
from bidwell.engine.sending import Sending
from bidwell.engine.sessions import RECONCILE_EVERY, Reconciler, Session
from bidwell.engine.state import State
from bidwell.engine.writer import Numbered, Writer
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, Fenced, JournalError, JournalUnavailable
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.model.order import Pending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from bidwell.engine.intake import Receipt, Request
    from bidwell.engine.market import Market
    from bidwell.engine.ports import Archive, Broker, BrokerEvent, Calendars, Capabilities, Clock, Entropy, Journal
    from bidwell.model.account import Account
    from bidwell.model.ids import AccountId, ClientOrderId, GroupId, IntentId
    from bidwell.model.market import Quote
    from bidwell.model.terms import Terms
    from bidwell.risk.gate import Gate

TICK = 0.25
_RECOVERY_PAUSE = 1.0
_DRAIN = 10.0
_CONNECT_FIRST = 0.5
_CONNECT_LONGEST = 30.0
# So many accounts are decided between two looks at the rest of the world.
_SLICE = 10


def _alone() -> bool:
    """Without a lease there is no other desk."""
    return True


async def _nothing_kept() -> None:
    """Nobody writes states down: the journal is folded from its first entry."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything around a desk, wired by `app`.

    `connect` makes the broker session of an account, or None where its broker is not set up.
    `alarm` hears what a person should look into; `fenced` hears that another desk has taken over.
    `leads` says whether this desk may still send: it holds the workspace's lease by a clock that also ran while
    the process was paused. `archive` takes finished intents; without one all of them stay in memory. `checkpoint` gives
    a state of this journal that was written down, to fold on from.
    """

    journal: Journal
    market: Market
    gate: Gate
    clock: Clock
    entropy: Entropy
    calendars: Calendars
    connect: Callable[[Account], Broker | None]
    alarm: Callable[[str, dict[str, object]], None]
    fenced: Callable[[Fenced], None]
    reconcile_every: timedelta = RECONCILE_EVERY
    leads: Callable[[], bool] = _alone
    archive: Archive | None = None
    retention: Retention = KEEPING
    checkpoint: Callable[[], Awaitable[State | None]] = _nothing_kept


class Desk(Reading):
    """One workspace, live."""

    def __init__(self, world: World) -> None:
        super().__init__(world.market, world.clock)
        self._world = world
        self.recorder = Recorder()
        self._listeners: list[Callable[[Sequence[Numbered]], None]] = []
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._draining = False
        self.sending = Sending(self, world.gate, world.clock, world.leads, world.alarm)
        self.archivist = Archivist(self, world.archive, world.retention, world.clock, world.alarm)
        self.core = self._new_core(State())
        self._writer = Writer(world.journal, world.clock, self._journal_failed)

    @property
    def state(self) -> State:
        """The workspace's state, for reading."""
        return self.core.state

    def abandon(self) -> None:
        """Drop everything as a crash would: no goodbye to brokers or journal. For proofs of recovery."""
        self.recovering = "abandoned"
        for task in list(self._tasks):
            task.cancel()

    # --- life -------------------------------------------------------------------------------------

    async def start(self, known: State | None = None, adopted: Sequence[Sequence[ev.Event]] = ()) -> None:
        """Fold the journal, open the broker sessions and begin to work.

        `known` is the journal folded up to some entry; it is this desk's from now on. Each of `adopted` was decided while
        the journal was away: it becomes part of it before anything else happens. Raises JournalError.
        """
        await self._fold(known)
        self._start_writer()
        self.recovering = None
        if adoption.adopt(self.core, adopted):
            await self.commit()
        self._go_on_halting()
        for account in list(self.state.accounts.values()):
            self._open(account)
        self.spawn(self._tick())

    async def drain(self) -> None:
        """Take nothing new in, and wait until what was taken in has left and is durable."""
        self._draining = True
        loop = asyncio.get_running_loop()
        end = loop.time() + _DRAIN
        while loop.time() < end and self.recovering is None and not self._quiet():  # noqa: ASYNC110 - several conditions
            await asyncio.sleep(0.02)
        if self.recovering is None:
            await self.commit()

    def _quiet(self) -> bool:
        lanes = (session.lane for session in self.sessions.values() if session.reconciled)
        return self._writer.idle and all(lane.idle for lane in lanes)

    async def stop(self) -> None:
        """Close sessions and tasks; orders stay as they are at their brokers."""
        self._draining = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        closing = (session.broker.close() for session in self.sessions.values())
        for error in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(error, Exception):
                self._world.alarm("close_failed", {"error": repr(error)})

    async def _fold(self, known: State | None = None) -> None:
        state = known or await self._world.checkpoint() or State()
        async for entries in self._world.journal.read(state.sequence):
            for entry in entries:
                state.apply(codec.decode(entry.kind, entry.body))
        self.core = self._new_core(state)

    def _new_core(self, state: State) -> Core:
        world = self._world
        core = Core(state, world.market, world.gate, world.clock, world.entropy, self, world.alarm, self._seconds)
        self.guard = Guard(core)
        self.archivist.begin(state)
        return core

    @staticmethod
    def _seconds() -> float:
        return asyncio.get_running_loop().time()

    def _start_writer(self) -> None:
        self._writer = Writer(self._world.journal, self._world.clock, self._journal_failed)
        self.spawn(self._writer.run())

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Let something run beside the desk for as long as it lives."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._world.alarm("task_failed", {"error": repr(error)})

    # --- the journal fails ------------------------------------------------------------------------

    def _journal_failed(self, error: JournalError) -> None:
        """Nothing more goes out; the state in memory is worth nothing until it is folded anew."""
        self.recovering = f"the journal cannot be written: {error}"
        for session in self.sessions.values():
            session.lane.clear()
            session.reconciled = False
        self._world.alarm("journal_failed", {"error": str(error)})
        if isinstance(error, Fenced):
            self._world.fenced(error)
            return
        self.spawn(self._recover())

    async def _recover(self) -> None:
        while True:
            await asyncio.sleep(_RECOVERY_PAUSE)
            try:
                await self._fold()
                break
            except Fenced as error:
                self._world.fenced(error)
                return
            except JournalError as error:
                self.recovering = f"the journal cannot be read: {error}"
        self._start_writer()
        self.recorder.forget(self.state)
        self.recovering = None
        for session in self.sessions.values():
            session.turn(connected=session.connected, detail="the journal is back", now=self._world.clock.now())
            allotting.catch_up(self.state, session)
        self._go_on_halting()
        self._world.alarm("journal_recovered", {"sequence": self.state.sequence})

    def _check_open(self) -> None:
        if self._draining:
            msg = "the desk is stopping and takes nothing new in"
            raise JournalUnavailable(msg)
        if self.recovering is not None:
            raise JournalUnavailable(self.recovering)

    # --- intents and requests ---------------------------------------------------------------------

    async def receive(self, request: Request) -> Receipt:
        """Take an intent in; durable when this returns. Raises InvalidInput, Conflict, JournalUnavailable."""
        self._check_open()
        known = await self.archivist.answered(request)
        if known is not None:
            return known
        self._check_open()
        receipt = self.core.receive(request)
        if not receipt.duplicate:
            self.recorder.start(receipt.intent, receipt.received_at)
        durable = self.commit()
        if not receipt.duplicate:
            # The decision is made while the intent's own commit is under way.
            asyncio.get_running_loop().call_soon(self._decide, receipt.intent)
        self.recorder.mark(receipt.intent, recorder.DURABLE, await durable)
        return receipt

    def _decide(self, name: IntentId) -> None:
        if self.recovering is not None or name not in self.state.undecided:
            return
        more = self.core.decide(name, _SLICE)
        self._note_decided(name)
        self.flush()
        if more:
            # The first accounts' orders are made durable and leave while the rules look at the next ones.
            self._writer.meanwhile(partial(self._decide, name))

    def _note_decided(self, name: IntentId | None) -> None:
        """The rules have looked at every part of an intent, at once or when its accounts were ready."""
        if name is not None and name not in self.state.undecided:
            self.recorder.mark(name, recorder.RULES, self._world.clock.now())
            self.recorder.touch(name)

    def preview(self, request: Request) -> tuple[list[decisions.Decision], str, Decimal | None]:
        """What would happen, by the same code, with nothing kept: decisions, policy and reference price."""
        return decisions.preview(self.state, self.market, self._world.gate, request, self._world.clock.now(),
                                 self._world.entropy, self.reconciled)  # fmt: skip

    async def cancel(self, name: ClientOrderId, actor: str, reason: str = "") -> None:
        """Ask for an order to be canceled; durable when this returns."""
        self._check_open()
        self.core.request_cancel(name, actor=actor, reason=reason)
        await self.commit()

    async def cancel_all(self, account: AccountId | None = None, group: GroupId | None = None, actor: str = "") -> int:
        """Ask for every open order of an account, a group's accounts or the workspace to be canceled."""
        self._check_open()
        names = None
        if account is not None:
            names = {account}
        elif group is not None:
            check_scope(self.state, Scope(ScopeType.GROUP, group))
            names = {member.account for member in self.state.groups[group].members}
        hit = [order for order in self.state.all_open_orders() if names is None or order.account in names]
        for order in hit:
            if order.pending is not Pending.CANCEL and self.state.orders[order.client_order_id].is_open:
                self.core.request_cancel(order.client_order_id, actor=actor, reason="cancel all")
        await self.commit()
        return len(hit)

    async def replace(self, name: ClientOrderId, quantity: Decimal | None, terms: Terms | None, actor: str) -> None:
        """Ask for other terms; durable when this returns. Raises InvalidInput with the rule that denies it."""
        self._check_open()
        self.core.request_replace(name, quantity, terms, actor)
        await self.commit()

    async def act_on_orders(self, act: Callable[[Core], None]) -> None:
        """Let a person's word on orders be decided upon; durable when this returns."""
        self._check_open()
        act(self.core)
        await self.commit()

    async def set_trading_state(self, scope: Scope, to: TradingState, reason: str, actor: str, *,
                                cancel_working: bool = True) -> int:  # fmt: skip
        """Halt, make reduce-only or release; when this returns nothing that adds risk leaves a halted scope."""
        self._check_open()
        check_scope(self.state, scope)
        count = self.core.set_trading_state(scope, to, reason, actor, cancel_working=cancel_working)
        await self.commit()
        # Whoever asked is answered first.
        asyncio.get_running_loop().call_soon(self._go_on_halting)
        return count

    def _go_on_halting(self) -> None:
        """Take off what a halt reached, slice by slice: whatever else is due has its turn in between."""
        if self.recovering is None and self.core.halting.under_way:
            self.core.halting.step()
            self.flush()
            asyncio.get_running_loop().call_soon(self._go_on_halting)

    async def define(self, event: ev.Event) -> None:
        """Set up or change the workspace; durable when this returns. Raises InvalidInput for a bad definition."""
        self._check_open()
        check_definition(self.state, event)
        self.core.emit(event)
        await self.commit()
        if isinstance(event, ev.AccountDefined) and event.account.id not in self.sessions:
            self._open(event.account)

    async def act_on_risk(self, act: Callable[[Guard], None]) -> None:
        """Let somebody act on locks, violations, square-offs or rulebooks; durable when this returns."""
        self._check_open()
        act(self.guard)
        await self.commit()

    # --- effects ----------------------------------------------------------------------------------

    def flush(self) -> None:
        """Queue what the core decided; its commands and news go out once it is durable."""
        # Who needs to know when it is durable calls `commit`; a failure reaches everyone through `_journal_failed`.
        _ = self.commit()

    def commit(self) -> asyncio.Future[datetime]:
        """Queue what the core decided; done once it is durable, or with a JournalError."""
        events, commands = self.core.events, self.core.commands
        self.core.events, self.core.commands = [], []
        for _, event in events:
            if isinstance(event, (ev.OrderApproved, ev.OrderDenied)):
                self._note_decided(event.order.intent)
            elif isinstance(event, ev.IntentReceived):
                self.archivist.note(event.intent.id)

        def let_out(written: Sequence[Numbered], at: datetime) -> None:
            self._let_out(written, commands, at)

        return self._writer.put(events, let_out)

    def _let_out(self, written: Sequence[Numbered], commands: Sequence[object], at: datetime) -> None:
        for number, event in written:
            allotting.hear(event, self.state, self.sessions)
            self.archivist.durable = number
        for command in commands:
            if isinstance(command, Submit):
                self.recorder.mark(self.state.orders[command.order].intent, recorder.OUTBOX, at)
            self._command(command)
        if written:
            for listener in self._listeners:
                self._tell(listener, written)

    def _tell(self, listener: Callable[[Sequence[Numbered]], None], written: Sequence[Numbered]) -> None:
        try:
            listener(written)
        except Exception as error:  # noqa: BLE001 - whoever listens must not stop the desk
            self._world.alarm("listener_failed", {"error": repr(error)})

    def _command(self, command: object) -> None:
        if not isinstance(command, (Submit, Cancel, Replace, Reconcile, LookUp)):
            return
        session = self.sessions.get(command.account)
        if session is None:
            return
        if isinstance(command, Reconcile):
            session.wanted.set()
        elif isinstance(command, LookUp):
            session.ask(command.order)
        else:
            session.lane.put(command)

    def subscribe(self, listener: Callable[[Sequence[Numbered]], None]) -> Callable[[], None]:
        """Hear events once they are durable, in order; gives a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            if self.recovering is not None:
                continue
            try:
                self.core.expire_waiting()
                self.guard.watch()
                self.finish_records()
                self.flush_if_needed()
                self.archivist.turn()
            except Exception as error:  # noqa: BLE001 - one failing tick must not end the next ones
                self._world.alarm("tick_failed", {"error": repr(error)})

    def finish_records(self) -> None:
        """Write the stages of intents that are through."""
        for event in self.recorder.finish(self.state, self._world.clock.now()):
            self.core.emit(event)

    def flush_if_needed(self) -> None:
        """Flush where anything was decided."""
        if self.core.events or self.core.commands:
            self.flush()

    # --- sessions ---------------------------------------------------------------------------------

    def _open(self, account: Account) -> None:
        broker = self._world.connect(account) if account.enabled else None
        if broker is None:
            return
        lane = Lane(account.id, broker, self.sending, asyncio.get_running_loop().time)
        session = Session(account.id, broker, lane)
        self.sessions[account.id] = session
        allotting.catch_up(self.state, session)
        reconciler = Reconciler(self, session, self._world.clock, self._world.alarm, self._world.reconcile_every)
        for work in (lane.run(), reconciler.run(), reconciler.watch(), self._connect(session)):
            self.spawn(work)

    def reopen(self, account: AccountId) -> None:
        """Open the session of an account that has none yet, because what it needs was not there when it was defined."""
        known = self.state.accounts.get(account)
        if known is not None and account not in self.sessions:
            self._open(known)

    async def _connect(self, session: Session) -> None:
        """Open the broker session; until its first attempt succeeds it does not mend itself."""
        pause = _CONNECT_FIRST
        while True:
            try:
                await session.broker.connect(self)
            except BrokerError as error:
                session.detail = f"cannot be reached: {error}"
                self._world.alarm("connect_failed", {"account": session.account, "error": str(error)})
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _CONNECT_LONGEST)

    def on_broker_event(self, account: AccountId, event: BrokerEvent) -> None:
        """A broker's message; while the journal is down it is left to the next reconciliation."""
        if self.recovering is not None:
            return
        if self.core.named(account, event) is None and self.archivist.holds(account, event.client_order_id):
            self.archivist.wait(account, event)
        else:
            self.hear(account, event)

    def hear(self, account: AccountId, event: BrokerEvent) -> None:
        """Take a message in that need not wait, or waited for long enough."""
        name = self.core.named(account, event)
        if name is not None:
            self.sessions[account].heard.note(name)
        self.core.on_broker_event(account, event)
        if name is not None:
            self.recorder.touch(self.state.orders[name].intent)
        self.finish_records()
        self.flush_if_needed()

    def on_connected(self, account: AccountId) -> None:
        """A session is up; nothing new leaves it before a clean pass."""
        self.core.mending.lost(account)
        self.sessions[account].turn(connected=True, detail="reading the broker's book", now=self._world.clock.now())

    def on_disconnected(self, account: AccountId, reason: str) -> None:
        """A session is down."""
        self.core.mending.lost(account)
        self.sessions[account].turn(connected=False, detail=reason, now=self._world.clock.now())

    def take(self, account: AccountId, *, urgent: bool) -> bool:
        """Whether an order of this account may be sent in the transaction that approves it."""
        return self.sending.ready_to_send(account) and self.sessions[account].lane.take(urgent=urgent)

    def queued(self, account: AccountId, name: ClientOrderId) -> bool:
        """Whether the order waits in its lane or is on its way through it."""
        session = self.sessions.get(account)
        return session is not None and session.lane.queued(name)

    def capabilities(self, account: AccountId) -> Capabilities | None:
        """What the account's broker can do."""
        session = self.sessions.get(account)
        return session.broker.capabilities if session is not None else None

    def reconcile_now(self, account: AccountId | None = None) -> int:
        """Compare an account's book, or that of every connected one, with its broker's at once; gives how many."""
        wanted = [one for one in self.sessions.values() if one.connected and account in {None, one.account}]
        for session in wanted:
            session.wanted.set()
        return len(wanted)

    # --- market -----------------------------------------------------------------------------------

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """New prices; a new session's first quote closes the books of the last one first."""
        newest = max((quote.occurred_at for quote in quotes), default=None)
        if newest is not None and self.recovering is None:
            self._roll(newest)
        self.market.take(quotes, self.state.instruments)
        if self.recovering is None:
            self.core.on_prices()
            self.guard.watch(all_accounts=False)
            self.flush_if_needed()

    def on_feed_state(self, name: str, *, connected: bool, detail: str) -> None:
        """The feed's connection changed."""
        self.market.feed.name, self.market.feed.connected, self.market.feed.detail = name, connected, detail

    def _roll(self, moment: datetime) -> None:
        """Open the session that `moment` lies in for each account, at the equity of the last prices before it."""
        day = self._world.calendars.table(self.session_calendar).date_of(moment)
        for account in self.state.accounts.values():
            known = self.state.sessions.get(account.id)
            if (known is not None and known.session >= day) or not self.reconciled(account.id):
                continue
            worth = views.valuation_or_none(self.state, self.market, account)
            if worth is not None and not worth.missing:
                self.core.emit(ev.SessionOpened(self._world.clock.now(), account.id, day, worth.equity))
        if self.core.events:
            self.flush()
