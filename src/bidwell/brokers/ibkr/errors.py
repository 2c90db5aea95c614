"""What a Gateway's codes mean; every one that is documented, and some more that are marked unconfirmed on the page."""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

IN_USE, CANCELED, REJECTED = 326, 202, 201
TAKEN_NUMBER, NO_SUCH_ORDER, TOO_FAST, NO_DATA, TOO_MANY_LINES = 103, 10147, 100, 162, 101
OFF_TICK, VALIDATION = 110, 321
UNREAD = -2
"""Ours: a message of a kind that is not documented."""
READ_ONLY = "read-only"
PACING = "pacing"

LOST, BACK_WITHOUT, BACK_WITH, BROKEN = 1100, 1101, 1102, 2110
AWAY = frozenset({LOST, BROKEN})
BACK = frozenset({BACK_WITHOUT, BACK_WITH})
INFORMING = frozenset({2100, 2104, 2106, 2107, 2108, 2119, 2158})
"""Notices that say that all is well, or that a data farm rests until it is needed."""
WARNINGS = frozenset({399, 404, 2109, 2137, 10167})
"""Said of an order or a stream that goes on."""
NOT_CANCELED = frozenset({135, 136, 161, NO_SUCH_ORDER, 10148, 10149})


def _row(kind: Kind, code: int, sentence: str, pause: float | None = None) -> tuple[str, Verdict]:
    return str(code), Verdict(kind, str(code), sentence, pause=pause)


READ_ONLY_SETTING = "The Gateway's API is read-only: in its settings, API, switch “Read-Only API” off, then send again."
MUTE_GATEWAY = (
    "The Gateway took the call and says nothing: see whether it shows a login or a question, and answer it there."
)
NO_GATEWAY = "The Gateway ended the conversation before it began: log in to it, and let this computer in (Trusted IPs)."

CODES = dict((
    _row(Kind.THROTTLED, TOO_FAST, "More than 50 messages a second went to the Gateway: it ends the connection if they go on.",
         1.0),
    _row(Kind.THROTTLED, TOO_MANY_LINES, "The account has no more market data lines: about 100 instruments can be followed.",
         60.0),
    _row(Kind.DUPLICATE, TAKEN_NUMBER, "The number of this order was used before at Interactive Brokers: it was not taken."),
    _row(Kind.REJECTED_RULE, 104, "A filled order cannot be changed."),
    _row(Kind.REJECTED_RULE, 105, "What was changed of the order cannot be changed."),
    _row(Kind.REJECTED_RULE, 106, "Interactive Brokers could not send this order on."),
    _row(Kind.REJECTED_INPUT, 107, "Interactive Brokers misses a part of this order."),
    _row(Kind.REJECTED_INPUT, 109, "The price is too far from the market for Interactive Brokers."),
    _row(Kind.REJECTED_INPUT, OFF_TICK, "The price does not lie on the instrument's tick."),
    _row(Kind.REJECTED_INPUT, 111, "This time in force does not go with this order type."),
    _row(Kind.NOT_FOUND, 135, "Interactive Brokers has no order under this number."),
    _row(Kind.NOT_FOUND, 136, "An order of another connection cannot be canceled from here."),
    _row(Kind.REJECTED_RULE, 161, "The order is in no state in which it could be canceled."),
    _row(Kind.NOT_FOUND, NO_DATA, "Interactive Brokers has no such history."),
    _row(Kind.NOT_FOUND, 200, "Interactive Brokers knows no such instrument."),
    _row(Kind.REJECTED_RULE, REJECTED, "Interactive Brokers rejected the order."),
    _row(Kind.REJECTED_RULE, CANCELED, "The order was canceled."),
    _row(Kind.REJECTED_RULE, 203, "The account may not trade this instrument."),
    _row(Kind.REJECTED_INPUT, VALIDATION, "Interactive Brokers did not take the request as it was written."),
    _row(Kind.LOGIN, IN_USE, "The client id is in use: choose another one for the desk, or end the other connection."),
    _row(Kind.REJECTED_INPUT, 329, "The order cannot be given this other type."),
    _row(Kind.PERMISSION, 354, "The account has no subscription to this market's data: subscribe to it in Client Portal."),
    _row(Kind.REJECTED_RULE, 399, "Interactive Brokers says of the order:"),
    _row(Kind.REJECTED_RULE, 404, "No shares can be borrowed at the moment: the order waits."),
    _row(Kind.DOWN, 502, "The Gateway cannot be reached."),
    _row(Kind.DOWN, 504, "The Gateway is not connected."),
    _row(Kind.DOWN, LOST, "The Gateway lost its connection to Interactive Brokers: it comes back by itself."),
    _row(Kind.DOWN, BACK_WITHOUT, "The Gateway is connected to Interactive Brokers again; streams begin anew."),
    _row(Kind.DOWN, BACK_WITH, "The Gateway is connected to Interactive Brokers again."),
    _row(Kind.DOWN, 1300, "The Gateway closes this port: it was given another one."),
    _row(Kind.DOWN, BROKEN, "The Gateway has no connection to Interactive Brokers: it comes back by itself."),
    _row(Kind.REJECTED_RULE, 2109, "“Outside regular hours” was left out of the order."),
    _row(Kind.REJECTED_RULE, 2137, "The order would cross the position's side."),
    _row(Kind.NOT_FOUND, NO_SUCH_ORDER, "Interactive Brokers has no such order to cancel."),
    _row(Kind.REJECTED_RULE, 10148, "The order cannot be canceled any more."),
    _row(Kind.REJECTED_RULE, 10149, "The order cannot be canceled as it was asked."),
    _row(Kind.PERMISSION, 10167, "Market data of this instrument is delayed: the desk does not trade on it."),
    _row(Kind.PERMISSION, 10197, "Another session of this user has the market data."),
))  # fmt: skip

TEXTS = (
    (READ_ONLY, Verdict(Kind.PERMISSION, "read_only", READ_ONLY_SETTING)),
    ("pacing violation", Verdict(Kind.THROTTLED, str(NO_DATA), "History was asked for too often: about 60 times in 10 minutes.", pause=60.0)),
    ("margin", Verdict(Kind.REJECTED_FUNDS, str(REJECTED), "The margin at Interactive Brokers does not reach.")),
    ("available funds", Verdict(Kind.REJECTED_FUNDS, str(REJECTED), "The funds at Interactive Brokers do not reach.")),
    ("exchange is closed", Verdict(Kind.MARKET_CLOSED, str(REJECTED), "The market is closed for this order.")),
)  # fmt: skip

VENDOR = Vendor("Interactive Brokers", CODES, TEXTS)


def judge(code: int, text: str) -> Verdict:
    """What a code means; one that is in no table is named as such, and decides nothing by itself."""
    found = VENDOR.judge(0, str(code), text)
    if found.kind is not Kind.UNKNOWN:
        return found
    return Verdict(Kind.UNKNOWN, str(code), f"Interactive Brokers says {code}, which the desk does not know.", text)
