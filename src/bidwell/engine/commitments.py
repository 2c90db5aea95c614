"""What plain open orders of an account and instrument commit and may fill together, kept as running sums.

`risk.reservation.committed` and `views.taken` are the rules and walk all open orders. Every decision asks for their
answers, so with a thousand orders on their way each would cost a thousand steps: here an order that changed costs one. Books with
attached exits or an unanswered replace, whose orders depend on one another, are left to the rule.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.reservation import unit_cash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidwell.model.account import Account
    from bidwell.model.events import ReplaceRequested, Reservation
    from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
    from bidwell.model.instrument import Instrument
    from bidwell.model.order import Order


class Books(Protocol):
    """What the sums are reckoned from: the state's open orders and what is known of them."""

    @property
    def accounts(self) -> Mapping[AccountId, Account]: ...

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]: ...

    @property
    def orders(self) -> Mapping[ClientOrderId, Order]: ...

    @property
    def books(self) -> Mapping[AccountId, Mapping[InstrumentId, Mapping[ClientOrderId, None]]]: ...

    @property
    def reservations(self) -> Mapping[ClientOrderId, Reservation]: ...

    @property
    def replacing(self) -> Mapping[ClientOrderId, ReplaceRequested]: ...

    def claim(self, order: Order) -> Decimal: ...


class Open(NamedTuple):
    """What a book's orders may still fill: entries and reductions of each side."""

    entries: dict[Side, Decimal]
    exits: dict[Side, Decimal]


class _Part(NamedTuple):
    """One order's share of the sums; `unit` is what one unit sets aside, None where nothing is reserved."""

    side: Side
    quantity: Decimal
    unit: Decimal | None
    reduces: bool


class _Book:
    """The sums of one account and instrument; `stale` are the orders that changed since they were taken in."""

    __slots__ = ("cash", "odd", "open", "parts", "quantity", "stale")

    def __init__(self, names: Mapping[ClientOrderId, None]) -> None:
        self.parts: dict[ClientOrderId, _Part] = {}
        self.odd: dict[ClientOrderId, None] = {}
        self.stale: dict[ClientOrderId, None] = dict(names)
        self.quantity = {Side.BUY: ZERO, Side.SELL: ZERO}
        self.cash = {Side.BUY: ZERO, Side.SELL: ZERO}
        self.open = Open({Side.BUY: ZERO, Side.SELL: ZERO}, {Side.BUY: ZERO, Side.SELL: ZERO})

    def drop(self, name: ClientOrderId) -> None:
        """Take an order out of the sums."""
        self.odd.pop(name, None)
        part = self.parts.pop(name, None)
        if part is not None:
            self._count(part, -part.quantity)
        if not self.parts:
            # Nothing is left of what rounding may have left behind.
            self.cash = {Side.BUY: ZERO, Side.SELL: ZERO}

    def add(self, name: ClientOrderId, part: _Part) -> None:
        """Take an order into the sums."""
        self.parts[name] = part
        self._count(part, part.quantity)

    def _count(self, part: _Part, quantity: Decimal) -> None:
        (self.open.exits if part.reduces else self.open.entries)[part.side] += quantity
        if part.unit is not None:
            self.quantity[part.side] += quantity
            self.cash[part.side] += part.unit * quantity


class Commitments:
    """The running sums of a state's books."""

    def __init__(self, state: Books) -> None:
        self._state = state
        self._books: dict[tuple[AccountId, InstrumentId], _Book] = {}

    def change(self, order: Order) -> None:
        """An order stands otherwise now."""
        book = self._books.get((order.account, order.instrument))
        if book is not None:
            book.stale[order.client_order_id] = None

    def clear(self) -> None:
        """Accounts or instruments have other terms: everything is reckoned anew."""
        self._books.clear()

    def of(self, account: AccountId, instrument: InstrumentId, position: Decimal) -> Decimal | None:
        """Cash that the book's orders may still take, as `committed` says; None where the rule must be asked."""
        book = self._book(account, instrument)
        names = self._state.books.get(account, {}).get(instrument, {})
        if book is None:
            return None
        return sum((self._side(book, names, side, held) for side, held in ((Side.BUY, -position), (Side.SELL, position))),
                   ZERO)  # fmt: skip

    def open(self, account: AccountId, instrument: InstrumentId) -> Open | None:
        """What the book's orders may still fill, to be read only; None where each order must be looked at."""
        book = self._book(account, instrument)
        return None if book is None else book.open

    def _book(self, account: AccountId, instrument: InstrumentId) -> _Book | None:
        """The book as it now stands; None where its orders depend on one another."""
        state = self._state
        names = state.books.get(account, {}).get(instrument, {})
        book = self._books.get((account, instrument))
        if book is None:
            book = self._books[account, instrument] = _Book(names)
        for name in book.stale:
            book.drop(name)
            if name in names:
                self._take_in(book, state.orders[name])
        book.stale.clear()
        return None if book.odd else book

    def _take_in(self, book: _Book, order: Order) -> None:
        name, state = order.client_order_id, self._state
        if order.entry is not None or name in state.replacing:
            book.odd[name] = None
            return
        reservation = state.reservations.get(name)
        unit = None
        if reservation is not None:
            unit = unit_cash(state.accounts[order.account], state.instruments[order.instrument], reservation.price,
                             reservation.rate)  # fmt: skip
        book.add(name, _Part(order.side, state.claim(order), unit, order.reduces))

    @staticmethod
    def _side(book: _Book, names: Mapping[ClientOrderId, None], side: Side, held: Decimal) -> Decimal:
        """All of one side but its oldest orders, as far as there is something to close."""
        if held <= 0:
            return book.cash[side]
        if book.quantity[side] <= held:
            return ZERO
        closing, left = ZERO, held
        for name in names:
            part = book.parts.get(name)
            if part is None or part.unit is None or part.side is not side:
                continue
            closing += part.unit * min(part.quantity, left)
            left -= part.quantity
            if left <= 0:
                break
        return book.cash[side] - closing
