"""What TopstepX's error codes mean: data, enumerated by a test and in docs/brokers/topstepx.md.

An answer with status 200 carries the code, and the same number means different things for different calls: `CALLS`
gives each call's names in the order of their numbers, `CODES` what a name means.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

_SEARCH = ("Success", "AccountNotFound")
_CHANGE = ("Success", "AccountNotFound", "OrderNotFound", "Rejected", "Pending", "UnknownError", "AccountRejected")
_CLOSE = ("Success", "AccountNotFound", "PositionNotFound", "ContractNotFound", "ContractNotActive")

CALLS: dict[str, tuple[str, ...]] = {
    "Auth/loginKey": (
        "Success", "UserNotFound", "PasswordVerificationFailed", "InvalidCredentials", "AppNotFound",
        "AppVerificationFailed", "InvalidDevice", "AgreementsNotSigned", "UnknownError", "ApiSubscriptionNotFound",
        "ApiKeyAuthenticationDisabled"),
    "Auth/validate": ("Success", "InvalidSession", "SessionNotFound", "ExpiredToken", "UnknownError"),
    "Auth/logout": ("Success", "InvalidSession", "UnknownError"),
    "Contract/searchById": ("Success", "ContractNotFound"),
    "History/retrieveBars": ("Success", "ContractNotFound", "UnitInvalid", "UnitNumberInvalid", "LimitInvalid"),
    **dict.fromkeys(("Order/search", "Order/searchOpen", "Order/v2/query", "Position/searchOpen", "Trade/search"), _SEARCH),
    "Order/searchById": ("Success", "OrderNotFound"),
    "Order/place": (
        "Success", "AccountNotFound", "OrderRejected", "InsufficientFunds", "AccountViolation", "OutsideTradingHours",
        "OrderPending", "UnknownError", "ContractNotFound", "ContractNotActive", "AccountRejected"),
    "Order/cancel": _CHANGE,
    "Order/modify": (*_CHANGE, "ContractNotFound"),
    "Position/closeContract": (*_CLOSE, "OrderRejected", "OrderPending", "UnknownError", "AccountRejected"),
    "Position/partialCloseContract": (
        *_CLOSE, "InvalidCloseSize", "OrderRejected", "OrderPending", "UnknownError", "AccountRejected"),
}  # fmt: skip

_SENTENCES: dict[str, tuple[Kind, str]] = {
    "UserNotFound": (Kind.LOGIN, "TopstepX does not know this user name."),
    "PasswordVerificationFailed": (Kind.LOGIN, "TopstepX did not take the password."),
    "InvalidCredentials": (Kind.LOGIN, "TopstepX does not know this API key for this user name: generate a new one under Settings, API."),
    "AppNotFound": (Kind.LOGIN, "TopstepX does not know the application."),
    "AppVerificationFailed": (Kind.LOGIN, "TopstepX did not take the application's key."),
    "InvalidDevice": (Kind.LOGIN, "TopstepX does not know this device."),
    "AgreementsNotSigned": (Kind.PERMISSION, "There are agreements to sign at TopstepX first: sign in there."),
    "ApiSubscriptionNotFound": (Kind.PERMISSION, "The user has no API subscription at TopstepX: take one out under Settings, API."),
    "ApiKeyAuthenticationDisabled": (Kind.PERMISSION, "Logins by API key are switched off for this user at TopstepX."),
    "InvalidSession": (Kind.LOGIN, "TopstepX does not know this session any more."),
    "SessionNotFound": (Kind.LOGIN, "TopstepX does not find this session any more."),
    "ExpiredToken": (Kind.LOGIN, "The session at TopstepX has expired."),
    "AccountNotFound": (Kind.NOT_FOUND, "TopstepX does not show this account to this login."),
    "OrderNotFound": (Kind.NOT_FOUND, "TopstepX has no such order."),
    "PositionNotFound": (Kind.NOT_FOUND, "TopstepX has no such position."),
    "ContractNotFound": (Kind.REJECTED_INPUT, "TopstepX does not know this contract."),
    "ContractNotActive": (Kind.REJECTED_RULE, "TopstepX does not trade this contract at the moment: it may have rolled."),
    "OrderRejected": (Kind.REJECTED_RULE, "TopstepX refused the order."),
    "InsufficientFunds": (Kind.REJECTED_FUNDS, "The account at TopstepX does not bear the order."),
    "AccountViolation": (Kind.REJECTED_RULE, "The account has broken a rule of its programme at TopstepX and may not trade."),
    "OutsideTradingHours": (Kind.MARKET_CLOSED, "TopstepX takes no orders for this contract at this time."),
    "AccountRejected": (Kind.REJECTED_RULE, "TopstepX does not let this account do that, as with accounts that copy another."),
    "Rejected": (Kind.REJECTED_RULE, "TopstepX did not do it: the order may have closed meanwhile."),
    "InvalidCloseSize": (Kind.REJECTED_INPUT, "There is not so much to close at TopstepX."),
    # Whether it will be carried out is not known: it is looked up.
    "OrderPending": (Kind.DOWN, "TopstepX has the order and has not decided on it yet; it is looked up."),
    "Pending": (Kind.DOWN, "TopstepX has the request and has not decided on it yet; the order is looked up."),
    "UnknownError": (Kind.DOWN, "TopstepX met an error that it does not name; what was asked is looked up."),
    "UnitInvalid": (Kind.REJECTED_INPUT, "TopstepX has no bars of this unit."),
    "UnitNumberInvalid": (Kind.REJECTED_INPUT, "TopstepX has no bars of so many units."),
    "LimitInvalid": (Kind.REJECTED_INPUT, "TopstepX does not give so many bars at once."),
}  # fmt: skip

CODES = {name: Verdict(kind, name, sentence) for name, (kind, sentence) in _SENTENCES.items()}

DUPLICATE = Verdict(Kind.DUPLICATE, "OrderRejected", "TopstepX has had an order under this id already.")
TEXTS = (("customtag", DUPLICATE), ("custom tag", DUPLICATE))
"""Unconfirmed: the words by which a tag that was used before is refused. Any refusal is looked up by its tag."""

STATUSES = {
    400: Verdict(Kind.REJECTED_INPUT, "http_400", "TopstepX could not read the request."),
    401: Verdict(Kind.LOGIN, "http_401", "The session at TopstepX has ended."),
    403: Verdict(Kind.PERMISSION, "http_403", "TopstepX does not allow this login to do that."),
    404: Verdict(Kind.NOT_FOUND, "http_404", "TopstepX has no such call any more, or not yet."),
    429: Verdict(Kind.THROTTLED, "http_429", "TopstepX takes no more requests for a moment: 200 a minute are allowed."),
}

VENDOR = Vendor("TopstepX", CODES, TEXTS, STATUSES)


def name_of(call: str, number: int) -> str:
    """The name of an error number of a call; one that is not documented names the call and the number."""
    names = CALLS.get(call, ())
    return names[number] if 0 < number < len(names) else f"{call} {number}"
