"""Closing positions until none is left: each square-off is journalled first and sends one close after another.

An order to close is durable before anything is sent; what it needs after that it finds in the state, so that a
restart goes on where the last process stopped and nothing is closed twice.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bidwell.engine.intake import Request
from bidwell.model import risk_events as rev
from bidwell.model.errors import InvalidInput
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.order import OrderStatus, Pending
from bidwell.model.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bidwell.engine.decider import Core
    from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId

_ALL: Final = Sizing(SizingBy.CLOSE, Decimal(100))
_VALID: Final = timedelta(seconds=60)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


class Squaring:
    """Drives the square-offs of a workspace; it remembers nothing but when it last tried."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._tried: dict[tuple[str, InstrumentId], tuple[float, float]] = {}

    def order(self, square: rev.SquareOffOrdered) -> None:
        """Write down that positions are to be closed, take off entries that would open more, and begin."""
        if square.id in self._core.state.risk.squares:
            return
        self._core.emit(square)
        self._take_off(square)
        self.drive(square)

    def drive_all(self) -> None:
        """Look at everything that is to be closed, and send what is due."""
        for square in list(self._core.state.risk.squares.values()):
            self.drive(square)

    def drive(self, square: rev.SquareOffOrdered) -> None:
        """Send the next close of each position that is left, or end the square-off where there is none."""
        core = self._core
        if square.account not in core.state.accounts:
            core.emit(rev.SquareOffEnded(core.now(), square.id, "the account is gone"))
            return
        left = list(self._held(square))
        for instrument in left:
            self._close(square, instrument)
        if not left and not any(self._entries(square)):
            core.emit(rev.SquareOffEnded(core.now(), square.id, "nothing is left"))
            self._tried = {key: tried for key, tried in self._tried.items() if key[0] != square.id}

    def _held(self, square: rev.SquareOffOrdered) -> Iterable[InstrumentId]:
        portfolio = self._core.state.portfolios[square.account]
        for name, position in portfolio.positions.items():
            if square.instrument is not None and name != square.instrument:
                continue
            share = position if square.strategy is None else portfolio.share(name, square.strategy)
            if share.quantity:
                yield name

    def _entries(self, square: rev.SquareOffOrdered) -> Iterable[ClientOrderId]:
        """Open orders of the desk that could still open what is being closed."""
        for order in self._core.state.open_orders(square.account):
            if order.reduces or order.external or order.status is OrderStatus.ABSENT:
                continue
            if square.instrument is not None and order.instrument != square.instrument:
                continue
            if square.strategy is None or order.strategy == square.strategy:
                yield order.client_order_id

    def _take_off(self, square: rev.SquareOffOrdered) -> None:
        core = self._core
        for name in list(self._entries(square)):
            order = core.state.orders[name]
            if order.is_open and order.pending is not Pending.CANCEL:
                core.request_cancel(name, actor="risk", reason=square.reason)

    def _close(self, square: rev.SquareOffOrdered, instrument: InstrumentId) -> None:
        core = self._core
        if not self._ready(square.account, instrument):
            return
        number, settled = self._attempts(square, instrument)
        if not settled or not self._due(square, instrument, number):
            return
        request = Request(
            key=f"square:{square.id}:{instrument}:{number}", source=Source.GUARDIAN, instrument=instrument, side=None,
            sizing=_ALL, terms=Terms(), account=square.account, strategy=square.strategy,
            close_all=square.strategy is None, valid_for=_VALID, actor=square.actor or "risk", note=square.reason,
        )  # fmt: skip
        try:
            receipt = core.receive(request)
        except InvalidInput as error:
            core.alarm("square_off_refused", {"account": square.account, "instrument": instrument,
                                              "error": str(error)})  # fmt: skip
            return
        core.decide(receipt.intent)

    def _ready(self, account: AccountId, instrument: InstrumentId) -> bool:
        """Whether a close could leave at all: the account agrees with its broker and the venue is open."""
        core = self._core
        found = core.state.instruments[instrument]
        return core.reconciled(account) and core.market.session_open(found, core.now())

    def _attempts(self, square: rev.SquareOffOrdered, instrument: InstrumentId) -> tuple[int, bool]:
        """The number of the next attempt, and whether the one before it is settled."""
        state, number = self._core.state, 0
        intent = None
        while (known := state.keys.get(f"square:{square.id}:{instrument}:{number}")) is not None:
            intent, number = known[0], number + 1
        if intent is None:
            return number, True
        record = state.intents[intent]
        under_way = intent in state.undecided or any(state.orders[name].is_open for name in record.orders)
        return number, not under_way

    def _due(self, square: rev.SquareOffOrdered, instrument: InstrumentId, number: int) -> bool:
        """Whether the pause since the last attempt is over; it doubles from attempt to attempt."""
        key, now = (square.id, instrument), self._core.monotonic()
        last, pause = self._tried.get(key, (now - _LONGEST_PAUSE, 0.0))
        if number and now - last < pause:
            return False
        self._tried[key] = (now, min(pause * 2, _LONGEST_PAUSE) or _FIRST_PAUSE)
        return True
