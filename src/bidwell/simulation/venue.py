"""The venue's synchronous core: requests and market data in, facts and replies out; no I/O, no clock of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from bidwell.engine.ports import Clock
from bidwell.model.errors import CurrencyMismatch, InvalidInput
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation import exits
from bidwell.simulation.checks import Refusal, check_figures, check_ticket
from bidwell.simulation.facts import AccountOpened, CashMoved, Declined, Placed, Seen
from bidwell.simulation.floor import (
    IMMEDIATE,
    Duplicate,
    Floor,
    NotCanceled,
    NotReplaced,
    Outcome,
    VenueSettings,
)
from bidwell.simulation.margin import Margin, Need, opening_quantity, worst_price
from bidwell.simulation.market import Listing
from bidwell.simulation.orders import AccountSpec, Link, Role, Ticket, VenueAccount, VenueOrder
from bidwell.simulation.state import VenueState


class Venue:
    """Accounts, their orders and how they fill.

    Every method that changes something returns what came of it, in order: facts (already applied to the
    state, and to be made durable as one) and replies. `market` gives instruments, sessions, rates and the
    market clock; `clock` is the wall's.
    """

    def __init__(self, state: VenueState, market: Listing, clock: Clock, settings: VenueSettings | None = None) -> None:
        self.state = state
        self._market = market
        self._clock = clock
        self._settings = settings or VenueSettings()
        self._floor = Floor(state, market, clock, self._settings)
        self.margin = Margin(self._floor.instruments, self._floor.quotes, market.rates)

    @property
    def quotes(self) -> Mapping[str, Quote]:
        """The newest quote of each instrument."""
        return self._floor.quotes

    # accounts

    def open_account(self, spec: AccountSpec) -> list[Outcome]:
        """Open an account; nothing happens when it is there already."""
        out = self._begin()
        if spec.account not in self.state.accounts:
            self._floor.emit(AccountOpened(spec))
        return out

    def move_cash(self, account: str, currency: str, amount: Decimal) -> list[Outcome]:
        """Pay in or out by hand."""
        out = self._begin()
        self._floor.emit(CashMoved(account, currency, amount))
        return out

    # requests

    def note(self, account: str, tickets: Sequence[Ticket]) -> list[Outcome]:
        """Count submissions that do not reach the book, or not yet."""
        out = self._begin()
        for ticket in tickets:
            self._floor.emit(Seen(account, ticket.client_order_id))
        return out

    def submit(
        self, account: str, tickets: Sequence[Ticket], link: Link = Link.NONE, *, noted: bool = False,
        first_fill: Decimal | None = None, refusal: Refusal | None = None,
    ) -> list[Outcome]:  # fmt: skip
        """Take orders that belong together, all or none.

        `noted` submissions were counted before. `first_fill` bounds what fills on arrival to this part of the
        quantity and leaves the rest alone until `resume`. `refusal` refuses them whatever they say.
        """
        out = self._begin()
        known = [each.client_order_id and self.state.find(account, each.client_order_id) for each in tickets]
        if any(known):
            for ticket, order in zip(tickets, known, strict=True):
                if order:
                    self._floor.emit(Seen(account, ticket.client_order_id))
                    out.append(Duplicate(order))
                else:
                    self._decline(account, ticket, Refusal("link", "another order of this submission was seen before"),
                                  noted=noted)  # fmt: skip
            return out
        refusals, need = self._examine(account, tickets, link)
        if refusal or any(refusals):
            for ticket, each in zip(tickets, refusals, strict=True):
                why = refusal or each or Refusal("link", "another order of this submission was refused")
                self._decline(account, ticket, why, noted=noted)
            return out
        self._place(account, tickets, link, need, noted=noted, first_fill=first_fill)
        return out

    def decline_unread(self, account: str, client_order_ids: Sequence[str], why: Refusal) -> list[Outcome]:
        """Refuse submissions of which only the ids could be read; what is known already stays as it is."""
        out = self._begin()
        for name in client_order_ids:
            order = self.state.find(account, name)
            if order is not None:
                self._floor.emit(Seen(account, name))
                out.append(Duplicate(order))
            else:
                unread = Ticket("", Side.BUY, ZERO, OrderType.MARKET, TimeInForce.DAY, name)
                self._decline(account, unread, why, noted=False)
        return out

    def cancel(
        self, account: str, client_order_id: str = "", broker_order_id: str = "", *, refusal: Refusal | None = None
    ) -> list[Outcome]:
        """Take an order off the book."""
        out = self._begin()
        order = self._order(account, client_order_id, broker_order_id)
        why = refusal or _not_working(order)
        if why is not None or order is None:
            out.append(NotCanceled(account, client_order_id or broker_order_id, why or Refusal("order.unknown", "")))
        else:
            self._floor.close(order, OrderStatus.CANCELED, "request", "canceled on request")
        return out

    def replace(
        self, account: str, changes: Ticket, broker_order_id: str = "", *, refusal: Refusal | None = None
    ) -> list[Outcome]:
        """Work an order on new terms; `changes.quantity` is the new total, its instrument and side are ignored."""
        out = self._begin()
        order = self._order(account, changes.client_order_id, broker_order_id)
        refused = refusal or _not_working(order)
        if refused is None and order is not None:
            refused = self._replace(order, changes)
        if refused is not None:
            out.append(NotReplaced(account, changes.client_order_id or broker_order_id, refused))
        return out

    def resume(self, broker_order_id: str) -> list[Outcome]:
        """Let the rest of an order that was filled in part go on."""
        out = self._begin()
        self._floor.resume(broker_order_id)
        return out

    # by hand

    def fill_by_hand(self, broker_order_id: str, quantity: Decimal, price: Decimal) -> list[Outcome]:
        """Fill a working order as somebody at the venue says, whatever is quoted; never more than is left of it."""
        out = self._begin()
        order = self.state.orders[broker_order_id]
        if order.is_open and quantity > 0 and price > 0:
            self._floor.fill(order, min(quantity, order.leaves), price)
        return out

    def end_by_hand(self, broker_order_id: str, status: OrderStatus, reason: str) -> list[Outcome]:
        """Reject, cancel or expire a working order as somebody at the venue says."""
        out = self._begin()
        order = self.state.orders[broker_order_id]
        if order.is_open:
            self._floor.close(order, status, "by_hand", reason)
        return out

    # the market

    def on_quotes(self, quotes: Iterable[Quote]) -> list[Outcome]:
        """Match against new quotes, in their order."""
        out = self._begin()
        for quote in quotes:
            self._floor.on_quote(quote)
        return out

    def on_bar(self, bar: Bar) -> list[Outcome]:
        """Match against a bar; see `bars.path`."""
        out = self._begin()
        self._floor.on_bar(bar)
        return out

    def on_clock(self) -> list[Outcome]:
        """Expire what the market clock has run past."""
        out = self._begin()
        self._floor.expire(self._market.now())
        return out

    # taking orders

    def _examine(self, account: str, tickets: Sequence[Ticket], link: Link) -> tuple[list[Refusal | None], Need | None]:
        now = self._market.now()
        held = self.state.accounts[account]
        listed = [self._floor.instruments.get(each.instrument) for each in tickets]
        refusals = [check_ticket(each, held.spec, on, now) for each, on in zip(tickets, listed, strict=True)]
        first, instrument = tickets[0], listed[0]
        refusals[0] = refusals[0] or _misfit(tickets, link)
        if refusals[0] or instrument is None:
            return refusals, None
        if first.time_in_force in IMMEDIATE and not self._floor.is_open(instrument, now):
            refusals[0] = Refusal("session.closed", f"{first.time_in_force} orders are taken while the market is open")
            return refusals, None
        need = self._need(held, instrument, first)
        if isinstance(need, Refusal):
            refusals[0] = need
            return refusals, None
        return refusals, need

    def _need(self, held: VenueAccount, instrument: Instrument, ticket: Ticket, leaving: VenueOrder | None = None,
              ) -> Need | Refusal:  # fmt: skip
        others = [
            (each, exits.active_quantity(each, self.state.members(each)))
            for each in self.state.open.get(held.spec.account, {}).values()
            if each.instrument == ticket.instrument and each.side is ticket.side and each is not leaving
        ]
        opening = opening_quantity(held, ticket, others)
        if not opening:
            return Need(ZERO, ZERO, ZERO)
        price = worst_price(ticket, self._floor.quotes.get(ticket.instrument))
        if price is None:
            return Refusal("no_quote", f"{ticket.instrument} has no price yet")
        try:
            need = self.margin.need(held, instrument, ticket, opening, price)
            free = self.margin.free(held)
        except CurrencyMismatch as problem:
            return Refusal("rate.unknown", str(problem))
        if leaving is not None:
            free += leaving.margin * min(leaving.opening, leaving.leaves)
        if need.required > free:
            short = f"needs {need.required:.2f} {held.spec.currency} of margin, {free:.2f} is free"
            return Refusal("insufficient_funds", short)
        return need

    def _place(
        self, account: str, tickets: Sequence[Ticket], link: Link, need: Need | None, *, noted: bool,
        first_fill: Decimal | None,
    ) -> None:  # fmt: skip
        group = f"G{self.state.number + 1}" if link is not Link.NONE else ""
        placed = []
        for index, ticket in enumerate(tickets):
            role = Role.SINGLE if not group else Role.ENTRY if link is Link.BRACKET and index == 0 else Role.EXIT
            order = self._new(account, ticket, noted=noted)
            order.group, order.role = group, role
            order.ends_at = self._floor.end_of(self._floor.instruments[ticket.instrument], ticket)
            if index == 0 and need is not None:
                order.opening, order.margin = need.opening, need.margin
            self._floor.emit(Placed(order))
            held = self.state.orders[order.broker_order_id]
            placed.append(held)
            self._floor.schedule(held)
        for order in placed:
            if order.is_open and self._settings.fill_on_arrival:
                self._floor.arrive(order, first_fill)

    def _new(self, account: str, ticket: Ticket, *, noted: bool) -> VenueOrder:
        number = self.state.number + 1
        return VenueOrder(
            account, ticket.client_order_id, f"P{number:08d}", None, number, ticket.instrument, ticket.side,
            ticket.quantity, ticket.order_type, ticket.time_in_force, self._market.now(), ticket.limit_price,
            ticket.stop_price, ticket.trail_amount, ticket.trail_percent, ticket.expires_at,
            submissions=0 if noted else 1,
        )  # fmt: skip

    def _decline(self, account: str, ticket: Ticket, why: Refusal, *, noted: bool) -> None:
        if ticket.client_order_id and (account, ticket.client_order_id) in self.state.named:
            self._floor.emit(Seen(account, ticket.client_order_id))
            return
        order = self._new(account, _presentable(ticket), noted=noted)
        order.status, order.code, order.reason = OrderStatus.REJECTED, why.code, why.reason
        order.closed_at = self._clock.now()
        self._floor.emit(Declined(order))

    def _replace(self, order: VenueOrder, changes: Ticket) -> Refusal | None:
        instrument = self._floor.instruments[order.instrument]
        held = self.state.accounts[order.account]
        wanted = msgspec.structs.replace(changes, instrument=order.instrument, side=order.side)
        if wanted.order_type is not order.order_type:
            return Refusal("terms.order_type", f"a {order.order_type} order stays one")
        if wanted.time_in_force in IMMEDIATE:
            return Refusal("terms.time_in_force", "a working order cannot become an immediate one")
        refused = check_figures(wanted, held.spec, instrument, self._market.now())
        if refused:
            return refused
        if wanted.quantity < order.filled:
            return Refusal("quantity.filled", f"{order.filled} are filled already")
        need: Need | Refusal = Need(order.opening, order.margin, ZERO)
        if order.role is not Role.EXIT:
            rest = msgspec.structs.replace(wanted, quantity=max(wanted.quantity - order.filled, ZERO))
            need = self._need(held, instrument, rest, leaving=order)
        if isinstance(need, Refusal):
            return need
        before = order.quantity
        self._floor.amend(order, wanted, need, self._floor.end_of(instrument, wanted))
        self._floor.schedule(order)
        if order.role is Role.ENTRY:
            for each, quantity in exits.after_entry_amended(before, order, self.state.members(order)):
                self._floor.resize(each, quantity)
        self._floor.after_close(order)
        if order.is_open and self._settings.fill_on_arrival:
            self._floor.arrive(order)
        return None

    # small things

    def _begin(self) -> list[Outcome]:
        self._floor.out = []
        return self._floor.out

    def _order(self, account: str, client_order_id: str, broker_order_id: str) -> VenueOrder | None:
        found = self.state.find(account, client_order_id) if client_order_id else None
        if found is None and broker_order_id:
            found = self.state.orders.get(broker_order_id)
        return found if found is not None and found.account == account else None


def _not_working(order: VenueOrder | None) -> Refusal | None:
    if order is None:
        return Refusal("order.unknown", "there is no such order")
    return None if order.is_open else Refusal("order.closed", f"the order is {order.status}")


def _presentable(ticket: Ticket) -> Ticket:
    """A refused ticket as it can be kept and shown: without figures that are none."""
    sound = ticket.quantity.is_finite() and ticket.quantity > 0
    try:
        ticket.terms()
    except InvalidInput:
        return Ticket(ticket.instrument, ticket.side, ticket.quantity if sound else ZERO, OrderType.MARKET,
                      TimeInForce.DAY, ticket.client_order_id)  # fmt: skip
    return ticket if sound else msgspec.structs.replace(ticket, quantity=ZERO)


def _misfit(tickets: Sequence[Ticket], link: Link) -> Refusal | None:
    """Whether orders of one submission can belong together as they say."""
    if len(tickets) == 1 and link is Link.NONE:
        return None
    first = tickets[0]
    names = [each.client_order_id for each in tickets if each.client_order_id]
    if len(set(names)) != len(names):
        return Refusal("client_order_id", "two orders of one submission have the same client_order_id")
    if (len(tickets) > 1) is (link is Link.NONE):
        return Refusal("link", f"{len(tickets)} orders cannot be linked as {link}")
    exits_side = first.side.opposite if link is Link.BRACKET else first.side
    if any(each.instrument != first.instrument or each.side is not exits_side for each in tickets[1:]):
        return Refusal("link", "linked orders are of one instrument, and exits of one side")
    if any(each.time_in_force in IMMEDIATE for each in tickets[1:]):
        return Refusal("link", "an exit cannot be immediate")
    return None
