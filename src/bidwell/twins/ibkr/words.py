"""How a Gateway writes things down: text fields that each end with a NUL, by the places that version 178 gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Execution, VenueOrder
from bidwell.twins.scenario import Listed

VERSION = 178
CONTRACT, PERMANENT = 265_000, 1_400_000_000
KINDS = {"equity": "STK", "future": "FUT", "option": "OPT"}
ACTIONS = {"BUY": Side.BUY, "SELL": Side.SELL}
TYPES = {"MKT": OrderType.MARKET, "LMT": OrderType.LIMIT, "STP": OrderType.STOP, "STP LMT": OrderType.STOP_LIMIT,
         "TRAIL": OrderType.TRAILING_STOP}  # fmt: skip
TYPE_WORDS = {kind: word for word, kind in TYPES.items()}
FORCES = {"DAY": TimeInForce.DAY, "GTC": TimeInForce.GTC, "GTD": TimeInForce.GTD, "IOC": TimeInForce.IOC,
          "FOK": TimeInForce.FOK}  # fmt: skip
FORCE_WORDS = {force: word for word, force in FORCES.items()}
STATUSES = {OrderStatus.WORKING: "Submitted", OrderStatus.FILLED: "Filled", OrderStatus.CANCELED: "Cancelled",
            OrderStatus.EXPIRED: "Cancelled", OrderStatus.REJECTED: "Inactive"}  # fmt: skip
STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
UNSET = "1.7976931348623157E308"
_OPTION = re.compile(r"([A-Z0-9]+)(\d{6}[CP]\d{8})")

OPEN_ORDER = (
    "orderId", "conId", "symbol", "secType", "expiry", "strike", "right", "multiplier", "exchange", "currency", "localSymbol",
    "tradingClass", "action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif", "ocaGroup", "account", "openClose",
    "origin", "orderRef", "clientId", "permId", "outsideRth", "hidden", "discretionaryAmt", "goodAfterTime", "shares", "faGroup",
    "faMethod", "faPercentage", "modelCode", "goodTillDate", "rule80A", "percentOffset", "settlingFirm", "shortSaleSlot",
    "designatedLocation", "exemptCode", "auctionStrategy", "startingPrice", "stockRefPrice", "delta", "rangeLower", "rangeUpper",
    "displaySize", "blockOrder", "sweepToFill", "allOrNone", "minQty", "ocaType", "eTradeOnly", "firmQuoteOnly", "nbboPriceCap",
    "parentId", "triggerMethod", "volatility", "volatilityType", "deltaNeutralOrderType", "deltaNeutralAuxPrice",
    "continuousUpdate", "referencePriceType", "trailStopPrice", "trailingPercent", "basisPoints", "basisPointsType", "comboLegs",
    "legs", "orderLegs", "smartParams", "scaleInitLevelSize", "scaleSubsLevelSize", "scalePriceIncrement", "hedgeType",
    "optOutSmartRouting", "clearingAccount", "clearingIntent", "notHeld", "deltaNeutral", "algoStrategy", "solicited", "whatIf",
    "status", "initMarginBefore", "maintMarginBefore", "equityWithLoanBefore", "initMarginChange", "maintMarginChange",
    "equityWithLoanChange", "initMarginAfter", "maintMarginAfter", "equityWithLoanAfter", "commission", "minCommission",
    "maxCommission", "commissionCurrency", "warningText", "randomizeSize", "randomizePrice", "conditions", "adjustedOrderType",
    "triggerPrice", "trailStopPrice2", "lmtPriceOffset", "adjustedStopPrice", "adjustedStopLimitPrice", "adjustedTrailingAmount",
    "adjustableTrailingUnit", "tierName", "tierValue", "tierShown", "cashQty", "noAutoPriceForHedge", "isOmsContainer",
    "discretionaryUpToLimitPrice", "usePriceMgmtAlgo", "duration", "postToAts", "autoCancelParent", "minTradeQty",
    "minCompeteSize", "competeAgainstBestOffset", "midOffsetAtWhole", "midOffsetAtHalf",
)  # fmt: skip
COMPLETED_ORDER = (
    "conId", "symbol", "secType", "expiry", "strike", "right", "multiplier", "exchange", "currency", "localSymbol",
    "tradingClass", "action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif", "ocaGroup", "account", "openClose",
    "origin", "orderRef", "permId", "outsideRth", "hidden", "discretionaryAmt", "goodAfterTime", "faGroup", "faMethod",
    "faPercentage", "modelCode", "goodTillDate", "rule80A", "percentOffset", "settlingFirm", "shortSaleSlot",
    "designatedLocation", "exemptCode", "startingPrice", "stockRefPrice", "delta", "rangeLower", "rangeUpper", "displaySize",
    "sweepToFill", "allOrNone", "minQty", "ocaType", "triggerMethod", "volatility", "volatilityType", "deltaNeutralOrderType",
    "deltaNeutralAuxPrice", "continuousUpdate", "referencePriceType", "trailStopPrice", "trailingPercent", "comboLegs", "legs",
    "orderLegs", "smartParams", "scaleInitLevelSize", "scaleSubsLevelSize", "scalePriceIncrement", "hedgeType",
    "clearingAccount", "clearingIntent", "notHeld", "deltaNeutral", "algoStrategy", "solicited", "status", "randomizeSize",
    "randomizePrice", "conditions", "trailStopPrice2", "lmtPriceOffset", "cashQty", "noAutoPriceForHedge", "isOmsContainer",
    "autoCancelDate", "filledQuantity", "refFuturesConId", "autoCancelParent", "shareholder", "imbalanceOnly",
    "routeMarketableToBbo", "parentPermId", "completedTime", "completedStatus", "minTradeQty", "minCompeteSize",
    "competeAgainstBestOffset", "midOffsetAtWhole", "midOffsetAtHalf",
)  # fmt: skip
_NONE_OF = {"legs": "0", "orderLegs": "0", "smartParams": "0", "deltaNeutral": "0", "conditions": "0", "origin": "0",
            "outsideRth": "0", "hidden": "0", "whatIf": "0", "solicited": "0", "scalePriceIncrement": UNSET,
            "commission": UNSET, "cashQty": UNSET, "parentId": "0"}  # fmt: skip


def message(*fields: object) -> bytes:
    """A message's body."""
    return "".join(f"{plain(each)}\0" for each in fields).encode()


def plain(value: object) -> str:
    """A field: figures without exponents, truth as 1 and 0, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def by_place(places: Sequence[str], given: dict[str, object]) -> list[object]:
    """Fields in their places; a name that has none is a mistake of the twin's."""
    unknown = set(given) - set(places)
    if unknown:
        raise KeyError(f"a message has no place for {sorted(unknown)}")
    return [given.get(place, _NONE_OF.get(place, "")) for place in places]


def error(about: int, code: int, text: str) -> bytes:
    """An error, a warning or a notice."""
    return message(4, 2, about, code, text, "")


def stamp(at: datetime) -> str:
    """A time with its zone."""
    return f"{at:%Y%m%d %H:%M:%S} UTC"


def contract_id(index: int) -> int:
    """The number of the scenario's contract at a place."""
    return CONTRACT + index


def permanent_id(venue_id: str) -> int:
    """The venue's P00000042 as an order's permanent number."""
    return PERMANENT + int(venue_id[1:])


def venue_id(permanent: int) -> str:
    """The venue's id behind a permanent number."""
    return f"P{permanent - PERMANENT:08d}"


def contract(row: Listed, con_id: int) -> dict[str, object]:
    """A contract as it is named with orders, executions and positions."""
    kind = KINDS[row.type]
    option = _OPTION.fullmatch(row.symbol)
    return {
        "conId": con_id, "symbol": (row.underlying or row.symbol) if kind != "STK" else row.symbol, "secType": kind,
        "expiry": f"{row.expiry:%Y%m%d}" if row.expiry else "", "strike": row.strike if kind == "OPT" else "0",
        "right": {"call": "C", "put": "P"}[row.right] if kind == "OPT" else "0" if kind == "FUT" else "",
        "multiplier": row.multiplier if kind != "STK" else "", "exchange": row.exchange if kind == "FUT" else "SMART",
        "currency": row.currency,
        "localSymbol": f"{option[1]:<6}{option[2]}" if option and kind == "OPT" else row.symbol,
        "tradingClass": row.underlying if kind == "FUT" else option[1] if option and kind == "OPT" else "NMS",
    }  # fmt: skip


def details(request: str, row: Listed, con_id: int) -> bytes:
    """A contract with its terms."""
    named = contract(row, con_id)
    last = f"{named['expiry']} 13:00 US/Central" if row.expiry else ""
    month = row.extra.get("month") or (f"{row.expiry:%Y%m}" if row.expiry else "")
    return message(
        10, request, named["symbol"], named["secType"], last, named["strike"], named["right"], named["exchange"],
        named["currency"], named["localSymbol"], named["tradingClass"], named["tradingClass"], con_id, row.tick,
        named["multiplier"], "ACTIVETIM,LMT,MKT,STP", named["exchange"], row.extra.get("magnifier", "1"), 0, row.name,
        "" if row.type == "future" else row.exchange, month, "", "", "", "US/Eastern",
        "20261123:0400-20261123:2000", "20261123:0930-20261123:1600", "", "", 0, 1, row.underlying,
        "STK" if row.type == "option" else "", "26", named["expiry"], "COMMON" if row.type == "equity" else "", 1, 1, 1,
    )  # fmt: skip


def option_parameters(request: str, exchange: str, con_id: str, trading_class: str, rows: Sequence[Listed]) -> bytes:
    """Days and strikes of a class of options at an exchange."""
    days = sorted({f"{row.expiry:%Y%m%d}" for row in rows})
    strikes = sorted({row.strike for row in rows})
    return message(
        75, request, exchange, con_id, trading_class, rows[0].multiplier, len(days), *days, len(strikes), *strikes
    )


def terms(held: VenueOrder) -> dict[str, object]:
    """What an order is to do."""
    trail = held.trail_amount if held.order_type is OrderType.TRAILING_STOP else held.stop_price
    return {
        "action": str(held.side), "totalQuantity": held.quantity, "orderType": TYPE_WORDS[held.order_type],
        "lmtPrice": held.limit_price if held.limit_price is not None else "0.0",
        "auxPrice": trail if trail is not None else "0.0", "tif": FORCE_WORDS[held.time_in_force], "account": held.account,
        "permId": permanent_id(held.broker_order_id),
        "trailingPercent": held.trail_percent if held.trail_percent is not None else UNSET,
        "goodTillDate": stamp(held.expires_at) if held.expires_at is not None else "",
    }  # fmt: skip


def execution(request: int, held: VenueOrder, done: Execution, named: dict[str, object], client: int, number: int,
              ref: str, cumulative: Decimal) -> bytes:  # fmt: skip
    """A fill."""
    return message(
        11, request, number, *(named[each] for each in (
            "conId", "symbol", "secType", "expiry", "strike", "right", "multiplier", "exchange", "currency", "localSymbol",
            "tradingClass")),
        execution_id(done), stamp(done.at), held.account, named["exchange"], "BOT" if held.side is Side.BUY else "SLD",
        done.quantity, done.price, permanent_id(held.broker_order_id), client, 0, cumulative, done.price, ref, "", "", "", 1, 0,
    )  # fmt: skip


def commission(done: Execution) -> bytes:
    """What a fill cost."""
    return message(59, 1, execution_id(done), done.fee, done.fee_currency, UNSET, UNSET, "")


def execution_id(done: Execution) -> str:
    """A fill's id; the last part counts its corrections."""
    return f"0000e0d5.{done.execution_id}.01.01"
