"""Option chains of brokers, as the server is told them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bidwell.model.ids import InstrumentId


@dataclass(frozen=True, slots=True)
class OptionExpiries:
    """The days on which options of an underlying expire, the nearest first."""

    underlying: InstrumentId
    expiries: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ChainOption:
    """An option in a chain; `pick` is what lists it. A price is None where there is none, or none was told."""

    id: InstrumentId
    symbol: str
    pick: str
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChainRow:
    """The call and the put of one strike, either of which may be missing."""

    strike: Decimal
    call: ChainOption | None
    put: ChainOption | None


@dataclass(frozen=True, slots=True)
class OptionChain:
    """The strikes of one expiry nearest to the money, lowest first, of `strikes` that there are.

    Prices are in `currency` and `last` is the underlying's. `at_the_money` is the strike nearest to it, None where that
    price is not known, and `reason` says why prices are missing. `lot_size` and `multiplier` are those of the contracts.
    """

    underlying: InstrumentId
    expiry: date
    currency: str
    tick_size: Decimal
    lot_size: Decimal
    multiplier: Decimal
    last: Decimal | None
    at_the_money: Decimal | None
    rows: tuple[ChainRow, ...]
    strikes: int
    read_at: datetime
    reason: str = ""
