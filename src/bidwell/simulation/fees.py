"""What a fill costs; fees are charged in the instrument's currency, per order cumulatively, so that a minimum counts once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import msgspec

from bidwell.model.money import ZERO

FINEST = Decimal("0.00000001")


class NoFee(msgspec.Struct, frozen=True, tag="none", tag_field="model"):
    """Nothing."""

    def total(self, quantity: Decimal, notional: Decimal) -> Decimal:  # noqa: ARG002 - the models share one shape
        return ZERO


class PercentFee(msgspec.Struct, frozen=True, tag="percent", tag_field="model"):
    """A percentage of the notional, at least `minimum` per order."""

    percent: Decimal
    minimum: Decimal = ZERO

    def total(self, quantity: Decimal, notional: Decimal) -> Decimal:  # noqa: ARG002
        return max(notional * self.percent / 100, self.minimum)


class PerShareFee(msgspec.Struct, frozen=True, tag="per_share", tag_field="model"):
    """An amount per unit, at least `minimum` per order and at most `cap_percent` of the notional."""

    amount: Decimal
    minimum: Decimal = ZERO
    cap_percent: Decimal | None = None

    def total(self, quantity: Decimal, notional: Decimal) -> Decimal:
        fee = max(quantity * self.amount, self.minimum)
        return fee if self.cap_percent is None else min(fee, notional * self.cap_percent / 100)


class PerOrderFee(msgspec.Struct, frozen=True, tag="per_order", tag_field="model"):
    """A flat amount for every order that fills at all."""

    amount: Decimal

    def total(self, quantity: Decimal, notional: Decimal) -> Decimal:  # noqa: ARG002
        return self.amount


FeeModel = NoFee | PercentFee | PerShareFee | PerOrderFee


def next_fee(model: FeeModel, quantity: Decimal, notional: Decimal, charged: Decimal) -> Decimal:
    """What is still to be charged when an order's fills sum up to `quantity` and `notional`, and `charged` was paid."""
    total = model.total(quantity, notional).quantize(FINEST, ROUND_HALF_UP)
    return max(total - charged, ZERO).normalize() + ZERO
