"""How Kite writes things down: numbers as numbers, times of India without a zone, ids as digits."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, TimeInForce
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.scenario import Listed

INDIA = timezone(timedelta(hours=5, minutes=30))
TYPES = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "SL": OrderType.STOP_LIMIT, "SL-M": OrderType.STOP}
TYPE_WORDS = {kind: word for word, kind in TYPES.items()}
VALIDITIES = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC}
PRODUCTS = frozenset({"CNC", "NRML", "MIS", "MTF"})
SEGMENTS = {"NSE": 1, "NFO": 2, "BSE": 4, "BFO": 5}
INDICES = 9
ENDINGS = {OrderStatus.FILLED: "COMPLETE", OrderStatus.CANCELED: "CANCELLED", OrderStatus.EXPIRED: "CANCELLED",
           OrderStatus.REJECTED: "REJECTED"}  # fmt: skip
COLUMNS = "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange"

_TAG = re.compile(r"[A-Za-z0-9]{1,20}")


def good_tag(tag: str) -> bool:
    """Whether Kite takes a text as a tag."""
    return _TAG.fullmatch(tag) is not None


def stamp(at: datetime | None) -> str | None:
    """A time."""
    return None if at is None else at.astimezone(INDIA).strftime("%Y-%m-%d %H:%M:%S")


def day(at: datetime) -> date:
    """The date in India."""
    return at.astimezone(INDIA).date()


def number(value: Decimal | None) -> float | int:
    """A figure; nothing is 0."""
    plain = float(value or 0)
    return int(plain) if plain.is_integer() else plain


def order_id(held: VenueOrder) -> str:
    """The day and a running number."""
    return f"{held.created_at.astimezone(INDIA):%y%m%d}{int(held.broker_order_id[1:]):09d}"


def venue_id(text: str) -> str:
    """The venue's id in one of ours; empty where it is none."""
    return f"P{int(text[6:]):08d}" if re.fullmatch(r"\d{15}", text) else ""


def status(held: VenueOrder) -> str:
    """Where an order stands."""
    if not held.is_open:
        return ENDINGS[held.status]
    waits = held.order_type in {OrderType.STOP, OrderType.STOP_LIMIT} and not held.triggered
    return "TRIGGER PENDING" if waits else "OPEN"


def order(
    held: VenueOrder,
    row: Listed,
    token: int,
    user: str,
    *,
    product: str,
    tag: str,
    variety: str,
    modified: bool,
) -> dict[str, Any]:
    """An order as the list has it."""
    average = (held.paid / held.filled).quantize(Decimal("0.0001")) if held.filled else Decimal(0)
    left = held.quantity - held.filled
    ended = stamp(held.closed_at)
    at_exchange = stamp(held.fills[-1].at if held.fills else held.created_at)
    found: dict[str, Any] = {
        "account_id": user, "placed_by": user, "order_id": order_id(held),
        "exchange_order_id": f"13{int(held.broker_order_id[1:]):014d}" if held.status is not OrderStatus.REJECTED else None,
        "parent_order_id": None, "status": status(held),
        "status_message": held.reason if held.status is OrderStatus.REJECTED else None,
        "status_message_raw": f"RMS:{held.reason}" if held.status is OrderStatus.REJECTED else None,
        "order_timestamp": ended or stamp(held.created_at), "exchange_update_timestamp": ended or at_exchange,
        "exchange_timestamp": at_exchange, "variety": variety, "modified": modified, "exchange": row.exchange,
        "tradingsymbol": row.symbol, "instrument_token": token, "order_type": TYPE_WORDS[held.order_type],
        "transaction_type": held.side.value, "validity": held.time_in_force.value, "validity_ttl": 0, "product": product,
        "quantity": int(held.quantity), "disclosed_quantity": 0, "price": number(held.limit_price),
        "trigger_price": number(held.stop_price), "average_price": number(average), "filled_quantity": int(held.filled),
        "pending_quantity": int(left) if held.is_open else 0,
        "cancelled_quantity": int(left) if status(held) == "CANCELLED" else 0, "market_protection": 0, "meta": {},
        "tag": tag or None, "guid": f"{int(held.broker_order_id[1:]):05d}Xtwin",
    }  # fmt: skip
    return found | ({"tags": [tag]} if tag else {})


def kind(row: Listed) -> str:
    """The type in the list of instruments."""
    if row.type == "option":
        return "CE" if row.right == "call" else "PE"
    return "FUT" if row.type == "future" else "EQ"


def segment(row: Listed) -> str:
    """The segment in the list of instruments."""
    if row.extra.get("index"):
        return "INDICES"
    suffix = {"option": "-OPT", "future": "-FUT"}.get(row.type, "")
    return f"{row.exchange}{suffix}"


def line(row: Listed, token: int) -> str:
    """A row of the list of instruments."""
    cells = (token, token >> 8, row.symbol, row.underlying or row.name, "0.0", row.expiry.isoformat() if row.expiry else "",
             f"{row.strike:f}" if row.strike else "0.0", f"{row.tick:f}", f"{row.lot:f}", kind(row), segment(row),
             row.exchange)  # fmt: skip
    return ",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in cells)
