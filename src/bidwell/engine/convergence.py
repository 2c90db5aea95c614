"""What an intent was to bring about in each account, what it did bring about, and how the two are brought together.

Everything shown is reckoned from the journalled state. What is repaired, for groups that ask for it, is repaired
by intents of their own: each child order is submitted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bidwell.engine import unwinding
from bidwell.engine.intake import Request
from bidwell.engine.tries import Tries
from bidwell.model.account import OnFailure
from bidwell.model.errors import InvalidInput
from bidwell.model.events import RepairEnded
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side, TimeInForce

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from bidwell.engine.state import IntentRecord, State
    from bidwell.model.events import Allocation
    from bidwell.model.ids import AccountId, InstrumentId
    from bidwell.model.order import Order

TRIES = Tries("repair", 3)
"""So many times what one child lacks is sent again."""

ACTOR = "repair"
NOTHING_TO_DO = frozenset({"nothing to close", "already at the target", "holds no more than its part"})
_PASSING = frozenset({"order_rate", "stale_data", "reconciled"})
_NEVER_WAITS = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_SHORTEST = timedelta(seconds=1)
_NONE = timedelta(0)


class Standing(StrEnum):
    """How an account stands to an intent; the last three are at rest without being where they should be."""

    CONVERGED = "converged"
    WAITING = "waiting"
    WORKING = "working"
    IN_DOUBT = "in_doubt"
    UNDOING = "undoing"
    DENIED = "denied"
    ENDED = "ended"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True)
class Part:
    """One account's part of an intent: signed quantities, and why it is not where it should be."""

    account: AccountId
    instrument: InstrumentId
    target: Decimal
    actual: Decimal
    standing: Standing
    reason: str = ""
    tries: int = 0


# --- what is shown -------------------------------------------------------------------------------


def parts(state: State, record: IntentRecord) -> tuple[Part, ...]:
    """Target against actual for every account that the intent is for, in the order of its receivers."""
    children: dict[AccountId, Order] = {}
    for name in record.orders:
        order = state.orders[name]
        if order.leg == 0:
            children[order.account] = order
    return tuple(_part(state, record, account, children.get(account)) for account in record.receivers)


def _of_exits(state: State, record: IntentRecord, account: AccountId, given: Allocation) -> Part:
    """A pair of exits for what is held: at rest once one has closed it, or nobody wants them any more."""
    legs = [one for one in map(state.orders.__getitem__, record.orders) if one.account == account]
    done = sum((one.filled_quantity * one.side.sign for one in legs), ZERO)
    standing = _resting(legs)
    if standing is None and not done and all(one.status is OrderStatus.DENIED for one in legs):
        standing = Standing.DENIED
    full = abs(done) == given.quantity
    last = legs[-1].reason if legs else ""
    return Part(account, given.instrument, Side(given.side).sign * given.quantity, done,
                standing or (Standing.CONVERGED if full else Standing.ENDED), "" if full else last)  # fmt: skip


def _part(state: State, record: IntentRecord, account: AccountId, child: Order | None) -> Part:
    given = record.allocations.get(account)
    if record.intent.protects and given is not None and given.quantity > 0 and account in record.decided:
        return _of_exits(state, record, account, given)
    if child is not None:
        return _of_child(state, record, child)
    if given is None or (given.quantity > 0 and account not in record.decided):
        return Part(account, record.intent.instrument, ZERO, ZERO, Standing.WAITING, "is not decided yet")
    done = given.note in NOTHING_TO_DO
    return Part(account, given.instrument, ZERO, ZERO, Standing.CONVERGED if done else Standing.DENIED, given.note)


def _of_child(state: State, record: IntentRecord, child: Order) -> Part:
    sign, tries = child.side.sign, len(TRIES.intents(state, child))
    if record.unwound or unwinding.is_undone(state, record):
        left = unwinding.left(state, child)
        orders = [child, *unwinding.legs(state, child), *unwinding.repairs(state, child)]
        rests = Standing.DRIFTED if record.unwound else Standing.UNDOING
        undone = _resting(orders) or (rests if left else Standing.CONVERGED)
        return Part(child.account, child.instrument, ZERO, left * sign, undone, "a part failed: this is undone", tries)
    actual = child.filled_quantity + brought(state, child)
    standing = _resting([child, *repairs(state, child)])
    if standing is None:
        standing = Standing.CONVERGED if actual == child.quantity else _short(state, child, actual)
    reason = child.reason if standing is not Standing.CONVERGED else ""
    return Part(child.account, child.instrument, child.quantity * sign, actual * sign, standing, reason, tries)


def _resting(orders: list[Order]) -> Standing | None:
    """How open orders stand, the doubtful before the working; None where all are closed."""
    if any(order.in_doubt for order in orders):
        return Standing.IN_DOUBT
    return Standing.WORKING if any(order.is_open for order in orders) else None


def _short(state: State, child: Order, actual: Decimal) -> Standing:
    """A child at rest away from its quantity: denied, ended as somebody or its own terms wanted, or drifted."""
    if not actual and child.status is OrderStatus.DENIED:
        return Standing.DENIED
    wanted = state.traces[child.client_order_id].asked_off is not None
    ended = wanted or child.terms.time_in_force in _NEVER_WAITS or child.status is OrderStatus.EXPIRED
    return Standing.ENDED if ended and actual < child.quantity else Standing.DRIFTED


def orphans(state: State, record: IntentRecord) -> list[Order]:
    """Open orders of an intent whose purpose is gone: exits of an entry that came to nothing or is flat by now."""
    return [order for order in map(state.orders.__getitem__, record.orders) if order.is_open and orphaned(state, order)]


def orphaned(state: State, order: Order) -> bool:
    """Whether an attached exit has nothing left that it could close."""
    if order.entry is None or not order.is_open:
        return False
    entry = state.orders.get(order.entry)
    if entry is not None and entry.is_open:
        return False
    portfolio = state.portfolios[order.account]
    position = portfolio.position(order.instrument).quantity
    share = portfolio.share(order.instrument, order.strategy).quantity
    flat = position * order.side.sign >= 0 and share * order.side.sign >= 0
    return flat or (entry is not None and not entry.filled_quantity)


# --- repair --------------------------------------------------------------------------------------


def asks_for_it(record: IntentRecord) -> bool:
    """Whether the intent went to a group that repairs, and was not brought to its rest before."""
    group = record.group
    return group is not None and group.on_failure is OnFailure.REPAIR and not record.repaired


def repair(core: unwinding.Deciding, record: IntentRecord, left: timedelta) -> bool:
    """Take the next steps for one intent that has so much time left; True when nothing is left to be done."""
    state = core.state
    if record.intent.id in state.undecided:
        return False
    children = [order for order in map(state.orders.__getitem__, record.orders) if order.leg == 0]
    # Every child is looked at in every turn: one that waits must not hold up the others.
    if not all([_mend(core, record, order, left) for order in children]):  # noqa: C419 - as said
        return False
    lacks = sum((missing(state, order) for order in children if _lacking(state, record, order)), ZERO)
    tried = any(TRIES.intents(state, order) for order in children)
    if (tried or lacks) and not record.repaired:
        core.emit(RepairEnded(core.now(), record.intent.id, lacks))
        if lacks:
            core.alarm("not_converged", {"intent": record.intent.id, "missing": str(lacks)})
    # What was sent again may come to too much after all, as long as the intent has time.
    return left < _NONE or not tried


def _lacking(state: State, record: IntentRecord, order: Order) -> bool:
    """Whether a child lacks what somebody still wants, or has too much."""
    return missing(state, order) < 0 or (lost(state, order) and not superseded(state, record, order))


def superseded(state: State, record: IntentRecord, order: Order) -> bool:
    """Whether its sender asked for something else there since: an exit, or the other side. Then nothing is missing."""
    turned = state.turned.get((order.strategy, record.intent.instrument, order.account, order.side), -1)
    if turned > record.number:
        return True
    for later in reversed(state.intents.values()):
        intent = later.intent
        if intent.id == record.intent.id:
            return False
        if (intent.strategy, intent.instrument) != (order.strategy, record.intent.instrument):
            continue
        turns = intent.sizing.by in {SizingBy.CLOSE, SizingBy.TARGET} or intent.side is order.side.opposite
        if turns and intent.source is not Source.REPAIR and order.account in later.receivers:
            return True
    return False


def under_way(state: State, record: IntentRecord, left: timedelta) -> bool:
    """Whether something is missing that can still be sent; what is absent is waited for, which is no work."""
    children = (order for order in map(state.orders.__getitem__, record.orders) if order.leg == 0)
    return any(not order.is_open and _wanted(state, record, order, left) for order in children)


def deadline(record: IntentRecord) -> datetime:
    """Until when an intent is brought to its target."""
    return record.intent.received_at + allowed(record)


def allowed(record: IntentRecord) -> timedelta:
    """How long an intent is brought to its target from when it came."""
    return timedelta(seconds=record.group.repair_seconds if record.group else 0)


def missing(state: State, order: Order) -> Decimal:
    """What a child lacks of its quantity after its repairs; below zero what is too much."""
    return order.quantity - order.filled_quantity - brought(state, order)


def lost(state: State, order: Order) -> bool:
    """Whether a child ended for a reason that is nobody's wish and may pass: it may be sent again."""
    trace = state.traces[order.client_order_id]
    match order.status:
        case OrderStatus.REJECTED:
            return True
        case OrderStatus.DENIED:
            return trace.denial is not None and trace.denial.rule in _PASSING
        case OrderStatus.CANCELED:
            return trace.asked_off is None and order.terms.time_in_force not in _NEVER_WAITS
        case _:
            return False


def _wanted(state: State, record: IntentRecord, order: Order, left: timedelta) -> Decimal:
    """What may be sent for a child now: positive what it lacks, negative what it has too much, zero for nothing."""
    tries, lacks = TRIES.intents(state, order), missing(state, order)
    if left < _NONE or len(tries) >= TRIES.most:
        return ZERO
    if lacks < 0:
        side = order.side.opposite
        return -min(-lacks, unwinding.free_to_close(state, order.account, order.instrument, side))
    if not lacks or not lost(state, order) or superseded(state, record, order):
        return ZERO
    if record.intent.sizing.by in {SizingBy.CLOSE, SizingBy.TARGET} and order.reduces:
        return min(lacks, unwinding.free_to_close(state, order.account, order.instrument, order.side))
    return lacks


def _mend(core: unwinding.Deciding, record: IntentRecord, order: Order, left: timedelta) -> bool:
    """Take the next step for one child; True when nothing more is to be done for it."""
    state = core.state
    waits = any(name in state.undecided for name in TRIES.intents(state, order))
    if order.is_open or waits or any(one.is_open for one in repairs(state, order)):
        return False
    wanted = _wanted(state, record, order, left)
    if not wanted:
        return True
    if core.steady(order.account, f"repair {order.client_order_id}"):
        return not _send(core, record, order, wanted, left)
    return False


def _send(core: unwinding.Deciding, record: IntentRecord, order: Order, wanted: Decimal, left: timedelta) -> bool:
    intent, more = record.intent, wanted > 0
    request = Request(
        key=TRIES.next_key(core.state, order), source=Source.REPAIR, instrument=order.instrument,
        side=order.side if more else order.side.opposite, sizing=Sizing(SizingBy.QUANTITY, abs(wanted)),
        terms=order.terms if more else unwinding.MARKET, account=order.account, strategy=order.strategy,
        protection=intent.protection if more and not order.reduces else None, valid_for=max(left, _SHORTEST),
        actor=ACTOR, note=f"brings {order.client_order_id} of {intent.id} to its target",
    )  # fmt: skip
    try:
        receipt = core.receive(request)
    except InvalidInput as error:
        core.alarm("repair_refused", {"order": order.client_order_id, "error": str(error)})
        return False
    core.decide(receipt.intent)
    return True


def repairs(state: State, order: Order) -> list[Order]:
    """The orders, without their exits, that were sent to bring a child to its quantity."""
    return TRIES.orders(state, order)


def brought(state: State, order: Order) -> Decimal:
    """What a child's repairs filled, in its own direction."""
    return sum((one.filled_quantity * one.side.sign * order.side.sign for one in repairs(state, order)), ZERO)


# --- orphans -------------------------------------------------------------------------------------


def take_orphans_off(core: unwinding.Deciding) -> None:
    """Ask for exits that have nothing left to close to be canceled, once two reports agree that it is so."""
    state = core.state
    for account, names in state.open.items():
        for name in [name for name in names if state.orders[name].entry is not None]:
            if orphaned(state, state.orders[name]) and core.steady(account, f"orphan {name}"):
                core.take_off(name, actor=ACTOR, reason="its entry came to nothing")
