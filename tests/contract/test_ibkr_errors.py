"""Every code of a Gateway that is documented has its place in the tree and a sentence; none is passed over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bidwell.brokers.ibkr.errors import (
    AWAY,
    BACK,
    CODES,
    INFORMING,
    MUTE_GATEWAY,
    NO_GATEWAY,
    NOT_CANCELED,
    READ_ONLY_SETTING,
    VENDOR,
    WARNINGS,
    judge,
)
from bidwell.brokers.transport import Kind, Throttled, Verdict
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable

DOCUMENTED = {
    100: Kind.THROTTLED, 103: Kind.DUPLICATE, 104: Kind.REJECTED_RULE, 105: Kind.REJECTED_RULE, 110: Kind.REJECTED_INPUT,
    162: Kind.NOT_FOUND, 200: Kind.NOT_FOUND, 201: Kind.REJECTED_RULE, 202: Kind.REJECTED_RULE, 326: Kind.LOGIN,
    354: Kind.PERMISSION, 399: Kind.REJECTED_RULE, 502: Kind.DOWN, 504: Kind.DOWN, 1100: Kind.DOWN, 1101: Kind.DOWN,
    1102: Kind.DOWN, 10147: Kind.NOT_FOUND, 10148: Kind.REJECTED_RULE,
}  # fmt: skip
SAID = {
    "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. MINIMUM OF 2000 USD REQUIRED... available funds": Kind.REJECTED_FUNDS,
    "Order rejected - reason:insufficient margin": Kind.REJECTED_FUNDS,
    "Order rejected - reason:The exchange is closed.": Kind.MARKET_CLOSED,
    "Order rejected - reason:anything else": Kind.REJECTED_RULE,
}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "brokers" / "ibkr.md"


@pytest.mark.parametrize(("code", "kind"), DOCUMENTED.items())
def test_a_documented_code_is_judged(code: int, kind: Kind) -> None:
    found = judge(code, "in their words")
    assert (found.kind, found.code, found.text) == (kind, str(code), "in their words")


@pytest.mark.parametrize(("text", "kind"), SAID.items())
def test_a_rejection_is_told_apart_by_its_words(text: str, kind: Kind) -> None:
    assert judge(201, text).kind is kind


def test_pacing_and_a_read_only_gateway_are_known_by_their_words() -> None:
    pacing = VENDOR.judge(
        0, "162", "Historical Market Data Service error message:Historical data request pacing violation"
    )
    assert (pacing.kind, pacing.pause) == (Kind.THROTTLED, 60.0)
    read_only = judge(321, "Error validating request.-'bG' : cause - The API interface is currently in Read-Only mode.")
    assert (read_only.kind, read_only.sentence) == (Kind.PERMISSION, READ_ONLY_SETTING)
    assert judge(321, "Error validating request").kind is Kind.REJECTED_INPUT


def test_a_code_that_is_not_documented_is_named_and_decides_nothing() -> None:
    found = judge(4711, "something new")
    assert (found.kind, found.code) == (Kind.UNKNOWN, "4711")
    assert found.message == "Interactive Brokers says 4711, which the desk does not know. (something new)"


@pytest.mark.parametrize("verdict", VENDOR.verdicts(), ids=lambda each: each.code)
def test_every_error_says_a_sentence_to_a_person(verdict: Verdict) -> None:
    assert verdict.sentence.endswith((".", ":"))
    assert verdict.sentence[0].isupper() or verdict.sentence.startswith("“")
    assert len(verdict.sentence.split()) >= 4
    assert verdict.kind.error in {Unavailable, InDoubt, Refused, ProtocolError, Throttled}


def test_what_is_only_said_is_told_apart_from_what_decides() -> None:
    groups = [AWAY, BACK, INFORMING, WARNINGS, NOT_CANCELED]
    assert sum(map(len, groups)) == len(frozenset().union(*groups)), "a code is in one group"
    for said in (NO_GATEWAY, MUTE_GATEWAY):
        assert said.endswith(".")


def test_the_page_lists_every_code() -> None:
    rows = re.findall(r"^\| (\d+) \|([^|]*)\| (\w+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {(code, kind, said.strip()) for code, words, kind, said in rows if not words.strip()} == {
        (code, str(verdict.kind), verdict.sentence) for code, verdict in CODES.items()
    }
