"""The library's unified payloads: every field the desk reads, with figures as exact decimals; others are passed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec

from bidwell.model.errors import ProtocolError

T = TypeVar("T")
Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=2048)]


class Order(msgspec.Struct, frozen=True):
    """An order; times are milliseconds since 1970."""

    id: Text
    clientOrderId: Text | None = None  # noqa: N815 - the library's own name
    symbol: Text | None = None
    type: Text | None = None
    side: Text | None = None
    timeInForce: Text | None = None  # noqa: N815
    status: Text | None = None
    amount: Exact = None
    filled: Exact = None
    average: Exact = None
    price: Exact = None
    triggerPrice: Exact = None  # noqa: N815
    timestamp: int | None = None
    lastTradeTimestamp: int | None = None  # noqa: N815
    lastUpdateTimestamp: int | None = None  # noqa: N815


class Fee(msgspec.Struct, frozen=True):
    """What an execution cost."""

    cost: Exact = None
    currency: Text | None = None


class Execution(msgspec.Struct, frozen=True):
    """One execution of one of our orders."""

    id: Text
    order: Text
    symbol: Text
    side: Text
    amount: Decimal
    price: Decimal
    timestamp: int | None = None
    fee: Fee | None = None


class Steps(msgspec.Struct, frozen=True):
    """The steps of a pair's quantities and prices."""

    amount: Exact = None
    price: Exact = None


class Range(msgspec.Struct, frozen=True):
    """The least and the most of something."""

    min: Exact = None
    max: Exact = None


class Limits(msgspec.Struct, frozen=True):
    """What a pair's orders must keep."""

    amount: Range = Range()
    cost: Range = Range()


class Market(msgspec.Struct, frozen=True):
    """A pair."""

    id: Text
    symbol: Text
    base: Text
    quote: Text
    spot: bool | None = None
    active: bool | None = None
    precision: Steps = Steps()
    limits: Limits = Limits()


class Balances(msgspec.Struct, frozen=True):
    """What is held of each coin, in all and free of orders."""

    total: dict[str, Exact] = {}
    free: dict[str, Exact] = {}


class Ticker(msgspec.Struct, frozen=True):
    """The newest of everything for one pair."""

    symbol: Text
    bid: Exact = None
    ask: Exact = None
    last: Exact = None
    bidVolume: Exact = None  # noqa: N815 - the library's own name
    askVolume: Exact = None  # noqa: N815
    timestamp: int | None = None
    baseVolume: Exact = None  # noqa: N815
    open: Exact = None
    previousClose: Exact = None  # noqa: N815


def shaped(value: Any, shape: type[T], what: str) -> T:  # noqa: ANN401 - as the library gives it
    """A unified payload in its shape; raises ProtocolError with the place of what does not fit."""
    try:
        return msgspec.convert(value, shape, strict=False)
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        raise ProtocolError(f"{what} was not understood: {problem}") from problem
