"""Every documented error of Angel One has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bidwell.brokers.angelone.client import judge, judge_change
from bidwell.brokers.angelone.errors import CODES, STATUSES, TEXTS, VENDOR
from bidwell.brokers.transport import Answer, Kind
from bidwell.model.errors import InDoubt, ProtocolError
from bidwell.twins.angelone import answers
from tests.contract.shapes import recorded


def said(message: str, code: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"status": False, "message": message, "errorcode": code, "data": None} | more


def other(message: str, code: str) -> dict[str, Any]:
    return {"success": False, "message": message, "errorCode": code, "data": ""}


DOCUMENTED: list[tuple[int, object, Kind]] = [
    # status, body: what it means for an order that met it
    (200, other("Invalid Token", "AG8001"), Kind.LOGIN),
    (200, other("Token Expired", "AG8002"), Kind.LOGIN),
    (401, other("Missing Token", "AG8003"), Kind.LOGIN),
    (200, said("Session expired", "AB1010"), Kind.LOGIN),
    (200, said("Login Id or password is invalid", "AB1007", status="false", data="null"), Kind.LOGIN),
    (200, said("USER IS BLOCKED FOR TRADING", "AB1007"), Kind.PERMISSION),
    (200, said("Invalid totp", "AB1050"), Kind.LOGIN),
    (200, said("Something Went Wrong, Please Try After Sometime", "AB1004"), Kind.DOWN),
    (200, said("Internal Error, Please Try After Sometime", "AB2001"), Kind.DOWN),
    (200, said("Ordertag length should not exceed 20 characters", "AB4008"), Kind.REJECTED_INPUT),
    (200, said("The order cannot be processed as the token is categorised under cautionary listings by the exchange.",
               "AB4036"), Kind.REJECTED_RULE),
    (200, said("The order price is not multiple of the tick size", ""), Kind.REJECTED_INPUT),
    (200, said("Order not found", ""), Kind.NOT_FOUND),
    (200, other("Invalid Refresh Token", "AB8050"), Kind.LOGIN),
    (200, other("Refresh Token Expired", "AB8051"), Kind.LOGIN),
    (200, said("Invalid Email Or Password", "AB1000"), Kind.LOGIN),
    (200, said("Invalid Email", "AB1001"), Kind.LOGIN),
    (200, said("Invalid Password Length", "AB1002"), Kind.LOGIN),
    (200, said("Client not login", "AB1011"), Kind.LOGIN),
    (200, said("Old Password Mismatch", "AB1031"), Kind.LOGIN),
    (200, said("User Not Found", "AB1032"), Kind.LOGIN),
    (200, said("User Type Must Be USER", "AB1005"), Kind.PERMISSION),
    (200, said("Client Is Block For Trading", "AB1006"), Kind.PERMISSION),
    (200, said("Failed to get symbol details", "AB1018"), Kind.DOWN),
    (200, said("Error not specified", "AB2000"), Kind.DOWN),
    (200, said("Invalid Order Variety", "AB1008"), Kind.REJECTED_INPUT),
    (200, said("Symbol Not Found", "AB1009"), Kind.REJECTED_INPUT),
    (200, said("Invalid Product Type", "AB1012"), Kind.REJECTED_INPUT),
    (200, said("Order not found", "AB1013"), Kind.NOT_FOUND),
    (200, said("Trade not found", "AB1014"), Kind.NOT_FOUND),
    (200, said("Holding not found", "AB1015"), Kind.NOT_FOUND),
    (200, said("Position not found", "AB1016"), Kind.NOT_FOUND),
    (200, said("Position conversion failed", "AB1017"), Kind.REJECTED_RULE),
    (200, said("ROBO order is block", "AB2002"), Kind.REJECTED_RULE),
    (200, said("Client Already Exists", "AB1003"), Kind.UNKNOWN),
    (200, said("anything else", "AB9999"), Kind.UNKNOWN),
    (200, said("anything else", ""), Kind.UNKNOWN),
    (403, "Access denied because of exceeding access rate", Kind.THROTTLED),
    (403, "<html>denied</html>", Kind.THROTTLED),
    (429, "", Kind.THROTTLED),
    (401, "", Kind.LOGIN),
    (500, said("Internal Error", "AB2001"), Kind.DOWN),
    (502, "<html>bad gateway</html>", Kind.DOWN),
    (503, "", Kind.DOWN),
    (504, "", Kind.DOWN),
    (418, "short and stout", Kind.UNKNOWN),
]  # fmt: skip


def answered(status: int, body: object) -> Answer:
    return Answer(status, {}, body.encode() if isinstance(body, str) else json.dumps(body).encode())


@pytest.mark.parametrize(("status", "body", "kind"), DOCUMENTED, ids=lambda each: str(each)[:60])
def test_a_documented_error_is_judged(status: int, body: object, kind: Kind) -> None:
    found = judge(answered(status, body))
    assert found is not None
    assert found.kind is kind
    assert found.code


def test_every_entry_of_the_tables_is_reached_by_a_documented_error() -> None:
    met = {found.sentence for status, body, _ in DOCUMENTED if (found := judge(answered(status, body))) is not None}
    tables = [*CODES.values(), *(verdict for _, verdict in TEXTS), *STATUSES.values()]
    assert {verdict.sentence for verdict in tables} <= met


def test_a_good_answer_is_none_whatever_way_it_is_written() -> None:
    for body in ({"status": True, "data": None}, {"status": "true"}, {"success": True, "data": {}}):
        assert judge(answered(200, body)) is None
    # Nobody but its reader can tell that it is broken: for an order it is in doubt then.
    assert judge(answered(200, '{"broken')) is None


def test_a_yes_with_a_failing_status_is_no() -> None:
    found = judge(answered(502, {"status": True, "data": None}))
    assert found is not None
    assert found.kind is Kind.DOWN


def test_a_plain_no_to_a_change_leaves_the_order_and_to_an_order_it_is_in_doubt() -> None:
    body = said("Order cannot be cancelled: it is being processed", "AB7777")
    change, order = judge_change(answered(200, body)), judge(answered(200, body))
    assert change is not None
    assert order is not None
    assert (change.kind, change.code, order.kind) == (Kind.REJECTED_RULE, "AB7777", Kind.UNKNOWN)
    assert order.kind.error is ProtocolError
    for status, failing in ((502, body), (200, other("Invalid Token", "AG8001"))):
        assert judge_change(answered(status, failing)) == judge(answered(status, failing))


def test_what_may_have_been_carried_out_is_never_a_rejection() -> None:
    for status in range(500, 600):
        assert VENDOR.judge(status, "", "").kind.error is InDoubt


def test_the_recorded_answers_are_judged_and_the_twins_have_their_shape() -> None:
    samples: Any = recorded("angelone", "response_samples.json")
    kinds = {"ordertag_too_long": Kind.REJECTED_INPUT, "bad_login": Kind.LOGIN, "auth_failure_other_casing": Kind.LOGIN}
    for name, kind in kinds.items():
        found = judge(answered(200, samples[name]))
        assert found is not None
        assert found.kind is kind
    assert judge(answered(200, samples["place_order_ok"])) is None
    made = {
        "ordertag_too_long": answers.refuse(samples["ordertag_too_long"]["message"], "AB4008"),
        "bad_login": answers.bad_login(samples["bad_login"]["message"], "AB1007"),
        "auth_failure_other_casing": answers.token_refused("Invalid Token", "AG8001"),
    }
    for name, answer in made.items():
        assert isinstance(answer.body, bytes)
        assert json.loads(answer.body) == samples[name]
