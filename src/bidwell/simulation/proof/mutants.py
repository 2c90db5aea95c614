"""Broken engines: each breaks one promise by hand, and the proof must tell it from the sound one.

A mutant replaces one function or rule of the engine by name while its schedules are played, and puts it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidwell.engine import (
    allocation,
    decisions,
    folding,
    intake,
    obstacles,
    reconciliation,
    tracking,
    unwinding,
    views,
    writer,
)
from bidwell.engine.commands import Submit
from bidwell.engine.decider import Core
from bidwell.engine.desk import Desk
from bidwell.engine.lane import Lane
from bidwell.engine.last_hop import LastHop
from bidwell.engine.ports import Snapshot
from bidwell.engine.sending import Sending
from bidwell.engine.sessions import Reconciler
from bidwell.engine.state import State
from bidwell.engine.writer import Batch, Writer
from bidwell.model import events as ev
from bidwell.model import order as orders
from bidwell.model.errors import BrokerError, JournalError
from bidwell.model.events import Check
from bidwell.model.ids import ClientOrderId
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus, Pending, Step
from bidwell.risk import gate
from bidwell.risk.rules import halt, max_position, stale_data
from bidwell.simulation.proof.acts import Act
from bidwell.simulation.proof.held_mutants import HELD_MUTANTS
from bidwell.simulation.proof.mutant import Mutant, Patch
from bidwell.simulation.proof.repair_mutants import REPAIR_MUTANTS
from bidwell.simulation.proof.resolving_mutants import RESOLVING_MUTANTS
from bidwell.simulation.proof.retirement_mutants import RETIREMENT_MUTANTS
from bidwell.simulation.proof.weather import Fault

# What stands in for an engine's function takes what that function takes, whether it looks at it or not.
# ruff: noqa: ARG001, ANN401, SLF001


# --- durability ----------------------------------------------------------------------------------


def _let_out_first(self: Writer, events: Any, after: Any) -> Any:
    after(events, self._clock.now())
    return _PUT(self, events, lambda *_: None)


_PUT = Writer.put


async def _answer_first(self: Desk, request: intake.Request) -> intake.Receipt:
    self._check_open()
    receipt = self.core.receive(request)
    self.flush()
    self._decide(receipt.intent)
    return receipt


async def _write_on(self: Writer, batches: list[Batch]) -> None:
    entries = [writer._entry(number, event) for batch in batches for number, event in batch.events]
    now = self._clock.now()
    try:
        if entries:
            await self._journal.append(entries)
    except JournalError:
        now = self._clock.now()
    for batch in batches:
        if not batch.durable.done():
            batch.durable.set_result(now)
        batch.after(batch.events, now)


async def _keep_the_book(self: Desk) -> None:
    """After a failure of the journal, go on with the state in memory."""
    self.core = self._new_core(self.core.state)


# --- doubt ---------------------------------------------------------------------------------------


def _doubt_is_rejection(self: Sending, name: ClientOrderId, reason: str) -> None:
    desk = self._desk
    if desk.recovering is None:
        order = desk.state.orders[name]
        desk.core.on_broker_event(order.account, ev.OrderRejected(self._clock.now(), name, "error", reason))
        desk.flush()


def _garbled_is_rejection(self: Sending, name: ClientOrderId, reason: str) -> None:
    if "not understood" in reason:
        _doubt_is_rejection(self, name, reason)


async def _send_until_it_answers(self: Lane, command: Submit, order: Order, exits: list[Order], *,
                                 untouched: bool) -> None:  # fmt: skip
    approved = self._owner.approved(command.order)
    attached = tuple(self._owner.approved(one.client_order_id) for one in exits)
    for _ in range(3):
        try:
            await self._broker.submit(approved, attached)
        except BrokerError:
            continue
        else:
            return


def _free(counted: Callable[[Order], bool]) -> Callable[[State, Order], Decimal]:
    def claim(self: State, order: Order) -> Decimal:
        return _CLAIM(self, order) if counted(order) else ZERO

    return claim


_CLAIM = State.claim


def _absent_is_gone(state: State, event: ev.OrderAbsent) -> None:
    state.keep(orders.step(state.orders[event.client_order_id], Step.REJECTED, reason="not found"))
    state.reservations.pop(event.client_order_id, None)


def _missed_is_gone(self: Reconciler, order: Order, now: datetime) -> bool:
    if order.status in {OrderStatus.SUBMITTED, OrderStatus.ABSENT}:
        self._desk.core.emit(ev.OrderRejected(now, order.client_order_id, "missing", "not found"))
        return True
    return False


def _resend_anywhere(self: Reconciler, order: Order, now: datetime) -> bool:
    return not self._desk.core.resend(order.client_order_id) and _MISSED(self, order, now)


_MISSED = Reconciler._missed


def _resend_on_resume(self: Reconciler) -> None:
    core = self._desk.core
    for order in core.state.open_orders(self._session.account):
        if order.status is OrderStatus.SUBMITTED:
            core.resend(order.client_order_id)
    _RESUME(self)


_RESUME = Reconciler._resume


async def _find_nothing(self: Reconciler, names: list[ClientOrderId]) -> bool:
    return bool(names) and self is None


async def _chase_nothing(self: Reconciler) -> None:
    self._session.doubts.clear()


# --- reports -------------------------------------------------------------------------------------


def _report_without(*kinds: type[ev.Event]) -> Callable[..., list[ev.OrderEvent]]:
    def from_report(*given: Any, **more: Any) -> list[ev.OrderEvent]:
        return [event for event in _FROM_REPORT(*given, **more) if not isinstance(event, kinds)]

    return from_report


_FROM_REPORT = tracking.from_report


def _reports(replacement: object) -> tuple[Patch, ...]:
    return (tracking, "from_report", replacement), (reconciliation, "from_report", replacement)


def _ours_only(state: State, snapshot: Snapshot, now: datetime, fresh: Any = ()) -> reconciliation.Findings:
    known = tuple(one for one in snapshot.orders if reconciliation.ours_of(state, snapshot.account, one) is not None)
    return _COMPARE(state, replace(snapshot, orders=known), now, fresh)


_COMPARE = reconciliation.compare_orders


def _believe_anything(state: State, snapshot: Snapshot) -> reconciliation.Differences:
    return _HOLDINGS(state, replace(snapshot, complete=True))


_HOLDINGS = reconciliation.compare_holdings


def _conclude_from_anything(
    self: Reconciler, snapshot: Snapshot, findings: reconciliation.Findings, asked: int, *, quiet: bool
) -> None:
    _CONCLUDE(self, replace(snapshot, complete=True), findings, asked, quiet=quiet)
    self._session.gaps = _HOLDINGS(self._desk.core.state, replace(snapshot, complete=True))


_CONCLUDE = Reconciler._conclude


def _closed_means_deaf(order: Order, event: ev.OrderEvent) -> bool:
    return not order.is_open or _NOTHING_NEW(order, event)


_NOTHING_NEW = tracking.changes_nothing


def _fill_by_figures(self: Order, fill: Any) -> bool:
    return any((one.execution_id, one.price) == (fill.execution_id, fill.price) for one in self.fills)


# --- asking --------------------------------------------------------------------------------------


def _cancel_is_done(state: State, event: ev.CancelRequested) -> None:
    state.keep(orders.step(state.orders[event.client_order_id], Step.CANCELED, reason="asked for"))
    state.reservations.pop(event.client_order_id, None)


def _refused_cancel_is_done(state: State, event: ev.CancelRejected) -> None:
    _cancel_is_done(state, ev.CancelRequested(event.at, event.client_order_id))


def _never_ask_again(self: Reconciler, name: ClientOrderId) -> None:
    self._session.doubts.pop(name, None)


def _replaced_in_name(state: State, event: ev.OrderReplaced) -> None:
    order = state.orders[event.client_order_id]
    state.replacing.pop(event.client_order_id, None)
    state.keep(replace(order, pending=Pending.NONE))


def _small_replace(self: State, order: Order) -> Decimal:
    return order.leaves_quantity if self is not None else ZERO


# --- limits and order ----------------------------------------------------------------------------


def _passes(rule: str) -> Callable[[Any], Check]:
    check = Check(rule, passed=True)
    return lambda _proposal: check


def _without(rule: Callable[..., Check], name: str) -> Patch:
    class _Lax(gate.Gate):
        def decide(self, proposal: Any) -> Any:
            self._rules = tuple(_passes(name) if one is rule else one for one in self._rules)
            return _DECIDE(self, proposal)

    return (gate.Gate, "decide", _Lax.decide)


_DECIDE = gate.Gate.decide


def _taken_without(**gone: Decimal) -> Callable[..., views.Taken]:
    def taken(*given: Any, **more: Any) -> views.Taken:
        return replace(_TAKEN(*given, **more), **gone)

    return taken


_TAKEN = views.taken


def _closable_anyway(state: State, intent: Any, account: Any, instrument: Any, *_: Any) -> Decimal:
    portfolio = state.portfolios[account]
    return abs(portfolio.position(instrument).quantity)


def _no_obstacle(*_: Any) -> None:
    return None


def _never(*_: Any) -> bool:
    return False


def _no_key(*_: Any) -> None:
    return None


def _any_body(state: State, request: intake.Request, body_hash: str) -> intake.Receipt | None:
    known = state.keys.get(request.key)
    return _REPEATED(state, request, known[1] if known is not None else body_hash)


_REPEATED = intake.repeated


def _forgets(state: State, event: ev.TradingStateSet) -> None:
    state.trading_states.pop(event.scope, None)


def _double(*given: Any, **more: Any) -> Any:
    proposal = _PROPOSE(*given, **more)
    return replace(proposal, order=replace(proposal.order, quantity=proposal.order.quantity * 2))


_PROPOSE = decisions.propose


def _everyone_all(intent: Any, group: Any, holdings: Sequence[Any], *rest: Any) -> Any:
    parts = _ALLOCATE(intent, group, holdings, *rest)
    whole = sum((part.quantity for part in parts), ZERO)
    return tuple(replace(part, quantity=whole) if part.quantity else part for part in parts)


_ALLOCATE = allocation.allocate


def _trusting(self: LastHop, *_: Any) -> str:
    return "" if self is not None else "never"


def _ready_when_connected(self: Sending, account: Any) -> bool:
    session = self._desk.core.lanes.sessions.get(account)  # type: ignore[attr-defined]
    return self._desk.recovering is None and session is not None and session.connected


def _group_of_today(self: State, intent: Any, body_hash: str, group: Any) -> None:
    _OPEN_INTENT(self, intent, body_hash, group)
    if intent.group is not None:
        self.intents[intent.id].receivers = _Today(self, intent.group)  # type: ignore[assignment]


_OPEN_INTENT = State.open_intent


class _Today(Sequence[Any]):
    """The members that a group has at the moment of asking."""

    def __init__(self, state: State, group: Any) -> None:
        self._state, self._group = state, group

    def _now(self) -> tuple[Any, ...]:
        return tuple(member.account for member in self._state.groups[self._group].members)

    def __getitem__(self, place: Any) -> Any:
        return self._now()[place]

    def __len__(self) -> int:
        return len(self._now())


def _stay_quiet(self: Reconciler) -> None:
    self._session.lane.wake()


def _never_undo(*_: Any) -> bool:
    return True


_ALL_DOUBT = frozenset({Fault.ACK_LOST, Fault.LATE, Fault.LATE_BEYOND_QUARANTINE, Fault.LOST})
_LATE = frozenset({Fault.LATE, Fault.LATE_BEYOND_QUARANTINE})
_JOURNAL = frozenset({Fault.JOURNAL_FAILED_BEFORE, Fault.JOURNAL_FAILED_AFTER})
_MUTE = frozenset({Fault.MUTE, Fault.DISCONNECT})
_FOLDS = folding.FOLDS

MUTANTS: tuple[Mutant, ...] = (
    Mutant("bytes leave before SENT is durable", ((Writer, "put", _let_out_first),)),
    Mutant("an intent is acknowledged before it is durable", ((Desk, "receive", _answer_first),)),
    Mutant("a failed append counts as done", ((Writer, "_write", _write_on),), _JOURNAL),
    Mutant("the book in memory outlives a failed journal", ((Desk, "_fold", _keep_the_book),), _JOURNAL),
    Mutant("a server error counts as a rejection", ((Sending, "on_doubt", _doubt_is_rejection),),
           frozenset({Fault.ERROR_TAKEN})),
    Mutant("an unreadable answer counts as a rejection", ((Sending, "on_doubt", _garbled_is_rejection),),
           frozenset({Fault.GARBLED})),
    Mutant("the lane sends until it is answered", ((Lane, "_hand_over", _send_until_it_answers),),
           frozenset({Fault.ERROR_TAKEN, Fault.ERROR_NOT_TAKEN})),
    Mutant("an order in doubt reserves nothing", ((State, "claim", _free(lambda o: o.status is not OrderStatus.SUBMITTED)),),
           _ALL_DOUBT),
    Mutant("an absent order reserves nothing", ((State, "claim", _free(lambda o: o.status is not OrderStatus.ABSENT)),),
           frozenset({Fault.LATE_BEYOND_QUARANTINE}), (Act.PRESS,)),
    Mutant("an order that is pending a cancel reserves nothing",
           ((State, "claim", _free(lambda o: o.pending is not Pending.CANCEL)),), _ALL_DOUBT),
    Mutant("the quarantine's end counts as proof", ((_FOLDS, "OrderAbsent", _absent_is_gone),), _LATE),
    Mutant("one missed lookup counts as proof", ((Reconciler, "_missed", _missed_is_gone),), _LATE),
    Mutant("a lookup's miss is sent again to any broker", ((Reconciler, "_missed", _resend_anywhere),),
           frozenset({Fault.LOST, Fault.LATE})),
    Mutant("what is in doubt is sent again at every restart", ((Reconciler, "_resume", _resend_on_resume),),
           frozenset({Fault.CRASH_AFTER, Fault.LATE, Fault.DISCONNECT})),
    Mutant("nothing in doubt is ever looked up",
           ((Reconciler, "_look_up", _find_nothing), (Reconciler, "chase", _chase_nothing)), _ALL_DOUBT),
    Mutant("fills are counted as often as they are told", ((Order, "has_fill", _never),), frozenset({Fault.DUPLICATE})),
    Mutant("a restated fill is a second fill", ((Order, "has_fill", _fill_by_figures),), frozenset({Fault.RESTATED})),
    Mutant("a total and its executions are two fills", ((tracking, "named_at_last", _no_key),),
           frozenset({Fault.NO_EXECUTIONS, Fault.REORDER})),
    Mutant("fills are not reconciled", _reports(_report_without(ev.OrderFilled)), _MUTE),
    Mutant("closings are not reconciled", _reports(_report_without(ev.OrderCanceled, ev.OrderExpired, ev.OrderRejected)),
           _MUTE),
    Mutant("replaces are not reconciled", _reports(_report_without(ev.OrderReplaced)), _MUTE, (Act.REPLACE,)),
    Mutant("orders placed by hand are overlooked", ((reconciliation, "compare_orders", _ours_only),),
           frozenset({Fault.MANUAL_ORDER})),
    Mutant("an incomplete report is believed",
           ((reconciliation, "compare_holdings", _believe_anything), (Reconciler, "_conclude", _conclude_from_anything)),
           frozenset({Fault.INCOMPLETE})),
    Mutant("a closed order hears no more fills", ((tracking, "changes_nothing", _closed_means_deaf),),
           frozenset({Fault.REORDER, Fault.CANCELED_THOUGH_FILLED})),
    Mutant("a cancel counts as done when it is asked for", ((_FOLDS, "CancelRequested", _cancel_is_done),)),
    Mutant("a refused cancel counts as done", ((_FOLDS, "CancelRejected", _refused_cancel_is_done),), _LATE),
    Mutant("a lost cancel is never asked again",
           ((Reconciler, "_ask_again", _never_ask_again), (Reconciler, "_resume", _stay_quiet)),
           frozenset({Fault.LOST, Fault.UNREACHABLE})),
    Mutant("a confirmed replace changes nothing", ((_FOLDS, "OrderReplaced", _replaced_in_name),)),
    Mutant("an unanswered replace reserves nothing more", ((State, "claim", _small_replace),), _ALL_DOUBT,
           (Act.RAISE, Act.ENTER)),
    Mutant("a halt is forgotten", ((_FOLDS, "TradingStateSet", _forgets),)),
    Mutant("a halt is asked nowhere", (_without(halt.check, halt.RULE), (obstacles, "halted", _no_obstacle))),
    Mutant("a halt is not asked again before the wire", ((obstacles, "halted", _no_obstacle),),
           frozenset({Fault.UNREACHABLE, Fault.DISCONNECT})),
    Mutant("validity ends at the gate", ((Core, "_overdue", _never),),
           frozenset({Fault.UNREACHABLE, Fault.DISCONNECT, Fault.CRASH_AFTER})),
    Mutant("prices may be of any age", (_without(stale_data.check, stale_data.RULE),), frozenset({Fault.FEED_STALLED})),
    Mutant("positions have no limit", (_without(max_position.check, max_position.RULE),)),
    Mutant("open orders are not counted", ((views, "taken", _taken_without(open_buy=ZERO, open_sell=ZERO)),)),
    Mutant("exits do not see one another",
           ((views, "taken", _taken_without(exits=ZERO)), (decisions, "closable", _closable_anyway),
            (obstacles, "outgrown", _no_obstacle), (decisions, "races", _never)),
           _ALL_DOUBT),
    Mutant("an exit does not wait for its turn", ((Core, "_blocked", _never),), _ALL_DOUBT),
    Mutant("a repeated request is a new one", ((intake, "repeated", _no_key),)),
    Mutant("a key may be used for two requests", ((intake, "repeated", _any_body),)),
    Mutant("children are twice their part, and nobody counts at the last hop",
           ((decisions, "propose", _double), (LastHop, "refuse", _trusting))),
    Mutant("every account gets the whole", ((decisions, "allocate", _everyone_all),)),
    Mutant("orders leave before the account was read", ((Sending, "ready_to_send", _ready_when_connected),),
           frozenset({Fault.DISCONNECT, Fault.QUERY_FAILED})),
    Mutant("a group that asks to be unwound is left as it is", ((unwinding, "unwind", _never_undo),),
           frozenset({Fault.THROTTLED}), (Act.ENTER_GROUP, Act.SIGNAL)),
    Mutant("a group's change reaches what is under way", ((State, "open_intent", _group_of_today),),
           frozenset({Fault.CRASH_AFTER, Fault.DISCONNECT}), (Act.REDEFINE, Act.ENTER_GROUP, Act.CLOSE_ALL)),
    *REPAIR_MUTANTS,
    *HELD_MUTANTS,
    *RETIREMENT_MUTANTS,
    *RESOLVING_MUTANTS,
)  # fmt: skip
