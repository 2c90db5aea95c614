"""What Schwab's errors mean: data, enumerated by a test and in docs/brokers/schwab.md.

Schwab documents HTTP statuses and no codes of its own. Trading answers `{message, errors[]}`, market data a list of
`errors` with a title and a detail, the login `{error, error_description}`: the texts are those that public material
quotes. An order that is refused for money or by a rule is mostly taken in with 201 and rejected then, in its status.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_INPUT = Verdict(
    Kind.REJECTED_INPUT, "400", "Schwab cannot work an order with these terms, or cannot change it any more."
)
_LOGIN = Verdict(Kind.LOGIN, "401", "Schwab does not take the access token any more; another is made, or log in again.")
_FORBIDDEN = Verdict(Kind.PERMISSION, "403", "This app or this login may not do that at Schwab: the app needs both of its "
                     "products and the status “Ready for use”.")  # fmt: skip
_NOT_FOUND = Verdict(Kind.NOT_FOUND, "404", "Schwab has nothing under this name.")
_THROTTLED = Verdict(Kind.THROTTLED, "429", "Schwab takes no more requests for a moment: 120 a minute are allowed.",
                     pause=5.0)  # fmt: skip
_DOWN = Verdict(Kind.DOWN, "500", "Schwab has trouble of its own; what was asked is looked up.")
ENDED = Verdict(Kind.LOGIN, "login", "Schwab does not renew this login any more: log in again.")

CODES = {
    "invalid_client": Verdict(Kind.LOGIN, "invalid_client", "Schwab does not know this app: check app key and secret."),
    "unauthorized_client": Verdict(Kind.LOGIN, "unauthorized_client",
                                   "Schwab does not let this app in: its status has to be “Ready for use”."),
    "invalid_grant": Verdict(Kind.LOGIN, "invalid_grant", "This code or login is not good any more at Schwab: log in "
                             "again, and paste the address within half a minute."),
    "unsupported_token_type": Verdict(Kind.LOGIN, "unsupported_token_type", ENDED.sentence),
    "invalid_request": Verdict(Kind.LOGIN, "invalid_request", "Schwab could not read the login: check the callback URL, "
                               "which is compared to the letter."),
}  # fmt: skip
"""The login's own."""

TEXTS = (
    ("refresh token authentication", Verdict(Kind.LOGIN, "unsupported_token_type", ENDED.sentence)),
    ("client not authorized", _LOGIN),
    ("oversold", Verdict(Kind.REJECTED_FUNDS, "Position_Sys_0001", "Not that many are free to sell at Schwab: open orders "
     "or ones that were just canceled hold the rest.")),
    ("overbought", Verdict(Kind.REJECTED_FUNDS, "Position_Sys_0001", "That buys back more than is short at Schwab: open "
     "orders or ones that were just canceled hold the rest.")),
    ("buying power", Verdict(Kind.REJECTED_FUNDS, "400", "The buying power at Schwab does not reach.")),
    ("insufficient", Verdict(Kind.REJECTED_FUNDS, "400", "The funds at Schwab do not reach.")),
    ("market is closed", Verdict(Kind.MARKET_CLOSED, "400", "The market is closed for this kind of order.")),
    ("cannot be canceled", Verdict(Kind.REJECTED_RULE, "400", "The order can no longer be canceled.")),
    ("cannot be replaced", Verdict(Kind.REJECTED_RULE, "400", "The order can no longer be changed.")),
)  # fmt: skip
"""Unconfirmed but for the first two and the rule's name."""

STATUSES = {400: _INPUT, 401: _LOGIN, 403: _FORBIDDEN, 404: _NOT_FOUND, 422: _INPUT, 429: _THROTTLED,
            **dict.fromkeys((500, 502, 503, 504), _DOWN)}  # fmt: skip

VENDOR = Vendor("Schwab", CODES, TEXTS, STATUSES)

STREAM_GOOD = frozenset({0, 26, 27, 28, 29})
STREAM_ERRORS = {
    3: Verdict(Kind.LOGIN, "3", "Schwab's stream does not take the access token."),
    9: Verdict(Kind.DOWN, "9", "Schwab's stream has trouble of its own."),
    11: Verdict(Kind.DOWN, "11", "A service of Schwab's stream is not there at the moment."),
    12: Verdict(Kind.THROTTLED, "12", "Another program opened this user's stream: Schwab allows one at a time."),
    19: Verdict(Kind.PERMISSION, "19", "Schwab's stream takes no more symbols."),
    20: Verdict(Kind.DOWN, "20", "Schwab's stream does not know this connection."),
    21: Verdict(Kind.UNKNOWN, "21", "Schwab's stream could not read what we said."),
    22: Verdict(Kind.DOWN, "22", "Schwab's stream did not take a subscription."),
    23: Verdict(Kind.DOWN, "23", "Schwab's stream did not end a subscription."),
    24: Verdict(Kind.DOWN, "24", "Schwab's stream did not add to a subscription."),
    25: Verdict(Kind.DOWN, "25", "Schwab's stream did not change a subscription's fields."),
    30: Verdict(Kind.DOWN, "30", "Schwab ended the stream."),
}
"""Codes of the stream's answers; those of STREAM_GOOD are successes."""
