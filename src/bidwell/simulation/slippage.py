"""How much worse than the touch an order fills that takes liquidity without a limit; limit orders never slip."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from bidwell.model.instrument import Instrument, Rounding
from bidwell.model.terms import Side


class NoSlippage(msgspec.Struct, frozen=True, tag="none", tag_field="model"):
    """At the touch."""

    def slip(self, price: Decimal, side: Side, instrument: Instrument) -> Decimal:  # noqa: ARG002 - one shape
        return price


class TickSlippage(msgspec.Struct, frozen=True, tag="ticks", tag_field="model"):
    """A fixed number of ticks against the order."""

    ticks: int

    def slip(self, price: Decimal, side: Side, instrument: Instrument) -> Decimal:
        return max(price + side.sign * self.ticks * instrument.tick_size, instrument.tick_size)


class PercentSlippage(msgspec.Struct, frozen=True, tag="percent", tag_field="model"):
    """A percentage against the order, rounded to the tick against it too."""

    percent: Decimal

    def slip(self, price: Decimal, side: Side, instrument: Instrument) -> Decimal:
        moved = price * (1 + side.sign * self.percent / 100)
        away = Rounding.UP if side is Side.BUY else Rounding.DOWN
        return max(instrument.round_price(moved, away), instrument.tick_size)


SlippageModel = NoSlippage | TickSlippage | PercentSlippage
