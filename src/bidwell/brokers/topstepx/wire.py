"""ProjectX's payloads: every field the desk reads, with figures as exact decimals; unknown fields are passed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

Exact = Decimal | None
Text = Annotated[str, msgspec.Meta(max_length=2048)]
Long = Annotated[str, msgspec.Meta(max_length=16384)]


class Reply(msgspec.Struct, frozen=True):
    """What every answer says of itself."""

    success: bool
    errorCode: int = 0  # noqa: N815 - the wire's own name, here and below
    errorMessage: Text | None = None  # noqa: N815


class LoggedIn(msgspec.Struct, frozen=True):
    """The answer to a login."""

    token: Long | None = None


class Validated(msgspec.Struct, frozen=True):
    """The answer to a validation: the token that takes over."""

    newToken: Long | None = None  # noqa: N815


class Account(msgspec.Struct, frozen=True):
    """An account of a login."""

    id: int
    name: Text
    balance: Decimal
    canTrade: bool = True  # noqa: N815
    isVisible: bool = True  # noqa: N815
    simulated: bool | None = None


class Accounts(msgspec.Struct, frozen=True):
    """The accounts of a login; a list that is absent proves nothing."""

    accounts: list[Account] | None = None


class Contract(msgspec.Struct, frozen=True):
    """A futures contract; `tickValue` is what a tick is worth in dollars."""

    id: Text
    name: Text
    tickSize: Decimal  # noqa: N815
    tickValue: Decimal  # noqa: N815
    description: Text | None = ""
    activeContract: bool = False  # noqa: N815
    symbolId: Text | None = None  # noqa: N815


class Contracts(msgspec.Struct, frozen=True):
    """A list of contracts, or a single one."""

    contracts: list[Contract] | None = None
    contract: Contract | None = None


class Order(msgspec.Struct, frozen=True):
    """An order in every reply and in `GatewayUserOrder`."""

    id: int
    accountId: int  # noqa: N815
    contractId: Text  # noqa: N815
    status: int
    type: int
    side: int
    size: Decimal
    creationTimestamp: Text | None = None  # noqa: N815
    updateTimestamp: Text | None = None  # noqa: N815
    limitPrice: Exact = None  # noqa: N815
    stopPrice: Exact = None  # noqa: N815
    trailPrice: Exact = None  # noqa: N815
    fillVolume: Exact = None  # noqa: N815
    filledPrice: Exact = None  # noqa: N815
    customTag: Text | None = None  # noqa: N815


class Orders(msgspec.Struct, frozen=True):
    """A list of orders; a list that is absent proves nothing."""

    orders: list[Order] | None = None
    totalCount: int | None = None  # noqa: N815


class OneOrder(msgspec.Struct, frozen=True):
    """One order."""

    order: Order | None = None


class Placed(msgspec.Struct, frozen=True):
    """The answer to a placed order."""

    orderId: int | None = None  # noqa: N815


class HalfTurn(msgspec.Struct, frozen=True):
    """A fill, as `Trade/search` and `GatewayUserTrade` tell it."""

    id: int
    accountId: int  # noqa: N815
    contractId: Text  # noqa: N815
    creationTimestamp: Text  # noqa: N815
    price: Decimal
    side: int
    size: Decimal
    orderId: int  # noqa: N815
    fees: Exact = None
    profitAndLoss: Exact = None  # noqa: N815
    voided: bool = False


class HalfTurns(msgspec.Struct, frozen=True):
    """A list of fills."""

    trades: list[HalfTurn] | None = None


class Position(msgspec.Struct, frozen=True):
    """An open position; `type` 1 is long, 2 short."""

    id: int
    accountId: int  # noqa: N815
    contractId: Text  # noqa: N815
    type: int
    size: Decimal
    averagePrice: Exact = None  # noqa: N815


class Positions(msgspec.Struct, frozen=True):
    """A list of positions."""

    positions: list[Position] | None = None


class Bar(msgspec.Struct, frozen=True):
    """A past interval."""

    t: Text
    o: Decimal
    h: Decimal
    l: Decimal  # noqa: E741 - the wire's own name
    c: Decimal
    v: Decimal


class Bars(msgspec.Struct, frozen=True):
    """Past bars, newest first."""

    bars: list[Bar] | None = None


class Message(msgspec.Struct, frozen=True):
    """One message of a hub: 1 an event, 3 an answer, 6 a ping, 7 the end."""

    type: int = 0
    target: Text = ""
    arguments: list[msgspec.Raw] = []
    invocationId: Text | None = None  # noqa: N815
    error: Text | None = None


class Change(msgspec.Struct, frozen=True):
    """An event's payload where it is wrapped: what happened (0 made, 1 changed, 2 gone) to which entity."""

    action: int | None = None
    data: msgspec.Raw = msgspec.Raw()


class Quote(msgspec.Struct, frozen=True):
    """A quote's changed fields."""

    lastPrice: Exact = None  # noqa: N815
    bestBid: Exact = None  # noqa: N815
    bestAsk: Exact = None  # noqa: N815
    change: Exact = None
    open: Exact = None
    volume: Exact = None
    timestamp: Text | None = None
    lastUpdated: Text | None = None  # noqa: N815


class MarketTrade(msgspec.Struct, frozen=True):
    """A public print."""

    price: Decimal
    timestamp: Text | None = None
    type: int = 0
    volume: Exact = None
