"""What Tradovate's failures mean: data, enumerated by a test and in docs/brokers/tradovate.md.

A business failure comes with HTTP 200, as `failureReason` and `failureText` of an order call or as `errorText`. A penalty
ticket comes with 200 too and is no failure: the client waits and asks again.
"""

from __future__ import annotations

from bidwell.brokers.transport import Kind, Vendor, Verdict

SUCCESS = "Success"
"""This reason may stand in a good reply."""
ERROR_TEXT = "errorText"
BUSY = "AnotherCommandPending"
TICKET = "p-ticket"
LOGIN_URL = "https://trader.tradovate.com"


def _rule(code: str, sentence: str) -> Verdict:
    return Verdict(Kind.REJECTED_RULE, code, sentence)


_NO_ROUTE = "Tradovate has no way to the exchange for this account at the moment."
_REASONS = (
    Verdict(Kind.PERMISSION, "AccountClosed", "The account is closed at Tradovate."),
    _rule("AdvancedTrailingStopUnsupported", "Tradovate does not work a trailing stop of this form."),
    _rule(BUSY, "Another change of this order is under way at Tradovate: wait for its answer."),
    _rule("BackMonthProhibited", "This account may trade the front month only: choose the nearer contract."),
    _rule("ExecutionProviderNotConfigured", _NO_ROUTE),
    _rule("ExecutionProviderUnavailable", _NO_ROUTE),
    Verdict(Kind.REJECTED_INPUT, "InvalidContract", "Tradovate does not trade this contract."),
    Verdict(Kind.REJECTED_INPUT, "InvalidPrice", "Tradovate cannot work an order at this price: off the tick or the wrong"
            " side of the market."),
    _rule("LiquidationOnly", "This account may only reduce its positions at Tradovate."),
    _rule("LiquidationOnlyBeforeExpiration", "The contract is about to expire: its positions may only be reduced. Roll to"
          " the next month."),
    _rule("MaxOrderQtyIsNotSpecified", "No largest order is set for this product in the account's risk settings."),
    _rule("MaxOrderQtyLimitReached", "The order is larger than the account's risk settings at Tradovate allow."),
    _rule("MaxPosLimitMisconfigured", "The largest position is set wrongly in the account's risk settings at Tradovate."),
    _rule("MaxPosLimitReached", "The position would exceed the account's limit for this product at Tradovate."),
    _rule("MaxTotalPosLimitReached", "The positions together would exceed the account's limit at Tradovate."),
    Verdict(Kind.PERMISSION, "MultipleAccountPlanRequired", "Trading several accounts needs another plan at Tradovate."),
    _rule("NoQuote", "Tradovate has no price for this contract now."),
    _rule("NotEnoughLiquidity", "Not enough is offered for an order of this size."),
    _rule("OtherExecutionRelated", "The exchange refused the order."),
    _rule("ParentRejected", "The order it belongs to was refused."),
    # It may have passed: the order is looked up.
    Verdict(Kind.DOWN, "RiskCheckTimeout", "Tradovate's risk check did not answer in time; the order is looked up."),
    Verdict(Kind.MARKET_CLOSED, "SessionClosed", "The market is closed for this contract."),
    _rule("TooLate", "It is too late for that: the order is filled or closed."),
    Verdict(Kind.PERMISSION, "TradingLocked", "Trading is locked in this account at Tradovate, by a risk rule or by its"
            " firm."),
    _rule("TrailingStopNonOrderQtyModify", "Of a trailing stop only the quantity can be changed."),
    Verdict(Kind.PERMISSION, "Unauthorized", "This login may not trade this account."),
    Verdict(Kind.DOWN, "UnknownReason", "Tradovate does not say what became of the request; it is looked up."),
    _rule("Unsupported", "Tradovate does not offer this kind of order here."),
)  # fmt: skip

CODES = {
    **{each.code: each for each in _REASONS},
    ERROR_TEXT: Verdict(Kind.UNKNOWN, ERROR_TEXT, "Tradovate says that the request failed; what became of it is looked up."),
}  # fmt: skip

BAD_TOKEN = Verdict(Kind.LOGIN, "http_401", "Tradovate does not accept this session any more: it ended, or logins elsewhere"
                    " closed it (two may be open).")  # fmt: skip
STATUSES = {
    400: Verdict(Kind.REJECTED_INPUT, "http_400", "Tradovate could not read the request."),
    401: BAD_TOKEN,
    403: Verdict(Kind.PERMISSION, "http_403", "This login may not do that at Tradovate: look at the API key's permissions."),
    404: Verdict(Kind.NOT_FOUND, "http_404", "Tradovate has nothing under this name."),
    429: Verdict(Kind.THROTTLED, "http_429", "Too many requests: Tradovate takes no more for about an hour."),
}  # fmt: skip

VENDOR = Vendor("Tradovate", CODES, (), STATUSES)

SHUTDOWNS = {
    "Maintenance": Verdict(Kind.DOWN, "Maintenance", "Tradovate closes its stream for maintenance."),
    "ConnectionQuotaReached": Verdict(Kind.THROTTLED, "ConnectionQuotaReached", "Too many streams are open with this login:"
                                      " Tradovate closed the oldest."),
    "IPQuotaReached": Verdict(Kind.THROTTLED, "IPQuotaReached", "Too many addresses use this login: Tradovate closed this"
                              " stream."),
}  # fmt: skip
"""Reasons of the stream's `shutdown` event."""

CAPTCHA = Verdict(Kind.LOGIN, "p-captcha", "Tradovate wants to see a person before the next login: wait about an hour, or"
                  " sign in at its own screen once.")  # fmt: skip
CONTESTED = Verdict(Kind.LOGIN, "contested", "Tradovate has closed the desk's session three times in ten minutes: other"
                    " programs sign in with this name (two sessions may be open), or it does not take orders from this machine;"
                    " end the others and reconnect.")  # fmt: skip
NO_MARKET_DATA = Verdict(Kind.PERMISSION, "market_data", "Tradovate sends no prices over the API to this login: that needs a"
                         " CME licence of its own. Orders work without it.")  # fmt: skip
