"""The exits of one entry, worked by the desk: sized by what filled, one at the broker at a time, one cancels the other.

While an entry can still fill its exits wait here, watched on prices. Once it is closed the stop is placed at the broker
where that takes such an order: it then works without this machine. The target stays here. What is set off first takes
its entry and its sibling off, waits for the broker's word on them, and leaves over what is not closed yet. A stop that
made room for its target is held again, so that a target which does not fill leaves nobody without a stop.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

from bidwell.engine import emulation
from bidwell.model import events as ev
from bidwell.model import held_events as hev
from bidwell.model.ids import client_order_id
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus, Pending
from bidwell.model.terms import OrderType, TimeInForce

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bidwell.engine.commands import Lanes
    from bidwell.engine.market import Market
    from bidwell.engine.state import State
    from bidwell.model.ids import AccountId, ClientOrderId
    from bidwell.model.terms import Terms

ACTOR: Final = "desk"
ATTEMPTS: Final = 20
"""So often one exit is held again after it failed; then a person must look."""

_REJECTIONS = 2
_AT_ONCE_LOOKED = 100
_FAILED: Final = frozenset({OrderStatus.REJECTED, OrderStatus.DENIED})


class Deciding(Protocol):
    """What exits ask of the deciding core."""

    state: State
    market: Market

    @property
    def lanes(self) -> Lanes:
        """The accounts' lanes and sessions."""
        ...

    @property
    def alarm(self) -> Callable[[str, dict[str, object]], None]:
        """Who hears what a person should look into."""
        ...

    def now(self) -> datetime:
        """The wall clock."""
        ...

    def emit(self, event: ev.Event) -> None:
        """Fold an event and queue it for the journal."""
        ...

    def reconciled(self, account: AccountId) -> bool:
        """Whether the account has had a clean pass since it was last connected."""
        ...

    def take_off(self, name: ClientOrderId, *, actor: str, reason: str) -> None:
        """Ask for an order to be canceled."""
        ...

    def steady(self, account: AccountId, what: str) -> bool:
        """Whether two reports in a row have agreed with our book since this was first asked for `what`."""
        ...


class Keeper(Protocol):
    """Who watches prices and lets held orders out."""

    hits: dict[ClientOrderId, hev.Seen]

    def best_of(self, name: ClientOrderId) -> Decimal | None:
        """The best price that a trailing stop has seen."""
        ...

    def room(self, order: Order, without: frozenset[ClientOrderId]) -> Decimal:
        """How much of the position a reducing order may take, beside open orders other than `without`."""
        ...

    def fire(self, order: Order, quantity: Decimal, terms: Terms, seen: hev.Seen | None, reason: str = "") -> bool:
        """Ask the gate for an order that is due, and dispatch it."""
        ...

    def may_try(self, name: ClientOrderId) -> bool:
        """Whether the pause after the last try is over."""
        ...

    def pause(self, name: ClientOrderId, failed: int = 1) -> bool:
        """Wait before the next try; whether this is the first pause."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry and its exits: `legs` of all attempts, the oldest first, and `rest` that is filled and not closed yet."""

    entry: Order | None
    legs: tuple[Order, ...]
    rest: Decimal

    @property
    def over(self) -> bool:
        """Whether the entry can fill no more."""
        return self.entry is None or not self.entry.is_open

    @property
    def to_come(self) -> Decimal:
        """What the exits may have to close in all: what is open now, and what the entry may still fill."""
        return self.rest + (self.entry.leaves_quantity if self.entry is not None else ZERO)

    def held(self, leg: int) -> Order | None:
        """The attempt of a leg that waits at the desk."""
        return next((one for one in self.legs if one.leg == leg and one.status is OrderStatus.HELD), None)

    @property
    def out(self) -> list[Order]:
        """Exits that left the desk, or are about to, and may still fill."""
        return [one for one in self.legs if one.is_open and one.status is not OrderStatus.HELD]

    def last(self, leg: int) -> Order | None:
        """The newest attempt of a leg."""
        return next((one for one in reversed(self.legs) if one.leg == leg), None)


def standing(state: State, name: ClientOrderId, legs: list[ClientOrderId]) -> Standing:
    """How an entry and its exits stand now."""
    entry, exits = state.orders.get(name), tuple(state.orders[one] for one in legs)
    filled = entry.filled_quantity if entry is not None else _protected(state, exits[0])
    return Standing(entry, exits, filled - sum((one.filled_quantity for one in exits), ZERO))


def _at_once(order: Order) -> bool:
    """Whether an order fills at once or ends by itself: that it was canceled is no wish of anybody's."""
    return order.terms.order_type is OrderType.MARKET or order.terms.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}


def _protected(state: State, order: Order) -> Decimal:
    """How much of what was held an exit without an entry is for."""
    record = state.intents.get(order.intent) if order.intent is not None else None
    part = record.allocations.get(order.account) if record is not None else None
    return ZERO if part is None else part.quantity


class Brackets:
    """All entries whose exits the desk works."""

    def __init__(self, core: Deciding, holding: Keeper) -> None:
        self._core = core
        self._holding = holding
        self._legs: dict[ClientOrderId, list[ClientOrderId]] = {}
        self._active: dict[ClientOrderId, None] = {}
        self._ended: dict[ClientOrderId, None] = {}
        self.recall(core.state.orders.values())

    def recall(self, orders: Iterable[Order]) -> None:
        """Orders came into memory: watch over the exits among them that the desk works."""
        for order in orders:
            if order.entry is not None and order.asked is not None:
                self._legs.setdefault(order.entry, []).append(order.client_order_id)
                self._active[order.entry] = None

    def watches(self, orders: Iterable[Order]) -> bool:
        """Whether exits among the orders, or of entries among them, are still to be looked at."""
        return any((order.entry or order.client_order_id) in self._active for order in orders)

    def forget(self, orders: Iterable[Order]) -> None:
        """Orders left the memory."""
        for order in orders:
            self._legs.pop(order.entry or order.client_order_id, None)
            self._ended.pop(order.client_order_id, None)

    @property
    def under_way(self) -> bool:
        """Whether an exit could be sent right now."""
        return any(self._due(name) for name in self._active)

    def _due(self, name: ClientOrderId) -> bool:
        stands = self._standing(name)
        if stands.rest <= 0 or not stands.over or stands.out:
            return False
        able = self._holding.may_try
        waiting = [one for one in stands.legs if one.status is OrderStatus.HELD and able(one.client_order_id)]
        due = [one for one in waiting if one.client_order_id in self._holding.hits or one is self._placeable(stands)]
        return any(self._room(one, stands) > 0 for one in due)

    def _standing(self, name: ClientOrderId) -> Standing:
        return standing(self._core.state, name, self._legs[name])

    def watch(self, name: ClientOrderId, legs: list[ClientOrderId]) -> None:
        """An entry came whose exits the desk holds."""
        self._legs[name] = legs
        self._active[name] = None

    def join(self, name: ClientOrderId, leg: ClientOrderId) -> None:
        """An exit came for what is held already; `name` stands for the entry that it does not have."""
        self._legs.setdefault(name, []).append(leg)
        self._active[name] = None

    def on_order(self, order: Order) -> None:
        """Something happened to an order that may be an entry or an exit."""
        name = order.entry if order.entry is not None else order.client_order_id
        if name in self._legs:
            self._active[name] = None
            self.look(name)

    def run(self) -> None:
        """Look at entries whose exits are not settled, some at a time where there are many; news needs no turn."""
        for name in list(itertools.islice(self._active, _AT_ONCE_LOOKED)):
            del self._active[name]
            if not self.look(name):
                self._active[name] = None

    def waits_for_prices(self, order: Order) -> bool:
        """Whether a held order is to be set off by a price now: an exit only once its entry has filled something."""
        entry = self._core.state.orders.get(order.entry) if order.entry is not None else None
        return entry is None or entry.filled_quantity > 0

    # --- one entry --------------------------------------------------------------------------------

    def look(self, name: ClientOrderId) -> bool:
        """Take the next steps for one entry's exits; True when none of them is left open."""
        stands = self._standing(name)
        if stands.over and stands.rest <= 0:
            for one in [one for one in stands.legs if one.is_open]:
                self._take_off(one, "nothing is left to close")
            return not any(self._core.state.orders[one].is_open for one in self._legs[name])
        self._resize(stands)
        if stands.rest > 0:
            if not self._core.reconciled(stands.legs[0].account):
                return False
            self._bring_out_hit(name, self._standing(name))
            self._hold_again(name, self._standing(name))
            self._place(self._standing(name))
            self._fit(self._standing(name))
        after = self._standing(name)
        return after.over and not any(one.is_open for one in after.legs)

    def _resize(self, stands: Standing) -> None:
        """Held exits are as large as what they may have to close."""
        core = self._core
        for one in stands.legs:
            if one.status is OrderStatus.HELD and one.quantity != stands.to_come > 0:
                core.emit(ev.OrderReplaced(core.now(), one.client_order_id, stands.to_come, one.terms))

    def _bring_out_hit(self, name: ClientOrderId, stands: Standing) -> None:
        hits = self._holding.hits
        for one in (stands.held(emulation.STOP), stands.held(emulation.TARGET)):
            if one is not None and one.client_order_id in hits:
                self._bring_out(name, one, stands, hits[one.client_order_id])
                return

    def _place(self, stands: Standing) -> None:
        """Give the broker what it can work without this machine: the stop, or the target where there is no stop."""
        one = self._placeable(stands)
        if one is not None:
            self._send(one, stands, None, "its entry is closed")

    def _placeable(self, stands: Standing) -> Order | None:
        if not stands.over or stands.out:
            return None
        one = stands.held(emulation.STOP) or stands.held(emulation.TARGET)
        return one if one is not None and self._native(one, stands) else None

    def _bring_out(self, name: ClientOrderId, one: Order, stands: Standing, seen: hev.Seen) -> None:
        """Make way for an exit that was set off, and send it once nothing else of this entry can fill."""
        why = f"{one.client_order_id} was set off at {seen.price}"
        if not stands.over and stands.entry is not None:
            self._take_off(stands.entry, why)
        for other in stands.out:
            self._take_off(other, why)
        now = self._standing(name)
        if now.over and not now.out and now.rest > 0:
            self._send(one, now, seen, "")

    def _fit(self, stands: Standing) -> None:
        """Take off what works over more than the position, or over less than it may, to be placed anew in its size.

        A position that others changed is believed after two reports that agree.
        """
        for one in stands.out:
            if one.status is not OrderStatus.WORKING or one.pending is not Pending.NONE or _at_once(one):
                continue
            could = min(stands.rest, self._room(one, stands))
            held = -self._core.state.portfolios[one.account].position(one.instrument).quantity * one.side.sign
            wrong = 0 < held < one.leaves_quantity or could > one.leaves_quantity
            if wrong and self._core.steady(one.account, f"fit {one.client_order_id} {held}"):
                self._take_off(one, f"the position is {held}")

    def _send(self, one: Order, stands: Standing, seen: hev.Seen | None, reason: str) -> None:
        able = self._core.lanes.capabilities(one.account)
        quantity = min(stands.rest, self._room(one, stands))
        if able is None or quantity <= 0:
            return
        asked = one.asked or one.terms
        terms = emulation.working_terms(able, asked) if seen is None else emulation.leaving_terms(able, asked)
        self._holding.fire(one, quantity, terms, seen, reason)

    def _room(self, one: Order, stands: Standing) -> Decimal:
        return self._holding.room(one, frozenset(leg.client_order_id for leg in stands.legs if leg.is_open))

    def _native(self, exit_: Order, stands: Standing) -> bool:
        """Whether the broker is to work an exit: it takes such orders, and did not refuse this one again and again."""
        able = self._core.lanes.capabilities(exit_.account)
        refused = sum(one.leg == exit_.leg and one.status is OrderStatus.REJECTED for one in stands.legs)
        return (
            able is not None and (exit_.asked or exit_.terms).order_type in able.order_types and refused < _REJECTIONS
        )

    def _take_off(self, one: Order, why: str) -> None:
        self._core.take_off(one.client_order_id, actor=ACTOR, reason=why)

    # --- holding again ----------------------------------------------------------------------------

    def _hold_again(self, name: ClientOrderId, stands: Standing) -> None:
        """Hold anew the exits that ended though nobody wished it, while there is still something to close."""
        for leg in sorted({one.leg for one in stands.legs}):
            last = stands.last(leg)
            if last is None or last.is_open or stands.rest <= 0 or not self._unwished(name, last, stands):
                continue
            before = [one for one in stands.legs if one.leg == leg]
            if sum(one.status in _FAILED for one in before) >= ATTEMPTS:
                self._tell(name, last, "failed too often")
            elif last.intent is not None:
                again = client_order_id(last.intent, last.account, leg, len(before) + 1)
                self._hold(name, last, again, stands)

    def _hold(self, name: ClientOrderId, last: Order, again: ClientOrderId, stands: Standing) -> None:
        core = self._core
        now, asked = core.now(), last.asked or last.terms
        order = Order(
            client_order_id=again, account=last.account, instrument=last.instrument, side=last.side,
            quantity=stands.to_come, terms=asked, created_at=now, intent=last.intent, strategy=last.strategy,
            leg=last.leg, entry=last.entry, reduces=True, asked=asked,
        )  # fmt: skip
        core.emit(ev.OrderApproved(now, order, self._nothing(order), ()))
        core.emit(hev.OrderHeld(now, again))
        self._legs[name].append(again)
        failed = [one for one in stands.legs if one.leg == last.leg and (one.status in _FAILED or _at_once(one))]
        if last in failed:
            self._holding.pause(again, len(failed))
        best = self._holding.best_of(last.client_order_id)
        if best is not None:
            core.emit(hev.TrailMoved(now, again, best))

    def _nothing(self, order: Order) -> ev.Reservation:
        """What an exit sets aside: nothing, but the price that would be reckoned with if it came to open a position."""
        core = self._core
        instrument, account = core.state.instruments[order.instrument], core.state.accounts[order.account]
        rate = core.market.view(instrument, account.currency, core.now()).rate
        known = (core.market.price(order.instrument), *order.terms.prices)
        price = max((one for one in known if one is not None), default=ZERO)
        return ev.Reservation(ZERO, ZERO, price, Decimal(1) if rate is None else rate)

    def _unwished(self, name: ClientOrderId, last: Order, stands: Standing) -> bool:
        """Whether an exit ended by the desk's own doing or by a refusal, and not because somebody wanted it gone."""
        trace = self._core.state.traces[last.client_order_id]
        if last.status is OrderStatus.DENIED:
            return trace.denial is None or trace.denial.rule != "canceled_before_sent" or trace.denial.current == ACTOR
        if last.status is OrderStatus.CANCELED and trace.asked_off is None and not _at_once(last):
            if not stands.out and not any(one.status is OrderStatus.HELD for one in stands.legs):
                self._tell(name, last, "was canceled at the broker")
            return False
        return trace.asked_off in {None, ACTOR}

    def _tell(self, name: ClientOrderId, last: Order, what: str) -> None:
        if last.client_order_id not in self._ended:
            self._ended[last.client_order_id] = None
            self._core.alarm("exit_ended", {"account": last.account, "order": last.client_order_id, "entry": name,
                                            "what": what})  # fmt: skip
