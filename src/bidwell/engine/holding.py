"""Does what brokers lack: watches prices for held orders, lets them out through the gate, and ends what has an end.

All that matters is journalled: a held order, the best price that it trails, and what set it off. What is kept beside
the state (prices seen since, pauses) may be lost with the process: the next price brings it back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from bidwell.engine import bracket, decisions, emulation, unwinding, views
from bidwell.engine.bracket import Brackets
from bidwell.model import events as ev
from bidwell.model import held_events as hev
from bidwell.model.errors import InvalidInput
from bidwell.model.instrument import Rounding
from bidwell.model.money import ZERO
from bidwell.model.order import Order, OrderStatus, Pending
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.risk.gate import Blocked, Passed
from bidwell.risk.rules import price_collar

if TYPE_CHECKING:
    from collections.abc import Callable

    from bidwell.model.ids import ClientOrderId
    from bidwell.model.market import Quote
    from bidwell.risk.gate import Gate

ACTOR: Final = "desk"
VALID: Final = timedelta(seconds=60)
"""How long a triggered order may wait to leave."""

MAX_AGE: Final = Decimal(15)
"""Seconds after which a price sets nothing off, where no limit says how old prices may be."""

_MARK_EVERY, _TELL_EVERY = 1.0, 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


class Deciding(bracket.Deciding, Protocol):
    """What holding asks of the deciding core."""

    gate: Gate

    @property
    def monotonic(self) -> Callable[[], float]:
        """Seconds of a clock that cannot be set back."""
        ...

    def dispatch(self, name: ClientOrderId, attached: tuple[ClientOrderId, ...], now: datetime) -> None:
        """Hand an approved order to its lane."""
        ...


class Holding:
    """The orders of one workspace that the desk holds or ends."""

    def __init__(self, core: Deciding) -> None:
        self._core = core
        self.hits: dict[ClientOrderId, hev.Seen] = {}
        self.brackets = Brackets(core, self)
        self._best: dict[ClientOrderId, Decimal] = {}
        self._marked: dict[ClientOrderId, float] = {}
        self._looked: dict[ClientOrderId, Quote] = {}
        self._fired = dict.fromkeys(core.state.held, core.monotonic()) if core.state.held else {}
        self._pauses: dict[ClientOrderId, tuple[float, float]] = {}
        self._blind: dict[ClientOrderId, None] = {}
        self._moved: tuple[datetime | None, float] = (None, 0.0)
        self._told_at = 0.0
        self._began = (core.state.latest, core.monotonic())

    # --- taking in --------------------------------------------------------------------------------

    def begin(self, verdict: Passed, plan: emulation.Plan, now: datetime) -> None:
        """Journal an approved order of which the desk does a part, and send what of it may leave."""
        core = self._core
        order = verdict.approved.order
        asked = order.terms if plan.holds or plan.terms is not None else None
        core.emit(ev.OrderApproved(now, replace(order, asked=asked), verdict.reservation, verdict.checks))
        nothing = replace(verdict.reservation, cash=ZERO, quantity=ZERO)
        for one in verdict.attached:
            leg = replace(one.order, asked=one.order.terms) if plan.exits else one.order
            core.emit(ev.OrderApproved(now, leg, nothing, ()))
            if plan.exits:
                core.emit(hev.OrderHeld(now, leg.client_order_id))
        if plan.exits:
            self.brackets.watch(order.client_order_id, [one.order.client_order_id for one in verdict.attached])
        native = () if plan.exits else tuple(one.order.client_order_id for one in verdict.attached)
        until = self._end_of(order, now)
        if plan.holds:
            core.emit(hev.OrderHeld(now, order.client_order_id, until, self._by_the_wall(until, now)))
            return
        if plan.terms is not None:
            core.emit(hev.OrderTriggered(now, order.client_order_id, order.quantity, plan.terms, verdict.reservation,
                                         reason="the desk ends it", ends_by=self._by_the_wall(until, now),
                                         until=until))  # fmt: skip
        core.dispatch(order.client_order_id, native, now)

    def begin_exit(self, order: Order, verdict: Passed, now: datetime) -> None:
        """Hold an exit of what is held already: no entry waits before it."""
        self._core.emit(ev.OrderApproved(now, replace(order, asked=order.terms), verdict.reservation, verdict.checks))
        self._core.emit(hev.OrderHeld(now, order.client_order_id))
        if order.entry is not None:
            self.brackets.join(order.entry, order.client_order_id)

    def _end_of(self, order: Order, now: datetime) -> datetime | None:
        """When an order that the desk ends does so by the market clock; a DAY order of a venue that never shuts at midnight (UTC)."""
        terms, market = order.terms, self._core.market
        if terms.time_in_force is TimeInForce.GTD:
            return terms.expires_at
        if terms.time_in_force is not TimeInForce.DAY:
            return None
        moment = market.market_time or now
        closes = market.closes_at(self._core.state.instruments[order.instrument], moment)
        midnight = datetime.combine(moment.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        return closes or midnight

    def _by_the_wall(self, until: datetime | None, now: datetime) -> datetime | None:
        """When that is by the wall clock, for a market that goes at its pace; a faster one is known by its prices."""
        return None if until is None else now + (until - (self._core.market.market_time or now))

    # --- watching ---------------------------------------------------------------------------------

    @property
    def under_way(self) -> bool:
        """Whether anything was set off and has not left yet, or an exit is about to be placed."""
        state = self._core.state
        return self.brackets.under_way or any(
            order.entry is None and order.status is OrderStatus.HELD and self.may_try(name)
            for name, order in ((name, state.orders[name]) for name in self.hits)
        )

    def on_prices(self) -> None:
        """New prices came: see what they set off, and let it out."""
        if self._core.state.held:
            self._watch()
            self._let_out()

    def run(self) -> None:
        """Look at everything that is held: prices, ends, and the exits of entries."""
        if self._core.state.held:
            self._watch()
            self._tell_blind()
            self._end()
            self._let_out()
        self.brackets.run()
        self._forget()

    def on_order(self, order: Order) -> None:
        """Something happened to an order: exits that the desk holds may be due."""
        self.brackets.on_order(order)

    def _watch(self) -> None:
        state, quotes, now = self._core.state, self._core.market.quotes, self._core.now()
        for name in list(state.held):
            order = state.orders[name]
            quote = quotes.get(order.instrument)
            if quote is None or self._looked.get(name) is quote or not self._watches(order):
                continue
            if self._see(order, quote, now):
                self._looked[name] = quote

    def _watches(self, order: Order) -> bool:
        """Whether prices matter to an order: it is held and due by one, or the broker trails it and may give it back."""
        if order.status is OrderStatus.HELD:
            return self.brackets.waits_for_prices(order)
        return order.terms.order_type is OrderType.TRAILING_STOP

    def _usable(self, order: Order, now: datetime) -> bool:
        """Whether a price may set an order off: young enough, its venue open, and the account's book agreed on."""
        core = self._core
        trades = core.market.session_open(core.state.instruments[order.instrument], now)
        return trades and core.reconciled(order.account) and self._young(order, now)

    def _young(self, order: Order, now: datetime) -> bool:
        """Whether the last price is young enough for anything to follow from it."""
        core = self._core
        scopes = core.state.scopes_of(order.account, order.strategy)
        most = views.limits_of(core.state, scopes, core.market, now)[0].max_data_age or MAX_AGE
        age = core.market.age(order.instrument, now)
        return age is not None and age <= most

    def _tell_blind(self) -> None:
        """A held order whose prices stopped protects nobody: somebody should know, once until they are back."""
        core, now, moment = self._core, self._core.now(), self._core.monotonic()
        if moment - self._told_at < _TELL_EVERY:
            return
        self._told_at = moment
        for name in core.state.held:
            order = core.state.orders[name]
            if order.status is not OrderStatus.HELD or self._young(order, now):
                self._blind.pop(name, None)
            elif name not in self._blind and core.market.session_open(core.state.instruments[order.instrument], now):
                self._blind[name] = None
                facts: dict[str, object] = {"account": order.account, "order": name, "instrument": order.instrument}
                core.alarm("held_order_without_prices", facts)

    def _see(self, order: Order, quote: Quote, now: datetime) -> bool:
        """Move what a trailing stop is measured from, and keep the price that sets the order off.

        False where something follows from a price that may not be used now: it is looked at again.
        """
        core, name = self._core, order.client_order_id
        price, best = emulation.price_of(order, quote), self.best_of(name)
        if price <= 0 or name in self.hits:
            return True
        trails = (order.asked or order.terms).order_type is OrderType.TRAILING_STOP
        moves = trails and emulation.better(order.side, price, best)
        at = emulation.level(order, core.state.instruments[order.instrument], price if moves else best)
        hit = order.status is OrderStatus.HELD and at is not None and emulation.reached(order, price, at)
        if not (moves or hit):
            return True
        if not self._usable(order, now):
            return False
        if moves:
            self._best[name] = price
            self._mark(name, price)
        if hit and at is not None:
            self.hits[name] = hev.Seen(price, at, quote.received_at, now)
        return True

    def best_of(self, name: ClientOrderId) -> Decimal | None:
        """The best price that a trailing stop has seen."""
        known = self._best.get(name)
        return self._core.state.trails.get(name) if known is None else known

    def _mark(self, name: ClientOrderId, best: Decimal) -> None:
        """Journal a trail's best price: the first at once, later ones at most once a second."""
        moment = self._core.monotonic()
        if name not in self._core.state.trails or moment - self._marked.get(name, moment - _MARK_EVERY) >= _MARK_EVERY:
            self._marked[name] = moment
            self._core.emit(hev.TrailMoved(self._core.now(), name, best))

    # --- ending -----------------------------------------------------------------------------------

    def _end(self) -> None:
        """End what has outlived its validity: a held order here, one at the broker by a cancel."""
        core, moment = self._core, self._market_moment()
        for name, held in list(core.state.held.items()):
            order = core.state.orders[name]
            if order.status is OrderStatus.HELD and order.pending is Pending.CANCEL:
                # Somebody who may write but not decide asked for it while this desk was away.
                core.emit(ev.OrderCanceled(core.now(), name, "was asked off", ZERO))
                self.on_order(core.state.orders[name])
                continue
            end, clock = (held.until, moment) if moment is not None else (held.ends_by, self._wall())
            if end is None or clock < end:
                continue
            if order.status is OrderStatus.HELD:
                core.emit(ev.OrderExpired(core.now(), name, "its validity ended at the desk", ZERO))
                self.on_order(core.state.orders[name])
            elif held.triggered_at is None:
                core.take_off(name, actor=ACTOR, reason="its validity ended")

    def _wall(self) -> datetime:
        """The wall clock, but never behind what the journal had seen of it when this desk began.

        A clock that was set back while no desk ran would keep orders beyond their end; one that was ahead for a while ends
        them early, which they survive.
        """
        now, (latest, began) = self._core.now(), self._began
        return now if latest is None else max(now, latest + timedelta(seconds=self._core.monotonic() - began))

    def _market_moment(self) -> datetime | None:
        """The market clock, which goes on while no price comes; None before this process has heard one."""
        known, moment = self._core.market.market_time, self._core.monotonic()
        if known is None:
            return None
        if known != self._moved[0]:
            self._moved = (known, moment)
        return known + timedelta(seconds=moment - self._moved[1])

    def call_off(self, name: ClientOrderId, *, actor: str, reason: str) -> None:
        """Take a held order off: nobody but the desk ever had it."""
        core = self._core
        now = core.now()
        core.emit(ev.CancelRequested(now, name, actor, reason))
        core.emit(ev.OrderCanceled(now, name, reason, ZERO))
        self.hits.pop(name, None)
        self.on_order(core.state.orders[name])

    def check_change(self, order: Order, wanted: Order) -> None:
        """Refuse a change that the desk could not keep; raises InvalidInput."""
        if order.entry is not None and order.asked is not None and wanted.quantity != order.quantity:
            raise InvalidInput("order.quantity", "an exit is as large as what its entry filled", field="quantity",
                               hint="change its price, or cancel it")  # fmt: skip

    def change(self, name: ClientOrderId, wanted: Order) -> None:
        """Hold an order on other terms; what an earlier price set off is judged anew."""
        self._core.emit(ev.OrderReplaced(self._core.now(), name, wanted.quantity, wanted.terms))
        self.hits.pop(name, None)
        self._looked.pop(name, None)

    def overdue(self, order: Order, now: datetime) -> bool | None:
        """Whether a triggered order waited too long to leave, by either clock; None for what the desk did not trigger."""
        held = self._core.state.held.get(order.client_order_id)
        if held is None or held.triggered_at is None:
            return None
        fired = self._fired.get(order.client_order_id)
        waited = fired is not None and self._core.monotonic() - fired > VALID.total_seconds()
        return waited or now - held.triggered_at > VALID

    # --- letting out ------------------------------------------------------------------------------

    def _let_out(self) -> None:
        """Send what was set off; exits of an entry have a turn of their own."""
        state = self._core.state
        for name, seen in list(self.hits.items()):
            order = state.orders[name]
            if order.status is not OrderStatus.HELD:
                self.hits.pop(name, None)
            elif order.entry is not None:
                self.brackets.look(order.entry)
            else:
                self._leave(order, seen)

    def _leave(self, order: Order, seen: hev.Seen) -> None:
        able = self._core.lanes.capabilities(order.account)
        quantity = order.quantity
        if order.reduces:
            quantity = min(quantity, self.room(order, frozenset({order.client_order_id})))
            if quantity <= 0:
                self.call_off(order.client_order_id, actor=ACTOR, reason="nothing is left to close")
                return
        if able is not None:
            self.fire(order, quantity, emulation.leaving_terms(able, order.asked or order.terms), seen)

    def room(self, order: Order, without: frozenset[ClientOrderId]) -> Decimal:
        """How much of the position a reducing order may take, beside open orders other than `without`."""
        return unwinding.free_to_close(self._core.state, order.account, order.instrument, order.side, without)

    def fire(self, order: Order, quantity: Decimal, terms: Terms, seen: hev.Seen | None, reason: str = "") -> bool:
        """Ask the gate for an order that is due, and dispatch it; False where it must wait or may not leave at all."""
        core, name = self._core, order.client_order_id
        if not self.may_try(name) or not core.reconciled(order.account):
            return False
        now = core.now()
        verdict = self._judge(order, quantity, terms, now)
        nearer = self._nearer(order, terms, verdict.denial) if isinstance(verdict, Blocked) else None
        if nearer is not None:
            terms, verdict = nearer, self._judge(order, quantity, nearer, now)
        if isinstance(verdict, Blocked):
            self._blocked(order, verdict, now)
            return False
        core.emit(hev.OrderTriggered(now, name, quantity, terms, verdict.reservation, seen, reason))
        self._fired[name] = core.monotonic()
        self.hits.pop(name, None)
        core.dispatch(name, (), now)
        return True

    def _judge(self, order: Order, quantity: Decimal, terms: Terms, now: datetime) -> Passed | Blocked:
        core = self._core
        wanted = replace(order, quantity=quantity, terms=terms)
        return decisions.judge_replacement(core.state, core.market, core.gate, order, wanted, now)

    def _nearer(self, order: Order, terms: Terms, denial: ev.Check) -> Terms | None:
        """The limit of an exit that the market has left behind, moved to the collar: a gap in its favor is no reason to wait."""
        if denial.rule != price_collar.RULE or not order.reduces or terms.limit_price is None or not denial.limit:
            return None
        towards = Rounding.UP if order.side is Side.SELL else Rounding.DOWN
        bound = self._core.state.instruments[order.instrument].round_price(Decimal(denial.limit), towards)
        return replace(terms, limit_price=bound)

    def _blocked(self, order: Order, verdict: Blocked, now: datetime) -> None:
        """An entry that may not leave is denied; what only reduces stays held and is tried again."""
        name, denial = order.client_order_id, verdict.denial
        if not order.reduces:
            self.hits.pop(name, None)
            self._core.emit(ev.OrderDenied(now, order, denial, verdict.checks))
            self.on_order(self._core.state.orders[name])
            return
        if self.pause(name):
            self._core.alarm("held_exit_blocked", {"account": order.account, "order": name, "rule": denial.rule,
                                                   "reason": denial.message})  # fmt: skip

    # --- pauses -----------------------------------------------------------------------------------

    def may_try(self, name: ClientOrderId) -> bool:
        """Whether the pause after the last try is over."""
        known = self._pauses.get(name)
        return known is None or self._core.monotonic() >= known[0]

    def pause(self, name: ClientOrderId, failed: int = 1) -> bool:
        """Wait before the next try, longer each time and after more that `failed`; whether this is the first."""
        known = self._pauses.get(name)
        first = min(_FIRST_PAUSE * 2 ** (failed - 1), _LONGEST_PAUSE)
        length = first if known is None else min(known[1] * 2, _LONGEST_PAUSE)
        self._pauses[name] = (self._core.monotonic() + length, length)
        return known is None

    def _forget(self) -> None:
        """Drop what is kept of orders that are closed."""
        held = self._core.state.held
        kept: tuple[dict[ClientOrderId, Any], ...] = (self._best, self._marked, self._looked, self._fired, self._blind,
                                                      self.hits)  # fmt: skip
        for known in kept:
            for name in [name for name in known if name not in held]:
                del known[name]
        if len(self._pauses) > len(held):
            orders = self._core.state.orders
            self._pauses = {one: at for one, at in self._pauses.items() if one not in orders or orders[one].is_open}
