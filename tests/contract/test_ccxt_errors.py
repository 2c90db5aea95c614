"""Every code that ../shared names and every one that the library knows has its place in the tree and a sentence."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.ccxt_exchanges import PROFILES, VENDORS, ExchangeConfig
from bidwell.brokers.ccxt_exchanges.client.seam import Seam
from bidwell.brokers.ccxt_exchanges.errors import CLASSES, kind_of
from bidwell.brokers.transport import Answer, Health, Kind, Throttled, Verdict
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable

# exchange, status, body: what it means for an order that met it
DOCUMENTED: list[tuple[str, int, dict[str, Any], Kind]] = [
    ("binance", 400, {"code": -2010, "msg": "Duplicate order sent."}, Kind.DUPLICATE),
    ("binance", 400, {"code": -2010, "msg": "Account has insufficient balance for requested action."}, Kind.REJECTED_FUNDS),
    ("binance", 400, {"code": -2010, "msg": "This action is disabled on this account."}, Kind.REJECTED_RULE),
    ("binance", 429, {"code": -1003, "msg": "Too many requests."}, Kind.THROTTLED),
    ("binance", 418, {"code": -1003, "msg": "IP banned until 1"}, Kind.THROTTLED),
    ("binance", 400, {"code": -1015, "msg": "Too many new orders."}, Kind.THROTTLED),
    ("binance", 400, {"code": -1021, "msg": "Timestamp is outside of the recvWindow."}, Kind.REJECTED_RULE),
    ("binance", 400, {"code": -2013, "msg": "Order does not exist."}, Kind.NOT_FOUND),
    ("binance", 400, {"code": -2011, "msg": "Unknown order sent."}, Kind.NOT_FOUND),
    ("binance", 400, {"code": -2018, "msg": "Balance is insufficient."}, Kind.REJECTED_FUNDS),
    ("binance", 400, {"code": -2019, "msg": "Margin is insufficient."}, Kind.REJECTED_FUNDS),
    ("binance", 401, {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}, Kind.LOGIN),
    ("binance", 400, {"code": -1013, "msg": "Filter failure: PRICE_FILTER"}, Kind.REJECTED_INPUT),
    ("binance", 400, {"code": -1007, "msg": "Timeout waiting for response from backend server."}, Kind.DOWN),
    ("binance", 503, {"code": -1000, "msg": "Unknown error"}, Kind.DOWN),
    *(("bybit", 200, {"retCode": code, "retMsg": "said"}, kind) for kind, codes in {
        Kind.DUPLICATE: (110072, 170141, 12141), Kind.THROTTLED: (10006, 10018),
        Kind.REJECTED_FUNDS: (110004, 110007, 110012, 170131), Kind.NOT_FOUND: (110001, 170213),
        Kind.REJECTED_RULE: (10002,), Kind.LOGIN: (10003, 10004), Kind.PERMISSION: (10005,), Kind.DOWN: (10016,),
    }.items() for code in codes),
    ("bybit", 403, {}, Kind.THROTTLED),
    *(("okx", 200, {"code": "1", "data": [{"sCode": code, "sMsg": "said"}]}, kind) for code, kind in {
        "51016": Kind.DUPLICATE, "51008": Kind.REJECTED_FUNDS, "51400": Kind.NOT_FOUND, "51401": Kind.NOT_FOUND,
        "51402": Kind.NOT_FOUND}.items()),
    *(("okx", status, {"code": code, "msg": "said", "data": []}, kind) for status, code, kind in (
        (429, "50011", Kind.THROTTLED), (401, "50102", Kind.REJECTED_RULE), (200, "51603", Kind.NOT_FOUND),
        (401, "50111", Kind.LOGIN), (401, "50113", Kind.LOGIN), (200, "50026", Kind.DOWN))),
    *(("kraken", 200, {"error": [words]}, kind) for words, kind in {
        "EAPI:Rate limit exceeded": Kind.THROTTLED, "EOrder:Rate limit exceeded": Kind.THROTTLED,
        "EGeneral:Temporary lockout": Kind.THROTTLED, "EOrder:Insufficient funds": Kind.REJECTED_FUNDS,
        "EAPI:Invalid nonce": Kind.THROTTLED, "EOrder:Unknown order": Kind.NOT_FOUND, "EAPI:Invalid key": Kind.LOGIN,
        "EGeneral:Permission denied": Kind.PERMISSION, "EService:Unavailable": Kind.DOWN}.items()),
    ("coinbase", 429, {"error": "rate_limit_exceeded", "message": "too many"}, Kind.THROTTLED),
    ("coinbase", 200, {"success": False, "error_response": {"error": "INSUFFICIENT_FUND", "message": "no"}},
     Kind.REJECTED_FUNDS),
    ("coinbase", 401, {"error": "Unauthorized", "message": "no"}, Kind.LOGIN),
]  # fmt: skip


@pytest.fixture(scope="module")
def seams() -> Iterator[dict[str, Seam]]:
    pro = importlib.import_module("ccxt.pro")
    found = {}
    for name, profile in PROFILES.items():
        config = ExchangeConfig(profile, "key", "secret", "USD", environment="live")
        made = Seam(config, Health(WallClock()), lambda: 0.0)
        made._exchange = getattr(pro, name)()
        found[name] = made
    yield found
    for made in found.values():
        made._exchange = None


@pytest.mark.parametrize(("exchange", "status", "body", "kind"), DOCUMENTED)
def test_every_named_error_means_what_shared_says(
    seams: dict[str, Seam], exchange: str, status: int, body: dict[str, Any], kind: Kind
) -> None:
    found = seams[exchange].judge(Answer(status, {}, json.dumps(body).encode()))
    assert found is not None
    assert found.kind is kind, found
    assert len(found.sentence.split()) >= 3


def test_every_code_that_the_library_knows_has_a_place(seams: dict[str, Seam]) -> None:
    counted = 0
    for seam in seams.values():
        for error in _classes(seam.exchange.exceptions):
            counted += 1
            assert kind_of(error) in Kind, error
    assert counted > 1500


def _classes(table: Any) -> Iterator[type[Exception]]:  # noqa: ANN401 - the library's nested tables
    if isinstance(table, dict):
        for inner in table.values():
            yield from _classes(inner)
    elif isinstance(table, type):
        yield table


def test_every_class_of_the_library_has_a_place_or_is_told_as_unknown() -> None:
    errors = importlib.import_module("ccxt.base.errors")
    found = {name: kind_of(each) for name, each in vars(errors).items() if isinstance(each, type)}
    assert set(CLASSES) <= set(found)
    unknown = {name for name, kind in found.items() if kind is Kind.UNKNOWN}
    assert {"ExchangeError", "BaseError"} <= unknown
    for name in (
        "NetworkError",
        "RequestTimeout",
        "ExchangeNotAvailable",
        "OnMaintenance",
        "BadResponse",
        "NullResponse",
    ):
        # What the exchange did is unknown: it is looked up.
        assert found[name].error is InDoubt, name


@pytest.mark.parametrize("exchange", sorted(PROFILES))
def test_what_may_have_been_carried_out_is_never_a_rejection(seams: dict[str, Seam], exchange: str) -> None:
    for status in (500, 502, 503, 504, 520):
        for body in (
            b"",
            b"<html>bad gateway</html>",
            b'{"code":-2010,"msg":"x"}',
            b'{"error":["EOrder:Unknown"]}',
            b"[]",
        ):
            found = seams[exchange].judge(Answer(status, {}, body))
            assert found is not None
            assert found.kind.error is InDoubt, (status, body, found)
    for body in (b"[1,2]", b"7", b'"text"', b'{"a":{"b":[{}]}}', b'{"error":7,"code":[],"retCode":{},"data":{}}'):
        found = seams[exchange].judge(Answer(404, {}, body))
        assert found is not None
        assert isinstance(found, Verdict)


@pytest.mark.parametrize("verdict", [each for vendor in VENDORS.values() for each in vendor.verdicts()])
def test_every_verdict_has_a_sentence_for_a_person(verdict: Verdict) -> None:
    assert verdict.sentence.endswith(".")
    assert verdict.sentence[0].isupper()
    assert len(verdict.sentence.split()) >= 4
    assert verdict.kind.error in {Unavailable, InDoubt, Refused, ProtocolError, Throttled}
