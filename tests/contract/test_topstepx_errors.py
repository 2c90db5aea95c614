"""Every documented error of TopstepX has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from bidwell.brokers.topstepx.client import judge, weigh
from bidwell.brokers.topstepx.errors import CALLS, CODES, STATUSES, name_of
from bidwell.brokers.transport import Answer, Kind
from bidwell.model.errors import InDoubt, ProtocolError
from tests.contract.shapes import recorded

AT_ORDERS = {
    # call, number: what it means for an order that met it
    ("Order/place", 1): Kind.NOT_FOUND,
    ("Order/place", 2): Kind.REJECTED_RULE,
    ("Order/place", 3): Kind.REJECTED_FUNDS,
    ("Order/place", 4): Kind.REJECTED_RULE,
    ("Order/place", 5): Kind.MARKET_CLOSED,
    ("Order/place", 6): Kind.DOWN,
    ("Order/place", 7): Kind.DOWN,
    ("Order/place", 8): Kind.REJECTED_INPUT,
    ("Order/place", 9): Kind.REJECTED_RULE,
    ("Order/place", 10): Kind.REJECTED_RULE,
    ("Order/place", 11): Kind.UNKNOWN,
    ("Order/cancel", 2): Kind.NOT_FOUND,
    ("Order/cancel", 3): Kind.REJECTED_RULE,
    ("Order/cancel", 4): Kind.DOWN,
    ("Order/cancel", 5): Kind.DOWN,
    ("Order/cancel", 6): Kind.REJECTED_RULE,
    ("Order/modify", 4): Kind.DOWN,
    ("Order/modify", 7): Kind.REJECTED_INPUT,
    ("Auth/loginKey", 3): Kind.LOGIN,
    ("Auth/loginKey", 8): Kind.DOWN,
    ("Auth/loginKey", 9): Kind.PERMISSION,
    ("Auth/validate", 3): Kind.LOGIN,
    ("Order/v2/query", 1): Kind.NOT_FOUND,
    ("History/retrieveBars", 4): Kind.REJECTED_INPUT,
    ("Account/search", 1): Kind.UNKNOWN,
}


def said(number: int, message: str | None = None, *, success: bool = False) -> bytes:
    return json.dumps({"success": success, "errorCode": number, "errorMessage": message}).encode()


@pytest.mark.parametrize(("where", "kind"), AT_ORDERS.items(), ids=str)
def test_the_same_number_means_what_its_call_says(where: tuple[str, int], kind: Kind) -> None:
    found = weigh(where[0], said(where[1]))
    assert found is not None
    assert found.kind is kind
    assert found.code


def test_the_tables_hold_every_recorded_code_and_no_other() -> None:
    enums = cast("dict[str, list[str]]", cast("Any", recorded("projectx", "error_codes.json"))["index_is_error_code"])
    searches = "Order/search|searchOpen|v2/query, Position/searchOpen, Trade/search"
    theirs = {call: tuple(names) for call, names in enums.items() if call != searches}
    for call in ("Order/search", "Order/searchOpen", "Order/v2/query", "Position/searchOpen", "Trade/search"):
        theirs[call] = tuple(enums[searches])
    assert theirs == CALLS


def test_every_name_has_a_meaning_and_every_meaning_a_name() -> None:
    assert {name for names in CALLS.values() for name in names} - {"Success"} == set(CODES)
    for call, names in CALLS.items():
        assert [name_of(call, number) for number in range(1, len(names))] == list(names[1:])


@pytest.mark.parametrize("text", ["customTag must be unique per account.", "A custom tag may be used once"])
def test_a_tag_that_was_used_before_is_a_duplicate(text: str) -> None:
    found = weigh("Order/place", said(2, text))
    assert found is not None
    assert found.kind is Kind.DUPLICATE
    assert text in found.message


def test_a_success_that_carries_an_error_is_not_taken_for_one() -> None:
    assert weigh("Order/place", said(0, success=True)) is None
    found = weigh("Order/place", said(7, success=True))
    assert found is not None
    assert found.kind.error is InDoubt
    with pytest.raises(ProtocolError):
        weigh("Order/place", b'{"orderId": 5}')


def test_statuses_are_judged_whatever_their_body_is() -> None:
    for status, verdict in STATUSES.items():
        found = judge(Answer(status, {}, b"<html>"))
        assert found is not None
        assert found.kind is verdict.kind
    for status in range(500, 600):
        down = judge(Answer(status, {}, b""))
        assert down is not None
        assert down.kind.error is InDoubt
    told = judge(Answer(400, {}, said(0, "size is required")))
    assert told is not None
    assert "size is required" in told.message
    assert judge(Answer(200, {}, b"anything")) is None
