"""What Angel One's error codes and texts mean: data, enumerated by a test and in docs/brokers/angelone.md.

HTTP is 200 even for most failures; the envelope's code tells. Orders that its risk system or an exchange rejects are
taken in first, and rejected by their status with a text.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_TOKEN = "Angel One does not take this session any more; the desk logs in anew."  # noqa: S105 - a sentence
_WHO = "Angel One does not know this client code, PIN or API key: enter them again."
_OTP = "Angel One refused the one-time password: check the TOTP secret and this machine's clock."
_BLOCKED = "Angel One has blocked this client for trading by API: ask its support."
_INTERNAL = "Angel One has trouble of its own; what was asked is looked up."
_NOTHING = "Angel One has nothing under this name."
_THROTTLED = Verdict(Kind.THROTTLED, "rate", "Angel One takes no more requests of this kind for a moment.")
_TAG = "Angel One takes order tags of at most 20 characters."
_CAUTION = "The exchange lists this instrument as cautionary: Angel One takes no order for it by API."
_UNDOCUMENTED = Verdict(Kind.UNKNOWN, "undocumented", "Angel One refused it in words that it does not document.")

UNKNOWN_SYMBOL = "AB1009"

_BY_KIND: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
    (Kind.LOGIN, _TOKEN, ("AG8001", "AG8002", "AG8003", "AB8050", "AB8051", "AB1010", "AB1011")),
    (Kind.LOGIN, _WHO, ("AB1000", "AB1001", "AB1002", "AB1007", "AB1031", "AB1032")),
    (Kind.LOGIN, _OTP, ("AB1050",)),
    (Kind.PERMISSION, _BLOCKED, ("AB1006",)),
    (Kind.PERMISSION, "Angel One takes API calls of users only: look at the type of this login.", ("AB1005",)),
    # What it could not tell, it may have done.
    (Kind.DOWN, _INTERNAL, ("AB1004", "AB1018", "AB2000", "AB2001")),
    (Kind.REJECTED_INPUT, "Angel One does not know this variety of orders.", ("AB1008",)),
    (Kind.REJECTED_INPUT, "Angel One does not know this instrument: list it again.", (UNKNOWN_SYMBOL,)),
    (Kind.REJECTED_INPUT, "Angel One does not take this product for the instrument.", ("AB1012",)),
    (Kind.REJECTED_INPUT, _TAG, ("AB4008",)),
    (Kind.NOT_FOUND, _NOTHING, ("AB1013", "AB1014", "AB1015", "AB1016")),
    (Kind.REJECTED_RULE, "Angel One did not convert the position.", ("AB1017",)),
    (Kind.REJECTED_RULE, "Angel One takes no bracket orders at the moment.", ("AB2002",)),
    (Kind.REJECTED_RULE, _CAUTION, ("AB4036",)),
)
CODES = {code: Verdict(kind, code, sentence) for kind, sentence, codes in _BY_KIND for code in codes}
"""AB1003 (client exists) alone of the published list is not here: it answers a registration, which the desk never asks."""

TEXTS = (
    ("blocked for trading", Verdict(Kind.PERMISSION, "AB1007", _BLOCKED)),
    ("exceeding access rate", _THROTTLED),
    ("ordertag length", Verdict(Kind.REJECTED_INPUT, "AB4008", _TAG)),
    ("cautionary listing", Verdict(Kind.REJECTED_RULE, "AB4036", _CAUTION)),
    ("tick size", Verdict(Kind.REJECTED_INPUT, "tick", "The price is not on the exchange's price steps.")),
    ("order not found", Verdict(Kind.NOT_FOUND, "not_found", _NOTHING)),
)

STATUSES = {
    200: _UNDOCUMENTED,
    401: Verdict(Kind.LOGIN, "http_401", _TOKEN),
    # Too many requests are answered so, with a body that is no JSON; a dead session is not.
    403: _THROTTLED,
    429: _THROTTLED,
}

VENDOR = Vendor("Angel One", CODES, TEXTS, STATUSES)

CHANGE_REFUSED = Verdict(Kind.REJECTED_RULE, "refused", "Angel One did not change the order.")
"""What a refusal without a documented code means for a cancel or a change: a plain no, and the order as it was."""

STREAM_ERRORS = {
    "E1001": Verdict(Kind.UNKNOWN, "E1001", "Angel One's price stream could not read what we said."),
    "E1002": Verdict(Kind.UNKNOWN, "E1002", "Angel One's price stream does not know this kind of exchange or token."),
}
"""Codes of the price stream, none of them confirmed; another one is told as it is."""
