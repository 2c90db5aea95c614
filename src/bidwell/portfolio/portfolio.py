"""One account's holdings: positions, each strategy's share of them, cash and the ledger, folded from fills."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, ExecutionId, InstrumentId, StrategyId
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO
from bidwell.model.position import Position
from bidwell.portfolio.ledger import LedgerEntry, LedgerName, for_adjustment, for_cash, for_fill
from bidwell.portfolio.positions import Booking, change, fold

ENTRIES_KEPT: Final = 1000
"""So many ledger entries stay in memory at least; all of them are in the journal, and in the table made from it."""


class Portfolio:
    """A fold over one account's fills and adjustments; its dicts are for reading.

    `positions` keeps flat ones for their realized P&L. `shares` splits each by the strategy whose order filled
    (None: by hand); the quantities of an instrument's shares sum to its position's. `cash`, `realized_pnl` and
    `fees` are by currency. `entries` are the newest of the `posted` ones.
    """

    def __init__(self, account_id: AccountId, booking: Booking = Booking.FIFO) -> None:
        self.account_id = account_id
        self.booking = booking
        self.positions: dict[InstrumentId, Position] = {}
        self.shares: dict[tuple[InstrumentId, StrategyId | None], Position] = {}
        self.cash: dict[str, Decimal] = {}
        self.entries: list[LedgerEntry] = []
        self.posted = 0
        self.realized_pnl: dict[str, Decimal] = {}
        self.fees: dict[str, Decimal] = {}

    def apply_fill(self, fill: Fill, instrument: Instrument, strategy: StrategyId | None = None) -> Decimal:
        """Book a fill and return what it realized, before fees, in the instrument's currency.

        Raises ValueError for a fill of another account or instrument. Whether a fill was already counted is
        the order's question, not asked here.
        """
        if fill.account != self.account_id or fill.instrument != instrument.id:
            msg = f"fill {fill.execution_id} of {fill.account} {fill.instrument} does not belong to {self.account_id}"
            raise ValueError(msg)
        before = self.position(instrument.id)
        after, realized = fold(before, fill, instrument.multiplier, self.booking, currency=instrument.currency)
        share = self.share(instrument.id, strategy)
        shared, _ = fold(share, fill, instrument.multiplier, self.booking, currency=instrument.currency)
        self._book(instrument, strategy, after, shared, realized)
        self._post(for_fill(instrument, fill, realized, after.cost - before.cost))
        return realized

    def adjust_cash(self, currency: str, amount: Decimal, reason: str, at: datetime) -> None:
        """Add money (negative: take it away) for a reason outside the order path."""
        self._post(for_cash(currency, amount, reason, at))

    def adjust_position(
        self, instrument: Instrument, quantity: Decimal, price: Decimal, at: datetime, reason: str
    ) -> None:
        """Change a position by a signed quantity at a price per unit; it counts to the share held by hand, no cash moves."""
        ident = ExecutionId(f"adjustment:{self.posted}")
        before = self.position(instrument.id)
        after, realized = change(
            before, quantity, price, instrument.multiplier, self.booking, at=at, execution_id=ident
        )
        shared, _ = change(
            self.share(instrument.id), quantity, price, instrument.multiplier, self.booking, at=at, execution_id=ident
        )
        self._book(instrument, None, after, shared, realized)
        self._post(for_adjustment(instrument, realized, after.cost - before.cost, reason, at))

    def hand_over(self, fill: Fill, instrument: Instrument, strategy: StrategyId) -> None:
        """Count a booked fill to a strategy's share and no more to what was done by hand; position and cash stay."""
        fee = fill.fee if fill.fee_currency == instrument.currency else ZERO
        by_hand, _ = change(
            self.share(instrument.id), -fill.signed_quantity, fill.price, instrument.multiplier, self.booking,
            at=fill.occurred_at, execution_id=fill.execution_id, fee=-fee,
        )  # fmt: skip
        theirs, _ = fold(self.share(instrument.id, strategy), fill, instrument.multiplier, self.booking,
                         currency=instrument.currency)  # fmt: skip
        self.shares[(instrument.id, None)], self.shares[(instrument.id, strategy)] = by_hand, theirs

    def position(self, instrument: InstrumentId) -> Position:
        """The net position, flat where there never was one."""
        return self.positions.get(instrument) or Position(instrument)

    def share(self, instrument: InstrumentId, strategy: StrategyId | None = None) -> Position:
        """A strategy's part of the position (None: what was done by hand), flat where there is none."""
        return self.shares.get((instrument, strategy)) or Position(instrument)

    def _book(
        self, instrument: Instrument, strategy: StrategyId | None, after: Position, shared: Position, realized: Decimal
    ) -> None:
        self.positions[instrument.id] = after
        self.shares[(instrument.id, strategy)] = shared
        if realized:
            currency = instrument.currency
            self.realized_pnl[currency] = self.realized_pnl.get(currency, ZERO) + realized

    def _post(self, entry: LedgerEntry) -> None:
        self.entries.append(entry)
        self.posted += 1
        if len(self.entries) > 2 * ENTRIES_KEPT:
            del self.entries[:-ENTRIES_KEPT]
        for posting in entry.postings:
            if posting.account_name is LedgerName.CASH:
                self.cash[posting.currency] = self.cash.get(posting.currency, ZERO) + posting.amount
            elif posting.account_name is LedgerName.FEES:
                self.fees[posting.currency] = self.fees.get(posting.currency, ZERO) + posting.amount
