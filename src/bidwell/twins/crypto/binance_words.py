"""How Binance writes things down: figures as text with eight decimals, times in milliseconds."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from bidwell.model.market import Bar, Quote
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.crypto.spot import IMMEDIATE, execution_number, milliseconds, number
from bidwell.twins.scenario import Listed

TYPES = {"LIMIT": OrderType.LIMIT, "MARKET": OrderType.MARKET, "LIMIT_MAKER": OrderType.LIMIT,
         "STOP_LOSS": OrderType.STOP, "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT}  # fmt: skip
TYPE_WORDS = {OrderType.LIMIT: "LIMIT", OrderType.MARKET: "MARKET", OrderType.STOP: "STOP_LOSS",
              OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT"}  # fmt: skip
FORCES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
INTERVALS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14400, "1d": 86400, "1w": 604800}
_STATUSES = {OrderStatus.FILLED: "FILLED", OrderStatus.CANCELED: "CANCELED", OrderStatus.EXPIRED: "EXPIRED",
             OrderStatus.REJECTED: "REJECTED"}  # fmt: skip
REFUSALS = {
    "insufficient_funds": (-2010, "Account has insufficient balance for requested action."),
    "duplicate": (-2010, "Duplicate order sent."),
    "instrument.unknown": (-1121, "Invalid symbol."),
    "price.tick": (-1013, "Filter failure: PRICE_FILTER"),
    "quantity.lot": (-1013, "Filter failure: LOT_SIZE"),
    "notional.minimum": (-1013, "Filter failure: NOTIONAL"),
    "order.unknown": (-2011, "Unknown order sent."),
    "order.closed": (-2011, "Unknown order sent."),
}


def figure(value: Decimal | None) -> str:
    """A figure: text with eight decimals."""
    return f"{value or ZERO:.8f}"


def pair(symbol: str) -> str:
    """The exchange's name of a pair: BTC/USDT is BTCUSDT."""
    return symbol.replace("/", "")


def status(held: VenueOrder) -> str:
    """What became of an order: what an immediate one could not get has expired."""
    if held.is_open:
        return "PARTIALLY_FILLED" if held.filled else "NEW"
    if held.status is OrderStatus.CANCELED and held.time_in_force in IMMEDIATE:
        return "EXPIRED"
    return _STATUSES[held.status]


def _common(held: VenueOrder, row: Listed) -> dict[str, Any]:
    return {
        "symbol": pair(row.symbol), "orderId": number(held.broker_order_id), "orderListId": -1,
        "clientOrderId": held.client_order_id, "price": figure(held.limit_price), "origQty": figure(held.quantity),
        "executedQty": figure(held.filled), "origQuoteOrderQty": figure(ZERO), "cummulativeQuoteQty": figure(held.paid),
        "status": status(held), "timeInForce": held.time_in_force.value, "type": TYPE_WORDS[held.order_type],
        "side": held.side.value, "selfTradePreventionMode": "EXPIRE_MAKER",
        **({"stopPrice": figure(held.stop_price)} if held.stop_price is not None else {}),
    }  # fmt: skip


def order(held: VenueOrder, row: Listed) -> dict[str, Any]:
    """An order as the lists and a lookup have it."""
    made = milliseconds(held.created_at)
    newest = max([milliseconds(held.closed_at), made, *(milliseconds(each.at) for each in held.fills)])
    return _common(held, row) | {
        "stopPrice": figure(held.stop_price), "icebergQty": figure(ZERO), "time": made, "updateTime": newest,
        "isWorking": True, "workingTime": made,
    }  # fmt: skip


def placed(held: VenueOrder, row: Listed) -> dict[str, Any]:
    """The full answer to a placement."""
    made = milliseconds(held.created_at)
    fills = [{"price": figure(each.price), "qty": figure(each.quantity), "commission": figure(ZERO),
              "commissionAsset": "BNB", "tradeId": execution_number(each)} for each in held.fills]  # fmt: skip
    return _common(held, row) | {"transactTime": made, "workingTime": made, "fills": fills}


def canceled(held: VenueOrder, row: Listed, now: int) -> dict[str, Any]:
    """The answer to a cancel, which has an id of its own."""
    return _common(held, row) | {"origClientOrderId": held.client_order_id, "clientOrderId": cancel_name(held),
                                 "transactTime": now}  # fmt: skip


def cancel_name(held: VenueOrder) -> str:
    """The id that Binance makes up for a cancel."""
    return hashlib.sha256(f"cancel/{held.broker_order_id}".encode()).hexdigest()[:22]


def execution(held: VenueOrder, done: Execution, row: Listed) -> dict[str, Any]:
    """A row of the account's trades."""
    return {
        "symbol": pair(row.symbol), "id": execution_number(done), "orderId": number(held.broker_order_id),
        "orderListId": -1, "price": figure(done.price), "qty": figure(done.quantity),
        "quoteQty": figure(done.price * done.quantity), "commission": figure(ZERO), "commissionAsset": "BNB",
        "time": milliseconds(done.at), "isBuyer": held.side is Side.BUY, "isMaker": False, "isBestMatch": True,
    }  # fmt: skip


def report(held: VenueOrder, row: Listed, what: str, now: int, done: Execution | None = None,
           filled: Decimal | None = None) -> dict[str, Any]:  # fmt: skip
    """An executionReport; `filled` is what had filled by then, `what` its execution type."""
    total = held.filled if filled is None else filled
    paid = sum((each.quantity * each.price for each in _upto(held, total)), ZERO)
    word = {"NEW": "NEW", "TRADE": "FILLED" if total >= held.quantity else "PARTIALLY_FILLED"}.get(what, status(held))
    by_request = what == "CANCELED"
    return {
        "e": "executionReport", "E": now, "s": pair(row.symbol),
        "c": cancel_name(held) if by_request else held.client_order_id, "S": held.side.value,
        "o": TYPE_WORDS[held.order_type], "f": held.time_in_force.value, "q": figure(held.quantity),
        "p": figure(held.limit_price), "P": figure(held.stop_price), "F": figure(ZERO), "g": -1,
        "C": held.client_order_id if by_request else "", "x": what, "X": word, "r": "NONE",
        "i": number(held.broker_order_id), "l": figure(done.quantity if done else ZERO), "z": figure(total),
        "L": figure(done.price if done else ZERO), "n": "0", "N": None, "T": milliseconds(done.at) if done else now,
        "t": execution_number(done) if done else -1, "I": number(held.broker_order_id), "w": what == "NEW", "m": False,
        "M": False, "O": milliseconds(held.created_at), "Z": figure(paid),
        "Y": figure(done.quantity * done.price if done else ZERO), "Q": figure(ZERO), "W": milliseconds(held.created_at),
        "V": "EXPIRE_MAKER",
    }  # fmt: skip


def _upto(held: VenueOrder, total: Decimal) -> list[Execution]:
    found, left = [], total
    for each in held.fills:
        if left <= 0:
            break
        found.append(each)
        left -= each.quantity
    return found


def market(row: Listed) -> dict[str, Any]:
    """A pair in exchangeInfo."""
    base, _, quote = row.symbol.partition("/")
    return {
        "symbol": pair(row.symbol), "status": "TRADING", "baseAsset": base, "baseAssetPrecision": 8,
        "quoteAsset": quote, "quotePrecision": 8, "quoteAssetPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"], "icebergAllowed": True,
        "isSpotTradingAllowed": True, "isMarginTradingAllowed": False, "permissions": [], "permissionSets": [["SPOT"]],
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": figure(row.tick), "maxPrice": "1000000.00000000",
             "tickSize": figure(row.tick)},
            {"filterType": "LOT_SIZE", "minQty": figure(row.lot), "maxQty": "9000000.00000000",
             "stepSize": figure(row.lot)},
            {"filterType": "NOTIONAL", "minNotional": figure(Decimal(row.extra.get("min_notional", "0"))),
             "applyMinToMarket": True, "maxNotional": "9000000.00000000", "applyMaxToMarket": False, "avgPriceMins": 5},
        ],
    }  # fmt: skip


def ticker(row: Listed, quote: Quote, now: int) -> dict[str, Any]:
    """The newest of everything, by REST."""
    opened = quote.open or quote.last
    return {
        "symbol": pair(row.symbol), "priceChange": figure(quote.last - opened), "priceChangePercent": "0.000",
        "weightedAvgPrice": figure(quote.last), "prevClosePrice": figure(quote.previous_close or quote.last),
        "lastPrice": figure(quote.last), "lastQty": figure(row.lot), "bidPrice": figure(quote.bid),
        "bidQty": figure(quote.bid_quantity), "askPrice": figure(quote.ask), "askQty": figure(quote.ask_quantity),
        "openPrice": figure(opened), "highPrice": figure(max(quote.last, opened)),
        "lowPrice": figure(min(quote.last, opened)), "volume": figure(quote.volume),
        "quoteVolume": figure(quote.volume * quote.last), "openTime": now - 86_400_000, "closeTime": now, "firstId": 1,
        "lastId": 2, "count": 2,
    }  # fmt: skip


def stream_ticker(row: Listed, quote: Quote, now: int) -> dict[str, Any]:
    """The newest of everything, by stream."""
    told = ticker(row, quote, now)
    letters = {"p": "priceChange", "P": "priceChangePercent", "w": "weightedAvgPrice", "x": "prevClosePrice",
               "c": "lastPrice", "Q": "lastQty", "b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty",
               "o": "openPrice", "h": "highPrice", "l": "lowPrice", "v": "volume", "q": "quoteVolume", "O": "openTime",
               "C": "closeTime", "F": "firstId", "L": "lastId", "n": "count"}  # fmt: skip
    return {"e": "24hrTicker", "E": now, "s": told["symbol"]} | {key: told[name] for key, name in letters.items()}


def kline(bar: Bar) -> list[Any]:
    """A bar."""
    start = milliseconds(bar.start)
    return [start, figure(bar.open), figure(bar.high), figure(bar.low), figure(bar.close), figure(bar.volume),
            start + bar.seconds * 1000 - 1, figure(bar.volume * bar.close), 10, figure(bar.volume / 2),
            figure(bar.volume * bar.close / 2), "0"]  # fmt: skip
