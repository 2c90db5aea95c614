"""How Coinbase writes things down: ids as UUIDs, figures as text, times in RFC 3339."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidwell.model.market import Quote
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, TimeInForce
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.crypto.spot import execution_number, number, plain
from bidwell.twins.crypto.spot import venue_id_of as venue_id_of_number
from bidwell.twins.scenario import Listed

SHAPES = {
    "market_market_ioc": (OrderType.MARKET, TimeInForce.GTC), "limit_limit_gtc": (OrderType.LIMIT, TimeInForce.GTC),
    "sor_limit_ioc": (OrderType.LIMIT, TimeInForce.IOC), "limit_limit_fok": (OrderType.LIMIT, TimeInForce.FOK),
}  # fmt: skip
FORCES = {
    TimeInForce.GTC: "GOOD_UNTIL_CANCELLED",
    TimeInForce.IOC: "IMMEDIATE_OR_CANCEL",
    TimeInForce.FOK: "FILL_OR_KILL",
}
STATUSES = {OrderStatus.FILLED: "FILLED", OrderStatus.CANCELED: "CANCELLED", OrderStatus.EXPIRED: "EXPIRED",
            OrderStatus.REJECTED: "FAILED"}  # fmt: skip
REFUSALS = {
    "insufficient_funds": ("INSUFFICIENT_FUND", "Insufficient balance in source account"),
    "instrument.unknown": ("INVALID_PRODUCT_ID", "product not found"),
    "price.tick": ("INVALID_PRICE_PRECISION", "price precision"), "quantity.lot": ("INVALID_SIZE_PRECISION", "size precision"),
}  # fmt: skip
GRANULARITIES = {"ONE_MINUTE": 60, "FIVE_MINUTE": 300, "FIFTEEN_MINUTE": 900, "THIRTY_MINUTE": 1800, "ONE_HOUR": 3600,
                 "FOUR_HOUR": 14400, "ONE_DAY": 86400}  # fmt: skip
_NAMESPACE = "7a1f7b5e"


def order_id(venue_id: str) -> str:
    """The venue's id as Coinbase writes ids."""
    return f"{_NAMESPACE}-0000-4000-8000-{number(venue_id):012d}"


def venue_id_of(text: str) -> str:
    """The venue's id in one of ours; empty where it is none."""
    tail = text.removeprefix(f"{_NAMESPACE}-0000-4000-8000-")
    return venue_id_of_number(tail.lstrip("0")) if tail.isdecimal() else ""


def product(row: Listed) -> str:
    """A pair's name."""
    return row.symbol.replace("/", "-")


def stamp(at: datetime) -> str:
    """A time."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def later(text: str, than: str) -> bool:
    """Whether a time is not before another; RFC 3339 in UTC compares as text once it is cut alike."""
    return text[:23] >= than[:23].rstrip("Z")


def market(row: Listed, quote: Quote) -> dict[str, Any]:
    """A pair of the list of products."""
    base, _, money = row.symbol.partition("/")
    return {
        "product_id": product(row), "price": plain(quote.last), "price_percentage_change_24h": "0",
        "volume_24h": "1000", "volume_percentage_change_24h": "0", "base_increment": plain(row.lot),
        "quote_increment": plain(row.tick), "price_increment": plain(row.tick), "quote_min_size": "0",
        "quote_max_size": "10000000", "base_min_size": plain(row.lot), "base_max_size": "9000000",
        "base_name": base, "quote_name": money, "watched": False, "is_disabled": False, "new": False,
        "status": "online", "cancel_only": False, "limit_only": False, "post_only": False,
        "trading_disabled": False, "auction_mode": False, "product_type": "SPOT", "quote_currency_id": money,
        "base_currency_id": base, "mid_market_price": "", "alias": "", "alias_to": [],
    }  # fmt: skip


def ticker(row: Listed, quote: Quote) -> dict[str, Any]:
    """A pair's prices on the channel `ticker_batch`."""
    return {"type": "ticker", "product_id": product(row), "price": plain(quote.last), "volume_24_h": "1000",
            "low_24_h": plain(quote.last), "high_24_h": plain(quote.last), "low_52_w": plain(quote.last),
            "high_52_w": plain(quote.last), "price_percent_chg_24_h": "0", "best_bid": plain(quote.bid),
            "best_bid_quantity": plain(quote.bid_quantity), "best_ask": plain(quote.ask),
            "best_ask_quantity": plain(quote.ask_quantity)}  # fmt: skip


def order(held: VenueOrder, row: Listed, name: str) -> dict[str, Any]:
    """An order of the lists, under the client's own id."""
    shape = next(each for each, terms in SHAPES.items() if terms == (held.order_type, held.time_in_force))
    configuration = {"base_size": plain(held.quantity)}
    if held.limit_price is not None:
        configuration["limit_price"] = plain(held.limit_price)
    force = "IMMEDIATE_OR_CANCEL" if held.order_type is OrderType.MARKET else FORCES[held.time_in_force]
    return {
        "order_id": order_id(held.broker_order_id), "product_id": product(row), "user_id": held.account,
        "order_configuration": {shape: configuration}, "side": held.side.value, "client_order_id": name,
        "status": "OPEN" if held.is_open else STATUSES[held.status],
        "time_in_force": force,
        "created_time": stamp(held.created_at), "completion_percentage": "0", "filled_size": plain(held.filled),
        "average_filled_price": plain((held.paid / held.filled).quantize(Decimal("0.00000001"))) if held.filled else "0",
        "fee": "", "number_of_fills": str(len(held.fills)), "filled_value": plain(held.paid), "pending_cancel": False,
        "size_in_quote": False, "total_fees": "0", "size_inclusive_of_fees": False,
        "total_value_after_fees": plain(held.paid), "trigger_status": "INVALID_ORDER_TYPE",
        "order_type": held.order_type.value, "reject_reason": "REJECT_REASON_UNSPECIFIED", "settled": not held.is_open,
        "product_type": "SPOT", "reject_message": "", "cancel_message": "",
    }  # fmt: skip


def execution(held: VenueOrder, done: Execution, row: Listed) -> dict[str, Any]:
    """An execution of the lists."""
    at = stamp(done.at)
    return {
        "entry_id": hashlib.sha256(done.execution_id.encode()).hexdigest(), "trade_id": f"t{execution_number(done)}",
        "order_id": order_id(held.broker_order_id), "trade_time": at, "trade_type": "FILL", "price": plain(done.price),
        "size": plain(done.quantity), "commission": "0", "product_id": product(row),
        "sequence_timestamp": at, "liquidity_indicator": "TAKER", "size_in_quote": False, "user_id": held.account,
        "side": held.side.value,
    }  # fmt: skip


def update(held: VenueOrder, row: Listed, name: str, filled: Decimal, status: str) -> dict[str, Any]:
    """What the channel `user` says of an order of which so much had filled."""
    return {
        "order_id": order_id(held.broker_order_id), "client_order_id": name,
        "cumulative_quantity": plain(filled), "leaves_quantity": plain(held.quantity - filled),
        "avg_price": plain((held.paid / held.filled).quantize(Decimal("0.00000001"))) if filled else "0",
        "total_fees": "0", "status": status, "product_id": product(row),
        "creation_time": stamp(held.created_at), "order_side": held.side.value,
        "order_type": held.order_type.value.capitalize(), "limit_price": plain(held.limit_price) or "0",
    }  # fmt: skip
