"""How each event changes a workspace's state: one function per kind, looked up by the event's class.

A fold checks first and changes afterwards, so that an event that does not fit leaves the state as it was.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bidwell.engine import retired, tracking
from bidwell.engine.follow import Follow
from bidwell.engine.held import asked_after
from bidwell.model import events as ev
from bidwell.model import held_events as hev
from bidwell.model import order as orders
from bidwell.model import retirement as rt
from bidwell.model.errors import InvalidTransition
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus, Pending, Step
from bidwell.portfolio.portfolio import Portfolio

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId, GroupId

MINUTE = timedelta(seconds=60)
_RECENT = 4000
_ALIKE = 16
_KINDS = 4000


def _workspace(state: State, event: ev.WorkspaceNamed) -> None:
    state.workspace = event


def _instrument(state: State, event: ev.InstrumentListed) -> None:
    state.instruments[event.instrument.id] = event.instrument
    state.redefine()


def _account(state: State, event: ev.AccountDefined) -> None:
    state.accounts[event.account.id] = event.account
    state.portfolios.setdefault(event.account.id, Portfolio(event.account.id))
    state.open.setdefault(event.account.id, {})
    state.redefine()


def _group(state: State, event: ev.GroupDefined) -> None:
    known = state.groups.get(event.group.id)
    state.groups[event.group.id] = event.group
    if known is not None and known.leader != event.group.leader:
        _follow_no_more(state, known.id)


def _group_removed(state: State, event: ev.GroupRemoved) -> None:
    state.groups.pop(event.id, None)
    _follow_no_more(state, event.id)


def _follow_no_more(state: State, group: GroupId) -> None:
    """What a former leader did is nothing to copy from another."""
    for key in [key for key in state.follows if key[0] == group]:
        del state.follows[key]


def _strategy(state: State, event: ev.StrategyDefined) -> None:
    state.strategies[event.strategy.id] = event.strategy


def _strategy_removed(state: State, event: ev.StrategyRemoved) -> None:
    state.strategies.pop(event.id, None)


def _limits(state: State, event: ev.LimitsSet) -> None:
    state.limits[event.scope] = event.limits
    state.merged.clear()


def _trading_state(state: State, event: ev.TradingStateSet) -> None:
    state.trading_states[event.scope] = event


def _session(state: State, event: ev.SessionOpened) -> None:
    state.sessions[event.account] = event
    state.flows.pop(event.account, None)


def _intent(state: State, event: ev.IntentReceived) -> None:
    intent = event.intent
    group = state.groups.get(intent.group) if intent.group is not None else None
    state.open_intent(intent, event.body_hash, group)


def _allocated(state: State, event: ev.IntentAllocated) -> None:
    record = state.intents[event.intent]
    record.allocations.update({allocation.account: allocation for allocation in event.allocations})
    record.policy = event.policy or record.policy
    record.reference = event.reference if event.reference is not None else record.reference
    record.allocated_at = record.allocated_at or event.at
    for allocation in event.allocations:
        if allocation.quantity <= 0:
            state.settle(record, allocation.account)


def _approved(state: State, event: ev.OrderApproved) -> None:
    order = event.order
    state.add(order)
    state.reservations[order.client_order_id] = event.reservation
    state.trace(order.client_order_id, event.at).checks = event.checks
    recent = state.recent.setdefault(order.account, deque(maxlen=_RECENT))
    while recent and order.created_at - recent[0] > MINUTE:
        recent.popleft()
    recent.append(order.created_at)
    if order.leg == 0:
        _remember(state, order)


def _remember(state: State, order: orders.Order) -> None:
    """Keep what the duplicate rule looks for: the last orders alike, of the kinds that came last."""
    key = (order.account, order.instrument, order.side, order.quantity)
    alike = state.alike.pop(key, None) or deque(maxlen=_ALIKE)
    alike.append(order)
    state.alike[key] = alike
    if len(state.alike) > _KINDS:
        del state.alike[next(iter(state.alike))]


def _denied(state: State, event: ev.OrderDenied) -> None:
    known = state.orders.get(event.order.client_order_id, event.order)
    denied = orders.step(known, Step.DENIED, reason=event.denial.message or event.denial.rule)
    state.add(denied)
    trace = state.trace(denied.client_order_id, event.at)
    trace.denial = event.denial
    trace.checks = event.checks or trace.checks
    state.reservations.pop(denied.client_order_id, None)


def _submitted(state: State, event: ev.OrderSubmitted) -> None:
    order = state.orders[event.client_order_id]
    if event.attempt == 1:
        state.keep(orders.step(order, Step.SUBMITTED))
    trace = state.traces[event.client_order_id]
    trace.sent_at = trace.sent_at or event.at
    trace.attempts = event.attempt


def _doubted(state: State, event: ev.OrderDoubted) -> None:
    order = state.orders[event.client_order_id]
    if order.is_open:
        state.keep(replace(order, reason=event.reason))


def _answered(state: State, event: ev.OrderEvent) -> None:
    trace = state.traces.get(event.client_order_id)
    if trace is not None and trace.answered_at is None:
        trace.answered_at = event.at


def _accepted(state: State, event: ev.OrderAccepted) -> None:
    if event.found is not None and event.client_order_id not in state.orders:
        state.add(event.found)
        state.trace(event.client_order_id, event.at)
    order = orders.accept(state.orders[event.client_order_id], event.broker_order_id)
    state.keep(replace(order, reason="") if order.is_open else order)
    if event.broker_order_id is not None:
        state.by_broker_id[(order.account, event.broker_order_id)] = order.client_order_id
    _answered(state, event)


def _closing(kind: Step) -> Callable[[State, ev.OrderEvent], None]:
    def close(state: State, event: ev.OrderEvent) -> None:
        order = state.orders[event.client_order_id]
        state.keep(orders.step(order, kind, reason=getattr(event, "reason", "")))
        if not state.orders[event.client_order_id].is_open:
            state.reservations.pop(event.client_order_id, None)
        _answered(state, event)

    return close


def _absent(state: State, event: ev.OrderAbsent) -> None:
    order = state.orders[event.client_order_id]
    state.keep(orders.step(order, Step.ABSENT, reason="looked for at the broker and not found"))


def _identified(state: State, event: ev.OrderIdentified) -> None:
    """Give an order in doubt the number that a person named; raises InvalidTransition where it is not in doubt."""
    ours = state.orders[event.client_order_id]
    if not ours.in_doubt:
        msg = f"order {ours.client_order_id} is {ours.status}, and not in doubt"
        raise InvalidTransition(msg)
    if event.external is None:
        state.keep(replace(orders.accept(ours, event.broker_order_id), reason=""))
    else:
        _take_over(state, ours, state.orders[event.external], event)
    after = state.orders[ours.client_order_id]
    for number in after.broker_order_ids:
        state.by_broker_id[(after.account, number)] = after.client_order_id
    if not after.is_open:
        state.reservations.pop(after.client_order_id, None)
    trace = state.traces.get(after.client_order_id)
    if trace is not None:
        trace.answered_at = trace.answered_at or event.at
        if after.status is OrderStatus.FILLED:
            trace.filled_at = trace.filled_at or event.at


def _take_over(state: State, ours: orders.Order, theirs: orders.Order, event: ev.OrderIdentified) -> None:
    """What an EXTERNAL order filled was booked once, and moves to ours; it is given up, and loses its numbers for that."""
    name, fills = ours.client_order_id, event.fills
    accepted = orders.accept(ours, event.broker_order_id)
    moved = replace(
        accepted, broker_order_ids=theirs.broker_order_ids, quantity=theirs.quantity, terms=theirs.terms, fills=fills,
        status=OrderStatus.WORKING if theirs.is_open else theirs.status, reason=theirs.reason,
        pending=accepted.pending if theirs.is_open else Pending.NONE,
    )  # fmt: skip
    state.keep(replace(theirs, status=OrderStatus.CANCELED, pending=Pending.NONE, fills=(), broker_order_ids=(),
                       reason=f"it is order {name} of this desk, at the broker {event.broker_order_id}"))  # fmt: skip
    if ours.strategy is not None:
        portfolio, instrument = state.portfolios[ours.account], state.instruments[ours.instrument]
        for fill in fills:
            portfolio.hand_over(fill, instrument, ours.strategy)
    state.keep(moved)


def _pending(kind: Step) -> Callable[[State, ev.OrderEvent], None]:
    def move(state: State, event: ev.OrderEvent) -> None:
        order = orders.step(state.orders[event.client_order_id], kind)
        if kind is Step.REPLACE_REJECTED:
            state.replacing.pop(event.client_order_id, None)
            if order.is_open and order.filled_quantity >= order.quantity:
                order = replace(order, status=OrderStatus.FILLED, pending=Pending.NONE)
                state.reservations.pop(event.client_order_id, None)
        state.keep(order)

    return move


def _cancel_requested(state: State, event: ev.CancelRequested) -> None:
    _pending(Step.CANCEL_REQUESTED)(state, event)
    trace = state.traces.get(event.client_order_id)
    if trace is not None:
        trace.asked_off = event.actor


def _order_held(state: State, event: hev.OrderHeld) -> None:
    state.keep(orders.step(state.orders[event.client_order_id], Step.HELD))
    held = state.held[event.client_order_id]
    held.until, held.ends_by = event.until, event.ends_by


def _order_triggered(state: State, event: hev.OrderTriggered) -> None:
    order = state.orders[event.client_order_id]
    waited = order.status is OrderStatus.HELD
    moved = replace(orders.step(order, Step.TRIGGERED), terms=event.terms, quantity=event.quantity)
    state.keep(moved)
    state.reservations[event.client_order_id] = event.reservation
    held = state.held[event.client_order_id]
    if waited:
        held.triggered_at = event.at
    else:
        held.until = event.until or (moved.asked.expires_at if moved.asked is not None else None)
        held.ends_by = event.ends_by


def _trail_moved(state: State, event: hev.TrailMoved) -> None:
    state.trails[event.client_order_id] = event.best


def _replace_requested(state: State, event: ev.ReplaceRequested) -> None:
    order = orders.step(state.orders[event.client_order_id], Step.REPLACE_REQUESTED)
    state.replacing[event.client_order_id] = event
    state.keep(order)


def _replaced(state: State, event: ev.OrderReplaced) -> None:
    before = state.orders[event.client_order_id]
    order = orders.amend(before, quantity=event.quantity, terms=event.terms, broker_order_id=event.broker_order_id)
    if before.asked is not None:
        order = replace(order, asked=asked_after(before, event.terms))
    asked = state.replacing.pop(event.client_order_id, None)
    if asked is not None and order.is_open:
        known = state.reservations.get(event.client_order_id)
        agreed = asked.quantity == event.quantity and asked.terms == event.terms
        if agreed or known is None or asked.reservation.price > known.price:
            state.reservations[event.client_order_id] = asked.reservation
    state.keep(order)
    if event.broker_order_id is not None:
        state.by_broker_id[(order.account, event.broker_order_id)] = order.client_order_id
    if not order.is_open:
        state.reservations.pop(event.client_order_id, None)


def _filled(state: State, event: ev.OrderFilled) -> None:
    before = state.orders[event.client_order_id]
    if before.has_fill(event.fill):
        return
    named = tracking.named_at_last(before, event.fill)
    if named is not None:
        # What was booked from a total comes again as an execution of its own: the quantity is counted already.
        state.keep(named)
        _answered(state, event)
        return
    after = orders.fill(before, event.fill)
    asked = state.replacing.get(event.client_order_id)
    if asked is not None and not after.is_open and before.is_open and asked.quantity > after.filled_quantity:
        # The replace that is not answered yet may have made it larger: it is not proven to be complete.
        after = replace(after, status=OrderStatus.WORKING, pending=before.pending)
    state.portfolios[after.account].apply_fill(event.fill, state.instruments[after.instrument], after.strategy)
    state.keep(after)
    if not after.is_open:
        state.reservations.pop(event.client_order_id, None)
        trace = state.traces.get(event.client_order_id)
        if trace is not None:
            trace.filled_at = trace.filled_at or event.at
    _answered(state, event)


def _stages(state: State, event: ev.StagesRecorded) -> None:
    state.intents[event.intent].stages.extend(event.stages)


def _unwound(state: State, event: ev.UnwindEnded) -> None:
    state.intents[event.intent].unwound = True


def _repaired(state: State, event: ev.RepairEnded) -> None:
    state.intents[event.intent].repaired = True


def _leader_filled(state: State, event: ev.LeaderFilled) -> None:
    follow = state.follows.setdefault((event.group, event.instrument), Follow())
    follow.since = event.since if not follow.moved else earlier(follow.since, event.since)
    follow.moved += event.quantity


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two moments; unknown where either is."""
    return None if one is None or other is None else min(one, other)


def _copied(state: State, event: ev.FillsCopied) -> None:
    follow = state.follows.setdefault((event.group, event.instrument), Follow())
    follow.moved -= event.after - event.before
    follow.copies += 1
    follow.exiting = follow.exiting or abs(event.after) < abs(event.before)
    follow.note = event.note
    if event.intent is not None:
        state.copies[event.intent] = event


def _followers_settled(state: State, event: ev.FollowersSettled) -> None:
    follow = state.follows.get((event.group, event.instrument))
    if follow is not None:
        follow.exiting = False


def _reconciled(state: State, event: ev.AccountReconciled) -> None:
    state.reconciliations[event.account] = event


def _cash(state: State, event: ev.CashAdjusted) -> None:
    state.portfolios[event.account].adjust_cash(event.currency, event.amount, event.reason, event.at)
    _flow(state, event.account, event.currency, event.amount)


def _position(state: State, event: ev.PositionAdjusted) -> None:
    instrument = state.instruments[event.instrument]
    state.portfolios[event.account].adjust_position(instrument, event.quantity, event.price, event.at, event.reason)
    state.touch(event.account, event.instrument)
    if instrument.settles_notional:
        worth = event.quantity * event.price * instrument.multiplier
        _flow(state, event.account, instrument.currency, worth)


def _flow(state: State, account: AccountId, currency: str, amount: Decimal) -> None:
    """What came in or went out from outside since the session opened is no profit and no loss."""
    if account in state.sessions:
        flows = state.flows.setdefault(account, {})
        flows[currency] = flows.get(currency, ZERO) + amount


FOLDS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.WorkspaceNamed: _workspace, ev.InstrumentListed: _instrument, ev.AccountDefined: _account,
    ev.GroupDefined: _group, ev.GroupRemoved: _group_removed, ev.StrategyDefined: _strategy,
    ev.StrategyRemoved: _strategy_removed, ev.LimitsSet: _limits, ev.TradingStateSet: _trading_state,
    ev.SessionOpened: _session, ev.IntentReceived: _intent, ev.IntentAllocated: _allocated,
    ev.OrderApproved: _approved, ev.OrderDenied: _denied, ev.OrderSubmitted: _submitted, ev.OrderDoubted: _doubted,
    ev.OrderAccepted: _accepted, ev.OrderRejected: _closing(Step.REJECTED), ev.OrderCanceled: _closing(Step.CANCELED),
    ev.OrderExpired: _closing(Step.EXPIRED), ev.OrderAbsent: _absent, ev.OrderConfirmedDead: _closing(Step.REJECTED),
    ev.OrderIdentified: _identified,
    ev.CancelRequested: _cancel_requested, ev.CancelRejected: _pending(Step.CANCEL_REJECTED),
    ev.ReplaceRequested: _replace_requested, ev.OrderReplaced: _replaced,
    ev.ReplaceRejected: _pending(Step.REPLACE_REJECTED), ev.OrderFilled: _filled, ev.StagesRecorded: _stages, ev.UnwindEnded: _unwound,
    ev.RepairEnded: _repaired, ev.LeaderFilled: _leader_filled, ev.FillsCopied: _copied,
    ev.FollowersSettled: _followers_settled,
    ev.AccountReconciled: _reconciled, ev.CashAdjusted: _cash, ev.PositionAdjusted: _position,
    hev.OrderHeld: _order_held, hev.OrderTriggered: _order_triggered, hev.TrailMoved: _trail_moved,
    rt.IntentsRetired: retired.retire, rt.IntentRecalled: retired.recall,
}  # fmt: skip
