"""How Tradovate writes things down: its entities as rows, figures as numbers, times in UTC with milliseconds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.orders import Execution, Holding, VenueOrder
from bidwell.twins.scenario import Listed

Row = dict[str, Any]

TYPES = {
    "Market": OrderType.MARKET, "Limit": OrderType.LIMIT, "Stop": OrderType.STOP, "StopLimit": OrderType.STOP_LIMIT,
}  # fmt: skip
TYPE_WORDS = {kind: word for word, kind in TYPES.items()}
FORCES = {"Day": TimeInForce.DAY, "GTC": TimeInForce.GTC, "GTD": TimeInForce.GTD, "IOC": TimeInForce.IOC,
          "FOK": TimeInForce.FOK}  # fmt: skip
FORCE_WORDS = {force: word for word, force in FORCES.items()}
SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
SIDE_WORDS = {side: word for word, side in SIDES.items()}
STATUSES = {OrderStatus.WORKING: "Working", OrderStatus.FILLED: "Filled", OrderStatus.CANCELED: "Canceled",
            OrderStatus.EXPIRED: "Expired", OrderStatus.REJECTED: "Rejected"}  # fmt: skip
_REASONS = {"price.tick": "InvalidPrice", "session.closed": "SessionClosed", "order.closed": "TooLate",
            "instrument.unknown": "InvalidContract", "no_quote": "NoQuote"}  # fmt: skip
_NUMBERS = msgspec.json.Encoder(decimal_format="number")
# Far apart, so that a number says what it is of.
ACCOUNT, CONTRACT, MATURITY, PRODUCT, EXCHANGE, ORDER, FILL = 11, 3001, 4001, 5001, 1, 900_000, 7_000_000


def encoded(value: object) -> bytes:
    """JSON with figures as exact numbers."""
    return _NUMBERS.encode(value)


def reply(value: object, status: int = 200) -> web.Response:
    """An answer."""
    return web.Response(body=encoded(value), status=status, content_type="application/json")


def failure(reason: str, text: str = "") -> web.Response:
    """A business failure, which comes with 200."""
    return reply({"failureReason": reason, "failureText": text or reason})


def refused(refusal: Refusal) -> web.Response:
    """A refusal of the venue; a script may name Tradovate's own reason."""
    plain = refusal.code if refusal.code[:1].isupper() else "OtherExecutionRelated"
    return failure(_REASONS.get(refusal.code, plain), refusal.reason)


def nothing() -> web.Response:
    """404."""
    return web.Response(status=404)


def frame(messages: list[Row]) -> str:
    """Messages as the sockets say them."""
    return "a" + encoded(messages).decode()


def props(kind: str, event: str, entity: Row) -> Row:
    """A change of one thing."""
    return {"e": "props", "d": {"entityType": kind, "eventType": event, "entity": entity}}


def stamp(at: datetime) -> str:
    """ISO 8601 with milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def trade_date(at: datetime) -> Row:
    """A day."""
    return {"year": at.year, "month": at.month, "day": at.day}


def order_id(venue_id: str) -> int:
    """The venue's P00000042 as Tradovate numbers orders."""
    return ORDER + int(venue_id[1:])


def venue_id(number: int) -> str:
    """The venue's id behind an order's number."""
    return f"P{number - ORDER:08d}"


def fill_id(execution: Execution) -> int:
    """An execution's number."""
    return FILL + int(execution.execution_id[1:])


def order(held: VenueOrder, account: int, contract: int, status: str = "") -> Row:
    """An order's state."""
    return {
        "id": order_id(held.broker_order_id), "accountId": account, "contractId": contract,
        "timestamp": stamp(held.created_at), "action": SIDE_WORDS[held.side],
        "ordStatus": status or STATUSES[held.status], "admin": False,
    }  # fmt: skip


def version(held: VenueOrder, number: int) -> Row:
    """The terms of an order."""
    row: Row = {
        "id": number, "orderId": order_id(held.broker_order_id), "orderQty": int(held.quantity),
        "orderType": TYPE_WORDS[held.order_type], "timeInForce": FORCE_WORDS[held.time_in_force],
    }  # fmt: skip
    for name, price in (("price", held.limit_price), ("stopPrice", held.stop_price)):
        if price is not None:
            row[name] = price
    if held.expires_at is not None:
        row["expireTime"] = stamp(held.expires_at)
    return row


def fill(held: VenueOrder, done: Execution, contract: int) -> Row:
    """An execution."""
    return {
        "id": fill_id(done), "orderId": order_id(held.broker_order_id), "contractId": contract,
        "timestamp": stamp(done.at), "tradeDate": trade_date(done.at), "action": SIDE_WORDS[held.side],
        "qty": int(done.quantity), "price": done.price, "active": True, "finallyPaired": 0,
    }  # fmt: skip


def fee(done: Execution) -> Row:
    """What an execution cost."""
    return {"id": fill_id(done), "commission": done.fee, "commissionCurrencyId": 1}


def position(number: int, account: int, contract: int, holding: Holding | None, at: datetime) -> Row:
    """What is held of a contract."""
    held = holding.quantity if holding is not None else Decimal(0)
    price = holding.cost / held if holding is not None and held else None
    return {
        "id": number, "accountId": account, "contractId": contract, "timestamp": stamp(at), "tradeDate": trade_date(at),
        "netPos": int(held), **({"netPrice": price} if price is not None else {}), "bought": 0, "boughtValue": 0,
        "sold": 0, "soldValue": 0, "prevPos": 0,
    }  # fmt: skip


def contract(row: Listed, index: int) -> Row:
    """A contract."""
    return {"id": CONTRACT + index, "name": row.symbol, "contractMaturityId": MATURITY + index}


def maturity(row: Listed, index: int, product: int, *, front: bool) -> Row:
    """A contract's month: the scenario's `month`, else that of its expiry."""
    expiry = row.expiry
    month = row.extra.get("month") or (f"{expiry:%Y%m}" if expiry else "0")
    return {
        "id": MATURITY + index, "productId": product, "expirationMonth": int(month),
        "expirationDate": f"{expiry:%Y-%m-%d}T14:30Z" if expiry else None, "isFront": front,
    }  # fmt: skip


def product(row: Listed, number: int, exchange: int) -> Row:
    """What contracts are of."""
    return {
        "id": number, "name": row.underlying, "currencyId": 1, "productType": "Futures", "description": row.name,
        "exchangeId": exchange, "contractGroupId": 1, "status": "Verified", "valuePerPoint": row.multiplier,
        "priceFormatType": "Decimal", "priceFormat": -2, "tickSize": row.tick,
    }  # fmt: skip
