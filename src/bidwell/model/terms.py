"""How an order is to be worked: side, type, prices and time in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bidwell.model.errors import InvalidInput
from bidwell.model.money import LARGEST, MOST_DIGITS, bearable

_BEARABLE = f"a number above zero, of at most {MOST_DIGITS} digits and at most {LARGEST:,f}"


class Side(StrEnum):
    """Which way an order changes the position."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 for BUY, -1 for SELL."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> Side:
        """The side that undoes this one."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """What makes an order fill."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    TRAILING_STOP = "TRAILING_STOP"

    @property
    def has_limit(self) -> bool:
        """Whether its terms have a limit_price."""
        return _NEEDS[self][0]

    @property
    def has_stop(self) -> bool:
        """Whether its terms have a stop_price."""
        return _NEEDS[self][1]


class TimeInForce(StrEnum):
    """How long an order stays working."""

    DAY = "DAY"
    GTC = "GTC"
    GTD = "GTD"
    IOC = "IOC"
    FOK = "FOK"


# Which prices each type needs (True), may not carry (False).
_NEEDS: dict[OrderType, tuple[bool, bool, bool]] = {
    #                        limit  stop   trail
    OrderType.MARKET: (False, False, False),
    OrderType.LIMIT: (True, False, False),
    OrderType.STOP: (False, True, False),
    OrderType.STOP_LIMIT: (True, True, False),
    OrderType.TRAILING_STOP: (False, False, True),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """Type, prices and time in force of an order.

    `trail_amount` is in price units, `trail_percent` in percent of the best price since working; a
    trailing stop carries one of them. Raises InvalidInput where prices and type do not fit together.
    """

    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what no venue could work."""
        trail = self.trail_amount if self.trail_amount is not None else self.trail_percent
        if self.trail_amount is not None and self.trail_percent is not None:
            raise InvalidInput("terms.trail", "a trailing stop takes an amount or a percentage, not both",
                               field="trail_amount")  # fmt: skip
        given = {"limit_price": self.limit_price, "stop_price": self.stop_price, "trail_amount": trail}
        for (name, value), needed in zip(given.items(), _NEEDS[self.order_type], strict=True):
            if needed and value is None:
                raise InvalidInput(f"terms.{name}_missing", f"a {self.order_type} order needs {name}", field=name)
            if not needed and value is not None:
                raise InvalidInput(f"terms.{name}_unexpected", f"a {self.order_type} order takes no {name}",
                                   field=name)  # fmt: skip
            if value is not None and not (bearable(value) and value > 0):
                raise InvalidInput(f"terms.{name}_invalid", f"{name} must be {_BEARABLE}", field=name)
        if self.trail_percent is not None and self.trail_percent >= 100:
            raise InvalidInput("terms.trail_percent_invalid", "trail_percent must be below 100", field="trail_percent")
        if (self.time_in_force is TimeInForce.GTD) != (self.expires_at is not None):
            raise InvalidInput("terms.expires_at", "GTD, and only GTD, takes expires_at", field="expires_at")
        if self.expires_at is not None and self.expires_at.utcoffset() is None:
            raise InvalidInput("terms.expires_at", "expires_at must say its time zone", field="expires_at")

    @property
    def prices(self) -> tuple[Decimal, ...]:
        """The absolute prices in these terms (a trail is a distance, not a price)."""
        return tuple(price for price in (self.limit_price, self.stop_price) if price is not None)


@dataclass(frozen=True, slots=True)
class Protection:
    """Exits attached to an entry: a stop (fixed or trailing) and a target, of which one fill cancels the other."""

    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    take_profit_price: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse an empty or contradictory protection."""
        if self.stop_price is not None and self.trail_amount is not None:
            raise InvalidInput("protection.stop", "protection takes a fixed stop or a trailing one, not both",
                               field="stop_price")  # fmt: skip
        values = (self.stop_price, self.trail_amount, self.take_profit_price)
        if all(value is None for value in values):
            raise InvalidInput("protection.empty", "protection needs a stop or a target", field="protection")
        if any(value is not None and not (bearable(value) and value > 0) for value in values):
            raise InvalidInput("protection.invalid", f"each protection price must be {_BEARABLE}", field="protection")
