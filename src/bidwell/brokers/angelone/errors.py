"""What Angel One's error codes and texts mean: data, enumerated by a test and in docs/brokers/angelone.md.

HTTP is 200 even for most failures; the envelope's code tells. Orders that its risk system or an exchange rejects are
taken in first, and rejected by their status with a text.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_TOKEN = "Angel One does not take this session any more; the desk logs in anew."  # noqa: S105 - a sentence
_NOBODY = Verdict(Kind.LOGIN, "AB1007", "Angel One does not know this client code, PIN or API key: enter them again.")
_OTP = Verdict(Kind.LOGIN, "AB1050", "Angel One refused the one-time password: check the TOTP secret and this machine's "
               "clock.")  # fmt: skip
_BLOCKED = Verdict(Kind.PERMISSION, "AB1007", "Angel One has blocked this client for trading by API: ask its support.")
_INTERNAL = "Angel One has trouble of its own; what was asked is looked up."
_THROTTLED = Verdict(Kind.THROTTLED, "rate", "Angel One takes no more requests of this kind for a moment.")
_TAG = Verdict(Kind.REJECTED_INPUT, "AB4008", "Angel One takes order tags of at most 20 characters.")
_CAUTION = Verdict(Kind.REJECTED_RULE, "AB4036", "The exchange lists this instrument as cautionary: Angel One takes no "
                   "order for it by API.")  # fmt: skip
_UNDOCUMENTED = Verdict(Kind.UNKNOWN, "undocumented", "Angel One refused it in words that it does not document.")

CODES = {
    each.code: each
    for each in (
        Verdict(Kind.LOGIN, "AG8001", _TOKEN), Verdict(Kind.LOGIN, "AG8002", _TOKEN),
        Verdict(Kind.LOGIN, "AG8003", _TOKEN), Verdict(Kind.LOGIN, "AB1010", _TOKEN), _NOBODY, _OTP,
        Verdict(Kind.DOWN, "AB1004", _INTERNAL), Verdict(Kind.DOWN, "AB2001", _INTERNAL), _TAG, _CAUTION,
    )
}  # fmt: skip

TEXTS = (
    ("blocked for trading", _BLOCKED),
    ("exceeding access rate", _THROTTLED),
    ("ordertag length", _TAG),
    ("cautionary listing", _CAUTION),
    ("tick size", Verdict(Kind.REJECTED_INPUT, "tick", "The price is not on the exchange's price steps.")),
    ("order not found", Verdict(Kind.NOT_FOUND, "not_found", "Angel One has no such order.")),
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
