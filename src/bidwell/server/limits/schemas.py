"""Limits of one scope."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from bidwell.server.fields import Body, Identifier, Number, View, Whole

_Positive = Annotated[Number, Field(gt=0)]


def _count(value: object) -> object:
    """A count may come as its text, as every other limit does."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 9 else value


_Count = Annotated[Whole, Field(ge=1, le=1_000_000), BeforeValidator(_count)]
_Instruments = Annotated[list[Identifier], Field(max_length=1000)]


class Limits(Body):
    """Limits of one scope as a whole; null sets none there, and the tightest of all scopes wins.

    Money is in the account's currency, `price_collar` a part of one, ages and windows in seconds,
    `max_order_rate` in orders per minute.
    """

    max_order_quantity: _Positive | None = None
    max_order_notional: _Positive | None = None
    max_position: _Positive | None = None
    max_position_notional: _Positive | None = None
    max_gross_exposure: _Positive | None = None
    max_open_orders: _Count | None = None
    max_daily_loss: _Positive | None = None
    price_collar: Annotated[Number, Field(gt=0, le=1)] | None = None
    max_data_age: _Positive | None = None
    duplicate_window: Annotated[Number, Field(ge=0, le=3600)] | None = None
    max_order_rate: _Count | None = None
    allowed_instruments: _Instruments | None = None
    denied_instruments: _Instruments | None = None


class LimitsView(View):
    """Limits that one scope sets; null where it sets none."""

    max_order_quantity: Number | None = None
    max_order_notional: Number | None = None
    max_position: Number | None = None
    max_position_notional: Number | None = None
    max_gross_exposure: Number | None = None
    max_open_orders: Whole | None = None
    max_daily_loss: Number | None = None
    price_collar: Number | None = None
    max_data_age: Number | None = None
    duplicate_window: Number | None = None
    max_order_rate: Whole | None = None
    allowed_instruments: list[str] | None = None
    denied_instruments: list[str] | None = None
