"""Every documented error of Dhan has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import json

import pytest

from bidwell.brokers.dhan.client import judge
from bidwell.brokers.dhan.errors import CODES, STATUSES, TEXTS, VENDOR
from bidwell.brokers.transport import Answer, Kind
from bidwell.model.errors import InDoubt

DOCUMENTED = {
    # status, code, message: what it means for a request that met it
    (401, "DH-901", "Client ID or user generated access token is invalid or expired."): Kind.LOGIN,
    (403, "DH-902", "User has not subscribed to Data APIs or does not have access to Trading APIs."): Kind.PERMISSION,
    (403, "DH-903", "Errors related to User's Account."): Kind.PERMISSION,
    (429, "DH-904", "Too many requests on server from single user breaching rate limits."): Kind.THROTTLED,
    (400, "DH-905", "Missing required fields, bad values for parameters etc."): Kind.REJECTED_INPUT,
    (400, "DH-906", "Incorrect request for order and cannot be processed."): Kind.REJECTED_RULE,
    (404, "DH-907", "System is unable to fetch data due to incorrect parameters or no data present."): Kind.NOT_FOUND,
    (500, "DH-908", "Server was not able to process API request."): Kind.DOWN,
    (500, "DH-909", "Network error where the API was unable to communicate with the backend system."): Kind.DOWN,
    (400, "DH-910", "Error originating from other reasons."): Kind.DOWN,
    (404, "DH-1111", "No holdings available"): Kind.NOT_FOUND,
    (500, "800", "Internal Server Error"): Kind.DOWN,
    (400, "804", "Requested number of instruments exceeds limit"): Kind.REJECTED_INPUT,
    (429, "805", "Too many requests or connections."): Kind.THROTTLED,
    (403, "806", "Data APIs not subscribed"): Kind.PERMISSION,
    (401, "807", "Access token is expired"): Kind.LOGIN,
    (401, "808", "Authentication Failed - Client ID or Access Token invalid"): Kind.LOGIN,
    (401, "809", "Access token is invalid"): Kind.LOGIN,
    (401, "810", "Client ID is invalid"): Kind.LOGIN,
    (400, "811", "Invalid Expiry Date"): Kind.REJECTED_INPUT,
    (400, "812", "Invalid Date"): Kind.REJECTED_INPUT,
    (400, "813", "Invalid Security ID"): Kind.REJECTED_INPUT,
    (400, "814", "Invalid request"): Kind.REJECTED_INPUT,
    (400, "DH-906", "RMS: Insufficient Funds"): Kind.REJECTED_FUNDS,
    (400, "DH-906", "Insufficient margin for this order"): Kind.REJECTED_FUNDS,
    (400, "DH-906", "Insufficient holding quantity"): Kind.REJECTED_FUNDS,
    (400, "DH-906", "Fund limits not ready"): Kind.MARKET_CLOSED,
    (400, "DH-906", "Market is closed! Want to place an offline order?"): Kind.MARKET_CLOSED,
    (400, "DH-906", "Kill Switch is activated for the day"): Kind.PERMISSION,
    (400, "DH-905", "Invalid IP"): Kind.PERMISSION,
    (400, "DH-906", "Order not found"): Kind.NOT_FOUND,
    (400, "", ""): Kind.REJECTED_INPUT,
    (401, "", ""): Kind.LOGIN,
    (403, "", ""): Kind.PERMISSION,
    (404, "", ""): Kind.NOT_FOUND,
    (429, "", ""): Kind.THROTTLED,
    (502, "", ""): Kind.DOWN,
    (418, "", "short and stout"): Kind.UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize(("said", "kind"), DOCUMENTED.items(), ids=lambda each: str(each)[:50])
def test_a_documented_error_is_judged(said: tuple[int, str, str], kind: Kind) -> None:
    status, code, message = said
    body = {"errorType": "x", "errorCode": code, "errorMessage": message} if code else {}
    if code.isdecimal():
        body = {"data": {code: message}, "status": "failed"}  # type: ignore[dict-item] # market data nests its code
    found = judge(Answer(status, {}, json.dumps(body).encode()))
    assert found is not None
    assert found.kind is kind
    assert found.code


def test_every_entry_of_the_tables_is_reached_by_a_documented_error() -> None:
    met = {VENDOR.judge(status, code, message).sentence for (status, code, message) in DOCUMENTED}
    tables = [*CODES.values(), *(verdict for _, verdict in TEXTS), *STATUSES.values()]
    assert {verdict.sentence for verdict in tables} <= met


@pytest.mark.parametrize("body", [b"<html>Bad Gateway</html>", b"", b"[1]", b'{"errorCode": {"a": 1}}', b"\xff\xfe"])
def test_a_body_that_is_no_error_of_dhans_is_judged_by_its_status(body: bytes) -> None:
    found = judge(Answer(502, {}, body))
    assert found is not None
    assert found.kind is Kind.DOWN
    assert judge(Answer(202, {}, b"")) is None


def test_what_may_have_been_carried_out_is_never_a_rejection() -> None:
    for status in range(500, 600):
        assert VENDOR.judge(status, "", "").kind.error is InDoubt
    for code in ("DH-908", "DH-909", "DH-910"):
        assert VENDOR.judge(400, code, "").kind.error is InDoubt
