"""What a workspace's readers hear: the desk's events and the market, folded, numbered and encoded once for all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from pydantic import BaseModel

from bidwell.engine.desk import Desk
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId, IntentId, WorkspaceId
from bidwell.server.accounts import reads as accounts
from bidwell.server.accounts.schemas import AccountSummary, BreakView, ScopeView, StateView
from bidwell.server.backtests import reads as backtests
from bidwell.server.breaks import handling_of, title_of
from bidwell.server.context import ServerContext
from bidwell.server.fields import Instant, View
from bidwell.server.fills import reads as fills
from bidwell.server.funded import reads as funded
from bidwell.server.funded.schemas import Funded
from bidwell.server.instruments import reads as instruments
from bidwell.server.intents import reads as intents
from bidwell.server.orders import reads as orders
from bidwell.server.overview import reads as overview
from bidwell.server.positions import reads as positions
from bidwell.server.positions.schemas import Position
from bidwell.server.risk import reads as risk
from bidwell.server.risk.schemas import AccountRisk, SquareOffView
from bidwell.server.stream.at_work import AtWork
from bidwell.server.stream.client import REOPEN, REVOKED, Client
from bidwell.server.stream.spoken import Spoken
from bidwell.server.stream.topics import WHOLE, Name, Topic, encode, line
from bidwell.storage.research.backtest_runs import OPEN, BacktestRun
from bidwell.storage.research.strategy_runs import RunLine, StrategyRun

BEAT_S = 0.2
HEARTBEAT_BEATS = 25
SLOW_BEATS = 3
_COALESCE_S = 0.005


class AccountBreaks(View):
    """The differences that the last reconciliation of an account found."""

    account: str
    at: Instant
    clean: bool
    breaks: list[BreakView]


class Hub:
    """One workspace's topics and readers; it works only while somebody listens."""

    def __init__(self, context: ServerContext, workspace: WorkspaceId, desk: Desk) -> None:
        self._context = context
        self._workspace = workspace
        self._desk = desk
        start = int(context.clock.now().timestamp() * 1000)
        self._topics = {name: Topic(name, start) for name in Name}
        self._clients: set[Client] = set()
        self._beats: asyncio.Task[None] | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._orders: dict[ClientOrderId, None] = {}
        self._intents: dict[IntentId, None] = {}
        self._fills: list[Fill] = []
        self._quoted: dict[InstrumentId, object] = {}
        self._accounts: dict[str, AccountSummary] = {}
        self._positions: dict[tuple[str, str], Position] = {}
        self._feed: object = None
        self._risks: dict[str, AccountRisk] = {}
        self._squares: list[SquareOffView] = []
        self._funded: dict[str, Funded] = {}
        self._spoken = Spoken(context, workspace, desk)
        self._unsubscribe = [desk.subscribe(self._hear)]
        if context.research is not None:
            self._unsubscribe.append(context.research.queue.subscribe(self._hear_backtest))
        runs = context.strategy_runs.get(workspace)
        self._at_work = None if runs is None else AtWork(desk, runs)
        if runs is not None:
            self._unsubscribe.append(runs.subscribe(self._hear_strategy))

    def close(self) -> None:
        """Stop listening to the desk."""
        for stop in self._unsubscribe:
            stop()

    # --- readers ---------------------------------------------------------------------------------

    def join(self, client: Client) -> None:
        """Let a reader in; the first one starts the beats."""
        self._clients.add(client)
        if self._beats is None:
            self._beats = asyncio.get_running_loop().create_task(self._run())

    def leave(self, client: Client) -> None:
        """A reader is gone; with the last one the beats end."""
        self._clients.discard(client)
        if not self._clients and self._beats is not None:
            self._beats.cancel()
            self._beats = None
            self._say_strategies()

    def subscribe(self, client: Client, names: Sequence[Name], last: dict[Name, int]) -> None:
        """Start topics for a reader: from where it stood, or with what there is now."""
        self._let_go()
        for name in names:
            client.topics.add(name)
            topic = self._topics[name]
            if name in last:
                missed = topic.since(last[name])
                if missed is not None:
                    for message in missed:
                        client.put(message)
                    continue
                if name not in WHOLE:
                    client.put(line(name, topic.seq, "gap", self._now()))
                    continue
            client.put(line(name, topic.seq, "snapshot", self._now(), encode(self._snapshot(name))))

    def revoke(self, row: str) -> None:
        """A session or key ended: its streams close now."""
        for client in list(self._clients):
            if client.actor.row == row:
                client.close(REVOKED)

    def reopen(self, user: str) -> None:
        """A person's role changed: the streams are opened anew, under the new one."""
        for client in list(self._clients):
            if client.actor.user == user:
                client.close(REOPEN)

    def _snapshot(self, name: Name) -> BaseModel | list[BaseModel]:
        desk, now = self._desk, self._now()
        if name is Name.QUOTES:
            return [instruments.quote_view(desk, quote, now) for quote in desk.market.quotes.values()]
        if name is Name.ORDERS:
            return [orders.view(desk, order) for order in desk.state.all_open_orders()]
        if name is Name.POSITIONS:
            return list(positions.views(desk))
        if name is Name.ACCOUNTS:
            return list(accounts.summaries(desk))
        if name is Name.FEED:
            return overview.feed(self._context, self._workspace, desk)
        if name is Name.STATE:
            return overview.state(desk)
        if name is Name.RISK:
            return risk.status(desk, now)
        if name is Name.FUNDED:
            return list(funded.listed(desk))
        if name is Name.READINESS:
            return self._spoken.board()
        if name is Name.GUARDIAN:
            return self._spoken.guardian() or []
        return []

    def _hear_backtest(self, workspace: str, run: BacktestRun, done: int, total: int) -> None:
        """A run of this workspace went on, or ended."""
        if workspace == self._workspace:
            live = run.status in OPEN
            self._send(Name.BACKTESTS, partial(backtests.view, run, done, total, live=live))

    def _hear_strategy(self, ident: str, run: StrategyRun | None, lines: Sequence[RunLine]) -> None:
        """A strategy of this workspace changed or wrote; it is said with the next beat."""
        if self._at_work is not None:
            self._at_work.hear(ident, run, lines)
            if not self._clients:
                self._say_strategies()

    def _say_strategies(self) -> None:
        """Say what strategies did since the last beat; where nobody listens it is only counted."""
        if self._at_work is None or not self._at_work.waiting:
            return
        if not self._clients:
            self._at_work.forget()
            self._topics[Name.STRATEGY_RUNS].skip()
            return
        for news in self._at_work.news():
            self._send(Name.STRATEGY_RUNS, partial(_itself, news))

    # --- the desk's events -----------------------------------------------------------------------

    def _hear(self, written: Sequence[tuple[int, ev.Event]]) -> None:
        """Note what changed; views are made a moment later, once for a burst of events."""
        for _, event in written:
            self._note(event)
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(_COALESCE_S, self._let_go)

    def _note(self, event: ev.Event) -> None:
        if isinstance(event, ev.OrderEvent):
            self._note_order(event.client_order_id)
            if isinstance(event, ev.OrderFilled):
                self._fills.append(event.fill)
            elif isinstance(event, ev.OrderIdentified) and event.external is not None:
                self._note_order(event.external)
                self._fills += event.fills
        elif isinstance(event, ev.OrderApproved | ev.OrderDenied):
            self._note_order(event.order.client_order_id)
        elif isinstance(event, ev.IntentReceived):
            self._intents[event.intent.id] = None
        elif isinstance(event, ev.IntentAllocated | ev.StagesRecorded):
            self._intents[event.intent] = None
        elif isinstance(event, ev.TradingStateSet):
            self._send(Name.STATE, partial(_state_view, event))
        elif isinstance(event, ev.AccountReconciled):
            self._send(Name.BREAKS, partial(_breaks_view, event))
        elif isinstance(event, rev.ViolationOpened | rev.ViolationAcknowledged | rev.ViolationResolved):
            self._send(Name.VIOLATIONS, partial(risk.violation_view, self._desk, risk.violation(self._desk, event.id)))

    def _note_order(self, name: ClientOrderId) -> None:
        self._orders[name] = None
        order = self._desk.state.orders.get(name)
        if order is not None and order.intent is not None:
            self._intents[order.intent] = None

    def _let_go(self) -> None:
        """Send what was noted: orders, then their fills, then the intents they belong to."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        noted, self._orders = self._orders, {}
        executed, self._fills = self._fills, []
        wished, self._intents = self._intents, {}
        state = self._desk.state
        for name in noted:
            if name in state.orders:
                self._send(Name.ORDERS, partial(orders.view, self._desk, state.orders[name]))
        for fill in executed:
            if fill.client_order_id in state.orders:
                self._send(Name.FILLS, partial(fills.view, self._desk, state.orders[fill.client_order_id], fill))
                if self._at_work is not None:
                    self._at_work.filled(state.orders[fill.client_order_id])
        for wish in wished:
            if wish in state.intents:
                self._send(Name.INTENTS, partial(intents.summary, self._desk, state.intents[wish]))

    def _send(self, name: Name, make: Callable[[], BaseModel | Sequence[BaseModel]]) -> None:
        """Number a message and give it to whoever listens; without a listener it is only counted."""
        topic = self._topics[name]
        if not self._clients:
            topic.skip()
            return
        message = topic.next(encode(make()), self._now())
        for client in list(self._clients):
            if name in client.topics:
                client.put(message)

    # --- beats -----------------------------------------------------------------------------------

    async def _run(self) -> None:
        beat = 0
        while True:
            await asyncio.sleep(BEAT_S)
            beat += 1
            self._send_quotes()
            self._say_strategies()
            if beat % SLOW_BEATS == 0:
                self._send_changes()
            if beat % self._spoken.beats == 0:
                for name, view in self._spoken.news():
                    self._send(name, partial(_itself, view))
            if beat % HEARTBEAT_BEATS == 0:
                self._heartbeat()

    def _send_quotes(self) -> None:
        """Only instruments with a new quote since the last beat, at most five times a second."""
        quotes = self._desk.market.quotes
        fresh = [quote for name, quote in quotes.items() if self._quoted.get(name) is not quote]
        if fresh:
            self._quoted.update({quote.instrument: quote for quote in fresh})
            now = self._now()
            self._send(Name.QUOTES, lambda: [instruments.quote_view(self._desk, quote, now) for quote in fresh])

    def _send_changes(self) -> None:
        """Accounts, positions and the feed where they differ from what was last said."""
        desk = self._desk
        summaries = {one.id: one for one in accounts.summaries(desk)}
        changed = [one for name, one in summaries.items() if self._accounts.get(name) != one]
        self._accounts = summaries
        if changed:
            self._send(Name.ACCOUNTS, lambda: changed)
        held = {(one.account, one.instrument): one for one in positions.views(desk)}
        moved = [one for key, one in held.items() if self._positions.get(key) != one]
        moved += [_flat(one) for key, one in self._positions.items() if key not in held]
        self._positions = held
        if moved:
            self._send(Name.POSITIONS, lambda: moved)
        self._send_risk()
        feed = overview.feed(self._context, self._workspace, desk)
        if feed != self._feed:
            self._feed = feed
            self._send(Name.FEED, lambda: feed)

    def _send_risk(self) -> None:
        """Each account's risk and plan where they differ from what was last said."""
        now = risk.status(self._desk, self._now())
        changed = [one for one in now.accounts if self._risks.get(one.account) != one]
        if changed or now.square_offs != self._squares:
            self._risks, self._squares = {one.account: one for one in now.accounts}, now.square_offs
            self._send(Name.RISK, lambda: now.model_copy(update={"accounts": changed}))
        plans = {one.account: one for one in funded.listed(self._desk)}
        if plans != self._funded:
            moved = [one for name, one in plans.items() if self._funded.get(name) != one]
            gone = self._funded.keys() - plans.keys()
            self._funded = plans
            self._send(Name.FUNDED, lambda: list(plans.values()) if gone else moved)

    def _heartbeat(self) -> None:
        seqs = ",".join(f'"{name}":{topic.seq}' for name, topic in self._topics.items())
        message = line("heartbeat", 0, "heartbeat", self._now(), f"{{{seqs}}}")
        for client in list(self._clients):
            client.put(message)

    def _now(self) -> datetime:
        return self._context.clock.now()


def _itself(view: BaseModel) -> BaseModel:
    return view


def _state_view(event: ev.TradingStateSet) -> StateView:
    scope = ScopeView(type=event.scope.type, id=event.scope.id)
    return StateView(state=event.state, reason=event.reason, scope=scope)


def _breaks_view(event: ev.AccountReconciled) -> AccountBreaks:
    found = [BreakView(type=one.type, subject=one.subject, ours=one.ours, theirs=one.theirs, repair=one.repair,
                       title=title_of(one), handling=handling_of(one)) for one in event.breaks]  # fmt: skip
    return AccountBreaks(account=AccountId(event.account), at=event.at, clean=event.clean, breaks=found)


def _flat(position: Position) -> Position:
    """A position that is no more, said once so that a reader can drop it."""
    zero = position.quantity - position.quantity
    return position.model_copy(update={"quantity": zero, "average_price": None, "cost": zero, "market_value": zero,
                                       "unrealized_pnl": zero, "shares": []})  # fmt: skip
