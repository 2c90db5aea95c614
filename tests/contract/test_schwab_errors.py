"""Every documented error of Schwab's has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import msgspec
import pytest

from bidwell.brokers.schwab import wire
from bidwell.brokers.schwab.broker.streamer import raise_bad
from bidwell.brokers.schwab.errors import CODES, STATUSES, STREAM_ERRORS, STREAM_GOOD, TEXTS
from bidwell.brokers.schwab.login import judge
from bidwell.brokers.transport import Answer, Kind, Verdict
from bidwell.model.errors import BrokerError, InDoubt, ProtocolError, Refused

_RENEWAL = "400 Bad Request: Exception while authenticating refresh token, Failed refresh token authentication"


def trading(message: str) -> dict[str, object]:
    return {"message": message, "errors": [message]}


def gateway(title: str, detail: str) -> dict[str, object]:
    return {"errors": [{"id": "x", "status": "401", "title": title, "detail": detail}]}


def login(error: str, description: str = "") -> dict[str, object]:
    return {"error": error, "error_description": description}


DOCUMENTED: list[tuple[int, dict[str, object] | None, Kind]] = [
    # status, body: what it means
    (400, trading("A validation error occurred while processing the request."), Kind.REJECTED_INPUT),
    (400, trading("This order may result in an oversold/overbought position in your account."), Kind.REJECTED_FUNDS),
    (400, trading("overbought"), Kind.REJECTED_FUNDS),
    (400, trading("Insufficient funds"), Kind.REJECTED_FUNDS),
    (400, trading("Your buying power does not suffice"), Kind.REJECTED_FUNDS),
    (400, trading("The market is closed"), Kind.MARKET_CLOSED),
    (400, trading("Order cannot be canceled"), Kind.REJECTED_RULE),
    (400, trading("Order cannot be replaced"), Kind.REJECTED_RULE),
    (400, {"message": None, "errors": None}, Kind.REJECTED_INPUT),
    (400, {"message": "Bad", "errors": [1, {"title": None}, "x"]}, Kind.REJECTED_INPUT),
    (422, None, Kind.REJECTED_INPUT),
    (401, gateway("Unauthorized", "Client not authorized"), Kind.LOGIN),
    (401, None, Kind.LOGIN),
    (403, None, Kind.PERMISSION),
    (404, gateway("Not Found", ""), Kind.NOT_FOUND),
    (429, None, Kind.THROTTLED),
    (500, gateway("Internal Server Error", "We are unable to complete your request."), Kind.DOWN),
    (502, None, Kind.DOWN),
    (503, None, Kind.DOWN),
    (504, None, Kind.DOWN),
    (401, login("invalid_client", "Unauthorized"), Kind.LOGIN),
    (401, login("unauthorized_client"), Kind.LOGIN),
    (400, login("invalid_grant"), Kind.LOGIN),
    (400, login("invalid_request"), Kind.LOGIN),
    (400, login("unsupported_token_type"), Kind.LOGIN),
    (400, login("unsupported_token_type", _RENEWAL), Kind.LOGIN),
    (418, None, Kind.UNKNOWN),
]


def judged(status: int, body: dict[str, object] | None) -> Verdict:
    found = judge(Answer(status, {}, b"<html>" if body is None else msgspec.json.encode(body)))
    assert found is not None
    return found


@pytest.mark.parametrize(("status", "body", "kind"), DOCUMENTED, ids=lambda each: str(each)[:60])
def test_a_documented_error_is_judged(status: int, body: dict[str, object] | None, kind: Kind) -> None:
    found = judged(status, body)
    assert found.kind is kind
    assert found.code


def test_every_entry_of_the_tables_is_reached_by_a_documented_error() -> None:
    met = {judged(status, body).sentence for status, body, _ in DOCUMENTED}
    tables = [*CODES.values(), *(verdict for _, verdict in TEXTS), *STATUSES.values()]
    assert {verdict.sentence for verdict in tables} <= met


def test_every_code_of_the_stream_is_a_success_or_an_error_of_the_tree() -> None:
    for code in STREAM_GOOD:
        raise_bad(wire.Said(code))
    for code, verdict in STREAM_ERRORS.items():
        with pytest.raises(BrokerError, match=r"\(why\)") as problem:
            raise_bad(wire.Said(code, "why"))
        assert isinstance(problem.value, Refused) is (verdict.kind in {Kind.LOGIN, Kind.PERMISSION})
    with pytest.raises(ProtocolError, match="77"):
        raise_bad(wire.Said(77, "what"))


def test_what_may_have_been_carried_out_is_never_a_rejection() -> None:
    for status in range(500, 600):
        found = judge(Answer(status, {}, b'{"message": "insufficient"}'))
        assert found is not None
        assert found.kind.error is InDoubt
    assert judge(Answer(201, {}, b"")) is None
