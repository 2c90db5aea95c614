"""How Alpaca writes things down: orders, accounts, positions, errors; figures as text, times with nanoseconds."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.scenario import Listed

CLASSES = {"equity": "us_equity", "crypto": "crypto", "option": "us_option"}
TYPES = {
    "market": OrderType.MARKET, "limit": OrderType.LIMIT, "stop": OrderType.STOP, "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.TRAILING_STOP,
}  # fmt: skip
TYPE_WORDS = {kind: word for word, kind in TYPES.items()}
FORCES = {"day": TimeInForce.DAY, "gtc": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}
STATUSES = {OrderStatus.FILLED: "filled", OrderStatus.CANCELED: "canceled", OrderStatus.EXPIRED: "expired",
            OrderStatus.REJECTED: "rejected", OrderStatus.WORKING: "new"}  # fmt: skip
# What an order has in a list, and in the order stream, less than in a reply of its own.
LIST_LACKS = frozenset({"legs", "position_intent", "commission"})
STREAM_LACKS = frozenset({"position_intent", "commission"})

_NAMESPACE = uuid.UUID("6f0c4a3e-0e54-4f0b-9a53-2f3a5b1f6d10")
_PENNIES = {422: 42210000, 403: 40310000, 404: 40410000, 401: 40110000, 429: 42910000, 400: 40010000}
_BY_REFUSAL: dict[str, tuple[int, str]] = {
    "insufficient_funds": (403, "insufficient buying power"),
    "price.tick": (422, "invalid limit_price. sub-penny increment does not fulfill minimum pricing criteria"),
    "instrument.unknown": (422, "could not find asset"),
    "session.closed": (403, "market is closed"),
    "order.unknown": (404, "order not found"),
}
_NAME = re.compile(r"[\x21-\x7e]{1,128}")


def order_uuid(venue_id: str) -> str:
    """The venue's P00000042 as Alpaca writes ids; `venue_id_of` undoes it."""
    number = int(venue_id[1:])
    mixed = hashlib.sha256(str(number).encode()).hexdigest()
    return f"{mixed[:8]}-{mixed[8:12]}-4{mixed[12:15]}-a{mixed[15:18]}-{number:012x}"


def venue_id_of(text: str) -> str:
    """The venue's id in one of ours; empty where it is none."""
    tail = text.rpartition("-")[2]
    try:
        found = f"P{int(tail, 16):08d}"
    except ValueError:
        return ""
    return found if order_uuid(found) == text else ""


def named_uuid(what: str, name: str) -> str:
    """An id that is always the same for the same thing."""
    return str(uuid.uuid5(_NAMESPACE, f"{what}/{name}"))


def good_name(client_order_id: str) -> bool:
    """Whether Alpaca takes a text as a client order id."""
    return _NAME.fullmatch(client_order_id) is not None


def inner_name(client_order_id: str) -> str:
    """The venue's name for a client order id: itself where that fits, else a digest."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,36}", client_order_id):
        return client_order_id
    return hashlib.sha256(client_order_id.encode()).hexdigest()[:36]


def stamp(at: datetime | None) -> str | None:
    """RFC 3339 with nine decimals."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def text(value: Decimal | None) -> str | None:
    """A figure."""
    return None if value is None else f"{value:f}"


def order(held: VenueOrder, row: Listed, order_id: str, client_order_id: str, replaces: str | None) -> dict[str, Any]:
    """An order as a reply of its own has it."""
    average = (held.paid / held.filled).quantize(Decimal("0.000001")).normalize() if held.filled else None
    status = "partially_filled" if held.is_open and held.filled else STATUSES[held.status]
    made, ended = stamp(held.created_at), stamp(held.closed_at)
    kind = TYPE_WORDS[held.order_type]
    return {
        "id": order_id, "client_order_id": client_order_id, "created_at": made, "updated_at": ended or made,
        "submitted_at": made, "filled_at": ended if status == "filled" else None,
        "expired_at": ended if status == "expired" else None, "canceled_at": ended if status == "canceled" else None,
        "failed_at": ended if status == "rejected" else None, "replaced_at": None, "replaced_by": None,
        "replaces": replaces, "asset_id": named_uuid("asset", row.symbol), "symbol": row.symbol,
        "asset_class": CLASSES[row.type], "notional": None, "qty": text(held.quantity),
        "filled_qty": text(held.filled), "filled_avg_price": text(average), "order_class": "simple",
        "order_type": kind, "type": kind, "side": held.side.lower(), "time_in_force": held.time_in_force.lower(),
        "limit_price": text(held.limit_price), "stop_price": text(held.stop_price), "status": status,
        "extended_hours": False, "legs": None, "trail_percent": text(held.trail_percent),
        "trail_price": text(held.trail_amount), "hwm": text(held.best),
        "position_intent": "buy_to_open" if held.side is Side.BUY else "sell_to_close", "commission": None,
    }  # fmt: skip


def lacking(row: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """A row without some of its fields."""
    return {name: value for name, value in row.items() if name not in names}


def problem(refusal: Refusal) -> tuple[int, dict[str, Any]]:
    """A refusal of the venue as Alpaca's status and body."""
    status, words = _BY_REFUSAL.get(refusal.code, (0, refusal.reason))
    if not status:
        status = (
            403 if refusal.code.partition(".")[0] not in {"quantity", "price", "terms", "notional", "order"} else 422
        )
    if refusal.code == "order.closed":
        words = f"{refusal.reason}, not cancelable"
    return status, error(status, words)


def error(status: int, message: str, code: int = 0) -> dict[str, Any]:
    """An error's body."""
    return {"code": code or _PENNIES.get(status, status * 100000 + 10000), "message": message}


def asset(row: Listed) -> dict[str, Any]:
    """A row of the instrument list."""
    return {
        "id": named_uuid("asset", row.symbol), "class": CLASSES[row.type], "exchange": row.exchange or "NASDAQ",
        "symbol": row.symbol, "name": row.name or row.symbol, "status": "active", "tradable": True, "marginable": True,
        "shortable": True, "easy_to_borrow": True, "fractionable": row.lot < 1, "last_close_pct_change": "0",
        "last_price": text((row.bid + row.ask) / 2), "attributes": [],
        **({"min_trade_increment": text(row.lot), "price_increment": text(row.tick), "min_order_size": text(row.lot)}
           if row.type == "crypto" else {}),
    }  # fmt: skip


def option(row: Listed) -> dict[str, Any]:
    """An option contract."""
    return {
        "id": named_uuid("asset", row.symbol), "symbol": row.symbol, "name": row.name or row.symbol, "status": "active",
        "tradable": True, "expiration_date": row.expiry.isoformat() if row.expiry else "",
        "root_symbol": row.underlying, "underlying_symbol": row.underlying,
        "underlying_asset_id": named_uuid("asset", row.underlying), "type": row.right, "style": "american",
        "strike_price": text(row.strike), "size": text(row.multiplier), "open_interest": "0",
        "open_interest_date": None, "close_price": None, "close_price_date": None,
    }  # fmt: skip
