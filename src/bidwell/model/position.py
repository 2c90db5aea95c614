"""What is held, as folded from fills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bidwell.model.ids import ExecutionId, InstrumentId
from bidwell.model.money import ZERO


@dataclass(frozen=True, slots=True)
class Lot:
    """An open piece of a position: signed `quantity` opened at `price` by one fill."""

    quantity: Decimal
    price: Decimal
    opened_at: datetime
    execution_id: ExecutionId


@dataclass(frozen=True, slots=True)
class Position:
    """Signed quantity of one instrument with its lots, oldest first.

    `cost` is the sum of lot quantity x price x multiplier (negative for a short), `realized_pnl` and
    `fees` are totals since the position was first opened, all in the instrument's currency.
    """

    instrument: InstrumentId
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized_pnl: Decimal = ZERO
    fees: Decimal = ZERO
    lots: tuple[Lot, ...] = ()

    @property
    def is_flat(self) -> bool:
        """Whether nothing is held."""
        return self.quantity == 0

    def average_price(self, multiplier: Decimal = Decimal(1)) -> Decimal | None:
        """Cost per unit, or None when flat."""
        return None if self.is_flat else self.cost / (self.quantity * multiplier)

    def unrealized_pnl(self, price: Decimal, multiplier: Decimal = Decimal(1)) -> Decimal:
        """What closing at `price` would realize, before fees, in the instrument's currency."""
        return self.quantity * price * multiplier - self.cost
