"""What Fyers' error codes and texts mean: data, enumerated by a test and in docs/brokers/fyers.md.

An answer says `s` and a code, whatever its HTTP status. -99 stands for many reasons, which only the text tells apart.
Codes beside -15, -16, -99, -300, -437 and -501 are unconfirmed.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_LOGIN = Verdict(Kind.LOGIN, "-16", "Fyers does not take this login any more: it ends each day; log in again.")
_THROTTLED = Verdict(Kind.THROTTLED, "-429", "Fyers takes no more requests for a moment: 10 a second and 200 a minute are "
                     "allowed.")  # fmt: skip
_REFUSED = Verdict(Kind.REJECTED_RULE, "-99", "Fyers refused the order.")
_INPUT = Verdict(Kind.REJECTED_INPUT, "-50", "Fyers cannot work a request with these fields.")
_NO_ORDER = Verdict(Kind.NOT_FOUND, "-51", "Fyers has no such order.")
_NO_ACCESS = Verdict(Kind.PERMISSION, "http_403", "This app may not do that at Fyers: look at its permissions and the "
                     "registered address there.")  # fmt: skip

CODES = {
    each.code: each
    for each in (
        _LOGIN, _THROTTLED, _REFUSED, _INPUT, _NO_ORDER,
        Verdict(Kind.LOGIN, "-8", "The day's login at Fyers has ended: log in again."),
        Verdict(Kind.LOGIN, "-15", "Fyers does not take this access token: log in again."),
        Verdict(Kind.LOGIN, "-17", "The access token has ended: log in again."),
        Verdict(Kind.NOT_FOUND, "-53", "Fyers has no such position."),
        Verdict(Kind.REJECTED_INPUT, "-300", "Fyers does not list this symbol."),
        Verdict(Kind.REJECTED_INPUT, "-310", "Fyers does not list this instrument."),
        Verdict(Kind.PERMISSION, "-352", "Fyers does not know this app ID: enter it again."),
        Verdict(Kind.LOGIN, "-437", "Fyers does not take this auth code: it is good once and for minutes; log in again."),
        Verdict(Kind.LOGIN, "-501", "Fyers does not renew this login any more: log in again."),
    )
}  # fmt: skip

# Unconfirmed: no source quotes these texts; without them the code speaks.
TEXTS = (
    ("margin shortfall", Verdict(Kind.REJECTED_FUNDS, "-99", "The margin at Fyers does not reach.")),
    ("insufficient fund", Verdict(Kind.REJECTED_FUNDS, "-99", "The funds at Fyers do not reach.")),
    ("insufficient holding", Verdict(Kind.REJECTED_FUNDS, "-99", "Not that many are held at Fyers to be sold.")),
    ("market is closed", Verdict(Kind.MARKET_CLOSED, "-99", "The market is closed for this kind of order.")),
    ("order not found", _NO_ORDER),
)

STATUSES = {
    400: Verdict(Kind.REJECTED_INPUT, "http_400", "Fyers could not read the request and does not say why."),
    401: _LOGIN,
    403: _NO_ACCESS,
    404: _NO_ORDER,
    429: _THROTTLED,
}

VENDOR = Vendor("Fyers", CODES, TEXTS, STATUSES)

STREAM_ERRORS = {
    51001: Verdict(Kind.PERMISSION, "51001", "The plan at Fyers allows fewer symbols on the price stream."),
}
"""Codes of the price stream's own messages."""
