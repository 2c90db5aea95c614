"""What the five exchanges' error codes mean: ../shared's codes with a sentence each, the library's classes for the rest.

A test enumerates both: every code that the library knows has its place in the tree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bidwell.brokers.transport import Kind, Vendor, Verdict

# The library's classes, the most special first; a class that is not here is that of its nearest parent.
CLASSES: dict[str, Kind] = {
    "DuplicateOrderId": Kind.DUPLICATE,
    "OrderNotFound": Kind.NOT_FOUND,
    "OrderNotCached": Kind.NOT_FOUND,
    "CancelPending": Kind.REJECTED_RULE,
    "InvalidOrder": Kind.REJECTED_INPUT,
    "InsufficientFunds": Kind.REJECTED_FUNDS,
    "AccountSuspended": Kind.PERMISSION,
    "PermissionDenied": Kind.PERMISSION,
    "AuthenticationError": Kind.LOGIN,
    "MarketClosed": Kind.MARKET_CLOSED,
    "OperationRejected": Kind.REJECTED_RULE,
    "BadRequest": Kind.REJECTED_INPUT,
    "ArgumentsRequired": Kind.REJECTED_INPUT,
    "NotSupported": Kind.REJECTED_RULE,
    "InvalidNonce": Kind.REJECTED_RULE,
    "RateLimitExceeded": Kind.THROTTLED,
    "DDoSProtection": Kind.THROTTLED,
    # Whether the exchange did what was asked is unknown with these.
    "OperationFailed": Kind.DOWN,
}


def kind_of(error: BaseException | type[BaseException]) -> Kind:
    """What an error of the library means for the request that met it."""
    made = error if isinstance(error, type) else type(error)
    return next((CLASSES[each.__name__] for each in made.__mro__ if each.__name__ in CLASSES), Kind.UNKNOWN)


def _verdicts(title: str, table: dict[Kind, tuple[str, ...]]) -> dict[str, Verdict]:
    return {
        code: Verdict(kind, code, _SENTENCES[kind].format(title)) for kind, codes in table.items() for code in codes
    }


_SENTENCES = {
    Kind.REJECTED_FUNDS: "The free balance at {} does not reach.",
    Kind.REJECTED_RULE: "{} refused the order by a rule of the pair or the account.",
    Kind.REJECTED_INPUT: "{} cannot work an order with these terms.",
    Kind.DUPLICATE: "{} has an order under this id already.",
    Kind.NOT_FOUND: "{} has no such order.",
    Kind.LOGIN: "{} does not know this key, or not from this address: enter it again or make a new one.",
    Kind.PERMISSION: "The key may not do this at {}: give it the right to trade spot.",
    Kind.THROTTLED: "{} takes no more requests for a moment.",
    Kind.DOWN: "{} has trouble of its own; what was asked is looked up.",
    Kind.MARKET_CLOSED: "{} does not trade this pair at the moment.",
}
_CLOCK = "This machine's clock and {}'s differ: set it by a time server, then send again."


def _vendor(title: str, table: dict[Kind, tuple[str, ...]], clock: tuple[str, ...],
            texts: dict[str, Kind], statuses: dict[int, Kind]) -> Vendor:  # fmt: skip
    codes = _verdicts(title, table)
    codes |= {code: Verdict(Kind.REJECTED_RULE, code, _CLOCK.format(title)) for code in clock}
    return Vendor(
        title, codes,
        tuple((words, Verdict(kind, words, _SENTENCES[kind].format(title))) for words, kind in texts.items()),
        {status: Verdict(kind, f"http_{status}", _SENTENCES[kind].format(title)) for status, kind in statuses.items()},
    )  # fmt: skip


VENDORS: dict[str, Vendor] = {
    "binance": _vendor(
        "Binance",
        {
            Kind.THROTTLED: ("-1003", "-1015"), Kind.NOT_FOUND: ("-2011", "-2013"), Kind.LOGIN: ("-2014", "-2015", "-1022"),
            Kind.REJECTED_FUNDS: ("-2018", "-2019"), Kind.REJECTED_RULE: ("-2010",), Kind.DOWN: ("-1006", "-1007"),
            Kind.REJECTED_INPUT: ("-1013", "-1100", "-1102", "-1111", "-1121"), Kind.MARKET_CLOSED: ("-1131",),
        },
        ("-1021",),
        {"duplicate order sent": Kind.DUPLICATE, "insufficient balance": Kind.REJECTED_FUNDS,
         "market is closed": Kind.MARKET_CLOSED},
        {418: Kind.THROTTLED, 429: Kind.THROTTLED},
    ),
    "bybit": _vendor(
        "Bybit",
        {
            Kind.THROTTLED: ("10006", "10018"), Kind.NOT_FOUND: ("110001", "170213"),
            Kind.LOGIN: ("10003", "10004", "33004"), Kind.PERMISSION: ("10005", "10010"),
            Kind.REJECTED_FUNDS: ("110004", "110007", "110012", "170131"),
            Kind.DUPLICATE: ("110072", "170141", "12141"), Kind.DOWN: ("10016", "10000"),
        },
        ("10002",), {}, {403: Kind.THROTTLED, 429: Kind.THROTTLED},
    ),
    "okx": _vendor(
        "OKX",
        {
            Kind.THROTTLED: ("50011",), Kind.NOT_FOUND: ("51603", "51400", "51401", "51402"),
            Kind.REJECTED_FUNDS: ("51008",), Kind.DUPLICATE: ("51016",), Kind.LOGIN: ("50111", "50113", "50105", "50119"),
            Kind.DOWN: ("50001", "50004", "50013", "50026"),
        },
        ("50102",), {}, {429: Kind.THROTTLED},
    ),
    # A number that came too late proves that nothing was done: the order goes again with a new one.
    "kraken": _vendor(
        "Kraken", {}, (),
        {
            "rate limit exceeded": Kind.THROTTLED, "temporary lockout": Kind.THROTTLED, "insufficient funds": Kind.REJECTED_FUNDS,
            "unknown order": Kind.NOT_FOUND, "eapi:invalid key": Kind.LOGIN, "eapi:invalid signature": Kind.LOGIN,
            "permission denied": Kind.PERMISSION, "eapi:invalid nonce": Kind.THROTTLED, "eservice:": Kind.DOWN,
            "market in cancel_only mode": Kind.MARKET_CLOSED, "invalid price": Kind.REJECTED_INPUT,
        },
        {429: Kind.THROTTLED},
    ),
    "coinbase": _vendor(
        "Coinbase",
        {Kind.THROTTLED: ("rate_limit_exceeded",), Kind.REJECTED_FUNDS: ("INSUFFICIENT_FUND",)},
        (), {"timestamp expired": Kind.REJECTED_RULE, "insufficient": Kind.REJECTED_FUNDS, "not found": Kind.NOT_FOUND},
        {401: Kind.LOGIN, 403: Kind.PERMISSION, 404: Kind.NOT_FOUND, 429: Kind.THROTTLED},
    ),
}  # fmt: skip


# --- where an exchange writes its code -------------------------------------------------------------


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _binance(said: dict[str, Any]) -> tuple[str, str]:
    return _text(said.get("code")), _text(said.get("msg"))


def _bybit(said: dict[str, Any]) -> tuple[str, str]:
    return _text(said.get("retCode")), _text(said.get("retMsg"))


def _okx(said: dict[str, Any]) -> tuple[str, str]:
    rows = said.get("data")
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    if _text(first.get("sCode")) not in {"", "0"}:
        return _text(first.get("sCode")), _text(first.get("sMsg"))
    return _text(said.get("code")), _text(said.get("msg"))


def _kraken(said: dict[str, Any]) -> tuple[str, str]:
    errors = said.get("error")
    first = _text(errors[0]) if isinstance(errors, list) and errors else _text(errors or None)
    return first, first


def _coinbase(said: dict[str, Any]) -> tuple[str, str]:
    inner = said.get("error_response")
    told = inner if isinstance(inner, dict) else said
    words = (_text(told.get(name)) for name in ("message", "error_details", "preview_failure_reason"))
    return _text(told.get("error")), next((each for each in words if each), "")


_SAID: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "binance": _binance, "bybit": _bybit, "okx": _okx, "kraken": _kraken, "coinbase": _coinbase,
}  # fmt: skip


def said_in(exchange: str, parsed: object) -> tuple[str, str]:
    """The code and the words of an error in an answer; empty where there are none."""
    return _SAID[exchange](parsed) if isinstance(parsed, dict) else ("", "")


def refusal(exchange: str, parsed: object) -> Kind | None:
    """What an answer that the exchange calls its final word on an order means, whatever its code; None for others.

    ../shared: an OKX item with a code, an error list of Kraken's about an order, Coinbase's `success` false.
    """
    if not isinstance(parsed, dict):
        return None
    if exchange == "coinbase":
        results = parsed.get("results")
        if isinstance(results, list) and results and all(_inner(each, "success") is False for each in results):
            return Kind.NOT_FOUND
        return Kind.REJECTED_RULE if parsed.get("success") is False and "error_response" in parsed else None
    if exchange == "okx":
        rows = parsed.get("data")
        first = rows[0] if isinstance(rows, list) and rows else None
        return None if _text(_inner(first, "sCode")) in {"", "0"} else Kind.REJECTED_RULE
    if exchange == "kraken":
        return Kind.REJECTED_RULE if _kraken(parsed)[0].startswith("EOrder:") else None
    return None


def _inner(row: object, name: str) -> object:
    return row.get(name) if isinstance(row, dict) else None
