"""How TopstepX writes things down: orders, fills, positions, contracts, quotes; figures as numbers, times with an offset."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side
from bidwell.simulation.checks import Refusal
from bidwell.simulation.orders import Execution, Holding, VenueOrder
from bidwell.twins.scenario import Listed, Person

TYPES = {
    OrderType.LIMIT: 1,
    OrderType.MARKET: 2,
    OrderType.STOP_LIMIT: 3,
    OrderType.STOP: 4,
    OrderType.TRAILING_STOP: 5,
}
SIDES = {Side.BUY: 0, Side.SELL: 1}
STATUSES = {OrderStatus.WORKING: 1, OrderStatus.FILLED: 2, OrderStatus.CANCELED: 3, OrderStatus.EXPIRED: 4,
            OrderStatus.REJECTED: 5}  # fmt: skip
# What an order in a reply has more than one on the user hub.
REPLY_HAS = frozenset({"trailPrice", "parentOrderId", "linkedOrderId"})

INSUFFICIENT, OUTSIDE_HOURS, NO_CONTRACT, REJECTED = 3, 5, 8, 2
_BY_REFUSAL = {"insufficient_funds": INSUFFICIENT, "session.closed": OUTSIDE_HOURS, "instrument.unknown": NO_CONTRACT}


def order_number(venue_id: str) -> int:
    """The venue's P00000042 as a number."""
    return int(venue_id[1:])


def venue_id(number: int) -> str:
    """The venue's id of an order's number."""
    return f"P{number:08d}"


def inner_name(tag: str) -> str:
    """The venue's name for a tag: itself where that fits, else a digest."""
    return tag if re.fullmatch(r"[A-Za-z0-9_-]{0,36}", tag) else hashlib.sha256(tag.encode()).hexdigest()[:36]


def stamp(at: datetime) -> str:
    """A time with its offset."""
    return at.isoformat()


def average(fills: Iterable[Execution]) -> Decimal | None:
    """The mean price of fills, None of none."""
    known = list(fills)
    filled = sum((each.quantity for each in known), ZERO)
    paid = sum((each.quantity * each.price for each in known), ZERO)
    return (paid / filled).quantize(Decimal("0.000000001")).normalize() if filled else None


def order(
    held: VenueOrder, row: Listed, tag: str, *, upto: int | None = None, status: OrderStatus | None = None
) -> dict[str, Any]:
    """An order as a reply has it; `upto` and `status` say it as it was after so many fills."""
    fills = held.fills if upto is None else held.fills[:upto]
    closed = held.closed_at if status is None else None
    changed = closed or (fills[-1].at if fills else held.created_at)
    return {
        "id": order_number(held.broker_order_id), "accountId": int(held.account), "contractId": row.symbol,
        "symbolId": symbol_id(row), "creationTimestamp": stamp(held.created_at), "updateTimestamp": stamp(changed),
        "status": STATUSES[status or held.status], "type": TYPES[held.order_type], "side": SIDES[held.side],
        "size": held.quantity, "limitPrice": held.limit_price, "stopPrice": held.stop_price,
        "fillVolume": sum((each.quantity for each in fills), ZERO), "filledPrice": average(fills),
        "customTag": tag or None, "trailPrice": held.trail_amount, "parentOrderId": None, "linkedOrderId": None,
    }  # fmt: skip


def hub_order(row: dict[str, Any]) -> dict[str, Any]:
    """An order as the user hub has it."""
    return {name: value for name, value in row.items() if name not in REPLY_HAS}


def trade(held: VenueOrder, done: Execution, row: Listed, gain: Decimal | None) -> dict[str, Any]:
    """A half-turn; `gain` is None for one that opens."""
    return {
        "id": int(done.execution_id[1:]), "accountId": int(held.account), "contractId": row.symbol,
        "creationTimestamp": stamp(done.at), "price": done.price, "profitAndLoss": gain, "fees": done.fee,
        "side": SIDES[held.side], "size": done.quantity, "voided": False,
        "orderId": order_number(held.broker_order_id),
    }  # fmt: skip


def position(account: str, number: int, row: Listed, holding: Holding, at: datetime) -> dict[str, Any]:
    """An open position."""
    mean = holding.cost / holding.quantity if holding.quantity else ZERO
    return {
        "id": number, "accountId": int(account), "contractId": row.symbol, "creationTimestamp": stamp(at),
        "type": 1 if holding.quantity > 0 else 2, "size": abs(holding.quantity), "averagePrice": mean,
    }  # fmt: skip


def account(person: Person, balance: Decimal) -> dict[str, Any]:
    """An account of a login."""
    return {"id": int(person.account), "name": account_name(person), "balance": balance, "canTrade": True,
            "isVisible": True, "simulated": True}  # fmt: skip


def account_name(person: Person) -> str:
    """What TopstepX calls the account."""
    return person.fields.get("account") or f"PRAC-V2-{person.account}"


def contract(row: Listed) -> dict[str, Any]:
    """A contract."""
    return {"id": row.symbol, "name": name_of(row), "description": row.name, "tickSize": row.tick,
            "tickValue": row.tick * row.multiplier, "activeContract": True, "symbolId": symbol_id(row)}  # fmt: skip


def symbol_id(row: Listed) -> str:
    """The product of a contract."""
    return row.symbol.removeprefix("CON.").rpartition(".")[0]


def name_of(row: Listed) -> str:
    """The exchange's symbol: root, month code and the last digit of the year."""
    month = row.symbol.rpartition(".")[2]
    return f"{row.underlying}{month[0]}{month[-1]}"


def code_of(refusal: Refusal) -> int:
    """A refusal of the venue as the number of Order/place."""
    return _BY_REFUSAL.get(refusal.code, REJECTED)
