"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.model.errors import ProtocolError
from tests.contract import (
    test_alpaca_fuzz,
    test_angelone_fuzz,
    test_dhan_fuzz,
    test_fyers_fuzz,
    test_topstepx_fuzz,
    test_tradovate_fuzz,
    test_zerodha_fuzz,
)
from tests.contract.fuzzing import RUNS, Parsers, damaged, understood_or_refused, with_odd_value

PARSERS: Parsers = {
    f"{broker} {name}": parser
    for broker, parsers in {
        "alpaca": test_alpaca_fuzz.PARSERS, "angelone": test_angelone_fuzz.PARSERS, "dhan": test_dhan_fuzz.PARSERS,
        "fyers": test_fyers_fuzz.PARSERS, "topstepx": test_topstepx_fuzz.PARSERS,
        "tradovate": test_tradovate_fuzz.PARSERS, "zerodha": test_zerodha_fuzz.PARSERS,
    }.items()
    for name, parser in parsers.items()
}  # fmt: skip


@pytest.mark.parametrize("name", PARSERS)
def test_each_sample_is_understood(name: str) -> None:
    sample, parser = PARSERS[name]
    assert parser(json.dumps(sample).encode()) not in (None, [])


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_payload_with_an_odd_value_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    sample, parser = PARSERS[name]
    with understood_or_refused():
        parser(json.dumps(with_odd_value(data, sample)).encode())


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=RUNS // 2, deadline=None)  # most damage is no JSON any more, and never gets further
@given(data=st.data())
def test_a_damaged_payload_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    sample, parser = PARSERS[name]
    with understood_or_refused():
        parser(damaged(data, json.dumps(sample).encode()))


@settings(max_examples=RUNS * 4, deadline=None)
@given(body=st.binary(max_size=400))
def test_noise_is_refused_everywhere(body: bytes) -> None:
    for _, parser in PARSERS.values():
        with understood_or_refused():
            parser(body)


@pytest.mark.parametrize("name", PARSERS)
def test_depth_and_length_do_not_bring_a_parser_down(name: str) -> None:
    _, parser = PARSERS[name]
    for body in (
        b"",
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'"' + b"x" * 5_000_000,
        b'{"a":[' + b"9" * 100_000 + b"}",
    ):
        with pytest.raises(ProtocolError):
            parser(body)
    for field in ("qty", "quantity", "size", "price", "bestBid"):
        with understood_or_refused():
            parser(f'{{"{field}":{"9" * 100_000}}}'.encode())
