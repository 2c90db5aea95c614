"""What Alpaca's error codes and texts mean: data, enumerated by a test and in docs/brokers/alpaca.md.

The first three digits of a code are the HTTP status. 40310000 and 42210000 stand for many reasons, which only the text
tells apart; the texts are those its public material and its clients' tests quote.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_BAD_KEY = Verdict(Kind.LOGIN, "40110000", "Alpaca does not know this key: paper and live have keys of their own; "
                   "enter it again or generate a new one.")  # fmt: skip
_FORBIDDEN = Verdict(Kind.REJECTED_RULE, "40310000", "Alpaca refused the order by a rule of the account.")
_NOT_FOUND = Verdict(Kind.NOT_FOUND, "40410000", "Alpaca has nothing under this name.")
_UNREADABLE = Verdict(Kind.REJECTED_INPUT, "42210000", "Alpaca cannot work an order with these terms.")
_THROTTLED = Verdict(
    Kind.THROTTLED, "42910000", "Alpaca takes no more requests for a moment: 200 a minute are allowed."
)
_DUPLICATE = Verdict(Kind.DUPLICATE, "40010001", "Alpaca has had an order under this id already.")
_DOWN = Verdict(Kind.DOWN, "50010000", "Alpaca has trouble of its own; what was asked is looked up.")

CODES = {
    each.code: each
    for each in (
        _BAD_KEY, _FORBIDDEN, _NOT_FOUND, _UNREADABLE, _THROTTLED, _DUPLICATE, _DOWN,
        Verdict(Kind.REJECTED_INPUT, "40010000", "Alpaca could not read the request."),
    )
}  # fmt: skip

TEXTS = (
    ("client_order_id must be unique", _DUPLICATE),
    ("insufficient buying power", Verdict(Kind.REJECTED_FUNDS, "40310000", "The buying power at Alpaca does not reach.")),
    ("insufficient qty", Verdict(Kind.REJECTED_FUNDS, "40310000",
     "Not that many are free to sell at Alpaca: open orders hold the rest.")),
    ("insufficient balance", Verdict(Kind.REJECTED_FUNDS, "40310000", "The balance at Alpaca does not reach.")),
    ("not allowed to short", Verdict(Kind.REJECTED_RULE, "40310000", "This account may not sell short at Alpaca.")),
    ("cannot be sold short", Verdict(Kind.REJECTED_RULE, "40310000", "Alpaca lends no shares of this to sell short.")),
    ("wash trade", Verdict(Kind.REJECTED_RULE, "40310000",
     "An order of yours on the other side would meet this one: cancel it first.")),
    ("pattern day trad", Verdict(Kind.REJECTED_RULE, "40310000",
     "The pattern day trader rule protects this account: below 25,000 USD of equity a fourth day trade is refused.")),
    ("trading is suspended", Verdict(Kind.PERMISSION, "40310000",
     "Trading is suspended in this account's settings at Alpaca.")),
    ("account is restricted", Verdict(Kind.PERMISSION, "40310000", "Alpaca has restricted this account: ask its support.")),
    ("options trading is not", Verdict(Kind.PERMISSION, "40310000",
     "The account has no options level at Alpaca: apply for one there.")),
    ("market is closed", Verdict(Kind.MARKET_CLOSED, "40310000", "The market is closed for this kind of order.")),
    ("sub-penny", Verdict(Kind.REJECTED_INPUT, "42210000",
     "Prices of a dollar and more go in cents, below that in hundredths of a cent.")),
    ("fractional orders must be", Verdict(Kind.REJECTED_INPUT, "42210000",
     "Fractions of a share go as day orders only.")),
    ("not fractionable", Verdict(Kind.REJECTED_INPUT, "42210000", "This instrument trades in whole units at Alpaca.")),
    ("not tradable", Verdict(Kind.REJECTED_RULE, "42210000", "Alpaca does not trade this instrument at the moment.")),
    ("is not active", Verdict(Kind.REJECTED_RULE, "42210000", "Alpaca does not trade this instrument any more.")),
    ("not cancelable", Verdict(Kind.REJECTED_RULE, "42210000", "The order can no longer be canceled.")),
    ("not replaceable", Verdict(Kind.REJECTED_RULE, "42210000", "The order can no longer be changed.")),
    ("asset not found", _NOT_FOUND),
    ("could not find asset", Verdict(Kind.REJECTED_INPUT, "42210000", "Alpaca does not know this symbol.")),
)  # fmt: skip

STATUSES = {
    400: CODES["40010000"],
    401: _BAD_KEY,
    403: _FORBIDDEN,
    404: _NOT_FOUND,
    422: _UNREADABLE,
    429: _THROTTLED,
}

VENDOR = Vendor("Alpaca", CODES, TEXTS, STATUSES)

STREAM_ERRORS = {
    400: Verdict(Kind.UNKNOWN, "400", "Alpaca's price stream could not read what we said."),
    401: Verdict(Kind.LOGIN, "401", "Alpaca's price stream wants a login first."),
    402: Verdict(Kind.LOGIN, "402", "Alpaca's price stream does not know this key."),
    403: Verdict(Kind.UNKNOWN, "403", "Alpaca's price stream was logged in to twice."),
    404: Verdict(Kind.DOWN, "404", "The login to Alpaca's price stream took too long."),
    405: Verdict(Kind.PERMISSION, "405", "The plan at Alpaca allows fewer symbols on the price stream."),
    406: Verdict(Kind.THROTTLED, "406", "Alpaca's price stream is open elsewhere with this key: it allows one."),
    407: Verdict(Kind.DOWN, "407", "We read Alpaca's price stream too slowly and were cut off."),
    409: Verdict(Kind.PERMISSION, "409", "The plan at Alpaca does not include this price stream."),
    410: Verdict(Kind.UNKNOWN, "410", "Alpaca's price stream does not offer what was asked."),
    500: Verdict(Kind.DOWN, "500", "Alpaca's price stream has trouble of its own."),
}
"""Codes of the market data stream; 406 is confirmed, the others are not."""
