"""An order as the venue holds it, the ticket that asks for one, and an account with its models."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.simulation.fees import FeeModel, NoFee
from bidwell.simulation.latency import LatencyModel, NoLatency
from bidwell.simulation.liquidity import Participation
from bidwell.simulation.slippage import NoSlippage, SlippageModel


class Link(StrEnum):
    """What the orders of one submission are to each other."""

    NONE = "none"
    BRACKET = "bracket"
    OCO = "oco"


class Role(StrEnum):
    """What an order is in its group."""

    SINGLE = "single"
    ENTRY = "entry"
    EXIT = "exit"


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a client asks for; an empty `client_order_id` is an order by hand."""

    instrument: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    client_order_id: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    expires_at: datetime | None = None

    def terms(self) -> Terms:
        """The model's terms; raises InvalidInput where they do not fit together."""
        return Terms(
            self.order_type, self.limit_price, self.stop_price, self.trail_amount, self.trail_percent,
            self.time_in_force, self.expires_at,
        )  # fmt: skip


class Execution(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One fill of an order; `at` is the market clock."""

    execution_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    at: datetime


class VenueOrder(msgspec.Struct, array_like=True, gc=False):
    """One order. The first four fields are what the archive is indexed by; keep them first.

    `ends_at` is when its time in force ends (market clock). Orders of one `group` belong together: its exits
    wait for the fills of its entry, where it has one, and what one exit fills is taken off the others.
    `opening` of the quantity was reserved at `margin` per unit, in the account's currency. `best` is a
    trailing stop's best price so far, `paid` the sum of quantity x price, `fees` of the fees.
    """

    account: str
    client_order_id: str
    broker_order_id: str
    closed_at: datetime | None
    number: int
    instrument: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce
    created_at: datetime
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    expires_at: datetime | None = None
    ends_at: datetime | None = None
    group: str = ""
    role: Role = Role.SINGLE
    opening: Decimal = ZERO
    margin: Decimal = ZERO
    status: OrderStatus = OrderStatus.WORKING
    filled: Decimal = ZERO
    fees: Decimal = ZERO
    paid: Decimal = ZERO
    triggered: bool = False
    best: Decimal | None = None
    code: str = ""
    reason: str = ""
    submissions: int = 1
    fills: list[Execution] = []
    earlier_ids: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether it may still fill."""
        return self.status is OrderStatus.WORKING

    @property
    def leaves(self) -> Decimal:
        """What may still fill."""
        return self.quantity - self.filled if self.status is OrderStatus.WORKING else ZERO


class Models(msgspec.Struct, frozen=True):
    """How an account's orders are filled and charged."""

    fees: FeeModel = NoFee()
    slippage: SlippageModel = NoSlippage()
    latency: LatencyModel = NoLatency()
    participation: Participation = Participation()


class AccountSpec(msgspec.Struct, frozen=True):
    """An account to open: its name, base currency and opening cash in it.

    `leverage` bounds gross exposure against equity. `quantity_step` replaces every instrument's lot.
    """

    account: str
    currency: str
    cash: Decimal
    leverage: Decimal = Decimal(1)
    quantity_step: Decimal | None = None
    models: Models = Models()


class Holding(msgspec.Struct, array_like=True):
    """A position: signed `quantity`, and its `cost` (quantity x price, without multiplier)."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO


class VenueAccount(msgspec.Struct):
    """An account's state; `reserved` is the margin that open orders may still need, in its currency."""

    spec: AccountSpec
    cash: dict[str, Decimal]
    holdings: dict[str, Holding] = {}
    reserved: Decimal = ZERO
