"""The folds by which finished intents leave the state and come back: what matters of them stays, in little room."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from bidwell.engine.records import IntentRecord, Trace
from bidwell.model.intent import SizingBy, Source
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId
    from bidwell.model.order import Order
    from bidwell.model.retirement import Finished, FinishedOrder, IntentRecalled, IntentsRetired

KEY: Final = "key"
ORDER: Final = "order"
_NO_SESSION = "-"
_TURNS = {SizingBy.CLOSE, SizingBy.TARGET}


def names_of(order: Order) -> Iterator[str]:
    """Under which names a broker may speak of an order."""
    yield order.client_order_id
    yield from order.broker_order_ids


def session_of(state: State, account: AccountId) -> str:
    """The session whose entries are counted now."""
    opened = state.sessions.get(account)
    return _NO_SESSION if opened is None else opened.session.isoformat()


def retire(state: State, event: IntentsRetired) -> None:
    """Forget intents but for their names; those that are gone already stay gone."""
    for name in event.intents:
        record = state.intents.pop(name, None)
        if record is not None:
            _turned(state, record)
            _forget(state, record)


def _forget(state: State, record: IntentRecord) -> None:
    intent = record.intent
    del state.keys[intent.key]
    state.copies.pop(intent.id, None)
    state.retired.add(KEY, intent.key)
    state.retired_intents += 1
    for name in record.orders:
        order = state.orders.pop(name)
        state.traces.pop(name, None)
        state.trails.pop(name, None)
        state.retired.add(ORDER, name)
        for one in order.broker_order_ids:
            state.retired.add(order.account, one)
            state.by_broker_id.pop((order.account, one), None)
        state.risk.retire(order)
        if order.status is OrderStatus.REJECTED and not order.fills:
            _unlike(state, order)


def _unlike(state: State, order: Order) -> None:
    """The broker said no to all of it: the duplicate rule need not look for it any more."""
    key = (order.account, order.instrument, order.side, order.quantity)
    known = state.alike.get(key)
    if known is not None:
        kept = (one for one in known if one.client_order_id != order.client_order_id)
        state.alike[key] = deque(kept, maxlen=known.maxlen)


def _turned(state: State, record: IntentRecord) -> None:
    """Keep what a retired intent says about earlier ones: its sender wanted out, or the other side."""
    intent = record.intent
    if intent.source is Source.REPAIR:
        return
    turns = tuple(Side) if intent.sizing.by in _TURNS else () if intent.side is None else (intent.side.opposite,)
    for account in record.receivers:
        for side in turns:
            key = (intent.strategy, intent.instrument, account, side)
            state.turned[key] = max(state.turned.get(key, -1), record.number)


def recall(state: State, event: IntentRecalled) -> None:
    """Put an intent back where it was, as it was archived; one that is in memory stays as it is."""
    known = event.finished
    intent = known.intent
    if intent.id in state.intents:
        return
    record = state.intents[intent.id] = record_of(known)
    record.touched = state.sequence
    # What goes by the order of receipt must find it in its place.
    state.intents = dict(sorted(state.intents.items(), key=lambda item: item[1].number))
    state.keys.setdefault(intent.key, (intent.id, known.body_hash))
    if known.copied is not None:
        state.copies[intent.id] = known.copied
    for one in known.orders:
        order, name = one.order, one.order.client_order_id
        state.traces[name] = trace_of(one)
        if one.trail is not None:
            state.trails[name] = one.trail
        for theirs in order.broker_order_ids:
            state.by_broker_id[(order.account, theirs)] = name
        if one.lapsed and one.lapsed == session_of(state, order.account):
            state.risk.lapsed.setdefault(order.account, {})[name] = None
        state.keep(order)


def record_of(known: Finished) -> IntentRecord:
    """The record that an archived intent was made of."""
    return IntentRecord(
        known.intent, known.body_hash, known.group, known.receivers, dict.fromkeys(known.decided),
        {part.account: part for part in known.allocations}, known.policy, known.reference, known.allocated_at,
        [one.order.client_order_id for one in known.orders], known.unwound, known.repaired, list(known.stages),
        known.number, known.touched,
    )  # fmt: skip


def trace_of(one: FinishedOrder) -> Trace:
    """The trace that an archived order's was made of."""
    return Trace(one.decided_at, one.checks, one.denial, one.sent_at, one.attempts, one.answered_at, one.filled_at,
                 one.asked_off)  # fmt: skip


def showing(state: State, known: Iterable[Finished]) -> State:
    """A state for reading, in which archived intents stand beside those in memory; the state itself stays as it is."""
    shown = state.copied()
    for one in known:
        if one.intent.id not in state.intents:
            shown.intents[one.intent.id] = record_of(one)
            shown.orders.update({each.order.client_order_id: each.order for each in one.orders})
            shown.traces.update({each.order.client_order_id: trace_of(each) for each in one.orders})
    shown.intents = dict(sorted(shown.intents.items(), key=lambda item: item[1].number))
    return shown
