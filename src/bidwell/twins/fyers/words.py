"""How Fyers writes things down: orders, executions, positions, in lists and on the stream."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.scenario import Listed

IST = timezone(timedelta(hours=5, minutes=30))
TYPES = {1: OrderType.LIMIT, 2: OrderType.MARKET, 3: OrderType.STOP, 4: OrderType.STOP_LIMIT}
TYPE_NUMBERS = {kind: number for number, kind in TYPES.items()}
FORCES = {"DAY": TimeInForce.DAY, "IOC": TimeInForce.IOC}
SIDES = {1: Side.BUY, -1: Side.SELL}
PRODUCTS = frozenset({"CNC", "INTRADAY", "MARGIN", "MTF", "CO", "BO"})
STATUSES = {OrderStatus.CANCELED: 1, OrderStatus.FILLED: 2, OrderStatus.REJECTED: 5, OrderStatus.WORKING: 6,
            OrderStatus.EXPIRED: 7}  # fmt: skip
EXCHANGES = {"NSE": 10, "MCX": 11, "BSE": 12}
SEGMENTS = {"equity": 10, "future": 11, "option": 11}
_PREFIX = "261121"
_TAG = re.compile(r"[A-Za-z0-9]{1,30}")
NO_PARENT = ""


def order_id(venue_id: str) -> str:
    """The venue's P00000042 as Fyers writes ids."""
    return f"{_PREFIX}{int(venue_id[1:]):08d}"


def venue_id_of(text: str) -> str:
    """The venue's id in one of Fyers'; empty where it is none."""
    if not re.fullmatch(rf"{_PREFIX}\d{{8}}", text):
        return ""
    return f"P{int(text[len(_PREFIX) :]):08d}"


def good_tag(tag: str) -> bool:
    """Whether Fyers takes a text as a tag."""
    return _TAG.fullmatch(tag) is not None


def inner_name(tag: str, again: int) -> str:
    """The venue's name for a tag, which Fyers lets several orders have: itself at first, then with a number."""
    return tag if not again else f"{tag}-{again}"


def stamp(at: datetime | None) -> str:
    """A time of India, to the second."""
    return "" if at is None else at.astimezone(IST).strftime("%d-%b-%Y %H:%M:%S")


def is_index(row: Listed) -> bool:
    """Whether nobody can trade it: its symbol ends so."""
    return row.symbol.endswith("-INDEX")


def token_of(row: Listed) -> str:
    """An instrument's fyToken: the scenario's, or one that is always the same for the same symbol."""
    given = row.extra.get("token")
    number = given or str(int(hashlib.sha256(row.symbol.encode()).hexdigest()[:4], 16) + 1000)
    head = f"{EXCHANGES[row.exchange or 'NSE']}{SEGMENTS[row.type]}"
    return f"{head}{row.expiry.strftime('%y%m%d') if row.expiry else '000000'}{number}"


def tagged(tag: str) -> str:
    """A tag as Fyers shows it."""
    return f"1:{tag}" if tag else "2:Untagged"


def order(held: VenueOrder, row: Listed, client: str, tag: str, product: str, number: int) -> dict[str, Any]:
    """An order of the day's list."""
    average = (held.paid / held.filled).quantize(Decimal("0.0001")) if held.filled else ZERO
    return {
        "id": order_id(held.broker_order_id), "exchOrdId": f"11{held.number:014d}", "clientId": client,
        "symbol": row.symbol, "fyToken": token_of(row), "ex_sym": row.symbol.partition(":")[2],
        "description": row.name or row.symbol, "exchange": EXCHANGES[row.exchange or "NSE"],
        "segment": SEGMENTS[row.type], "instrument": 0, "qty": held.quantity,
        "remainingQuantity": held.leaves if held.is_open else ZERO, "filledQty": held.filled, "discloseQty": 0,
        "disclosedQty": 0, "limitPrice": held.limit_price or ZERO, "stopPrice": held.stop_price or ZERO,
        "tradedPrice": average, "type": TYPE_NUMBERS[held.order_type], "side": held.side.sign, "productType": product,
        "orderValidity": held.time_in_force.value, "offlineOrder": False, "status": STATUSES[held.status],
        "orderNumStatus": f"{order_id(held.broker_order_id)}:{STATUSES[held.status]}",
        "message": held.reason, "orderDateTime": stamp(held.closed_at or held.created_at), "source": "API",
        "orderTag": tagged(tag), "parentId": NO_PARENT, "pan": "", "lp": row.bid, "ch": ZERO, "chp": ZERO,
        "slNo": number,
    }  # fmt: skip


def trade(held: VenueOrder, done: Execution, row: Listed, client: str, tag: str, product: str) -> dict[str, Any]:
    """An execution of the day's list."""
    number = order_id(held.broker_order_id)
    return {
        "clientId": client, "exchange": EXCHANGES[row.exchange or "NSE"], "fyToken": token_of(row),
        "orderNumber": number, "exchangeOrderNo": f"11{held.number:014d}", "tradeNumber": trade_number(number, done),
        "tradePrice": done.price, "segment": SEGMENTS[row.type], "productType": product, "tradedQty": done.quantity,
        "symbol": row.symbol, "row": int(done.at.timestamp()), "orderDateTime": stamp(done.at),
        "tradeValue": done.price * done.quantity, "side": held.side.sign, "orderType": TYPE_NUMBERS[held.order_type],
        "orderTag": tagged(tag),
    }  # fmt: skip


def trade_number(number: str, done: Execution) -> str:
    """An execution's number, which carries the order's."""
    return f"{number}-{''.join(each for each in done.execution_id if each.isdigit())}"


def streamed(row: dict[str, Any], fills: Sequence[Execution], status: int) -> dict[str, Any]:
    """An order of the list as the stream has it, after these of its executions."""
    filled = sum((each.quantity for each in fills), ZERO)
    return {
        "client_id": row["clientId"], "id": row["id"], "id_parent": row["parentId"], "id_exchange": row["exchOrdId"],
        "id_fyers": f"F{row['id']}", "qty": row["qty"], "qty_remaining": row["qty"] - filled, "qty_filled": filled,
        "price_limit": row["limitPrice"], "price_stop": row["stopPrice"],
        "price_traded": fills[-1].price if fills else ZERO, "ord_type": row["type"], "fy_token": row["fyToken"],
        "exchange": row["exchange"], "segment": row["segment"], "symbol": row["symbol"],
        "instrument": row["instrument"], "oms_msg": row["message"], "offline_flag": False,
        "time_oms": row["orderDateTime"], "validity": row["orderValidity"], "product_type": row["productType"],
        "tran_side": row["side"], "org_ord_status": status, "ord_source": "API", "symbol_exch": row["ex_sym"],
        "symbol_desc": row["description"], "ordertag": row["orderTag"], "take_profit": 0, "stop_loss": 0, "leg_type": 0,
    }  # fmt: skip


def streamed_trade(row: dict[str, Any]) -> dict[str, Any]:
    """An execution of the list as the stream has it."""
    return {
        "id_fill": row["tradeNumber"], "id": row["orderNumber"], "qty_traded": row["tradedQty"],
        "price_traded": row["tradePrice"], "traded_val": row["tradeValue"], "product_type": row["productType"],
        "client_id": row["clientId"], "id_exchange": row["exchangeOrderNo"], "ord_type": row["orderType"],
        "tran_side": row["side"], "symbol": row["symbol"], "fill_time": row["orderDateTime"],
        "fy_token": row["fyToken"], "exchange": row["exchange"], "segment": row["segment"], "ordertag": row["orderTag"],
    }  # fmt: skip


def listed(row: Listed) -> list[str]:
    """A row of the list of instruments: 21 columns without a header."""
    token = token_of(row)
    number = token[10:]
    expiry = ""
    if row.expiry is not None:
        expiry = str(int(datetime.combine(row.expiry, time(15, 30), IST).timestamp()))
    option = row.type == "option"
    right = {"call": "CE", "put": "PE"}[row.right] if option else "XX"
    kind = "10" if is_index(row) else {"equity": "0", "future": "11", "option": "14"}[row.type]
    root = row.underlying or row.extra.get("index") or row.symbol.partition(":")[2].partition("-")[0]
    return [
        token, row.name or row.symbol, kind, f"{row.lot:f}", f"{row.tick:f}", "", "0915-1530|1815-1915:", "2026-11-21",
        expiry, row.symbol, token[:2], token[2:4], number, root, number, f"{row.strike:f}" if option else "-1.0", right,
        token, "None", "0", "0.0",
    ]  # fmt: skip
