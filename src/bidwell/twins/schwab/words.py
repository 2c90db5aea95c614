"""How Schwab writes things down: orders, accounts, positions, quotes; figures as numbers, times to the second."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bidwell.model.market import Quote
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Execution, Holding, VenueOrder
from bidwell.twins.scenario import Listed

TYPES = {
    "MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT, "STOP": OrderType.STOP, "STOP_LIMIT": OrderType.STOP_LIMIT,
    "TRAILING_STOP": OrderType.TRAILING_STOP,
}  # fmt: skip
TYPE_WORDS = {kind: word for word, kind in TYPES.items()}
FORCES = {"DAY": TimeInForce.DAY, "GOOD_TILL_CANCEL": TimeInForce.GTC, "FILL_OR_KILL": TimeInForce.FOK,
          "IMMEDIATE_OR_CANCEL": TimeInForce.IOC}  # fmt: skip
FORCE_WORDS = {force: word for word, force in FORCES.items()}
SIDES = {"BUY": Side.BUY, "BUY_TO_COVER": Side.BUY, "SELL": Side.SELL, "SELL_SHORT": Side.SELL,
         "BUY_TO_OPEN": Side.BUY, "BUY_TO_CLOSE": Side.BUY, "SELL_TO_OPEN": Side.SELL, "SELL_TO_CLOSE": Side.SELL}  # fmt: skip
CLOSING = frozenset({"BUY_TO_COVER", "SELL", "BUY_TO_CLOSE", "SELL_TO_CLOSE"})
OPTION_WORDS = frozenset({"BUY_TO_OPEN", "BUY_TO_CLOSE", "SELL_TO_OPEN", "SELL_TO_CLOSE"})
STATUSES = {OrderStatus.FILLED: "FILLED", OrderStatus.CANCELED: "CANCELED", OrderStatus.EXPIRED: "EXPIRED",
            OrderStatus.REJECTED: "REJECTED", OrderStatus.WORKING: "WORKING"}  # fmt: skip
ASSETS = {"equity": "EQUITY", "option": "OPTION"}
EXCHANGES = {"NASDAQ": "Q", "NYSE": "N", "NYSE Arca": "P", "AMEX": "A"}
_FIRST_ORDER = 1_000_000_000


def order_id(venue_id: str) -> int:
    """The venue's P00000042 as Schwab numbers orders."""
    return _FIRST_ORDER + int(venue_id[1:])


def venue_id_of(text: str) -> str:
    """The venue's id in one of ours; empty where it is none."""
    return f"P{int(text) - _FIRST_ORDER:08d}" if text.isdecimal() and int(text) > _FIRST_ORDER else ""


def hash_of(number: str) -> str:
    """What an account's calls go under."""
    return hashlib.sha256(number.encode()).hexdigest().upper()


def stamp(at: datetime) -> str:
    """A time, cut to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def milliseconds(at: datetime) -> int:
    """A time since 1970."""
    return int(at.timestamp() * 1000)


def order(
    held: VenueOrder, row: Listed, number: str, instruction: str, before: Decimal, fills: Sequence[Execution]
) -> dict[str, Any]:
    """An order; `before` is what the orders that it replaced had filled, `fills` are its own."""
    quantity, filled = held.quantity - before, held.filled - before
    prices = {"price": held.limit_price, "stopPrice": held.stop_price}
    found: dict[str, Any] = {
        "session": "NORMAL", "duration": FORCE_WORDS[held.time_in_force], "orderType": TYPE_WORDS[held.order_type],
        "complexOrderStrategyType": "NONE", "quantity": quantity, "filledQuantity": filled,
        "remainingQuantity": quantity - filled if held.is_open else ZERO, "requestedDestination": "AUTO",
        "destinationLinkName": "AutoRoute", **{name: price for name, price in prices.items() if price is not None},
        **_trail(held),
        "orderLegCollection": [{
            "orderLegType": ASSETS[row.type], "legId": 1,
            "instrument": {"assetType": ASSETS[row.type], "cusip": cusip(row), "symbol": row.symbol, "instrumentId": 1},
            "instruction": instruction, "positionEffect": "CLOSING" if instruction in CLOSING else "OPENING",
            "quantity": quantity,
        }],
        "orderStrategyType": "SINGLE", "orderId": order_id(held.broker_order_id), "cancelable": held.is_open,
        "editable": held.is_open, "status": STATUSES[held.status], "enteredTime": stamp(held.created_at),
        **({"closeTime": stamp(held.closed_at)} if held.closed_at is not None else {}),
        "tag": "TA_twin", "accountNumber": int(number),
        **({"statusDescription": held.reason} if held.reason else {}),
    }  # fmt: skip
    done = _activities(quantity, fills)
    if held.status is OrderStatus.CANCELED and held.closed_at is not None:
        done.append(_activity(len(done) + 1, "CANCELED", quantity - filled, ZERO, ZERO, held.closed_at))
    if done:
        found["orderActivityCollection"] = done
    return found


def _trail(held: VenueOrder) -> dict[str, Any]:
    if held.order_type is not OrderType.TRAILING_STOP:
        return {}
    by_value = held.trail_amount is not None
    return {"stopPriceLinkBasis": "LAST", "stopPriceLinkType": "VALUE" if by_value else "PERCENT",
            "stopPriceOffset": held.trail_amount if by_value else held.trail_percent, "stopType": "STANDARD"}  # fmt: skip


def _activities(quantity: Decimal, fills: Sequence[Execution]) -> list[dict[str, Any]]:
    found, left = [], quantity
    for number, done in enumerate(fills, 1):
        left -= done.quantity
        found.append(_activity(number, "FILL", done.quantity, left, done.price, done.at))
    return found


def _activity(number: int, kind: str, quantity: Decimal, left: Decimal, price: Decimal, at: datetime) -> dict[str, Any]:
    """An execution, or a cancel, which has the shape of one without a price."""
    return {
        "activityType": "EXECUTION", "activityId": number, "executionType": kind, "quantity": quantity,
        "orderRemainingQuantity": left, "executionLegs": [{
            "legId": 1, "price": price, "quantity": quantity, "mismarkedQuantity": 0, "instrumentId": 1,
            "time": stamp(at)}]}  # fmt: skip


def position(row: Listed, holding: Holding, quote: Quote) -> dict[str, Any]:
    """What is held of an instrument."""
    average = abs(holding.cost / holding.quantity)
    long, short = max(holding.quantity, ZERO), max(-holding.quantity, ZERO)
    return {
        "shortQuantity": short, "averagePrice": average, "currentDayProfitLoss": ZERO,
        "currentDayProfitLossPercentage": ZERO, "longQuantity": long, "settledLongQuantity": ZERO,
        "settledShortQuantity": ZERO,
        "instrument": {"assetType": ASSETS[row.type], "cusip": cusip(row), "symbol": row.symbol, "netChange": ZERO},
        "marketValue": holding.quantity * quote.last * row.multiplier, "maintenanceRequirement": ZERO,
        "currentDayCost": ZERO,
    }  # fmt: skip


def balances(cash: Decimal, equity: Decimal, free: Decimal) -> dict[str, Any]:
    """Money as it stands."""
    return {
        "accruedInterest": ZERO, "cashBalance": cash, "cashReceipts": ZERO, "longOptionMarketValue": ZERO,
        "liquidationValue": equity, "longMarketValue": ZERO, "moneyMarketFund": ZERO, "savings": ZERO,
        "shortMarketValue": ZERO, "pendingDeposits": ZERO, "mutualFundValue": ZERO, "bondValue": ZERO,
        "shortOptionMarketValue": ZERO, "availableFunds": free, "availableFundsNonMarginableTrade": free,
        "buyingPower": free, "buyingPowerNonMarginableTrade": free, "dayTradingBuyingPower": free, "equity": equity,
        "equityPercentage": 100, "longMarginValue": ZERO, "maintenanceCall": ZERO, "maintenanceRequirement": ZERO,
        "marginBalance": ZERO, "regTCall": ZERO, "shortBalance": ZERO, "shortMarginValue": ZERO, "sma": ZERO,
    }  # fmt: skip


def cusip(row: Listed) -> str:
    """A CUSIP that is always the same for the same symbol."""
    return row.extra.get("cusip") or f"0{hashlib.sha256(row.symbol.encode()).hexdigest()[:8].upper()}"


def listed(row: Listed) -> dict[str, Any]:
    """A row of the list."""
    return {"cusip": cusip(row), "symbol": row.symbol, "description": row.name or row.symbol,
            "exchange": row.exchange or "NASDAQ", "assetType": row.extra.get("asset", "EQUITY")}  # fmt: skip


def quoted(row: Listed, quote: Quote) -> dict[str, Any]:
    """The newest of one symbol by REST."""
    at = milliseconds(quote.occurred_at)
    return {
        "assetMainType": ASSETS[row.type], "quoteType": "NBBO", "realtime": True, "ssid": 1, "symbol": row.symbol,
        "quote": {
            "askPrice": quote.ask, "askSize": quote.ask_quantity, "askTime": at, "bidPrice": quote.bid,
            "bidSize": quote.bid_quantity, "bidTime": at, "closePrice": quote.previous_close or ZERO,
            "highPrice": quote.last, "lastPrice": quote.last, "lastSize": 100, "lowPrice": quote.last,
            "mark": quote.mid, "netChange": ZERO, "openPrice": quote.open or ZERO, "quoteTime": at,
            "securityStatus": "Normal", "totalVolume": quote.volume, "tradeTime": at,
        },
    }  # fmt: skip


def expiration(day: date, symbol: str, today: date) -> dict[str, Any]:
    """A day on which options expire."""
    return {"expirationDate": day.isoformat(), "daysToExpiration": (day - today).days, "expirationType": "S",
            "settlementType": "P", "optionRoots": symbol, "standard": True}  # fmt: skip


def optioned(row: Listed, quote: Quote, days: int) -> dict[str, Any]:
    """An option of a chain."""
    at = milliseconds(quote.occurred_at)
    return {
        "putCall": row.right.upper(), "symbol": row.symbol, "description": row.name or row.symbol, "exchangeName": "OPR",
        "bid": quote.bid, "ask": quote.ask, "last": quote.last, "mark": quote.mid, "bidSize": quote.bid_quantity,
        "askSize": quote.ask_quantity, "lastSize": 0, "openPrice": ZERO, "closePrice": quote.previous_close or ZERO,
        "totalVolume": quote.volume, "quoteTimeInLong": at, "tradeTimeInLong": at, "volatility": 20.5, "delta": 0.5,
        "gamma": 0.01, "theta": -0.02, "vega": 0.1, "rho": 0.05, "openInterest": 10, "strikePrice": row.strike,
        "expirationDate": f"{row.expiry}T20:00:00.000+00:00", "daysToExpiration": days, "expirationType": "S",
        "multiplier": row.multiplier, "settlementType": "P", "deliverableNote": f"100 {row.underlying}",
        "optionRoot": row.symbol[:6].strip(), "exerciseType": "A", "nonStandard": row.extra.get("non_standard") == "yes",
        "inTheMoney": False, "mini": row.extra.get("mini") == "yes", "pennyPilot": True,
    }  # fmt: skip


def ticked(row: Listed, quote: Quote) -> dict[str, Any]:
    """Every price of a symbol under the stream's numbers: a share's sizes are in lots."""
    at, close, opened = milliseconds(quote.occurred_at), quote.previous_close or ZERO, quote.open or ZERO
    if row.type == "option":
        return {"2": quote.bid, "3": quote.ask, "4": quote.last, "7": close, "8": quote.volume, "15": opened,
                "16": quote.bid_quantity, "17": quote.ask_quantity, "38": at, "39": at}  # fmt: skip
    lots = [size // 100 for size in (quote.bid_quantity, quote.ask_quantity)]
    return {"1": quote.bid, "2": quote.ask, "3": quote.last, "4": lots[0], "5": lots[1], "8": quote.volume,
            "12": close, "17": opened, "34": at, "35": at}  # fmt: skip
