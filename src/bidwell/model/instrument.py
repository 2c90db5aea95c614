"""What can be held: one instrument class, with the contract's own terms beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from bidwell.model.errors import ConfigError
from bidwell.model.ids import InstrumentId
from bidwell.model.money import bearable

_ID = re.compile(r"[A-Z0-9][A-Z0-9&_-]{0,39}\.[A-Z0-9]{2,12}")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9&_./ -]{0,39}")


class Contract:
    """What the holder is owed: one of Equity, Option, Future, Forex, Crypto, Index."""

    type: str


@dataclass(frozen=True, slots=True)
class Equity(Contract):
    """A share."""

    type: Literal["equity"] = "equity"


class Right(StrEnum):
    """The right of an option's holder."""

    CALL = "call"
    PUT = "put"


@dataclass(frozen=True, slots=True)
class Option(Contract):
    """The right to buy or sell the underlying at the strike until the expiry date; a European one at it alone."""

    underlying: InstrumentId
    expiry: date
    strike: Decimal
    right: Right
    cash_settled: bool = False
    european: bool = False
    type: Literal["option"] = "option"


@dataclass(frozen=True, slots=True)
class Future(Contract):
    """A marked-to-market obligation: its fills move no notional, only variation."""

    underlying: str
    expiry: date
    initial_margin: Decimal | None = None
    type: Literal["future"] = "future"


@dataclass(frozen=True, slots=True)
class Forex(Contract):
    """One unit of `base` priced in the instrument's currency."""

    base: str
    type: Literal["forex"] = "forex"


@dataclass(frozen=True, slots=True)
class Crypto(Contract):
    """One unit of a crypto asset priced in the instrument's currency."""

    base: str
    type: Literal["crypto"] = "crypto"


@dataclass(frozen=True, slots=True)
class Index(Contract):
    """A figure that can be watched but not bought."""

    type: Literal["index"] = "index"


CONTRACTS: dict[str, type[Contract]] = {
    "equity": Equity, "option": Option, "future": Future, "forex": Forex, "crypto": Crypto, "index": Index,
}  # fmt: skip


class Rounding(StrEnum):
    """Which way a price goes when it lies between two ticks."""

    NEAREST = "nearest"
    DOWN = "down"
    UP = "up"


FINEST_STEP = Decimal("1e-12")
"""Below this a step could not be reckoned exactly against the largest figure that is taken."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable thing.

    Prices are in `currency` per unit; `tick_size` is the price step, `lot_size` the quantity step,
    `multiplier` the units of currency that one point of price is worth per one of quantity, and
    `calendar` names the session table (an ISO 10383 code, or "24/7"). `label` is shown beside its
    prices wherever they are not a market's own ("simulated intraday path").
    Raises ConfigError for an id, symbol or step that is out of its domain.
    """

    id: InstrumentId
    symbol: str
    name: str
    venue: str
    currency: str
    tick_size: Decimal
    lot_size: Decimal
    contract: Contract
    multiplier: Decimal = Decimal(1)
    min_notional: Decimal = Decimal(0)
    calendar: str = "XNYS"
    label: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be rounded or shown safely."""
        if not _ID.fullmatch(self.id):
            msg = f"instrument id {self.id!r} must look like SYMBOL.VENUE in capitals"
            raise ConfigError(msg)
        if not _SYMBOL.fullmatch(self.symbol):
            msg = f"symbol {self.symbol!r} has characters that are not allowed"
            raise ConfigError(msg)
        for name in ("tick_size", "lot_size", "multiplier"):
            value: Decimal = getattr(self, name)
            if not bearable(value) or value <= 0:
                msg = f"{name} of {self.id} must be positive and of at most 28 digits, not {value}"
                raise ConfigError(msg)
            if value % FINEST_STEP:
                msg = f"{name} of {self.id} has more than 12 decimals: {value}"
                raise ConfigError(msg)
        if not bearable(self.min_notional) or self.min_notional < 0:
            msg = f"min_notional of {self.id} must be zero or above, not {self.min_notional}"
            raise ConfigError(msg)

    @property
    def tradable(self) -> bool:
        """Whether an order for it can exist at all."""
        return not isinstance(self.contract, Index)

    @property
    def root(self) -> str:
        """What its contracts are counted under: a future's or an option's underlying, else its own id."""
        contract = self.contract
        return contract.underlying if isinstance(contract, Future | Option) else self.id

    @property
    def settles_notional(self) -> bool:
        """Whether a fill moves the notional in cash (a future's fill moves variation only)."""
        return not isinstance(self.contract, Future)

    def round_price(self, price: Decimal, rounding: Rounding = Rounding.NEAREST) -> Decimal:
        """The price on the tick grid, of two equally near the even multiple; the only way a figure becomes a price."""
        steps, rest = divmod(price, self.tick_size)
        if rest:
            away = 1 if rest > 0 else -1
            if rounding is Rounding.NEAREST:
                twice = abs(rest) * 2
                further = twice > self.tick_size or (twice == self.tick_size and bool(steps % 2))
            else:
                further = (rounding is Rounding.UP) == (rest > 0)
            if further:
                steps += away
        return steps * self.tick_size

    def round_quantity(self, quantity: Decimal, step: Decimal | None = None) -> Decimal:
        """The quantity cut toward zero to the lot, or to a finer `step` where an account allows fractions.

        Cutting toward zero, by a division that is exact, is what keeps rounding from ever adding risk.
        """
        grid = step or self.lot_size
        return quantity // grid * grid

    def on_tick(self, price: Decimal) -> bool:
        """Whether the price lies on the tick grid."""
        return price % self.tick_size == 0

    def notional(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Absolute worth of `quantity` at `price`, in the instrument's currency."""
        return abs(quantity) * price * self.multiplier
