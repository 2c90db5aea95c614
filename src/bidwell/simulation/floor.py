"""The trading floor: how working orders meet quotes and bars, fill, and end."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bidwell.engine.ports import Clock
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.session import SessionTable
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation import bars, exits, matching
from bidwell.simulation.checks import Refusal, step_of
from bidwell.simulation.facts import Amended, AnyFact, Closed, Traded, Trailed, Triggered
from bidwell.simulation.fees import next_fee
from bidwell.simulation.liquidity import Touch
from bidwell.simulation.margin import Need
from bidwell.simulation.market import Listing
from bidwell.simulation.orders import Execution, Role, Ticket, VenueAccount, VenueOrder
from bidwell.simulation.state import VenueState

IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class VenueSettings:
    """Rules of the whole venue.

    `renew_ids`: a replace makes a new broker_order_id. `fill_on_arrival`: orders meet the newest quote when
    they arrive rather than waiting for the next one (off when bars drive the venue).
    """

    trigger_by: matching.TriggerBy = matching.TriggerBy.TOUCH
    renew_ids: bool = False
    fill_on_arrival: bool = True


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A client_order_id came again: the first order as it stands."""

    order: VenueOrder


@dataclass(frozen=True, slots=True)
class NotCanceled:
    """A cancel was refused."""

    account: str
    client_order_id: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class NotReplaced:
    """A replace was refused."""

    account: str
    client_order_id: str
    refusal: Refusal


Outcome = AnyFact | Duplicate | NotCanceled | NotReplaced


def ticket_of(order: VenueOrder, quantity: Decimal) -> Ticket:
    """The ticket that would ask for this order with another quantity."""
    return Ticket(
        order.instrument, order.side, quantity, order.order_type, order.time_in_force, order.client_order_id,
        order.limit_price, order.stop_price, order.trail_amount, order.trail_percent, order.expires_at,
    )  # fmt: skip


class Floor:
    """Working orders against the market.

    Everything that happens is applied to the state and appended to `out`, which the caller takes.
    """

    def __init__(self, state: VenueState, market: Listing, clock: Clock, settings: VenueSettings) -> None:
        self.state = state
        self.quotes: dict[str, Quote] = {}
        self.instruments: dict[str, Instrument] = {each.id: each for each in market.instruments()}
        self.out: list[Outcome] = []
        self._market = market
        self._clock = clock
        self._settings = settings
        self._touches: dict[str, Touch] = {}
        self._sessions: dict[str, date] = {}
        self._closes: dict[tuple[str, date], datetime | None] = {}
        self._paused: set[str] = set()
        self._ends: list[tuple[datetime, str]] = [
            (order.ends_at, order.broker_order_id) for order in state.orders.values() if order.is_open and order.ends_at
        ]
        heapq.heapify(self._ends)

    def emit(self, fact: AnyFact) -> None:
        self.state.apply(fact)
        self.out.append(fact)

    def arrive(self, order: VenueOrder, first_fill: Decimal | None = None) -> None:
        quote = self.quotes.get(order.instrument)
        instrument = self.instruments[order.instrument]
        if quote is not None and self.is_open(instrument, self._market.now()):
            self._work(order, instrument, quote, taking=True, first_fill=first_fill)
        if first_fill is not None and order.is_open:
            self._paused.add(order.broker_order_id)
        elif order.is_open and order.time_in_force in IMMEDIATE and quote is None:
            self.close(order, OrderStatus.CANCELED, "immediate", "there is no price to fill at")

    def schedule(self, order: VenueOrder) -> None:
        """Remember when an order's time in force ends."""
        if order.ends_at:
            heapq.heappush(self._ends, (order.ends_at, order.broker_order_id))

    def resume(self, broker_order_id: str) -> None:
        """Let the rest of an order that was filled in part go on."""
        self._paused.discard(broker_order_id)
        order = self.state.orders.get(broker_order_id)
        if order is not None and order.is_open:
            self.arrive(order)

    def fill(self, order: VenueOrder, quantity: Decimal, price: Decimal) -> None:
        """Fill this much at this price, now."""
        self._trade(order, self.instruments[order.instrument], quantity, price, self._market.now())

    # the market

    def on_quote(self, quote: Quote) -> None:
        """Match an instrument's orders against its new quote, in the order of their arrival."""
        self.expire(quote.occurred_at)
        self.quotes[quote.instrument] = quote
        self._touch(quote.instrument).renew()
        instrument = self.instruments.get(quote.instrument)
        if instrument is None or not self.is_open(instrument, quote.occurred_at):
            return
        opening = self._opens_session(instrument, quote.occurred_at)
        self._meet(instrument, quote, taking=opening)

    def on_bar(self, bar: Bar) -> None:
        """Match an instrument's orders against a bar."""
        self.expire(bar.start)
        instrument = self.instruments[bar.instrument]
        self._touch(bar.instrument).renew()
        here, *rest = bars.path(bar)
        self._meet(instrument, bars.point(bar, here), taking=True)
        for there in rest:
            self._walk(instrument, bar, here, there)
            here = there
        self.quotes[bar.instrument] = bars.point(bar, here)
        self.expire(bar.start + timedelta(seconds=bar.seconds))

    # matching

    def _work(self, order: VenueOrder, instrument: Instrument, quote: Quote, *, taking: bool,
              first_fill: Decimal | None = None) -> None:  # fmt: skip
        if not order.is_open or order.broker_order_id in self._paused:
            return
        active = exits.active_quantity(order, self.state.members(order)) if order.group else order.leaves
        if active <= 0:
            return
        if order.order_type in matching.STOPS and not order.triggered:
            if not self._set_off(order, instrument, quote):
                return
            taking = True
        price = self._price(order, instrument, quote, taking=taking)
        if price is not None:
            quantity = self._available(order, instrument, quote, active, first_fill)
            if quantity > 0 and not (order.time_in_force is TimeInForce.FOK and quantity < order.leaves):
                self._trade(order, instrument, quantity, price, quote.occurred_at)
        if order.is_open and order.time_in_force in IMMEDIATE:
            self.close(order, OrderStatus.CANCELED, "immediate", "what could not fill at once is canceled")

    def _set_off(self, order: VenueOrder, instrument: Instrument, quote: Quote) -> bool:
        price = matching.watched(order, quote, self._settings.trigger_by)
        if price <= 0:
            return False
        if order.order_type is OrderType.TRAILING_STOP and matching.improves(order, price):
            self.emit(Trailed(order.account, order.broker_order_id, price))
        stop = matching.stop_level(order, instrument)
        if stop is None or not matching.reaches(order.side, price, stop):
            return False
        self.emit(Triggered(order.account, order.broker_order_id))
        return True

    def _price(self, order: VenueOrder, instrument: Instrument, quote: Quote, *, taking: bool) -> Decimal | None:
        price, _ = matching.touch(order.side, quote)
        if price <= 0:
            return None
        if order.order_type in matching.LIMITED:
            return matching.limit_fill_price(order, price, taking=taking)
        return self.state.accounts[order.account].spec.models.slippage.slip(price, order.side, instrument)

    def _available(self, order: VenueOrder, instrument: Instrument, quote: Quote, active: Decimal,
                   first_fill: Decimal | None) -> Decimal:  # fmt: skip
        spec = self.state.accounts[order.account].spec
        step = step_of(spec, instrument)
        _, quoted = matching.touch(order.side, quote)
        left = self._touch(order.instrument).left(
            spec.models.participation, order.account, buying=order.side.sign > 0, quoted=quoted
        )
        quantity = active if left is None else min(active, instrument.round_quantity(max(left, ZERO), step))
        if first_fill is not None:
            quantity = min(quantity, max(instrument.round_quantity(order.quantity * first_fill, step), step))
        return quantity

    def _trade(
        self, order: VenueOrder, instrument: Instrument, quantity: Decimal, price: Decimal, at: datetime
    ) -> None:
        held = self.state.accounts[order.account]
        models = held.spec.models
        self._touch(order.instrument).take(
            models.participation, order.account, buying=order.side.sign > 0, quantity=quantity
        )
        notional = (order.paid + quantity * price) * instrument.multiplier
        fee = next_fee(models.fees, order.filled + quantity, notional, order.fees)
        execution = Execution(
            f"X{self.state.executions + 1:08d}", quantity, price, fee, instrument.currency, max(at, order.created_at)
        )
        moved = self._moved(held, order, instrument, quantity, price)
        self.emit(Traded(order.account, order.broker_order_id, execution, moved, instrument.currency,
                          self._clock.now()))  # fmt: skip
        if order.role is Role.EXIT:
            for each, rest in exits.after_exit_fill(self.state.members(order), quantity):
                self.resize(each, rest)
        self.after_close(order)

    def _moved(
        self, held: VenueAccount, order: VenueOrder, instrument: Instrument, quantity: Decimal, price: Decimal
    ) -> Decimal:
        signed = quantity * order.side.sign
        if instrument.settles_notional:
            return -signed * price * instrument.multiplier
        holding = held.holdings.get(order.instrument)
        if holding is None or (holding.quantity > 0) == (signed > 0):
            return ZERO
        closed = min(quantity, abs(holding.quantity))
        gain = price - holding.cost / holding.quantity
        return gain * closed * instrument.multiplier * (1 if holding.quantity > 0 else -1)

    # bars

    def _meet(self, instrument: Instrument, quote: Quote, *, taking: bool) -> None:
        bid, ask = quote.bid, quote.ask
        for order in list(self.state.books.get(instrument.id, {}).values()):
            limit = order.limit_price
            # Most of a long book is far from the touch: it is passed over before anything is looked up.
            near = limit is None or (limit >= ask if order.side is Side.BUY else limit <= bid)
            if near or order.order_type is not OrderType.LIMIT:
                self._work(order, instrument, quote, taking=taking)

    def _walk(self, instrument: Instrument, bar: Bar, here: Decimal, there: Decimal) -> None:
        stirred: set[tuple[str, bool]] = set()
        while True:
            waiting = [
                order
                for order in self.state.books.get(instrument.id, {}).values()
                if (order.broker_order_id, order.triggered) not in stirred
                and exits.active_quantity(order, self.state.members(order)) > 0
            ]
            found = bars.next_reached(waiting, instrument, here, there)
            if found is None:
                break
            order, here = found
            stirred.add((order.broker_order_id, order.triggered))
            self._work(order, instrument, bars.point(bar, here), taking=False)
        end = bars.point(bar, there)
        for order in list(self.state.books.get(instrument.id, {}).values()):
            if order.order_type is OrderType.TRAILING_STOP and not order.triggered:
                self._work(order, instrument, end, taking=False)

    # endings

    def resize(self, order: VenueOrder, quantity: Decimal) -> None:
        if quantity == order.quantity or not order.is_open:
            return
        if quantity <= 0:
            self.close(order, OrderStatus.CANCELED, "group", "nothing is left for it to exit")
        else:
            kept = Need(order.opening, order.margin, ZERO)
            self.amend(order, ticket_of(order, max(quantity, order.filled)), kept, order.ends_at, renew=False)

    def amend(
        self, order: VenueOrder, ticket: Ticket, need: Need, ends_at: datetime | None, *, renew: bool = True
    ) -> None:
        new_id = f"P{self.state.number + 1:08d}" if renew and self._settings.renew_ids else ""
        self.emit(
            Amended(
                order.account, order.broker_order_id, new_id, ticket.quantity, ticket.time_in_force,
                ticket.limit_price, ticket.stop_price, ticket.trail_amount, ticket.trail_percent, ticket.expires_at,
                ends_at, need.opening, need.margin, self._clock.now(),
            )
        )  # fmt: skip

    def close(self, order: VenueOrder, status: OrderStatus, code: str, reason: str) -> None:
        self.emit(Closed(order.account, order.broker_order_id, status, code, reason, self._clock.now()))
        self.after_close(order)

    def after_close(self, order: VenueOrder) -> None:
        if order.is_open:
            return
        self._paused.discard(order.broker_order_id)
        if order.role is Role.ENTRY:
            for each, quantity in exits.after_entry_closed(order, self.state.members(order)):
                self.resize(each, quantity)

    def expire(self, now: datetime) -> None:
        while self._ends and self._ends[0][0] <= now:
            ends_at, broker_order_id = heapq.heappop(self._ends)
            order = self.state.orders.get(broker_order_id)
            if order is not None and order.is_open and order.ends_at == ends_at:
                self.close(order, OrderStatus.EXPIRED, "time_in_force", f"{order.time_in_force} ended")

    # sessions

    def is_open(self, instrument: Instrument, moment: datetime) -> bool:
        return self._market.table(instrument.calendar).is_open(moment)

    def _opens_session(self, instrument: Instrument, moment: datetime) -> bool:
        day = self._market.table(instrument.calendar).date_of(moment)
        opening = self._sessions.get(instrument.id) != day
        self._sessions[instrument.id] = day
        return opening

    def end_of(self, instrument: Instrument, ticket: Ticket) -> datetime | None:
        if ticket.time_in_force is TimeInForce.GTD:
            return ticket.expires_at
        if ticket.time_in_force is not TimeInForce.DAY:
            return None
        now = self._market.now()
        table = self._market.table(instrument.calendar)
        day = table.date_of(now)
        if table.always_open:
            return datetime.combine(day + DAY, time(), now.tzinfo)
        return self._close_of(table, day)

    def _close_of(self, table: SessionTable, day: date) -> datetime | None:
        key = (table.calendar, day)
        if key not in self._closes:
            self._closes[key] = table.close_of(day)
        return self._closes[key]

    def _touch(self, instrument: str) -> Touch:
        touch = self._touches.get(instrument)
        if touch is None:
            touch = self._touches[instrument] = Touch()
        return touch
