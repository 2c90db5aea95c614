"""How Dhan writes things down: orders, executions, positions; figures as numbers, times of India without a zone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.scenario import Listed

IST = timezone(timedelta(hours=5, minutes=30))
NEVER = "0001-01-01 00:00:00"
TYPES = {
    "MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "STOP_LOSS_MARKET": OrderType.STOP,
    "STOP_LOSS": OrderType.STOP_LIMIT,
}  # fmt: skip
TYPE_WORDS = {kind: word for word, kind in TYPES.items()}
SHORT_TYPES = {OrderType.MARKET: "MKT", OrderType.LIMIT: "LMT", OrderType.STOP: "SLM", OrderType.STOP_LIMIT: "SL"}
FORCES = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC}
PRODUCTS = {"CNC": "C", "INTRADAY": "I", "MARGIN": "M", "MTF": "F", "CO": "V", "BO": "B"}
STATUSES = {OrderStatus.FILLED: "TRADED", OrderStatus.CANCELED: "CANCELLED", OrderStatus.EXPIRED: "EXPIRED",
            OrderStatus.REJECTED: "REJECTED", OrderStatus.WORKING: "PENDING"}  # fmt: skip
SEGMENTS = {("NSE", "equity"): "NSE_EQ", ("BSE", "equity"): "BSE_EQ", ("NSE", "option"): "NSE_FNO",
            ("NSE", "future"): "NSE_FNO", ("BSE", "option"): "BSE_FNO", ("BSE", "future"): "BSE_FNO"}  # fmt: skip
INDICES = "IDX_I"
NUMBERS = {INDICES: 0, "NSE_EQ": 1, "NSE_FNO": 2, "BSE_EQ": 4, "BSE_FNO": 8}
_LETTERS = {"NSE_EQ": "E", "BSE_EQ": "E", "NSE_FNO": "D", "BSE_FNO": "D"}
_PREFIX = "112"
_TAG = re.compile(r"[A-Za-z0-9 _-]{1,30}")


def order_id(venue_id: str) -> str:
    """The venue's P00000042 as Dhan writes ids."""
    return f"{_PREFIX}{int(venue_id[1:]):010d}"


def venue_id_of(text: str) -> str:
    """The venue's id in one of Dhan's; empty where it is none."""
    if not re.fullmatch(rf"{_PREFIX}\d{{10}}", text):
        return ""
    return f"P{int(text[len(_PREFIX) :]):08d}"


def good_tag(tag: str) -> bool:
    """Whether Dhan takes a text as a correlation id."""
    return _TAG.fullmatch(tag) is not None


def inner_name(tag: str, again: int) -> str:
    """The venue's name for a tag, which Dhan lets several orders have: itself at first, then with a number."""
    plain = tag if re.fullmatch(r"[A-Za-z0-9_-]{1,30}", tag) else hashlib.sha256(tag.encode()).hexdigest()[:30]
    return plain if not again else f"{plain}-{again}"


def stamp(at: datetime | None) -> str:
    """A time of India, to the second."""
    return NEVER if at is None else at.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S")


def segment_of(row: Listed) -> str:
    """The segment in which an instrument trades."""
    return row.extra.get("segment") or SEGMENTS[row.exchange or "NSE", row.type]


def security_of(row: Listed) -> str:
    """An instrument's number: the scenario's, or one that is always the same for the same symbol."""
    given = row.extra.get("security_id")
    return given or str(int(hashlib.sha256(row.symbol.encode()).hexdigest()[:5], 16))


def status_of(held: VenueOrder) -> str:
    """An order's status."""
    return "PART_TRADED" if held.is_open and held.filled else STATUSES[held.status]


def contract(row: Listed) -> dict[str, Any]:
    """What every record says of a contract."""
    return {"drvExpiryDate": row.expiry.isoformat() if row.expiry else NEVER,
            "drvOptionType": row.right.upper() if row.type == "option" else None,
            "drvStrikePrice": row.strike}  # fmt: skip


def order(held: VenueOrder, row: Listed, client: str, tag: str, product: str) -> dict[str, Any]:
    """An order as every reply has it."""
    made, ended = stamp(held.created_at), stamp(held.closed_at)
    rejected = held.status is OrderStatus.REJECTED
    return {
        "dhanClientId": client, "orderId": order_id(held.broker_order_id),
        "exchangeOrderId": f"12{held.number:014d}", "correlationId": tag, "orderStatus": status_of(held),
        "transactionType": held.side.value, "exchangeSegment": segment_of(row), "productType": product,
        "orderType": TYPE_WORDS[held.order_type], "validity": held.time_in_force.value, "tradingSymbol": row.symbol,
        "securityId": security_of(row), "quantity": held.quantity, "disclosedQuantity": 0,
        "price": held.limit_price or ZERO, "triggerPrice": held.stop_price or ZERO, "afterMarketOrder": False,
        "boProfitValue": ZERO, "boStopLossValue": ZERO, "legName": None, "createTime": made,
        "updateTime": ended if held.closed_at else made, "exchangeTime": made, **contract(row),
        "omsErrorCode": "DH-906" if rejected else None, "omsErrorDescription": held.reason if rejected else "",
        "algoId": None, "remainingQuantity": held.quantity - held.filled, "averageTradedPrice": average(held.fills),
        "filledQty": held.filled,
    }  # fmt: skip


def average(fills: Sequence[Execution]) -> Decimal:
    """The average price of executions."""
    filled = sum((each.quantity for each in fills), ZERO)
    paid = sum((each.quantity * each.price for each in fills), ZERO)
    return (paid / filled).quantize(Decimal("0.0001")) if filled else ZERO


def trade(held: VenueOrder, done: Execution, row: Listed, client: str, product: str) -> dict[str, Any]:
    """An execution in the day's list."""
    at = stamp(done.at)
    return {
        "dhanClientId": client, "orderId": order_id(held.broker_order_id), "exchangeOrderId": f"12{held.number:014d}",
        "exchangeTradeId": "".join(each for each in done.execution_id if each.isdigit()),
        "transactionType": held.side.value, "exchangeSegment": segment_of(row), "productType": product,
        "orderType": TYPE_WORDS[held.order_type], "tradingSymbol": row.symbol, "customSymbol": row.name or row.symbol,
        "securityId": security_of(row), "tradedQuantity": done.quantity, "tradedPrice": done.price, "createTime": at,
        "updateTime": at, "exchangeTime": at, **contract(row),
    }  # fmt: skip


def alert(
    held: VenueOrder, row: Listed, client: str, tag: str, product: str, status: str, fills: Sequence[Execution],
    at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """What the order stream says of an order, after these of its executions."""
    filled = sum((each.quantity for each in fills), ZERO)
    segment = segment_of(row)
    return {
        "exchange": segment.partition("_")[0], "segment": _LETTERS[segment], "source": "P",
        "securityId": security_of(row), "clientId": client, "exchOrderNo": f"12{held.number:014d}",
        "orderNo": order_id(held.broker_order_id), "product": PRODUCTS[product], "txnType": held.side.value[0],
        "orderType": SHORT_TYPES[held.order_type], "validity": held.time_in_force.value, "discQuantity": 0,
        "discQtyRem": 0, "remainingQuantity": held.quantity - filled, "quantity": held.quantity, "tradedQty": filled,
        "price": held.limit_price or ZERO, "triggerPrice": held.stop_price or ZERO,
        "tradedPrice": fills[-1].price if fills else ZERO, "avgTradedPrice": average(fills), "offMktFlag": "0",
        "orderDateTime": stamp(held.created_at), "exchOrderTime": stamp(held.created_at),
        "lastUpdatedTime": stamp(at), "remarks": "", "mktType": "NL",
        "reasonDescription": held.reason or "CONFIRMED", "legNo": 1, "instrument": row.type.upper(),
        "symbol": row.symbol, "productName": product, "status": status.title(), "lotSize": row.lot,
        "strikePrice": row.strike, "expiryDate": row.expiry.isoformat() if row.expiry else NEVER, "optType": "XX",
        "displayName": row.name or row.symbol, "isin": "", "series": "EQ", "goodTillDaysDate": stamp(at)[:10],
        "refLtp": row.bid, "tickSize": row.tick, "algoId": "0", "multiplier": 1, "correlationId": tag,
    }  # fmt: skip


def side_of(word: object) -> Side | None:
    """BUY or SELL."""
    return {"BUY": Side.BUY, "SELL": Side.SELL}.get(str(word))
