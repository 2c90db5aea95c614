"""Positions."""

from __future__ import annotations

from bidwell.server.fields import Number, Page, View


class Share(View):
    """The part of a position that one strategy holds; null is what was traded by hand."""

    strategy: str | None
    quantity: Number


class Position(View):
    """What one account holds of one instrument, money in the instrument's currency; null where no price is known."""

    account: str
    account_name: str
    instrument: str
    symbol: str
    quantity: Number
    average_price: Number | None
    cost: Number
    last: Number | None
    market_value: Number | None
    unrealized_pnl: Number | None
    realized_pnl: Number
    fees: Number
    currency: str
    tick_size: Number
    shares: list[Share]


class PositionPage(Page[Position]):
    """Positions that are not flat."""
