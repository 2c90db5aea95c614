"""Groups that ask for it undo what got through when some of their children could not go out.

What works is canceled, what is in doubt is waited for, and then confirmed fills are reduced by intents of their
own. Nothing of this is atomic: between the first fill and the last reduction the market moves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bidwell.engine import views
from bidwell.engine.intake import Receipt, Request
from bidwell.engine.tries import Tries
from bidwell.model.account import OnFailure
from bidwell.model.errors import InvalidInput
from bidwell.model.events import Event, UnwindEnded
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side, Terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from bidwell.engine.state import IntentRecord, State
    from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId, IntentId
    from bidwell.model.order import Order

TRIES = Tries("unwind", 5)
"""So many reductions are sent for one child; what they leave open is told as an alarm."""

ACTOR = "unwind"
MARKET = Terms()
_VALID = timedelta(seconds=60)
_EXITS = {SizingBy.CLOSE, SizingBy.TARGET}


class Deciding(Protocol):
    """What undoing asks of the deciding core."""

    state: State

    @property
    def alarm(self) -> Callable[[str, dict[str, object]], None]:
        """Who hears what a person should look into."""
        ...

    def now(self) -> datetime:
        """The wall clock."""
        ...

    def emit(self, event: Event) -> None:
        """Fold an event and queue it for the journal."""
        ...

    def take_off(self, name: ClientOrderId, *, actor: str, reason: str) -> None:
        """Ask for an order to be canceled."""
        ...

    def receive(self, request: Request) -> Receipt:
        """Take an intent in."""
        ...

    def decide(self, name: IntentId) -> bool:
        """Allocate and gate it."""
        ...

    def steady(self, account: AccountId, what: str) -> bool:
        """Whether two reports in a row have agreed with our book since this was first asked for `what`."""
        ...


def asks_for_it(record: IntentRecord) -> bool:
    """Whether the intent went to a group that unwinds, opens rather than closes, and was not undone before."""
    group = record.group
    asks = group is not None and group.on_failure is OnFailure.UNWIND and record.intent.sizing.by not in _EXITS
    return asks and not record.unwound


def is_undone(state: State, record: IntentRecord) -> bool:
    """Whether the intent is being undone: its group asks for that, and a part of it failed."""
    return asks_for_it(record) and any(failed(state, order) for order in entries(state, record))


def unwind(core: Deciding, record: IntentRecord) -> bool:
    """Take the next steps for one intent; True when nothing is left to be done."""
    state = core.state
    if record.intent.id in state.undecided:
        return False
    children = entries(state, record)
    lost = [order for order in children if failed(state, order)]
    if not lost:
        return not any(order.is_open for order in children)
    through = [order for order in children if order not in lost]
    done = [_undo(core, order) for order in through]
    if not all(done):
        return False
    core.emit(UnwindEnded(core.now(), record.intent.id, sum((left(state, order) for order in through), ZERO)))
    return True


def under_way(state: State, record: IntentRecord) -> bool:
    """Whether a part failed and there is work to do for the rest; what is absent is waited for, which is no work."""
    children = entries(state, record)
    if not any(failed(state, one) for one in children):
        return False
    for one in children:
        orders = [one, *legs(state, one), *repairs(state, one)]
        if any(order.status is OrderStatus.ABSENT for order in orders):
            continue
        if any(order.is_open for order in orders) or (left(state, one) > 0 and room(state, one) > 0):
            return True
    return False


def legs(state: State, order: Order) -> list[Order]:
    """The exits attached to an entry."""
    if order.intent is None:
        return []
    found = (state.orders[name] for name in state.intents[order.intent].orders)
    return [one for one in found if one.entry == order.client_order_id]


def left(state: State, order: Order) -> Decimal:
    """What a child filled, less what its exits and its reductions took back."""
    back = (one.filled_quantity for one in (*legs(state, order), *repairs(state, order)))
    return order.filled_quantity - sum(back, ZERO)


def entries(state: State, record: IntentRecord) -> list[Order]:
    """The intent's children that open or enlarge a position."""
    found = (state.orders[name] for name in record.orders)
    return [order for order in found if not order.leg and not order.reduces]


def failed(state: State, order: Order) -> bool:
    """Denied by us or rejected by the broker; what a person took off before it left is no failure."""
    if order.filled_quantity or order.status not in {OrderStatus.DENIED, OrderStatus.REJECTED}:
        return False
    denial = state.traces[order.client_order_id].denial
    return denial is None or denial.rule != "canceled_before_sent"


def _undo(core: Deciding, order: Order) -> bool:
    """Take the next step for one child; True when it holds nothing more, or nothing more can be done."""
    state = core.state
    works = [one for one in (order, *legs(state, order)) if one.is_open]
    for one in works:
        core.take_off(one.client_order_id, actor=ACTOR, reason=f"unwinding {order.intent}")
    if any(state.orders[one.client_order_id].is_open for one in works):
        return False
    tries = TRIES.intents(state, order)
    if any(one.is_open for one in repairs(state, order)) or any(key in state.undecided for key in tries):
        return False
    remaining = left(state, order)
    if remaining <= 0 or held(state, order) <= 0:
        return True
    if len(tries) >= TRIES.most:
        core.alarm("unwind_incomplete", {"order": order.client_order_id, "left": str(remaining)})
        return True
    quantity = min(remaining, room(state, order))
    # While another exit claims what is left there is nothing to send, but it may yet be taken off.
    if quantity <= 0 or not core.steady(order.account, f"unwind {order.client_order_id}"):
        return False
    return _reduce(core, order, quantity)


def _reduce(core: Deciding, order: Order, quantity: Decimal) -> bool:
    request = Request(
        key=TRIES.next_key(core.state, order), source=Source.REPAIR, instrument=order.instrument, side=order.side.opposite,
        sizing=Sizing(SizingBy.QUANTITY, quantity), terms=MARKET, account=order.account, strategy=order.strategy,
        valid_for=_VALID, actor=ACTOR, note=f"reduces {order.client_order_id} of {order.intent}",
    )  # fmt: skip
    try:
        receipt = core.receive(request)
    except InvalidInput as error:
        # The account was switched off meanwhile: a person has to look at what is held.
        core.alarm("unwind_incomplete", {"order": order.client_order_id, "error": str(error)})
        return True
    core.decide(receipt.intent)
    return False


def repairs(state: State, order: Order) -> list[Order]:
    """The orders that were sent to reduce this one."""
    return TRIES.orders(state, order)


def held(state: State, order: Order) -> Decimal:
    """What the account holds on the order's side: nothing where others closed or turned it since."""
    position = state.portfolios[order.account].position(order.instrument).quantity
    return position if order.side is Side.BUY else -position


def free_to_close(state: State, account: AccountId, instrument: InstrumentId, side: Side,
                  without: frozenset[ClientOrderId] = frozenset()) -> Decimal:  # fmt: skip
    """How much of the position an order of `side` could still take toward flat, beside what open orders may take.

    Orders in `without` are not counted.
    """
    position = state.portfolios[account].position(instrument).quantity
    holds = position if side is Side.SELL else -position
    if holds <= 0:
        return ZERO
    sums = views.taken(state, state.book(account, instrument), position, without)
    return max(holds - (sums.open_sell if side is Side.SELL else sums.open_buy) - sums.exits, ZERO)


def room(state: State, order: Order) -> Decimal:
    """How much of the position, of which other open orders may take a part, there is to be reduced."""
    return free_to_close(state, order.account, order.instrument, order.side.opposite)
