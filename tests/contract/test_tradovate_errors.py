"""Every documented error of Tradovate has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import json

import pytest

from bidwell.brokers.tradovate import wire
from bidwell.brokers.tradovate.client.rest import judge
from bidwell.brokers.tradovate.errors import CODES, STATUSES, VENDOR
from bidwell.brokers.transport import Answer, Kind
from bidwell.model.errors import InDoubt

REASONS = {
    "AccountClosed": Kind.PERMISSION, "AdvancedTrailingStopUnsupported": Kind.REJECTED_RULE,
    "AnotherCommandPending": Kind.REJECTED_RULE, "BackMonthProhibited": Kind.REJECTED_RULE,
    "ExecutionProviderNotConfigured": Kind.REJECTED_RULE, "ExecutionProviderUnavailable": Kind.REJECTED_RULE,
    "InvalidContract": Kind.REJECTED_INPUT, "InvalidPrice": Kind.REJECTED_INPUT, "LiquidationOnly": Kind.REJECTED_RULE,
    "LiquidationOnlyBeforeExpiration": Kind.REJECTED_RULE, "MaxOrderQtyIsNotSpecified": Kind.REJECTED_RULE,
    "MaxOrderQtyLimitReached": Kind.REJECTED_RULE, "MaxPosLimitMisconfigured": Kind.REJECTED_RULE,
    "MaxPosLimitReached": Kind.REJECTED_RULE, "MaxTotalPosLimitReached": Kind.REJECTED_RULE,
    "MultipleAccountPlanRequired": Kind.PERMISSION, "NoQuote": Kind.REJECTED_RULE, "NotEnoughLiquidity": Kind.REJECTED_RULE,
    "OtherExecutionRelated": Kind.REJECTED_RULE, "ParentRejected": Kind.REJECTED_RULE, "RiskCheckTimeout": Kind.DOWN,
    "SessionClosed": Kind.MARKET_CLOSED, "TooLate": Kind.REJECTED_RULE, "TradingLocked": Kind.PERMISSION,
    "TrailingStopNonOrderQtyModify": Kind.REJECTED_RULE, "Unauthorized": Kind.PERMISSION, "UnknownReason": Kind.DOWN,
    "Unsupported": Kind.REJECTED_RULE,
}  # fmt: skip
HTTP = {400: Kind.REJECTED_INPUT, 401: Kind.LOGIN, 403: Kind.PERMISSION, 404: Kind.NOT_FOUND, 429: Kind.THROTTLED,
        500: Kind.DOWN, 502: Kind.DOWN, 503: Kind.DOWN, 504: Kind.DOWN, 418: Kind.UNKNOWN}  # fmt: skip


def said(**fields: object) -> Answer:
    return Answer(200, {}, json.dumps(fields).encode())


@pytest.mark.parametrize(("reason", "kind"), REASONS.items())
def test_a_documented_reason_is_judged(reason: str, kind: Kind) -> None:
    found = judge(said(failureReason=reason, failureText="in their words", orderId=7))
    assert found is not None
    assert (found.kind, found.code, found.text) == (kind, reason, "in their words")


def test_the_table_has_the_documented_reasons_and_no_others() -> None:
    assert set(CODES) == {*REASONS, "errorText"}
    assert set(STATUSES) == {status for status in HTTP if status < 500 and status != 418}


@pytest.mark.parametrize(("status", "kind"), HTTP.items())
def test_a_status_is_judged(status: int, kind: Kind) -> None:
    found = judge(Answer(status, {}, b""))
    assert found is not None
    assert found.kind is kind


def test_an_answer_of_200_is_good_unless_it_says_otherwise() -> None:
    for good in (said(orderId=7), said(failureReason="Success", orderId=7), said(**{"p-ticket": "T", "p-time": 15}),
                 Answer(200, {}, b"[]"), Answer(200, {}, b"null"), Answer(200, {}, b"")):  # fmt: skip
        assert judge(good) is None
    found = judge(said(errorText="Operation failed", ok=False))
    assert found is not None
    assert found.kind is Kind.UNKNOWN, "what became of it is looked up"


@pytest.mark.parametrize(
    ("said", "seconds"), [(15, 15), ("0.5", 0.5), ("NaN", 3600), ("Infinity", 3600), (-1, 3600), (1e9, 3600)]
)
def test_a_penalty_lasts_as_long_as_it_says_where_that_makes_sense(said: object, seconds: float) -> None:
    found = wire.decoder(wire.Problem).decode(json.dumps({"p-ticket": "T", "p-time": said}))
    assert found.wait == seconds
    assert wire.decoder(wire.Problem).decode('{"p-ticket": "T", "p-time": 1, "p-captcha": true}').wait == 3600


def test_what_may_have_been_carried_out_is_never_a_rejection() -> None:
    for status in range(500, 600):
        assert VENDOR.judge(status, "", "").kind.error is InDoubt
    for reason in ("RiskCheckTimeout", "UnknownReason"):
        assert CODES[reason].kind.error is InDoubt
