"""What Kite's errors mean: data, enumerated by a test and in docs/brokers/zerodha.md.

An error has a type; its HTTP status says whether it was the request (4xx) or Kite's own side (5xx), and a 5xx on an
order is in doubt whatever the type says.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_TOKEN = Verdict(
    Kind.LOGIN, "TokenException", "The day's login at Zerodha is over, or another login ended it: log in again."
)
_PERMISSION = Verdict(Kind.PERMISSION, "PermissionException", "This app at Zerodha may not do that: look at its plan and "
                      "at the outgoing address that is registered for orders.")  # fmt: skip
_USER = Verdict(
    Kind.PERMISSION, "UserException", "Something is the matter with this user at Zerodha: sign in at Kite and look."
)
_ORDER = Verdict(Kind.REJECTED_RULE, "OrderException", "Zerodha did not take the order, or cannot change it any more.")
_INPUT = Verdict(Kind.REJECTED_INPUT, "InputException", "Zerodha cannot work an order with these terms.")
_MARGIN = Verdict(Kind.REJECTED_FUNDS, "MarginException", "The funds at Zerodha do not reach.")
_HOLDING = Verdict(Kind.REJECTED_FUNDS, "HoldingException", "Not that many are held at Zerodha, free to sell.")
_NETWORK = Verdict(
    Kind.DOWN, "NetworkException", "Zerodha's order system cannot be reached; what was asked is looked up."
)
_DATA = Verdict(
    Kind.DOWN, "DataException", "Zerodha's own systems did not understand each other; what was asked is looked up."
)
_GENERAL = Verdict(Kind.DOWN, "GeneralException", "Zerodha has trouble of its own; what was asked is looked up.")
_THROTTLED = Verdict(Kind.THROTTLED, "429", "Zerodha takes no more requests for a moment: 10 orders a second and 200 a "
                     "minute are allowed.")  # fmt: skip
_NOT_FOUND = Verdict(Kind.NOT_FOUND, "404", "Zerodha has nothing under this name.")

CODES = {
    each.code: each
    for each in (_TOKEN, _PERMISSION, _USER, _ORDER, _INPUT, _MARGIN, _HOLDING, _NETWORK, _DATA, _GENERAL)
}

TEXTS = (
    ("couldn't find that", _NOT_FOUND),
    ("too many requests", _THROTTLED),
    ("insufficient funds", _MARGIN),
    ("margin exceeds", _MARGIN),
    ("markets are closed", Verdict(Kind.MARKET_CLOSED, "OrderException",
     "The market is closed: Zerodha takes this order again when it opens.")),
)  # fmt: skip
"""Words of messages, tried before the type; those of funds are recorded, the others are unconfirmed."""

STATUSES = {400: _INPUT, 403: _TOKEN, 404: _NOT_FOUND, 429: _THROTTLED}

VENDOR = Vendor("Zerodha", CODES, TEXTS, STATUSES)


def verdict(status: int, error_type: str, message: str) -> Verdict:
    """What an error means; a status of Kite's own side outweighs the type, and a throttle is one whatever its type."""
    if status >= 500:
        known = CODES.get(error_type)
        sentence = known.sentence if known is not None and known.kind is Kind.DOWN else _GENERAL.sentence
        return Verdict(Kind.DOWN, error_type or f"http_{status}", sentence, message)
    return VENDOR.judge(status, "" if status == 429 else error_type, message)
