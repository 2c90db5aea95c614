"""Amounts with a currency, and rates between currencies."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bidwell.model.errors import CurrencyMismatch

ZERO = Decimal(0)

LARGEST = Decimal("1e15")
"""Above this no quantity, price or amount of a request is taken."""

MOST_DIGITS = 28
"""A request's figure may not have more digits than arithmetic keeps exactly."""


def bearable(figure: Decimal) -> bool:
    """Whether arithmetic can do with a figure: finite, within LARGEST either way and of at most MOST_DIGITS digits."""
    return figure.is_finite() and abs(figure) <= LARGEST and len(figure.as_tuple().digits) <= MOST_DIGITS


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code, or a crypto asset's code)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        """Add money of the same currency; raises CurrencyMismatch otherwise."""
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract money of the same currency; raises CurrencyMismatch otherwise."""
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        """Turn a receipt into a payment."""
        return Money(-self.amount, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            msg = f"{self.currency} and {other.currency} cannot be combined without a rate"
            raise CurrencyMismatch(msg)


class Rates:
    """Rates between currencies, as units of the quote currency for one unit of the first.

    A pair is found directly, inverted, or crossed over one common currency (of several the first by name). Rates are inputs of a
    decision, so `rate()` values are recorded with it and never looked up again on replay.
    """

    def __init__(self, pairs: dict[tuple[str, str], Decimal] | None = None) -> None:
        self._pairs: dict[tuple[str, str], Decimal] = {}
        self.revision = 0
        for (first, second), rate in (pairs or {}).items():
            self.set(first, second, rate)

    def set(self, first: str, second: str, rate: Decimal) -> None:
        """Record that one unit of `first` costs `rate` units of `second`; the rate must be positive."""
        if not rate.is_finite() or rate <= 0:
            msg = f"a rate must be positive and finite, not {rate}"
            raise ValueError(msg)
        self._pairs[(first, second)] = rate
        self.revision += 1

    def pairs(self) -> dict[tuple[str, str], Decimal]:
        """Copy the known pairs."""
        return dict(self._pairs)

    def rate(self, first: str, second: str) -> Decimal:
        """Units of `second` for one unit of `first`; raises CurrencyMismatch where none is known."""
        if first == second:
            return Decimal(1)
        found = self._direct(first, second)
        if found is not None:
            return found
        for middle in sorted({currency for pair in self._pairs for currency in pair}):
            one, two = self._direct(first, middle), self._direct(middle, second)
            if one is not None and two is not None:
                return one * two
        msg = f"no rate between {first} and {second} is known"
        raise CurrencyMismatch(msg)

    def convert(self, money: Money, currency: str) -> Decimal:
        """The amount of `money` in `currency`, unrounded."""
        return money.amount * self.rate(money.currency, currency)

    def _direct(self, first: str, second: str) -> Decimal | None:
        straight = self._pairs.get((first, second))
        if straight is not None:
            return straight
        inverse = self._pairs.get((second, first))
        return None if inverse is None else 1 / inverse
