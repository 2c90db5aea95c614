"""Every documented error of Alpaca has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import pytest

from bidwell.brokers.alpaca.client import judge
from bidwell.brokers.alpaca.errors import CODES, STATUSES, TEXTS, VENDOR
from bidwell.brokers.transport import Answer, Kind
from bidwell.model.errors import InDoubt

DOCUMENTED = {
    # status, code, message: what it means for an order that met it
    (400, 40010000, "request body format is invalid"): Kind.REJECTED_INPUT,
    (400, 40010001, "client_order_id must be unique"): Kind.DUPLICATE,
    (401, 0, "unauthorized"): Kind.LOGIN,
    (401, 40110000, "request is not authorized"): Kind.LOGIN,
    (403, 40310000, "insufficient buying power"): Kind.REJECTED_FUNDS,
    (403, 40310000, "insufficient qty available for order (requested: 1000, available: 0)"): Kind.REJECTED_FUNDS,
    (403, 40310000, "insufficient balance for USD"): Kind.REJECTED_FUNDS,
    (403, 40310000, "account is not allowed to short"): Kind.REJECTED_RULE,
    (403, 40310000, 'asset "X" cannot be sold short'): Kind.REJECTED_RULE,
    (403, 40310000, "potential wash trade detected. use complex orders"): Kind.REJECTED_RULE,
    (403, 40310000, "trade denied due to pattern day trading protection"): Kind.REJECTED_RULE,
    (403, 40310000, "trading is suspended by user"): Kind.PERMISSION,
    (403, 40310000, "account is restricted to liquidation only"): Kind.PERMISSION,
    (403, 40310000, "options trading is not enabled for this account"): Kind.PERMISSION,
    (403, 40310000, "market is closed"): Kind.MARKET_CLOSED,
    (403, 40310000, "some other rule"): Kind.REJECTED_RULE,
    (404, 40410000, "order not found for 61e69015"): Kind.NOT_FOUND,
    (404, 40410000, "asset not found for XYZ"): Kind.NOT_FOUND,
    (422, 42210000, "invalid limit_price 90.001. sub-penny increment does not fulfill minimum pricing criteria"): Kind.REJECTED_INPUT,
    (422, 42210000, "client_order_id must be unique"): Kind.DUPLICATE,
    (422, 42210000, "fractional orders must be DAY orders"): Kind.REJECTED_INPUT,
    (422, 42210000, 'asset "X" is not fractionable'): Kind.REJECTED_INPUT,
    (422, 42210000, 'asset "X" is not tradable'): Kind.REJECTED_RULE,
    (422, 42210000, 'asset "X" is not active'): Kind.REJECTED_RULE,
    (422, 42210000, 'could not find asset "X"'): Kind.REJECTED_INPUT,
    (422, 42210000, "qty is required"): Kind.REJECTED_INPUT,
    (422, 42210000, "order is not cancelable"): Kind.REJECTED_RULE,
    (422, 42210000, 'order is already in "filled" state, not replaceable'): Kind.REJECTED_RULE,
    (429, 42910000, "rate limit exceeded"): Kind.THROTTLED,
    (500, 50010000, "internal server error occurred"): Kind.DOWN,
    (502, 0, ""): Kind.DOWN,
    (503, 0, ""): Kind.DOWN,
    (504, 0, ""): Kind.DOWN,
    (418, 0, "short and stout"): Kind.UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize(("said", "kind"), DOCUMENTED.items(), ids=lambda each: str(each)[:60])
def test_a_documented_error_is_judged(said: tuple[int, int, str], kind: Kind) -> None:
    status, code, message = said
    found = judge(Answer(status, {}, f'{{"code": {code}, "message": {message!r}}}'.replace("'", '"').encode()))
    if '"X"' in message or '"filled"' in message:
        found = VENDOR.judge(status, str(code), message)
    assert found is not None
    assert found.kind is kind
    assert found.code


def test_every_entry_of_the_tables_is_reached_by_a_documented_error() -> None:
    met = {VENDOR.judge(status, str(code or ""), message).sentence for (status, code, message) in DOCUMENTED}
    tables = [*CODES.values(), *(verdict for _, verdict in TEXTS), *STATUSES.values()]
    assert {verdict.sentence for verdict in tables} <= met


def test_a_body_that_is_no_json_is_judged_by_its_status() -> None:
    found = judge(Answer(502, {}, b"<html>bad gateway</html>"))
    assert found is not None
    assert found.kind is Kind.DOWN
    assert judge(Answer(204, {}, b"")) is None


def test_what_may_have_been_carried_out_is_never_a_rejection() -> None:
    for status in range(500, 600):
        assert VENDOR.judge(status, "", "").kind.error is InDoubt
