"""What a feed says: quotes and bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bidwell.model.ids import InstrumentId


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and offer with the last price.

    `occurred_at` is the market clock (fast and gap-free in a replay), `received_at` the wall clock of
    the process that received it, which alone decides the data's age. Quantities are what may be filled
    at the touch; `volume` is the session's turnover so far; `open` and `previous_close` are the session's.
    """

    instrument: InstrumentId
    bid: Decimal
    ask: Decimal
    last: Decimal
    bid_quantity: Decimal
    ask_quantity: Decimal
    occurred_at: datetime
    received_at: datetime
    volume: Decimal = Decimal(0)
    open: Decimal | None = None
    previous_close: Decimal | None = None

    @property
    def mid(self) -> Decimal:
        """Halfway between bid and ask."""
        return (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True)
class Bar:
    """Open, high, low, close and volume of the interval that starts at `start`; `seconds` is its length."""

    instrument: InstrumentId
    start: datetime
    seconds: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
