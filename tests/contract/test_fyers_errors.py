"""Every documented error of Fyers has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import json

import pytest

from bidwell.brokers.fyers.errors import CODES, STATUSES, TEXTS, VENDOR
from bidwell.brokers.fyers.login import judge
from bidwell.brokers.transport import Answer, Kind
from bidwell.model.errors import InDoubt
from tests.contract.shapes import recorded

DOCUMENTED = {
    # status, code, message: what it means for a request that met it
    (401, -8, "Your token has expired"): Kind.LOGIN,
    (401, -15, "Please provide valid token"): Kind.LOGIN,
    (200, -16, "Could not authenticate the user"): Kind.LOGIN,
    (401, -17, "Token is Expired"): Kind.LOGIN,
    (400, -50, "Invalid params"): Kind.REJECTED_INPUT,
    (400, -51, "Invalid order id"): Kind.NOT_FOUND,
    (400, -53, "Invalid position id"): Kind.NOT_FOUND,
    (400, -99, "RED:RULE:{order refused}"): Kind.REJECTED_RULE,
    (200, -99, "RED:Margin Shortfall:INR 1,200.00"): Kind.REJECTED_FUNDS,
    (400, -99, "Insufficient funds"): Kind.REJECTED_FUNDS,
    (400, -99, "Insufficient holding quantity"): Kind.REJECTED_FUNDS,
    (400, -99, "Market is closed"): Kind.MARKET_CLOSED,
    (400, -99, "Order not found"): Kind.NOT_FOUND,
    (400, -300, "Invalid symbol provided"): Kind.REJECTED_INPUT,
    (400, -310, "Invalid symbol"): Kind.REJECTED_INPUT,
    (400, -352, "Invalid app id"): Kind.PERMISSION,
    (200, -429, "request limit reached"): Kind.THROTTLED,
    (429, -99, "request limit reached"): Kind.THROTTLED,
    (400, -437, "invalid auth code"): Kind.LOGIN,
    (400, -501, "Please provide valid refresh token"): Kind.LOGIN,
    (200, -98, "order is pending"): Kind.UNKNOWN,
    (400, -98, "what is wrong"): Kind.REJECTED_INPUT,
    (400, 0, ""): Kind.REJECTED_INPUT,
    (401, 0, ""): Kind.LOGIN,
    (403, 0, ""): Kind.PERMISSION,
    (404, 0, ""): Kind.NOT_FOUND,
    (500, -99, "Internal server error"): Kind.DOWN,
    (502, 0, ""): Kind.DOWN,
    (418, 0, "short and stout"): Kind.UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize(("said", "kind"), DOCUMENTED.items(), ids=lambda each: str(each)[:50])
def test_a_documented_error_is_judged(said: tuple[int, int, str], kind: Kind) -> None:
    status, code, message = said
    body = {"s": "error", "message": message} | ({"code": code} if code else {})
    found = judge(Answer(status, {}, json.dumps(body).encode()))
    assert found is not None
    assert found.kind is kind
    assert found.code


def test_every_entry_of_the_tables_is_reached_by_a_documented_error() -> None:
    met = {VENDOR.judge(status, str(code or ""), message).sentence for (status, code, message) in DOCUMENTED}
    tables = [*CODES.values(), *(verdict for _, verdict in TEXTS), *STATUSES.values()]
    assert {verdict.sentence for verdict in tables} <= met


def test_every_recorded_error_is_in_the_table_by_its_own_code() -> None:
    for row in recorded("fyers", "error_samples.json"):
        found = judge(Answer(200, {}, json.dumps(row["error"]).encode()))
        assert found is not None
        assert str(row["error"]["code"]) in CODES
        assert found.kind is Kind.LOGIN


def test_a_good_status_alone_is_not_a_good_answer() -> None:
    assert judge(Answer(200, {}, b'{"s":"ok","code":1101}')) is None
    for body in (b"", b"[]", b"{}", b"<html></html>", b'{"s": {"a": 1}}', b"\xff\xfe"):
        found = judge(Answer(200, {}, body))
        assert found is not None
        assert found.kind is Kind.UNKNOWN
    for status in range(500, 600):
        found = judge(Answer(status, {}, b'{"s":"error","code":-99,"message":"market is closed"}'))
        assert found is not None
        assert found.kind.error is InDoubt
