"""How Angel One writes things down: orders, statuses, ids, days, and rows of its instrument list."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, TimeInForce
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.angelone.answers import text
from bidwell.twins.scenario import Listed

INDIA = timezone(timedelta(hours=5, minutes=30))
TYPES = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "STOPLOSS_MARKET": OrderType.STOP,
         "STOPLOSS_LIMIT": OrderType.STOP_LIMIT}  # fmt: skip
TYPE_WORDS = {kind: word for word, kind in TYPES.items()}
DURATIONS = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC}
DURATION_WORDS = {force: word for word, force in DURATIONS.items()}
VARIETIES = ("NORMAL", "STOPLOSS", "AMO", "ROBO")
PRODUCTS = ("DELIVERY", "CARRYFORWARD", "MARGIN", "INTRADAY", "BO")
EXCHANGE_TYPES = {"NSE": 1, "NFO": 2, "BSE": 3, "BFO": 4, "MCX": 5, "NCDEX": 7, "CDS": 13}
OPEN, TRIGGER, COMPLETE, CANCELLED, REJECTED = "open", "trigger pending", "complete", "cancelled", "rejected"
ENDS = {OrderStatus.FILLED: COMPLETE, OrderStatus.CANCELED: CANCELLED, OrderStatus.EXPIRED: CANCELLED,
        OrderStatus.REJECTED: REJECTED}  # fmt: skip
CODES = {OPEN: "AB01", CANCELLED: "AB02", REJECTED: "AB03", "modified": "AB04", COMPLETE: "AB05",
         "open pending": "AB09", TRIGGER: "AB10", "modify pending": "AB11"}  # fmt: skip
MOST_TAG = 20

_NAMESPACE = uuid.UUID("3f1a0f0e-7c4b-4a51-9b39-55c1b3c2d901")
_HUNDRED = Decimal(100)


def india(at: datetime) -> datetime:
    """India's clock."""
    return at.astimezone(INDIA)


def midnight_after(at: datetime) -> datetime:
    """When the day ends there, in UTC."""
    local = india(at)
    return (local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)).astimezone(UTC)


def order_id(held: VenueOrder) -> str:
    """Day and number, fifteen digits."""
    return f"{india(held.created_at):%y%m%d}{held.number:09d}"


def venue_id(ident: str) -> str:
    """The venue's id in one of ours; empty where it is none."""
    return f"P{int(ident[6:]):08d}" if len(ident) == 15 and ident.isdecimal() else ""


def unique_id(held: VenueOrder) -> str:
    """The broker's own id of an order, beside its number."""
    return str(uuid.uuid5(_NAMESPACE, order_id(held)))


def status(held: VenueOrder) -> str:
    """An order's status."""
    if not held.is_open:
        return ENDS[held.status]
    return TRIGGER if held.stop_price is not None and not held.triggered else OPEN


def stamp(at: datetime) -> str:
    """A time such as 11-Nov-2025 11:56:57."""
    return f"{india(at):%d-%b-%Y %H:%M:%S}"


def moment(at: datetime) -> str:
    """A time of day."""
    return f"{india(at):%H:%M:%S}"


def day(at: date) -> str:
    """A day such as 25NOV2025."""
    return f"{at:%d%b%Y}".upper()


def token(row: Listed) -> str:
    """An instrument's number."""
    return row.extra.get("token", "0")


def kind(row: Listed) -> str:
    """Its type in the list."""
    if "type" in row.extra:
        return row.extra["type"]
    return {"option": "OPTSTK", "future": "FUTSTK"}.get(row.type, "")


def right(row: Listed) -> str:
    """CE, PE, or nothing."""
    return ("CE" if row.right == "call" else "PE") if row.type == "option" else ""


def changed_at(held: VenueOrder) -> datetime:
    """When an order changed last."""
    return held.closed_at or (held.fills[-1].at if held.fills else held.created_at)


def order(held: VenueOrder, row: Listed, tag: str, variety: str, product: str) -> dict[str, Any]:
    """An order as the list has it: prices are numbers, quantities text."""
    average = (held.paid / held.filled).quantize(Decimal("0.0001")).normalize() if held.filled else Decimal(0)
    state, last = status(held), held.fills[-1] if held.fills else None
    ended = held.status in {OrderStatus.CANCELED, OrderStatus.EXPIRED}
    return {
        "variety": variety, "ordertype": TYPE_WORDS[held.order_type], "producttype": product,
        "duration": DURATION_WORDS.get(held.time_in_force, "DAY"), "price": held.limit_price or 0,
        "triggerprice": held.stop_price or 0, "quantity": text(held.quantity), "disclosedquantity": "0",
        "squareoff": 0, "stoploss": 0, "trailingstoploss": 0, "tradingsymbol": row.symbol,
        "transactiontype": held.side.value, "exchange": row.exchange, "symboltoken": token(row),
        "instrumenttype": kind(row), "strikeprice": row.strike if row.type == "option" else -1,
        "optiontype": right(row), "expirydate": day(row.expiry) if row.expiry else "", "lotsize": text(row.lot),
        "cancelsize": text(held.quantity - held.filled if ended else None), "averageprice": average,
        "filledshares": text(held.filled), "unfilledshares": text(held.quantity - held.filled),
        "orderid": order_id(held), "text": held.reason or None, "status": state, "orderstatus": state,
        "updatetime": stamp(changed_at(held)), "exchtime": stamp(held.created_at),
        "exchorderupdatetime": stamp(changed_at(held)), "fillid": fill_id(last) if last else None,
        "filltime": moment(last.at) if last else None, "parentorderid": None, "ordertag": tag or None,
        "uniqueorderid": unique_id(held),
    }  # fmt: skip


def fill_id(done: Execution) -> str:
    """A fill's number."""
    return str(int("".join(each for each in done.execution_id if each.isdigit()) or "0"))


def trade(held: VenueOrder, done: Execution, row: Listed, product: str) -> dict[str, Any]:
    """A fill as the list has it: text throughout."""
    return {
        "exchange": row.exchange, "producttype": product, "tradingsymbol": row.symbol, "instrumenttype": kind(row),
        "symbolgroup": row.symbol.rpartition("-")[2] if "-" in row.symbol else "", "strikeprice": text(row.strike or Decimal(-1)),
        "optiontype": right(row), "expirydate": day(row.expiry) if row.expiry else "", "marketlot": text(row.lot),
        "precision": "2", "multiplier": "-1", "tradevalue": text(done.quantity * done.price),
        "transactiontype": held.side.value, "fillprice": text(done.price), "fillsize": text(done.quantity),
        "orderid": order_id(held), "fillid": fill_id(done), "filltime": moment(done.at),
    }  # fmt: skip


def scrip(row: Listed) -> dict[str, Any]:
    """A row of the instrument list: figures a hundredfold, as text with six decimals."""
    strike = row.strike * _HUNDRED if row.type == "option" else Decimal(0 if kind(row) == "AMXIDX" else -1)
    return {
        "token": token(row), "symbol": row.symbol, "name": row.name or row.symbol.partition("-")[0],
        "expiry": day(row.expiry) if row.expiry else "", "strike": f"{strike:.6f}", "lotsize": text(row.lot),
        "instrumenttype": kind(row), "exch_seg": row.exchange,
        "tick_size": f"{row.tick * _HUNDRED if kind(row) != 'AMXIDX' else Decimal(0):.6f}", "freeze_qty": "0",
        "is_cas_enabled": False,
    }  # fmt: skip
