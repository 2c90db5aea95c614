"""At rest: the desk's book against the venue's own, and against its own journal folded anew."""

from __future__ import annotations

from bidwell.engine import checkpoint, codec, resolving, unwinding
from bidwell.engine.intake import Receipt
from bidwell.engine.state import State
from bidwell.model.account import OnFailure
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
from bidwell.model.intent import SizingBy
from bidwell.model.money import ZERO
from bidwell.model.order import CLOSED, Order, OrderStatus
from bidwell.simulation.orders import VenueOrder
from bidwell.simulation.proof import held_at_rest, mended_at_rest, retired
from bidwell.simulation.proof.stage import Stage

_EXITS = {SizingBy.CLOSE, SizingBy.TARGET}


def unsettled(stage: Stage) -> str:
    """What is still under way, or nothing."""
    desk = stage.desk
    if stage.down or desk.recovering is not None:
        return "the desk is not up"
    if any(line.under_way for line in stage.lines):
        return "messages travel"
    state = desk.state
    if desk.core.mending.under_way:
        return "a group is being unwound"
    if desk.core.holding.under_way:
        return "an exit is about to leave"
    if state.undecided or state.unsent:
        return f"undecided {list(state.undecided)}, unsent {list(state.unsent)}"
    waiting = [str(name) for names in state.unanswered.values() for name in names]
    if waiting:
        return f"unanswered {waiting}"
    if any(resolving.doubtful(desk, account) for account in stage.nameless):
        return "a person has yet to say which order is ours"
    if not all(desk.reconciled(account) for account in stage.accounts):
        return "not reconciled: " + "; ".join(one.detail for one in desk.sessions.values())
    return ""


def compare(stage: Stage, acknowledged: dict[str, Receipt]) -> None:
    """Write down every difference between the desk's book and the truth."""
    judge, state = stage.judge, stage.desk.state
    whole = stage.unforgotten()
    retired.compare(judge, state, whole, stage.archive)
    for account in stage.accounts:
        _holdings(stage, state, account)
        _orders(stage, whole, account)
        if not state.open.get(account) and state.reserved(account):
            judge.break_(7, f"{account} keeps {state.reserved(account)} reserved without open orders")
    _unwound(stage, whole)
    mended_at_rest.compare(stage, whole)
    held_at_rest.compare(stage, whole)
    for key, receipt in acknowledged.items():
        if receipt.intent not in whole.intents or whole.keys[key][0] != receipt.intent:
            judge.break_(2, f"{receipt.intent} was acknowledged and is lost")
    folded = replayed(stage)
    if folded.hash() != state.hash():
        judge.break_(20, "the journal folded anew gives another state")
    elif checkpoint.encode(replayed(stage, written_down=True)) != checkpoint.encode(folded):
        judge.break_(20, "a state that was written down gives another one once the rest is folded in")


def _unwound(stage: Stage, state: State) -> None:
    """A group that unwinds holds nothing of an intent of which a part failed."""
    for record in state.intents.values():
        children = unwinding.entries(state, record)
        group = record.group
        asked = group is not None and group.on_failure is OnFailure.UNWIND and record.intent.sizing.by not in _EXITS
        if not asked or any(one.account in stage.judge.tainted for one in children):
            continue
        failed = any(unwinding.failed(state, one) for one in children)
        for one in children if failed else ():
            _undone(stage, state, one)


def _undone(stage: Stage, state: State, one: Order) -> None:
    tries = unwinding.repairs(state, one)
    legs = unwinding.legs(state, one)
    stage.counts["unwound"] += bool(tries)
    # Where nothing else was ever held, there always was as much to reduce as it had filled.
    own = {order.client_order_id for order in (one, *legs, *tries)}
    alone = all(order.client_order_id in own for order in state.orders.values() if order.fills
                and (order.account, order.instrument) == (one.account, one.instrument))  # fmt: skip
    waits = any(order.is_open for order in (one, *legs, *tries)) or len(tries) >= unwinding.TRIES.most
    remaining = unwinding.left(state, one)
    if remaining > 0 and alone and not waits and unwinding.room(state, one) > 0:
        stage.judge.break_(25, f"{one.client_order_id} was not unwound: {remaining} is left")


def replayed(stage: Stage, *, written_down: bool = False) -> State:
    """The journal folded anew; `written_down`: from a state in its middle that was written down and read again."""
    entries = stage.journal.entries
    state = stage.written_down(len(entries) // 2) if written_down else State()
    for entry in entries[state.sequence :]:
        state.apply(codec.decode(entry.kind, entry.body))
    return state


def _holdings(stage: Stage, state: State, account: AccountId) -> None:
    held, ours = stage.venue.state.accounts[account], state.portfolios[account]
    for currency in sorted({*held.cash, *ours.cash}):
        theirs, mine = held.cash.get(currency, ZERO), ours.cash.get(currency, ZERO)
        if theirs != mine:
            stage.judge.break_(7, f"{account} has {theirs} {currency} at the venue and {mine} here")
    for one in stage.instruments:
        holding = held.holdings.get(one.id)
        theirs, mine = holding.quantity if holding else ZERO, ours.position(one.id).quantity
        if theirs != mine:
            stage.judge.break_(7, f"{account} holds {theirs} {one.id} at the venue and {mine} here")


def _orders(stage: Stage, state: State, account: AccountId) -> None:
    judge = stage.judge
    known: dict[str, Order] = {}
    for theirs in stage.venue.state.orders.values():
        if theirs.account != account or not (theirs.client_order_id or theirs.status is not OrderStatus.REJECTED):
            continue
        ours = state.orders.get(ClientOrderId(theirs.client_order_id))
        if ours is None:
            name = state.by_broker_id.get((account, BrokerOrderId(theirs.broker_order_id)))
            ours = state.orders.get(name) if name is not None else None
        if ours is None:
            judge.break_(6, f"{theirs.broker_order_id} of {account} is not in the desk's book")
            continue
        known[ours.client_order_id] = ours
        _order(stage, ours, theirs)
    for ours in state.open_orders(account):
        if ours.client_order_id in known or ours.status in {OrderStatus.ABSENT, OrderStatus.HELD}:
            continue
        if ours.entry is not None and ours.attached and state.orders[ours.entry].in_doubt:
            continue
        judge.break_(7, f"{ours.client_order_id} of {account} is {ours.status} here and unknown at the venue")


def _order(stage: Stage, ours: Order, theirs: VenueOrder) -> None:
    name, judge = ours.client_order_id, stage.judge
    # A venue refuses what arrives after the end that its own terms name: both say that it is over.
    over = ours.status is OrderStatus.EXPIRED and theirs.status is OrderStatus.REJECTED
    lied = ours.account in judge.tainted and ours.status in CLOSED and theirs.status in CLOSED
    if ours.status is not theirs.status and not lied and not over:
        judge.break_(7, f"{name} is {ours.status} ({ours.reason}) here and {theirs.status} at the venue")
    if ours.filled_quantity != theirs.filled:
        judge.break_(8, f"{name} filled {ours.filled_quantity} here and {theirs.filled} at the venue")
    if ours.is_open and ours.quantity != theirs.quantity:
        judge.break_(7, f"{name} is over {ours.quantity} here and {theirs.quantity} at the venue")
