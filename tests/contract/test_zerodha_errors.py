"""Every documented error of Kite has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import json

import pytest

from bidwell.brokers.transport import Answer, Kind
from bidwell.brokers.zerodha.client import judge
from bidwell.brokers.zerodha.errors import CODES, STATUSES, TEXTS
from bidwell.model.errors import InDoubt

SHORT = "Insufficient funds. Required margin is 228365.92 but available margin is 228358.50."
DOCUMENTED = {
    # status, error_type, message: what it means for an order that met it
    (403, "TokenException", "Incorrect `api_key` or `access_token`."): Kind.LOGIN,
    (403, "UserException", "User is blocked."): Kind.PERMISSION,
    (403, "PermissionException", "Insufficient permission for that call."): Kind.PERMISSION,
    (400, "OrderException", "Order cannot be modified."): Kind.REJECTED_RULE,
    (400, "InputException", "Invalid `quantity`."): Kind.REJECTED_INPUT,
    (400, "MarginException", SHORT): Kind.REJECTED_FUNDS,
    (400, "OrderException", "RMS:Margin Exceeds,Required:95417.84, Available:74251.80"): Kind.REJECTED_FUNDS,
    (400, "HoldingException", "No such holdings."): Kind.REJECTED_FUNDS,
    (400, "OrderException", "Markets are closed right now."): Kind.MARKET_CLOSED,
    (404, "GeneralException", "Couldn't find that `order_id`."): Kind.NOT_FOUND,
    (429, "NetworkException", "Too many requests"): Kind.THROTTLED,
    (429, "NetworkException", "Maximum allowed order requests exceeded."): Kind.THROTTLED,
    (429, "", ""): Kind.THROTTLED,
    (503, "NetworkException", "The order system cannot be reached."): Kind.DOWN,
    (502, "DataException", "Unable to parse the response of the order system."): Kind.DOWN,
    (500, "GeneralException", "Something went wrong."): Kind.DOWN,
    (500, "OrderException", "Order placement failed."): Kind.DOWN,
    (500, "MarginException", SHORT): Kind.DOWN,
    (504, "", ""): Kind.DOWN,
    (400, "", ""): Kind.REJECTED_INPUT,
    (403, "", ""): Kind.LOGIN,
    (404, "", ""): Kind.NOT_FOUND,
    (400, "GeneralException", "Nobody knows."): Kind.DOWN,
    (400, "NetworkException", "Nobody knows."): Kind.DOWN,
    (400, "DataException", "Nobody knows."): Kind.DOWN,
    (418, "", "short and stout"): Kind.UNKNOWN,
}  # fmt: skip


def answer(status: int, error_type: str, message: str) -> Answer:
    body = {"status": "error", "message": message, "data": None, "error_type": error_type}
    return Answer(status, {}, json.dumps(body).encode())


@pytest.mark.parametrize(("said", "kind"), DOCUMENTED.items(), ids=lambda each: str(each)[:60])
def test_a_documented_error_is_judged(said: tuple[int, str, str], kind: Kind) -> None:
    found = judge(answer(*said))
    assert found is not None
    assert found.kind is kind
    assert found.code


def test_every_entry_of_the_tables_is_reached_by_a_documented_error() -> None:
    met = {verdict.sentence for said in DOCUMENTED if (verdict := judge(answer(*said))) is not None}
    tables = [*CODES.values(), *(verdict for _, verdict in TEXTS), *STATUSES.values()]
    assert {verdict.sentence for verdict in tables} <= met


def test_what_may_have_been_carried_out_is_never_a_rejection() -> None:
    for status in range(500, 600):
        for error_type in ("", *CODES):
            found = judge(answer(status, error_type, SHORT))
            assert found is not None
            assert found.kind.error is InDoubt, (status, error_type)


@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", b"[" * 100_000, b'{"error_type": 5}'])
def test_a_body_that_is_no_json_is_judged_by_its_status(body: bytes) -> None:
    found = judge(Answer(502, {}, body))
    assert found is not None
    assert found.kind is Kind.DOWN
    assert judge(Answer(200, {}, body)) is None
