"""What a broker confirms to have happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bidwell.model.errors import ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, ExecutionId, InstrumentId
from bidwell.model.terms import Side


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution: `quantity` is positive, `price` in the instrument's currency, `fee` in `fee_currency`.

    `occurred_at` is the market clock of the venue, `received_at` the desk's wall clock. The same
    `execution_id` of one account and order twice is one fill.
    """

    execution_id: ExecutionId
    client_order_id: ClientOrderId
    account: AccountId
    instrument: InstrumentId
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    occurred_at: datetime
    received_at: datetime

    def __post_init__(self) -> None:
        """Refuse an execution that would poison every sum it joins; raises ProtocolError."""
        if not (self.quantity.is_finite() and self.quantity > 0 and self.price.is_finite() and self.fee.is_finite()):
            msg = f"execution {self.execution_id} of {self.quantity} at {self.price} (fee {self.fee}) is not one"
            raise ProtocolError(msg)

    @property
    def signed_quantity(self) -> Decimal:
        """Positive when it adds to a long position."""
        return self.quantity * self.side.sign
