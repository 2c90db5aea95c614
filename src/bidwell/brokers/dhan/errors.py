"""What Dhan's error codes and texts mean: data, enumerated by a test and in docs/brokers/dhan.md.

DH-905 and DH-906 stand for many reasons, which only the text tells apart.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_LOGIN = Verdict(Kind.LOGIN, "DH-901", "Dhan does not take this access token: it lasts 24 hours and ends when another is "
                 "made; enter a new one.")  # fmt: skip
_DOWN = Verdict(Kind.DOWN, "DH-908", "Dhan has trouble of its own; what was asked is looked up.")
_THROTTLED = Verdict(Kind.THROTTLED, "DH-904", "Dhan takes no more requests for a moment: 10 orders a second and 250 a "
                     "minute are allowed.")  # fmt: skip
_INPUT = Verdict(Kind.REJECTED_INPUT, "DH-905", "Dhan cannot work a request with these fields.")
_REFUSED = Verdict(Kind.REJECTED_RULE, "DH-906", "Dhan refused the order.")
_NONE = Verdict(Kind.NOT_FOUND, "DH-907", "Dhan has nothing under this name.")
_NO_ACCESS = Verdict(Kind.PERMISSION, "DH-902", "This login has no access to Dhan's trading or data: subscribe to it "
                     "there, and register this machine's address for orders.")  # fmt: skip

CODES = {
    each.code: each
    for each in (
        _LOGIN, _NO_ACCESS, _THROTTLED, _INPUT, _REFUSED, _NONE, _DOWN,
        Verdict(Kind.PERMISSION, "DH-903", "The account at Dhan may not do this: activate the segment there."),
        Verdict(Kind.DOWN, "DH-909", "Dhan could not reach its own back end; what was asked is looked up."),
        Verdict(Kind.DOWN, "DH-910", "Dhan failed for a reason that it does not name; what was asked is looked up."),
        Verdict(Kind.NOT_FOUND, "DH-1111", "The account holds nothing at Dhan."),
        # Of market data.
        Verdict(Kind.DOWN, "800", "Dhan's market data has trouble of its own."),
        Verdict(Kind.REJECTED_INPUT, "804", "More instruments were asked for at once than Dhan allows."),
        Verdict(Kind.THROTTLED, "805", "Too many requests or connections for market data at Dhan."),
        Verdict(Kind.PERMISSION, "806", "The account has no market data plan at Dhan: subscribe to Data APIs there."),
        Verdict(Kind.LOGIN, "807", "The access token has ended: enter a new one."),
        Verdict(Kind.LOGIN, "808", "Dhan's market data did not take the login: enter the access token again."),
        Verdict(Kind.LOGIN, "809", "Dhan's market data does not take this access token: enter a new one."),
        Verdict(Kind.LOGIN, "810", "Dhan's market data does not know this client ID: enter it again."),
        Verdict(Kind.REJECTED_INPUT, "811", "Dhan does not list this expiry."),
        Verdict(Kind.REJECTED_INPUT, "812", "Dhan could not read the date."),
        Verdict(Kind.REJECTED_INPUT, "813", "Dhan does not list this security."),
        Verdict(Kind.REJECTED_INPUT, "814", "Dhan could not read the request for market data."),
    )
}  # fmt: skip

# Unconfirmed: no source quotes these texts; without them the code speaks.
TEXTS = (
    ("insufficient fund", Verdict(Kind.REJECTED_FUNDS, "DH-906", "The funds at Dhan do not reach.")),
    ("insufficient margin", Verdict(Kind.REJECTED_FUNDS, "DH-906", "The margin at Dhan does not reach.")),
    ("insufficient holding", Verdict(Kind.REJECTED_FUNDS, "DH-906", "Not that many are held at Dhan to be sold.")),
    ("fund limits not ready", Verdict(Kind.MARKET_CLOSED, "DH-906",
     "Dhan has not opened the day's funds yet: try again shortly before the market opens.")),
    ("market is closed", Verdict(Kind.MARKET_CLOSED, "DH-906", "The market is closed for this kind of order.")),
    ("kill switch", Verdict(Kind.PERMISSION, "DH-906", "Dhan's kill switch is on: no order passes until it is off.")),
    ("invalid ip", Verdict(Kind.PERMISSION, "DH-905", "Dhan takes orders from the registered address only.")),
    ("order not found", _NONE),
)  # fmt: skip

STATUSES = {
    400: Verdict(Kind.REJECTED_INPUT, "http_400", "Dhan could not read the request and does not say why."),
    401: _LOGIN,
    403: _NO_ACCESS,
    404: _NONE,
    429: _THROTTLED,
}

VENDOR = Vendor("Dhan", CODES, TEXTS, STATUSES)
