"""An order in doubt that no lookup can settle: a person says which of the broker's it is, or that it never got there.

The broker is asked anew for what the order may be, and nothing is taken that it does not show at that moment. A word too
early could double an order: a SUBMITTED one is looked up for the whole quarantine first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from bidwell.engine import tracking
from bidwell.engine.commands import Cancel
from bidwell.engine.ports import BrokerOrder, Snapshot
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, InvalidInput, JournalUnavailable, Unavailable
from bidwell.model.order import Order, OrderStatus, Pending

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bidwell.engine.decider import Core
    from bidwell.engine.recorder import Recorder
    from bidwell.engine.sessions import Recalling, Session
    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId


class DeskPart(Protocol):
    """What resolving needs of the desk."""

    core: Core
    recorder: Recorder
    recovering: str | None
    sessions: dict[AccountId, Session]

    @property
    def state(self) -> State:
        """The workspace's state."""
        ...

    @property
    def archivist(self) -> Recalling:
        """Who knows retired orders."""
        ...

    async def act_on_orders(self, act: Callable[[Core], None]) -> None:
        """Let a person's word be decided upon; durable when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the broker's orders that ours may be; `external` is the id under which it was adopted."""

    theirs: BrokerOrder
    external: ClientOrderId | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An order in doubt: when it was sent, and why a person cannot resolve it yet ("" when one can)."""

    order: Order
    sent_at: datetime
    obstacle: str


def doubtful(desk: DeskPart, account: AccountId) -> list[Doubtful]:
    """The account's orders in doubt, oldest first; those that go with their entry are resolved with it."""
    found = (order for order in desk.state.open_orders(account) if order.in_doubt and not order.attached)
    return [Doubtful(order, _sent_at(desk.state, order), obstacle(desk, order)) for order in found]


def obstacle(desk: DeskPart, order: Order) -> str:
    """Why a person cannot resolve an order now, or nothing."""
    session = desk.sessions.get(order.account)
    if session is None or not session.connected or desk.recovering is not None:
        return "the account is not connected"
    if not (session.reconciled or session.unclear):
        return "the account has not been compared with its broker since it was connected"
    if session.lane.queued(order.client_order_id):
        return "it is on its way to the broker"
    if order.attached:
        return "it goes with its entry: resolve that one"
    if order.status is OrderStatus.ABSENT:
        return ""
    doubt, quarantine = session.doubts.get(order.client_order_id), session.broker.capabilities.quarantine
    looked_up = desk.core.monotonic() - doubt.since if doubt is not None else 0.0
    left = quarantine.total_seconds() - looked_up
    return f"it is still being looked for, {left:.0f} s more" if left > 0 else ""


async def look(desk: DeskPart, name: ClientOrderId) -> tuple[Candidate, ...]:
    """Ask the broker anew which of its orders ours may be, and add those that were adopted as EXTERNAL; oldest first.

    Raises InvalidInput for an unknown order and where a person has nothing to say (any more, or yet), Unavailable where
    the broker cannot be asked.
    """
    order, session = _subject(desk, name)
    core, epoch = desk.core, session.epoch
    try:
        told = await session.broker.candidates(name)
        snapshot = Snapshot(order.account, core.now(), tuple(told), {}, {})
        told = (await desk.archivist.without_retired(snapshot)).orders
    except (BrokerError, JournalUnavailable) as problem:
        msg = f"which orders it may be cannot be read: {problem}"
        raise Unavailable(msg) from problem
    if desk.core is not core or session.epoch != epoch:
        raise InvalidInput("doubt.overtaken", "the account was connected anew meanwhile: look again")
    order, _ = _subject(desk, name)
    if any(one.client_order_id == name for one in told):
        session.ask(name)
        raise InvalidInput("doubt.known", "the broker shows the order under its own id: it is taken over by itself")
    found = [Candidate(one) for one in told if not _why_not(desk.state, order, one)]
    found += _externals(desk.state, order)
    return tuple(sorted(found, key=lambda one: (one.theirs.created_at or core.now(), one.theirs.broker_order_id)))


async def identify(desk: DeskPart, name: ClientOrderId, number: BrokerOrderId, *, actor: str, reason: str) -> None:
    """Take a person's word that the broker's order `number` is this one; durable when this returns.

    Raises what `look` raises, and InvalidInput where that order is no candidate.
    """
    candidates = await look(desk, name)
    chosen = next((one for one in candidates if one.theirs.broker_order_id == number), None)
    if chosen is None:
        raise InvalidInput("doubt.candidate", _no_candidate(desk.state, desk.state.orders[name], number, candidates),
                           field="broker_order_id")  # fmt: skip

    def act(core: Core) -> None:
        now, theirs = core.now(), chosen.theirs
        # What the EXTERNAL one filled since it was looked at is its own too.
        adopted = core.state.orders[chosen.external].fills if chosen.external is not None else ()
        fills = tuple(replace(fill, client_order_id=name) for fill in adopted)
        core.emit(ev.OrderIdentified(now, name, number, actor, reason, chosen.external, fills))
        known = core.state.orders[name]
        if chosen.external is None:
            for event in tracking.from_report(known.account, known, theirs, now):
                core.fold(event)
        _go_on(desk, core, name)

    await desk.act_on_orders(act)


async def confirm_dead(desk: DeskPart, name: ClientOrderId, *, actor: str, reason: str) -> None:
    """Take a person's word that the broker never got an order, which frees what it reserved; durable when this returns.

    Raises what `look` raises: where the broker has the order under our id, that word is not taken.
    """
    await look(desk, name)

    def act(core: Core) -> None:
        core.emit(ev.OrderConfirmedDead(core.now(), name, actor, reason))
        _go_on(desk, core, name)

    await desk.act_on_orders(act)


def _go_on(desk: DeskPart, core: Core, name: ClientOrderId) -> None:
    """What waited for the order goes on, and the next report is asked for at once."""
    order = core.state.orders[name]
    core.holding.on_order(order)
    if order.is_open and order.pending is Pending.CANCEL:
        core.commands.append(Cancel(order.account, name))
    core.decide_waiting()
    if order.intent is not None:
        desk.recorder.touch(order.intent)
    session = desk.sessions[order.account]
    session.doubts.pop(name, None)
    session.heard.note(name)
    session.wanted.set()


def _subject(desk: DeskPart, name: ClientOrderId) -> tuple[Order, Session]:
    """The order in doubt and its account's session; raises where a person cannot resolve it now."""
    order = desk.state.orders.get(name)
    if order is None:
        raise InvalidInput("order.unknown", f"order {name!r} does not exist", field="order")
    if not order.in_doubt:
        raise InvalidInput("doubt.over", f"order {name} is not in doubt: it is {order.status}")
    why = obstacle(desk, order)
    if why:
        raise InvalidInput("doubt.not_yet", f"order {name} cannot be resolved now: {why}")
    return order, desk.sessions[order.account]


def _sent_at(state: State, order: Order) -> datetime:
    trace = state.traces.get(order.client_order_id)
    return (trace.sent_at if trace is not None else None) or order.created_at


def _externals(state: State, order: Order) -> list[Candidate]:
    """EXTERNAL orders that ours may be: the same account, instrument and side, and first seen since it was made.

    The journal's order tells that, and no clock: the broker's differs from ours, and ours may have been wrong.
    """
    found = []
    for one in reversed(state.orders.values()):
        if one is order:
            break
        if one.external and one.account == order.account and one.broker_order_ids:
            theirs = _as_told(one)
            found += [] if _why_not(state, order, theirs) else [Candidate(theirs, one.client_order_id)]
    return found


def _as_told(one: Order) -> BrokerOrder:
    return BrokerOrder(one.broker_order_ids[-1], one.client_order_id, one.instrument, one.side, one.quantity, one.terms,
                       one.status, one.filled_quantity, one.fills, one.reason, one.created_at,
                       one.average_price)  # fmt: skip


def _why_not(state: State, order: Order, theirs: BrokerOrder) -> str:
    """Why one of the broker's orders cannot be ours, or nothing."""
    name = state.by_broker_id.get((order.account, theirs.broker_order_id)) or theirs.client_order_id
    owner = state.orders.get(name) if name is not None else None
    if owner is not None and not owner.external:
        return f"it is order {owner.client_order_id}"
    if owner is not None and (owner.pending is not Pending.NONE or owner.client_order_id in state.replacing):
        return "it was asked to be changed or canceled, and the answer is awaited"
    if theirs.instrument != order.instrument:
        return f"it is for {theirs.instrument}"
    if theirs.side is not order.side:
        return f"it is a {theirs.side}"
    return f"it is for {theirs.quantity:f}" if theirs.quantity > order.quantity else ""


def _no_candidate(state: State, order: Order, number: BrokerOrderId, candidates: Sequence[Candidate]) -> str:
    """Why a number that a person named is not taken."""
    owner = state.orders.get(state.by_broker_id.get((order.account, number), order.client_order_id))
    why = ""
    if owner is not None and owner is not order:
        known = _why_not(state, order, _as_told(owner)) if owner.broker_order_ids else ""
        why = f" ({known or 'it was there before'})"
    choice = ", ".join(one.theirs.broker_order_id for one in candidates) or "none"
    return f"the broker's order {number} cannot be order {order.client_order_id}{why}; those that may be: {choice}"
